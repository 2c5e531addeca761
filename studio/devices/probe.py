"""The list of devices: what can compute, and for what cannot, why not and what mends it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

from studio.devices.build import Build, Seen, inspect, trial
from studio.devices.machine import Card, Machine, look

KINDS = ("cuda", "mps", "xpu")
_INDEX = "https://download.pytorch.org/whl"
# As in pyproject.toml; a test holds the two together.
TORCH = "torch>=2.6,<2.14"


@dataclass(frozen=True, slots=True)
class Device:
    """Something that computes, or might.

    Attributes:
        id: For ``--device``: ``cpu``, ``cuda:0``, ``mps``, ``xpu:0``; a kind alone, such as
            ``cuda``, where there is none of it.
        label: For people.
        memory_mb: In 10^6 bytes; 0 where it is not known.
        usable: Whether a test computation came out right on it.
        reason: Why it is not usable; empty where it is.
        command: What mends that; empty where nothing does.
    """

    id: str
    label: str
    memory_mb: int
    usable: bool
    reason: str = ""
    command: str = ""

    @property
    def kind(self) -> str:
        """``cpu``, ``cuda`` (NVIDIA, and AMD by ROCm), ``mps`` (Apple) or ``xpu`` (Intel)."""
        return self.id.partition(":")[0]


def probe() -> tuple[Device, ...]:
    """Every device, the processor first. Loads torch and tries each: some seconds."""
    return rows(look(), inspect(), trial)


def processor() -> Device:
    """The device that is always there; torch is not loaded for it."""
    return _processor(look())


def rows(machine: Machine, build: Build, tried: Callable[[str], str]) -> tuple[Device, ...]:
    """The list, from what is there and what torch sees.

    Args:
        machine: What is there.
        build: What torch is and sees.
        tried: Why a device torch sees cannot be used; empty where it can.
    """
    found = [_processor(machine)]
    for seen in build.seen:
        reason = tried(seen.id)
        command = _other_build(machine, seen) if "kernel image" in reason else ""
        label = f"{seen.label} (ROCm)" if build.hip and seen.id.startswith("cuda") else seen.label
        found.append(Device(seen.id, label, seen.memory_mb, not reason, reason, command))
    present = {device.kind for device in found}
    absent = {"cuda": _no_cuda, "mps": _no_mps, "xpu": _no_xpu}
    found += [absent[kind](machine, build) for kind in KINDS if kind not in present]
    return tuple(found)


def _processor(machine: Machine) -> Device:
    return Device("cpu", machine.processor, machine.memory_mb, usable=True)


def _no_cuda(machine: Machine, build: Build) -> Device:
    if machine.nvidia:
        return _unseen_nvidia(machine, build)
    if "nvidia" in machine.vendors:
        reason = "there is an NVIDIA card, but its driver does not answer"
        return _absent("cuda", "NVIDIA card", reason, "install NVIDIA's driver and restart")
    if "amd" in machine.vendors and build.hip:
        reason = "ROCm does not see the AMD card"
        return _absent(
            "cuda", "AMD card", build.trouble or reason, "sudo usermod -aG render,video $USER"
        )
    if "amd" in machine.vendors:
        reason = f"this torch ({build.version}) is built without ROCm, which an AMD card needs"
        return _absent("cuda", "AMD card", reason, _reinstall("rocm7.1"))
    return _absent("cuda", "NVIDIA or AMD card", "no NVIDIA or AMD card was found")


def _unseen_nvidia(machine: Machine, build: Build) -> Device:
    """Why torch does not see a card whose driver answers."""
    card = machine.nvidia[0]
    command = ""
    if machine.hidden:
        reason, command = "CUDA_VISIBLE_DEVICES hides it", "unset CUDA_VISIBLE_DEVICES"
    elif not build.cuda:
        reason = f"this torch ({build.version}) is built without CUDA"
        command = _cuda_build(card)
    else:
        reason = build.trouble or f"this torch ({build.version}) does not see it"
    return Device("cuda", card.label, card.memory_mb, usable=False, reason=reason, command=command)


def _other_build(machine: Machine, seen: Seen) -> str:
    """The command for a card that this torch holds no kernels for."""
    return next((_cuda_build(card) for card in machine.nvidia if card.label == seen.label), "")


def _cuda_build(card: Card) -> str:
    """CUDA 13 dropped cards below 7.5, and cards from 10.0 on need at least 12.8."""
    return _reinstall("cu130" if card.capability >= 10 else "cu126")


def _no_mps(machine: Machine, build: Build) -> Device:
    if machine.system != "Darwin" or machine.architecture != "arm64":
        return _absent("mps", "Apple GPU", "only Macs with Apple silicon have it")
    if not build.mps:
        reason = f"this torch ({build.version}) is built without it"
        return _absent(
            "mps", "Apple GPU", reason, f'python -m pip install --force-reinstall "{TORCH}"'
        )
    return _absent("mps", "Apple GPU", build.trouble or "this macOS is older than torch needs")


def _no_xpu(machine: Machine, build: Build) -> Device:
    if "intel" in machine.vendors and not build.xpu:
        reason = f"this torch ({build.version}) is built without XPU, which an Intel Arc card needs"
        return _absent("xpu", "Intel GPU", reason, _reinstall("xpu"))
    return _absent("xpu", "Intel GPU", build.trouble or "no Intel Arc card was found")


def _absent(kind: str, label: str, reason: str, command: str = "") -> Device:
    return Device(kind, label, 0, usable=False, reason=reason, command=command)


def _reinstall(index: str) -> str:
    """Force, because pip takes 2.13.0+cpu for 2.13.0 and would leave it."""
    if getattr(sys, "frozen", False):
        return ""  # a bundle carries its own torch, which no pip reaches
    return f'python -m pip install --force-reinstall "{TORCH}" --index-url {_INDEX}/{index}'
