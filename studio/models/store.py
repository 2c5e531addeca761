"""The store of weights: one folder a model in the user's data folder.

::

    models/htdemucs/model.toml            what it is, and the hash its bytes must have
    models/htdemucs/d9fa14133cfc.safetensors

A file is identified by its size and SHA-256 alone and never opened. The weights are written first,
``model.toml`` last: a folder without it holds no model, so an ``add`` that was stopped leaves what
was there before. Weights are named by their hash, so that new ones never overwrite old ones that
are still in use.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, BinaryIO, Literal

import msgspec
import tomli_w

from studio import files
from studio.errors import (
    MissingFileError,
    ModelDamagedError,
    ModelMismatchError,
    ModelMissingError,
    OptionError,
    UnknownChoiceError,
)
from studio.job import Job
from studio.models.catalogue import (
    Count,
    Model,
    Name,
    Sha256,
    read_catalogue,
)
from studio.models.identify import Identity, Weighed, identify
from studio.paths import data_folder, resource

_BLOCK_BYTES = 1 << 20
_RECORD = "model.toml"
State = Literal["here", "not here", "damaged"]


class _Record(msgspec.Struct, frozen=True):
    """What ``model.toml`` holds. The folder belongs to the user, so nothing in it is trusted."""

    schema_version: Literal[1]
    name: Name
    engine: str
    file: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{12}\.[a-z]+$")]
    bytes: Count
    sha256: Sha256
    licence: str
    verified: bool
    added_from: str


@dataclass(frozen=True, slots=True)
class StoredModel:
    """Weights on this machine.

    Attributes:
        name: Of the model.
        engine: The separation engine or detector that reads them.
        path: The file. Open it only after ``verify``.
        bytes: Its size when it was added.
        sha256: Its hash when it was added.
        licence: As in the catalogue; of unverified weights it is not known.
        verified: Whether hash and size are those of the catalogue.
        added_from: The path they were copied from.
    """

    name: str
    engine: str
    path: Path
    bytes: int
    sha256: str
    licence: str
    verified: bool
    added_from: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of ``models list``. ``bytes`` of a model not here are those to fetch."""

    name: str
    label: str
    engine: str
    purpose: str
    state: State
    bytes: int
    licence: str
    licence_stated_by: str
    verified: bool


def models_folder() -> Path:
    """Where the models lie. May not exist yet."""
    return data_folder() / "models"


def add(file: Path, name: str | None = None, *, unverified: bool = False, job: Job) -> StoredModel:
    """Copy the weights in ``file`` into the store; ``file`` itself is left as it is.

    Args:
        file: Identified by size and SHA-256; its own name does not matter.
        name: The model it is meant to be. Needed only where the hash is not in the catalogue.
        unverified: Take weights with an unknown hash as those of ``name``, of the same engine.
        job: May be cancelled; what was in the store then stays.

    Raises:
        MissingFileError: ``file`` cannot be read.
        UnknownChoiceError: no model is called ``name``.
        ModelMismatchError: the bytes are not those of a model of the catalogue.
        DiskFullError, WriteError: the store cannot be written; it is as it was.
    """
    known = read_catalogue()
    meant = None if name is None else known.entry(name)
    job.update(0.0, f"hashing {file.name}")
    weighed = _weigh(file)
    identity = identify(known, weighed, meant, unverified)
    if not identity.verified:
        job.note(f"{file.name} is not in the catalogue: that it is {name} is your word alone.")
    record = _record(identity, weighed)
    folder = models_folder() / record.name
    _copy(weighed, folder / record.file, job.part(0.2, 1.0))
    files.write_bytes(folder / _RECORD, tomli_w.dumps(msgspec.to_builtins(record)).encode())
    _drop_others(folder, record)
    return find(record.name)


def find(name: str) -> StoredModel:
    """The weights of the model ``name``: from the store, else from an installed package.

    Raises:
        UnknownChoiceError: no model is called so.
        ModelMissingError: it is not on this machine; the hint says how to get it.
        ModelDamagedError: its folder is cut or altered.
    """
    known = read_catalogue()
    if name in _stored_names():
        return _read(name)
    model = known.entry(name)
    installed = _installed(model)
    if installed is None:
        raise _missing(model)
    return installed


def has(name: str) -> bool:
    """Whether ``find`` would find the model ``name``: it is here and not damaged."""
    try:
        find(name)
    except (UnknownChoiceError, ModelMissingError, ModelDamagedError):
        return False
    return True


def verify(model: StoredModel) -> Path:
    """The file of ``model``, after its bytes were hashed once more (0.1 s for 84 MB).

    To be called before anything opens it.

    Raises:
        ModelMismatchError: its bytes are not those that were added.
        MissingFileError: it can no longer be read.
    """
    with files.reading(model.path):
        digest = files.sha256(model.path)
    if digest != model.sha256:
        reason = f"its SHA-256 is {digest}, but {model.sha256} was added"
        raise ModelMismatchError(file=str(model.path), reason=reason)
    return model.path


def remove(name: str) -> None:
    """Remove the weights of ``name``, whether whole or damaged.

    Raises:
        UnknownChoiceError: no model is called so.
        ModelMissingError: it is not on this machine.
        OptionError: it came with the program or with a package, and is theirs.
        WriteError: the folder cannot be removed.
    """
    if name not in _stored_names():
        model = read_catalogue().entry(name)
        if installed := _installed(model):
            reason = f"its weights were not added, but installed as {installed.path}"
            raise OptionError(option="NAME", value=name, reason=reason)
        raise _missing(model)
    folder = models_folder() / name
    with files.writing(folder):
        (folder / _RECORD).unlink()  # first: what is half removed is no model
        if folder.is_symlink():  # moved to another drive by its owner, whose files they are
            folder.unlink()
        else:
            shutil.rmtree(folder)


def rows() -> list[Row]:
    """Every model of the catalogue, then what else lies in the store, each with its state."""
    known = read_catalogue()
    stored = _stored_names()
    others = [name for name in stored if known.get(name) is None]
    return [_row(name, known.get(name), name in stored) for name in (*known.names(), *others)]


def resolve(name: str, engine_names: Collection[str]) -> tuple[str, StoredModel | None]:
    """What ``--model name`` stands for: a model's engine and weights, or an engine alone.

    Args:
        name: Of a model in catalogue or store, or of an engine. A model comes first.
        engine_names: The engines that may be chosen.

    Raises:
        UnknownChoiceError: neither a model for one of these engines nor one of them.
        ModelMissingError, ModelDamagedError: as ``find``.
    """
    known = read_catalogue()
    models = [model.name for model in known.models if model.engine in engine_names]
    if name in models or (name in _stored_names() and known.get(name) is None):
        model = find(name)
        if model.engine in engine_names:
            return model.engine, model
    elif name in engine_names:
        return name, None
    raise UnknownChoiceError.among("model", name, dict.fromkeys([*engine_names, *models]))


def _stored_names() -> list[str]:
    """The names of the folders that hold a model, sorted. No other name reaches the disk."""
    return sorted(record.parent.name for record in models_folder().glob(f"*/{_RECORD}"))


def _weigh(file: Path) -> Weighed:
    """Size and hash of ``file``. Raises MissingFileError."""
    with files.reading(file):
        size = file.stat().st_size
        if not file.is_file():
            raise MissingFileError(file=str(file), reason="it is not a file but a folder or device")
        return Weighed(file, size, files.sha256(file))


def _record(identity: Identity, file: Weighed) -> _Record:
    path = str(file.path.absolute()).encode(errors="replace").decode()  # TOML is UTF-8
    return _Record(
        schema_version=1,
        name=identity.model.name,
        engine=identity.model.engine,
        file=f"{file.sha256[:12]}.{identity.format}",
        bytes=file.bytes,
        sha256=file.sha256,
        licence=identity.model.licence if identity.verified else "not known",
        verified=identity.verified,
        added_from=path,
    )


def _copy(file: Weighed, target: Path, job: Job) -> None:
    """Copy ``file``, and make sure that the bytes copied are those that were identified."""
    copied = hashlib.sha256()
    done = 0
    with files.reading(file.path), file.path.open("rb") as source, files.atomic(target) as part:
        with part.open("wb") as sink:
            while block := _next_block(source, file.path):
                sink.write(block)
                copied.update(block)
                done += len(block)
                job.update(min(1.0, done / file.bytes), f"copying {file.path.name}")
        if copied.hexdigest() != file.sha256:
            raise ModelMismatchError(file=str(file.path), reason="it changed while it was copied")


def _next_block(source: BinaryIO, file: Path) -> bytes:
    """A failure to read is the source's fault, though it happens while the target is written."""
    with files.reading(file):
        return source.read(_BLOCK_BYTES)


def _drop_others(folder: Path, record: _Record) -> None:
    """Remove earlier weights, and what a crash left."""
    with files.writing(folder):
        for old in folder.iterdir():
            if old.is_file() and old.name not in (_RECORD, record.file):
                old.unlink()


def _read(name: str) -> StoredModel:
    """The model in the store's folder ``name``. Raises ModelDamagedError."""
    folder = models_folder() / name
    try:
        record = msgspec.toml.decode((folder / _RECORD).read_bytes(), type=_Record)
    except OSError as error:
        reason = f"{_RECORD} cannot be read ({(error.strerror or str(error)).lower()})"
        raise ModelDamagedError(name=name, reason=reason) from error
    except ValueError as error:  # not TOML, or not what a record holds
        reason = f"{_RECORD} is not as it was written ({error})"
        raise ModelDamagedError(name=name, reason=reason) from error
    if record.name != name:
        raise ModelDamagedError(name=name, reason=f"{_RECORD} is that of {record.name}")
    path = folder / record.file
    size = path.stat().st_size if path.is_file() else 0
    if size != record.bytes:
        reason = f"{path} has {size:,} bytes of {record.bytes:,}"
        raise ModelDamagedError(name=name, reason=reason)
    return StoredModel(
        name=name,
        engine=record.engine,
        path=path,
        bytes=record.bytes,
        sha256=record.sha256,
        licence=record.licence,
        verified=record.verified,
        added_from=record.added_from,
    )


def _installed(model: Model) -> StoredModel | None:
    """The weights as an installed package holds them; the package itself is not imported."""
    for file in model.files:
        for path in _copies(file.installed):
            if path.is_file() and path.stat().st_size == file.bytes:
                facts = (file.bytes, file.sha256, model.licence, file.verified, str(path))
                return StoredModel(model.name, model.engine, path, *facts)
    return None


def _copies(installed: str) -> list[Path]:
    """Where ``package/path`` may lie; what ships with the program is its package ``stemwright``."""
    package, _, inside = installed.partition("/")
    if package == "stemwright":
        return [resource(*inside.split("/"))]
    spec = find_spec(package) if package else None
    return (
        [Path(folder, inside) for folder in (spec.submodule_search_locations or ())] if spec else []
    )


def _missing(model: Model) -> ModelMissingError:
    best = model.files[0]
    if not best.urls:
        return ModelMissingError(
            name=model.name, how="It ships with the program: install it again."
        )
    how = (
        f"Fetch {best.urls[0]} ({megabytes(best.bytes)}; licence: {model.licence}), then run "
        f"`stemwright models add FILE` on it."
    )
    return ModelMissingError(name=model.name, how=how)


def megabytes(count: int) -> str:
    """A count of bytes for people, in units of 10^6: ``84.0 MB``."""
    return f"{count / 1e6:.1f} MB"


def _row(name: str, model: Model | None, stored: bool) -> Row:
    """A line of the list; ``model`` is None where the catalogue does not list what lies here."""
    here = _installed(model) if model and not stored else None
    state: State = "not here" if here is None else "here"
    if stored:
        try:
            here, state = _read(name), "here"
        except ModelDamagedError:
            state = "damaged"
    known = here or model
    vouched = model is not None and (here is None or here.verified)
    return Row(
        name=name,
        label=model.label if model else name,
        engine=known.engine if known else "not known",
        purpose=model.purpose if model else "not known",
        state=state,
        bytes=here.bytes if here else model.files[0].bytes if model else 0,
        licence=known.licence if known else "not known",
        licence_stated_by=model.licence_stated_by if model and vouched else "nobody",
        verified=here is not None and here.verified,
    )
