"""The piano roll: the notes of a take on the window's one time axis, to be seen and changed.

Only what changed is drawn again: rows, wave and grid are kept as a picture, notes are culled by
numpy, and the playhead redraws its own strip and the notes that begin or end to sound.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from studio.audio.peaks import Peaks
from studio.gui import theme
from studio.gui.roll import keys, paint, told
from studio.gui.roll.acts import Acts
from studio.gui.roll.geometry import Geometry
from studio.gui.roll.hand import Hand, Tool
from studio.gui.roll.picture import Picture
from studio.gui.roll.rows import Rows
from studio.gui.state.take import TakeModel
from studio.gui.state.timeaxis import TimeAxis
from studio.gui.widgets.accessible import set_role
from studio.music.notes import Note

_CURSORS = {
    "draw": Qt.CursorShape.CrossCursor,
    "split": Qt.CursorShape.SplitHCursor,
    "select": Qt.CursorShape.ArrowCursor,
}
_LEAST_HEIGHT = 160
# Semitones around the notes within which ghosts are brought into view.
_BELOW, _ABOVE = 5, 12
_ZOOM = 1.15  # a notch of the wheel


class RollView(QWidget):
    """Shows and changes the notes of one take.

    Attributes:
        rows: The vertical axis, which a ``Keyboard`` shares.
        acts: What menus and buttons do with the chosen notes.

    Signals:
        audition(pitch, velocity): a note is to be heard.
        tool_changed(name): "select", "draw" or "split".
        hover_text(text): what lies under the pointer; empty for nothing.
        hovered(pitch or None): the row under the pointer.
    """

    audition = Signal(int, int)
    tool_changed = Signal(str)
    hover_text = Signal(str)
    hovered = Signal(object)

    def __init__(
        self, axis: TimeAxis, model: TakeModel | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.rows = Rows(self)
        self.acts = Acts(axis, self.rows, self)
        self._axis = axis
        self._hand = Hand(self.acts, axis)
        self._picture = Picture(self.acts, axis, self._hand)
        self._ground: QPixmap | None = None
        self._peaks: Peaks | None = None
        self.setObjectName("roll")
        set_role(self, QAccessible.Role.Graphic)  # its notes are told by the list of notes
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumHeight(_LEAST_HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.acts.audition.connect(self.audition)
        self.acts.reached.connect(self.reveal)
        self.rows.changed.connect(self.redraw)
        axis.view_changed.connect(self.redraw)
        axis.loop_changed.connect(self.redraw)
        axis.playhead_moved.connect(self._playhead_moved)
        self.set_model(model)

    def sizeHint(self) -> QSize:
        """As in the drawings at 1440 by 900."""
        return QSize(976, 262)

    # What is shown

    @property
    def model(self) -> TakeModel | None:
        """The take; None where none is open."""
        return self.acts.model

    def set_model(self, model: TakeModel | None) -> None:
        """Show the notes of another take, all its pitches in view."""
        old = self.acts.model
        if old is not None:
            old.changed.disconnect(self._notes_changed)
            old.selection_changed.disconnect(self._selection_changed)
            old.scores_changed.disconnect(self.update)
        self._hand.cancel()
        self.acts.model = model
        if model is not None:
            model.changed.connect(self._notes_changed)
            model.selection_changed.connect(self._selection_changed)
            model.scores_changed.connect(self.update)
            self.rows.load(model.kind == "drums", _worth_seeing(model))
        self._notes_changed()

    def set_peaks(self, peaks: Peaks | None) -> None:
        """The stem's outline, to stand behind the notes; call again as it grows."""
        self._peaks = peaks
        self.redraw()

    @property
    def division(self) -> float:
        """Quarter notes between two lines of the grid: 0.25 is a sixteenth."""
        return self.acts.division

    def set_division(self, division: float) -> None:
        """Another grid."""
        self.acts.division = division
        self.redraw()

    @property
    def shows_ghosts(self) -> bool:
        """Whether what is not kept is seen."""
        return self._hand.show_ghosts

    def set_ghosts_shown(self, shown: bool) -> None:
        """Show or hide what is not kept."""
        self._hand.show_ghosts = shown
        self.update()

    @property
    def tool(self) -> Tool:
        """What the mouse does: "select", "draw" or "split"."""
        return self._hand.tool

    def set_tool(self, tool: Tool) -> None:
        """Another tool."""
        if tool != self._hand.tool:
            self._hand.tool = tool
            self.setCursor(_CURSORS[tool])
            self.tool_changed.emit(tool)

    def reveal(self, note: Note) -> None:
        """Bring a note into view, with as little scrolling as needed, and tell it."""
        self.rows.reveal(note.pitch)
        if note.onset < self._axis.start or note.onset > self._axis.end:
            self._axis.scroll(note.onset - self._axis.start - 0.25 * self._axis.span)
        self._say(self._text(note))

    def redraw(self) -> None:
        """Draw everything anew."""
        self._ground = None
        self.update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """The kept ground, and the notes of the part that is asked for."""
        painter = QPainter(self)
        place, look = self._place(), self._look()
        clip = QRectF(event.rect())
        if self._ground is None:
            self._ground = self._drawn_ground(place, look)
        ratio = self._ground.devicePixelRatio()
        painter.drawPixmap(clip, self._ground, QRectF(clip.topLeft() * ratio, clip.size() * ratio))
        painter.setClipRect(event.rect())
        if self.acts.model is not None:
            self._picture.draw(painter, place, look, clip)
            if not len(self.acts.notes):
                text = told.of_nothing(self.acts.model)
                self._picture.sentence(painter, QRectF(self.rect()), look, text)
        self._picture.playhead(painter, place, look)
        if theme.shows_focus(self):
            self._picture.focus_ring(painter, QRectF(self.rect()), look)
        painter.end()

    def _drawn_ground(self, place: Geometry, look: paint.Look) -> QPixmap:
        ratio = self.devicePixelRatioF()
        ground = QPixmap(self.size() * ratio)
        ground.setDevicePixelRatio(ratio)
        painter = QPainter(ground)
        paint.ground(painter, place, look, self.acts.division, self._peaks)
        painter.end()
        return ground

    def _place(self) -> Geometry:
        return Geometry(self._axis, self.rows, self.width(), self.devicePixelRatioF())

    def _look(self) -> paint.Look:
        palette, model = theme.current(), self.acts.model
        colour = palette.text3 if model is None else theme.stem_colour(palette, model.stem)
        return paint.Look(palette, colour)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The middle row stays in the middle."""
        self.rows.set_viewport(self.height())
        self.redraw()

    def changeEvent(self, event: QEvent) -> None:
        """Another palette, or another screen."""
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.StyleChange}:
            self.redraw()
        super().changeEvent(event)

    def _notes_changed(self) -> None:
        self._hand.cancel()  # what is held may be gone
        self._picture.forget()
        self.setAccessibleName(told.name_of(self.acts.model))
        self.update()

    def _selection_changed(self) -> None:
        self._picture.forget()
        self.update()

    def _playhead_moved(self, before: float, now: float) -> None:
        for area in self._picture.moved(self._place(), before, now):
            self.update(area.toAlignedRect())

    # Keys

    def event(self, event: QEvent) -> bool:
        """Claim our keys before the window's actions do; explain what is under the pointer."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if self._act(event) is not None:
                event.accept()
                return True
        elif event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = self._under(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), text, self)
            return True
        elif event.type() == QEvent.Type.DevicePixelRatioChange:
            self.redraw()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """As ``keys`` says."""
        act = self._act(event)
        if act is None:
            super().keyPressEvent(event)
            return
        act()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """What comes after is a step of undo of its own."""
        if self.acts.model is not None:
            self.acts.model.settle()
        super().focusOutEvent(event)

    def _act(self, event: QKeyEvent) -> keys.Act | None:
        return keys.act(event, self.acts, self.set_tool, self._escape)

    def _escape(self) -> None:
        """Let go of what is dragged, or else of the selection."""
        if not self._hand.cancel() and self.acts.model is not None:
            self.acts.model.select(())

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold."""
        button = event.button()
        if button in {Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton}:
            middle = button == Qt.MouseButton.MiddleButton
            self._hand.press(self._place(), event.position(), event.modifiers(), middle)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag, or say what is under the pointer."""
        if self._hand.drag is not None:
            self._hand.move(self._place(), event.position(), event.modifiers())
            self.update()
            return
        self._hover(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Do it."""
        self._hand.release()
        self._hover(event.position())
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Add or remove a note."""
        if event.button() == Qt.MouseButton.LeftButton and self._hand.tool != "split":
            self._hand.double(self._place(), event.position(), event.modifiers())
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer."""
        self._picture.hover = None
        self.hover_text.emit("")
        self.hovered.emit(None)
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Rows; with Shift time; Ctrl zooms time, Ctrl+Shift pitch."""
        delta = event.angleDelta()
        notches = (delta.y() or delta.x()) / 120
        ctrl = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if ctrl and shift:
            self.rows.zoom(_ZOOM**notches, event.position().y())
        elif ctrl:
            around = self._axis.seconds(event.position().x(), self.width())
            self._axis.zoom(_ZOOM**-notches, around)
        elif shift or abs(delta.x()) > abs(delta.y()):
            self._axis.scroll(-notches * self._axis.span / 10)
        else:
            self.rows.scroll(notches * 2)
        event.accept()

    # Telling

    def _hover(self, at: QPointF) -> None:
        place = self._place()
        note, ghost = self._hand.under(place, at)
        if (note, ghost) != (self._picture.hover or (None, None)):
            self._picture.hover = (note, ghost)
            self.update()
            self.hover_text.emit(self._under(at))
        self.hovered.emit(self.rows.pitch_at(at.y()))
        cursor = _CURSORS[self._hand.tool]
        if note is not None and self._hand.tool != "split" and place.end_under(note, at.x()):
            cursor = Qt.CursorShape.SizeHorCursor
        if self.cursor().shape() != cursor:
            self.setCursor(cursor)

    def _under(self, at: QPointF) -> str:
        note, ghost = self._hand.under(self._place(), at)
        found = note or ghost
        return "" if found is None else self._text(found)

    def _text(self, note: Note) -> str:
        model = self.acts.model
        if model is None:
            return ""
        if note.id in TakeModel.ids(model.ghosts):
            return told.of_ghost(note, self.rows, model)
        return told.of_note(note, self.rows, note.id in model.edited_ids)

    def _say(self, text: str) -> None:
        """To the status line and to a screen reader."""
        self.hover_text.emit(text)
        self.setAccessibleDescription(text)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))


def _worth_seeing(model: TakeModel) -> list[int]:
    """The pitches of the notes, and of the ghosts that may be their overtones."""
    notes, candidates = model.notes.pitch, model.candidates.pitch
    if model.kind == "drums" or not len(notes):
        return [int(pitch) for pitch in candidates]
    near = (candidates >= notes.min() - _BELOW) & (candidates <= notes.max() + _ABOVE)
    return [*notes.tolist(), *candidates[near].tolist()]
