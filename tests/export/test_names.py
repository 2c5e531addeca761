"""File names that hold on every system."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from studio.errors import OptionError
from studio.export.names import distinct, part_file, safe, song_file, song_name, stem_files
from studio.settings import OPTIONS

ANY = st.text(st.characters(codec=None), max_size=120)
SUFFIXES = st.sampled_from([".wav", ".flac", ".mid", ".mp3"])
USUAL = str(OPTIONS["naming"].default)
LETTERS = st.text(st.characters(codec=None, exclude_characters="{}\0"), max_size=60)
FIELDS = st.sampled_from(["{song}", "{number}", "{stem}", "{tempo}", "{key}"])
TEMPLATES = st.lists(LETTERS | FIELDS, max_size=8).map(lambda parts: "".join([*parts, "{stem}"]))
KEYS = st.sampled_from([None, "F# minor", "C major"])
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
@example("a \u202e b")
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
    stem = stem_files(USUAL, song, [label] * (number + 1), suffix, 120.0, None)[number]
    for name in (stem, part_file(song, label, suffix), song_file(song, suffix)):
        assert is_safe(name)
        assert name.endswith(suffix)
    assert f" - {number:02d} " in stem


@given(TEMPLATES, ANY, st.lists(ANY, min_size=1, max_size=5), SUFFIXES, st.floats(20, 400), KEYS)
@example("x" * 300 + "{stem}", "Song", ["Vocals", "vocals", "VOCALS"], ".flac", 120.0, None)
@example("{song}{song}{song}{stem}", "曲" * 90, ["Bass"] * 3, ".wav", 120.0, "F# minor")
@example("{stem}", "", ["CON", "con", "con 2"], ".wav", 120.0, None)
@example("\u0301{stem}", "", ["e", "\u0301"], ".wav", 120.0, None)
def test_any_template_makes_safe_names_of_which_no_two_are_one(
    template: str, song: str, labels: list[str], suffix: str, bpm: float, key: str | None
) -> None:
    """Whatever song and stems are called, and however long it gets."""
    names = stem_files(template, song, labels, suffix, bpm, key)

    assert len({unicodedata.normalize("NFC", name.casefold()) for name in names}) == len(labels)
    for name in names:
        assert is_safe(name)
        assert name.endswith(suffix)


@given(ANY, st.lists(ANY, min_size=1, max_size=5), SUFFIXES)
def test_the_usual_template_names_as_the_versions_before_did(
    song: str, labels: list[str], suffix: str
) -> None:
    """Song, number and stem, the song cut where it must be: said here once more."""
    names = stem_files(USUAL, song, labels, suffix, 117.3, "C major")

    for number, (name, label) in enumerate(zip(names, labels, strict=True)):
        tail = f" - {number:02d} {safe(label, 16, 45)}{suffix}"
        assert name == safe(song, 80 - len(tail), 200 - len(tail.encode())) + tail


def test_a_template_may_say_tempo_and_key() -> None:
    """A sharp is written out: ``#`` ends an address for some programs."""
    template = "{number} {stem} ({tempo} BPM, {key}) {{{song}}}"
    labels = ["Mixture", "Vocals"]

    sharp = stem_files(template, "Song", labels, ".wav", 117.3, "F# minor")
    unknown = stem_files(template, "Song", labels, ".wav", 120.0, None)

    assert sharp[1] == "01 Vocals (117.3 BPM, Fsharp minor) {Song}.wav"
    assert unknown[0] == "00 Mixture (120 BPM, unknown key) {Song}.wav"


def test_stems_without_a_number_get_one_where_they_are_alike() -> None:
    """Upper and lower case are one name to some systems."""
    names = stem_files("{stem}", "Song", ["Mixture", "Voice", "voice"], ".wav", 120.0, None)

    assert names == ["Mixture.wav", "Voice.wav", "voice 2.wav"]


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("{song} {stems}", "a text with {song}, {number}, {stem}, {tempo}, {key}"),
        ("{song} {stem:>20}", "a text with"),
        ("{song} {stem!r}", "a text with"),
        ("{stem.name}", "a text with"),
        ("{} {stem}", "a text with"),
        ("{song", "a brace stands alone"),
        ("{song} {number}", "{stem} is missing"),
        ("  ", "some text"),
    ],
)
def test_what_is_no_template_is_said_in_one_sentence(template: str, reason: str) -> None:
    """With what it may hold."""
    with pytest.raises(OptionError, match="--naming cannot be") as caught:
        stem_files(template, "Song", ["Mixture"], ".wav", 120.0, None)

    assert reason in str(caught.value)


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
    names = stem_files(USUAL, "Song", ["Mixture", "Vocals"], ".wav", 120.0, None)
    assert names == ["Song - 00 Mixture.wav", "Song - 01 Vocals.wav"]
    assert part_file("Song", "Vocals", ".mid") == "Song - Vocals.mid"
    assert song_file("Song", ".mid") == "Song.mid"


def test_a_long_song_has_one_name_in_all_its_files() -> None:
    """The name from ``song_name`` leaves room for every label of ours."""
    song = song_name(Path("x" * 300 + ".mp3"))

    labels = ["Mixture", "Bass", "Backing vocals"]
    for number, name in enumerate(stem_files(USUAL, song, labels, ".flac", 120.0, None)):
        assert name == f"{song} - {number:02d} {labels[number]}.flac"


@given(st.lists(st.sampled_from(["a.mid", "A.mid", "a 2.mid", "ß.mid", "SS.mid", "ａ.mid"])))
def test_distinct_names_differ_on_every_file_system(names: list[str]) -> None:
    """Whatever takes upper and lower case for one."""
    chosen = distinct(names)

    assert len({name.casefold() for name in chosen}) == len(names)
    assert chosen[:1] == names[:1]


def test_a_taken_name_gets_a_number() -> None:
    """Before the suffix."""
    assert distinct(["A.mid", "a.mid", "a.mid"]) == ["A.mid", "a 2.mid", "a 3.mid"]
