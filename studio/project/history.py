"""Every change to a song's notes and tempo, so that it can be undone, also after a restart.

``.stemwright/history.jsonl`` holds a line with the format, then a line a change; lines are only
ever added. A change is in the file before it counts, so a process that dies leaves a state that
was there; the torn line it may leave at the end is dropped. A long file is written anew, whole,
when it is opened. It may come from a stranger, so every line is checked.

A stem has one or more variants of its take, ``A``, ``B`` ..., of which one is chosen: it plays,
and it is exported. Undo reaches back 200 steps.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from studio.errors import (
    MissingFileError,
    OptionError,
    ProjectBusyError,
    ProjectDamagedError,
    ProjectOutsideError,
)
from studio.files import write_bytes, writing
from studio.music.take import TakeOptions
from studio.music.tempo import TempoMap
from studio.project.changes import (
    FIRST,
    LETTERS,
    MOST_TEXT,
    Base,
    Change,
    Line,
    Redo,
    Setup,
    Timing,
    Undo,
    Variants,
    change,
    check_header,
    decoded,
    encoded,
    header,
)
from studio.project.document import read_document
from studio.project.steps import TEMPO, StemStep, Step, TimingStep, changed, line_of, pop

__all__ = ["FILE_NAME", "FIRST", "LOCK_NAME", "STEPS", "TEMPO", "History", "Setup"]

FILE_NAME = "history.jsonl"
LOCK_NAME = "history.lock"
STEPS = 200
_LONG_LINES = 1000
_MOST_BYTES = 1 << 26  # a lifetime of edits is below this


class History:
    """The changes of one song, open; made by ``open`` and ``peek``.

    Attributes:
        read_only: Whether another process has it open, so that nothing can be changed here.
        tempo: The tempo map that the last change of it, undone or made, leaves; None where there
            is none. The map in use is the project's: who undoes such a change uses this one there.

    Every change raises ProjectBusyError where it is read-only, and DiskFullError or WriteError
    where it cannot be written; nothing has changed then.
    """

    def __init__(self, root: Path, usual: Mapping[str, float], lock: FileLock | None) -> None:
        self.read_only = lock is None
        self._path = root / FILE_NAME
        self._usual = usual
        self._lock = lock
        self._stems: dict[str, Variants] = {}
        self.tempo: TempoMap | None = None
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._merge = ""
        self._lines, self._size = self._read()

    @classmethod
    def open(cls, root: Path) -> History:
        """The history in ``root`` (``OUT/<song>/.stemwright``), held until ``close``.

        Raises:
            ProjectDamagedError, ProjectNewerError, ProjectOutsideError: it is not as we leave it.
            DiskFullError, WriteError: the folder cannot be written.
        """
        _refuse_links(root)
        lock = FileLock(root / LOCK_NAME, thread_local=False)
        with writing(root / LOCK_NAME):
            try:
                lock.acquire(timeout=0)
            except Timeout:
                return cls(root, _thresholds(root), None)
        try:
            history = cls(root, _thresholds(root), lock)
            history._tidy()
        except BaseException:
            lock.release()
            raise
        return history

    @classmethod
    def peek(cls, root: Path) -> History:
        """The history as it stands now, to read; whoever has it open is not disturbed.

        Raises:
            ProjectDamagedError, ProjectNewerError, ProjectOutsideError: it is not as we leave it.
        """
        _refuse_links(root)
        return cls(root, _thresholds(root), None)

    def close(self) -> None:
        """Let others change it; this one is read-only from then on."""
        lock, self._lock = self._lock, None
        try:
            if lock is not None:
                self.settle()
        finally:
            self.read_only = True
            if lock is not None:
                lock.release()

    def knows(self, stem: str) -> bool:
        """Whether anything was said of ``stem``, and not undone."""
        return stem in self._stems

    def setups(self, stem: str) -> dict[str, Setup]:
        """The variants of the take of ``stem``, by letter; at least one."""
        return dict(self._of(stem).setups)

    def chosen(self, stem: str) -> str:
        """The letter of the variant that plays and is exported."""
        return self._of(stem).chosen

    def setup(self, stem: str) -> Setup:
        """The chosen variant."""
        variants = self._of(stem)
        return variants.setups[variants.chosen]

    def do(self, stem: str, letter: str, setup: Setup, label: str, merge: str = "") -> None:
        """Give the variant ``letter`` of ``stem`` another ``setup``.

        Args:
            label: What was done, for the undo menu.
            merge: A change with the same key as the one just before, not empty, becomes one step
                with it: of a drag, undo knows begin and end. ``settle`` ends that. Such a change
                outlives the process at once, a failing machine only after ``settle``, ``close``
                or the next change without a key.

        Raises:
            ValueError: there is no such variant, or the setup is out of range.
        """
        old = self._of(stem).setups.get(letter)
        if old is None:
            raise ValueError(f"{stem} has no variant {letter}")
        key = f"{stem}/{letter}/{merge}" if merge else ""
        replaces = bool(key) and key == self._merge
        self._add(change(stem, letter, old, setup, label, replaces), sync=not merge)
        self._merge = key

    def choose(self, stem: str, letter: str, label: str = "") -> None:
        """Choose the variant ``letter``; nothing happens where it is chosen already.

        Raises:
            ValueError: there is no such variant.
        """
        if letter not in self._of(stem).setups:
            raise ValueError(f"{stem} has no variant {letter}")
        if letter != self.chosen(stem):
            self._add(Change(stem, (label or f"Choose {letter}")[:MOST_TEXT], chosen=letter))

    def new(self, stem: str, from_letter: str, label: str = "") -> str:
        """Make another variant as a copy of ``from_letter``, choose it, and return its letter.

        Raises:
            ValueError: there is no such variant.
            OptionError: there are 26 already.
        """
        setups = self._of(stem).setups
        if from_letter not in setups:
            raise ValueError(f"{stem} has no variant {from_letter}")
        letter = next((letter for letter in LETTERS if letter not in setups), None)
        if letter is None:
            reason = f"{stem} has {len(LETTERS)} already"
            raise OptionError(option="Another variant", value=stem, reason=reason)
        label = label or f"New variant {letter}"
        added = change(stem, letter, Setup(), setups[from_letter], label, replaces=False)
        self._add(msgspec.structs.replace(added, chosen=letter))
        return letter

    def timed(self, label: str, before: TempoMap, after: TempoMap) -> None:
        """The song's tempo map was changed."""
        self._add(Timing(label[:MOST_TEXT], before, after))

    def undo(self) -> tuple[str, str] | None:
        """Take the last change back; returns its stem and label, or None where there is none.

        The stem of a change of the tempo map is ``TEMPO``; see ``tempo``.
        """
        if not self._done:
            return None
        self._add(Undo())
        return self._undone[-1].stem, self._undone[-1].label

    def redo(self) -> tuple[str, str] | None:
        """Make the change taken back last again; returns as ``undo``."""
        if not self._undone:
            return None
        self._add(Redo())
        return self._done[-1].stem, self._done[-1].label

    @property
    def undo_label(self) -> str | None:
        """What ``undo`` would take back."""
        return self._done[-1].label if self._done else None

    @property
    def redo_label(self) -> str | None:
        """What ``redo`` would make again."""
        return self._undone[-1].label if self._undone else None

    def settle(self) -> None:
        """End a drag: what comes is a step of its own, and what was is on the disk."""
        if self._merge and not self.read_only:
            with writing(self._path), self._path.open("ab") as file:
                os.fsync(file.fileno())
        self._merge = ""

    def _of(self, stem: str) -> Variants:
        return self._stems.get(stem) or self._nothing(stem)

    def _nothing(self, stem: str) -> Variants:
        """Where nothing was said of ``stem``: the threshold that ``process`` used, if it did."""
        usual = self._usual.get(stem, TakeOptions().onset_threshold)
        return Variants({FIRST: Setup(TakeOptions(onset_threshold=usual))})

    def _add(self, line: Line, sync: bool = True) -> None:
        """Write one line, then do what it says."""
        if self.read_only:
            raise ProjectBusyError(folder=str(self._path.parent.parent))
        content = encoded(line) if self._size else header() + encoded(line)
        with writing(self._path):
            _append(self._path, content, self._size, sync)
        self._size += len(content)
        self._merge = ""
        self._apply(line)

    def _apply(self, line: Line) -> None:
        """Do what a line says. Raises ValueError where it makes no sense here."""
        match line:
            case Change():
                self._change(line)
            case Timing():
                self.tempo = line.after
                self._did(TimingStep(line.label, line.before, line.after))
            case Undo():
                step = pop(self._done)
                self._restore(step, made=False)
                self._undone.append(step)
            case Redo():
                step = pop(self._undone)
                self._restore(step, made=True)
                self._done.append(step)
            case Base():
                self._stems = dict(line.stems)
                self._done, self._undone = [], []

    def _change(self, line: Change) -> None:
        before, now = self._stems.get(line.stem), self._of(line.stem)
        if line.replaces:
            replaced = pop(self._done)
            if isinstance(replaced, TimingStep) or replaced.stem != line.stem:
                raise ValueError("a change replaces one of another stem")
            before = replaced.before
        after = changed(now, line)
        self._did(StemStep(line.stem, line.label, before, after))
        self._put(line.stem, after)

    def _did(self, step: Step) -> None:
        self._done.append(step)
        del self._done[:-STEPS]
        self._undone = []

    def _restore(self, step: Step, made: bool) -> None:
        """What was before ``step``, or where it is ``made`` again, after it."""
        if isinstance(step, TimingStep):
            self.tempo = step.after if made else step.before
        else:
            self._put(step.stem, step.after if made else step.before)

    def _put(self, stem: str, variants: Variants | None) -> None:
        if variants is None:
            self._stems.pop(stem, None)
        else:
            self._stems[stem] = variants

    def _read(self) -> tuple[int, int]:
        """Do what the file says; returns its whole lines, and their bytes."""
        content = _content(self._path)
        whole = content[: content.rfind(b"\n") + 1]
        lines = whole.split(b"\n")[:-1]
        for number, line in enumerate(lines, 1):
            try:
                if number == 1:
                    check_header(line, str(self._path))
                else:
                    self._apply(decoded(line))
            except (msgspec.MsgspecError, ValueError) as error:
                reason = f"line {number}: {str(error).splitlines()[0].rstrip('.')}"
                raise ProjectDamagedError(file=str(self._path), reason=reason) from error
        return len(lines), len(whole)

    def _tidy(self) -> None:
        """Drop a torn line; write a long file anew."""
        with writing(self._path):
            if self._path.exists() and self._path.stat().st_size > self._size:
                os.truncate(self._path, self._size)
        if self._lines > _LONG_LINES:
            content = header() + b"".join(map(encoded, self._shortened()))
            write_bytes(self._path, content)
            self._size = len(content)

    def _shortened(self) -> list[Line]:
        """The fewest lines that lead to this state, undo and redo included."""
        base = dict(self._stems)
        for step in reversed(self._done):
            if isinstance(step, TimingStep):
                continue
            base.pop(step.stem, None)
            if step.before is not None:
                base[step.stem] = step.before
        steps = [*self._done, *reversed(self._undone)]
        changes = [self._line_of(step) for step in steps]
        return [Base(base), *changes, *(Undo() for _ in self._undone)]

    def _line_of(self, step: Step) -> Line:
        if isinstance(step, TimingStep):
            return Timing(step.label, step.before, step.after)
        return line_of(step, step.before or self._nothing(step.stem))


def _append(path: Path, content: bytes, size: int, sync: bool) -> None:
    """Add ``content`` to the file of ``size`` bytes, or leave it as it was."""
    with path.open("ab", buffering=0) as file:
        try:
            written = file.write(content)
            if written != len(content):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            if sync:
                os.fsync(file.fileno())
        except OSError:
            file.truncate(size)
            raise


def _content(path: Path) -> bytes:
    """The bytes of the file; none where there is none."""
    try:
        size = path.stat().st_size
        if size > _MOST_BYTES:
            raise ProjectDamagedError(file=str(path), reason="it is too large to be ours")
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ProjectDamagedError(file=str(path), reason=reason) from error


def _refuse_links(root: Path) -> None:
    """A stranger's link would have us write elsewhere."""
    for path in (root, root / FILE_NAME, root / LOCK_NAME):
        if path.is_symlink():
            raise ProjectOutsideError(file=str(root), found=str(path.readlink()))


def _thresholds(root: Path) -> Mapping[str, float]:
    """What ``process`` used, by stem."""
    try:
        said = read_document(root).thresholds
        return {stem: value for stem, value in said.items() if 0 <= value <= 1}
    except MissingFileError:
        return {}
