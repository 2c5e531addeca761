"""How alike two signals are, and by how much one is late.

Signals are real and in the same unit; neither is changed. Sums run in float64 or in blocks, so
that long signals lose no precision.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft


def cosine(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """The cosine of two arrays of one shape after their means are removed; in [-1, 1].

    Also known as Pearson's correlation. It ignores the scale of both. An array without any
    variation is like no other: 0.
    """
    a, b = one.ravel(), other.ravel()
    if not a.size:
        return 0.0
    a, b = a - a.mean(dtype=np.float64), b - b.mean(dtype=np.float64)
    norm = sqrt(float((a * a).sum()) * float((b * b).sum()))
    return float(np.clip((a * b).sum() / norm, -1.0, 1.0)) if norm > 0 else 0.0


def correlate(
    late: NDArray[np.float32], reference: NDArray[np.float32], max_lag: int
) -> NDArray[np.float32]:
    """The sum over n of late[n + lag] * reference[n], at each lag of at most ``max_lag`` samples.

    Computed in blocks by the Fourier transform (overlap-save): memory follows ``max_lag``, not
    the signals.

    Args:
        late, reference: Mono, shape (samples,); the shorter one is silent after its end.

    Returns:
        Shape (2 * max_lag + 1,); the middle one is lag 0. The peak is at lag k where ``late`` is
        ``reference`` delayed by k samples.
    """
    n = max(len(late), len(reference))
    block = max(1, min(n, 2 * max_lag))
    size = next_fast_len(block + 2 * max_lag, real=True)
    total = np.zeros(size // 2 + 1, np.complex128)
    for start in range(0, n, block):
        piece = _cut(reference, start, start + block)
        around = _cut(late, start - max_lag, start + block + max_lag)
        if piece.any() and around.any():
            total += rfft(around, size) * np.conj(rfft(piece, size))
    found: NDArray[np.float32] = irfft(total, size)[: 2 * max_lag + 1].astype(np.float32)
    return found


def _cut(samples: NDArray[np.float32], start: int, stop: int) -> NDArray[np.float32]:
    """``samples[start:stop]`` with zeros where there are none."""
    inside = samples[max(start, 0) : max(stop, 0)]
    before = max(0, -start)
    return np.pad(inside, (before, stop - start - before - len(inside)))
