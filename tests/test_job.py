"""Progress and stopping."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.job import Cancelled, Job

fractions = st.floats(0, 1)


def test_progress_reaches_the_sink() -> None:
    """As it was said."""
    heard: list[tuple[float, str]] = []

    Job(lambda fraction, text: heard.append((fraction, text))).update(0.5, "half")

    assert heard == [(0.5, "half")]


def test_a_job_nobody_listens_to_works() -> None:
    """Tests and scripts need no sink."""
    job = Job()
    job.update(1.0)
    job.note("nobody hears this")


def test_notes_reach_their_listener_also_from_a_part() -> None:
    """What the user must hear is not progress."""
    heard: list[str] = []
    job = Job(notes=heard.append)

    job.note("first")
    job.part(0.2, 0.4).note("second")

    assert heard == ["first", "second"]


@given(start=fractions, stop=fractions, fraction=fractions)
def test_a_part_fills_its_stretch(start: float, stop: float, fraction: float) -> None:
    """0..1 of the part is start..stop of the whole, also in a part of a part."""
    heard: list[float] = []
    job = Job(lambda done, text: heard.append(done))

    job.part(start, stop).update(fraction)
    job.part(0.5, 1.0).part(start, stop).update(fraction)

    inner = start + fraction * (stop - start)
    assert heard[0] == pytest.approx(inner)
    assert heard[1] == pytest.approx(0.5 + inner / 2)


def test_a_cancelled_job_stops_at_its_next_update() -> None:
    """And says nothing more."""
    heard: list[float] = []
    job = Job(lambda done, text: heard.append(done))

    job.cancel()
    with pytest.raises(Cancelled):
        job.update(0.3)

    assert heard == []


def test_cancelling_reaches_parts_both_ways() -> None:
    """A part made before or after, and the whole when a part is cancelled."""
    job = Job()
    before = job.part(0, 0.5)

    before.part(0, 1).cancel()

    for each in (job, before, job.part(0.5, 1)):
        with pytest.raises(Cancelled):
            each.update(0.1)


def test_cancelled_passes_through_a_handler_of_errors() -> None:
    """It is not an Exception, so that no ``except Exception`` swallows it."""
    assert not issubclass(Cancelled, Exception)


def test_a_job_can_be_cancelled_from_another_thread() -> None:
    """Signal handlers and windows do."""
    job = Job()
    stopper = threading.Thread(target=job.cancel)
    stopper.start()
    stopper.join()

    with pytest.raises(Cancelled):
        job.update(0.0)


def test_what_is_found_reaches_its_listener_also_from_a_part() -> None:
    """With any facts, one called ``name`` too."""
    heard: list[tuple[str, dict[str, object]]] = []
    job = Job(finds=lambda name, facts: heard.append((name, facts)))

    job.found("song", name="Ode", frames=3)
    job.part(0.2, 0.4).part(0, 1).found("hop", hop=7)

    assert heard == [("song", {"name": "Ode", "frames": 3}), ("hop", {"hop": 7})]
    Job().found("nobody", hears="this")


def test_where_the_listener_is_reaches_every_part() -> None:
    """Parts made before and after; None until somebody said."""
    job = Job()
    before = job.part(0, 0.5).part(0, 1)
    assert before.listening_at is None

    job.listen(12.5)
    assert (before.listening_at, job.part(0.5, 1).listening_at) == (12.5, 12.5)
    before.listen(0.0)
    assert job.listening_at == 0.0
