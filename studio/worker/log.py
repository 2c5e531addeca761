"""Where the traceback of a defect goes: ``stemwright.log`` in the log folder, 3 MB at most."""

from __future__ import annotations

import logging
import traceback
from logging.handlers import RotatingFileHandler

from studio.paths import log_folder


def keep_story(error: BaseException) -> str:
    """Write the traceback of ``error``; returns the file, or "" where none can be written."""
    path = log_folder() / "stemwright.log"
    story = "".join(traceback.format_exception(error))
    record = logging.LogRecord("stemwright", logging.ERROR, "", 0, story, None, None)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = _Handler(path, maxBytes=1_000_000, backupCount=2, encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        try:
            handler.emit(record)
        finally:
            handler.close()
    except OSError:
        return ""
    return str(path)


class _Handler(RotatingFileHandler):
    """Says what it could not write to whoever asked, not to standard error."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Called inside the ``except`` of the failure."""
        raise  # noqa: PLE0704
