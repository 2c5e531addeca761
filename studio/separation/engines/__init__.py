"""The table of separation engines: a new one is one file here and one line below."""

from studio.separation.contract import ENGINES

ENGINES.add(
    "classical",
    "Classical (no weights)",
    "studio.separation.engines.classical:ClassicalEngine",
)
ENGINES.add(
    "stems",
    "Our own network (ships with the program)",
    "studio.separation.engines.stems:StemsEngine",
)
ENGINES.add(
    "htdemucs",
    "Hybrid Transformer Demucs",
    "studio.separation.engines.htdemucs:HTDemucsEngine",
)

__all__ = ["ENGINES"]
