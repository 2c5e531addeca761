"""What the installed torch was built for, and which cards it sees."""

from __future__ import annotations

import warnings
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seen:
    """A device torch sees: its name for torch, its name for people, and 10^6 bytes of memory."""

    id: str
    label: str
    memory_mb: int


@dataclass(frozen=True, slots=True)
class Build:
    """What this torch is.

    Attributes:
        version: Such as ``2.13.0+cpu``.
        cuda: The CUDA it was built for, such as ``13.0``; empty where for none.
        hip: The ROCm it was built for; empty where for none. Its cards are named cuda, too.
        mps: Whether it was built for Apple's cards.
        xpu: Whether it was built for Intel's cards.
        seen: The devices it sees besides the processor.
        trouble: What it complained about while it looked.
    """

    version: str
    cuda: str = ""
    hip: str = ""
    mps: bool = False
    xpu: bool = False
    seen: tuple[Seen, ...] = ()
    trouble: str = ""


def inspect() -> Build:
    """Ask torch. The first call imports it, which takes about two seconds."""
    import torch

    with warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always")
        seen = (*_cuda(), *_mps(), *_xpu())
    return Build(
        version=torch.__version__,
        cuda=torch.version.cuda or "",
        hip=torch.version.hip or "",
        mps=torch.backends.mps.is_built(),
        xpu=torch.xpu._is_compiled(),
        seen=seen,
        trouble=first_line(str(complaints[0].message)) if complaints else "",
    )


def trial(device: str) -> str:
    """Why ``device`` cannot be used; empty where it can.

    A small convolution and matrix product run on it, and must come out as on the processor: a
    card may be seen and yet be too old for this torch, full, or broken.
    """
    import torch

    wave = torch.sin(torch.arange(64 * 256) * 0.01).reshape(1, 64, 256)
    kernel = torch.cos(torch.arange(32 * 64 * 8) * 0.02).reshape(32, 64, 8)

    def compute(place: str) -> torch.Tensor:
        heard = torch.nn.functional.conv1d(wave.to(place), kernel.to(place))[0]
        return (heard @ heard.T).cpu()

    expected = compute("cpu")
    try:
        found = compute(device)
    except (RuntimeError, AssertionError) as error:  # torch has no narrower ones
        return first_line(str(error))
    # A hundredth: cards may round the factors of a product to 10 bits (TF32). A NaN is never near.
    near = (found - expected).abs().max() <= 0.01 * expected.abs().max()
    return "" if near else "it computes wrong numbers"


def first_line(text: str) -> str:
    """The first line of a library's complaint, without its full stop, at most 200 characters."""
    lines = text.strip().splitlines()
    return lines[0][:200].rstrip(". ") if lines else "it gave no reason"


def _cuda() -> list[Seen]:
    import torch

    if not torch.cuda.is_available():
        return []
    found = []
    for index in range(torch.cuda.device_count()):
        facts = torch.cuda.get_device_properties(index)
        found.append(Seen(f"cuda:{index}", facts.name, round(facts.total_memory / 1e6)))
    return found


def _mps() -> list[Seen]:
    import torch

    if not torch.backends.mps.is_available():
        return []
    return [Seen("mps", "Apple GPU", round(torch.mps.recommended_max_memory() / 1e6))]


def _xpu() -> list[Seen]:
    import torch

    if not torch.xpu.is_available():
        return []
    found = []
    for index in range(torch.xpu.device_count()):
        facts = torch.xpu.get_device_properties(index)
        found.append(Seen(f"xpu:{index}", facts.name, round(facts.total_memory / 1e6)))
    return found
