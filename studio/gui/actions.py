"""Every action of the window, declared once: its words, its menu, its keys.

Menus, tooltips, the sheet of shortcuts and the tests all read this table, so none can differ.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from studio.gui import icons
from studio.gui.words import QT_TR_NOOP


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
    QT_TR_NOOP("File"),
    QT_TR_NOOP("Edit"),
    QT_TR_NOOP("Song"),
    QT_TR_NOOP("Lane"),
    QT_TR_NOOP("Take"),
    QT_TR_NOOP("View"),
    QT_TR_NOOP("Help"),
)
MENUS = (_FILE, _EDIT, _SONG, _LANE, _TAKE, _VIEW, _HELP)

DECLARED = (
    Declared("open", _FILE, QT_TR_NOOP("Open songs…"), ("Ctrl+O",), icon="plus"),
    Declared("open_folder", _FILE, QT_TR_NOOP("Open a song’s folder…"), ("Ctrl+Shift+O",)),
    Declared("demo", _FILE, QT_TR_NOOP("Try the demo song")),
    Declared("export", _FILE, QT_TR_NOOP("Export…"), ("Ctrl+E",), icon="export", line=True),
    Declared("copy_all", _FILE, QT_TR_NOOP("Copy all stems and MIDI files"), ("Ctrl+Alt+C",)),
    Declared("show_folder", _FILE, QT_TR_NOOP("Show in folder"), ("Ctrl+Shift+R",)),
    Declared("preferences", _FILE, QT_TR_NOOP("Preferences…"), ("Ctrl+,",), line=True),
    Declared("quit", _FILE, QT_TR_NOOP("Quit"), ("Ctrl+Q",), line=True),
    Declared("undo", _EDIT, QT_TR_NOOP("Undo"), ("Ctrl+Z",), icon="undo"),
    Declared("redo", _EDIT, QT_TR_NOOP("Redo"), ("Ctrl+Shift+Z", "Ctrl+Y"), icon="redo"),
    Declared("cut", _EDIT, QT_TR_NOOP("Cut notes"), ("Ctrl+X",), line=True),
    Declared("copy", _EDIT, QT_TR_NOOP("Copy notes"), ("Ctrl+C",)),
    Declared("paste", _EDIT, QT_TR_NOOP("Paste notes"), ("Ctrl+V",)),
    Declared("delete", _EDIT, QT_TR_NOOP("Delete notes"), ("Del",), letter=True),
    Declared("select_all", _EDIT, QT_TR_NOOP("Select all notes"), ("Ctrl+A",)),
    Declared(
        "split",
        _EDIT,
        QT_TR_NOOP("Split notes at the playhead"),
        ("Shift+C",),
        letter=True,
        line=True,
    ),
    Declared("join", _EDIT, QT_TR_NOOP("Join notes"), ("J",), letter=True),
    Declared("quantise", _EDIT, QT_TR_NOOP("Quantise notes"), ("Q",), letter=True),
    Declared("keep", _EDIT, QT_TR_NOOP("Keep ghost"), ("K",), letter=True),
    Declared("play", _SONG, QT_TR_NOOP("Play or pause"), ("Space",), letter=True, icon="play"),
    Declared("start", _SONG, QT_TR_NOOP("To the start"), ("Home",), letter=True, icon="start"),
    Declared("beat_back", _SONG, QT_TR_NOOP("A beat back"), ("Left",), letter=True),
    Declared("beat_on", _SONG, QT_TR_NOOP("A beat on"), ("Right",), letter=True),
    Declared("bar_back", _SONG, QT_TR_NOOP("A bar back"), ("Ctrl+Left",)),
    Declared("bar_on", _SONG, QT_TR_NOOP("A bar on"), ("Ctrl+Right",)),
    Declared(
        "loop",
        _SONG,
        QT_TR_NOOP("Loop"),
        ("L",),
        letter=True,
        icon="loop",
        checkable=True,
        line=True,
    ),
    Declared("loop_start", _SONG, QT_TR_NOOP("Loop starts here"), ("I",), letter=True),
    Declared("loop_end", _SONG, QT_TR_NOOP("Loop ends here"), ("O",), letter=True),
    Declared(
        "compare", _SONG, QT_TR_NOOP("Hear the song itself"), ("Ctrl+Shift+B",), checkable=True
    ),
    Declared("tempo", _SONG, QT_TR_NOOP("Tempo and bars"), ("Ctrl+T",), line=True),
    Declared("tap", _SONG, QT_TR_NOOP("Tap the tempo"), ("Shift+T",), letter=True),
    Declared("bar_here", _SONG, QT_TR_NOOP("A bar begins here"), ("Shift+B",), letter=True),
    Declared("separate_again", _SONG, QT_TR_NOOP("Separate again…"), ("Ctrl+R",), line=True),
    Declared("cancel", _SONG, QT_TR_NOOP("Stop separating")),
    Declared("lane_up", _LANE, QT_TR_NOOP("Lane above"), ("Up",), letter=True),
    Declared("lane_down", _LANE, QT_TR_NOOP("Lane below"), ("Down",), letter=True),
    Declared("solo", _LANE, QT_TR_NOOP("Solo"), ("S",), letter=True, line=True),
    Declared("solo_only", _LANE, QT_TR_NOOP("Only this lane"), ("Shift+S",), letter=True),
    Declared("mute", _LANE, QT_TR_NOOP("Mute"), ("M",), letter=True),
    Declared("minus_one", _LANE, QT_TR_NOOP("Minus one: all but this"), ("Shift+M",), letter=True),
    Declared("louder", _LANE, QT_TR_NOOP("Louder"), ("Alt+Up",), line=True),
    Declared("softer", _LANE, QT_TR_NOOP("Softer"), ("Alt+Down",)),
    Declared("pan_left", _LANE, QT_TR_NOOP("Pan to the left"), ("Alt+Left",)),
    Declared("pan_right", _LANE, QT_TR_NOOP("Pan to the right"), ("Alt+Right",)),
    Declared("reset_lane", _LANE, QT_TR_NOOP("Reset volume and pan"), ("0",), letter=True),
    Declared("notes", _LANE, QT_TR_NOOP("Find notes"), ("N",), letter=True, icon="note", line=True),
    Declared(
        "copy_lane", _LANE, QT_TR_NOOP("Copy this lane’s files"), ("Ctrl+Shift+C",), icon="copy"
    ),
    Declared("threshold", _TAKE, QT_TR_NOOP("To the onset threshold"), ("T",), letter=True),
    Declared("threshold_down", _TAKE, QT_TR_NOOP("Lower threshold"), ("[",), letter=True),
    Declared("threshold_up", _TAKE, QT_TR_NOOP("Higher threshold"), ("]",), letter=True),
    Declared("use_best", _TAKE, QT_TR_NOOP("Use the suggested threshold"), ("B",), letter=True),
    Declared("rate", _TAKE, QT_TR_NOOP("Measure scores"), ("R",), letter=True),
    Declared(
        "ghosts", _TAKE, QT_TR_NOOP("Show ghosts"), ("G",), letter=True, checkable=True, line=True
    ),
    Declared("next_take", _TAKE, QT_TR_NOOP("Next take"), ("A",), letter=True),
    Declared("new_take", _TAKE, QT_TR_NOOP("New take from this one"), ("Shift+A",), letter=True),
    Declared("to_stem", _TAKE, QT_TR_NOOP("Hear more of the stem"), (",",), letter=True),
    Declared("to_take", _TAKE, QT_TR_NOOP("Hear more of the take"), (".",), letter=True),
    Declared("note_list", _TAKE, QT_TR_NOOP("Note list"), ("F3",), checkable=True, line=True),
    Declared("full_height", _TAKE, QT_TR_NOOP("Full height"), ("F",), letter=True, checkable=True),
    Declared("close_take", _TAKE, QT_TR_NOOP("Close the notes")),
    Declared(
        "tool_select",
        _TAKE,
        QT_TR_NOOP("Select notes"),
        ("V",),
        letter=True,
        icon="pointer",
        line=True,
    ),
    Declared("tool_draw", _TAKE, QT_TR_NOOP("Draw notes"), ("D",), letter=True, icon="pencil"),
    Declared("tool_split", _TAKE, QT_TR_NOOP("Split notes"), ("C",), letter=True, icon="split"),
    Declared("zoom_in", _VIEW, QT_TR_NOOP("Zoom in"), ("Ctrl++", "Ctrl+=")),
    Declared("zoom_out", _VIEW, QT_TR_NOOP("Zoom out"), ("Ctrl+-",)),
    Declared("fit_loop", _VIEW, QT_TR_NOOP("Fit the loop"), ("Z",), letter=True),
    Declared("fit_song", _VIEW, QT_TR_NOOP("Fit the song"), ("Shift+Z",), letter=True),
    Declared(
        "library", _VIEW, QT_TR_NOOP("Library"), ("Ctrl+B",), icon="rail", checkable=True, line=True
    ),
    Declared("next_region", _VIEW, QT_TR_NOOP("Next region"), ("F6",)),
    Declared("previous_region", _VIEW, QT_TR_NOOP("Previous region"), ("Shift+F6",)),
    Declared("shortcuts", _HELP, QT_TR_NOOP("Shortcuts"), ("?",), letter=True),
    Declared("devices", _HELP, QT_TR_NOOP("Devices…")),
    Declared("about", _HELP, QT_TR_NOOP("About Stemwright")),
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
            actions[declared.name].setToolTip(_tip(declared, actions[declared.name]))


def said(text: str) -> str:
    """``text`` in the user's language."""
    return QCoreApplication.translate("", text)


def _action(declared: Declared, owner: QObject) -> QAction:
    action = QAction(said(declared.text), owner)
    action.setObjectName(f"action_{declared.name}")
    action.setCheckable(declared.checkable)
    action.setShortcuts([QKeySequence(key) for key in declared.keys])
    action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
    action.setToolTip(_tip(declared, action))
    if declared.icon:
        action.setIcon(icons.icon(declared.icon))
        action.setIconVisibleInMenu(False)
    return action


def _tip(declared: Declared, action: QAction) -> str:
    """Its words, and the first of its keys, if it has any now."""
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    words = said(declared.text).rstrip("…")
    return f"{words} ({keys})" if keys else words
