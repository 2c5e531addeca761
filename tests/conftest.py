"""Fixtures every room's tests share."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

# No example fails for being slow: a busy machine is not a defect. `timeout` catches what hangs.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has an empty home, so none meets another's models or settings."""
    monkeypatch.setenv("STEMWRIGHT_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture(autouse=True)
def _no_thread_outlives_its_test() -> Iterator[None]:
    """A thread of ours that is still running after a test is a leak."""
    before = set(threading.enumerate())
    yield
    late = [t for t in threading.enumerate() if t not in before and not t.daemon]
    for thread in late:
        thread.join(timeout=2)
    assert not [t for t in late if t.is_alive()]


@pytest.fixture
def rng() -> np.random.Generator:
    """Seeded noise."""
    return np.random.default_rng(440)


@pytest.fixture
def data() -> Path:
    """The folder of real songs. Where it is absent the test is skipped, unless it is required."""
    folder = os.environ.get("STEMWRIGHT_DATA")
    if folder and Path(folder).is_dir():
        return Path(folder)
    if os.environ.get("STEMWRIGHT_DATA_REQUIRED"):
        pytest.fail("STEMWRIGHT_DATA names no folder, and this run requires it")
    pytest.skip("needs the songs that STEMWRIGHT_DATA names")
