"""What stands in this machine, found without torch: processor, memory, graphics cards."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil

_SMI_SECONDS = 10
_PROC_NVIDIA = Path("/proc/driver/nvidia/gpus")
_PCI = Path("/sys/bus/pci/devices")
_PCI_DISPLAY = "0x03"  # the class of display controllers
_VENDORS = {"0x10de": "nvidia", "0x1002": "amd", "0x8086": "intel"}


@dataclass(frozen=True, slots=True)
class Card:
    """An NVIDIA card that its driver knows.

    Attributes:
        label: Its name.
        memory_mb: In 10^6 bytes; 0 where the driver did not say.
        capability: CUDA compute capability, such as 8.9; 0 where the driver did not say.
    """

    label: str
    memory_mb: int = 0
    capability: float = 0.0


@dataclass(frozen=True, slots=True)
class Machine:
    """What is there, whether or not torch can use it.

    Attributes:
        system: ``Linux``, ``Windows`` or ``Darwin``.
        architecture: ``x86_64``, ``arm64`` ...
        processor: Its name for people.
        memory_mb: In 10^6 bytes.
        nvidia: Cards whose driver answers.
        vendors: Of nvidia, amd and intel those with a display controller on the bus. Known on
            Linux only.
        hidden: Whether ``CUDA_VISIBLE_DEVICES`` hides every card.
    """

    system: str
    architecture: str
    processor: str
    memory_mb: int
    nvidia: tuple[Card, ...] = ()
    vendors: frozenset[str] = frozenset()
    hidden: bool = False


def look() -> Machine:
    """Look at this machine. Takes under a second."""
    return Machine(
        system=platform.system(),
        architecture=platform.machine(),
        processor=_processor(),
        memory_mb=round(psutil.virtual_memory().total / 1e6),
        nvidia=_nvidia(),
        vendors=_vendors(_PCI),
        hidden=os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"),
    )


def threads() -> int:
    """How many threads an engine should compute with: the physical cores this process may use.

    Two threads on one core share its arithmetic units and gain nothing. A batch system or a
    container may grant a process fewer cores than the machine has.
    """
    logical: int = psutil.cpu_count() or 1
    physical: int = psutil.cpu_count(logical=False) or logical
    if platform.system() == "Darwin":  # knows no affinity
        return physical
    return min(physical, len(psutil.Process().cpu_affinity()))


def _processor() -> str:
    """The processor's name; Linux keeps it in /proc/cpuinfo only."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text(errors="replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _nvidia() -> tuple[Card, ...]:
    """The NVIDIA cards, by ``nvidia-smi``; where it is absent, by what the driver shows."""
    return parse_smi(_ask_smi()) or _proc_cards(_PROC_NVIDIA)


def _ask_smi() -> str:
    """The driver's answer; empty where there is no driver, or it is ill."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return ""
    query = ["--query-gpu=name,memory.total,compute_cap", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(
            [program, *query], capture_output=True, text=True, timeout=_SMI_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def parse_smi(answer: str) -> tuple[Card, ...]:
    """The cards in ``nvidia-smi``'s lines ``name, MiB, capability``."""
    cards = []
    for line in answer.splitlines():
        name, *numbers = (part.strip() for part in line.split(","))
        memory, capability = (_number(text) for text in (*numbers, "", "")[:2])
        if name:
            cards.append(Card(name, round(memory * 1.048576), capability))
    return tuple(cards)


def _number(text: str) -> float:
    """A number, or 0 where the driver says ``[N/A]``."""
    try:
        return float(text)
    except ValueError:
        return 0.0


def _proc_cards(folder: Path) -> tuple[Card, ...]:
    """The cards that the Linux driver lists: a line ``Model: <name>`` each."""
    cards = []
    for file in sorted(folder.glob("*/information")):
        for line in file.read_text(errors="replace").splitlines():
            key, _, value = line.partition(":")
            if key == "Model":
                cards.append(Card(value.strip()))
    return tuple(cards)


def _vendors(bus: Path) -> frozenset[str]:
    """Who made the display controllers on the bus."""
    found = set()
    for device in bus.glob("*"):
        kind, vendor = device / "class", device / "vendor"
        if kind.is_file() and vendor.is_file() and kind.read_text().startswith(_PCI_DISPLAY):
            found.add(_VENDORS.get(vendor.read_text().strip(), "other"))
    return frozenset(found)
