"""What is learned from: energies of errors, computed in real numbers.

With shares M of the mixture X as estimates of stems Y, |Y - MX|^2 = |Y|^2 - 2 M Re(Y X*) +
M^2 |X|^2, bin by bin, so that complex numbers are needed once a batch and never in the gradient.
"""

from __future__ import annotations

import torch
from torch import Tensor

FLOOR = 0.002  # of the mixture's energy: below it an error no longer matters (-27 dB)


def error_energies(shares: Tensor, stems: Tensor, mixture: Tensor) -> Tensor:
    """Energy of the error of every item and stem.

    Shapes:
        shares: (batch, stems, 2, frames, bins), real
        stems: the same, complex
        mixture: (batch, 2, frames, bins), complex
        returns: (batch, stems)
    """
    with torch.no_grad():
        target = (stems.abs() ** 2).sum(dim=(2, 3, 4))
        together = stems.real * mixture.real[:, None] + stems.imag * mixture.imag[:, None]
        power = (mixture.real**2 + mixture.imag**2)[:, None]
    change = shares * (shares * power - 2 * together)
    return (target + change.sum(dim=(2, 3, 4))).clamp_min(0)


def log_loss(shares: Tensor, stems: Tensor, mixture: Tensor) -> Tensor:
    """Mean logarithm (base 10) of the error's energy, relative to the mixture's.

    An item weighs the same however loud it is, and a stem that is nearly right goes on to count;
    silent stems are learned like all others: what leaks into them is their error.
    """
    whole = (mixture.abs() ** 2).sum(dim=(1, 2, 3))[:, None] + 1e-9
    errors = error_energies(shares, stems, mixture)
    return torch.log10((errors + FLOOR * whole) / whole).mean()


def decibels(shares: Tensor, stems: Tensor, mixture: Tensor) -> Tensor:
    """Signal to error in dB of every item and stem, by the energy of spectra; (batch, stems)."""
    errors = error_energies(shares, stems, mixture)
    target = (stems.abs() ** 2).sum(dim=(2, 3, 4))
    return 10 * torch.log10((target + 1e-7) / (errors + 1e-7))
