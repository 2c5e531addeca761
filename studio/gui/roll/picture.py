"""What is drawn over the roll's ground: notes, ghosts, what is held, the playhead."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from studio.gui import theme
from studio.gui.roll import overtones, paint
from studio.gui.roll.acts import Acts
from studio.gui.roll.geometry import Boxes, Geometry
from studio.gui.roll.hand import Hand
from studio.gui.state.timeaxis import TimeAxis
from studio.music.notes import Note, Notes
from studio.music.take import key_of, keys

Mask = NDArray[np.bool_]
_PLAYHEAD = 2.0


class Picture:
    """Draws the notes of ``acts.model`` as they are, and as the hand would make them."""

    def __init__(self, acts: Acts, axis: TimeAxis, hand: Hand) -> None:
        self.hover: tuple[Note | None, Note | None] | None = None
        self._acts = acts
        self._axis = axis
        self._hand = hand
        self._masks: tuple[Mask, Mask, Mask] | None = None

    def forget(self) -> None:
        """Notes or selection changed."""
        self._masks = None

    def draw(self, painter: QPainter, place: Geometry, look: paint.Look, clip: QRectF) -> None:
        """Everything within ``clip``, from the bottom up."""
        notes = self._acts.notes
        chosen, edited, ghosts_chosen = self._marks()
        boxes = place.boxes(notes, clip)
        preview = self._hand.preview()
        if len(preview) and self._hand.drag is not None and self._hand.drag.kind != "draw":
            boxes = boxes.where(~chosen[boxes.index])
        paint.filled(painter, place, look, notes, boxes)
        sounding = boxes.where(self._sounding(notes)[boxes.index])
        paint.filled(painter, place, look, notes, sounding, bright=True)
        paint.notches(painter, place, look, boxes.where(edited[boxes.index]))
        paint.outlined(painter, place, boxes.where(chosen[boxes.index]), look.palette.text)
        if self._hand.show_ghosts:
            self._ghosts(painter, place, look, clip, ghosts_chosen)
        self._held(painter, place, look, clip, preview)
        self._hovered(painter, place, look)

    def playhead(self, painter: QPainter, place: Geometry, look: paint.Look) -> None:
        """The one line of the window."""
        painter.fillRect(self._line(place, self._axis.playhead), look.palette.accent)

    def moved(self, place: Geometry, before: float, now: float) -> list[QRectF]:
        """What a move of the playhead changes: its two places, and notes that begin or end."""
        areas = [self._line(place, before), self._line(place, now)]
        if areas[0] == areas[1]:
            areas = []
        notes = self._acts.notes
        changed = np.flatnonzero(_at(notes, before) != _at(notes, now))
        mask = np.zeros(len(notes), bool)
        mask[changed] = True
        whole = QRectF(0, 0, place.width, place.rows.viewport)
        lit = place.boxes(notes.where(mask), whole).rects() if len(changed) else []
        return [*areas, *(rect.adjusted(-2, -2, 2, 2) for rect in lit)]

    @staticmethod
    def sentence(painter: QPainter, area: QRectF, look: paint.Look, text: str) -> None:
        """Why there is nothing to see, in the middle."""
        painter.setFont(theme.font(theme.BASE))
        words = QRectF(painter.fontMetrics().boundingRect(text))
        words.moveCenter(area.center())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.palette.raised)
        card = words.adjusted(-theme.INSET, -theme.GAP, theme.INSET, theme.GAP)
        painter.drawRoundedRect(card, theme.CARD_RADIUS, theme.CARD_RADIUS)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(look.palette.text2)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)

    @staticmethod
    def focus_ring(painter: QPainter, area: QRectF, look: paint.Look) -> None:
        """Inside the edge: nothing beside the roll has room for it."""
        painter.setPen(QPen(look.palette.accent, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area.adjusted(1, 1, -1, -1))

    def _ghosts(
        self, painter: QPainter, place: Geometry, look: paint.Look, clip: QRectF, chosen: Mask
    ) -> None:
        boxes = place.boxes(self._acts.ghosts, clip, ghosts=True)
        paint.hollow(painter, place, boxes, look.ghost)
        paint.outlined(painter, place, boxes.where(chosen[boxes.index]), look.palette.text)

    def _held(
        self, painter: QPainter, place: Geometry, look: paint.Look, clip: QRectF, preview: Notes
    ) -> None:
        """The dragged notes where they would be, or the rubber band."""
        if len(preview):
            boxes = place.boxes(preview, clip)
            paint.filled(painter, place, look, preview, boxes)
            paint.outlined(painter, place, boxes, look.palette.text)
        band = self._hand.band()
        if band is not None:
            painter.fillRect(band, theme.faded(look.palette.accent, 0.12))
            painter.setPen(QPen(look.palette.accent, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(band)

    def _hovered(self, painter: QPainter, place: Geometry, look: paint.Look) -> None:
        """A ghost under the pointer: outlined, with the overtones it may belong to."""
        ghost = None if self.hover is None else self.hover[1]
        if ghost is None or self._hand.drag is not None:
            return
        low = None if place.rows.drums else overtones.fundamental(ghost, self._acts.notes)
        box = place.box(ghost, ghost=True)
        if low is not None:
            rungs = overtones.ladder(low, ghost.pitch)
            paint.ladder(painter, place, look.palette.accent, box.left(), rungs)
        one = Boxes(
            np.zeros(1, np.int64),
            np.array([box.x()]),
            np.array([box.y()]),
            np.array([box.width()]),
            box.height(),
        )
        paint.outlined(painter, place, one, look.palette.accent, 2.0)

    def _marks(self) -> tuple[Mask, Mask, Mask]:
        """Selected and edited notes, selected ghosts; worked out once a change."""
        if self._masks is None:
            model, notes = self._acts.model, self._acts.notes
            by_hand = frozenset[str]() if model is None else model.edited_ids
            edited = np.isin(keys(notes), np.array([key_of(name) for name in by_hand], np.int64))
            self._masks = (self._acts.marked(notes), edited, self._acts.marked(self._acts.ghosts))
        return self._masks

    def _sounding(self, notes: Notes) -> Mask:
        return _at(notes, self._axis.playhead)

    @staticmethod
    def _line(place: Geometry, seconds: float) -> QRectF:
        x = place.axis.x(seconds, place.width) - _PLAYHEAD / 2
        x = round(x * place.ratio) / place.ratio
        return QRectF(x, 0, _PLAYHEAD, place.rows.viewport)


def _at(notes: Notes, seconds: float) -> Mask:
    """Which of ``notes`` sound at ``seconds``."""
    sounding: Mask = (notes.onset <= seconds) & (seconds < notes.offset)
    return sounding
