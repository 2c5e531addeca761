"""About: the version, and everybody's licences."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCharFormat, QTextCursor, QTextDocument, QTextOption
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

import studio
from studio.gui import theme
from studio.gui.sheets.sheet import Sheet
from studio.gui.widgets.card import Words

_PAGE = "THIRD_PARTY.md"


class AboutSheet(Sheet):
    """The sheet; the page is read when it is first opened."""

    def __init__(self, over: QWidget) -> None:
        version = self.tr("Version {version}").format(version=studio.__version__)
        super().__init__(over, self.tr("Stemwright"), version)
        self.setObjectName("aboutSheet")
        qt = self.tr(
            "The window is made with Qt, which comes under the GNU Lesser General Public License, "
            "version 3. Its libraries are files of their own beside the program, and you may "
            "replace them with versions of your own."
        )
        self.page = QTextBrowser()
        self.page.setObjectName("licences")
        self.page.setAccessibleName(self.tr("Licences"))
        self.page.setFrameShape(QFrame.Shape.NoFrame)
        self.page.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.page.setOpenLinks(False)
        self.body.addWidget(Words(self.tr("Free software, MIT licence."), theme.BASE))
        self.body.addWidget(Words(qt, theme.SMALL, tone="text2"))
        self.body.addWidget(self.page, 1)
        self.body.addSpacing(theme.INSET)
        self.opened.connect(self._read)

    def _read(self) -> None:
        if self.page.document().isEmpty():
            self.page.setMarkdown(third_party())
            _space(self.page.document())


def _space(document: QTextDocument) -> None:
    """Headings stand apart, in our sizes; a table is never wider than the page."""
    wrap = document.defaultTextOption()
    wrap.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    document.setDefaultTextOption(wrap)
    cursor, block = QTextCursor(document), document.begin()
    while block.isValid():
        if level := block.blockFormat().headingLevel():
            cursor.setPosition(block.position())
            spaced = block.blockFormat()
            spaced.setTopMargin(0 if level == 1 else theme.BLOCK)
            spaced.setBottomMargin(theme.GAP)
            cursor.setBlockFormat(spaced)
            cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
            type_ = QTextCharFormat()
            type_.setFont(theme.font(theme.SHEET if level == 1 else theme.TITLE, theme.STRONG))
            cursor.mergeCharFormat(type_)
        block = block.next()


def third_party() -> str:
    """The licences of others: beside the code in a checkout, with the metadata in a wheel."""
    beside = Path(studio.__file__).resolve().parent.parent / _PAGE
    if beside.is_file():
        return beside.read_text("utf-8")
    try:
        listed = files("stemwright") or []
    except PackageNotFoundError:
        listed = []
    return next((path.read_text("utf-8") for path in listed if path.name == _PAGE), "")
