"""What a file of weights is, by its size and hash alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studio.errors import ModelMismatchError
from studio.models.catalogue import Catalogue, Format, Model, ModelFile


@dataclass(frozen=True, slots=True)
class Weighed:
    """A file as it was found: its path, its size in bytes, and its SHA-256."""

    path: Path
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Identity:
    """What a file is to be kept as, and whether the catalogue vouches for it."""

    model: Model
    format: Format
    verified: bool


def identify(known: Catalogue, file: Weighed, meant: Model | None, unverified: bool) -> Identity:
    """The model whose weights ``file`` holds.

    Args:
        known: The catalogue.
        file: What lies there.
        meant: The model the user says it is, if they say so.
        unverified: Whether the user takes an unknown hash as that of ``meant``.

    Raises:
        ModelMismatchError: it is another model, or no hash of the catalogue is its own and the
            user did not say both ``meant`` and ``unverified``.
    """
    found = known.by_hash(file.sha256)
    if found is not None:
        model, listed = found
        if meant is not None and meant is not model:
            raise _mismatch(file, f"it is {model.name}, not {meant.name}")
        return Identity(model, listed.format, verified=True)
    if file.bytes == 0:
        raise _mismatch(file, "it is empty")
    if meant is None or not unverified:
        raise _mismatch(file, _difference(known, file, meant))
    return Identity(meant, _format(file, meant), verified=False)


def _mismatch(file: Weighed, reason: str) -> ModelMismatchError:
    return ModelMismatchError(file=str(file.path), reason=reason)


def _format(file: Weighed, model: Model) -> Format:
    """The format of unverified weights: their suffix, which must be one the engine reads."""
    suffix = file.path.suffix.lower().removeprefix(".")
    for readable in model.formats:
        if suffix == readable:
            return readable
    reads = " or ".join(f".{readable}" for readable in model.formats)
    raise _mismatch(file, f"the engine {model.engine} reads {reads}")


def _difference(known: Catalogue, file: Weighed, meant: Model | None) -> str:
    """What was found and what was expected; or, where nothing is near, what else can be done."""
    found = f"its {file.bytes:,} bytes have the SHA-256 {file.sha256}"
    expected = _expected(known, file, meant)
    if expected is None:
        own = "weights of your own are added with --as NAME --unverified"
        return f"{found}, which the catalogue does not list ({own})"
    model, listed = expected
    return f"{found}, but those of {model.name} are {listed.bytes:,} with {listed.sha256}"


def _expected(
    known: Catalogue, file: Weighed, meant: Model | None
) -> tuple[Model, ModelFile] | None:
    """The listed file it was most likely meant to be: by the user's word, size or file name."""
    models = known.models if meant is None else (meant,)
    listed = [(model, one) for model in models for one in model.files]
    for model, one in listed:
        same_name = any(url.endswith(f"/{file.path.name}") for url in one.urls)
        if one.bytes == file.bytes or same_name:
            return model, one
    return None if meant is None else listed[0]
