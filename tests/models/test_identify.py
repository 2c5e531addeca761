"""What a file is, by its bytes alone, and what is said where it is nothing we know."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import ModelMismatchError
from studio.models.catalogue import ModelFile, read_catalogue
from studio.models.identify import Weighed, identify

KNOWN = read_catalogue()
HTDEMUCS = KNOWN.entry("htdemucs")
SIX = KNOWN.entry("htdemucs_6s")
OTHER_HASH = "0" * 64


def weighed(name: str, size: int = 5, sha256: str = OTHER_HASH) -> Weighed:
    """A file as if it had been hashed."""
    return Weighed(Path("Downloads") / name, size, sha256)


def test_a_known_hash_is_its_model_whatever_the_file_is_called() -> None:
    """With or without its name; the catalogue's word makes it verified, also with --unverified."""
    for entry in KNOWN.models:
        for file in entry.files:
            found = weighed("whatever.html", file.bytes, file.sha256)
            for meant, unverified in ((None, False), (entry, False), (entry, True)):
                identity = identify(KNOWN, found, meant, unverified)
                assert (identity.model, identity.format) == (entry, file.format)
                assert identity.verified


def test_a_known_hash_is_never_taken_for_another_model() -> None:
    """Not even where the user insists: it is known what it is."""
    file = weighed("x.th", HTDEMUCS.files[1].bytes, HTDEMUCS.files[1].sha256)

    for unverified in (False, True):
        with pytest.raises(ModelMismatchError, match="it is htdemucs, not htdemucs_6s"):
            identify(KNOWN, file, SIX, unverified)


@given(content=st.binary(min_size=1, max_size=50), named=st.booleans(), unverified=st.booleans())
def test_an_unknown_hash_needs_both_a_name_and_the_user_s_word(
    content: bytes, named: bool, unverified: bool
) -> None:
    """One of the two is not enough."""
    file = weighed("mine.safetensors", len(content), hashlib.sha256(content).hexdigest())
    meant = HTDEMUCS if named else None

    if named and unverified:
        identity = identify(KNOWN, file, meant, unverified)
        assert (identity.model, identity.format) == (HTDEMUCS, "safetensors")
        assert not identity.verified
    else:
        with pytest.raises(ModelMismatchError):
            identify(KNOWN, file, meant, unverified)


@pytest.mark.parametrize("name", ["mine.onnx", "mine", "mine.th.txt"])
def test_unverified_weights_have_a_form_the_engine_reads(name: str) -> None:
    """Which these are is said."""
    with pytest.raises(ModelMismatchError, match=r"htdemucs reads \.safetensors or \.th"):
        identify(KNOWN, weighed(name), HTDEMUCS, True)


def test_an_ending_in_capitals_is_the_same() -> None:
    """Some systems make them."""
    assert identify(KNOWN, weighed("MINE.TH"), HTDEMUCS, True).format == "th"


def test_an_empty_file_is_said_to_be_empty() -> None:
    """A fetch that failed at once; no word of the user makes it weights."""
    with pytest.raises(ModelMismatchError, match="it is empty"):
        identify(KNOWN, weighed("x.th", 0), HTDEMUCS, True)


@pytest.mark.parametrize(
    ("file", "named", "expected"),
    [
        (weighed("x.th", 84_025_440), False, HTDEMUCS.files[0]),
        (weighed("x.th", 54_996_327), False, SIX.files[1]),
        (weighed("955717e8-8726e21a.th", 1000), False, HTDEMUCS.files[1]),
        (weighed("5c90dfd2.safetensors", 1000), False, SIX.files[0]),
        (weighed("x.th", 1000), True, HTDEMUCS.files[0]),
        (weighed("x.th", 84_141_911), True, HTDEMUCS.files[1]),
    ],
    ids=[
        "size",
        "size of the other",
        "name of a file",
        "name of another",
        "the word",
        "word and size",
    ],
)
def test_what_was_found_and_expected_stand_side_by_side(
    file: Weighed, named: bool, expected: ModelFile
) -> None:
    """A damaged download is told from a foreign file by size, name or the user's word."""
    with pytest.raises(ModelMismatchError) as caught:
        identify(KNOWN, file, HTDEMUCS if named else None, False)

    assert f"{file.bytes:,} bytes have the SHA-256 {OTHER_HASH}" in caught.value.message
    assert f"{expected.bytes:,} with {expected.sha256}" in caught.value.message


def test_a_foreign_file_is_told_how_it_could_come_in() -> None:
    """Nothing of the catalogue is near it."""
    with pytest.raises(ModelMismatchError, match="--as NAME --unverified") as caught:
        identify(KNOWN, weighed("song.wav"), None, False)

    assert "song.wav is not the weights it should be" in caught.value.message
