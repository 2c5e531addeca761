"""The entry point: the command line, or with ``--worker`` the engine process."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Run the program. Returns the exit status."""
    if sys.argv[1:2] == ["--worker"]:
        return _work()
    from studio.cli.main import main as command_line

    return command_line(sys.argv[1:])


def _work() -> int:
    """Be the worker, on as many threads as there are cores to use."""
    from studio.devices.machine import threads

    # Read when numpy and torch are loaded, not later; a user's own choice stands.
    os.environ.setdefault("OMP_NUM_THREADS", str(threads()))
    from studio.worker.server import main as serve

    return serve()


if __name__ == "__main__":
    sys.exit(main())
