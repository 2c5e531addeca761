"""The list of devices: every kind once, and for what cannot be used why not, and what mends it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from studio.devices.build import Build, Seen
from studio.devices.machine import Card, Machine
from studio.devices.probe import KINDS, TORCH, Device, probe, rows

BARE = Machine("Linux", "x86_64", "AMD EPYC", 16_000)
CPU_BUILD = Build("2.13.0+cpu")
CUDA_BUILD = Build("2.13.0+cu130", cuda="13.0")
ROCM_BUILD = Build("2.13.0+rocm7.1", hip="7.1")
RTX = Card("NVIDIA GeForce RTX 3060", 12_885, 8.6)
OLD = Card("NVIDIA GeForce GTX 1060 6GB", 6_442, 6.1)
NEW = Card("NVIDIA GeForce RTX 5090", 34_190, 12.0)


def works(device: str) -> str:
    """Every device a torch sees computes well."""
    return ""


def row(kind: str, machine: Machine, build: Build) -> Device:
    """The one row of ``kind``."""
    found = [device for device in rows(machine, build, works) if device.kind == kind]
    assert len(found) == 1
    return found[0]


def test_this_machine_s_list_has_the_processor_first_and_every_kind() -> None:
    """Whatever is not usable says why; whatever is, says nothing."""
    devices = probe()

    assert devices[0].id == "cpu"
    assert devices[0].usable
    assert {device.kind for device in devices} == {"cpu", *KINDS}
    for device in devices:
        assert device.usable == (device.reason == "")
        assert device.usable <= (device.command == "")


def test_a_cpu_build_beside_an_nvidia_card_is_told_the_right_one() -> None:
    """The commonest trap: the card is there, torch was built without it."""
    found = row("cuda", replace(BARE, nvidia=(RTX,)), CPU_BUILD)

    assert found.label == "NVIDIA GeForce RTX 3060"
    assert found.memory_mb == 12_885
    assert not found.usable
    assert found.reason == "this torch (2.13.0+cpu) is built without CUDA"
    assert found.command == (
        f'python -m pip install --force-reinstall "{TORCH}" '
        "--index-url https://download.pytorch.org/whl/cu126"
    )


@pytest.mark.parametrize(("card", "index"), [(OLD, "cu126"), (RTX, "cu126"), (NEW, "cu130")])
def test_the_build_is_one_that_knows_the_card(card: Card, index: str) -> None:
    """CUDA 13 dropped the oldest, CUDA 12.6 does not know the newest."""
    assert row("cuda", replace(BARE, nvidia=(card,)), CPU_BUILD).command.endswith(f"/{index}")


def test_a_seen_card_without_kernels_is_told_the_build_that_has_them() -> None:
    """torch lists an old card and fails on its first computation."""
    build = replace(CUDA_BUILD, seen=(Seen("cuda:0", OLD.label, 6_442),))
    error = "CUDA error: no kernel image is available for execution on the device"

    found = rows(replace(BARE, nvidia=(OLD,)), build, lambda device: error)[1]

    assert (found.id, found.usable, found.reason) == ("cuda:0", False, error)
    assert found.command.endswith("/cu126")


def test_a_seen_card_that_fails_otherwise_gets_no_command() -> None:
    """Another build would not free its memory."""
    build = replace(CUDA_BUILD, seen=(Seen("cuda:0", RTX.label, 12_885),))

    found = rows(replace(BARE, nvidia=(RTX,)), build, lambda device: "CUDA out of memory")[1]

    assert (found.usable, found.reason, found.command) == (False, "CUDA out of memory", "")


def test_every_card_is_tried_and_listed_by_itself() -> None:
    """One may work where the other does not."""
    seen = (Seen("cuda:0", "A", 1000), Seen("cuda:1", "B", 2000))
    tried = {"cuda:0": "full", "cuda:1": ""}

    found = rows(BARE, replace(CUDA_BUILD, seen=seen), tried.__getitem__)

    assert [(d.id, d.usable, d.reason) for d in found[1:3]] == [
        ("cuda:0", False, "full"),
        ("cuda:1", True, ""),
    ]
    assert [device.id for device in found[3:]] == ["mps", "xpu"]


@pytest.mark.parametrize(
    ("machine", "build", "reason", "command"),
    [
        (BARE, CPU_BUILD, "no NVIDIA or AMD card was found", ""),
        (BARE, CUDA_BUILD, "no NVIDIA or AMD card was found", ""),
        (
            replace(BARE, nvidia=(RTX,), hidden=True),
            CUDA_BUILD,
            "CUDA_VISIBLE_DEVICES hides it",
            "unset CUDA_VISIBLE_DEVICES",
        ),
        (
            replace(BARE, nvidia=(RTX,)),
            replace(CUDA_BUILD, trouble="The NVIDIA driver on your system is too old"),
            "The NVIDIA driver on your system is too old",
            "",
        ),
        (
            replace(BARE, nvidia=(RTX,)),
            CUDA_BUILD,
            "this torch (2.13.0+cu130) does not see it",
            "",
        ),
        (
            replace(BARE, vendors=frozenset({"nvidia"})),
            CUDA_BUILD,
            "there is an NVIDIA card, but its driver does not answer",
            "install NVIDIA's driver and restart",
        ),
        (
            replace(BARE, vendors=frozenset({"amd"})),
            ROCM_BUILD,
            "ROCm does not see the AMD card",
            "sudo usermod -aG render,video $USER",
        ),
    ],
)
def test_every_other_reason_has_its_sentence(
    machine: Machine, build: Build, reason: str, command: str
) -> None:
    """A card that is absent, hidden, without a driver, or not allowed."""
    found = row("cuda", machine, build)

    assert (found.reason, found.command) == (reason, command)


def test_an_amd_card_needs_rocm_and_is_called_so() -> None:
    """torch names it cuda, people do not."""
    amd = replace(BARE, vendors=frozenset({"amd"}))
    build = replace(ROCM_BUILD, seen=(Seen("cuda:0", "AMD Radeon RX 9070 XT", 16_000),))

    assert row("cuda", amd, CPU_BUILD).command.endswith("/rocm7.1")
    assert row("cuda", amd, build).label == "AMD Radeon RX 9070 XT (ROCm)"


def test_an_intel_card_needs_xpu() -> None:
    """Told only where one is."""
    assert row("xpu", replace(BARE, vendors=frozenset({"intel"})), CPU_BUILD).command.endswith(
        "/xpu"
    )
    assert row("xpu", BARE, CPU_BUILD).command == ""


def test_only_apple_silicon_has_mps() -> None:
    """Three reasons for three machines."""
    mac = replace(BARE, system="Darwin", architecture="arm64")
    plain = Build("2.13.0")

    assert "only Macs" in row("mps", BARE, plain).reason
    assert "only Macs" in row("mps", replace(mac, architecture="x86_64"), plain).reason
    assert "built without it" in row("mps", mac, plain).reason
    assert "older than torch needs" in row("mps", mac, replace(plain, mps=True)).reason


def test_commands_ask_for_the_torch_we_need() -> None:
    """The bounds of the project file, so that a mended machine still starts the program."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))

    assert TORCH in project["project"]["dependencies"]
    assert re.fullmatch(r"torch>=[\d.]+,<[\d.]+", TORCH)
