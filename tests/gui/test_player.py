"""The player, with outputs of every kind: a file, a clock, one that dies, and none."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from studio.audio.wav import Wav
from studio.audio.write import WavWriter
from studio.errors import OptionError, SoundDeviceError
from studio.gui.player.clock_out import FileOut, NullOut
from studio.gui.player.deck import Deck, WavTrack
from studio.gui.player.miniaudio_out import MiniaudioOut
from studio.gui.player.out import AudioOut, Device, Lost, Pull, open_out
from studio.gui.player.player import Player
from studio.gui.state.mixer import Channel, Mixer
from studio.music.audio import Samples

RATE = 8000
SECONDS = 2.0
FRAMES = round(SECONDS * RATE)
BASS, DRUMS = Device("b", "Box"), Device("d", "Desk")


class Plugs:
    """A computer with sockets: devices come, go and die as a test says."""

    def __init__(self) -> None:
        self.there = [BASS, DRUMS]
        self.opened: list[Out] = []

    def make(self) -> AudioOut:
        return Out(self)


class Out(NullOut):
    """A device of ``Plugs``. Opened by no name, it is the first there."""

    def __init__(self, plugs: Plugs) -> None:
        super().__init__()
        self.plugs = plugs

    def devices(self) -> list[Device]:
        return list(self.plugs.there)

    def open(self, sample_rate: int, pull: Pull, lost: Lost, device: str | None = None) -> None:
        found = [one for one in self.plugs.there if device in (None, one.id)]
        if not found:
            raise SoundDeviceError(reason="nothing is plugged in")
        super().open(sample_rate, pull, lost, device)
        self.name = found[0].name
        self.plugs.opened.append(self)

    def die(self) -> None:
        """Unplugged while it plays: the clock ends by itself and says so."""
        self._stop.set()
        self._lost("")


@pytest.fixture
def stems(tmp_path: Path, rng: np.random.Generator) -> dict[str, Samples]:
    """A song of two lanes."""
    sounds = {n: rng.uniform(-0.4, 0.4, (2, FRAMES)).astype(np.float32) for n in ("bass", "drums")}
    sounds["song"] = sounds["bass"] + sounds["drums"]
    for name, sound in sounds.items():
        with WavWriter(tmp_path / f"{name}.wav", RATE, 2, FRAMES) as out:
            out.write(sound)
    return sounds


@pytest.fixture
def deck(tmp_path: Path, stems: dict[str, Samples]) -> Deck:
    track = {name: WavTrack(tmp_path / f"{name}.wav") for name in stems}
    return Deck(RATE, FRAMES, track.pop("song"), track)


@pytest.fixture
def mixer(qapp: object) -> Mixer:
    mixer = Mixer()
    mixer.load({"bass": Channel(), "drums": Channel()})
    return mixer


@pytest.fixture
def plugs() -> Plugs:
    return Plugs()


@pytest.fixture
def player(qapp: object, plugs: Plugs) -> Iterator[Player]:
    player = Player(make_out=plugs.make)
    yield player
    player.close()


def test_the_file_is_the_soloed_stem_bit_for_bit(
    qtbot: QtBot, tmp_path: Path, deck: Deck, mixer: Mixer, stems: dict[str, Samples]
) -> None:
    """From the first frame to the last, then silence; and the file appears when it is closed."""
    target = tmp_path / "heard.wav"
    player = Player(make_out=lambda: FileOut(target, pace=10))
    mixer.set("bass", solo=True)
    player.load(deck)
    player.apply(mixer)
    with qtbot.waitSignals([player.ended, player.playing_changed], timeout=5000):
        player.play()
        assert player.playing
        with qtbot.waitSignal(player.ended, timeout=5000):
            pass
    assert not player.playing
    assert player.position == SECONDS
    assert not target.exists()
    player.close()

    with Wav(target) as wav:
        sound = wav.read(0, wav.frames)
    assert (wav.sample_rate, wav.channels) == (RATE, 2)
    assert np.array_equal(sound[:, :FRAMES], stems["bass"])
    assert not sound[:, FRAMES:].any()


def test_it_plays_in_time(qtbot: QtBot, player: Player, deck: Deck) -> None:
    """After half a second of the clock it is half a second on, and pausing holds it there."""
    player.load(deck)
    player.seek(0.5)
    assert player.position == 0.5
    player.play()
    qtbot.waitUntil(lambda: player.position > 0.5, timeout=3000)
    begun = player.position
    qtbot.wait(500)
    assert player.position - begun == pytest.approx(0.5, abs=0.15)
    player.toggle()
    assert not player.playing
    qtbot.wait(250)
    rested = player.position
    qtbot.wait(150)
    assert player.position == rested


def test_it_stays_at_the_end_and_begins_anew(qtbot: QtBot, player: Player, deck: Deck) -> None:
    """The position after the end is the end; the next play starts at 0."""
    player.load(deck)
    player.seek(SECONDS - 0.1)
    with qtbot.waitSignal(player.ended, timeout=3000):
        player.play()
    assert (player.playing, player.position) == (False, SECONDS)
    player.play()
    assert player.position < 0.5
    assert player.playing


def test_a_loop_goes_round_and_is_kept_for_the_next_song(
    qtbot: QtBot, player: Player, deck: Deck
) -> None:
    """Set before the song is there it still counts; one that lies outside does not."""
    player.set_loop((1.0, 1.2))
    player.load(deck)
    player.seek(1.0)
    player.play()
    seen = []
    for _ in range(12):
        qtbot.wait(50)
        seen.append(player.position)
    assert player.playing
    assert 1.0 <= min(seen) < max(seen) <= 1.2
    player.set_loop((5.0, 6.0))
    with qtbot.waitSignal(player.ended, timeout=4000):
        pass


def test_meters_show_what_the_mixer_lets_through(
    qtbot: QtBot, player: Player, deck: Deck, mixer: Mixer, stems: dict[str, Samples]
) -> None:
    """Names of lanes, and the master."""
    mixer.set("drums", mute=True)
    mixer.set("bass", pan=-1.0)
    mixer.set_master(-20.0)
    player.load(deck)
    player.apply(mixer)
    assert player.levels() == {}
    player.play()
    qtbot.wait(300)
    levels = player.levels()
    assert set(levels) == {"bass", "master"}
    assert levels["bass"] == pytest.approx((0.4, 0.0), abs=0.02)
    assert levels["master"] == pytest.approx((0.04, 0.0), abs=0.002)


def test_a_lane_joins_without_a_break(
    qtbot: QtBot, player: Player, deck: Deck, plugs: Plugs
) -> None:
    """The same song with another track: it plays on where it is."""
    player.load(Deck(RATE, FRAMES, deck.song))
    player.play()
    qtbot.waitUntil(lambda: player.position > 0.2, timeout=3000)
    player.load(deck, keep_place=True)
    assert player.playing
    assert player.position > 0.2
    assert len(plugs.opened) == 1


def test_an_unplugged_device_is_said_and_the_default_goes_on(
    qtbot: QtBot, player: Player, deck: Deck, plugs: Plugs
) -> None:
    """Paused where it was; play goes on, on what is there."""
    player.choose_device(DRUMS.id)
    player.load(deck)
    with qtbot.waitSignal(player.device_changed, timeout=3000) as changed:
        player.play()
    assert changed.args == ["Desk"]
    qtbot.waitUntil(lambda: player.position > 0.2, timeout=3000)

    with qtbot.waitSignal(player.device_lost, timeout=3000) as lost:
        plugs.there.remove(DRUMS)
        plugs.opened[-1].die()

    assert lost.args is not None
    name, seconds = lost.args
    assert name == "Desk"
    assert seconds == pytest.approx(player.position, abs=0.1)
    assert not player.playing
    with qtbot.waitSignal(player.device_changed, timeout=3000) as changed:
        player.play()
    assert changed.args == ["Box"]
    qtbot.waitUntil(lambda: player.position > seconds + 0.1, timeout=3000)


def test_a_device_that_dies_in_silence_is_noticed(
    qtbot: QtBot, player: Player, deck: Deck, plugs: Plugs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It pulls no more and says nothing."""
    monkeypatch.setattr("studio.gui.player.player._DEAD_SECONDS", 0.5)
    player.load(deck)
    player.play()
    qtbot.waitUntil(lambda: player.position > 0.1, timeout=3000)
    with qtbot.waitSignal(player.device_lost, timeout=3000):
        plugs.opened[-1]._stop.set()


def test_choosing_another_device_plays_on_there(
    qtbot: QtBot, player: Player, deck: Deck, plugs: Plugs
) -> None:
    """At the same place, without stopping."""
    player.load(deck)
    player.play()
    qtbot.waitUntil(lambda: player.position > 0.1, timeout=3000)
    with qtbot.waitSignal(player.device_changed, timeout=3000) as changed:
        player.choose_device(DRUMS.id)
    assert changed.args == ["Desk"]
    assert player.playing
    place = player.position
    qtbot.waitUntil(lambda: player.position > place + 0.1, timeout=3000)


def test_without_a_device_it_says_so_and_goes_on_in_silence(
    qtbot: QtBot, player: Player, deck: Deck, plugs: Plugs
) -> None:
    """Playhead and meters move; plugged in, the next play is heard."""
    plugs.there.clear()
    player.load(deck)
    with qtbot.waitSignal(player.failed, timeout=3000) as failed:
        player.play()
    assert failed.args == ["Nothing can be heard: nothing is plugged in."]
    qtbot.waitUntil(lambda: player.position > 0.2, timeout=3000)
    assert player.levels()
    assert player.device_name == ""
    player.pause()
    plugs.there.append(BASS)
    qtbot.waitUntil(lambda: player._pulls is False, timeout=3000)
    with qtbot.waitSignal(player.device_changed, timeout=3000) as changed:
        player.play()
    assert changed.args == ["Box"]


def test_devices_come_and_go_while_it_rests(
    qtbot: QtBot, player: Player, plugs: Plugs, deck: Deck, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once somebody has asked, it looks again and again."""
    monkeypatch.setattr("studio.gui.player.player._DEVICES_SECONDS", 0.1)
    player.load(deck)
    with qtbot.waitSignal(player.devices_changed, timeout=3000):
        assert player.devices() == []
    assert player.devices() == [BASS, DRUMS]
    with qtbot.waitSignal(player.devices_changed, timeout=3000):
        plugs.there.remove(BASS)
    assert player.devices() == [DRUMS]


def test_a_recording_that_cannot_be_written_is_said(
    qtbot: QtBot, tmp_path: Path, deck: Deck
) -> None:
    """And playing goes on in silence."""
    (tmp_path / "file").write_text("")
    player = Player(make_out=lambda: FileOut(tmp_path / "file" / "heard.wav"))
    player.load(deck)
    with qtbot.waitSignal(player.failed, timeout=3000) as failed:
        player.play()
    assert failed.args is not None
    assert "cannot be written" in failed.args[0]
    player.close()


def test_without_a_song_nothing_happens(player: Player) -> None:
    """No control fails before a song is open."""
    player.play()
    player.seek(3.0)
    player.toggle()
    player.pause()
    assert (player.playing, player.position, player.levels()) == (False, 0.0, {})


def test_letting_go_of_a_song_while_it_plays_ends_its_threads(
    qtbot: QtBot, player: Player, deck: Deck
) -> None:
    """Also of one that never played; the next one plays."""
    before = threading.active_count()
    player.load(deck)
    player.play()
    qtbot.waitUntil(lambda: player.position > 0.05, timeout=3000)
    with qtbot.waitSignal(player.playing_changed) as changed:
        player.unload()
    assert changed.args == [False]
    assert (player.position, player.playing) == (0.0, False)
    # The thread that keeps outputs stays.
    qtbot.waitUntil(lambda: threading.active_count() <= before + 1, timeout=3000)
    player.load(deck)
    player.play()
    qtbot.waitUntil(lambda: player.position > 0.05, timeout=3000)


@pytest.mark.parametrize(
    ("spec", "kind"), [("null", NullOut), ("file:a.wav?speed=4", FileOut), ("", MiniaudioOut)]
)
def test_the_environment_chooses_the_output(
    monkeypatch: pytest.MonkeyPatch, spec: str, kind: type
) -> None:
    """Nothing is opened by that."""
    monkeypatch.setenv("STEMWRIGHT_AUDIO", spec)
    out = open_out()
    assert type(out) is kind
    assert out.pace == (4.0 if "speed" in spec else 1.0)


@pytest.mark.parametrize("spec", ["loud", "file:a.wav?speed=0", "file:a.wav?speed=fast"])
def test_an_output_that_does_not_exist_is_refused(spec: str) -> None:
    """With what it could be."""
    with pytest.raises(OptionError, match="STEMWRIGHT_AUDIO"):
        open_out(spec)


def test_miniaudio_pulls_through_its_own_thread(qtbot: QtBot) -> None:
    """Its null backend, for real: half a second of pulls, then none; and again after a stop."""
    out = MiniaudioOut(backends=["NULL"])
    assert [device.name for device in out.devices()] == ["NULL Playback Device"]
    pulled: list[int] = []
    lost: list[str] = []

    def pull(frames: int) -> Samples:
        pulled.append(frames)
        return np.zeros((2, frames), np.float32)

    out.open(44100, pull, lost.append)
    for _ in range(2):
        pulled.clear()
        out.start()
        qtbot.wait(500)
        out.stop()
        here = sum(pulled)
        assert here / 44100 == pytest.approx(0.5, abs=0.2)
        qtbot.wait(60)
        assert sum(pulled) == here
    out.close()
    assert lost == []
    assert out.name == "NULL Playback Device"


def test_a_computer_without_a_sound_device_says_so_and_prints_nothing() -> None:
    """Whatever this machine has: either it opens, or one sentence says that it does not."""
    code = (
        "from studio.gui.player.miniaudio_out import MiniaudioOut\n"
        "from studio.errors import SoundDeviceError\n"
        "out = MiniaudioOut()\n"
        "try:\n"
        "    out.open(44100, lambda n: None, lambda reason: None)\n"
        "except SoundDeviceError as error:\n"
        "    print(error.message)\n"
        "out.close()\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stderr == ""
    assert run.stdout == "" or run.stdout.startswith("Nothing can be heard: ")
    print(run.stdout)


def test_the_window_stands_without_miniaudio_or_scipy() -> None:
    """Both take a while to load: the one waits for the first sound, the other is never needed."""
    code = (
        "import sys\n"
        "import studio.gui.player.player\n"
        "print({'miniaudio', 'scipy', 'torch', 'soundfile'} & set(sys.modules))\n"
    )
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env
    )
    assert run.stdout.strip() == "set()"
