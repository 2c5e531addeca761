"""Which device an engine runs on, and the sentence that says why."""

from __future__ import annotations

from dataclasses import dataclass

from studio.devices.probe import KINDS, Device, probe
from studio.errors import DeviceError, UnknownChoiceError

_AUTO = "auto"
_CPU = "cpu"


@dataclass(frozen=True, slots=True)
class Choice:
    """A device, decided.

    Attributes:
        device: For ``Engine.open``: ``cpu``, ``cuda:0`` ...
        label: For people, within a sentence: ``the processor``.
        why: One sentence: why this one, or why not a faster one. Empty where the user chose.
    """

    device: str
    label: str
    why: str


def choose(wanted: str, engine_devices: tuple[str, ...]) -> Choice:
    """The device for an engine that runs on ``engine_devices`` (kinds, best first).

    ``auto`` takes the first kind that has a usable device, and of several the one with most
    memory; the sentence says why not an earlier one. Any other word is obeyed or refused. Where
    only the processor comes into question torch is not loaded.

    Raises:
        DeviceError: ``wanted`` cannot be used, or not by this engine, or ``auto`` finds none.
        UnknownChoiceError: there is no kind of device called ``wanted``.
    """
    kind = wanted.partition(":")[0]
    if kind not in (_AUTO, _CPU, *KINDS):
        raise UnknownChoiceError.among("device", wanted, (_AUTO, _CPU, *KINDS))
    if wanted == _AUTO:
        return _automatic(engine_devices)
    if kind not in engine_devices:
        reason = f"this engine runs on {' or '.join(engine_devices)} only"
        raise DeviceError(device=wanted, reason=reason)
    if wanted == _CPU:
        return _processor("")
    return _explicit(wanted, probe())


def _automatic(engine_devices: tuple[str, ...]) -> Choice:
    if engine_devices == (_CPU,):
        return _processor("This engine runs on the processor alone.")
    devices = probe()
    passed: list[str] = []
    for kind in engine_devices:
        of_kind = [device for device in devices if device.kind == kind]
        usable = [device for device in of_kind if device.usable]
        if usable:
            return _best(usable, passed)
        passed += [f"{device.id}: {device.reason}" for device in of_kind]
    raise DeviceError(device=_AUTO, reason="; ".join(passed))


def _best(usable: list[Device], passed: list[str]) -> Choice:
    """The device with most memory; ``passed`` says what stands against the faster ones."""
    best = max(usable, key=lambda device: device.memory_mb)
    why = f"Nothing faster can be used ({'; '.join(passed)})." if passed else ""
    if best.kind == _CPU:
        return _processor(why)
    return Choice(best.id, f"{best.label} ({best.id})", why or "It is the fastest for this engine.")


def _explicit(wanted: str, devices: tuple[Device, ...]) -> Choice:
    """The device the user named, by its id or by its kind."""
    matching = [device for device in devices if wanted in (device.id, device.kind)]
    usable = [device for device in matching if device.usable]
    if usable:
        best = max(usable, key=lambda device: device.memory_mb)
        return Choice(best.id, f"{best.label} ({best.id})", "")
    if not matching:
        there = ", ".join(device.id for device in devices if device.usable)
        raise DeviceError(device=wanted, reason=f"this machine has {there}")
    raise DeviceError(device=wanted, reason=matching[0].reason)


def _processor(why: str) -> Choice:
    return Choice(_CPU, "the processor", why)
