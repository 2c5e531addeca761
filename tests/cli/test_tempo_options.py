"""What `tempo` takes from the command line; what cannot be is wrong usage, said before any work."""

from __future__ import annotations

import argparse

import pytest

from studio.cli import tempo


def asked(*arguments: str) -> argparse.Namespace:
    """What the command makes of its arguments."""
    parser = argparse.ArgumentParser()
    tempo.arguments(parser)
    return parser.parse_args(["song", *arguments])


def test_the_first_second_of_a_song_is_0() -> None:
    """For taps and for a bar, however it is written."""
    assert asked("--taps", "0.0,0.5, 1").taps == [0.0, 0.5, 1.0]
    assert asked("--downbeat", "0").downbeat == 0.0


@pytest.mark.parametrize(
    "arguments",
    [
        ("--downbeat=-1",),
        ("--downbeat", "nan"),
        ("--downbeat", "inf"),
        ("--taps", "0.5,soon"),
        ("--beats-per-bar", "0"),
        ("--beats-per-bar", "17"),
        ("--beats-per-bar", "4.5"),
        ("--estimate", "--tempo", "100"),
    ],
)
def test_what_cannot_be_is_wrong_usage(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """It ends with 2 and names the argument."""
    with pytest.raises(SystemExit) as ended:
        asked(*arguments)
    assert ended.value.code == 2
    assert f"argument {arguments[-2 if '--tempo' in arguments else 0].split('=')[0]}" in (
        capsys.readouterr().err
    )
