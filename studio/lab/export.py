"""From a training run to the file that ships: half-precision safetensors and its card."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save

from studio.errors import MissingFileError
from studio.files import sha256, write_bytes
from studio.nets.stems import Shape


def export(state: Path, target: Path, part: float = 1.0) -> dict[str, object]:
    """Write the running mean of a run's weights; the same run gives the same bytes.

    Args:
        state: ``state.pt`` of a run.
        target: The ``.safetensors`` file.
        part: Of the engine's estimate that is the network's, in (0, 1]; see the engine ``stems``.

    Returns:
        The facts of the card: parameters, bytes, hash, steps and recipe.

    Raises:
        MissingFileError: the run has kept no state.
    """
    if not state.is_file():
        raise MissingFileError(file=str(state), reason="no run has kept its state there")
    content = torch.load(state, map_location="cpu", weights_only=True)
    shape = Shape(**content["recipe"]["shape"])
    tensors = {name: _half(x) for name, x in content["mean"].items()}
    described = json.dumps({"shape": shape.to_dict(), "part": part})
    write_bytes(target, save(tensors, {"stems": described}))  # one entry: more would vary in order
    counted = sum(x.numel() for name, x in tensors.items() if _learned(name))
    return {
        "parameters": counted,
        "bytes": target.stat().st_size,
        "sha256": sha256(target),
        "steps": content["step"],
        "recipe": content["recipe"],
    }


def _half(x: torch.Tensor) -> torch.Tensor:
    return (x.half() if x.is_floating_point() else x).contiguous()


def _learned(name: str) -> bool:
    return not name.endswith(("running_mean", "running_var", "num_batches_tracked", "scale"))
