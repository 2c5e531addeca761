"""Adding, finding, checking and removing weights."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio import files
from studio.errors import (
    MissingFileError,
    ModelDamagedError,
    ModelMismatchError,
    ModelMissingError,
    UnknownChoiceError,
)
from studio.job import Job
from studio.models.store import add, find, has, models_folder, remove, resolve, rows, verify

SEPARATORS = ("classical", "htdemucs")


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    """Where the user's browser puts things."""
    folder = tmp_path / "Downloads"
    folder.mkdir()
    return folder


def put(folder: Path, name: str, content: bytes) -> Path:
    """A file the user fetched."""
    file = folder / name
    file.write_bytes(content)
    return file


def stored() -> list[str]:
    """Everything in the store."""
    folder = models_folder()
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_weights_are_recognised_and_kept(downloads: Path, small: Any) -> None:
    """Whatever the file is called; the user's own stays as it is."""
    file = put(downloads, "Wéights (1).download", small.tiny)

    model = add(file, job=Job())

    assert (model.name, model.engine, model.verified) == ("tiny", "htdemucs", True)
    assert model.licence == "CC0 1.0"
    assert model.added_from == str(file)
    assert model.bytes == len(small.tiny)
    assert model.path.suffix == ".safetensors"
    assert verify(model).read_bytes() == small.tiny
    assert file.read_bytes() == small.tiny
    assert find("tiny") == model
    assert has("tiny")
    assert not has("notes")


def test_the_record_says_what_it_is(downloads: Path, small: Any) -> None:
    """Readable beside the weights, whose name is their hash."""
    model = add(put(downloads, "x", small.notes), job=Job())

    record = tomllib.loads((models_folder() / "notes" / "model.toml").read_text("utf-8"))

    assert record == {
        "schema_version": 1,
        "name": "notes",
        "engine": "piano-cnn",
        "file": f"{model.sha256[:12]}.pkl",
        "bytes": len(small.notes),
        "sha256": model.sha256,
        "licence": "CC0 1.0",
        "verified": True,
        "added_from": str(downloads / "x"),
    }
    assert stored() == [f"notes/{model.sha256[:12]}.pkl", "notes/model.toml"]


def test_the_other_form_takes_the_place_of_the_first(downloads: Path, small: Any) -> None:
    """One file of a model is enough; adding the same twice changes nothing."""
    add(put(downloads, "a", small.tiny), job=Job())

    model = add(put(downloads, "b", small.tiny_old), "tiny", job=Job())
    before = stored()
    add(put(downloads, "b", small.tiny_old), job=Job())

    assert model.path.suffix == ".th"
    assert before == stored() == [f"tiny/{model.path.name}", "tiny/model.toml"]


def test_unverified_weights_are_told_and_marked(downloads: Path, small: Any) -> None:
    """Their licence is not known, whatever that of the model is."""
    notes: list[str] = []
    file = put(downloads, "mine.safetensors", b"trained at home")

    model = add(file, "tiny", unverified=True, job=Job(notes=notes.append))

    assert not model.verified
    assert model.licence == "not known"
    assert verify(model).read_bytes() == b"trained at home"
    assert notes == [
        "mine.safetensors is not in the catalogue: that it is tiny is your word alone."
    ]
    row = next(row for row in rows() if row.name == "tiny")
    assert (row.state, row.verified, row.licence_stated_by) == ("here", False, "nobody")


def test_a_wrong_file_is_refused_and_nothing_is_kept(downloads: Path, small: Any) -> None:
    """One bit is enough: both hashes are said."""
    damaged = bytearray(small.tiny)
    damaged[100] ^= 1
    file = put(downloads, "tiny.safetensors", bytes(damaged))

    with pytest.raises(ModelMismatchError, match=f"{len(small.tiny):,} bytes have the SHA-256"):
        add(file, job=Job())

    assert stored() == []


@pytest.mark.parametrize(
    "name", ["../tiny", "tiny/..", "/etc", "..", ".", "", "a\\b", "TINY", "tiny\0"]
)
def test_names_never_become_paths(downloads: Path, small: Any, name: str) -> None:
    """What is no name of a model reaches no folder, neither to write nor to read nor to remove."""
    add(put(downloads, "x", small.tiny), job=Job())
    before = stored()
    file = put(downloads, "mine.th", b"mine")

    with pytest.raises(UnknownChoiceError):
        add(file, name, unverified=True, job=Job())
    for ask in (find, remove, lambda name: resolve(name, SEPARATORS)):
        with pytest.raises(UnknownChoiceError):
            ask(name)

    assert not has(name)
    assert stored() == before


@given(name=st.text(max_size=20))
def test_any_other_name_is_refused(name: str) -> None:
    """Never a traceback, and no folder is made."""
    if name not in ("htdemucs", "htdemucs_6s", "madmom-notes-2019"):
        with pytest.raises(UnknownChoiceError):
            find(name)
        with pytest.raises(UnknownChoiceError):
            remove(name)
    assert not models_folder().exists()


def test_an_unknown_name_gets_the_nearest(downloads: Path, small: Any) -> None:
    """For people who type."""
    with pytest.raises(UnknownChoiceError, match=r"no model named tinny; did you mean tiny\?"):
        find("tinny")


def test_missing_weights_are_told_how_to_get() -> None:
    """Where, how much, under which licence, and the command."""
    with pytest.raises(ModelMissingError) as caught:
        find("htdemucs")

    assert caught.value.message == "The weights of htdemucs are not on this machine."
    for told in (
        "https://huggingface.co/adefossez/HTDemucs/resolve/",
        "84.0 MB",
        "licence: contradictory",
        "`stemwright models add FILE`",
    ):
        assert told in caught.value.hint


@pytest.mark.parametrize("what", ["absent", "folder"])
def test_what_is_no_file_cannot_be_added(downloads: Path, what: str) -> None:
    """A folder, or nothing at all."""
    (downloads / "folder").mkdir()

    with pytest.raises(MissingFileError, match=what):
        add(downloads / what, job=Job())


def test_weights_are_checked_again_before_they_are_opened(downloads: Path, small: Any) -> None:
    """One bit that changed in the store, with size and time as they were, is noticed."""
    model = add(put(downloads, "x", small.tiny), job=Job())
    altered = bytearray(small.tiny)
    altered[-1] ^= 1
    model.path.write_bytes(bytes(altered))

    with pytest.raises(ModelMismatchError, match=f"{model.sha256} was added"):
        verify(model)

    model.path.unlink()
    with pytest.raises(MissingFileError):
        verify(model)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (b"", "model.toml is not as it was written"),
        (b"\xff\xfe", "model.toml is not as it was written"),
        (b"name = ", "model.toml is not as it was written"),
        (b"NAME", "model.toml is that of notes"),
        (b"PATH", "model.toml is not as it was written"),
        (b"CUT", "bytes of"),
        (b"GONE", "0 bytes of"),
    ],
)
def test_a_damaged_model_is_said_listed_replaced_and_removed(
    downloads: Path, small: Any, record: bytes, reason: str
) -> None:
    """It hides no other model, and both ways out are open: adding again, and removing."""
    model = add(put(downloads, "x", small.tiny), job=Job())
    add(put(downloads, "y", small.notes), job=Job())
    told = models_folder() / "tiny" / "model.toml"
    good = told.read_bytes()

    def damage() -> None:
        if record == b"CUT":
            find("tiny").path.write_bytes(small.tiny[:-1])
        elif record == b"GONE":
            find("tiny").path.unlink()
        elif record == b"NAME":
            told.write_bytes(good.replace(b'"tiny"', b'"notes"'))
        elif record == b"PATH":
            told.write_bytes(good.replace(model.path.name.encode(), b"../../../../../etc/passwd"))
        else:
            told.write_bytes(record)

    damage()
    with pytest.raises(ModelDamagedError, match=reason) as caught:
        find("tiny")
    assert "stemwright models show tiny" in caught.value.hint
    assert not has("tiny")
    assert {row.name: row.state for row in rows()} == {"tiny": "damaged", "notes": "here"}

    assert add(put(downloads, "x", small.tiny), job=Job()) == model
    damage()
    remove("tiny")
    assert {row.name: row.state for row in rows()} == {"tiny": "not here", "notes": "here"}


def test_removing_leaves_no_trace_and_is_refused_twice(downloads: Path, small: Any) -> None:
    """The second time it is not there, and how to get it is said."""
    add(put(downloads, "x", small.tiny), job=Job())

    remove("tiny")

    assert not (models_folder() / "tiny").exists()
    with pytest.raises(ModelMissingError, match="weights of tiny are not"):
        remove("tiny")


def test_a_model_moved_to_another_drive_is_used_and_let_go(
    downloads: Path, small: Any, tmp_path: Path
) -> None:
    """Its owner put a link in its place: removing takes the link, not what lies elsewhere."""
    model = add(put(downloads, "x", small.tiny), job=Job())
    elsewhere = tmp_path / "big drive"
    model.path.parent.rename(elsewhere)
    (models_folder() / "tiny").symlink_to(elsewhere, target_is_directory=True)

    assert verify(find("tiny")).read_bytes() == small.tiny
    remove("tiny")

    assert not has("tiny")
    assert (elsewhere / model.path.name).read_bytes() == small.tiny


def test_the_list_names_everything_with_its_state(downloads: Path, small: Any) -> None:
    """First the catalogue in its order, then what only the store knows."""
    add(put(downloads, "x", small.notes), job=Job())
    old = models_folder() / "retired"
    (models_folder() / "notes").rename(old)
    record = old / "model.toml"
    record.write_text(
        record.read_text("utf-8").replace('name = "notes"', 'name = "retired"'), "utf-8"
    )

    found = [(row.name, row.state, row.engine, row.bytes) for row in rows()]

    assert found == [
        ("tiny", "not here", "htdemucs", len(small.tiny)),
        ("notes", "not here", "piano-cnn", len(small.notes)),
        ("retired", "here", "piano-cnn", len(small.notes)),
    ]
    assert resolve("retired", ["piano-cnn"])[0] == "piano-cnn"
    remove("retired")
    assert len(rows()) == 2


def test_a_model_is_its_engine_and_its_weights(downloads: Path, small: Any) -> None:
    """``--model tiny``; an engine that needs none stands for itself."""
    model = add(put(downloads, "x", small.tiny), job=Job())

    assert resolve("tiny", SEPARATORS) == ("htdemucs", model)
    assert resolve("classical", SEPARATORS) == ("classical", None)


def test_a_model_s_name_comes_before_an_engine_s() -> None:
    """``htdemucs`` is both: its weights are meant, and missed."""
    with pytest.raises(ModelMissingError):
        resolve("htdemucs", SEPARATORS)


def test_a_model_for_another_purpose_is_no_choice(downloads: Path, small: Any) -> None:
    """A transcriber separates nothing, whether it is here or not."""
    for _ in range(2):
        with pytest.raises(UnknownChoiceError) as caught:
            resolve("notes", SEPARATORS)
        assert caught.value.hint == "Choose one of: classical, htdemucs, tiny."
        add(put(downloads, "x", small.notes), job=Job())


@pytest.mark.data
def test_the_published_piano_weights_can_be_added(data: Path) -> None:
    """The real file, by the real catalogue."""
    model = add(data / "models" / "madmom" / "notes" / "2019" / "notes_cnn.pkl", job=Job())

    assert (model.name, model.engine, model.verified) == ("madmom-notes-2019", "piano-cnn", True)
    assert files.sha256(verify(model)) == model.sha256
