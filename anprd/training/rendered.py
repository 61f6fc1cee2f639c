"""A store of rendered plates, made once and read by every training: grey crops with text and true corners.

Rendering takes as long as a training step; a store of some ten thousand, damaged anew each time one is drawn, teaches
as much as rendering for every step.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from anprd.records import Bgr
from anprd.training import swap
from anprd.training.reader_data import LabelledCrop, shrink
from anprd.training.render import degrade, typeface
from anprd.training.render.degrade import CropSample

SHARD_COUNT = 2000


def prepare(folder: Path, *, count: int, fonts: Path | None, backgrounds: Sequence[Bgr] = (), seed: int = 1) -> None:
    """Fill `folder` with shards of rendered crops until it holds `count`; whole shards that are there are kept.

    Args:
        folder: where the shards lie; made if it is missing.
        count: crops in all; a store of fewer is the beginning of one of more.
        fonts: a folder of plate typefaces; None renders in the project's own alone.
        backgrounds: photos that the plates' surroundings are cut from.
        seed: another seed is another store.
    """
    folder.mkdir(parents=True, exist_ok=True)
    typefaces = typeface.load_all(fonts)
    for shard, first in enumerate(range(0, count, SHARD_COUNT)):
        target = folder / f"{seed:03d}-{shard:04d}.npz"
        wanted = min(SHARD_COUNT, count - first)
        if _held(target) < wanted:
            rng = np.random.default_rng((seed, shard))
            samples = (degrade.sample(rng, typefaces, backgrounds=backgrounds) for _ in range(wanted))
            _save(target, [_crop(sample) for sample in samples])


def _held(shard: Path) -> int:
    """How many crops lie in a shard; none where there is no such file."""
    if not shard.exists():
        return 0
    with np.load(shard, allow_pickle=False) as arrays:
        return len(arrays["rows"])


def _crop(sample: CropSample) -> LabelledCrop:
    grey = np.asarray(cv2.cvtColor(sample.image, cv2.COLOR_BGR2GRAY), np.uint8)
    small = shrink(grey)
    corners = np.asarray(sample.corners, np.float32) * (small.shape[1] / grey.shape[1])
    return LabelledCrop(small, sample.text, sample.country, sample.rows, corners)


def _save(target: Path, crops: list[LabelledCrop]) -> None:
    def write(path: Path) -> None:
        np.savez(
            path,
            pixels=np.concatenate([crop.image.ravel() for crop in crops]),
            shapes=np.array([crop.image.shape for crop in crops]),
            texts=np.array([crop.text for crop in crops]),
            countries=np.array([crop.country for crop in crops]),
            rows=np.array([crop.rows for crop in crops]),
            corners=np.array([crop.corners for crop in crops]),
        )

    swap.save(target, write)


def load(folder: Path) -> list[LabelledCrop]:
    """Every crop of the store."""
    crops: list[LabelledCrop] = []
    for path in sorted(folder.glob("*.npz")):
        with np.load(path, allow_pickle=False) as shard:
            shapes = shard["shapes"]
            ends = np.cumsum(shapes.prod(axis=1))
            pixels = np.split(shard["pixels"], ends[:-1])
            fields = zip(
                pixels, shapes, shard["texts"], shard["countries"], shard["rows"], shard["corners"], strict=True
            )
            crops.extend(
                LabelledCrop(flat.reshape(shape), str(text), str(country), int(rows), corners)
                for flat, shape, text, country, rows, corners in fields
            )
    return crops
