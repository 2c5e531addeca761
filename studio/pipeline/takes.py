"""The stages of a song's notes: hear, decode, score."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import msgspec
import numpy as np

from studio.audio.write import peak
from studio.devices.choose import choose
from studio.job import Job
from studio.models.store import find, has, verify
from studio.music.bundle import StemFile
from studio.music.notes import Notes
from studio.music.take import Take
from studio.project.project import Project
from studio.project.stages import Facts, Result, Stage
from studio.scoring.suggest import suggest
from studio.scoring.table import score_takes
from studio.transcription.contract import DetectorClass
from studio.transcription.engines import DETECTORS
from studio.transcription.listen import listen, load_activations, save_activations
from studio.transcription.transcribe import candidates, choose_engine

# A stem whose loudest sample lies below -60 dBFS is silent to a listener beside the others.
_SILENT_PEAK = 1e-3
# The thresholds of the source document's table.
TABLE_THRESHOLDS = (0.55, 0.7, 0.9)
_COLUMNS = ("onset", "pitch", "offset", "velocity", "strength")

Row = dict[str, Any]


class Scores(msgspec.Struct, frozen=True):
    """``scores.json``: a row a take, and the threshold suggested for each stem."""

    takes: list[Row] = field(default_factory=list)
    suggested: dict[str, float] = field(default_factory=dict)
