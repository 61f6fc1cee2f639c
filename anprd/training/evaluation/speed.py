"""How much CPU time a network takes and what it weighs, INT8 and FP32 in turns.

Time of the processor, not of the wall: beside other work on the same cores a call is interrupted, and costs no more.
"""

import statistics
import time
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from anprd.vision import weights
from anprd.vision.inference import Network, full_precision
from anprd.vision.reader import INPUT_HEIGHT_PX, INPUT_WIDTH_PX
from anprd.vision.straighten import CROP_HEIGHT_PX, CROP_WIDTH_PX

ROUNDS = 60
INT8, FP32 = "int8", "fp32"
SHAPES = {
    "detector": (1, 384, 640, 3),  # a frame of 16:9 at the size of video
    "corners": (1, 1, CROP_HEIGHT_PX, CROP_WIDTH_PX),
    "reader": (1, 1, INPUT_HEIGHT_PX, INPUT_WIDTH_PX),
}

Figures = dict[str, dict[str, dict[str, float]]]
"""By network, by kind of arithmetic: `ms` of CPU, the median of one call on one thread, and `mb`, its files' size."""


def measure(folders: Mapping[str, Path]) -> Figures:
    """Time and size of every network of each weights folder.

    Args:
        folders: by the name of their arithmetic, `INT8` or `FP32`.

    Raises:
        ConfigError: a network is missing or cannot be loaded.
    """
    figures: Figures = {}
    loaded = {name: weights.load(folder) for name, folder in folders.items()}
    for network, shape in SHAPES.items():
        files = {name: weights.require(entries, network).file for name, entries in loaded.items()}
        spans_ms = _spans_ms({name: _loaded(name, file, shape) for name, file in files.items()}, shape)
        figures[network] = {name: {"ms": spans_ms[name], "mb": _megabytes(file)} for name, file in files.items()}
    return figures


def _loaded(name: str, file: Path, shape: tuple[int, ...]) -> Network:
    with full_precision() if name == FP32 else nullcontext():
        return Network(file, input_shape=shape)


def _spans_ms(networks: Mapping[str, Network], shape: tuple[int, ...]) -> dict[str, float]:
    batch: NDArray[np.uint8] = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    spans_s: dict[str, list[float]] = {name: [] for name in networks}
    for _ in range(ROUNDS):
        for name, network in networks.items():
            began_s = time.process_time()
            network(batch)
            spans_s[name].append(time.process_time() - began_s)
    return {name: round(1000 * statistics.median(spans), 3) for name, spans in spans_s.items()}


def _megabytes(file: Path) -> float:
    return round(sum(part.stat().st_size for part in (file, file.with_suffix(".bin"))) / 1e6, 2)
