"""How files are written is said once, and reaches the targets from every command."""

from __future__ import annotations

import argparse
from dataclasses import fields
from pathlib import Path

import msgspec
import pytest

from studio import settings
from studio.cli import export, process, separate
from studio.cli.options import files
from studio.export.contract import ExportOptions
from studio.pipeline import plan, song
from studio.pipeline.outputs import FileOptions
from studio.settings import OPTIONS

ASKED = {
    "--audio-format": "mp3",
    "--naming": "{stem} {key}",
    "--lead-in": "on",
    "--tempo-tag": "on",
    "--daw": "cubase",
    "--programs": "off",
    "--drum-tracks": "on",
    "--guide-note": "on",
    "--quantise": "0.8",
    "--grid": "1/8T",
    "--live-template": "my.als",
}
WANTED = ExportOptions(
    audio_format="mp3",
    naming="{stem} {key}",
    lead_in=True,
    tempo_tag=True,
    daw="cubase",
    programs=False,
    drum_tracks=True,
    guide_note=True,
    quantise=0.8,
    grid="1/8T",
    live_template=Path("my.als"),
)
SOUND = ["--audio-format", "--naming", "--lead-in", "--tempo-tag", "--daw"]


def parsed(command: object, *arguments: str) -> argparse.Namespace:
    """What a command makes of its arguments."""
    parser = argparse.ArgumentParser()
    command.arguments(parser)  # type: ignore[attr-defined]  # a module is no Protocol
    return parser.parse_args(["song", *arguments])


def flags(*names: str) -> list[str]:
    """These options as they are typed."""
    return [word for name in names for word in (name, ASKED[name])]


def test_every_place_knows_the_same_options_and_defaults() -> None:
    """Settings, tasks and targets."""
    usual = ExportOptions()
    tasks = FileOptions()
    names = [field.name for field in fields(ExportOptions) if field.name != "stems"]

    assert sorted(names) == sorted(FileOptions.__struct_fields__)
    assert tasks.of() == usual
    for name in names:
        default = OPTIONS[name].default
        chosen = {"on": True, "off": False, "auto": None}.get(str(default), default)
        assert chosen == getattr(usual, name), name


def test_what_is_typed_reaches_the_targets() -> None:
    """As truth values where they are switches."""
    for command in (export, process):
        asked = files(parsed(command, *flags(*ASKED)))
        assert msgspec.convert({"folder": "song", **asked}, plan.ExportOptions).of() == WANTED
        again = msgspec.convert({"song": "a", "out": "b", **asked}, song.ProcessOptions)
        assert again.of() == WANTED


def test_separate_takes_what_concerns_sound() -> None:
    """And refuses the rest as it would a word it does not know."""
    asked = files(parsed(separate, *flags(*SOUND)))

    assert set(asked) == {name[2:].replace("-", "_") for name in SOUND}
    assert msgspec.convert({"song": "a", "out": "b", **asked}, song.ProcessOptions).lead_in
    with pytest.raises(SystemExit):
        parsed(separate, "--grid", "1/8")


def test_what_cannot_be_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """Said before any work, with what may be."""
    for flag, value, words in (
        ("--naming", "{song}", "{stem} is missing"),
        ("--naming", "{stems}", "a text with {song}"),
        ("--grid", "1/7", "one of 1/4"),
        ("--lead-in", "yes", "one of off, on"),
        ("--quantise", "2", "a number from 0 to 1"),
    ):
        with pytest.raises(SystemExit) as stopped:
            parsed(export, flag, value)
        assert stopped.value.code == 2
        assert words in capsys.readouterr().err


def test_the_user_s_own_settings_hold_where_nothing_is_typed() -> None:
    """For all three commands."""
    settings.save({"lead_in": "on", "naming": "{stem}", "quantise": 0.5})

    for command in (export, process):
        asked = files(parsed(command))
        assert (asked["lead_in"], asked["naming"], asked["quantise"]) == (True, "{stem}", 0.5)
    assert files(parsed(separate))["naming"] == "{stem}"
