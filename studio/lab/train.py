"""Training: batches of a corpus into weights, on whatever device, resumed exactly.

Contract: a run is a folder. ``state.pt`` holds all that the next step depends on and appears whole
or not at all; a killed run, started again with the same arguments and corpus, goes on to the same
curve. ``log.jsonl`` has a line for every tenth step and every look at the development set.

Weights that are kept are a running mean of the trained ones. The rate rises for ``warm_up`` steps,
stays, and falls along a half cosine over the last ``cool_down`` steps.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from studio.errors import OptionError
from studio.files import atomic
from studio.job import Job
from studio.lab.batches import Mixing, batch, spectra
from studio.lab.corpus import Track
from studio.lab.losses import decibels, log_loss
from studio.lab.sources import RATE
from studio.nets.stems import Shape, StemsNet, middle_and_sides, spectra_of

_MAY_MOVE = ("steps", "cool_down", "look_every", "keep_every")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train.

    Attributes:
        steps: In all.
        rate: The highest learning rate of AdamW.
        decay: Weight decay.
        clip: Longest gradient.
        mean: Part of the running mean that every step keeps, at most.
        look_every: Steps between looks at the development set.
        keep_every: Steps between saved states.
    """

    steps: int = 2000
    rate: float = 2e-3
    decay: float = 1e-2
    clip: float = 1.0
    warm_up: int = 60
    cool_down: int = 1940
    mean: float = 0.998
    seed: int = 1
    look_every: int = 200
    keep_every: int = 50
    shape: Shape = field(default_factory=Shape)
    mixing: Mixing = field(default_factory=Mixing)

    def rate_at(self, step: int) -> float:
        """The learning rate of a step."""
        rising = min(1.0, (step + 1) / max(1, self.warm_up))
        left = (self.steps - step) / max(1, self.cool_down)
        falling = 0.5 - 0.5 * math.cos(math.pi * min(1.0, max(0.0, left)))
        return self.rate * rising * falling


@dataclass(slots=True)
class State:
    """All that the next step depends on."""

    network: StemsNet
    mean: StemsNet
    optimiser: torch.optim.AdamW
    step: int = 0


def begin(recipe: Recipe, corpus: Sequence[Track], device: torch.device) -> State:
    """A new network, whose scale is fitted to the first batches."""
    torch.manual_seed(recipe.seed)
    network = StemsNet(recipe.shape)
    with torch.no_grad():
        network.scale.copy_(_scale(network, recipe, corpus))
    network = network.to(device)
    mean = StemsNet(recipe.shape).to(device)
    mean.load_state_dict(network.state_dict())
    optimiser = torch.optim.AdamW(
        network.parameters(), recipe.rate, (0.9, 0.99), weight_decay=recipe.decay
    )
    return State(network, mean.eval(), optimiser)


def _scale(network: StemsNet, recipe: Recipe, corpus: Sequence[Track]) -> Tensor:
    """What brings the compressed magnitude of every bin to a mean of 1, even between bins."""
    cpu = torch.device("cpu")
    means = []
    for step in range(4):
        stems, rng = batch(corpus, recipe.mixing, recipe.seed + 1000, step)
        mixture = spectra(stems, recipe.mixing, rng, cpu).sum(dim=1)
        x = network.folded(middle_and_sides(mixture))[:, : 2 * network.shape.fold]
        x = x.reshape(len(x), 2, network.shape.fold, x.shape[2], x.shape[3])
        means.append(x.mean(dim=(0, 1, 3)).T.reshape(-1))  # (positions, fold) -> bins
    mean = functional.pad(torch.stack(means).mean(dim=0)[None, None], (8, 8), mode="replicate")
    return 1 / functional.avg_pool1d(mean, 17, 1)[0, 0].clamp_min(1e-3)


def train(
    recipe: Recipe,
    corpus: Callable[[], Sequence[Track]],
    development: Sequence[Track],
    folder: Path,
    device: torch.device,
    job: Job,
) -> State:
    """Train until ``recipe.steps``, from ``folder``'s state where it has one.

    Args:
        corpus: The songs; asked again whenever the state is saved, so that it may grow. Where it
            does, a resumed run sees what is there then.
        development: Songs for looks; never trained on. May be empty.

    Raises:
        Cancelled: the user asked to stop; the last saved state stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    songs = list(corpus())
    state = begin(recipe, songs, device)
    resume(state, recipe, folder / "state.pt", device)
    clock = time.process_time()
    while state.step < recipe.steps:
        loss = one_step(state, recipe, songs, device)
        job.update(state.step / recipe.steps, f"step {state.step}, loss {loss:.3f}")
        last = state.step == recipe.steps
        if last or state.step % 10 == 0:
            seconds = round(time.process_time() - clock, 1)  # of this process, since it began
            _note(folder, step=state.step, loss=round(loss, 5), cpu=seconds, songs=len(songs))
        if development and (last or state.step % recipe.look_every == 0):
            _note(folder, step=state.step, development=look(state.mean, development, device))
        if last or state.step % recipe.keep_every == 0:
            keep(state, recipe, folder / "state.pt")
            songs = list(corpus())
    return state


def one_step(state: State, recipe: Recipe, corpus: Sequence[Track], device: torch.device) -> float:
    """One batch; returns its loss."""
    stems, rng = batch(corpus, recipe.mixing, recipe.seed, state.step)
    targets = spectra(stems, recipe.mixing, rng, device)[..., : recipe.shape.bins]
    mixture = targets.sum(dim=1)
    for group in state.optimiser.param_groups:
        group["lr"] = recipe.rate_at(state.step)
    state.network.train()
    shares = state.network(middle_and_sides(mixture))
    loss = log_loss(shares, targets, mixture)
    state.optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(state.network.parameters(), recipe.clip)
    state.optimiser.step()
    state.step += 1
    _average(state, min(recipe.mean, state.step / (state.step + 9)))
    return float(loss.detach())


@torch.no_grad()
def _average(state: State, kept: float) -> None:
    """Move the running mean of weights and of norms' statistics by one step."""
    new = state.network.state_dict()
    for name, value in state.mean.state_dict().items():
        if value.is_floating_point():
            value.lerp_(new[name], 1 - kept)
        else:
            value.copy_(new[name])


@torch.inference_mode()
def look(
    network: StemsNet, songs: Sequence[Track], device: torch.device, seconds: float = 12.0
) -> dict[str, Any]:
    """Mean signal to error in dB by stem on the middle of each song, album and rendered apart.

    Stems that are silent count as leakage: the mean energy they get, in dB of the mixture.
    """
    rows: dict[str, list[list[float]]] = {"album": [], "rendered": []}
    leaks: list[float] = []
    for song in songs:
        found, leaked = _heard(network, song, device, seconds)
        rows["album" if song.name.startswith("album") else "rendered"].append(found)
        leaks += leaked
    means = {kind: np.nanmean(row, axis=0).round(2).tolist() for kind, row in rows.items() if row}
    whole = {f"{kind}_mean": round(float(np.mean(row)), 2) for kind, row in means.items()}
    return {**means, **whole, "leakage": round(float(np.mean(leaks)), 1) if leaks else None}


def _heard(
    network: StemsNet, song: Track, device: torch.device, seconds: float
) -> tuple[list[float], list[float]]:
    """Signal to error of each stem (NaN where it is silent), and what silent ones were given."""
    n_samples = min(song.samples.shape[-1], round(seconds * RATE))
    stems = song.even((song.samples.shape[-1] - n_samples) // 2, n_samples)
    targets = spectra_of(torch.from_numpy(stems[None]).to(device))
    mixture = targets.sum(dim=1)
    shares = network(middle_and_sides(mixture))
    found = decibels(shares, targets, mixture)[0].cpu().numpy()
    silent = np.abs(stems).max(axis=(1, 2)) < 1e-4
    given = (shares * mixture[:, None].abs()).square().sum(dim=(2, 3, 4))[0].cpu().numpy()
    leaked = 10 * np.log10(given[silent] / float(mixture.abs().square().sum()) + 1e-6)
    return np.where(silent, np.nan, found).tolist(), leaked.tolist()


def keep(state: State, recipe: Recipe, path: Path) -> None:
    """Write the state; whole, or the one before stays."""
    content = {
        "network": state.network.state_dict(),
        "mean": state.mean.state_dict(),
        "optimiser": state.optimiser.state_dict(),
        "step": state.step,
        "recipe": asdict(recipe),
    }
    with atomic(path) as part:
        torch.save(content, part)


def resume(state: State, recipe: Recipe, path: Path, device: torch.device) -> None:
    """Take up the state that ``keep`` wrote, where there is one.

    The end of the schedule may have moved; nothing else of the recipe may.

    Raises:
        OptionError: the run was begun with another recipe.
    """
    if not path.exists():
        return
    content = torch.load(path, map_location=device, weights_only=True)
    begun = asdict(recipe) | {name: content["recipe"][name] for name in _MAY_MOVE}
    if content["recipe"] != begun:
        reason = "the run there was begun with other options; name another folder"
        raise OptionError(option="RUN", value=str(path.parent), reason=reason)
    state.network.load_state_dict(content["network"])
    state.mean.load_state_dict(content["mean"])
    state.optimiser.load_state_dict(content["optimiser"])
    state.step = content["step"]


def _note(folder: Path, **facts: Any) -> None:
    with (folder / "log.jsonl").open("a") as log:
        log.write(json.dumps(facts) + "\n")


def smaller(recipe: Recipe) -> Recipe:
    """The recipe of ``--smoke``: the same in small, for a test of the whole path."""
    shape = Shape(bins=512, width=8, paths=1, hidden=16, convolutions=1)
    plain = Mixing(
        seconds=1.0,
        items=2,
        voiceless=0.1,
        spread=1.0,
        silent=0.0,
        doubled=(0, 0, 0, 0),
        equalise=1.0,
    )
    return replace(recipe, shape=shape, mixing=plain, rate=1e-2)
