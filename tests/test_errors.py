"""Every error a user can meet has its words, crosses between processes, and stands in the tree."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio import errors
from studio.errors import (
    DeviceError,
    ForeignError,
    MissingFileError,
    ModelMissingError,
    StudioError,
    UnknownChoiceError,
    UnreadableAudioError,
)

OURS = [
    item
    for item in vars(errors).values()
    if isinstance(item, type) and issubclass(item, StudioError) and item is not StudioError
]


def facts_of(kind: type[StudioError]) -> dict[str, errors.Fact]:
    """A value for every fact that the class's words name."""
    words = string.Formatter().parse(kind.sentence + kind.advice + kind.advice_in_window)
    return {name: f"<{name}>" for _, name, _, _ in words if name}


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_an_error_says_what_is_wrong_and_what_to_do(kind: type[StudioError]) -> None:
    """It has a code, its sentence and its hint hold its facts, and no brace is left in them."""
    error = kind(**facts_of(kind))

    assert re.fullmatch(r"[a-z]+(\.[a-z]+)?", kind.code)
    assert error.message
    assert error.hint
    assert not set("{}") & set(error.message + error.hint)
    assert all(str(fact) in error.message + error.hint for fact in error.facts.values())
    assert str(error) == error.message


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_the_window_speaks_of_no_command(kind: type[StudioError]) -> None:
    """Who has buttons is not told of flags."""
    hint = kind(**facts_of(kind)).window_hint

    assert hint
    assert not re.search(r"--|`|command", hint)
    assert not set("{}") & set(hint)


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_an_error_survives_the_wire(kind: type[StudioError]) -> None:
    """What another process reports is the same class, with the same words."""
    sent = kind(**facts_of(kind))

    received = StudioError.from_wire(*sent.to_wire())

    assert type(received) is kind
    assert (received.message, received.hint) == (sent.message, sent.hint)
    assert received.facts == sent.facts


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_an_error_ends_like_a_sentence(kind: type[StudioError]) -> None:
    """The class words it whole; a foreign one and free advice are worded by the raiser."""
    if kind is not ForeignError:
        assert kind.sentence.endswith(".")
        assert kind.advice.endswith(".") or kind is ModelMissingError


def test_no_two_errors_share_a_code() -> None:
    """A code names one class."""
    assert len({kind.code for kind in OURS}) == len(OURS)


def test_the_tree_names_every_class_and_its_first_line() -> None:
    """The drawing in the module's docstring is the truth."""
    drawn = dict(re.findall(r"[├└]── (\w+) +(.+)", errors.__doc__ or ""))
    described = {kind.__name__: (kind.__doc__ or "").strip().rstrip(".").lower() for kind in OURS}

    assert {name: words.lower() for name, words in drawn.items()} == described


def test_an_extension_s_error_keeps_its_own_words() -> None:
    """Its class is unknown on this side; sentence and hint came along."""
    wire = {"knob": 11, "_message": "The knob is at 11.", "_hint": "Turn it down."}

    error = StudioError.from_wire("amp.knob", wire)

    assert isinstance(error, ForeignError)
    assert error.message == "The knob is at 11."
    assert error.hint == "Turn it down."


def test_a_subclass_without_a_code_does_not_take_its_parent_s() -> None:
    """Else an extension's subclass would be made where ours was reported."""

    class SpecialError(DeviceError):
        """Somebody's own."""

    received = StudioError.from_wire(*SpecialError(device="cuda", reason="full").to_wire())

    assert type(received) is DeviceError


@given(text=st.text())
def test_facts_are_never_read_as_formats(text: str) -> None:
    """A file may be called {reason} or {0!r}; its name stands in the sentence as it is."""
    error = UnreadableAudioError(file=text, reason="it is empty")

    assert error.message == f"{text}: it is empty."
    assert StudioError.from_wire(*error.to_wire()).message == error.message


def test_the_nearest_choice_is_guessed() -> None:
    """A slip of the hand gets a question, something far off does not."""
    near = UnknownChoiceError.among("model", "htdemuc", ["classical", "htdemucs"])
    far = UnknownChoiceError.among("model", "zzz", ["classical", "htdemucs"])

    assert near.message == "There is no model named htdemuc; did you mean htdemucs?"
    assert far.message == "There is no model named zzz."
    assert far.hint == "Choose one of: classical, htdemucs."


def test_no_choices_are_said_so() -> None:
    """An empty table does not leave an empty hint."""
    assert UnknownChoiceError.among("score", "x", []).hint == "Choose one of: (none)."


def test_errors_are_caught_as_one() -> None:
    """A front end catches StudioError and nothing wider."""
    with pytest.raises(StudioError, match=r"a\.wav: it is not there\."):
        raise MissingFileError(file="a.wav", reason="it is not there")
