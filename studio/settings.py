"""Every option, declared once; and the user's own defaults, kept in ``settings.toml``.

Command line and preferences take theirs from ``OPTIONS``: name, default, range and help. Only
front ends read settings; what lies below gets plain values.

The file holds ``schema_version`` and what differs from the defaults, so that a better default of a
later version reaches everybody who chose nothing. A file that cannot be read, or that a later
version wrote, is never written over.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any, Literal

import tomli_w

from studio import files
from studio.errors import OptionError, SettingsError, SettingsNewerError, UnknownChoiceError
from studio.paths import config_folder

Value = str | float | tuple[str, ...]
Kind = Literal["text", "number", "choice", "folder", "names", "template"]
Document = dict[str, Any]

# What each of them takes is told in ``export/daws.py``.
DAWS = (
    "any",
    "studio-one",
    "ableton-live",
    "cubase",
    "bitwig",
    "reaper",
    "logic",
    "fl-studio",
    "pro-tools",
    "garageband",
)


@dataclass(frozen=True, slots=True)
class Option:
    """One option of the program.

    Attributes:
        name: As in ``settings.toml``: ``audio_format``.
        kind: ``number`` is a float in [low, high]; ``choice`` one of ``choices``; ``names`` a list
            of lower-case names, of ``choices`` where there are any; ``template`` a text in which
            ``choices`` may stand in braces, the one called ``stem`` must; the others are text.
        default: What holds where the user says nothing.
        help: One sentence without its full stop.
        low, high: The range of a number, both ends allowed.
        choices: What a choice is among. Empty where a registry above this room knows.
    """

    name: str
    kind: Kind
    default: Value
    help: str
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()

    @property
    def flag(self) -> str:
        """The option on the command line: ``--audio-format``."""
        return "--" + self.name.replace("_", "-")

    @property
    def range(self) -> str:
        """What it may be, for people; empty where anything goes."""
        if self.kind == "number":
            return f"a number from {self.low:g} to {self.high:g}"
        if self.kind == "template":
            return "a text with " + ", ".join(f"{{{name}}}" for name in self.choices)
        return "one of " + ", ".join(self.choices) if self.choices else ""

    @property
    def description(self) -> str:
        """The help with range and default, for ``--help`` and the guide."""
        default = ",".join(self.default) if isinstance(self.default, tuple) else self.default
        return f"{self.help} ({'; '.join(filter(None, (self.range, f'default: {default}')))})"

    def parse(self, text: str) -> Value:
        """The value that ``text`` of the command line stands for. Raises OptionError."""
        if self.kind == "number":
            try:
                return check(self, float(text))
            except ValueError:
                raise _refused(self, text, "it is not a number") from None
        if self.kind == "names":
            return check(self, tuple(part.strip().lower() for part in text.split(",")))
        return check(self, text)


_DECLARED = (
    Option("model", "text", "classical", "What takes the song apart"),
    Option("device", "text", "auto", "What computes: auto, cpu, cuda, cuda:1, mps or xpu"),
    Option("out", "folder", "Stemwright", "The folder that gets one folder a song"),
    Option(
        "threshold",
        "number",
        0.55,
        "How sure an onset must be to become a note; higher keeps fewer notes",
        low=0.0,
        high=1.0,
    ),
    Option(
        "to",
        "names",
        ("stems", "midi", "dawproject", "reaper"),
        "What is written, as a list with commas",
    ),
    Option(
        "overlap",
        "number",
        0.25,
        "The share of a segment that the next one repeats; more is slower and smoother",
        low=0.05,
        high=0.5,
    ),
    Option(
        "sum",
        "choice",
        "weighted",
        "How the stems are made to add up to the song",
        choices=("off", "plain", "weighted"),
    ),
    Option(
        "audio_format",
        "choice",
        "float32",
        "How the stems are stored",
        choices=("float32", "pcm24", "pcm16", "flac", "mp3"),
    ),
    Option(
        "naming",
        "template",
        "{song} - {number} {stem}",
        "How the files of stems are called",
        choices=("song", "number", "stem", "tempo", "key"),
    ),
    Option(
        "tempo_tag",
        "choice",
        "off",
        "Whether WAV files say the tempo, by which several DAWs stretch them",
        choices=("off", "on"),
    ),
    Option(
        "lead_in",
        "choice",
        "off",
        "Whether silence goes before everything, so that the first downbeat falls on a bar line",
        choices=("off", "on"),
    ),
    Option(
        "programs",
        "choice",
        "on",
        "Whether MIDI tracks choose a General MIDI instrument",
        choices=("off", "on"),
    ),
    Option(
        "drum_tracks",
        "choice",
        "off",
        "Whether each piece of a drum kit gets a MIDI track of its own",
        choices=("off", "on"),
    ),
    Option(
        "guide_note",
        "choice",
        "off",
        "Whether MIDI files hold a quiet note as long as the song, for Live to take the tempo from",
        choices=("off", "on"),
    ),
    Option(
        "quantise",
        "number",
        0.0,
        "Above 0, MIDI with notes moved by this share of their way to the grid is written too",
        low=0.0,
        high=1.0,
    ),
    Option(
        "grid",
        "choice",
        "1/16",
        "The grid notes are moved to; T means triplets",
        choices=("1/4", "1/8", "1/8T", "1/16", "1/16T", "1/32"),
    ),
    Option(
        "live_template",
        "text",
        "auto",
        "A set saved by your Ableton Live, to make ours from; auto looks where Live keeps them",
    ),
    Option(
        "theme",
        "choice",
        "system",
        "How the window looks; system follows the desktop",
        choices=("system", "dark", "light"),
    ),
    Option(
        "reduce_motion",
        "choice",
        "off",
        "Whether panels of the window appear without sliding",
        choices=("off", "on"),
    ),
    Option(
        "letter_keys",
        "choice",
        "on",
        "Whether plain letters are shortcuts of the window",
        choices=("off", "on"),
    ),
    Option("audio_device", "text", "default", "What the window plays on: default, or its name"),
    Option(
        "daw",
        "choice",
        "any",
        "The DAW whose steps come first, in READ ME FIRST.txt and in the window",
        choices=DAWS,
    ),
)
OPTIONS: Mapping[str, Option] = {option.name: option for option in _DECLARED}

# The step at place n - 1 makes a document of schema n one of schema n + 1.
MIGRATIONS: tuple[Callable[[Document], Document], ...] = ()


def schema_version() -> int:
    """The schema this program reads and writes."""
    return 1 + len(MIGRATIONS)


def settings_file() -> Path:
    """Where the settings lie. May not exist yet."""
    return config_folder() / "settings.toml"


def option(name: str) -> Option:
    """The option called ``name``. Raises UnknownChoiceError."""
    if name not in OPTIONS:
        raise UnknownChoiceError.among("option", name, OPTIONS)
    return OPTIONS[name]


def defaults() -> dict[str, Value]:
    """Every option's value where the user chose nothing."""
    return {name: declared.default for name, declared in OPTIONS.items()}


def check(declared: Option, value: object) -> Value:
    """``value``, in the type of the option.

    Raises:
        OptionError: it has another type or lies outside the range; the reason says the range.
    """
    if declared.kind == "number":
        return _number(declared, value)
    if declared.kind == "names":
        return _names(declared, value)
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise _refused(declared, value, "it must be some text")
    if declared.kind == "template":
        return _template(declared, value)
    if declared.choices and value not in declared.choices:
        raise _refused(declared, value, f"it must be {declared.range}")
    return value


def load() -> dict[str, Value]:
    """The value of every option: the user's own where there is one, else the default.

    Raises:
        SettingsError: the file is damaged, or holds what no option takes.
        SettingsNewerError: a later version wrote it.
    """
    return defaults() | _own(settings_file())


def save(changes: Mapping[str, Value]) -> None:
    """Keep ``changes``; options not named stay as they were.

    A file of an older schema is first copied to ``settings-schema-<n>.toml`` beside it. Comments
    written by hand do not survive.

    Raises:
        OptionError, UnknownChoiceError: a value or a name is wrong; nothing is written.
        SettingsError, SettingsNewerError: as ``load``; the file is left as it is.
        DiskFullError, WriteError: it cannot be written; the file is as it was.
    """
    file = settings_file()
    checked = {name: check(option(name), value) for name, value in changes.items()}
    values = _own(file) | checked
    _keep_older(file)
    own = {name: values[name] for name in OPTIONS if name in values}
    chosen = {name: value for name, value in own.items() if value != OPTIONS[name].default}
    text = tomli_w.dumps({"schema_version": schema_version(), **chosen})
    files.write_bytes(file, text.encode())


def _refused(declared: Option, value: object, reason: str) -> OptionError:
    shown = ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    return OptionError(option=declared.flag, value=shown or "empty", reason=reason)


def _number(declared: Option, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _refused(declared, value, f"it must be {declared.range}")
    if not declared.low <= value <= declared.high:  # a NaN is in no range
        raise _refused(declared, value, f"it must be {declared.range}")
    return float(value)


def _names(declared: Option, value: object) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not value:
        raise _refused(declared, value, "it must be a list of names")
    for name in value:
        if not isinstance(name, str) or not name:
            raise _refused(declared, value, "it must be a list of names")
        if declared.choices and name not in declared.choices:
            raise _refused(declared, name, f"it must be {declared.range}")
    return tuple(dict.fromkeys(value))


def _template(declared: Option, value: str) -> str:
    try:
        parts = list(Formatter().parse(value))
    except ValueError:
        raise _refused(declared, value, "a brace stands alone in it") from None
    fields = {field for _, field, _, _ in parts if field is not None}
    formatted = any(spec or conversion for _, _, spec, conversion in parts)
    if formatted or not fields <= set(declared.choices):
        raise _refused(declared, value, f"it must be {declared.range}")
    if "stem" not in fields:
        raise _refused(declared, value, "{stem} is missing in it")
    return value


def _own(file: Path) -> dict[str, Value]:
    """The options that ``file`` sets, in the present schema."""
    document = _read(file)
    version = document.pop("schema_version")
    for migrate in MIGRATIONS[version - 1 :]:
        document = migrate(document)
    try:
        return {name: check(option(name), value) for name, value in document.items()}
    except (OptionError, UnknownChoiceError) as error:
        raise SettingsError(file=str(file), reason=error.message.rstrip(".?")) from error


def _read(file: Path) -> Document:
    """The file as it is, its schema version known to be one of ours; one without a file."""
    try:
        document = tomllib.loads(file.read_text("utf-8-sig"))
    except FileNotFoundError:
        return {"schema_version": schema_version()}
    except OSError as error:
        raise SettingsError(
            file=str(file), reason=(error.strerror or str(error)).lower()
        ) from error
    except ValueError as error:  # not UTF-8, or not TOML
        raise SettingsError(file=str(file), reason=f"it is not TOML ({error})") from error
    version = document.get("schema_version")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise SettingsError(file=str(file), reason="its schema_version is missing or no count")
    if version > schema_version():
        raise SettingsNewerError(file=str(file), found=version, known=schema_version())
    return document


def _keep_older(file: Path) -> None:
    """Copy a file of an older schema aside before it is written anew."""
    version = _read(file)["schema_version"]
    if version < schema_version():
        kept = file.with_name(f"settings-schema-{version}.toml")
        files.write_bytes(kept, file.read_bytes())
