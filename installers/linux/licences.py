"""The licence texts of everything in the bundle, as rows for it: below ``licences/``.

Of Python packages as their makers ship them, of the system's libraries as Debian ships them.
"""

from __future__ import annotations

import subprocess
import sysconfig
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from installers.frozen import Row, distributions

_WORDS = ("licen", "copying", "notice", "authors")


def rows(analysis: Any) -> list[Row]:
    """A row a text, for what ``analysis`` (a PyInstaller Analysis) collected."""
    modules = [row[0] for row in analysis.pure]
    modules += [row[0].replace("/", ".") for row in analysis.binaries]
    names = distributions(modules)
    sources = [Path(row[1]).resolve() for row in analysis.binaries]
    return [*_python(), *(row for name in names for row in _package(name)), *_system(sources)]


def _python() -> list[Row]:
    text = Path(sysconfig.get_path("stdlib")) / "LICENSE.txt"
    return [("licences/python/LICENSE.txt", str(text), "DATA")]


def _package(name: str) -> list[Row]:
    """What a distribution ships as its licence, below its own name."""
    found = distribution(name)
    texts = [
        file
        for file in found.files or ()
        if ".dist-info" in file.parts[0] and any(word in str(file).lower() for word in _WORDS)
    ]
    return [
        (f"licences/{name}/{Path(*text.parts[1:])}", str(found.locate_file(text)), "DATA")
        for text in texts
    ]


def _system(sources: list[Path]) -> list[Row]:
    """Debian's copyright files of the packages that own ``sources``."""
    # By name: what lies in /usr/lib may be known to dpkg as of /lib.
    system = [f"*/{source.name}" for source in sources if source.is_relative_to("/usr/lib")]
    asked = subprocess.run(["/usr/bin/dpkg", "-S", *system], stdout=subprocess.PIPE, check=True)
    owners = {line.partition(":")[0] for line in asked.stdout.decode().splitlines()}
    return [
        (f"licences/debian/{owner}.txt", f"/usr/share/doc/{owner}/copyright", "DATA")
        for owner in sorted(owners)
    ]
