"""torch's compiler, which is not used here, and the folder that it leaves behind all the same."""

import importlib
import os

from anprd import scratch

FOLDER = "TORCHINDUCTOR_CACHE_DIR"


def load() -> None:
    """Load it without a trace on the disk, before the first optimiser does, or torchvision, which ultralytics merges
    boxes with.

    It makes a folder for what it compiles as soon as it is loaded, and nobody removes that (torch 2.14,
    torch/_dynamo/package.py). Nothing is compiled, so the folder goes at once. One that whoever called names by
    `TORCHINDUCTOR_CACHE_DIR` is theirs.
    """
    if FOLDER in os.environ:
        return
    with scratch.folder() as folder:
        os.environ[FOLDER] = str(folder)
        try:
            importlib.import_module("torch._dynamo")
        finally:
            del os.environ[FOLDER]
