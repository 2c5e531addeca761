"""The table of export targets: a new one is one file here and one line below."""

from studio.export.contract import TARGETS

TARGETS.add("stems", "Stems", "studio.export.stems:StemsTarget")
TARGETS.add("midi", "MIDI files", "studio.export.midi:MidiTarget")
TARGETS.add("dawproject", "DAWproject", "studio.export.dawproject.target:DawProjectTarget")
TARGETS.add("reaper", "Reaper", "studio.export.reaper:ReaperTarget")
TARGETS.add("live", "Ableton Live", "studio.export.live.target:LiveTarget")

__all__ = ["TARGETS"]
