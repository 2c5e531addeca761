"""What is installed, what is missing, and what to do."""

from __future__ import annotations

import argparse

from studio.cli.console import Exit, say, say_json, watched
from studio.worker.client import Worker

_MARKS = {"ok": "ok", "optional": "--", "missing": "!!"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Look at everything. Fails where something needed is missing."""
    with Worker() as worker, watched("looking") as job:
        findings = worker.run("doctor", {}, "the doctor", job)
    if args.json:
        say_json(findings)
    else:
        for finding in findings:
            say(f"{_MARKS[finding['state']]}  {finding['what']}: {finding['text']}")
            if finding["mend"]:
                say(f"      {finding['mend']}")
    missing = any(finding["state"] == "missing" for finding in findings)
    return Exit.FAILED if missing else Exit.DONE
