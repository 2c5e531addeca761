"""Which device, and the sentence that says why."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.devices import choose as room
from studio.devices.choose import Choice, choose
from studio.devices.probe import Device
from studio.errors import DeviceError, UnknownChoiceError

CPU = Device("cpu", "AMD EPYC", 16_000, usable=True)
SMALL = Device("cuda:0", "Small card", 8_000, usable=True)
LARGE = Device("cuda:1", "Large card", 24_000, usable=True)
FULL = Device("cuda:2", "Full card", 48_000, usable=False, reason="it is full")
NO_CUDA = Device("cuda", "NVIDIA or AMD card", 0, usable=False, reason="no card was found")
APPLE = Device("mps", "Apple GPU", 12_000, usable=True)
NO_APPLE = Device("mps", "Apple GPU", 0, usable=False, reason="only Macs have it")
Has = Callable[..., None]
ANY = ("cuda", "mps", "cpu")


@pytest.fixture
def has(monkeypatch: pytest.MonkeyPatch) -> Has:
    """Let the machine have these devices."""
    return lambda *devices: monkeypatch.setattr(room, "probe", lambda: devices)


def test_the_best_kind_of_the_engine_is_taken(has: Has) -> None:
    """By the engine's own order; of several cards the one with most memory."""
    has(CPU, SMALL, LARGE, FULL, APPLE)

    assert choose("auto", ANY).device == "cuda:1"
    assert choose("auto", ("mps", "cuda", "cpu")).device == "mps"
    assert choose("auto", ("cpu", "cuda")).device == "cpu"
    assert choose("auto", ANY).label == "Large card (cuda:1)"


def test_why_not_a_faster_one_is_said(has: Has) -> None:
    """Every reason that stood against it, and none that did not."""
    has(CPU, NO_CUDA, NO_APPLE)

    assert choose("auto", ANY) == Choice(
        "cpu",
        "the processor",
        "Nothing faster can be used (cuda: no card was found; mps: only Macs have it).",
    )
    assert choose("auto", ("cuda", "cpu")).why == (
        "Nothing faster can be used (cuda: no card was found)."
    )


def test_a_choice_for_itself_says_so(has: Has) -> None:
    """Nothing better exists."""
    has(CPU, SMALL)

    assert choose("auto", ANY).why == "It is the fastest for this engine."


def test_what_the_user_names_is_taken_without_a_word(has: Has) -> None:
    """By its id, or by its kind: then the largest."""
    has(CPU, SMALL, LARGE, FULL)

    assert choose("cuda:0", ANY) == Choice("cuda:0", "Small card (cuda:0)", "")
    assert choose("cuda", ANY).device == "cuda:1"
    assert choose("cpu", ANY) == Choice("cpu", "the processor", "")


@pytest.mark.parametrize(
    ("wanted", "engine", "reason"),
    [
        ("cuda:2", ANY, "it is full"),
        ("cuda:7", ANY, "this machine has cpu, cuda:0"),
        ("mps", ANY, "only Macs have it"),
        ("mps", ("cuda", "cpu"), "this engine runs on cuda or cpu only"),
        ("cuda:0", ("cpu",), "this engine runs on cpu only"),
        ("cpu", ("cuda",), "this engine runs on cuda only"),
        ("cpu:1", ANY, "this machine has cpu, cuda:0"),
    ],
)
def test_what_cannot_be_used_is_refused_and_never_replaced(
    has: Has, wanted: str, engine: tuple[str, ...], reason: str
) -> None:
    """Another device in silence would be a lie."""
    has(CPU, SMALL, FULL, NO_APPLE)

    with pytest.raises(DeviceError) as caught:
        choose(wanted, engine)

    assert caught.value.facts == {"device": wanted, "reason": reason}


def test_an_engine_for_cards_alone_does_not_fall_back(has: Has) -> None:
    """It says what stood against each."""
    has(CPU, NO_CUDA)

    with pytest.raises(DeviceError, match=r"device auto cannot be used: cuda: no card was found\."):
        choose("auto", ("cuda",))


@pytest.mark.parametrize("wanted", ["gpu", "", "CPU", "cuda0", "../cuda"])
def test_what_is_no_device_is_told_what_is(wanted: str) -> None:
    """Before anything is loaded."""
    with pytest.raises(UnknownChoiceError) as caught:
        choose(wanted, ANY)

    assert caught.value.hint == "Choose one of: auto, cpu, cuda, mps, xpu."


@given(
    usable=st.lists(st.booleans(), min_size=3, max_size=3),
    engine=st.permutations(ANY).flatmap(lambda p: st.integers(1, 3).map(lambda n: tuple(p[:n]))),
    wanted=st.sampled_from(["auto", "cpu", "cuda", "cuda:0", "mps"]),
)
def test_whatever_is_chosen_is_usable_and_the_engine_s(
    usable: list[bool], engine: tuple[str, ...], wanted: str
) -> None:
    """And it is what was wanted, where something was."""
    devices = (
        CPU,
        Device("cuda:0", "A", 1, usable[0], "" if usable[0] else "full"),
        Device("cuda:1", "B", 2, usable[1], "" if usable[1] else "full"),
        Device("mps", "C", 3, usable[2], "" if usable[2] else "old"),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "probe", lambda: devices)
        try:
            chosen = choose(wanted, engine).device
        except DeviceError:
            possible = [d for d in devices if d.usable and d.kind in engine]
            assert not [d for d in possible if wanted in ("auto", d.id, d.kind)]
            return

    found = next(device for device in devices if device.id == chosen)
    assert found.usable
    assert found.kind in engine
    assert wanted in ("auto", found.id, found.kind)


def test_an_engine_for_the_processor_alone_never_loads_torch() -> None:
    """Nor does one that is told to use it: both start at once."""
    code = (
        "import sys; from studio.devices.choose import choose\n"
        "print(choose('auto', ('cpu',)).why, choose('cpu', ('cuda', 'cpu')).device)\n"
        "import studio.devices.speed, studio.devices.machine\n"
        "print('torch' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "This engine runs on the processor alone. cpu\nFalse\n"
