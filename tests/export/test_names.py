"""File names that hold on every system."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from studio.export.names import distinct, part_file, safe, song_file, song_name, stem_file

ANY = st.text(st.characters(codec=None), max_size=120)
DEVICES = ["CON", "prn", "Aux", "NUL", "COM1", "lpt9", "COM¹", "CONIN$"]


def is_safe(name: str) -> bool:
    """Microsoft's rules and Linux's, written down once more and apart from ``names.py``."""
    return (
        0 < len(name) <= 80
        and len(name.encode("utf-8")) <= 200
        and not set(name) & set('<>:"/\\|?*')
        and all(unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp") for c in name)
        and name[0] not in " .-"
        and name[-1] not in " ."
        and unicodedata.is_normalized("NFC", name)
        and name.split(".", maxsplit=1)[0].strip().upper() not in {d.upper() for d in DEVICES}
    )


@given(ANY)
@example("CON .txt")
@example("nul" + "." * 90)
@example("\u202egnp.exe")
@example("e\u0301" * 100)
@example("<\u0338")
@example("\udcff")
def test_any_text_becomes_a_safe_name_and_stays_it(text: str) -> None:
    """And a file of that name can be made here."""
    name = safe(text)

    assert is_safe(name)
    assert safe(name) == name


@given(ANY, st.integers(0, 120), ANY, st.sampled_from([".wav", ".flac", ".mid"]))
def test_composed_names_are_safe_and_keep_what_tells_them_apart(
    song: str, number: int, label: str, suffix: str
) -> None:
    """A long song is cut, never the number, the label or the suffix."""
    for name in (
        stem_file(song, number, label, suffix),
        part_file(song, label, suffix),
        song_file(song, suffix),
    ):
        assert is_safe(name)
        assert name.endswith(suffix)
    assert f" - {number:02d} " in stem_file(song, number, label, suffix)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Björk – Jóga", "Björk – Jóga"),
        ("AC/DC: T.N.T.", "AC_DC_ T.N.T"),
        ("  Who\tAre\nYou?  ", "Who Are You_"),
        ("...And Justice for All", "And Justice for All"),
        ("-rf", "rf"),
        ("con", "con_"),
        ("Aux.Send", "Aux_.Send"),
        ("Constant", "Constant"),
        ("Bjo\u0308rk", "Bj\u00f6rk"),
        ("می‌خواهم", "می‌خواهم"),
        ("", "Untitled"),
        ("...", "Untitled"),
    ],
)
def test_a_name_changes_as_little_as_it_must(text: str, name: str) -> None:
    """What people typed is what they should find."""
    assert safe(text) == name


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("music/01 Song.mp3", "01 Song"),
        ("Song.final.WAV", "Song.final"),
        ("Mr. Blue Sky", "Mr. Blue Sky"),
        ("Vol. 2", "Vol. 2"),
        ("No. 9.flac", "No. 9"),
        (".mp3", "Untitled"),
    ],
)
def test_a_song_is_called_as_its_file(path: str, name: str) -> None:
    """Without what only says how it is stored."""
    assert song_name(Path(path)) == name


def test_names_of_files_read_as_the_manual_says() -> None:
    """These names are public."""
    assert stem_file("Song", 1, "Vocals", ".wav") == "Song - 01 Vocals.wav"
    assert part_file("Song", "Vocals", ".mid") == "Song - Vocals.mid"
    assert song_file("Song", ".mid") == "Song.mid"


def test_a_long_song_has_one_name_in_all_its_files() -> None:
    """The name from ``song_name`` leaves room for every label of ours."""
    song = song_name(Path("x" * 300 + ".mp3"))

    for label in ("Mixture", "Bass", "Backing vocals"):
        assert stem_file(song, 12, label, ".flac") == f"{song} - 12 {label}.flac"


@given(st.lists(st.sampled_from(["a.mid", "A.mid", "a 2.mid", "ß.mid", "SS.mid", "ａ.mid"])))
def test_distinct_names_differ_on_every_file_system(names: list[str]) -> None:
    """Whatever takes upper and lower case for one."""
    chosen = distinct(names)

    assert len({name.casefold() for name in chosen}) == len(names)
    assert chosen[:1] == names[:1]


def test_a_taken_name_gets_a_number() -> None:
    """Before the suffix."""
    assert distinct(["A.mid", "a.mid", "a.mid"]) == ["A.mid", "a 2.mid", "a 3.mid"]
