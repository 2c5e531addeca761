"""A pickle of arrays in layers is read, and nothing it names ever runs."""

from __future__ import annotations

import os
import pickle
from contextlib import suppress
from pathlib import Path

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.errors import ModelMismatchError, UnsafeModelError
from studio.nets.closed_pickle import Array, Inert, load

per_test_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

LAYER = ("fractions", "Fraction")  # any class will do: its name alone is looked at
numbers = st.one_of(
    hnp.integer_dtypes(endianness="?"), hnp.floating_dtypes(sizes=(32, 64), endianness="?")
)


class Runs:
    """Pickles as a call: what an attacker would write."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> object:
        return self.call


def written(folder: Path, content: object, protocol: int = 2) -> Path:
    file = folder / "model.pkl"
    file.write_bytes(pickle.dumps(content, protocol))
    return file


@per_test_folder
@given(
    array=hnp.arrays(numbers, hnp.array_shapes(min_dims=0, max_dims=4)),
    protocol=st.integers(2, 4),
    fortran=st.booleans(),
)
def test_arrays_come_back(tmp_path: Path, array: np.ndarray, protocol: int, fortran: bool) -> None:
    """Whatever their shape, number format, byte order and order of axes."""
    stored = np.asfortranarray(array) if fortran else array

    got = load(written(tmp_path, {"a": [stored]}, protocol), ())

    assert isinstance(got, dict)
    assert isinstance(got["a"][0], Array)
    assert got["a"][0].values.dtype.isnative
    np.testing.assert_array_equal(got["a"][0].values, array)


def test_a_named_class_becomes_inert(tmp_path: Path) -> None:
    """It keeps its attributes and is of no class that could do anything."""
    file = tmp_path / "model.pkl"
    # What an instance looks like: its class, no arguments, its state.
    file.write_bytes(b"\x80\x02cfractions\nFraction\n)\x81}X\x01\x00\x00\x00wK\x07sb.")

    got = load(file, [LAYER])

    assert isinstance(got, Inert)
    assert (got.named, got.state) == ("Fraction", {"w": 7})


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (os.system, ("echo ran > {marker}",)),
        (os.mkdir, ("{marker}",)),
        (eval, ("__import__('os').mkdir({marker!r})",)),
        (getattr, ([], "append")),
        (np.save, ("{marker}", 1)),
        (np.fromfile, ("{marker}",)),
    ],
)
@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_a_file_that_would_run_code_is_named_and_not_run(
    tmp_path: Path, function: object, arguments: tuple[object, ...], protocol: int
) -> None:
    """The error names the function, and nothing was made."""
    marker = tmp_path / "marker"
    filled = [a.format(marker=str(marker)) if isinstance(a, str) else a for a in arguments]

    with pytest.raises(UnsafeModelError, match=function.__name__):  # type: ignore[attr-defined]
        load(written(tmp_path, [1, Runs(function, *filled)], protocol), [LAYER])

    assert not marker.exists()


@pytest.mark.parametrize("name", ["ndarray.tofile", "dtype.newbyteorder", "lib", "load"])
def test_no_way_leads_through_numpy(tmp_path: Path, name: str) -> None:
    """Only whole names of the list are admitted, not what hangs below them."""
    file = tmp_path / "model.pkl"
    body = b"\x80\x04\x8c\x05numpy\x8c" + bytes([len(name)]) + name.encode() + b"\x93."
    file.write_bytes(body)

    with pytest.raises(UnsafeModelError, match=f"numpy.{name}"):
        load(file, ())


def test_arrays_of_objects_are_refused(tmp_path: Path) -> None:
    """They are not numbers."""
    with pytest.raises(ModelMismatchError, match="not numbers"):
        load(written(tmp_path, np.array([None], object)), ())


def test_a_huge_object_number_does_not_fill_the_memory(tmp_path: Path) -> None:
    """One opcode could ask for a table of four thousand million places."""
    file = tmp_path / "model.pkl"
    file.write_bytes(b"\x80\x02K\x01r\xff\xff\xff\xff.")

    with pytest.raises(ModelMismatchError, match="damaged"):
        load(file, ())


@per_test_folder
@given(st.data())
def test_a_cut_file_is_damaged(tmp_path: Path, data: st.DataObject) -> None:
    """Wherever it is cut."""
    whole = pickle.dumps({"a": np.arange(3.0), "b": [1, "two"]}, 2)
    file = tmp_path / "model.pkl"
    file.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])

    with pytest.raises(ModelMismatchError, match="damaged"):
        load(file, ())


@per_test_folder
@given(place=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_a_changed_byte_gives_our_errors_or_a_value(tmp_path: Path, place: int, byte: int) -> None:
    """Never another exception."""
    whole = bytearray(pickle.dumps({"a": np.arange(3.0), "b": [1, "two"]}, 2))
    whole[place % len(whole)] = byte
    file = tmp_path / "model.pkl"
    file.write_bytes(whole)

    with suppress(ModelMismatchError, UnsafeModelError):
        load(file, ())
