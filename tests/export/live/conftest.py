"""A set such as Live saves, with nothing in it but what is looked at; and a small song for it."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

import numpy as np
import pytest
import soundfile

from studio.music.bundle import Marker, SongBundle, StemFile
from studio.music.notes import Note, Notes
from studio.music.stem import stem
from studio.music.take import Take
from studio.music.tempo import TempoMap, TempoStep

RATE, FRAMES = 8000, 24000
SCENES, SENDS = 2, 1


class LiveSet:
    """Writes a set; every thing that can be automated gets an id of its own."""

    def __init__(self, version: str, changes: str | None, clips: bool) -> None:
        """Of a version of Live as the root says it; ``clips`` puts one of each kind into slots."""
        self.main = "Master" if version.startswith("11.") else "Main"
        self.clips = clips
        self._last = 7
        counted = "" if changes is None else f' SchemaChangeCount="{changes}"'
        self.xml = (
            f'<Ableton MajorVersion="5" MinorVersion="{version}"{counted} Creator="Ableton Live '
            f'99" Revision="abc"><LiveSet>{{}}</LiveSet></Ableton>'
        )

    def target(self, tag: str = "AutomationTarget") -> str:
        """An element with an id that is not taken."""
        self._last += 3
        return f'<{tag} Id="{self._last}"><LockEnvelope Value="0"/></{tag}>'

    def parameter(self, tag: str, value: object) -> str:
        """Something that can be automated, mapped to a key."""
        return (
            f'<{tag}><LomId Value="12"/><KeyMidi><Channel Value="3"/></KeyMidi>'
            f'<Manual Value="{value}"/>{self.target()}'
            f'<MidiControllerRange><Min Value="0.0003"/><Max Value="1"/></MidiControllerRange>'
            f"{self.target('ModulationTarget')}</{tag}>"
        )

    def mixer(self, extra: str = "") -> str:
        """A fader at a half, sends up, sound off."""
        sends = "".join(
            f'<TrackSendHolder Id="{n}">{self.parameter("Send", 0.5)}</TrackSendHolder>'
            for n in range(SENDS)
        )
        return (
            f"<Mixer>{self.parameter('On', 'true')}{self.target('Pointee')}<Sends>{sends}</Sends>"
            f"{self.parameter('Speaker', 'false')}{self.parameter('Pan', 0.3)}"
            f"{self.parameter('Volume', 0.5)}{extra}</Mixer>"
        )

    def clip(self, kind: str) -> str:
        """One of an unknown Live, as far as it is known."""
        what = {
            "AudioClip": """<SampleRef><FileRef><RelativePathType Value="1"/><RelativePath
                Value="../x.wav"/><Path Value="/x.wav"/><Type Value="2"/><LivePackName Value=""/>
                <LivePackId Value=""/><OriginalFileSize Value="9"/><OriginalCrc Value="8"/>
                </FileRef><LastModDate Value="7"/><SourceContext><A Id="0"/></SourceContext>
                <SampleUsageHint Value="0"/><DefaultDuration Value="5"/><DefaultSampleRate
                Value="44100"/></SampleRef><PitchCoarse Value="-2"/><SampleVolume Value="0.5"/>
                <WarpMarkers><WarpMarker Id="4" SecTime="1" BeatTime="0"/></WarpMarkers>""",
            "MidiClip": """<Notes><KeyTracks><KeyTrack Id="0"><Notes><MidiNoteEvent Time="0"
                Duration="1" Velocity="9" NoteId="1"/></Notes><MidiKey Value="60"/></KeyTrack>
                </KeyTracks><PerNoteEventStore><EventLists><PerNoteEventList Id="0"/></EventLists>
                </PerNoteEventStore><NoteIdGenerator><NextId Value="2"/></NoteIdGenerator>
                </Notes>""",
        }[kind]
        return f"""<{kind} Id="0" Time="0"><LomId Value="5"/><CurrentStart Value="0"/><CurrentEnd
            Value="4"/><Loop><LoopStart Value="0"/><LoopEnd Value="4"/><StartRelative Value="1"/>
            <LoopOn Value="true"/><OutMarker Value="4"/><HiddenLoopStart Value="0"/>
            <HiddenLoopEnd Value="4"/></Loop><Name Value="mine"/><Annotation Value="a"/>
            <Color Value="1"/><TimeSignature><TimeSignatures><RemoteableTimeSignature Id="0">
            <Numerator Value="7"/><Denominator Value="8"/><Time Value="0"/>
            </RemoteableTimeSignature></TimeSignatures></TimeSignature><Envelopes><Envelopes>
            <ClipEnvelope Id="0"><EnvelopeTarget><PointeeId Value="10"/></EnvelopeTarget>
            </ClipEnvelope></Envelopes></Envelopes><TimeSelection><AnchorTime Value="2"/>
            <OtherTime Value="2"/></TimeSelection><GrooveSettings><GrooveId Value="3"/>
            </GrooveSettings><Disabled Value="true"/><IsWarped Value="true"/>
            <OfTheFuture Value="kept"/>{what}</{kind}>"""

    def sequencer(self, tag: str, kind: str, clip: str) -> str:
        """Slots and an arrangement; ``clip`` in the first slot."""
        slots = "".join(
            f'<ClipSlot Id="{n}"><ClipSlot><Value>{"" if n else clip}</Value></ClipSlot></ClipSlot>'
            for n in range(SCENES)
        )
        events = "<ArrangerAutomation><Events/></ArrangerAutomation>"
        return (
            f"<{tag}>{self.parameter('On', 'true')}<ClipSlotList>{slots}</ClipSlotList>"
            f'<MonitoringEnum Value="0"/><{kind}>{events}</{kind}>'
            f'{self.target("VolumeModulationTarget")}<Recorder><IsArmed Value="true"/></Recorder>'
            f"<MidiControllers>{self.target('ControllerTargets.0')}</MidiControllers></{tag}>"
        )

    def track(self, kind: str, number: int) -> str:
        """A track in a group, with a device and automation of it, heard through another track."""
        sound = kind == "AudioTrack"
        clip = self.clip("AudioClip" if sound else "MidiClip") if self.clips else ""
        place = "Sample" if sound else "ClipTimeable"
        device = self.parameter("Dial", 0.7)
        dial = ET.fromstring(device).find("AutomationTarget")
        assert dial is not None
        return f"""<{kind} Id="{number}"><LomId Value="9"/><Name><EffectiveName Value="mine"/>
            <UserName Value="mine"/><Annotation Value="a"/></Name><Color Value="3"/>
            <AutomationEnvelopes><Envelopes><AutomationEnvelope Id="0"><EnvelopeTarget>
            <PointeeId Value="{dial.get("Id")}"/></EnvelopeTarget></AutomationEnvelope></Envelopes>
            </AutomationEnvelopes><TrackGroupId Value="4"/><DevicesListWrapper LomId="6"/>
            <TakeLanes><TakeLanes><TakeLane Id="0"/></TakeLanes></TakeLanes><Freeze Value="true"/>
            <DeviceChain><AutomationLanes><AutomationLanes><AutomationLane Id="0"><SelectedDevice
            Value="4"/></AutomationLane><AutomationLane Id="1"/></AutomationLanes></AutomationLanes>
            {self.routings()}{self.mixer()}{self.sequencer("MainSequencer", place, clip)}
            {self.sequencer("FreezeSequencer", place, "")}<DeviceChain><Devices><Reverb Id="0">
            {device}</Reverb></Devices></DeviceChain></DeviceChain></{kind}>"""

    def routings(self) -> str:
        """In from the track 40, out to the track 41."""
        return "".join(
            f'<{kind}{way}putRouting><Target Value="{kind}{way}/Track.{number}/Post"/>'
            '<UpperDisplayString Value="x"/><LowerDisplayString Value="y"/>'
            f"</{kind}{way}putRouting>"
            for kind in ("Audio", "Midi")
            for way, number in (("In", 40), ("Out", 41))
        )

    def main_track(self) -> str:
        """With a device, a tempo that is automated and a fader that is."""
        mixer = self.mixer(self.parameter("Tempo", 120) + self.parameter("TimeSignature", 201))
        parsed = ET.fromstring(mixer)

        def envelope(number: int, path: str, event: str) -> str:
            target = parsed.find(f"{path}/AutomationTarget")
            assert target is not None
            return f"""<AutomationEnvelope Id="{number}"><EnvelopeTarget><PointeeId
                Value="{target.get("Id")}"/></EnvelopeTarget><Automation><Events>{event}</Events>
                <AutomationTransformViewState><IsTransformPending Value="false"/>
                </AutomationTransformViewState></Automation></AutomationEnvelope>"""

        first = 'Id="0" Time="-63072000"'
        envelopes = (
            envelope(0, "TimeSignature", f'<EnumEvent {first} Value="201"/>')
            + envelope(1, "Tempo", f'<FloatEvent {first} Value="120"/>')
            + envelope(2, "Volume", f'<FloatEvent {first} Value="0.1"/>')
        )
        return f"""<{self.main}Track><AutomationEnvelopes><Envelopes>{envelopes}</Envelopes>
            </AutomationEnvelopes><DeviceChain>{mixer}<DeviceChain><Devices><Limiter Id="0">
            {self.parameter("Dial", 1)}</Limiter></Devices></DeviceChain></DeviceChain>
            </{self.main}Track>"""

    def tree(self) -> Element:
        """The whole set."""
        tracks = (
            '<GroupTrack Id="4"><DeviceChain>' + self.mixer() + "</DeviceChain></GroupTrack>"
            "<!-- two of each, of which the first serves -->"
            + self.track("MidiTrack", 40)
            + self.track("AudioTrack", 41)
            + self.track("AudioTrack", 42)
            + f"""<ReturnTrack Id="2"><Name><EffectiveName Value="A-Echo"/></Name><DeviceChain>
            {self.routings()}{self.mixer()}<DeviceChain><Devices><Echo Id="0">
            {self.parameter("Dial", 1)}</Echo></Devices></DeviceChain></DeviceChain>
            </ReturnTrack>"""
        )
        scenes = "".join(f'<Scene Id="{n}"/>' for n in range(SCENES))
        sends = "".join(f'<SendPreBool Id="{n}" Value="false"/>' for n in range(SENDS))
        rest = f"""<Tracks>{tracks}</Tracks>{self.main_track()}<SendsPre>{sends}</SendsPre><Scenes>
            {scenes}</Scenes><Transport><LoopOn Value="true"/><CurrentTime Value="64"/></Transport>
            <Locators><Locators><Locator Id="3"><Time Value="8"/><Name Value="mine"/></Locator>
            </Locators></Locators><ChooserBar Value="1"/>"""
        return ET.fromstring(self.xml.format(f'<NextPointeeId Value="{self._last + 1}"/>{rest}'))


@pytest.fixture
def saved_by_live(data: Path) -> Callable[[str], Path]:
    """The path of a set that a real Live saved, of those that lie by the songs."""

    def find(name: str) -> Path:
        path = data.parent / "reference" / "formats" / "als" / name
        if not path.is_file():
            missing = pytest.fail if os.environ.get("STEMWRIGHT_DATA_REQUIRED") else pytest.skip
            missing(f"{name} does not lie by the songs")
        return path

    return find


Template = Callable[..., Path]


@pytest.fixture
def template(tmp_path: Path) -> Template:
    """Saves a set: by default one of Live 12.2 without clips; ``change`` alters it before."""

    def save(
        version: str = "12.0_12203",
        changes: str | None = "3",
        clips: bool = False,
        change: Callable[[Element], object] = lambda root: None,
    ) -> Path:
        root = LiveSet(version, changes, clips).tree()
        change(root)
        path = tmp_path / "mine.als"
        path.write_bytes(gzip.compress(ET.tostring(root)))
        return path

    return save


@pytest.fixture
def song(tmp_path: Path) -> SongBundle:
    """Three seconds, two stems and a take of each, one off the beat; three tempi, two markers."""
    source = tmp_path / "source"
    source.mkdir()
    noise = np.random.default_rng(440).standard_normal((FRAMES, 2)).astype("f4") * 0.1
    for name in ("mixture", "vocals", "drums"):
        soundfile.write(source / f"{name}.wav", noise, RATE, subtype="FLOAT")
    sung = Notes.of([Note(0.1, 60, 0.5, 90), Note(0.1, 64, 0.4, 1), Note(1.0, 60, 2.0, 0)])
    return SongBundle(
        song="Ænima & <x>",
        mixture=source / "mixture.wav",
        sample_rate=RATE,
        frames=FRAMES,
        stems=tuple(StemFile(stem(name), source / f"{name}.wav") for name in ("vocals", "drums")),
        takes=(
            Take("vocals", "fundamental", "vocals", sung),
            Take("drums", "drums", "drums", Notes.of([Note(0.0, 36, 0.2, 127)])),
        ),
        tempo=TempoMap(
            (TempoStep(0.0, 117.3), TempoStep(1.9, 131.0), TempoStep(4.0, 80.0)), beats_per_bar=3
        ),
        markers=(Marker(0.0, "Intro"), Marker(1.25, "Chorus")),
    )
