"""What passes between the processes while a run goes on, and who may end it."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import soundfile as sf

from studio.errors import MissingFileError, WorkerCrashedError
from studio.job import Cancelled, Job
from studio.separation.hops import FinishedHops
from studio.worker.client import Worker, command
from studio.worker.messages import Answer, Failed, Found, Run, read_answer, read_request


@pytest.fixture
def worker() -> Iterator[Worker]:
    """A worker that ends with its test."""
    with Worker() as running:
        yield running


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """Five quarters of a minute of noise: seven hops of the classical engine."""
    path = tmp_path / "noise.wav"
    noise = np.random.default_rng(440).uniform(-0.1, 0.1, (75 * 44100, 1))
    sf.write(path, noise, 44100)
    return path


def apart(song: Path) -> dict[str, Any]:
    """Arguments of the task."""
    return {"song": str(song), "out": str(song.parent / "out")}


def test_the_listener_is_followed_and_hops_can_be_heard(worker: Worker, song: Path) -> None:
    """A place told before the run and one told during it come first; hops are read as said."""
    order: list[int] = []
    hops: list[FinishedHops] = []

    def finds(name: str, facts: dict[str, Any]) -> None:
        if name == "separating":
            hops.append(FinishedHops(Path(facts["folder"]), facts))
        if name == "hop":
            order.append(facts["hop"])
            assert np.abs(hops[0].read("other", facts["hop"])).max() > 0
            job.listen(0.0)
        if len(order) == 3:
            job.cancel()

    job = Job(finds=finds)
    job.listen(25.0)
    with pytest.raises(Cancelled):
        worker.run("apart", apart(song), "noise.wav", job)

    # Hop 2 sounds at 25 s. The next one may have begun before the listener's jump was heard.
    assert order[:2] in ([2, 0], [2, 3])
    assert 0 in order[:3]


def test_a_started_worker_does_the_first_run(worker: Worker, song: Path) -> None:
    """Started while nobody asks, once, and used by the run."""
    worker.start()
    process = worker._process
    worker.start()

    with pytest.raises(MissingFileError):
        worker.run("apart", apart(song.with_name("none.wav")), "none.wav", Job())
    assert worker._process is process


def test_a_worker_can_be_ended_from_another_thread(worker: Worker, song: Path) -> None:
    """At once; the run says so, and the next one has a fresh process."""

    def finds(name: str, facts: dict[str, Any]) -> None:
        if name == "separating":
            killer = threading.Thread(target=worker.kill)
            killer.start()
            killer.join()

    with pytest.raises(WorkerCrashedError):
        worker.run("apart", apart(song), "noise.wav", Job(finds=finds))
    again = Job(finds=lambda name, facts: again.cancel() if name == "hop" else None)
    with pytest.raises(Cancelled):
        worker.run("apart", apart(song), "noise.wav", again)


def test_kinds_and_keys_of_another_version_are_passed_over() -> None:
    """In both directions; what is no message at all is an error."""
    assert read_request(b'{"type":"rewind","to":3}') is None
    assert read_answer(b'{"type":"sparkle"}') is None
    assert read_answer(b'{"type":"found","name":"hop","facts":{"hop":1},"colour":"red"}') == Found(
        "hop", {"hop": 1}
    )
    assert read_request(b'{"type":"run","task":"view","arguments":{},"soon":true}') == Run(
        "view", {}
    )
    for torn in (b'{"type":"fou', b"[]", b"{}"):
        with pytest.raises(msgspec.DecodeError):
            read_answer(torn)


def test_a_server_lives_on_after_an_unknown_request() -> None:
    """It is passed over and the next one is answered."""
    lines = [b'{"type":"rewind"}', b'{"type":"listen","seconds":3.0}', b'{"type":"stop"}']
    lines.append(msgspec.json.encode(Run("view", {"folder": "nowhere"})))
    with subprocess.Popen(
        command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"\n".join(lines) + b"\n")
        process.stdin.flush()
        answers: list[Answer | None] = []
        while not answers or not isinstance(answers[-1], Failed):
            line = process.stdout.readline()
            assert line, "the server ended"
            answers.append(read_answer(line))
        process.stdin.close()

    assert isinstance(answers[-1], Failed)
