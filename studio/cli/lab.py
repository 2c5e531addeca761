"""Where our own networks come from: songs to learn from, training, measuring, weights that ship.

  stemwright lab corpus FOLDER --songs 60      render songs with known stems and notes
  stemwright lab train RUN --corpus FOLDER     train, or go on with, the separator
  stemwright lab train --smoke                 the whole path on generated sound, in a minute
  stemwright lab evaluate stems                measure separators against true stems
  stemwright lab evaluate notes|drums          measure detectors against known notes
  stemwright lab export RUN FILE               the weights of a run as they ship

The material is found by the environment variable STEMWRIGHT_DATA. `docs/models.md` says what may
train, what trained the weights that ship, and what every run has reached.
"""

from __future__ import annotations

import argparse
from importlib import import_module

from studio.cli.console import Exit, say, watched


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(
        dest="action", required=True, metavar="corpus|train|evaluate|export"
    )
    corpus = actions.add_parser("corpus", help="render songs to learn from")
    corpus.add_argument("folder", metavar="FOLDER", help="where they go; it may grow")
    corpus.add_argument("--songs", type=int, default=60, help="how many (default: 60)")
    corpus.add_argument("--first", type=int, default=0, help="the first song's number (default: 0)")
    corpus.add_argument("--seconds", type=float, default=45.0, help="of each song (default: 45)")
    corpus.add_argument("--split", choices=("train", "dev"), default="train", help="whose timbres")
    corpus.add_argument("--album", action="store_true", help="and the album's songs of that split")
    corpus.add_argument("--soundfonts", metavar="FOLDER", help="where Debian's soundfonts lie")
    train = actions.add_parser("train", help="train the separator, or go on where it stopped")
    train.add_argument("run", nargs="?", metavar="RUN", help="the run's folder")
    train.add_argument("--corpus", metavar="FOLDER", help="songs to learn from")
    train.add_argument("--dev", metavar="FOLDER", help="songs to look at, never learned from")
    train.add_argument("--steps", type=int, default=2000, help="in all (default: 2000)")
    train.add_argument("--cool-down", type=int, help="falling steps (default: all but the first)")
    train.add_argument("--width", type=int, default=32, help="of the network (default: 32)")
    train.add_argument("--items", type=int, default=4, help="crops in a batch (default: 4)")
    train.add_argument("--seconds", type=float, default=3.0, help="of a crop (default: 3)")
    train.add_argument("--seed", type=int, default=1, help="of all chance (default: 1)")
    train.add_argument("--device", default="cpu", help="such as cuda:0 (default: cpu)")
    train.add_argument("--smoke", action="store_true", help="a minute on generated sound")
    evaluate = actions.add_parser("evaluate", help="measure against the truth")
    evaluate.add_argument("what", choices=("stems", "notes", "drums"))
    evaluate.add_argument("--songs", nargs="*", metavar="FOLDER", help="folders of true stems")
    evaluate.add_argument("--corpus", metavar="FOLDER", help="a corpus: the development set, say")
    evaluate.add_argument(
        "--engines",
        metavar="NAME[=FILE],...",
        help="what to measure, a separator with weights; of stems: stems,classical",
    )
    evaluate.add_argument("--json", action="store_true", help="print the result as JSON")
    export = actions.add_parser("export", help="write the weights of a run as they ship")
    export.add_argument("run", metavar="RUN")
    export.add_argument("file", metavar="FILE", help="a .safetensors file")
    export.add_argument(
        "--part", type=float, default=1.0, help="of the estimate that is the network's (default: 1)"
    )


def run(args: argparse.Namespace) -> int:
    """Do what is asked. The lab works in this process: it is no song's work, and ends with it."""
    command = import_module("studio.lab.command")
    with watched(f"lab {args.action}") as job:
        text: str = getattr(command, args.action)(args, job)
    say(text)
    return Exit.DONE
