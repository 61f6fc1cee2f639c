"""The networks, compiled once by the fork server for all workers: what it has in memory they share, page by page.

Compiled by itself a worker holds 60 MiB of networks and needs half a second of CPU for them, all workers at once when
the daemon starts; forked it writes to a sixth of that, and looks at its first frame at once (docs/measured.md#memory).
A forked process has none of OpenVINO's threads: it needs none, as it runs on one thread (`vision.inference`).
"""

import functools
from pathlib import Path

import cv2

from anprd.errors import ConfigError
from anprd.observe import logs
from anprd.records import Bgr, Detection, Sighting
from anprd.vision import weights
from anprd.vision.letterbox import Size
from anprd.vision.plates import Vision
from anprd.worker import kernel

_FRAME = (1080, 1920)  # nearly every camera's aspect; the detector's input follows that, not the size

_Stamp = tuple[tuple[str, int, int], ...]
_prepared: dict[Path | None, Vision] = {}


def prepare(folder: Path | None) -> None:
    """Compile the networks and use them once, so that all that the first use makes is there to be shared.

    Where they cannot be used nothing is: each worker finds out by itself, and says why.
    """
    cv2.setNumThreads(1)  # its threads would not be there after a fork, and whoever waits for them hangs
    try:
        vision = _prepared[folder] = _shared(folder, _stamp(folder))
        vision.use_once(_FRAME)
        vision.give_back_memory()
    except ConfigError:
        _shared.cache_clear()
        _prepared.clear()
    kernel.give_back_memory()


def load(folder: Path | None) -> Vision:
    """The networks that the fork server has prepared, or, where it has others or the files have changed, our own.

    Files that have become unusable, or are away for a moment, end no camera that worked with them: it goes on with
    those that the fork server has read in time.

    Raises:
        ConfigError: they cannot be used, and never could.
    """
    try:
        return _shared(folder, _stamp(folder))
    except ConfigError as error:
        if folder not in _prepared:
            raise
        logs.get().warning("weights_unusable", error=str(error), used="those of the daemon's start")
        return _prepared[folder]


class Eyes:
    """A worker's networks, with what a look takes kept at hand for the next until it is given back.

    Not in the first looks, at what may stand there: with many cameras nothing moves for long after them, and what was
    kept in the heap once leaves holes in it.
    """

    def __init__(self, vision: Vision) -> None:
        self._vision = vision
        self._given_back = False

    def detect(self, frame: Bgr, *, confidence_min: float, input_size: Size | None) -> list[Detection]:
        """As `Vision.detect`."""
        if self._given_back:
            self._given_back = False
            kernel.keep_freed_memory()
        return self._vision.detect(frame, confidence_min=confidence_min, input_size=input_size)

    def read(self, image: Bgr, detection: Detection) -> Sighting:
        """As `Vision.read`."""
        return self._vision.read(image, detection)

    def give_back_memory(self) -> None:
        """Return to the kernel what an idle worker does not need, in its networks and in the rest of its heap."""
        self._given_back = True
        self._vision.give_back_memory()
        kernel.give_back_memory()


@functools.lru_cache(maxsize=1)
def _shared(folder: Path | None, _stamp: _Stamp) -> Vision:
    return Vision.load(folder)


def _stamp(folder: Path | None) -> _Stamp:
    """What changes when a file does. Their contents are checked when they are loaded."""
    try:
        files = sorted((folder or weights.default_folder()).iterdir())
        found = [(file.name, file.stat()) for file in files]
    except OSError:
        return ()  # loading says what is wrong
    return tuple((name, state.st_mtime_ns, state.st_size) for name, state in found)
