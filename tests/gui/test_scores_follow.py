"""Scores are of the notes that are there: an edit that changes these changes them."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from studio.gui.window import MainWindow


def test_scores_are_measured_again_after_an_edit(song_window: MainWindow, qtbot: QtBot) -> None:
    """The threshold stays, the notes do not: the row of old figures may not."""
    take = song_window.slot.take
    assert take is not None
    roll = song_window.slot.roll
    assert roll is not None

    def figures() -> dict[str, float]:
        now = take.options.onset_threshold
        rows = [row for row in take.rows if row.threshold == now and len(row.scores) > 1]
        return dict(rows[0].scores) if rows and take.measuring is None else {}

    qtbot.waitUntil(lambda: bool(figures()), timeout=120_000)
    before = figures()
    take.select(take.ids(take.notes)[::2])
    roll.acts.delete()
    qtbot.waitUntil(lambda: bool(figures()) and figures() != before, timeout=120_000)
    after = figures()
    assert after["agreement"] < before["agreement"]

    take.undo()
    qtbot.waitUntil(lambda: figures() == before, timeout=120_000)
