"""Every error a user can meet: a code, its facts, the sentence, and what to do next.

::

    StudioError
    ├── UnreadableAudioError      a file that holds no sound we can read
    ├── AudioFormatError          samples that break the convention of ``music.Audio``
    ├── UnreadableMidiError       a file that holds no notes we can read
    ├── SilentStemError           a stem without sound, where notes were asked for
    ├── MissingFileError          a file that is not there, or no longer
    ├── PackageMissingError       a package that only the lab needs, not installed
    ├── WriteError                an output that cannot be written
    ├── DiskFullError             no room for what would be written
    ├── OptionError               a value outside an option's range
    ├── SettingsError             settings.toml that is damaged or holds what no option takes
    ├── SettingsNewerError        settings.toml of a later version of the program
    ├── LibraryError              the window's list of songs that cannot be read
    ├── UnknownChoiceError        an engine, target, model ... that is not listed
    ├── BrokenExtensionError      somebody else's engine, score or target does not load
    ├── EngineMissingError        an engine whose package is not installed
    ├── ModelMissingError         weights that must be added first
    ├── ModelMismatchError        a file that is not the weights it should be
    ├── ModelDamagedError         a model in the store whose files are cut or altered
    ├── UnsafeModelError          a checkpoint that wants to run code
    ├── DeviceError               a device that cannot be used
    ├── SoundDeviceError          nothing can be heard
    ├── OutOfMemoryError          the work did not fit into memory
    ├── ProjectDamagedError       a project file that is cut or altered
    │   └── ManifestDamagedError  a manifest that is cut, altered or somebody else's
    ├── ProjectNewerError         a project of a later version of the program
    ├── ProjectOutsideError       a project that names files outside its folder
    ├── ProjectBusyError          a project another process works on
    ├── ExportConflictError       files in the way that are not ours to replace
    ├── LiveTemplateError         a Live set of which none can be made
    ├── WorkerCrashedError        the engine process died
    └── ForeignError              an extension's own error, worded by it

The raiser passes facts; the class words them. An error crosses the border between processes as
its code and facts and is worded on the other side. Anything that is not a StudioError is a bug.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import ClassVar

Fact = str | int | float


class StudioError(Exception):
    """Something a user can understand and act upon.

    Attributes:
        code: Stable name, such as ``audio.unreadable``.
        facts: What the sentence is made of.
    """

    code: ClassVar[str] = ""
    sentence: ClassVar[str] = "{reason}"
    advice: ClassVar[str] = ""
    advice_in_window: ClassVar[str] = ""  # where buttons stand for commands; else the same
    _by_code: ClassVar[dict[str, type[StudioError]]] = {}

    def __init_subclass__(cls) -> None:
        if "code" in vars(cls):  # an inherited code stays its owner's
            StudioError._by_code[cls.code] = cls

    def __init__(self, **facts: Fact) -> None:
        self.facts = facts
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """One sentence that names the file, model or option, and the reason."""
        return self.sentence.format(**self.facts)

    @property
    def hint(self) -> str:
        """One sentence that says what to do."""
        return self.advice.format(**self.facts)

    @property
    def window_hint(self) -> str:
        """``hint`` for who has buttons instead of commands."""
        words = self.advice_in_window or self.advice
        return words.format(**self.facts)

    @staticmethod
    def from_wire(code: str, facts: dict[str, Fact]) -> StudioError:
        """The error another process reported, worded here.

        A code this process does not know comes from an extension there: its words are kept.
        """
        known = StudioError._by_code.get(code)
        if known is not None:
            return known(**{name: fact for name, fact in facts.items() if name[0] != "_"})
        words = {"sentence": facts.get("_message", code), "hint": facts.get("_hint", "")}
        return ForeignError(**words)

    def to_wire(self) -> tuple[str, dict[str, Fact]]:
        """Code and facts, for another process."""
        return self.code, {**self.facts, "_message": self.message, "_hint": self.hint}


class UnreadableAudioError(StudioError):
    """A file that holds no sound we can read."""

    code = "audio.unreadable"
    sentence = "{file}: {reason}."
    advice = "Open it in an audio editor or player; if it plays there, save it as WAV or FLAC and try again."


class AudioFormatError(StudioError):
    """Samples that break the convention of ``music.Audio``."""

    code = "audio.format"
    sentence = "Samples are not as the program expects: {reason}."
    advice = "This comes from an engine or an extension; please report it with its name."


class UnreadableMidiError(StudioError):
    """A file that holds no notes we can read."""

    code = "midi.unreadable"
    sentence = "{file}: {reason}."
    advice = "Open it in a DAW or a notation program; if it plays there, save it as a standard MIDI file of type 0 or 1 and try again."


class SilentStemError(StudioError):
    """A stem without sound, where notes were asked for."""

    code = "stem.silent"
    sentence = "{stem} is silent: there are no notes in it."
    advice = "Choose another stem; if you know that it sounds in this song, choose another model."


class MissingFileError(StudioError):
    """A file that is not there, or no longer."""

    code = "file.missing"
    sentence = "{file}: {reason}."
    advice = "Check the name, and that the drive it lies on is connected."


class PackageMissingError(StudioError):
    """A package that only the lab needs, not installed."""

    code = "package.missing"
    sentence = "The package {package} is not installed, which makes songs to learn from."
    advice = "Install it with `{how}`."
    advice_in_window = "The lab needs it; nothing in the window does."


class WriteError(StudioError):
    """An output that cannot be written."""

    code = "file.write"
    sentence = "{file} cannot be written: {reason}."
    advice = "Choose another folder with --out, or give yourself the right to write there."
    advice_in_window = "See that its folder is there and that you may write in it, then try again."


class DiskFullError(StudioError):
    """No room for what would be written."""

    code = "disk.full"
    sentence = "{folder} has no room left: {reason}."
    advice = (
        "Free some space or choose another drive; the same command then goes on where it stopped."
    )
    advice_in_window = (
        "Free some space and try again; what is done is kept, and it goes on from there."
    )


class OptionError(StudioError):
    """A value outside an option's range."""

    code = "option.value"
    sentence = "{option} cannot be {value}: {reason}."
    advice = "Choose a value in the range; --help lists it."
    advice_in_window = "Choose a value in the range."


class SettingsError(StudioError):
    """settings.toml that is damaged or holds what no option takes."""

    code = "settings.damaged"
    sentence = "{file} cannot be used: {reason}."
    advice = "Mend it in a text editor, or move it away to begin with the defaults; it was left as it is."


class SettingsNewerError(StudioError):
    """settings.toml of a later version of the program."""

    code = "settings.newer"
    sentence = "{file} was written by a later version of Stemwright (schema {found}, this one knows {known})."
    advice = (
        "Update Stemwright, or move the file away to begin with the defaults; it was left as it is."
    )


class LibraryError(StudioError):
    """The window's list of songs that cannot be read."""

    code = "library.damaged"
    sentence = "The list of songs could not be read: {reason}."
    advice = "It was kept as {kept}. Open your songs again; what was taken apart is still in their folders."


class UnknownChoiceError(StudioError):
    """An engine, target, model ... that is not listed."""

    code = "choice.unknown"
    sentence = "There is no {kind} named {name}{nearest}."
    advice = "Choose one of: {choices}."

    @classmethod
    def among(cls, kind: str, name: str, choices: Iterable[str]) -> UnknownChoiceError:
        """The error for ``name``, with the nearest of ``choices`` as a guess."""
        known = list(choices)
        close = difflib.get_close_matches(name, known, n=1)
        nearest = f"; did you mean {close[0]}?" if close else ""
        return cls(kind=kind, name=name, nearest=nearest, choices=", ".join(known) or "(none)")

    @property
    def message(self) -> str:
        """The sentence, without a full stop after a question mark."""
        return super().message.replace("?.", "?")


class BrokenExtensionError(StudioError):
    """Somebody else's engine, score or target does not load."""

    code = "extension.broken"
    sentence = "The {kind} {name} of the package {package} does not load: {reason}."
    advice = "Update or remove {package}, or choose another {kind}."


class EngineMissingError(StudioError):
    """An engine whose package is not installed."""

    code = "engine.missing"
    sentence = "{engine} needs the package {package}, which is not installed."
    advice = "`pip install {package}` into the same environment, or choose another engine."
    advice_in_window = "Choose another engine."


class ModelMissingError(StudioError):
    """Weights that must be added first."""

    code = "model.missing"
    sentence = "The weights of {name} are not on this machine."
    advice = "{how}"


class ModelMismatchError(StudioError):
    """A file that is not the weights it should be."""

    code = "model.mismatch"
    sentence = "{file} is not the weights it should be: {reason}."
    advice = "Fetch the file again from its publisher; `stemwright models show NAME` prints size and hash."
    advice_in_window = "Fetch the file again from its publisher."


class ModelDamagedError(StudioError):
    """A model in the store whose files are cut or altered."""

    code = "model.damaged"
    sentence = "The weights of {name} on this machine are damaged: {reason}."
    advice = "Add them again with `stemwright models add FILE`; `stemwright models show {name}` says where they come from."
    advice_in_window = "Add them again."


class UnsafeModelError(StudioError):
    """A checkpoint that wants to run code."""

    code = "model.unsafe"
    sentence = "{file} was not opened: it would run code of its own ({found})."
    advice = "Do not use this file; ask its publisher for safetensors."


class DeviceError(StudioError):
    """A device that cannot be used."""

    code = "device.unusable"
    sentence = "The device {device} cannot be used: {reason}."
    advice = "Choose another with --device; `stemwright devices` lists them and says why."
    advice_in_window = "Choose another device; the list of devices says what is wrong with each."


class SoundDeviceError(StudioError):
    """Nothing can be heard."""

    code = "sound.device"
    sentence = "Nothing can be heard: {reason}."
    advice = "Plug in or switch on a sound device and press Play again; everything else works without one."


class OutOfMemoryError(StudioError):
    """The work did not fit into memory."""

    code = "memory"
    sentence = "{what} did not fit into the memory of {device}."
    advice = "Close other programs, or choose a smaller model or --device cpu, and run the same command again."
    advice_in_window = "Close other programs, or choose a smaller model or the CPU, and try again."


class ProjectDamagedError(StudioError):
    """A project file that is cut or altered."""

    code = "project.damaged"
    sentence = "{file} is damaged: {reason}."
    advice = "Remove that folder and run the command again on the song; your song and your exported files are not in it."
    advice_in_window = "Remove that folder and open the song again; your song and your exported files are not in it."


class ManifestDamagedError(ProjectDamagedError):
    """A manifest that is cut, altered or somebody else's."""

    code = "export.manifest"
    sentence = "{file} is not a manifest of Stemwright, or damaged: {reason}."
    advice = "Move it away, or export with --force to replace it; your song and the other files stay as they are."
    advice_in_window = (
        "Move it away, or choose another folder; your song and the other files stay as they are."
    )


class ProjectNewerError(StudioError):
    """A project of a later version of the program."""

    code = "project.newer"
    sentence = "{file} was written by a later version of Stemwright (format {found}, this one knows {known})."
    advice = "Update Stemwright, or choose another --out."
    advice_in_window = "Update Stemwright to open it. Nothing was changed."


class ProjectOutsideError(StudioError):
    """A project that names files outside its folder."""

    code = "project.outside"
    sentence = (
        "{file} names a file outside its own folder ({found}), which a project of ours never does."
    )
    advice = "Do not trust this folder; run the command again on the song with another --out."
    advice_in_window = (
        "Do not trust this folder; open the song itself, and keep its stems in another folder."
    )


class ProjectBusyError(StudioError):
    """A project another process works on."""

    code = "project.busy"
    sentence = "{folder} is being worked on by another Stemwright."
    advice = "Wait until it has finished, or close it."
    advice_in_window = "Wait until it has finished, or close it, then try again."


class ExportConflictError(StudioError):
    """Files in the way that are not ours to replace."""

    code = "export.conflict"
    sentence = (
        "{folder} holds files that Stemwright did not write, or that were changed since: {files}."
    )
    advice = "Move them away, or add --force to replace them."
    advice_in_window = "Choose which to keep, or move them away."


class LiveTemplateError(StudioError):
    """A Live set of which none can be made."""

    code = "live.template"
    sentence = "No set can be made from {file}, since {reason}."
    advice = "Save a set in Live 11 or 12 that has an audio track with one clip and a MIDI track with one clip, and choose that."


class WorkerCrashedError(StudioError):
    """The engine process died."""

    code = "worker.crashed"
    sentence = "The engine stopped during the work on {what} ({reason})."
    advice = "Run the same command again: it goes on where it stopped. The log is {log}."
    advice_in_window = (
        "Try again: what is done is kept, and it goes on from there. The log is {log}."
    )


class ForeignError(StudioError):
    """An extension's own error, worded by it."""

    code = "extension.error"
    sentence = "{sentence}"
    advice = "{hint}"
