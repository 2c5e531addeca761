"""What the window must not do at its start."""

from __future__ import annotations

import subprocess
import sys

from PySide6.QtWidgets import QApplication, QLabel


def test_qt_keeps_its_references_to_none(qapp: QApplication) -> None:
    """PySide6 6.12.0 loses one a call and aborts soon after (decision 0010)."""
    label = QLabel()
    before = sys.getrefcount(None)
    for _ in range(500):
        label.setText("a")
        qapp.processEvents()
    assert abs(sys.getrefcount(None) - before) < 100


def test_the_window_loads_nothing_heavy() -> None:
    """torch costs two seconds and 200 MB, scipy and miniaudio a tenth each."""
    heavy = ("torch", "scipy", "matplotlib", "miniaudio", "soundfile", "av", "demucs", "mido")
    code = f"import sys, studio.gui.app; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
