"""What a frozen Stemwright is made of, the same on every system: read by each system's spec.

A freezer finds modules by their import statements. What this program loads by name stands in
tables, so the names are read from the tables: a new engine, task or command needs no line here.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from studio.cli.main import COMMANDS  # noqa: E402
from studio.export.targets import TARGETS  # noqa: E402
from studio.pipeline import TASKS  # noqa: E402
from studio.scoring.measures import MEASURES  # noqa: E402
from studio.separation.engines import ENGINES  # noqa: E402
from studio.transcription.engines import DETECTORS  # noqa: E402

# Loaded by our dependencies by name, or from compiled code, where a freezer cannot see it.
_BY_NAME = ("_cffi_backend", "studio.lab.command")  # by miniaudio and soundfile; by cli.lab

# Packages that what we need asks for, and what we do never loads: parts of torch's compiler, and
# what demucs loads and writes files with. `check.sh` and a separation by htdemucs try it.
_NEVER_LOADED = (
    *("sympy", "mpmath", "networkx", "jinja2", "fsspec", "setuptools", "torch._inductor"),
    *("torch.utils.tensorboard", "torch.utils.cpp_extension", "torch.utils.benchmark"),
    *("huggingface_hub", "lameenc", "sphn", "yaml", "PIL._avif", "tkinter"),
    *("PySide6.QtNetwork", "PySide6.QtDBus"),
)

# Modules of torch that read their own source when they are loaded.
SOURCES = (
    *("torch._dynamo.config", "torch._export.config", "torch._functorch.config"),
    *("torch.compiler.config", "torch.distributed.config", "torch.fx.experimental._config"),
    "torch.utils.serialization.config",
)

# Places in the bundle of files that only building and testing a package need. Of torch/bin one
# program stays: without torch_shm_manager torch does not import.
_UNUSED = (
    *("torch/test/", "torch/include/", "torch/share/", "torch/bin/", "torch/_inductor/"),
    *("torch/lib/libtorchbind_test", "torch/lib/libjitbackend_test"),
    *("torch/lib/libbackend_with_compiler", "torch/lib/libaoti_custom_ops"),
    *("matplotlib/mpl-data/sample_data/", "matplotlib/mpl-data/images/"),
    *("matplotlib/mpl-data/plot_directive/", "matplotlib/mpl-data/kpsewhich.lua"),
    # Where a package lay on the machine that built this.
    *("stemwright-*.dist-info/direct_url.json", "stemwright-*.dist-info/RECORD"),
)
_USED = ("torch/bin/torch_shm_manager",)

Row = tuple[str, str, str]  # place in the bundle, file it comes from, kind


def hidden_imports() -> list[str]:
    """Modules that the program loads by name: the tables' own entries, and their like."""
    tables = (ENGINES, DETECTORS, MEASURES, TARGETS)
    ours = [entry.target for table in tables for entry in table if entry.package == "stemwright"]
    commands = [command.module for command in COMMANDS.values()]
    named = [*ours, *commands, *TASKS.values(), *_BY_NAME]
    return sorted({name.partition(":")[0] for name in named})


def excluded() -> list[str]:
    """Modules to leave out: what is never loaded, and every package that nobody asks for.

    The latter are in the environment for other reasons, such as tests, and libraries that would
    use them if they are there would bring them along.
    """
    asked = {"stemwright", *_asked_for(needed())}
    strangers = [
        module
        for module, owners in packages_distributions().items()
        if asked.isdisjoint(canonicalize_name(owner) for owner in owners)
    ]
    return sorted({*_NEVER_LOADED, *strangers})


def _asked_for(names: Iterable[str]) -> set[str]:
    """The distributions, those they require, and so on."""
    found: set[str] = set()
    queue = list(names)
    while queue:
        name = canonicalize_name(queue.pop())
        if name not in found:
            found.add(name)
            with suppress(PackageNotFoundError):  # it is for another system
                queue += _names(requires(name) or ())
    return found


def needed() -> list[str]:
    """The distributions that Stemwright requires, whose versions `stemwright doctor` reads."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return _names(declared["project"]["dependencies"])


def _names(requirements: Iterable[str]) -> list[str]:
    """Those that hold here, without extras."""
    found = [Requirement(line) for line in requirements]
    return [need.name for need in found if not need.marker or need.marker.evaluate({"extra": ""})]


def worth_shipping(rows: Iterable[Row]) -> list[Row]:
    """The rows without what is never used."""
    return [row for row in rows if row[0].startswith(_USED) or not _is_unused(row[0])]


def whole(rows: Iterable[Row], places: Iterable[str]) -> list[Row]:
    """The rows without links to what is not among ``places``."""
    there = set(places)
    return [row for row in rows if row[2] != "SYMLINK" or _target(row) in there]


def _target(row: Row) -> str:
    return str(Path(row[0]).parent / row[1])


def _is_unused(place: str) -> bool:
    path = Path(place)
    return any(
        path.match(unused) if "*" in unused else place.startswith(unused) for unused in _UNUSED
    )


def distributions(modules: Iterable[str]) -> list[str]:
    """The distributions that ``modules`` come from, whose licences go into the bundle."""
    tops = {module.partition(".")[0] for module in modules}
    owners = packages_distributions()
    return sorted({name for top in tops for name in owners.get(top, ())})
