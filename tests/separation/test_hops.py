"""Hearing a separation that still runs: the listener's place first, and the same in the end."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soundfile as sf
from numpy.typing import NDArray

from studio.errors import DiskFullError, MissingFileError
from studio.files import disk_bytes
from studio.job import Cancelled, Job
from studio.separation.hops import FinishedHops
from studio.separation.stream import StreamOptions, as_heard, separate_song

Samples = NDArray[np.float32]
Toy: Any = runpy.run_path(str(Path(__file__).with_name("toy.py")))["Toy"]
OPTIONS = StreamOptions(sum="off")
HOP = 3000  # of the toy: half a second of 8 kHz, less the overlap of a quarter
N_HOPS = 14


@pytest.fixture
def song(tmp_path: Path, rng: np.random.Generator) -> Path:
    """Five seconds of stereo noise: fourteen hops, the last one short."""
    path = tmp_path / "song.wav"
    sf.write(path, 0.1 * rng.standard_normal((40_321, 2)), 8000, subtype="FLOAT")
    return path


class Listener:
    """Keeps what is found, and reads every hop as soon as it is said."""

    def __init__(self, moves: dict[int, float] | None = None, stop_after: int = -1) -> None:
        self.order: list[int] = []
        self.heard: dict[tuple[str, int], Samples] = {}
        self.facts: dict[str, Any] = {}
        self.moves = moves or {}
        self.stop_after = stop_after
        self.job = Job(finds=self._found)

    def _found(self, name: str, facts: dict[str, Any]) -> None:
        if name == "separating":
            self.facts = facts
            self.hops = FinishedHops(Path(facts["folder"]), facts)
        elif name == "hop":
            hop = facts["hop"]
            for stem in self.hops.stems:
                self.heard[stem, hop] = self.hops.read(stem, hop)
            self.order.append(hop)
            if len(self.order) in self.moves:
                self.job.listen(self.moves[len(self.order)])
            if len(self.order) == self.stop_after:
                self.job.cancel()

    def separate(self, song: Path, folder: Path, engine: Any = None) -> dict[str, bytes]:
        """The stems as files' bytes, the listener's place first."""
        engine = engine or Toy()
        order = as_heard(engine, OPTIONS, self.job)
        names = separate_song(engine, song, folder, OPTIONS, self.job, order)
        return {name: (folder / f"{name}.wav").read_bytes() for name in names}


def test_a_hop_is_heard_as_it_will_stand_in_the_stem(tmp_path: Path, song: Path) -> None:
    """Read at once when it is said, every hop of every stem, at its place."""
    listener = Listener()
    listener.separate(song, tmp_path / "out")

    assert sorted(listener.order) == list(range(N_HOPS))
    for stem in Toy().stems:
        whole = sf.read(tmp_path / "out" / f"{stem}.wav", dtype="float32")[0].T
        heard = np.concatenate([listener.heard[stem, k] for k in range(N_HOPS)], axis=1)
        np.testing.assert_array_equal(heard, whole)


def test_what_is_said_describes_the_hops(tmp_path: Path, song: Path) -> None:
    """At the engine's rate, which here is not the song's."""
    listener = Listener()
    listener.separate(song, tmp_path / "out", Toy(sample_rate=11025))

    hops = listener.hops
    assert listener.facts["folder"] == str(tmp_path / "out")
    assert (hops.sample_rate, hops.channels, hops.hop_frames) == (11025, 2, HOP)
    assert hops.frames == pytest.approx(40_321 * 11025 / 8000, abs=1)
    assert hops.span(hops.n_hops - 1)[1] == hops.frames
    assert [hops.hop_at(s) for s in (0, 0.27, 0.28, 99)] == [0, 0, 1, hops.n_hops - 1]
    assert listener.facts["done"] == []


def test_a_part_of_a_hop_can_be_read(tmp_path: Path, song: Path) -> None:
    """Exactly the frames that were asked for, and none outside."""
    parts: list[Samples] = []

    def finds(name: str, facts: dict[str, Any]) -> None:
        if name == "separating":
            listener.facts = facts
        elif facts["hop"] == 2:
            hops = FinishedHops(tmp_path / "out", listener.facts)
            parts.extend([hops.read("other", 2), hops.read("other", 2, 100, 50)])
            for arguments in ((2, 2990, 11), (2, -1, 5), (N_HOPS, 0, 0), (-1, 0, 0)):
                with pytest.raises(ValueError, match="not in hop"):
                    hops.read("other", *arguments)

    listener = Listener()
    listener.job = Job(finds=finds)
    listener.separate(song, tmp_path / "out")

    np.testing.assert_array_equal(parts[1], parts[0][:, 100:150])


def test_hops_are_gone_when_the_stems_are_whole(tmp_path: Path, song: Path) -> None:
    """And that is said, so that the reader goes on with the stems."""
    listener = Listener()
    listener.separate(song, tmp_path / "out")

    with pytest.raises(MissingFileError):
        listener.hops.read("bass", 0)


def test_the_place_that_is_listened_to_comes_first(tmp_path: Path, song: Path) -> None:
    """Then what sounds after it, then the beginning."""
    listener = Listener()
    listener.job.listen(8.1 * HOP / 8000)
    listener.separate(song, tmp_path / "out")

    assert listener.order == [*range(8, N_HOPS), *range(8)]


def test_the_order_follows_a_listener_who_jumps(tmp_path: Path, song: Path) -> None:
    """To and fro; what is finished is not computed again."""
    listener = Listener(moves={2: 10.5 * HOP / 8000, 3: 0.0, 5: 99.0})
    listener.separate(song, tmp_path / "out")

    assert listener.order[:5] == [0, 1, 10, 2, 3]
    assert sorted(listener.order) == list(range(N_HOPS))


def test_whatever_was_listened_to_the_stems_are_the_same(tmp_path: Path, song: Path) -> None:
    """To the byte."""
    straight = Listener().separate(song, tmp_path / "straight")
    jumping = Listener(moves={1: 4.0, 2: 1.0, 4: 3.0, 7: 0.2})

    assert jumping.separate(song, tmp_path / "jumping") == straight


def test_a_cancelled_run_goes_on_and_says_what_is_there(tmp_path: Path, song: Path) -> None:
    """The second run names the hops of the first, which can be read, and makes only the others."""
    first, second = Listener(stop_after=3), Listener()
    first.job.listen(6 * HOP / 8000)
    with pytest.raises(Cancelled):
        first.separate(song, tmp_path / "out")
    stems = second.separate(song, tmp_path / "out")

    done = second.facts["done"]
    assert done == sorted(first.order)
    assert sorted(second.order) == sorted(set(range(N_HOPS)) - set(done))
    assert stems == Listener().separate(song, tmp_path / "whole")


def test_going_on_asks_only_for_the_room_that_is_missing(
    tmp_path: Path, song: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the first run wrote has its room; without the rest it is said before any work."""
    folder = tmp_path / "out"

    def room(free: int) -> None:
        monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=free))

    job = Job(finds=lambda name, facts: job.cancel() if facts.get("hop") == 9 else None)
    with pytest.raises(Cancelled):
        separate_song(Toy(), song, folder, OPTIONS, job)
    held = sum(disk_bytes(path) for path in folder.iterdir())
    assert held > 10 * HOP * 6 * 4
    needed = 40_321 * 2 * 4 * 8

    room(needed - held - 1)
    engine = Toy()
    with pytest.raises(DiskFullError, match="MB are needed"):
        separate_song(engine, song, folder, OPTIONS, Job())
    assert not engine.calls
    room(needed - held)
    assert separate_song(Toy(), song, folder, OPTIONS, Job()) == Toy().stems
