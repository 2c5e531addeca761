"""The page for people: true of the files that are there, and of no others."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from studio.export.contract import ExportOptions
from studio.export.daws import DAWS, OTHERS, steps
from studio.export.manifest import Manifest
from studio.export.readme import NAME, readme
from studio.export.write import ManifestFacts, export_song
from studio.job import Job
from studio.music.bundle import SongBundle
from studio.music.key import Key
from studio.music.tempo import TempoMap, TempoStep

LABELS = [daw.label for daw in (*DAWS.values(), *OTHERS)]


Page = Callable[..., str]


@pytest.fixture
def page(facts: ManifestFacts, tmp_path: Path) -> Page:
    """The page of an export for these targets, and with these options."""

    def write(bundle: SongBundle, *targets: str, **options: object) -> str:
        export_song(
            bundle,
            tmp_path / "out",
            targets,
            options=ExportOptions(**options),  # type: ignore[arg-type]
            facts=facts,
            scores=None,
            force=False,
            job=Job(),
        )
        return (tmp_path / "out" / NAME).read_text("utf-8")

    return write


def blocks(text: str) -> dict[str, list[str]]:
    """The lines of each DAW, by its name."""
    found = {}
    for block in text.split("Into your DAW\n-------------\n")[1].split("\n\n"):
        name, *lines = block.strip().split("\n")
        found[name] = lines
    return found


def test_a_project_is_spoken_of_where_it_was_written_only(bundle: SongBundle, page: Page) -> None:
    """By its name, as the first step; other DAWs hear nothing of it."""
    assert "dawproject" not in page(bundle, "stems", "midi").lower()

    said = blocks(page(bundle, "stems", "midi", "dawproject", "reaper"))

    for name in ("Studio One", "Cubase", "Bitwig Studio"):
        assert "Söng.dawproject" in said[name][0]
    assert "Söng.rpp" in said["Reaper"][0]
    rest = [
        line
        for name in said
        if name not in ("Studio One", "Cubase", "Bitwig Studio")
        for line in said[name]
    ]
    assert not [line for line in rest if "dawproject" in line.lower()]


def test_nothing_is_said_of_files_that_are_not_there(bundle: SongBundle, page: Page) -> None:
    """Stems alone need no word on MIDI."""
    text = page(bundle, "stems")

    assert not re.search("midi", text.lower())


def test_notes_alone_are_not_called_stems(bundle: SongBundle, page: Page) -> None:
    """Nor is there a mixture to turn off."""
    text = page(bundle, "midi")

    assert not re.search("stems|mixture|audio files", text.split("Into your DAW")[1].lower())
    assert "audio files" not in text


def test_a_project_alone_is_opened_and_nothing_is_put_anywhere(
    bundle: SongBundle, page: Page
) -> None:
    """The package holds all; who does not open it has no file to drop."""
    assert set(blocks(page(bundle, "dawproject"))) == {"Studio One", "Cubase", "Bitwig Studio"}


def test_every_daw_has_at_most_five_lines_in_order(bundle: SongBundle, page: Page) -> None:
    """Numbered; the makers of ten DAWs at least are named."""
    said = blocks(page(bundle, "stems", "midi", "dawproject", "reaper"))

    assert list(said) == LABELS
    for name, lines in said.items():
        assert 1 <= len(lines) <= 5, name
        assert [line[:5] for line in lines] == [f"  {n}. " for n in range(1, len(lines) + 1)]
        assert not [line for line in lines if "{" in line]


@pytest.mark.parametrize("daw", [name for name in DAWS if name != "any"])
def test_the_chosen_daw_comes_first(
    daw: str, bundle: SongBundle, export: Callable[..., Manifest], tmp_path: Path
) -> None:
    """The others stay, in their order."""
    manifest = export(bundle, tmp_path / "out", "stems", "midi", "dawproject", "reaper")

    said = list(blocks(readme(manifest, "", bundle, daw).decode()))

    label = DAWS[daw].label
    assert said == [label, *(name for name in LABELS if name != label)]


@pytest.mark.parametrize("guide", [True, False])
def test_live_is_promised_the_tempo_only_where_it_takes_it(
    guide: bool, bundle: SongBundle, page
) -> None:
    """That is where the files hold the guide note."""
    said = "\n".join(blocks(page(bundle, "midi", guide_note=guide))["Ableton Live"])

    assert ("Answer Yes" in said) == guide
    assert ("Set 117.3 BPM by hand" in said) != guide


def test_what_is_known_of_the_song_is_said(bundle: SongBundle, page: Page) -> None:
    """Tempo, bar, key, and that bars begin later than the files do."""
    tempo = TempoMap((TempoStep(0, 117.3),), beats_per_bar=3, downbeat=0.25)

    text = page(replace(bundle, key=Key(6, True), tempo=tempo), "stems")

    assert "Tempo        117.3 BPM (as you gave it)\n" in text
    assert "Bar          3 quarter notes\n" in text
    assert "Key          F# minor\n" in text
    assert "Offset       none; a first bar begins 0.250 s after the start\n" in text


def test_what_is_not_known_is_not_said(bundle: SongBundle, page: Page) -> None:
    """No key, no offset."""
    text = page(bundle, "stems")

    assert not re.search("^(Key|Offset) ", text, re.MULTILINE)


def test_a_tempo_that_changes_is_said_with_its_range(bundle: SongBundle, page: Page) -> None:
    """Within the song: a step behind its end is nobody's concern."""
    steps_ = (TempoStep(0, 100), TempoStep(0.25, 96.5), TempoStep(0.5, 104), TempoStep(900, 50))

    text = page(replace(bundle, tempo=TempoMap(steps_)), "midi")

    assert "Tempo        104 BPM, changes from 96.5 to 104 (as you gave it)" in text
    assert "The tempo changes" in "".join(blocks(text)["Any DAW"])


def test_the_silence_before_the_song_is_said(bundle: SongBundle, page: Page) -> None:
    """A bar of 120 BPM begins 100 ms into the song: 1.9 s of silence put it on the second."""
    tempo = TempoMap((TempoStep(0, 120.0),), downbeat=0.1)

    text = page(replace(bundle, tempo=tempo), "stems", lead_in=True)

    assert "Offset       1.900 s of silence, then the song; bars fall on bar lines\n" in text
    assert "Sample rate  8000 Hz, 19200 samples" in text


def test_steps_for_a_daw_are_plain_lines() -> None:
    """As a window shows them before anything is written."""
    said = steps(DAWS["studio-one"], 44100, "96 BPM", "Song.dawproject")

    assert said[0].startswith("Open Song.dawproject (Studio One 6.5 or later)")
    assert len(said) == 5
    assert steps(DAWS["reaper"], 44100, "96 BPM") == steps(DAWS["any"], 44100, "96 BPM")
