"""Labelled scenes become a folder that ultralytics can train on.

Pictures are copied at the size the network sees: a loader that opens a 3-megapixel JPEG to train at 416 pixels spends
more time in the decoder than the network spends learning (two cores, docs/measured.md#training).
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2

from anprd.errors import ConfigError
from anprd.records import Box
from anprd.training import index
from anprd.training.index import TRAIN, VAL

JPEG_QUALITY = 95
PICTURE_ENDINGS: tuple[str, ...] = (".jpg", ".jpeg", ".png", ".webp")
EDGE_RATIO_MAX = 0.01  # how far outside the picture rounding may put the edge of a box


class Scene(NamedTuple):
    """One labelled picture: the file, its YOLO label file and the part of the data it belongs to."""

    picture: Path
    label: Path
    split: str


def prepare(data: Path, work: Path, *, side_px: int, splits: Sequence[str] = (TRAIN, VAL)) -> Path:
    """Copy `data` into `work`, no picture longer than `side_px`, and write the `data.yaml` that names it.

    Args:
        data: a folder with `images/`, `labels/` (YOLO text, one class) and `index.csv` (`image`, and `split` or a tenth
            is held back).
        work: where the copies go; pictures already there are kept, so a second call is quick.
        side_px: the longest side of a copy, in pixels.
        splits: the parts of the data that are wanted; the first is what `data.yaml` calls `train`, the last `val`.

    Returns:
        The path of `data.yaml`.

    Raises:
        ConfigError: the folder or its index is missing, a label is wrong, or a split has no picture or no plate.
    """
    counts = dict.fromkeys(splits, 0)
    plates = dict.fromkeys(splits, 0)
    for scene in (scene for scene in scenes(data) if scene.split in splits):
        counts[scene.split] += 1
        plates[scene.split] += _copy(scene, work, side_px)
    missing = [split for split in splits if not counts[split]]
    if missing:
        raise ConfigError(f"{data}: index.csv has no picture of the split {' and '.join(missing)}, which is needed")
    bare = [split for split in splits if not plates[split]]
    if bare:
        raise ConfigError(
            f"{data}: no plate is labelled in the pictures of the split {' and '.join(bare)}; see labels/"
        )
    description = work / "data.yaml"
    train, val = splits[0], splits[-1]
    description.write_text(f"path: {work.resolve()}\ntrain: images/{train}\nval: images/{val}\nnames: {{0: plate}}\n")
    return description


def scenes(data: Path) -> Iterator[Scene]:
    """Every scene of both splits that `index.csv` lists.

    Raises:
        ConfigError: `index.csv` is missing or lacks a column, or a picture is not there.
    """
    for row in index.read(data, needs=("image",), group="image"):
        if row["split"] in {TRAIN, VAL}:
            label = data / "labels" / f"{Path(row['image']).stem}.txt"
            yield Scene(_picture(data / "images", row["image"]), label, row["split"])


def boxes(label: Path, width: int, height: int) -> list[Box]:
    """The boxes of a YOLO label file, in pixels of a picture of that size; none where there is no file.

    Raises:
        ConfigError: a line is not `0 x y width height`, or its box lies outside the picture.
    """
    lines = label.read_text().splitlines() if label.is_file() else []
    return [_box(label, line, width, height) for line in lines if line.strip()]


def _box(label: Path, line: str, width: int, height: int) -> Box:
    try:
        kind, x, y, w, h = (float(value) for value in line.split())
    except ValueError as error:
        raise ConfigError(f"{label}: '{line}' is not 'class x y width height'") from error
    if kind != 0:
        raise ConfigError(f"{label}: '{line}' is of class {kind:g}; there is one class, 0, the plate")
    box = Box(x - w / 2, y - h / 2, x + w / 2, y + h / 2)
    inside = min(box.x1, box.y1) >= -EDGE_RATIO_MAX and max(box.x2, box.y2) <= 1 + EDGE_RATIO_MAX
    if not (inside and w > 0 and h > 0):
        raise ConfigError(f"{label}: '{line}' is no box in the picture; x y width height are shares of it, 0 to 1")
    return Box(box.x1 * width, box.y1 * height, box.x2 * width, box.y2 * height)


def _picture(folder: Path, name: str) -> Path:
    """The picture called `name`, with or without its ending."""
    candidates = [folder / name, *(folder / f"{name}{ending}" for ending in PICTURE_ENDINGS)]
    found = next((path for path in candidates if path.is_file()), None)
    if found is None:
        raise ConfigError(f"{folder / name}: is not there; index.csv lists it")
    return found


def _copy(scene: Scene, work: Path, side_px: int) -> int:
    """Copy a scene, unless it is there already; returns how many plates are labelled in it."""
    plates = len(boxes(scene.label, 1, 1))
    target = work / "images" / scene.split / f"{scene.picture.stem}.jpg"
    if target.exists():
        return plates
    image = cv2.imread(str(scene.picture))
    if image is None:
        raise ConfigError(f"{scene.picture}: is no picture")
    scale = side_px / max(image.shape[:2])
    if scale < 1:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    label = work / "labels" / scene.split / f"{scene.picture.stem}.txt"
    target.parent.mkdir(parents=True, exist_ok=True)
    label.parent.mkdir(parents=True, exist_ok=True)
    label.write_text(scene.label.read_text() if scene.label.exists() else "")
    cv2.imwrite(str(target), image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return plates
