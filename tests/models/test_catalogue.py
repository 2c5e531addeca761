"""The catalogue that ships is sound, honest, and told in the documents."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import msgspec
import pytest

from studio import paths
from studio.errors import UnknownChoiceError
from studio.models.catalogue import Catalogue, Model, read_catalogue
from studio.models.store import megabytes
from studio.separation.engines import ENGINES
from studio.transcription.engines import DETECTORS

MODELS = read_catalogue().models
PAGE = (Path(__file__).parents[2] / "docs" / "models.md").read_text("utf-8")
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)


def flat(text: str) -> str:
    """Without line breaks and emphasis."""
    return re.sub(r"\s+", " ", text.replace("*", ""))


@each_model
def test_a_model_is_listed_only_where_an_engine_runs_it(model: Model) -> None:
    """In the table of its purpose."""
    table = ENGINES if model.purpose == "separation" else DETECTORS

    assert model.engine in table


@each_model
def test_a_model_says_whose_word_its_licence_is(model: Model) -> None:
    """And where it was published, and what it is best at."""
    assert model.licence
    assert re.search(r"LICENSE|model card|#\d+", model.licence_stated_by)
    assert model.paper
    assert model.summary
    assert model.note


@each_model
def test_files_are_fetched_safely_and_for_good(model: Model) -> None:
    """By https; where a repository keeps them, at a commit that does not move."""
    for file in model.files:
        for url in file.urls:
            assert url.startswith("https://")
            if "huggingface.co" in url or "github" in url:
                assert re.search(r"/[0-9a-f]{40}/", url)


@each_model
def test_the_safest_form_is_recommended(model: Model) -> None:
    """Safetensors first, where a publisher has it."""
    if "safetensors" in model.formats:
        assert model.formats[0] == "safetensors"


@each_model
def test_a_checkpoint_s_name_agrees_with_its_hash(model: Model) -> None:
    """demucs puts the first eight digits of the SHA-256 into the name: a second witness."""
    for file in model.files:
        named = re.search(r"-([0-9a-f]{8})\.th$", file.urls[0] if file.urls else "")
        assert (named is not None) == (file.format == "th")
        if named is not None:
            assert file.sha256.startswith(named[1])


@each_model
def test_safetensors_hold_the_parameters_at_two_bytes_each(model: Model) -> None:
    """A third witness: what is left over is the header, under 100 kB."""
    for file in model.files:
        if file.format == "safetensors":
            assert 0 < file.bytes - 2 * model.parameters < 100_000


def test_what_ships_is_what_the_catalogue_says() -> None:
    """Size and hash; and whatever ships as weights is listed."""
    shipped = {f.installed: f for model in MODELS for f in model.files if not f.urls}
    folder = paths.resource("models")

    assert set(shipped) == {f"stemwright/models/{p.name}" for p in folder.glob("*.safetensors")}
    for name, file in shipped.items():
        content = (folder / name.rpartition("/")[2]).read_bytes()
        assert len(content) == file.bytes
        assert hashlib.sha256(content).hexdigest() == file.sha256


def test_names_and_hashes_are_used_once() -> None:
    """Else a file could be two models."""
    hashes = [file.sha256 for model in MODELS for file in model.files]

    assert len({model.name for model in MODELS}) == len(MODELS)
    assert len(set(hashes)) == len(hashes)


@each_model
def test_the_page_tells_every_model(model: Model) -> None:
    """What it is for, its size, what it is best at, its licence and whose word that is."""
    page = flat(PAGE)
    first = model.files[0]
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{model.name}` |"))

    for told in (
        model.purpose,
        ", ".join(model.stems),
        f"{model.parameters:,}",
        first.urls[0] if first.urls else "ships",
        megabytes(first.bytes),
        model.summary,
    ):
        assert told in row
    assert flat(model.paper.split(";")[0].split(", ICASSP")[0]) in page
    assert f"| `{model.name}` | {model.licence} | {model.licence_stated_by} |" in PAGE


def test_the_page_tells_no_model_that_is_not_listed() -> None:
    """Each row of its tables is one of the catalogue."""
    rows = re.findall(r"^\| `([a-z0-9_-]+)` \|", PAGE, re.MULTILINE)

    assert set(rows) == {model.name for model in MODELS}


def test_a_name_is_looked_up_or_guessed() -> None:
    """By name and by hash."""
    known = read_catalogue()
    model = known.entry("htdemucs")

    assert known.by_hash(model.files[1].sha256) == (model, model.files[1])
    assert known.by_hash("0" * 64) is None
    assert known.get("nothing") is None
    with pytest.raises(UnknownChoiceError, match="did you mean htdemucs"):
        known.entry("htdemucz")


@pytest.mark.data
def test_the_published_piano_weights_are_those_of_the_catalogue(data: Path) -> None:
    """Its entry says that we hashed the file ourselves."""
    file = data / "models" / "madmom" / "notes" / "2019" / "notes_cnn.pkl"
    listed = read_catalogue().entry("madmom-notes-2019").files[0]
    content = file.read_bytes()

    assert listed.verified
    assert len(content) == listed.bytes
    assert hashlib.sha256(content).hexdigest() == listed.sha256


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name = "htdemucs"', 'name = "../htdemucs"'),
        ('purpose = "separation"', 'purpose = "karaoke"'),
        ("bytes = 84_025_440", "bytes = 0"),
        ("sha256 = ", 'sha512 = ""\nsha256 = '),
        ("d9fa14133cfcc034", "D9FA14133CFCC034"),
        ('licence = "CC BY-NC-SA 4.0"\n', ""),
        ('format = "pkl"', 'format = "exe"'),
        ("schema_version = 1", "schema_version = 2"),
    ],
)
def test_a_slip_in_the_catalogue_is_noticed(old: str, new: str) -> None:
    """A name that is a path, an unknown key, a missing licence ..."""
    text = paths.resource("models.toml").read_text("utf-8")
    assert old in text

    with pytest.raises(msgspec.ValidationError):
        msgspec.toml.decode(text.replace(old, new, 1), type=Catalogue)
