"""Every action of the window, declared once: its words, its menu, its keys.

Menus, tooltips, the sheet of shortcuts and the tests all read this table, so none can differ.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from studio.gui import icons


@dataclass(frozen=True, slots=True)
class Declared:
    """One action.

    Attributes:
        name: As in the code: ``play``.
        menu: Title of its menu.
        text: Its words in the menu, without a mnemonic; "…" where something more is asked.
        keys: Its shortcuts, the first one shown.
        letter: Whether it is a plain letter or key, silent in text fields, which can be switched
            off as a whole.
        icon: Name of its icon, or empty.
        checkable: Whether it is on or off.
        line: Whether a separator stands before it.
    """

    name: str
    menu: str
    text: str
    keys: tuple[str, ...] = ()
    letter: bool = False
    icon: str = ""
    checkable: bool = False
    line: bool = False


_FILE, _EDIT, _SONG, _LANE, _TAKE, _VIEW, _HELP = (
    "File",
    "Edit",
    "Song",
    "Lane",
    "Take",
    "View",
    "Help",
)
MENUS = (_FILE, _EDIT, _SONG, _LANE, _TAKE, _VIEW, _HELP)

DECLARED = (
    Declared("open", _FILE, "Open songs…", ("Ctrl+O",), icon="plus"),
    Declared("open_folder", _FILE, "Open a song’s folder…", ("Ctrl+Shift+O",)),
    Declared("demo", _FILE, "Try the demo song"),
    Declared("export", _FILE, "Export…", ("Ctrl+E",), icon="export", line=True),
    Declared("copy_all", _FILE, "Copy all stems and MIDI files", ("Ctrl+Alt+C",)),
    Declared("show_folder", _FILE, "Show in folder", ("Ctrl+Shift+R",)),
    Declared("preferences", _FILE, "Preferences…", ("Ctrl+,",), line=True),
    Declared("quit", _FILE, "Quit", ("Ctrl+Q",), line=True),
    Declared("undo", _EDIT, "Undo", ("Ctrl+Z",), icon="undo"),
    Declared("redo", _EDIT, "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), icon="redo"),
    Declared("cut", _EDIT, "Cut notes", ("Ctrl+X",), line=True),
    Declared("copy", _EDIT, "Copy notes", ("Ctrl+C",)),
    Declared("paste", _EDIT, "Paste notes", ("Ctrl+V",)),
    Declared("delete", _EDIT, "Delete notes", ("Del",), letter=True),
    Declared("select_all", _EDIT, "Select all notes", ("Ctrl+A",)),
    Declared("split", _EDIT, "Split notes at the playhead", ("Shift+C",), letter=True, line=True),
    Declared("join", _EDIT, "Join notes", ("J",), letter=True),
    Declared("quantise", _EDIT, "Quantise notes", ("Q",), letter=True),
    Declared("keep", _EDIT, "Keep ghost", ("K",), letter=True),
    Declared("play", _SONG, "Play or pause", ("Space",), letter=True, icon="play"),
    Declared("start", _SONG, "To the start", ("Home",), letter=True, icon="start"),
    Declared("beat_back", _SONG, "A beat back", ("Left",), letter=True),
    Declared("beat_on", _SONG, "A beat on", ("Right",), letter=True),
    Declared("bar_back", _SONG, "A bar back", ("Ctrl+Left",)),
    Declared("bar_on", _SONG, "A bar on", ("Ctrl+Right",)),
    Declared("loop", _SONG, "Loop", ("L",), letter=True, icon="loop", checkable=True, line=True),
    Declared("loop_start", _SONG, "Loop starts here", ("I",), letter=True),
    Declared("loop_end", _SONG, "Loop ends here", ("O",), letter=True),
    Declared("compare", _SONG, "Hear the song itself", ("Ctrl+Shift+B",), checkable=True),
    Declared("separate_again", _SONG, "Separate again…", ("Ctrl+R",), line=True),
    Declared("cancel", _SONG, "Stop separating"),
    Declared("lane_up", _LANE, "Lane above", ("Up",), letter=True),
    Declared("lane_down", _LANE, "Lane below", ("Down",), letter=True),
    Declared("solo", _LANE, "Solo", ("S",), letter=True, line=True),
    Declared("solo_only", _LANE, "Only this lane", ("Shift+S",), letter=True),
    Declared("mute", _LANE, "Mute", ("M",), letter=True),
    Declared("minus_one", _LANE, "Minus one: all but this", ("Shift+M",), letter=True),
    Declared("louder", _LANE, "Louder", ("Alt+Up",), line=True),
    Declared("softer", _LANE, "Softer", ("Alt+Down",)),
    Declared("pan_left", _LANE, "Pan to the left", ("Alt+Left",)),
    Declared("pan_right", _LANE, "Pan to the right", ("Alt+Right",)),
    Declared("reset_lane", _LANE, "Reset volume and pan", ("0",), letter=True),
    Declared("notes", _LANE, "Find notes", ("N",), letter=True, icon="note", line=True),
    Declared("copy_lane", _LANE, "Copy this lane’s files", ("Ctrl+Shift+C",), icon="copy"),
    Declared("threshold", _TAKE, "To the onset threshold", ("T",), letter=True),
    Declared("threshold_down", _TAKE, "Lower threshold", ("[",), letter=True),
    Declared("threshold_up", _TAKE, "Higher threshold", ("]",), letter=True),
    Declared("use_best", _TAKE, "Use the suggested threshold", ("B",), letter=True),
    Declared("rate", _TAKE, "Measure scores", ("R",), letter=True),
    Declared("ghosts", _TAKE, "Show ghosts", ("G",), letter=True, checkable=True, line=True),
    Declared("next_take", _TAKE, "Next take", ("A",), letter=True),
    Declared("new_take", _TAKE, "New take from this one", ("Shift+A",), letter=True),
    Declared("to_stem", _TAKE, "Hear more of the stem", (",",), letter=True),
    Declared("to_take", _TAKE, "Hear more of the take", (".",), letter=True),
    Declared("note_list", _TAKE, "Note list", ("F3",), checkable=True, line=True),
    Declared("full_height", _TAKE, "Full height", ("F",), letter=True, checkable=True),
    Declared("close_take", _TAKE, "Close the notes"),
    Declared("tool_select", _TAKE, "Select notes", ("V",), letter=True, icon="pointer", line=True),
    Declared("tool_draw", _TAKE, "Draw notes", ("D",), letter=True, icon="pencil"),
    Declared("tool_split", _TAKE, "Split notes", ("C",), letter=True, icon="split"),
    Declared("zoom_in", _VIEW, "Zoom in", ("Ctrl++", "Ctrl+=")),
    Declared("zoom_out", _VIEW, "Zoom out", ("Ctrl+-",)),
    Declared("fit_loop", _VIEW, "Fit the loop", ("Z",), letter=True),
    Declared("fit_song", _VIEW, "Fit the song", ("Shift+Z",), letter=True),
    Declared("library", _VIEW, "Library", ("Ctrl+B",), icon="rail", checkable=True, line=True),
    Declared("next_region", _VIEW, "Next region", ("F6",)),
    Declared("previous_region", _VIEW, "Previous region", ("Shift+F6",)),
    Declared("shortcuts", _HELP, "Shortcuts", ("?",), letter=True),
    Declared("devices", _HELP, "Devices…"),
    Declared("about", _HELP, "About Stemwright"),
)
BY_NAME = {declared.name: declared for declared in DECLARED}


def make(owner: QWidget) -> dict[str, QAction]:
    """An action of ``owner`` for each declared one, its shortcut in its tooltip."""
    return {declared.name: _action(declared, owner) for declared in DECLARED}


def fill(bar: QMenuBar, actions: dict[str, QAction]) -> dict[str, QMenu]:
    """The menus, by title."""
    menus: dict[str, QMenu] = {}
    for title in MENUS:
        menu = bar.addMenu(said(title))
        menu.setObjectName(f"menu{title}")
        menus[title] = menu
    for declared in DECLARED:
        if declared.line:
            menus[declared.menu].addSeparator()
        menus[declared.menu].addAction(actions[declared.name])
    return menus


def use_letters(actions: dict[str, QAction], on: bool) -> None:
    """Switch the plain keys on or off: some screen readers and hands need them for themselves."""
    for declared in DECLARED:
        if declared.letter:
            keys = [QKeySequence(key) for key in declared.keys] if on else []
            actions[declared.name].setShortcuts(keys)


def said(text: str) -> str:
    """``text`` in the user's language."""
    return QCoreApplication.translate("actions", text)


def _action(declared: Declared, owner: QObject) -> QAction:
    action = QAction(said(declared.text), owner)
    action.setObjectName(f"action_{declared.name}")
    action.setCheckable(declared.checkable)
    action.setShortcuts([QKeySequence(key) for key in declared.keys])
    action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
    tip = said(declared.text).rstrip("…")
    if declared.keys:
        tip += f" ({action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)})"
    action.setToolTip(tip)
    if declared.icon:
        action.setIcon(icons.icon(declared.icon))
        action.setIconVisibleInMenu(False)
    return action
