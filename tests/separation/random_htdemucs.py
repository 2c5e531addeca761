"""Random weights for HTDemucs, as files of the two published kinds.

They separate nothing, but everything around them runs: ``python random_htdemucs.py FILE`` writes
the published size (84 MB), ``--tiny`` one that computes in milliseconds, ``--six`` the layout of
six stems. A suffix ``.th`` gives the older kind of file, any other safetensors.
"""

from __future__ import annotations

import argparse
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import torch
from demucs.htdemucs import HTDemucs
from safetensors.torch import save_file

FOUR = ["drums", "bass", "other", "vocals"]
SIX = [*FOUR, "guitar", "piano"]
# The arguments in the published files, facebookresearch/demucs hybrid_transformer/955717e8.
PUBLISHED: dict[str, Any] = {
    "sources": FOUR,
    "audio_channels": 2,
    "samplerate": 44100,
    "segment": Fraction(39, 5),
    "channels": 48,
    "channels_time": None,
    "growth": 2,
    "nfft": 4096,
    "wiener_iters": 0,
    "end_iters": 0,
    "wiener_residual": False,
    "cac": True,
    "depth": 4,
    "rewrite": True,
    "multi_freqs": [],
    "multi_freqs_depth": 3,
    "freq_emb": 0.2,
    "emb_scale": 10,
    "emb_smooth": True,
    "kernel_size": 8,
    "stride": 4,
    "time_stride": 2,
    "context": 1,
    "context_enc": 0,
    "norm_starts": 4,
    "norm_groups": 4,
    "dconv_mode": 3,
    "dconv_depth": 2,
    "dconv_comp": 8,
    "dconv_init": 0.001,
    "bottom_channels": 512,
    "t_layers": 5,
    "t_hidden_scale": 4.0,
    "t_heads": 8,
    "t_dropout": 0.02,
    "t_layer_scale": True,
    "t_gelu": True,
    "t_emb": "sin",
    "t_max_positions": 10000,
    "t_max_period": 10000.0,
    "t_weight_pos_embed": 1.0,
    "t_cape_mean_normalize": True,
    "t_cape_augment": True,
    "t_cape_glob_loc_scale": [5000.0, 1.0, 1.4],
    "t_sin_random_shift": 0,
    "t_norm_in": True,
    "t_norm_in_group": False,
    "t_group_norm": False,
    "t_norm_first": True,
    "t_norm_out": True,
    "t_weight_decay": 0.0,
    "t_lr": None,
    "t_sparse_self_attn": False,
    "t_sparse_cross_attn": False,
    "t_mask_type": "diag",
    "t_mask_random_seed": 42,
    "t_sparse_attn_window": 400,
    "t_global_window": 100,
    "t_sparsity": 0.95,
    "t_auto_sparsity": False,
    "t_cross_first": False,
    "rescale": 0.1,
}
PUBLISHED_SIX = PUBLISHED | {"sources": SIX, "bottom_channels": 0}
TINY = PUBLISHED | {
    "segment": Fraction(1, 2),
    "channels": 8,
    "bottom_channels": 16,
    "t_layers": 1,
    "t_heads": 2,
}
_CLASS = "demucs.htdemucs.HTDemucs"


def write(path: Path, arguments: dict[str, Any] = TINY, seed: int = 440) -> Path:
    """Random weights in half precision, as published, of the network that ``arguments`` make."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = HTDemucs(**arguments)
    state = {name: value.half().contiguous() for name, value in network.state_dict().items()}
    if path.suffix == ".th":
        write_pickled(path, arguments, state)
    else:
        write_described(path, arguments, state)
    return path


def write_described(
    path: Path, arguments: dict[str, Any], state: dict[str, torch.Tensor], klass: str = _CLASS
) -> None:
    """The newer kind, as at huggingface.co/adefossez."""
    kwargs = json.dumps(arguments, default=_fraction)
    save_file(state, path, {"klass": klass, "args": "[]", "kwargs": kwargs})


def write_pickled(path: Path, arguments: dict[str, Any], state: dict[str, torch.Tensor]) -> None:
    """The older kind, with the records of a training, which hold numpy numbers."""
    metrics = ({"loss": np.float64(0.1)}, {"nsdr": np.float32(9.0)})
    package = {
        "klass": HTDemucs,
        "args": (),
        "kwargs": arguments,
        "state": state,
        "training_args": {"seed": 42, "dset": {"segment": 11}},
        "metrics": metrics,
    }
    torch.save(package, path)


def _fraction(value: Fraction) -> dict[str, object]:
    return {"_type": "fraction", "numerator": value.numerator, "denominator": value.denominator}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--six", action="store_true")
    asked = parser.parse_args()
    size = TINY if asked.tiny else PUBLISHED
    write(asked.file, size | {"sources": SIX, "bottom_channels": 0} if asked.six else size)
