"""The house as a whole: lint, format, types, import contracts. Part of the one test command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CHECKS = {
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "types": ["mypy"],
    "imports": ["lint-imports"],
}


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.timeout(600)
def test_the_house_is_in_order(check: str) -> None:
    """Each tool says so; what it says otherwise is the failure's text."""
    tool, *arguments = CHECKS[check]
    program = Path(sys.executable).with_name(tool)

    done = subprocess.run([program, *arguments], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
