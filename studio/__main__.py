"""The entry point: the command line, or with ``--worker`` the engine process."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the program. Returns the exit status."""
    if sys.argv[1:2] == ["--worker"]:
        from studio.worker.server import main as serve

        return serve()
    from studio.cli.main import main as command_line

    return command_line(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
