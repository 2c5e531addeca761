"""Hybrid Transformer Demucs: the published network, in our loop and behind our reader.

The network is the package ``demucs``; its loaders are not used, since they import and call what
the file names. A file describes its network by arguments; these are checked against the ranges
below before anything is built, and every tensor must find its place.

Computed in 32-bit floats; numbers too small to be normal are taken as zero, which is faster.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from demucs.htdemucs import HTDemucs
from numpy.typing import NDArray

from studio.errors import DeviceError, ModelMismatchError, OutOfMemoryError
from studio.nets.weights import Inert, is_checkpoint, read_checkpoint, read_safetensors
from studio.separation.contract import Cost


class HTDemucsEngine:
    """Four or six stems, as the file says; see ``contract.Engine``."""

    summary = "The best stems an ordinary computer can make in about the time the song lasts."
    source = "Rouard, Massa, Défossez: Hybrid Transformers for Music Source Separation, ICASSP 2023"
    version = 1
    needs_weights = True
    devices = ("cuda", "mps", "cpu")
    cost = Cost(parameters=41_984_456, memory_mb=1350, real_time_factor={"cpu": 1.0})

    normalise = True

    def __init__(self, network: torch.nn.Module, arguments: Mapping[str, Any], device: str) -> None:
        """``network`` built from ``arguments``, to be run on ``device``."""
        self._device = _device(device)
        with _memory(device):
            self._network = network.to(self._device).eval()
        self.stems: tuple[str, ...] = tuple(arguments["sources"])
        self.complete = len(self.stems) > 1
        self.sample_rate: int = arguments["samplerate"]
        self.channels: int = arguments["audio_channels"]
        self.segment_samples = int(arguments["segment"] * self.sample_rate)
        self.batch = _batch(self._device)

    @classmethod
    def open(cls, device: str, weights: Path | None = None) -> HTDemucsEngine:
        """The network of ``weights`` on ``device``: "cpu", "cuda", "cuda:1" or "mps".

        Args:
            weights: safetensors as at huggingface.co/adefossez, or the older ``.th``.

        Raises:
            MissingFileError, ModelMismatchError, UnsafeModelError: ``weights`` cannot be used.
            DeviceError, OutOfMemoryError: ``device`` cannot.
        """
        if weights is None:
            raise ValueError("this engine needs weights")
        arguments, state = _read(weights)
        return cls(_build(weights, arguments, state), arguments, device)

    def separate(self, mixture: NDArray[np.float32]) -> NDArray[np.float32]:
        """See ``contract.Engine``. Raises OutOfMemoryError."""
        with _memory(str(self._device)), _without_denormals(), torch.inference_mode():
            estimate = self._network(torch.from_numpy(mixture).to(self._device))
            result: NDArray[np.float32] = estimate.cpu().numpy()
            return result


# Names a published ``.th`` asks for besides tensors. Its training records may hold numpy numbers;
# nobody reads them.
class _Network(Inert):
    """Stands for the class of the network, which only ``_build`` makes."""


_CHECKPOINT_NAMES: dict[str, type] = {
    "demucs.htdemucs.HTDemucs": _Network,
    "fractions.Fraction": Fraction,
    "numpy.core.multiarray.scalar": Inert,
    "numpy._core.multiarray.scalar": Inert,
    "numpy.dtype": Inert,
}

State = dict[str, torch.Tensor]
Allowed = Callable[[object], bool]


def _read(path: Path) -> tuple[dict[str, Any], State]:
    """Checked arguments and tensors of a file of either kind."""
    package = _read_pickled(path) if is_checkpoint(path) else _read_described(path)
    if package.get("klass") not in (_Network, "demucs.htdemucs.HTDemucs"):
        raise ModelMismatchError(file=str(path), reason="it holds another network than HTDemucs")
    if package.get("args"):
        raise ModelMismatchError(file=str(path), reason="its arguments have no names")
    arguments = _checked(path, package.get("kwargs"))
    state = package.get("state")
    if not isinstance(state, dict) or not all(map(torch.is_tensor, state.values())):
        raise ModelMismatchError(file=str(path), reason="its weights are packed or missing")
    return arguments, state


def _read_pickled(path: Path) -> dict[str, Any]:
    """The older kind: a dictionary."""
    package = read_checkpoint(path, _CHECKPOINT_NAMES)
    if not isinstance(package, dict):
        raise ModelMismatchError(file=str(path), reason="it does not describe its network")
    return package


def _read_described(path: Path) -> dict[str, Any]:
    """The newer kind: tensors, and a description in JSON in the metadata."""
    state, metadata = read_safetensors(path)
    if "structure" in metadata:
        raise ModelMismatchError(file=str(path), reason="its weights are packed (quantised)")
    try:
        described = {
            name: json.loads(metadata[name], object_hook=_fraction) for name in ("args", "kwargs")
        }
        return {"klass": metadata["klass"], "state": state, **described}
    except (KeyError, ValueError, ZeroDivisionError, TypeError) as error:
        reason = f"it does not describe its network ({error})"
        raise ModelMismatchError(file=str(path), reason=reason) from error


def _fraction(value: dict[str, Any]) -> object:
    """JSON has no fractions; the publisher writes them as a small dictionary."""
    if value.get("_type") == "fraction":
        return Fraction(value["numerator"], value["denominator"])
    return value


def _build(path: Path, arguments: dict[str, Any], state: State) -> torch.nn.Module:
    """The network with its weights, every tensor in its place."""
    try:
        with torch.random.fork_rng(devices=[]):  # its first weights are random and not kept
            network = cast(torch.nn.Module, HTDemucs(**arguments))
        weights = {name: tensor.float() for name, tensor in state.items()}
        network.load_state_dict(weights, strict=True, assign=True)
    except MemoryError:
        raise
    except Exception as error:  # arguments that do not go together fail in many ways
        reason = "its weights do not fit the network it describes"
        raise ModelMismatchError(file=str(path), reason=reason) from error
    return network


def _whole(lowest: int, highest: int) -> Allowed:
    return lambda value: type(value) is int and lowest <= value <= highest


def _real(lowest: float, highest: float) -> Allowed:
    return lambda value: type(value) in (int, float, Fraction) and lowest <= value <= highest  # type: ignore[operator]


def _one_of(*values: object) -> Allowed:
    return lambda value: any(type(value) is type(v) and value == v for v in values)


def _sources(value: object) -> bool:
    """Names that can be names of files."""
    return (
        isinstance(value, list)
        and 1 <= len(value) <= 16
        and len(set(map(str, value))) == len(value)
        and all(isinstance(v, str) and re.fullmatch(r"[a-z][a-z0-9_]{0,31}", v) for v in value)
    )


def _anything(value: object) -> bool:
    return True


_SWITCH = _one_of(True, False)
# What the published networks never vary is fixed: other values need packages we do not have, draw
# random numbers, or were never trained. The ranges leave room for networks of one's own, and
# bound what a file can ask for: less than 0.6 billion parameters.
_ARGUMENTS: dict[str, Allowed] = {
    "sources": _sources,
    "audio_channels": _whole(1, 2),
    "samplerate": _whole(4000, 192_000),
    "segment": _real(0.1, 60),
    "use_train_segment": _SWITCH,
    "channels": _whole(8, 96),
    "channels_time": lambda value: value is None or _whole(8, 96)(value),
    "growth": _one_of(2),
    "nfft": _one_of(4096),
    "wiener_iters": _one_of(0),
    "end_iters": _one_of(0),
    "wiener_residual": _one_of(False),
    "cac": _one_of(True),
    "depth": _one_of(4),
    "rewrite": _SWITCH,
    "multi_freqs": _one_of(None, []),
    "multi_freqs_depth": _whole(0, 6),
    "freq_emb": _real(0, 10),
    "emb_scale": _real(0.01, 1000),
    "emb_smooth": _SWITCH,
    "kernel_size": _one_of(8),
    "time_stride": _one_of(2),
    "stride": _one_of(4),
    "context": _whole(0, 4),
    "context_enc": _whole(0, 4),
    "norm_starts": _whole(0, 8),
    "norm_groups": _whole(1, 64),
    "dconv_mode": _whole(0, 3),
    "dconv_depth": _whole(1, 4),
    "dconv_comp": _whole(1, 32),
    "dconv_init": _real(0, 1),
    "bottom_channels": _whole(0, 1024),
    "t_layers": _whole(0, 8),
    "t_emb": _one_of("sin"),
    "t_hidden_scale": _real(0.25, 4),
    "t_heads": _whole(1, 32),
    "t_dropout": _real(0, 1),
    "t_max_positions": _whole(1, 1_000_000),
    "t_norm_in": _SWITCH,
    "t_norm_in_group": _SWITCH,
    "t_group_norm": _SWITCH,
    "t_norm_first": _SWITCH,
    "t_norm_out": _SWITCH,
    "t_max_period": _real(1, 1_000_000),
    "t_layer_scale": _SWITCH,
    "t_gelu": _SWITCH,
    "t_weight_pos_embed": _real(0, 100),
    "t_sin_random_shift": _one_of(0),
    "t_sparse_self_attn": _one_of(False),
    "t_sparse_cross_attn": _one_of(False),
    "t_cross_first": _SWITCH,
    "rescale": _real(0, 10),
    # Without effect on a trained network of this kind.
    "t_weight_decay": _anything,
    "t_lr": _anything,
    "t_cape_mean_normalize": _anything,
    "t_cape_augment": _anything,
    "t_cape_glob_loc_scale": _anything,
    "t_mask_type": _anything,
    "t_mask_random_seed": _anything,
    "t_sparse_attn_window": _anything,
    "t_global_window": _anything,
    "t_sparsity": _anything,
    "t_auto_sparsity": _one_of(False),
}
_DEFAULTS = {"sources": None, "audio_channels": 2, "samplerate": 44100, "segment": 10}


def _checked(path: Path, arguments: object) -> dict[str, Any]:
    """``arguments``, of which every one is known and in its range."""
    if not isinstance(arguments, dict):
        raise ModelMismatchError(file=str(path), reason="it does not describe its network")
    full = {**_DEFAULTS, **arguments}
    for name, value in full.items():
        if name not in _ARGUMENTS:
            reason = f"its network has an unknown argument, {str(name)[:40]}"
            raise ModelMismatchError(file=str(path), reason=reason)
        if not _ARGUMENTS[name](value):
            reason = f"its network has {name} = {str(value)[:40]}, which is out of range"
            raise ModelMismatchError(file=str(path), reason=reason)
    return full


def _device(name: str) -> torch.device:
    """The torch device called ``name``. Raises DeviceError where it is not there."""
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise DeviceError(device=name, reason="there is no such device") from error
    found = {"cpu": 1, "cuda": torch.cuda.device_count(), "mps": int(_has_mps())}
    if (device.index or 0) >= found.get(device.type, 0):
        raise DeviceError(device=name, reason="this machine or its torch has none")
    return device


def _batch(device: torch.device) -> int:
    """How many segments at once: by the size of the card, not by what is free on it just now.

    A segment takes about 1.2 GB while it is computed; on the CPU several at once gain nothing.
    """
    if device.type != "cuda":
        return 1
    return max(1, min(4, torch.cuda.get_device_properties(device).total_memory // 2_500_000_000))


def _has_mps() -> bool:
    return torch.backends.mps.is_available()


@contextmanager
def _memory(device: str) -> Iterator[None]:
    """Turn torch's ways to say that memory is full into the user's error."""
    try:
        yield
    except RuntimeError as error:
        # Only CUDA has a class for it; on the CPU and on MPS the words are all there is.
        words = ("out of memory", "can't allocate memory", "not enough memory")
        if not any(said in str(error) for said in words):
            raise
        if device.startswith("cuda"):
            torch.cuda.empty_cache()
        raise OutOfMemoryError(what="A segment of the song", device=device) from error


@contextmanager
def _without_denormals() -> Iterator[None]:
    """Flush denormals in the body only: the setting reaches all arithmetic of the thread."""
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)
