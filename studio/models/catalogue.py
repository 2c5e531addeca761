"""The catalogue of weights we know, ``resources/models.toml``, and the one way to read it.

A model is listed only where an engine of the program can use it. Nothing of it is shipped; the
licence stands beside who stated it, since the two words one hears of a model may differ.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from studio import paths
from studio.errors import UnknownChoiceError

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, msgspec.Meta(ge=1)]
Format = Literal["safetensors", "th", "pkl", "onnx"]


class ModelFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file that holds a model's weights.

    Attributes:
        format: What kind of file; its suffix in the store.
        urls: Where its publisher keeps it, the first preferred; none where it ships.
        bytes: Its exact size.
        sha256: 64 hexadecimal digits, of the whole file.
        verified: Whether we hashed the publisher's file ourselves. Where not, size and hash are
            as others published them.
        installed: Where a Python package holds the same bytes, as ``package/path``; or nothing.
            The package ``stemwright`` stands for what ships with the program.
    """

    format: Format
    urls: tuple[str, ...]
    bytes: Count
    sha256: Sha256
    verified: bool
    installed: str = ""


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A published model.

    Attributes:
        name: As on the command line.
        label: For people.
        engine: The separation engine or detector that runs it.
        purpose: What it is for.
        summary: One sentence: what it is best at.
        stems: What comes out of a separation; what a transcription is meant for.
        parameters: Numbers that were learned.
        sample_rate: In Hz.
        licence: Of the weights.
        licence_stated_by: Who says so, and where.
        paper: Where it was published.
        note: What a user must know before using it.
        files: Alternatives, of which one is enough; the first is recommended.
    """

    name: Name
    label: str
    engine: str
    purpose: Literal["separation", "transcription"]
    summary: str
    stems: tuple[Name, ...]
    parameters: Count
    sample_rate: Count
    licence: str
    licence_stated_by: str
    paper: str
    note: str
    files: Annotated[tuple[ModelFile, ...], msgspec.Meta(min_length=1)]

    @property
    def formats(self) -> tuple[Format, ...]:
        """What kinds of file its engine reads."""
        return tuple(file.format for file in self.files)


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every model we know, in the order in which they are listed."""

    schema_version: Literal[1]
    models: tuple[Model, ...]

    def names(self) -> list[str]:
        """The names, in order."""
        return [model.name for model in self.models]

    def get(self, name: str) -> Model | None:
        """The model called ``name``, if it is listed."""
        return next((model for model in self.models if model.name == name), None)

    def entry(self, name: str) -> Model:
        """The model called ``name``. Raises UnknownChoiceError with the nearest name."""
        model = self.get(name)
        if model is None:
            raise UnknownChoiceError.among("model", name, self.names())
        return model

    def by_hash(self, sha256: str) -> tuple[Model, ModelFile] | None:
        """The model and file with this hash, if one is listed."""
        for model in self.models:
            for file in model.files:
                if file.sha256 == sha256:
                    return model, file
        return None


def read_catalogue() -> Catalogue:
    """The catalogue that ships with the program.

    A catalogue that breaks its own rules is a bug of ours: msgspec's error passes through.
    """
    return msgspec.toml.decode(paths.resource("models.toml").read_bytes(), type=Catalogue)
