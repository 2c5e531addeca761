"""The command line: one command a file, listed in ``main``. Light: heavy work is the worker's."""
