"""Where things live: the user's folders, and what ships beside the code.

``STEMWRIGHT_HOME`` moves all user folders below one folder, which is how tests and portable
installs stay apart from a user's own.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_APP = "stemwright"


def _folder(kind: str, default: str) -> Path:
    home = os.environ.get("STEMWRIGHT_HOME")
    return Path(home) / kind if home else Path(default)


def config_folder() -> Path:
    """The folder of ``settings.toml``. May not exist yet."""
    return _folder("config", platformdirs.user_config_dir(_APP, appauthor=False))


def data_folder() -> Path:
    """The folder of models the user added. May not exist yet."""
    return _folder("data", platformdirs.user_data_dir(_APP, appauthor=False))


def cache_folder() -> Path:
    """The folder of what can be made again, such as measured speeds. May not exist yet."""
    return _folder("cache", platformdirs.user_cache_dir(_APP, appauthor=False))


def log_folder() -> Path:
    """The folder of the log, where the traceback of a bug goes. May not exist yet."""
    return _folder("log", platformdirs.user_log_dir(_APP, appauthor=False))


def songs_folder() -> Path:
    """Where the window keeps songs, unless the user chose a folder. May not exist yet."""
    return _folder("songs", str(Path(platformdirs.user_music_dir()) / "Stemwright"))


def resource(*parts: str) -> Path:
    """A file or folder that ships with the program, in a wheel as in a checkout.

    In a wheel ``resources/`` lies inside the package, in a checkout beside it.
    """
    package = Path(__file__).resolve().parent
    inside = package / "resources"
    root = inside if inside.is_dir() else package.parent / "resources"
    return root.joinpath(*parts)
