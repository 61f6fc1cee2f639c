"""Labelled scenes become a folder that ultralytics can train on.

Pictures are copied at the size the network sees: a loader that opens a 3-megapixel JPEG to train at 416 pixels spends
more time in the decoder than the network spends learning (two cores, docs/measured.md#training).
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2

from anprd.errors import ConfigError
from anprd.records import Box

JPEG_QUALITY = 95
PICTURE_ENDINGS: tuple[str, ...] = (".jpg", ".jpeg", ".png", ".webp")


class Scene(NamedTuple):
    """One labelled picture: the file, its YOLO label file and the part of the data it belongs to."""

    picture: Path
    label: Path
    split: str


def prepare(data: Path, work: Path, *, side_px: int) -> Path:
    """Copy `data` into `work`, no picture longer than `side_px`, and write the `data.yaml` that names it.

    Args:
        data: a folder with `images/`, `labels/` (YOLO text, one class) and `index.csv` (columns `image`, `split`).
        work: where the copies go; pictures already there are kept, so a second call is quick.
        side_px: the longest side of a copy, in pixels.

    Returns:
        The path of `data.yaml`.

    Raises:
        ConfigError: the folder or its index is missing, or no picture of a split is there.
    """
    counts = {"train": 0, "val": 0}
    for scene in scenes(data):
        _copy(scene, work, side_px)
        counts[scene.split] += 1
    missing = [split for split, count in counts.items() if count == 0]
    if missing:
        raise ConfigError(f"{data}: no {' and no '.join(missing)} picture in index.csv; both splits are needed")
    description = work / "data.yaml"
    description.write_text(f"path: {work.resolve()}\ntrain: images/train\nval: images/val\nnames: {{0: plate}}\n")
    return description


def scenes(data: Path) -> Iterator[Scene]:
    """Every scene that `index.csv` lists and that has a picture.

    Raises:
        ConfigError: `index.csv` is missing or lacks a column.
    """
    index = data / "index.csv"
    try:
        with index.open(newline="", encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
    except OSError as error:
        raise ConfigError(f"{index}: cannot be read ({error.strerror}); the folder needs an index.csv") from error
    if rows and not {"image", "split"} <= rows[0].keys():
        raise ConfigError(f"{index}: needs the columns 'image' and 'split'")
    for row in rows:
        picture = _picture(data / "images", row["image"])
        if picture is not None and row["split"] in {"train", "val"}:
            yield Scene(picture, data / "labels" / f"{Path(row['image']).stem}.txt", row["split"])


def boxes(label: Path, width: int, height: int) -> list[Box]:
    """The boxes of a YOLO label file, in pixels of a picture of that size; none where there is no file.

    Raises:
        ConfigError: a line is not `class x y w h`.
    """
    lines = label.read_text().splitlines() if label.is_file() else []
    return [_box(label, line, width, height) for line in lines if line.strip()]


def _box(label: Path, line: str, width: int, height: int) -> Box:
    try:
        x, y, w, h = (float(value) for value in line.split()[1:5])
    except ValueError as error:
        raise ConfigError(f"{label}: '{line}' is not 'class x y width height'") from error
    return Box((x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height)


def _picture(folder: Path, name: str) -> Path | None:
    """The picture called `name`, with or without its ending."""
    candidates = [folder / name, *(folder / f"{name}{ending}" for ending in PICTURE_ENDINGS)]
    return next((path for path in candidates if path.is_file()), None)


def _copy(scene: Scene, work: Path, side_px: int) -> None:
    target = work / "images" / scene.split / f"{scene.picture.stem}.jpg"
    if target.exists():
        return
    image = cv2.imread(str(scene.picture))
    if image is None:
        return
    scale = side_px / max(image.shape[:2])
    if scale < 1:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    label = work / "labels" / scene.split / f"{scene.picture.stem}.txt"
    target.parent.mkdir(parents=True, exist_ok=True)
    label.parent.mkdir(parents=True, exist_ok=True)
    label.write_text(scene.label.read_text() if scene.label.exists() else "")
    cv2.imwrite(str(target), image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
