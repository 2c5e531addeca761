"""What ``stemwright lab`` does: one function an action, given parsed arguments, returning text."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import torch

from studio.devices.choose import choose
from studio.devices.probe import KINDS
from studio.errors import MissingFileError, OptionError
from studio.job import Job
from studio.lab import corpus as corpora
from studio.lab import evaluate as measuring
from studio.lab import train as training
from studio.lab.batches import Mixing
from studio.lab.export import export as export_weights
from studio.lab.notes import evaluate as listening
from studio.lab.sources import HELD_OUT_SONGS, Sources
from studio.lab.toy import toy_corpus
from studio.music.audio import Samples
from studio.nets.stems import Shape
from studio.separation.engines import ENGINES

_MDB = ("rock", "reggae", "hendrix", "beatles", "britpop")


def data_folder() -> Path:
    """The folder that STEMWRIGHT_DATA names. Raises MissingFileError."""
    folder = os.environ.get("STEMWRIGHT_DATA", "")
    if not folder or not Path(folder).is_dir():
        reason = "STEMWRIGHT_DATA must name the folder of songs and sounds"
        raise MissingFileError(file=folder or "the material", reason=reason)
    return Path(folder)


def corpus(args: argparse.Namespace, job: Job) -> str:
    """Render songs."""
    places = (args.soundfonts,) if args.soundfonts else None
    sources = Sources.find(data_folder(), places)
    folder = Path(args.folder)
    if args.album:
        corpora.album(sources, folder, args.split)
        if args.split == "train":
            corpora.played(sources, folder)
    numbers = range(args.first, args.first + args.songs)
    rendered = corpora.render(sources, folder, args.split, numbers, args.seconds, job)
    songs = corpora.tracks(folder)
    minutes = sum(song.samples.shape[-1] for song in songs) / 44_100 / 60
    return f"{rendered} songs rendered; {len(songs)} of {minutes:.1f} minutes lie in {folder}."


def train(args: argparse.Namespace, job: Job) -> str:
    """Train or go on; ``--smoke`` needs nothing."""
    if args.smoke:
        return smoke(args.steps if args.steps != 2000 else 60, job)
    for name in ("run", "corpus"):
        if not getattr(args, name):
            raise OptionError(option=name, value="left out", reason="training needs it")
    steps = args.steps
    recipe = training.Recipe(
        steps=steps,
        cool_down=args.cool_down or max(1, steps - 60),
        seed=args.seed,
        shape=Shape(width=args.width, hidden=2 * args.width),
        mixing=Mixing(seconds=args.seconds, items=args.items),
    )
    development = corpora.tracks(Path(args.dev)) if args.dev else []
    songs = Path(args.corpus)
    device = torch.device(choose(args.device, (*KINDS, "cpu")).device)
    state = training.train(
        recipe, lambda: corpora.tracks(songs), development, Path(args.run), device, job
    )
    return f"{state.step} steps are done; {args.run}/log.jsonl holds the curve."


def smoke(steps: int, job: Job) -> str:
    """The whole path on generated sound: the mean loss of the first and the last tenth.

    Raises:
        OptionError: the loss did not fall.
    """
    with tempfile.TemporaryDirectory() as place:
        songs = toy_corpus(Path(place), songs=4, seconds=6.0)
        recipe = training.smaller(training.Recipe(steps=steps, warm_up=5, cool_down=steps))
        device = torch.device("cpu")
        state = training.begin(recipe, songs, device)
        losses = []
        while state.step < steps:
            losses.append(training.one_step(state, recipe, songs, device))
            job.update(state.step / steps, f"loss {losses[-1]:.3f}")
    part = max(1, steps // 10)
    first, last = sum(losses[:part]) / part, sum(losses[-part:]) / part
    if last >= first:
        raise OptionError(
            option="smoke", value=steps, reason=f"the loss rose: {first:.3f} to {last:.3f}"
        )
    return f"The loss fell from {first:.3f} to {last:.3f} in {steps} steps."


def evaluate(args: argparse.Namespace, job: Job) -> str:
    """The table of separators, or that of detectors."""
    if args.what != "stems":
        return _detectors(args, job)
    songs = _tracks(Path(args.corpus)) if args.corpus else _songs(args.songs)
    systems = _systems(args.engines or "stems,classical")
    rows = measuring.evaluate(songs, systems, job)
    return json.dumps([asdict(row) for row in rows]) if args.json else measuring.table(rows)


def _systems(engines: str) -> dict[str, measuring.Separator]:
    """``NAME[=FILE],...`` as separators, and beside them the mixture and the ideal mask."""
    systems: dict[str, measuring.Separator] = {}
    for system in engines.split(","):
        name, _, file = system.partition("=")
        engine = ENGINES.load(name).open("cpu", Path(file) if file else None)
        label = f"{name} {Path(file).stem}" if file else name
        systems[label] = measuring.through_the_stream(engine)
    beside = {"mixture": measuring.mixture_itself, "ideal": measuring.ideal_ratio_mask}
    return systems | beside


def _detectors(args: argparse.Namespace, job: Job) -> str:
    """The table of ``evaluate notes`` or ``drums``."""
    names = args.engines.split(",") if args.engines else None
    rows = listening.evaluate(args.what, data_folder(), job, names)
    return json.dumps([asdict(row) for row in rows]) if args.json else listening.table(rows)


def _songs(folders: list[str] | None) -> Mapping[str, Samples]:
    """Those of the arguments; else the evaluation songs and the album's held-out ones."""
    if folders:
        return {Path(f).name: measuring.read_song(Path(f)) for f in folders}
    data = data_folder()
    places = [data / "eval/mdb" / name for name in _MDB] + [data / "eval/mdn_funk"]
    places += [data / "songs" / name for name in HELD_OUT_SONGS]
    return {place.name: measuring.read_song(place) for place in places}


def _tracks(folder: Path) -> Mapping[str, Samples]:
    """The songs of a corpus, all stems equally loud."""
    songs = corpora.tracks(folder)
    return {song.name: song.even(0, song.samples.shape[-1]) for song in songs}


def export(args: argparse.Namespace, job: Job) -> str:
    """The weights of a run as they ship."""
    if not 0 < args.part <= 1:
        raise OptionError(option="part", value=args.part, reason="it lies above 0, up to 1")
    facts = export_weights(Path(args.run) / "state.pt", Path(args.file), args.part)
    return json.dumps(facts, indent=2)
