"""Weights: what there is, what is here, adding a file you have, removing it.

  stemwright models list
  stemwright models show NAME
  stemwright models add FILE [--as NAME --unverified]
  stemwright models remove NAME

A file is recognised by its hash and never opened here. One whose hash is not in the catalogue needs
--as NAME, what it is meant to be, and --unverified, that you trust where it came from.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from studio.cli.console import Exit, say, say_json, table, watched
from studio.models import store
from studio.models.catalogue import Model, read_catalogue


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|show|add|remove")
    listing = actions.add_parser("list", help="every model, and whether it is here")
    listing.add_argument("--json", action="store_true", help="print the result as JSON")
    show = actions.add_parser("show", help="everything known about one, and where it is published")
    show.add_argument("name", metavar="NAME")
    show.add_argument("--json", action="store_true", help="print the result as JSON")
    adding = actions.add_parser("add", help="copy weights you have into the store")
    adding.add_argument("file", metavar="FILE")
    adding.add_argument("--as", dest="name", metavar="NAME", help="what it is meant to be")
    adding.add_argument("--unverified", action="store_true", help="take a file of unknown hash")
    remove = actions.add_parser("remove", help="remove weights from the store")
    remove.add_argument("name", metavar="NAME")


def run(args: argparse.Namespace) -> int:
    """Do what is asked."""
    match args.action:
        case "list":
            _list(args.json)
        case "show":
            _show(args.name, args.json)
        case "add":
            _add(Path(args.file), args.name, args.unverified)
        case "remove":
            store.remove(args.name)
            say(f"Removed {args.name}.")
    return Exit.DONE


def _list(as_json: bool) -> None:
    rows = store.rows()
    if as_json:
        say_json(rows)
        return
    head = ("name", "what", "state", "MB", "licence")
    say(table(head, [(r.name, r.label, r.state, f"{r.bytes / 1e6:.0f}", r.licence) for r in rows]))


def _show(name: str, as_json: bool) -> None:
    model = read_catalogue().entry(name)
    if as_json:
        say_json(model)
        return
    say(_card(model))


def _card(model: Model) -> str:
    facts = {
        "what": model.label,
        "best at": model.summary,
        "engine": model.engine,
        "stems": ", ".join(model.stems),
        "parameters": f"{model.parameters / 1e6:.1f} M",
        "licence": f"{model.licence} (stated by {model.licence_stated_by})",
        "paper": model.paper,
        "note": model.note,
    }
    lines = [f"{name:<12}{text}" for name, text in facts.items() if text]
    for file in model.files:
        lines.append(f"{'file':<12}{file.urls[0] if file.urls else 'ships with the program'}")
        lines.append(f"{'':<12}{file.bytes} bytes, SHA-256 {file.sha256}")
    if any(file.urls for file in model.files):
        lines.append(f"{'to use it':<12}fetch one of these, then: stemwright models add FILE")
    return "\n".join(lines)


def _add(file: Path, name: str | None, unverified: bool) -> None:
    with watched(file.name) as job:
        model = store.add(file, name, unverified=unverified, job=job)
    say(f"Added {model.name} for the engine {model.engine}. Its licence: {model.licence}")
