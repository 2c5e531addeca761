"""How fast, as measured and as remembered."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.devices.speed import Estimate, estimate, measure, remember
from studio.paths import cache_folder


@dataclass(frozen=True)
class Cost:
    """As much of an engine's cost as an estimate needs."""

    real_time_factor: dict[str, float] = field(default_factory=lambda: {"cuda": 0.02, "cpu": 0.9})


def test_a_processor_is_measured_within_its_time() -> None:
    """The figure is one of a processor of our days, and the wait is as asked, and some tenths."""
    start = time.monotonic()
    throughput = measure("cpu", 0.4)
    took = time.monotonic() - start

    assert 0.1 < throughput < 100_000
    assert took < 10  # an idle machine: 0.5 s; a test must also pass on a busy one


@pytest.mark.parametrize(
    ("device", "expected"),
    [
        ("cpu", Estimate(0.9, "usual")),
        ("cuda", Estimate(0.02, "usual")),
        ("cuda:1", Estimate(0.02, "usual")),
        ("xpu:0", Estimate(0.9, "usual on cpu")),
    ],
)
def test_before_the_first_run_the_usual_is_told(device: str, expected: Estimate) -> None:
    """On a kind nobody measured, the slowest that is known, and that it is that one."""
    assert estimate("htdemucs", device, Cost()) == expected


def test_afterwards_what_was_measured_here() -> None:
    """For that engine on that device alone; the last run counts."""
    assert remember("htdemucs", "cpu", 1.5)
    assert remember("htdemucs", "cpu", 2.5)

    assert estimate("htdemucs", "cpu", Cost()) == Estimate(2.5, "measured here")
    assert estimate("htdemucs", "cuda:0", Cost()).source == "usual"
    assert estimate("classical", "cpu", Cost()).source == "usual"


@settings(max_examples=20)
@given(rows=st.dictionaries(st.tuples(st.text(), st.text()), st.floats(1e-3, 1e3), max_size=6))
def test_every_pair_is_remembered(rows: dict[tuple[str, str], float]) -> None:
    """Whatever engines of others are called."""
    for (engine, device), factor in rows.items():
        assert remember(engine, device, factor)

    for (engine, device), factor in rows.items():
        assert estimate(engine, device, Cost()) == Estimate(factor, "measured here")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b"[]", b'{"htdemucs": 3}', b'{"a": {"b": "c"}}']
)
def test_a_damaged_memory_is_begun_anew(content: bytes) -> None:
    """It is a cache: it costs an estimate, no more."""
    cache_folder().mkdir(parents=True)
    file = cache_folder() / "speed.json"
    file.write_bytes(content)

    assert estimate("htdemucs", "cpu", Cost()).source == "usual"
    assert remember("htdemucs", "cpu", 1.5)
    assert json.loads(file.read_bytes()) == {"htdemucs": {"cpu": 1.5}}


def test_where_nothing_can_be_kept_it_is_said_and_nothing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Work that is done does not fail for the sake of an estimate."""
    in_the_way = tmp_path / "home"
    in_the_way.write_text("")
    monkeypatch.setenv("STEMWRIGHT_HOME", str(in_the_way))

    assert not remember("htdemucs", "cpu", 1.5)
    assert estimate("htdemucs", "cpu", Cost()).source == "usual"
