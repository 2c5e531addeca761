"""What this machine can do: its devices, and what is installed, missing or broken."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any, Literal

import msgspec
from packaging.requirements import Requirement

import studio
from studio import settings
from studio.devices.probe import KINDS, Device, probe, processor
from studio.devices.speed import estimate, measure
from studio.errors import BrokenExtensionError, StudioError
from studio.export.targets import TARGETS
from studio.job import Job
from studio.models import store
from studio.paths import cache_folder, config_folder, data_folder, log_folder
from studio.registry import Registry
from studio.scoring.measures import MEASURES
from studio.separation.engines import ENGINES
from studio.transcription.engines import DETECTORS

State = Literal["ok", "optional", "missing"]


class DevicesOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``devices`` takes none."""


class DoctorOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``doctor`` takes none."""


class DeviceRow(msgspec.Struct, frozen=True):
    """A device, as ``devices.probe.Device``, and how fast it is: 10^9 operations a second."""

    id: str
    label: str
    memory_mb: int
    usable: bool
    gflops: float | None
    reason: str
    command: str


class SpeedsOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``speeds`` is asked for.

    Attributes:
        cards: Whether to look for graphics cards as well, which loads torch: some seconds.
    """

    cards: bool = False


class SpeedRow(msgspec.Struct, frozen=True):
    """How long an engine takes on a device: seconds of work a second of song, and who says so."""

    engine: str
    device: str
    device_label: str
    real_time_factor: float
    source: str


class Speeds(msgspec.Struct, frozen=True):
    """What separation would cost here.

    Attributes:
        best: The id of the device that is used unless another is asked for.
        why: Why not a faster one; empty where it is the fastest kind.
        devices: Every device, usable or not, with the reason; not measured.
        rows: Every engine on every device that it runs on and that can be used.
    """

    best: str
    why: str
    devices: list[DeviceRow]
    rows: list[SpeedRow]


class Finding(msgspec.Struct, frozen=True):
    """One thing the doctor looked at, and the command or step that mends it."""

    what: str
    state: State
    text: str
    mend: str = ""


def devices(options: DevicesOptions, job: Job) -> list[DeviceRow]:
    """Every device, measured where it can be used."""
    job.update(0.0, "looking for devices")
    found = probe()
    rows = []
    for index, device in enumerate(found):
        job.update(index / len(found), f"measuring {device.label}")
        speed = measure(device.id) if device.usable else None
        rows.append(
            DeviceRow(
                device.id,
                device.label,
                device.memory_mb,
                device.usable,
                speed,
                device.reason,
                device.command,
            )
        )
    return rows


def speeds(options: SpeedsOptions, job: Job) -> Speeds:
    """How long a song would take, by each engine on each device; nothing is run for it."""
    job.update(0.0, "looking for devices")
    found = probe() if options.cards else (processor(),)
    usable = [device for device in found if device.usable]
    rows = [_speed(entry.name, device) for entry in ENGINES for device in usable]
    unusable = [device for device in found if not device.usable]
    best = max(usable, key=_goodness)
    return Speeds(
        best=best.id,
        why=unusable[0].reason if unusable and best.kind == "cpu" else "",
        devices=[
            DeviceRow(d.id, d.label, d.memory_mb, d.usable, None, d.reason, d.command)
            for d in found
        ],
        rows=[row for row in rows if row is not None],
    )


def _goodness(device: Device) -> tuple[int, float]:
    """Higher for what ``auto`` takes first: by kind, then by memory."""
    return -(*KINDS, "cpu").index(device.kind), device.memory_mb


def _speed(name: str, device: Device) -> SpeedRow | None:
    """An engine on a device; None where it does not run there, or does not load."""
    try:
        engine = ENGINES.load(name)
    except BrokenExtensionError:
        return None
    if device.kind not in engine.devices:
        return None
    speed = estimate(name, device.id, engine.cost)
    return SpeedRow(name, device.id, device.label, speed.real_time_factor, speed.source)


def doctor(options: DoctorOptions, job: Job) -> list[Finding]:
    """What is installed, what is missing, and what to do."""
    findings: list[Finding] = []
    for step in (_program, _packages, _devices, _models, _extensions, _folders, _settings):
        job.update(len(findings) / 40, step.__name__.strip("_"))
        findings += list(step())
    return findings


def _program() -> Iterator[Finding]:
    python = ".".join(map(str, sys.version_info[:3]))
    yield Finding("stemwright", "ok", f"{studio.__version__} on Python {python}, {sys.platform}")


def _packages() -> Iterator[Finding]:
    """Everything the distribution says it needs."""
    for line in requires("stemwright") or ():
        requirement = Requirement(line)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        yield _package(requirement)


def _package(requirement: Requirement) -> Finding:
    mend = f'{sys.executable} -m pip install "{requirement}"'
    try:
        found = version(requirement.name)
    except PackageNotFoundError:
        return Finding(requirement.name, "missing", "it is not installed", mend)
    if not requirement.specifier.contains(found, prereleases=True):
        text = f"{found} is installed, {requirement.specifier} is needed"
        return Finding(requirement.name, "missing", text, mend)
    return Finding(requirement.name, "ok", found)


def _devices() -> Iterator[Finding]:
    for device in probe():
        if device.usable:
            yield Finding(device.id, "ok", device.label)
        else:
            text = f"{device.label} cannot be used: {device.reason}"
            yield Finding(device.id, "optional", text, device.command)


def _models() -> Iterator[Finding]:
    """Weights that would add an engine; the program works without any."""
    for row in store.rows():
        what, size = f"model {row.name}", f"{row.bytes / 1e6:.0f} MB"
        if row.state == "here":
            yield Finding(what, "ok", f"{size}, {row.licence}")
        elif row.state == "damaged":
            mend = f"stemwright models remove {row.name}, then add it again"
            yield Finding(what, "missing", "its folder is damaged", mend)
        else:
            mend = f"stemwright models show {row.name}"
            yield Finding(what, "optional", f"not here ({size}, {row.licence})", mend)


def _extensions() -> Iterator[Finding]:
    """Engines, detectors, scores and targets: ours, and those of other packages."""
    tables: tuple[Registry[Any], ...] = (ENGINES, DETECTORS, MEASURES, TARGETS)
    for table in tables:
        for entry in table:
            what = f"{table.kind} {entry.name}"
            try:
                table.load(entry.name)
            except BrokenExtensionError as error:
                yield Finding(what, "optional", error.message, error.hint)
            else:
                yield Finding(what, "ok", entry.package)


def _folders() -> Iterator[Finding]:
    for name, folder in (
        ("settings", config_folder()),
        ("models", data_folder()),
        ("cache", cache_folder()),
        ("log", log_folder()),
    ):
        if os.access(_nearest(folder), os.W_OK):
            yield Finding(f"{name} folder", "ok", str(folder))
        else:
            text = f"{folder} cannot be written"
            mend = "set STEMWRIGHT_HOME to a folder you may write to"
            yield Finding(f"{name} folder", "missing", text, mend)


def _nearest(folder: Path) -> Path:
    """The first of the folder and its parents that exists."""
    return next(place for place in (folder, *folder.absolute().parents) if place.exists())


def _settings() -> Iterator[Finding]:
    try:
        settings.load()
    except StudioError as error:
        yield Finding("settings", "missing", error.message, error.hint)
    else:
        yield Finding("settings", "ok", str(settings.settings_file()))
