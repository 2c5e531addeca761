"""The worker process: real work, real signals, and what the client makes of each end."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import psutil
import pytest
import soundfile as sf

from studio.errors import MissingFileError, OutOfMemoryError, StudioError, WorkerCrashedError
from studio.job import Cancelled, Job
from studio.worker.client import Worker, command
from studio.worker.messages import Answer, Done, Run


@pytest.fixture
def worker() -> Iterator[Worker]:
    """A worker that ends with its test."""
    with Worker() as running:
        yield running


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """Twenty seconds of noise: a few seconds of work."""
    path = tmp_path / "noise.wav"
    noise = np.random.default_rng(440).uniform(-0.1, 0.1, (20 * 44100, 2))
    sf.write(path, noise, 44100)
    return path


def separation(song: Path) -> dict[str, Any]:
    """Options of a run that separates and no more."""
    out = str(song.parent / "out")
    return {"song": str(song), "out": out, "transcribe": [], "targets": ["stems"]}


def during(act: Callable[[], None], after: float = 0.05) -> Job:
    """A job that does something once, in the middle of the work."""
    done: list[bool] = []

    def sink(fraction: float, text: str) -> None:
        if fraction > after and not done:
            done.append(True)
            act()

    return Job(sink)


def pid_of(worker: Worker) -> int:
    """The worker's process."""
    (child,) = [
        process
        for process in psutil.Process().children(recursive=True)
        if "--worker" in process.cmdline()
    ]
    return child.pid


def test_work_is_done_and_progress_is_heard(worker: Worker, song: Path) -> None:
    """Fractions rise to the end, and the facts arrive."""
    heard: list[float] = []
    told: list[str] = []
    job = Job(lambda fraction, text: heard.append(fraction), told.append)

    report = worker.run("process", separation(song), "noise.wav", job)

    assert report["song"] == "noise"
    assert heard == sorted(heard)
    assert 0 <= heard[0] < heard[-1] <= 1
    assert any("classical on the processor" in text for text in told)


def test_an_error_arrives_as_itself(worker: Worker, tmp_path: Path) -> None:
    """Its class, its sentence, its hint."""
    with pytest.raises(MissingFileError, match="no such file") as caught:
        worker.run("process", separation(tmp_path / "none.wav"), "none.wav", Job())

    assert "drive" in caught.value.hint


def test_a_killed_worker_is_one_sentence_and_the_next_run_goes_on(
    worker: Worker, song: Path
) -> None:
    """The death names the song and the likely cause; the same run then works."""
    job = during(lambda: os.kill(pid_of(worker), signal.SIGKILL))

    with pytest.raises(WorkerCrashedError, match=r"noise\.wav \(SIGKILL: .*memory") as caught:
        worker.run("process", separation(song), "noise.wav", job)

    assert Path(caught.value.facts["log"]).is_file()
    assert worker.run("process", separation(song), "noise.wav", Job())["song"] == "noise"


def test_a_stopped_run_stops_and_the_worker_lives(worker: Worker, song: Path) -> None:
    """Cancelling is asked of the same process, which then does the next run."""

    def stop() -> None:
        job.cancel()

    job = during(stop)
    with pytest.raises(Cancelled):
        worker.run("process", separation(song), "noise.wav", job)
    before = pid_of(worker)

    assert worker.run("process", separation(song), "noise.wav", Job())["song"] == "noise"
    assert pid_of(worker) == before


@pytest.mark.skipif(not hasattr(psutil.Process, "rlimit"), reason="limits are Linux's")
def test_no_memory_is_one_sentence_and_the_next_run_works(worker: Worker, song: Path) -> None:
    """The run that did not fit fails; a fresh process does the next."""

    short = song.with_name("short.wav")
    sf.write(short, np.zeros((4410, 2)), 44100)
    worker.run("process", separation(short), "short.wav", Job())  # loads what will be needed
    process = psutil.Process(pid_of(worker))
    process.rlimit(psutil.RLIMIT_AS, (process.memory_info().vms + (60 << 20), -1))

    with pytest.raises(StudioError) as caught:
        worker.run("process", separation(song), "noise.wav", Job())

    assert isinstance(caught.value, OutOfMemoryError | WorkerCrashedError)
    assert worker.run("process", separation(song), "noise.wav", Job())["song"] == "noise"


def test_a_worker_ends_with_its_standard_input(song: Path) -> None:
    """When the terminal dies, nothing goes on computing behind its back."""
    with subprocess.Popen(
        command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(msgspec.json.encode(Run("process", separation(song))) + b"\n")
        process.stdin.flush()
        process.stdout.readline()
        process.stdin.close()
        process.wait(timeout=60)

    assert not list((song.parent / "out").rglob("manifest.json"))


def test_standard_output_holds_answers_alone(song: Path) -> None:
    """Every line is an answer, the last one the result."""
    request = msgspec.json.encode(Run("process", separation(song))) + b"\n"
    with subprocess.Popen(
        command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(request)
        process.stdin.flush()
        answers: list[Answer] = []
        while not (answers and isinstance(answers[-1], Done)):
            answers.append(msgspec.json.decode(process.stdout.readline(), type=Answer))
        process.stdin.close()

    assert isinstance(answers[-1], Done)
