"""The separator that ships: a small network over folded spectra that gives every bin a share.

Lineage: a U-Net whose blocks join convolutions and a fully connected layer along frequency
(TFC-TDF: Choi et al., "Investigating U-Nets with various intermediate blocks for spectrogram-based
singing voice separation", ISMIR 2020; Kim et al., "KUIELab-MDX-Net", arXiv:2111.12203) around
recurrences along time and along frequency in turn (dual path: Luo, Chen and Yoshioka, ICASSP 2020,
arXiv:1910.06379; in a bottleneck: Chen et al., DTTNet, ICASSP 2024, arXiv:2309.08684). Neighbouring
bins are folded into channels, since most of the cost of such networks lies in the first level.

Departs from them: magnitudes in, of left, right, their middle and their sides, so that it hears
where things stand; shares out, of one softmax over the stems, so that the stems add up to the
mixture whatever the network says; skips are added; the top of the spectrum is not looked at and
gets the shares of the highest bins that are.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

N_FFT = 4096
HOP = 1024
SAMPLE_RATE = 44_100
_COMPRESSION = 0.4
_TINY = 1e-7


@dataclass(frozen=True, slots=True)
class Shape:
    """How large the network is.

    Attributes:
        stems: How many stems.
        fold: How many neighbouring bins become channels.
        bins: How many bins are looked at; a multiple of 8 x ``fold``.
        width: Channels of the first level; each level below has ``width`` more.
        convolutions: In a block.
        paths: How many times the bottleneck goes along time and along frequency.
        hidden: Units of a recurrence, each way.
    """

    stems: int = 4
    fold: int = 8
    bins: int = 1408
    width: int = 32
    convolutions: int = 2
    paths: int = 3
    hidden: int = 64

    def to_dict(self) -> dict[str, int]:
        """As it stands in a file."""
        return asdict(self)


class Block(nn.Module):
    """Convolutions, and beside them a bottleneck along frequency (TFC-TDF).

    Shapes:
        x: (batch, channels, frames, positions)
        returns: the same
    """

    def __init__(self, channels: int, positions: int, convolutions: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for _ in range(convolutions):
            layers += [nn.Conv2d(channels, channels, 3, padding=1, bias=False)]
            layers += [nn.BatchNorm2d(channels), nn.ReLU(inplace=True)]
        self.local = nn.Sequential(*layers)
        self.narrow = nn.Linear(positions, positions // 8, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        self.widen = nn.Linear(positions // 8, positions)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.local(x)
        along: Tensor = self.widen(functional.relu(self.norm(self.narrow(y))))
        return y + along


class Recurrence(nn.Module):
    """A two-way recurrence along one axis, added to what it hears.

    Shapes:
        x: (batch, channels, frames, positions)
        returns: the same
    """

    def __init__(self, channels: int, hidden: int, along_time: bool) -> None:
        super().__init__()
        self.along_time = along_time
        self.norm = nn.GroupNorm(1, channels)
        self.recurrence = nn.GRU(channels, hidden, batch_first=True, bidirectional=True)
        self.back = nn.Linear(2 * hidden, channels)

    def forward(self, x: Tensor) -> Tensor:
        order = (0, 3, 2, 1) if self.along_time else (0, 2, 3, 1)
        rows = self.norm(x).permute(*order)  # (batch, other axis, this axis, channels)
        batch, other, steps, channels = rows.shape
        heard, _ = self.recurrence(rows.reshape(batch * other, steps, channels))
        back = self.back(heard).reshape(batch, other, steps, channels)
        undo = (0, 3, 2, 1) if self.along_time else (0, 3, 1, 2)
        summed: Tensor = x + back.permute(*undo)
        return summed


class StemsNet(nn.Module):
    """Magnitudes of a stereo song to the share of every stem in every bin.

    Paper: see the module. 1.3 million parameters in the default shape.

    Shapes:
        magnitudes: (batch, 4, frames, 2049): of left, right, half their sum and half their
            difference, of windows of ``N_FFT`` samples, ``HOP`` apart
        returns: (batch, stems, 2, frames, 2049), for left and right, in [0, 1]; the sum over the
            stems is 1
    """

    scale: Tensor

    def __init__(self, shape: Shape | None = None) -> None:
        super().__init__()
        self.shape = shape = shape or Shape()
        positions, width = shape.bins // shape.fold, shape.width
        self.register_buffer("scale", torch.ones(shape.bins))
        self.enter = nn.Conv2d(4 * shape.fold, width, 1)
        widths = [width * level for level in (1, 2, 3)]
        sizes = [positions >> level for level in range(3)]
        block = [Block(w, n, shape.convolutions) for w, n in zip(widths, sizes, strict=True)]
        self.down_blocks = nn.ModuleList(block)
        self.down = nn.ModuleList(nn.Conv2d(w, w + width, 2, stride=2) for w in widths)
        self.paths = nn.Sequential(
            *(
                Recurrence(4 * width, shape.hidden, along_time)
                for _ in range(shape.paths)
                for along_time in (True, False)
            )
        )
        self.up = nn.ModuleList(nn.ConvTranspose2d(w + width, w, 2, stride=2) for w in widths)
        self.up_blocks = nn.ModuleList(
            Block(w, n, shape.convolutions) for w, n in zip(widths, sizes, strict=True)
        )
        self.leave = nn.Conv2d(width, 2 * shape.fold * shape.stems, 1)

    def forward(self, magnitudes: Tensor) -> Tensor:
        x = self.folded(magnitudes)
        frames = x.shape[2]
        x = functional.pad(x, (0, 0, 0, -frames % 8))
        x = self._u(self.enter(x))
        logits = self._unfolded(self.leave(x)[:, :, :frames])
        shares = logits.softmax(dim=1)
        missing = magnitudes.shape[-1] - self.shape.bins
        top = shares[..., -self.shape.fold :].mean(dim=-1, keepdim=True)
        return torch.cat([shares, top.expand(*top.shape[:-1], missing)], dim=-1)

    def folded(self, magnitudes: Tensor) -> Tensor:
        """(batch, 4, frames, bins) -> (batch, 4 x fold, frames, positions), compressed and scaled.

        How loud the item is does not matter: it is brought to a mean square of 1.
        """
        x = magnitudes[..., : self.shape.bins]
        power = (x[:, :2] ** 2).mean(dim=(1, 2, 3), keepdim=True)
        x = (x * torch.rsqrt(power + _TINY)).clamp_min(_TINY).pow(_COMPRESSION) * self.scale
        batch, channels, frames, _ = x.shape
        x = x.reshape(batch, channels, frames, -1, self.shape.fold).permute(0, 1, 4, 2, 3)
        return x.reshape(batch, channels * self.shape.fold, frames, -1)

    def _u(self, x: Tensor) -> Tensor:
        """Down, through the paths, and up again."""
        kept = []
        for block, down in zip(self.down_blocks, self.down, strict=True):
            kept.append(block(x))
            x = down(kept[-1])
        x = self.paths(x)
        for level in (2, 1, 0):
            x = self.up_blocks[level](self.up[level](x) + kept[level])
        return x

    def _unfolded(self, x: Tensor) -> Tensor:
        """(batch, stems x 2 x fold, frames, positions) -> (batch, stems, 2, frames, bins)."""
        batch, _, frames, positions = x.shape
        x = x.reshape(batch, self.shape.stems, 2, self.shape.fold, frames, positions)
        return x.permute(0, 1, 2, 4, 5, 3).reshape(batch, self.shape.stems, 2, frames, -1)


def middle_and_sides(spectra: Tensor) -> Tensor:
    """What the network hears: complex (batch, 2, frames, bins) -> real (batch, 4, frames, bins)."""
    left, right = spectra[:, 0], spectra[:, 1]
    return torch.stack([left, right, (left + right) / 2, (left - right) / 2], dim=1).abs()


def window(device: torch.device | str = "cpu") -> Tensor:
    """The window of ``N_FFT`` samples that the network was trained with."""
    return torch.hann_window(N_FFT, device=device)


def spectra_of(samples: Tensor) -> Tensor:
    """(..., samples) -> (..., frames, bins), complex; frame t is centred on sample t x ``HOP``."""
    flat = samples.reshape(-1, samples.shape[-1])
    spectra = torch.stft(
        flat, N_FFT, HOP, window=window(samples.device), return_complex=True, pad_mode="constant"
    )
    return spectra.transpose(1, 2).reshape(*samples.shape[:-1], -1, N_FFT // 2 + 1)


def samples_of(spectra: Tensor, n_samples: int) -> Tensor:
    """The inverse of ``spectra_of``: (..., frames, bins) -> (..., ``n_samples``)."""
    flat = spectra.reshape(-1, *spectra.shape[-2:]).transpose(1, 2)
    samples = torch.istft(flat, N_FFT, HOP, window=window(spectra.device), length=n_samples)
    return samples.reshape(*spectra.shape[:-2], n_samples)
