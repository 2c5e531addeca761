"""What torch is, and whether a device computes what it should."""

from __future__ import annotations

import pytest
import torch

from studio.devices import build
from studio.devices.build import first_line, inspect, trial


def test_this_torch_is_described() -> None:
    """As torch itself says; without a card there is nothing to see."""
    here = inspect()

    assert here.version == torch.__version__
    assert here.cuda == (torch.version.cuda or "")
    assert bool(here.seen) == (
        torch.cuda.is_available() or torch.backends.mps.is_available() or torch.xpu.is_available()
    )


def test_the_processor_passes_the_trial() -> None:
    """It is its own standard."""
    assert trial("cpu") == ""


@pytest.mark.parametrize("device", ["cuda:99", "xpu:99", "mps:99"])
def test_a_device_that_is_not_there_fails_the_trial_with_a_reason(device: str) -> None:
    """The library's own complaint, in one line."""
    reason = trial(device)

    assert reason
    assert "\n" not in reason
    assert not reason.endswith(".")


def test_a_device_that_computes_wrong_numbers_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken card answers, too. Here: its second result is a tenth off."""
    right = torch.nn.functional.conv1d
    calls = []

    def drifting(*arguments: torch.Tensor) -> torch.Tensor:
        calls.append(1)
        return right(*arguments) * (1.0 if len(calls) == 1 else 1.1)

    monkeypatch.setattr(torch.nn.functional, "conv1d", drifting)

    assert trial("cpu") == "it computes wrong numbers"


def test_a_result_that_is_no_number_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """NaN is neither more nor less than anything."""
    right = torch.nn.functional.conv1d
    calls = []

    def failing(*arguments: torch.Tensor) -> torch.Tensor:
        calls.append(1)
        return right(*arguments) * (1.0 if len(calls) == 1 else float("nan"))

    monkeypatch.setattr(torch.nn.functional, "conv1d", failing)

    assert trial("cpu") == "it computes wrong numbers"


def test_what_torch_complains_about_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """An old driver shows no card and says why in a warning; it must not be lost."""

    def complaining() -> list[build.Seen]:
        import warnings

        warnings.warn("The NVIDIA driver on your system is too old.\nUpdate it.", stacklevel=1)
        return []

    monkeypatch.setattr(build, "_cuda", complaining)

    assert inspect().trouble == "The NVIDIA driver on your system is too old"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "CUDA error: no kernel image.\nCUDA kernel errors might ...",
            "CUDA error: no kernel image",
        ),
        ("", "it gave no reason"),
        ("\n\n", "it gave no reason"),
        ("x" * 500, "x" * 200),
    ],
)
def test_a_library_s_complaint_becomes_one_line(text: str, line: str) -> None:
    """It ends up inside a sentence."""
    assert first_line(text) == line
