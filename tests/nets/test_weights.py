"""Reading checkpoints: data comes out, code stays in."""

from __future__ import annotations

import os
import pickle
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from studio.errors import MissingFileError, ModelMismatchError, UnsafeModelError
from studio.nets.weights import Inert, is_checkpoint, read_checkpoint, read_safetensors


class Planted:
    """Runs a command when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> object:
        return os.system, (f"touch '{self.mark}'",)


def test_safetensors_come_back_with_their_metadata(tmp_path: Path) -> None:
    """Types and values as they were."""
    state = {"half": torch.arange(4).half(), "full": torch.eye(3)}
    save_file(state, tmp_path / "x.safetensors", {"klass": "a.B"})

    got, metadata = read_safetensors(tmp_path / "x.safetensors")

    assert metadata == {"klass": "a.B"}
    assert set(got) == set(state)
    assert all(torch.equal(got[name], state[name]) for name in state)
    assert got["half"].dtype == torch.float16


def test_safetensors_without_metadata_have_none(tmp_path: Path) -> None:
    """And not ``None``."""
    save_file({"x": torch.zeros(1)}, tmp_path / "x.safetensors")

    assert read_safetensors(tmp_path / "x.safetensors")[1] == {}


def test_a_checkpoint_of_plain_values_needs_no_list(tmp_path: Path) -> None:
    """Tensors, numbers, text and containers."""
    torch.save({"state": {"w": torch.ones(2)}, "list": [1, 2.5, "x", None]}, tmp_path / "x.th")

    got = read_checkpoint(tmp_path / "x.th", {})

    assert isinstance(got, dict)
    assert got["list"] == [1, 2.5, "x", None]
    assert torch.equal(got["state"]["w"], torch.ones(2))


def test_a_listed_class_is_what_stands_for_it(tmp_path: Path) -> None:
    """A fraction may be itself; numpy's numbers, which nobody reads, become nothing."""
    torch.save({"segment": Fraction(39, 5), "metric": np.float64(3)}, tmp_path / "x.th")
    allowed = {
        "fractions.Fraction": Fraction,
        "numpy._core.multiarray.scalar": Inert,
        "numpy.dtype": Inert,
    }

    got = read_checkpoint(tmp_path / "x.th", allowed)

    assert isinstance(got, dict)
    assert got["segment"] == Fraction(39, 5)
    assert type(got["metric"]) is Inert


def test_a_stand_in_keeps_the_class_from_being_imported(tmp_path: Path) -> None:
    """The file names a class; what it gets is ours."""

    class StandIn(Inert):
        pass

    torch.save({"klass": Fraction}, tmp_path / "x.th")

    assert read_checkpoint(tmp_path / "x.th", {"fractions.Fraction": StandIn}) == {"klass": StandIn}


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("zipped", [True, False])
def test_planted_code_is_not_run(tmp_path: Path, protocol: int, zipped: bool) -> None:
    """In any kind of pickle; and where a name can be told, it is."""
    mark, path = tmp_path / "it ran", tmp_path / "x.th"
    content = {"state": {"w": torch.ones(2)}, "extra": Planted(mark)}
    torch.save(content, path, pickle_protocol=protocol, _use_new_zipfile_serialization=zipped)

    with pytest.raises((UnsafeModelError, ModelMismatchError)) as refused:
        read_checkpoint(path, {"fractions.Fraction": Fraction})

    assert not mark.exists()
    if zipped and protocol == 2:
        assert isinstance(refused.value, UnsafeModelError)
        assert "system" in refused.value.message
        assert "x.th" in refused.value.message


def test_planted_code_runs_where_nothing_guards_it(tmp_path: Path) -> None:
    """The test above tests something: an open unpickler runs the same object."""
    mark = tmp_path / "it ran"

    pickle.loads(pickle.dumps(Planted(mark)))

    assert mark.exists()


def test_every_unlisted_name_is_told(tmp_path: Path) -> None:
    """Sorted; the listed ones are not."""
    torch.save([Fraction(1, 2), Path("x"), pytest.approx], tmp_path / "x.th")

    with pytest.raises(UnsafeModelError) as refused:
        read_checkpoint(tmp_path / "x.th", {"fractions.Fraction": Fraction})

    assert "PosixPath" in refused.value.message or "WindowsPath" in refused.value.message
    assert "approx" in refused.value.message
    assert "Fraction" not in refused.value.message


def test_a_list_holds_for_one_file(tmp_path: Path) -> None:
    """What was allowed before is neither used nor forgotten."""
    torch.save({"x": Fraction(1, 2)}, tmp_path / "x.th")
    read_checkpoint(tmp_path / "x.th", {"fractions.Fraction": Fraction})

    with torch.serialization.safe_globals([Fraction]):
        with pytest.raises(UnsafeModelError, match=r"fractions\.Fraction"):
            read_checkpoint(tmp_path / "x.th", {})
        assert Fraction in torch.serialization.get_safe_globals()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and no more", b"RIFF....WAVE", b"\x80" * 99])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    """With the file's name, by either reader."""
    path = tmp_path / "x.th"
    path.write_bytes(content)

    for read in (read_safetensors, lambda p: read_checkpoint(p, {})):
        with pytest.raises(ModelMismatchError, match=r"x\.th"):
            read(path)
    assert not is_checkpoint(path)


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
def test_cut_files_are_refused(tmp_path: Path, kept: float) -> None:
    """As a broken download leaves them."""
    torch.save({"w": torch.ones(5000)}, tmp_path / "x.th")
    save_file({"w": torch.ones(5000)}, tmp_path / "x.safetensors")
    for path in (tmp_path / "x.th", tmp_path / "x.safetensors"):
        whole = path.read_bytes()
        path.write_bytes(whole[: int(kept * len(whole))])

    with pytest.raises(ModelMismatchError):
        read_checkpoint(tmp_path / "x.th", {})
    with pytest.raises(ModelMismatchError):
        read_safetensors(tmp_path / "x.safetensors")


def test_a_missing_file_is_missing(tmp_path: Path) -> None:
    """Not damaged."""
    for read in (read_safetensors, is_checkpoint, lambda p: read_checkpoint(p, {})):
        with pytest.raises(MissingFileError, match="nowhere"):
            read(tmp_path / "nowhere")


def test_the_two_kinds_are_told_apart(tmp_path: Path) -> None:
    """By content; names lie."""
    torch.save({}, tmp_path / "x.safetensors")
    save_file({"x": torch.zeros(1)}, tmp_path / "x.th")

    assert is_checkpoint(tmp_path / "x.safetensors")
    assert not is_checkpoint(tmp_path / "x.th")
