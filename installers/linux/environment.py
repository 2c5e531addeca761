"""Run before the program: what it starts (file manager, nvidia-smi) gets the user's libraries.

The loader has read LD_LIBRARY_PATH by now, so our own are still found. The worker, which is this
executable again, must set it anew: hence the second line.
"""

import os

os.environ.pop("LD_LIBRARY_PATH", None)
os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"
if "LD_LIBRARY_PATH_ORIG" in os.environ:
    os.environ["LD_LIBRARY_PATH"] = os.environ.pop("LD_LIBRARY_PATH_ORIG")
