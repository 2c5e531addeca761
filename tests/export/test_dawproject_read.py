"""DAWprojects are read: those of other programs, and what is none is refused."""

from __future__ import annotations

import os
from collections.abc import Sequence
from io import RawIOBase
from pathlib import Path
from zipfile import ZipFile

import pytest

from studio.export.dawproject.model import AudioClip, NoteClip, Project
from studio.export.dawproject.read import read_package, read_project

GOLDEN = Path(__file__).parent.parent / "golden" / "dawproject"


def counts(project: Project) -> list[tuple[str, bool, Sequence[int]]]:
    """Name of each track, whether it is the master, and the notes or warps of its clips."""
    return [
        (t.name, t.master, [len(c.notes if isinstance(c, NoteClip) else c.warps) for c in t.clips])
        for t in project.tracks
    ]


def test_the_example_of_the_format_is_read() -> None:
    """Written by Bitwig 5.0: notes in a clip, sound in a clip in a clip."""
    project = read_project((GOLDEN / "example.project.xml").read_bytes())

    assert project.application == ("Bitwig Studio", "5.0")
    assert (project.tempo.bpm, project.tempo.beats_per_bar) == (149.0, 4)
    assert counts(project) == [("Bass", False, [9]), ("Drumloop", False, [2]), ("Master", True, [])]
    bass, loop = (track.clips[0] for track in project.tracks[:2])
    assert isinstance(bass, NoteClip)
    assert (bass.notes.key[0], bass.notes.velocity[0]) == (65, 100)
    assert isinstance(loop, AudioClip)
    assert (loop.file, loop.sample_rate) == ("audio/Drumfunk3 170bpm.wav", 48000)
    assert loop.warps == ((0.0, 0.0), (8.00003433227539, 2.823541666666667))
    assert project.tracks[0].volume == 0.65914


class Pipe(RawIOBase):
    """A file that cannot go back, as some writers of ZIP files use."""

    def __init__(self) -> None:
        self.content = b""

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, content: bytes) -> int:  # type: ignore[override]
        """Append."""
        self.content += bytes(content)
        return len(content)


def test_sizes_after_the_content_and_byte_order_marks_are_read(tmp_path: Path) -> None:
    """As Bitwig writes the ones and others the others."""
    pipe = Pipe()
    with ZipFile(pipe, "w") as package:
        package.writestr("metadata.xml", "<MetaData><Title>曲</Title></MetaData>")
        example = (GOLDEN / "example.project.xml").read_bytes()
        package.writestr("project.xml", b"\xef\xbb\xbf" + example)
    (tmp_path / "piped.dawproject").write_bytes(pipe.content)

    project = read_package(tmp_path / "piped.dawproject")

    assert pipe.content[6] & 0x08
    assert project.title == "曲"
    assert len(project.tracks) == 3


def test_seconds_become_beats_and_sound_without_warps_stays_in_time() -> None:
    """Two seconds at 60, then 120 BPM; the clip begins after the first."""
    text = """<Project version="1.0"><Application name="x" version="1"/><Transport>
      <Tempo unit="bpm" value="60.0" id="t"/></Transport>
      <Structure><Track id="a" name="A" contentType="audio"/></Structure><Arrangement>
      <Lanes timeUnit="seconds"><Clips track="a"><Clip time="1.0" duration="2.0">
      <Audio channels="1" sampleRate="8000" duration="2.0"><File path="a.wav"/></Audio>
      </Clip></Clips></Lanes><Markers timeUnit="seconds"><Marker time="3.0" name="M"/></Markers>
      <TempoAutomation><Target parameter="t"/><RealPoint time="0" value="60"/>
      <RealPoint time="2" value="120"/></TempoAutomation></Arrangement></Project>"""

    project = read_project(text.encode())

    (clip,) = project.tracks[0].clips
    assert isinstance(clip, AudioClip)
    assert (clip.time, clip.duration) == (1.0, 3.0)
    assert clip.warps == ((0.0, 0.0), (1.0, 1.0), (3.0, 2.0))
    assert project.markers == ((4.0, "M"),)


def lanes(content: str) -> bytes:
    """A project with one track and these lanes, at 120 BPM."""
    return f"""<Project version="1.0"><Application name="x" version="1"/><Transport>
      <Tempo unit="bpm" value="120.0"/></Transport><Structure><Track id="a" name="A"/></Structure>
      <Arrangement><Lanes><Lanes track="a">{content}</Lanes></Lanes></Arrangement>
      </Project>""".encode()


def test_clips_in_clips_are_laid_out_flat() -> None:
    """The inner clip begins a beat into the outer, whose first half beat is not played."""
    project = read_project(
        lanes(
            """<Clips><Clip time="4.0" duration="8.0" playStart="0.5" name="outer"><Clips>
            <Clip time="1.0" duration="2.0" playStart="0.25"><Notes>
            <Note time="1.0" duration="0.5" channel="0" key="60" vel="1.0"/></Notes></Clip>
            </Clips></Clip></Clips>"""
        )
    )

    (clip,) = project.tracks[0].clips
    assert isinstance(clip, NoteClip)
    assert (clip.name, clip.time, clip.duration) == ("outer", 4.5, 2.0)
    assert (clip.notes.time.tolist(), clip.notes.velocity.tolist()) == ([0.75], [127])


def test_notes_in_seconds_become_notes_in_beats() -> None:
    """Two beats a second."""
    project = read_project(
        lanes(
            """<Clips><Clip time="4.0" duration="8.0" contentTimeUnit="seconds"><Notes>
            <Note time="1.0" duration="0.5" channel="0" key="60"/></Notes></Clip></Clips>"""
        )
    )

    (clip,) = project.tracks[0].clips
    assert isinstance(clip, NoteClip)
    assert (clip.notes.time.tolist(), clip.notes.duration.tolist()) == ([2.0], [1.0])


def test_clips_of_two_units_in_each_other_are_refused() -> None:
    """What they mean is not agreed upon."""
    text = lanes(
        """<Clips><Clip time="0" contentTimeUnit="seconds"><Clips><Clip time="0"/></Clips></Clip>
        </Clips>"""
    )

    with pytest.raises(ValueError, match="clips in seconds nested in beats"):
        read_project(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<Project", "no XML"),
        ("<Song/>", "not a Project"),
        ("<Project/>", "without Application"),
        ('<Project><Transport><Tempo value="abc"/></Transport></Project>', "abc"),
        ('<Project><Transport><Tempo value="inf"/></Transport></Project>', "inf"),
        (
            "<Project><Arrangement><TempoAutomation>"
            '<RealPoint time="4" value="90" interpolation="linear"/>'
            "</TempoAutomation></Arrangement></Project>",
            "ramps",
        ),
    ],
)
def test_what_is_no_project_is_refused(text: str, said: str) -> None:
    """In words."""
    with pytest.raises(ValueError, match=said):
        read_project(text.encode())


def test_what_is_no_package_is_refused(tmp_path: Path) -> None:
    """Neither a WAV nor any other ZIP file is one."""
    (tmp_path / "a.dawproject").write_bytes(b"RIFF")
    with ZipFile(tmp_path / "b.dawproject", "w") as package:
        package.writestr("else.txt", "")

    for name in ("a.dawproject", "b.dawproject"):
        with pytest.raises(ValueError, match="is no DAWproject"):
            read_package(tmp_path / name)


SAMPLES = {
    "bitwig-5.1-canon.project.xml": [
        ("Acoustic Piano (Nektar)", False, [27]),
        ("canon_guitar_150bpm", False, [2]),
        ("FX 1", False, []),
        ("Master", True, []),
    ],
    "bitwig-5.3-audio-regions.dawproject": [("cw_154_Hash", False, [2]), ("Master", True, [])],
    "bitwig-5.3-automation.dawproject": [
        ("Inst 1", False, [0]),
        ("FX 1", False, []),
        ("Master", True, []),
    ],
    "bitwig-5.3-note-regions.dawproject": [
        ("Inst 1", False, [8]),
        ("Inst 2", False, [8]),
        ("Inst 3", False, [9]),
        ("FX 1", False, []),
        ("Master", True, []),
    ],
    "roex-automix.project.xml": [
        ("Master", False, []),
        *((f"masks-{n}.wav", False, [2]) for n in ("bass", "chord", "kick", "percssion", "synth")),
    ],
}


@pytest.mark.data
@pytest.mark.parametrize("name", SAMPLES)
def test_projects_of_other_programs_are_read(data: Path, name: str) -> None:
    """Counted by hand in the files of bitwig, openDAW, hifa-lang and RoEx that lie by the songs."""
    path = data.parent / "reference" / "formats" / "dawproject" / name
    if not path.is_file():
        missing = pytest.fail if os.environ.get("STEMWRIGHT_DATA_REQUIRED") else pytest.skip
        missing(f"{name} does not lie by the songs")

    project = (
        read_package(path) if path.suffix == ".dawproject" else read_project(path.read_bytes())
    )

    assert counts(project) == SAMPLES[name]
