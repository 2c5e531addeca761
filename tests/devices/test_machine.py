"""What stands in the machine, read from what the system says."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.devices import machine
from studio.devices.machine import Card, look, parse_smi, threads


def test_this_machine_is_seen() -> None:
    """The figures agree with what the system says by other ways."""
    here = look()

    assert here.system == platform.system()
    assert here.processor
    assert here.memory_mb == pytest.approx(psutil.virtual_memory().total / 1e6, abs=1)


@pytest.mark.parametrize(
    ("answer", "cards"),
    [
        ("", ()),
        (
            "NVIDIA H200, 143771, 9.0\n",
            (Card("NVIDIA H200", 150755, 9.0),),
        ),
        (
            "NVIDIA GeForce RTX 3060, 12288, 8.6\nNVIDIA GeForce GTX 1060 6GB, 6144, 6.1\n",
            (
                Card("NVIDIA GeForce RTX 3060", 12885, 8.6),
                Card("NVIDIA GeForce GTX 1060 6GB", 6442, 6.1),
            ),
        ),
        ("NVIDIA GB10, [N/A], 12.1\n", (Card("NVIDIA GB10", 0, 12.1),)),
        ("Quadro K2000\n", (Card("Quadro K2000"),)),
    ],
)
def test_the_driver_s_answer_is_read(answer: str, cards: tuple[Card, ...]) -> None:
    """Lines of name, MiB and capability; what an old driver does not say is 0."""
    assert parse_smi(answer) == cards


@given(answer=st.text())
def test_no_answer_is_an_error(answer: str) -> None:
    """Whatever it prints."""
    for card in parse_smi(answer):
        assert card.label


def smi(folder: Path, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program called nvidia-smi first on the path."""
    program = folder / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.skipif(os.name != "posix", reason="a shell script stands for the driver's program")
@pytest.mark.parametrize(
    ("body", "labels"),
    [
        ("echo 'NVIDIA L4, 23034, 8.9'", ["NVIDIA L4"]),
        ("echo 'NVIDIA-SMI has failed: driver/library mismatch'; exit 9", []),
        ("exec sleep 30", []),
    ],
    ids=["well", "ill", "hanging"],
)
def test_the_driver_is_asked_and_may_be_ill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, labels: list[str]
) -> None:
    """One that fails or hangs says nothing, and holds nothing up."""
    smi(tmp_path, body, monkeypatch)
    monkeypatch.setattr(machine, "_SMI_SECONDS", 0.5)
    monkeypatch.setattr(machine, "_PROC_NVIDIA", tmp_path / "absent")

    assert [card.label for card in look().nvidia] == labels


def test_the_linux_driver_s_own_list_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no nvidia-smi, as in many containers."""
    card = tmp_path / "0000:01:00.0"
    card.mkdir()
    (card / "information").write_text("Model: \t\t NVIDIA H200\nIRQ:   \t\t 12\n")
    monkeypatch.setattr(machine, "_PROC_NVIDIA", tmp_path)
    monkeypatch.setenv("PATH", "")

    assert look().nvidia == (Card("NVIDIA H200"),)


def test_display_controllers_are_told_from_the_rest_of_the_bus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An AMD card and an NVIDIA network adapter: only the first can compute for us."""
    for name, kind, vendor in (
        ("a", "0x030000\n", "0x1002\n"),
        ("b", "0x020700\n", "0x10de\n"),
        ("c", "0x038000\n", "0x1234\n"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "class").write_text(kind)
        (tmp_path / name / "vendor").write_text(vendor)
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(machine, "_PCI", tmp_path)

    assert look().vendors == {"amd", "other"}


@pytest.mark.parametrize(
    ("value", "hidden"), [(None, False), ("", True), ("-1", True), ("0", False)]
)
def test_hidden_cards_are_noticed(
    monkeypatch: pytest.MonkeyPatch, value: str | None, hidden: bool
) -> None:
    """The variable with which one hides them from CUDA."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if value is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", value)

    assert look().hidden == hidden


def test_threads_are_cores_this_process_may_use() -> None:
    """At least one, at most the physical cores."""
    assert 1 <= threads() <= (psutil.cpu_count() or 1)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="Linux grants cores so")
def test_fewer_cores_granted_are_fewer_threads() -> None:
    """A process bound to one core computes with one thread."""
    code = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
    code += "from studio.devices.machine import threads; print(threads())"

    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "1\n"
