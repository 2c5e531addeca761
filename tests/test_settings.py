"""Options are declared once, checked everywhere, and kept in a file that is never lost."""

from __future__ import annotations

import contextlib
import math
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio import settings
from studio.errors import OptionError, SettingsError, SettingsNewerError, UnknownChoiceError
from studio.settings import OPTIONS, Option, Value, check, load, option, save


def values_of(declared: Option) -> st.SearchStrategy[Value]:
    """Anything the option takes."""
    if declared.kind == "number":
        return st.floats(declared.low, declared.high)
    if declared.kind == "template":
        return st.lists(st.sampled_from(declared.choices)).map(
            lambda names: "".join(f"{{{name}}} -" for name in ["stem", *names])
        )
    if declared.choices:
        return st.sampled_from(declared.choices)
    text = st.text(min_size=1).filter(lambda t: t.strip() and "\0" not in t)
    text = text.filter(lambda t: t.isprintable())
    if declared.kind == "names":
        names = st.lists(st.sampled_from(["stems", "midi", "reaper"]), min_size=1, unique=True)
        return names.map(tuple)
    return text


every_value = st.fixed_dictionaries({name: values_of(o) for name, o in OPTIONS.items()})


def written(text: str) -> Path:
    """A settings file with this text."""
    file = settings.settings_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize("declared", OPTIONS.values(), ids=lambda declared: declared.name)
def test_every_declaration_is_sound(declared: Option) -> None:
    """The default passes its own check, and the description says default and range."""
    shown = declared.default
    if isinstance(shown, tuple):
        shown = ",".join(shown)

    assert check(declared, declared.default) == declared.default
    assert declared.help
    assert not declared.help.endswith(".")
    assert f"default: {shown}" in declared.description
    assert declared.range in declared.description
    assert declared.parse(str(shown)) == declared.default


def test_the_declared_defaults() -> None:
    """They are public: a change of one is a change of what people get."""
    assert settings.defaults() == {
        "model": "classical",
        "device": "auto",
        "out": "Stemwright",
        "threshold": 0.55,
        "to": ("stems", "midi", "dawproject", "reaper"),
        "overlap": 0.25,
        "sum": "weighted",
        "audio_format": "float32",
        "naming": "{song} - {number} {stem}",
        "tempo_tag": "off",
        "lead_in": "off",
        "programs": "on",
        "drum_tracks": "off",
        "guide_note": "off",
        "quantise": 0.0,
        "grid": "1/16",
        "live_template": "auto",
        "theme": "system",
        "reduce_motion": "off",
        "letter_keys": "on",
        "audio_device": "default",
        "daw": "any",
    }
    assert option("audio_format").flag == "--audio-format"


def test_without_a_file_the_defaults_hold_and_none_is_made() -> None:
    """Looking leaves no trace."""
    assert load() == settings.defaults()
    assert not settings.settings_file().exists()


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("threshold", 1.5, "it must be a number from 0 to 1"),
        ("threshold", -0.1, "it must be a number from 0 to 1"),
        ("threshold", math.nan, "it must be a number from 0 to 1"),
        ("threshold", True, "it must be a number from 0 to 1"),
        ("threshold", "0.5", "it must be a number from 0 to 1"),
        ("overlap", 0.51, "it must be a number from 0.05 to 0.5"),
        ("sum", "some", "it must be one of off, plain, weighted"),
        ("audio_format", "mp2", "it must be one of float32, pcm24, pcm16, flac, mp3"),
        (
            "naming",
            "{stem} {no}",
            "it must be a text with {song}, {number}, {stem}, {tempo}, {key}",
        ),
        ("naming", "{song}", "{stem} is missing in it"),
        ("naming", "{stem", "a brace stands alone in it"),
        ("out", "", "it must be some text"),
        ("out", "a\0b", "it must be some text"),
        ("model", 3, "it must be some text"),
        ("to", (), "it must be a list of names"),
        ("to", "midi", "it must be a list of names"),
        ("to", ("midi", 3), "it must be a list of names"),
        ("to", ("midi", ""), "it must be a list of names"),
    ],
)
def test_a_wrong_value_is_refused_with_the_range(name: str, value: object, reason: str) -> None:
    """The sentence names the option as one types it."""
    with pytest.raises(OptionError) as caught:
        check(option(name), value)

    assert caught.value.facts["reason"] == reason
    assert caught.value.facts["option"] == option(name).flag


def test_a_list_may_only_hold_its_choices() -> None:
    """Where the declaration knows them."""
    colours = Option("colours", "names", ("red",), "Colours", choices=("red", "green"))

    assert check(colours, ["green", "red", "green"]) == ("green", "red")
    with pytest.raises(OptionError, match="--colours cannot be blue: it must be one of red"):
        check(colours, ["red", "blue"])


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("threshold", "0.7", 0.7),
        ("threshold", "1", 1.0),
        ("to", "stems,midi", ("stems", "midi")),
        ("to", " Stems , MIDI,stems", ("stems", "midi")),
        ("sum", "plain", "plain"),
        ("out", "My Songs", "My Songs"),
    ],
)
def test_text_of_the_command_line_becomes_a_value(name: str, text: str, value: Value) -> None:
    """In the option's own type."""
    assert option(name).parse(text) == value


@pytest.mark.parametrize("text", ["", "half", "0,5", "1.01", "nan", "inf"])
def test_what_is_no_number_in_range_is_refused(text: str) -> None:
    """A decimal comma as well as a word."""
    with pytest.raises(OptionError):
        option("threshold").parse(text)


@given(number=st.floats())
def test_a_number_passes_exactly_within_its_range(number: float) -> None:
    """Both ends allowed; NaN and infinities never."""
    inside = 0.0 <= number <= 1.0
    try:
        got: Value | None = option("threshold").parse(repr(number))
    except OptionError:
        got = None

    assert (got is not None) == inside
    assert got is None or got == number


@given(values=every_value)
def test_what_is_saved_is_loaded(values: dict[str, Value]) -> None:
    """Every option, any value, whatever stood there before."""
    save(values)

    assert load() == values


def test_saving_changes_only_what_it_names() -> None:
    """The rest stays, and a default takes an option out of the file again."""
    save({"threshold": 0.7, "model": "htdemucs"})
    save({"threshold": 0.55})

    document = tomllib.loads(settings.settings_file().read_text("utf-8"))
    assert document == {"schema_version": 1, "model": "htdemucs"}


def test_a_better_default_reaches_who_chose_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Defaults are not in the file, also not for who saved something else."""
    save({"model": "htdemucs"})
    better = Option("threshold", "number", 0.6, "Better", low=0, high=1)
    monkeypatch.setattr(settings, "OPTIONS", {**OPTIONS, "threshold": better})

    assert load()["threshold"] == 0.6
    assert load()["model"] == "htdemucs"


def test_the_same_settings_are_the_same_bytes() -> None:
    """In whatever order they were given."""
    save({"threshold": 0.7, "model": "x"})
    first = settings.settings_file().read_bytes()
    settings.settings_file().unlink()

    save({"model": "x"})
    save({"threshold": 0.7})

    assert settings.settings_file().read_bytes() == first


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("schema_version = ", "it is not TOML"),
        ("threshold = 0.7", "its schema_version is missing"),
        ("schema_version = true", "its schema_version is missing"),
        ("schema_version = 0", "its schema_version is missing"),
        ("schema_version = 1\nthreshold = 7", "--threshold cannot be 7"),
        ("schema_version = 1\nthreshold = {a = 1}", "--threshold cannot be"),
        ("schema_version = 1\ntreshold = 0.7", "did you mean threshold"),
        ("schema_version = 1\nout = []", "--out cannot be"),
    ],
)
def test_a_damaged_file_is_said_and_left_as_it_is(text: str, reason: str) -> None:
    """Neither loading nor saving touches it; the sentence names file and reason."""
    file = written(text)

    for attempt in (load, lambda: save({"model": "x"})):
        with pytest.raises(SettingsError) as caught:
            attempt()
        assert str(file) in caught.value.message
        assert reason in caught.value.message

    assert file.read_text("utf-8") == text


@given(content=st.binary(max_size=200))
def test_any_bytes_are_loaded_or_refused_with_a_sentence(content: bytes) -> None:
    """Never a traceback."""
    file = written("")
    file.write_bytes(content)
    with contextlib.suppress(SettingsError, SettingsNewerError):
        assert set(load()) == set(OPTIONS)

    assert file.read_bytes() == content


def test_a_folder_in_its_place_is_said() -> None:
    """A file that cannot be read is damaged, too."""
    settings.settings_file().mkdir(parents=True)

    with pytest.raises(SettingsError, match="is a directory"):
        load()


def test_a_mark_at_the_beginning_is_no_damage() -> None:
    """Windows' editor writes one."""
    written("\ufeffschema_version = 1\nthreshold = 0.7\n")

    assert load()["threshold"] == 0.7


def test_a_later_version_s_file_is_refused_and_kept() -> None:
    """It may hold what this program would lose."""
    file = written("schema_version = 2\nnew = 1\n")

    for attempt in (load, lambda: save({"model": "x"})):
        with pytest.raises(SettingsNewerError, match="schema 2, this one knows 1") as caught:
            attempt()
        assert "Update" in caught.value.hint

    assert file.read_text("utf-8") == "schema_version = 2\nnew = 1\n"


def test_a_wrong_change_writes_nothing() -> None:
    """Neither a wrong value nor a wrong name."""
    with pytest.raises(OptionError):
        save({"model": "x", "threshold": 2.0})
    with pytest.raises(UnknownChoiceError, match="did you mean model"):
        save({"modle": "x"})

    assert not settings.settings_file().exists()


@pytest.fixture
def two_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the program were two schemas further: renamed first, then counted in percent."""

    def renamed(document: settings.Document) -> settings.Document:
        document["percent"] = document.pop("onset_threshold")
        return document

    def as_share(document: settings.Document) -> settings.Document:
        document["threshold"] = document.pop("percent") / 100
        return document

    monkeypatch.setattr(settings, "MIGRATIONS", (renamed, as_share))


@pytest.mark.usefixtures("two_migrations")
def test_older_files_are_migrated_step_by_step() -> None:
    """From any schema, in order; loading leaves the file as it is."""
    file = written("schema_version = 1\nonset_threshold = 70\n")
    assert load()["threshold"] == 0.7
    assert file.read_text("utf-8") == "schema_version = 1\nonset_threshold = 70\n"

    written("schema_version = 2\npercent = 60\n")
    assert load()["threshold"] == 0.6

    written("schema_version = 3\nthreshold = 0.5\n")
    assert load()["threshold"] == 0.5


@pytest.mark.usefixtures("two_migrations")
def test_saving_keeps_a_copy_of_the_older_file() -> None:
    """So that the older program can have it back."""
    old = "schema_version = 1\nonset_threshold = 70\n"
    file = written(old)

    save({"model": "htdemucs"})

    assert (file.parent / "settings-schema-1.toml").read_text("utf-8") == old
    assert tomllib.loads(file.read_text("utf-8")) == {
        "schema_version": 3,
        "model": "htdemucs",
        "threshold": 0.7,
    }
    assert sorted(path.name for path in file.parent.iterdir()) == [
        "settings-schema-1.toml",
        "settings.toml",
    ]
