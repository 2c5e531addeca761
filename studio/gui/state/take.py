"""One stem's notes as the window knows them: what is kept, what is not, what is selected.

Candidates come once and never change; options and edits choose among them and are kept in the
song's history. A change of the threshold is one mask over the candidates' columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from studio.errors import StudioError
from studio.gui import words
from studio.music.notes import Notes
from studio.music.stem import Stem
from studio.music.take import (
    Edit,
    Settled,
    Take,
    TakeOptions,
    id_of,
    joined,
    kept_by,
    key_of,
    keys,
    settle,
    squash,
)
from studio.project.history import History, Setup


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One row of the score table.

    Attributes:
        threshold: The onset threshold it was measured at.
        notes: How many it keeps.
        scores: By name, as in ``scores.json``.
        label: What the row is called, where the threshold alone does not say it.
    """

    threshold: float
    notes: int
    scores: dict[str, float]
    label: str = ""


class TakeModel(QObject):
    """The take of one stem, in as many variants (A, B, ...) as the user keeps.

    Without a history nothing is written and nothing can be undone.

    Signals:
        changed: notes may differ: threshold, options, edits, undo, another variant.
        selection_changed: ``selection`` differs.
        scores_changed: ``rows``, ``suggested``, ``flat``, ``measuring`` or ``comparison`` differ.
        failed(error): a change could not be written, a StudioError; nothing has changed, which
            ``changed`` says to who shows it already.
    """

    changed = Signal()
    selection_changed = Signal()
    scores_changed = Signal()
    failed = Signal(object)

    def __init__(
        self,
        stem: Stem,
        engine: str,
        kind: str,
        candidates: Notes,
        history: History | None = None,
    ) -> None:
        super().__init__()
        self.stem = stem
        self.engine = engine
        self.kind = kind
        self.candidates = candidates
        self.selection: frozenset[str] = frozenset()
        self.rows: list[ScoreRow] = []
        self.suggested: float | None = None
        self.flat: tuple[float, float] | None = None
        self.measuring: tuple[int, int] | None = None
        self.comparison: dict[str, Any] | None = None
        self._history = history
        self._keys = keys(candidates)
        self._letter = "A"
        self._setups: dict[str, Setup] = {"A": Setup(TakeOptions(), ())}
        # The gesture that made the last edits, and the edits before it.
        self._gesture: tuple[str, tuple[Edit, ...]] = ("", ())
        self._notes: Notes | None = None
        self._ghosts: Notes | None = None
        self._mask: NDArray[np.bool_] | None = None
        self._read()
        self._settle()

    # What is chosen

    @property
    def letter(self) -> str:
        """The variant in use."""
        return self._letter

    @property
    def letters(self) -> list[str]:
        """All variants, in order."""
        return sorted(self._setups)

    def variant(self, letter: str) -> TakeOptions:
        """The options of a variant: what its button says."""
        return self._setups[letter].options

    def setup(self, letter: str) -> Setup:
        """All of a variant but what the engine heard."""
        return self._setups[letter]

    def choose(self, letter: str) -> None:
        """Use another variant."""
        if letter == self._letter or letter not in self._setups:
            return
        if self._write(lambda history: history.choose(self.stem.name, letter)):
            self._letter = letter
            self._again()

    def add_variant(self) -> None:
        """Keep the variant in use and go on with a copy of it under the next letter."""
        if self._history is None:
            letter = chr(ord(max(self._setups)) + 1)
            self._setups[letter] = self._setups[self._letter]
            self._letter = letter
        elif not self._write(lambda history: history.new(self.stem.name, self._letter)):
            return
        self.reload()

    @property
    def options(self) -> TakeOptions:
        """Of the variant in use."""
        return self._setups[self._letter].options

    @property
    def edits(self) -> tuple[Edit, ...]:
        """Of the variant in use."""
        return self._setups[self._letter].edits

    def set_threshold(self, value: float) -> None:
        """Another onset threshold, 0 to 1; one step of undo however often it moves in a row."""
        value = min(max(value, 0.0), 1.0)
        self.set_options(
            self.tr("Onset threshold {}").format(words.hundredths(value)), onset_threshold=value
        )

    def set_options(self, label: str = "", **changes: Any) -> None:
        """Change fields of ``options``: ``set_options(shortest=0.06)``."""
        options = replace(self.options, **changes)
        if options == self.options:
            return
        setup = msgspec.structs.replace(self._setups[self._letter], options=options)
        merge = f"{self.stem.name} {self._letter} " + " ".join(sorted(changes))
        if self._do(setup, label or self.tr("Options of the notes"), merge):
            self._renew()
            self.changed.emit()

    # Notes

    @property
    def take(self) -> Take:
        """The variant in use, as the rest of the program knows it."""
        return Take(
            self.stem.name, self.engine, self.kind, self.candidates, self.options, self.edits
        )

    @property
    def notes(self) -> Notes:
        """What plays and is exported."""
        if self._notes is None:
            kept = self.candidates.where(self._kept())
            self._notes = joined(kept, self._settled.notes) if self.edits else kept
        return self._notes

    @property
    def ghosts(self) -> Notes:
        """Candidates that are not among the notes, and did not become one elsewhere."""
        if self._ghosts is None:
            self._ghosts = self.candidates.where(self._free & ~self._kept())
        return self._ghosts

    @property
    def edited_ids(self) -> frozenset[str]:
        """The notes that were made or changed by hand; they stay at any threshold."""
        return self._edited

    @staticmethod
    def ids(notes: Notes) -> list[str]:
        """The id of each of ``notes``."""
        return [id_of(key) for key in keys(notes).tolist()]

    def apply(self, edits: Sequence[Edit], label: str, merge: str = "") -> None:
        """Change notes; the selection goes with them.

        ``merge``: the same non-empty name, while the selection stays, makes one step of undo.
        """
        if not edits:
            return
        selection = _followed(self.selection, edits)
        before = self.edits
        name, base = self._gesture
        if merge and merge == name:
            before, edits = base, squash((*before[len(base) :], *edits))
        setup = msgspec.structs.replace(self._setups[self._letter], edits=(*before, *edits))
        if not self._do(setup, label, merge):
            return
        self._gesture = (merge, before)
        self._settle()
        moved, self.selection = selection != self.selection, selection
        self.changed.emit()
        if moved:
            self.selection_changed.emit()

    def settle(self) -> None:
        """End a drag or a row of keys: what comes is a step of undo of its own."""
        self._gesture = ("", ())
        self._write(History.settle)

    def undo(self) -> tuple[str, str] | None:
        """Take the song's last change back: the stem it was on and its label, or None."""
        return self._step(undo=True)

    def redo(self) -> tuple[str, str] | None:
        """Do again what was taken back last."""
        return self._step(undo=False)

    def reload(self) -> None:
        """Read the history anew: somebody else undid a step of this stem."""
        self._read()
        self._again()

    # Selection

    def select(self, ids: Iterable[str]) -> None:
        """Select these notes and ghosts, and no others."""
        selection = frozenset(ids)
        if selection != self.selection:
            if self._gesture[0]:
                self.settle()
            self.selection = selection
            self.selection_changed.emit()

    # Scores: told by whoever asks the worker

    def set_scores(
        self,
        rows: Sequence[ScoreRow],
        suggested: float | None,
        flat: tuple[float, float] | None,
        measuring: tuple[int, int] | None,
    ) -> None:
        """What is measured so far; ``measuring`` is (done, all) while it goes on."""
        self.rows = sorted(rows, key=lambda row: row.threshold)
        self.suggested, self.flat, self.measuring = suggested, flat, measuring
        self.scores_changed.emit()

    def set_comparison(self, comparison: dict[str, Any] | None) -> None:
        """The stem against the take, as the worker's task "fit" tells it."""
        self.comparison = comparison
        self.scores_changed.emit()

    # Inside

    def _do(self, setup: Setup, label: str, merge: str) -> bool:
        """Keep a setup of the variant in use; returns whether it could be kept."""
        name, letter = self.stem.name, self._letter
        kept = self._write(lambda history: history.do(name, letter, setup, label, merge))
        if kept:
            self._gesture = ("", ())
            self._setups[letter] = setup
        return kept

    def _write(self, change: Callable[[History], object]) -> bool:
        """Change the history, if there is one; what goes wrong is told by ``failed``."""
        try:
            if self._history is not None:
                change(self._history)
        except StudioError as error:
            self.failed.emit(error)
            self.changed.emit()  # whoever shows the change already takes it back
            return False
        return True

    def _step(self, undo: bool) -> tuple[str, str] | None:
        steps: list[tuple[str, str] | None] = [None]
        self._write(lambda history: steps.append(history.undo() if undo else history.redo()))
        step = steps[-1]
        if step is not None and step[0] == self.stem.name:
            self.reload()
        return step

    def _read(self) -> None:
        """Variants and the one in use, from the history."""
        if self._history is None:
            return
        name = self.stem.name
        self._letter = self._history.chosen(name)
        self._setups = dict(self._history.setups(name))
        self._setups.setdefault(self._letter, self._history.setup(name))

    def _again(self) -> None:
        """Another setup altogether."""
        self._gesture = ("", ())
        self._settle()
        there = {*map(key_of, self.selection)} & {
            *self._keys.tolist(),
            *keys(self._settled.notes).tolist(),
        }
        self.select(map(id_of, there))
        self.changed.emit()

    def _settle(self) -> None:
        """What the edits come to, against the candidates: once a change of edits."""
        self._settled: Settled = settle(self.edits)
        by_hand = keys(self._settled.notes)
        self._edited = frozenset(id_of(key) for key in by_hand.tolist())
        self._untouched: NDArray[np.bool_] = ~np.isin(self._keys, self._settled.touched)
        taken = np.concatenate([by_hand, self._settled.moved])
        self._free: NDArray[np.bool_] = ~np.isin(self._keys, taken)
        self._renew()

    def _renew(self) -> None:
        """Forget what is worked out from options and edits."""
        self._notes = self._ghosts = self._mask = None

    def _kept(self) -> NDArray[np.bool_]:
        """Which candidates the options keep and no edit touched."""
        if self._mask is None:
            self._mask = kept_by(self.candidates, self.options) & self._untouched
        return self._mask


def _followed(selection: frozenset[str], edits: Iterable[Edit]) -> frozenset[str]:
    """The selection after ``edits``: moved notes stay selected, removed ones do not."""
    ids = set(selection)
    for edit in edits:
        if edit.id in ids:
            ids.discard(edit.id)
            if edit.action != "remove" and edit.note is not None:
                ids.add(edit.note.id)
    return frozenset(ids)
