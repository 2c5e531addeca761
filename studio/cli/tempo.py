"""How musical time runs in a song: its tempo, its bars, its key; and what to change about it.

With a song's folder alone it says what is known. What is changed holds for every later export.
"""

from __future__ import annotations

import argparse
from typing import Any

from studio.cli.console import Exit, say, say_json, watched
from studio.cli.options import tempo as bpm
from studio.worker.client import Worker

_CHANGES = ("halve", "double", "later", "earlier")
_MOST_BEATS = 16


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("song", metavar="SONG_FOLDER", help="as `process` made it")
    made = parser.add_mutually_exclusive_group()
    made.add_argument("--estimate", action="store_true", help="find the tempo anew")
    made.add_argument("--tempo", type=bpm, metavar="BPM", help="this one; its beats are found")
    made.add_argument(
        "--taps", type=_seconds, metavar="S,S,...", help="seconds at which you tapped along"
    )
    parser.add_argument(
        "--change", choices=_CHANGES, help="the tempo, or by one beat where bars begin"
    )
    parser.add_argument("--beats-per-bar", type=_beats, metavar="N", help="quarter notes a bar")
    parser.add_argument("--downbeat", type=_second, metavar="S", help="a second where a bar begins")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Say or change it."""
    options = {
        "folder": args.song,
        "estimate": args.estimate,
        "bpm": args.tempo,
        "taps": args.taps or [],
        "change": args.change,
        "beats_per_bar": args.beats_per_bar,
        "downbeat": args.downbeat,
    }
    with Worker() as worker, watched(args.song) as job:
        view = worker.run("tempo", options, args.song, job)
    if args.json:
        say_json(view)
    else:
        say(show(view))
    return Exit.DONE


def show(view: dict[str, Any]) -> str:
    """The facts for people, a line each."""
    tempo, key, chords = view["tempo"], view["key"], view["chords"]
    source = tempo["source"]
    sure = f"{source}, confidence {tempo['confidence']:.2f}" if source == "estimated" else source
    first = "not known" if tempo["downbeat"] is None else f"at {tempo['downbeat']:.3f} s"
    return "\n".join(
        (
            f"Tempo   {_tempi(tempo['steps'])} ({sure})",
            f"Bars    {tempo['beats_per_bar']} beats, the first begins {first}",
            f"Key     {key or 'not known'}",
            f"Chords  {' '.join(chord['name'] for chord in chords[:8]) or 'not known'}"
            + (" ..." if len(chords) > 8 else ""),
        )
    )


def _tempi(steps: list[dict[str, float]]) -> str:
    """``96 BPM``, or from which to which; the first of several only leads to the first beat."""
    bpm = [step["bpm"] for step in steps[1:] or steps]
    low, high = (f"{end:.2f}".rstrip("0").rstrip(".") for end in (min(bpm), max(bpm)))
    return f"{low} BPM" if len(steps) == 1 else f"{low} to {high} BPM in {len(bpm)} steps"


def _beats(text: str) -> int:
    """Quarter notes a bar."""
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_BEATS:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1 to {_MOST_BEATS}")
    return int(text)


def _seconds(text: str) -> list[float]:
    """Numbers with commas."""
    return [_second(part) for part in text.split(",")]


def _second(text: str) -> float:
    """A second of a song."""
    try:
        second = float(text)
    except ValueError:
        second = -1.0
    if not 0 <= second < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a second of a song, 0 or later")
    return second
