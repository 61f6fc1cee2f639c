"""Labelled scenes become a folder that ultralytics can train on.

Pictures are copied at the size the network sees: a loader that opens a 3-megapixel JPEG to train at 416 pixels spends
more time in the decoder than the network spends learning (two cores, docs/measured.md#training).
"""

import functools
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from anprd.errors import ConfigError
from anprd.records import Box
from anprd.training import index, pictures, swap
from anprd.training.index import TRAIN, VAL

JPEG_QUALITY = 95
RENDERED = "rendered-"  # how the names of pictures begin that were made here (`detector_scenes`)
EDGE_RATIO_MAX = 0.01  # how far outside the picture rounding may put the edge of a box


class Scene(NamedTuple):
    """One labelled picture: its name, the file, its YOLO label file and the part of the data it belongs to."""

    name: str
    picture: Path
    label: Path
    split: str


def prepare(data: Path, work: Path, *, side_px: int, splits: Sequence[str] = (TRAIN, VAL)) -> Path:
    """Copy `data` into `work`, no picture longer than `side_px`, and write the `data.yaml` that names it.

    What is there already is kept, so a second call is quick; what the index does not list any more, or lists in another
    split, goes, and with it every scene that was made of such photos.

    Args:
        data: a folder with `images/`, `labels/` (YOLO text, one class) and, if there is one, `index.csv`
            (`index.scenes`).
        work: where the copies go.
        side_px: the longest side of a copy, in pixels.
        splits: the parts of the data that are wanted; the first is what `data.yaml` calls `train`, the last `val`.

    Returns:
        The path of `data.yaml`.

    Raises:
        ConfigError: the folder is missing or its index wrong, a label is, a split has no picture or no plate, or a
            picture is called as rendered scenes are.
    """
    wanted = [scene for scene in scenes(data) if scene.split in splits]
    taken = next((scene.picture for scene in wanted if scene.name.startswith(RENDERED)), None)
    if taken is not None:
        raise ConfigError(f"{taken}: names that begin with '{RENDERED}' are those of rendered scenes; give it another")
    _remove_stale(work, wanted)
    counts = dict.fromkeys(splits, 0)
    plates = dict.fromkeys(splits, 0)
    for scene in wanted:
        counts[scene.split] += 1
        plates[scene.split] += _copy(scene, work, side_px)
    missing = [split for split in splits if not counts[split]]
    if missing:
        raise ConfigError(f"{index.place(data)}: {no_picture(*missing)}, which is needed")
    bare = [split for split in splits if not plates[split]]
    if bare:
        raise ConfigError(f"{data}: {no_plate(*bare)}")
    description = work / "data.yaml"
    train, val = splits[0], splits[-1]
    place = json.dumps(str(work.resolve()), ensure_ascii=False)  # JSON is YAML
    description.write_text(
        f"path: {place}\ntrain: images/{train}\nval: images/{val}\nnames: {{0: plate}}\n", encoding="utf-8"
    )
    return description


def scenes(data: Path) -> list[Scene]:
    """Every scene of both splits (`index.scenes`); how many have no label file is said on standard error.

    A label file is found however its name is written, in capitals or not.

    Raises:
        ConfigError: as `index.scenes`; a picture is not there, or two have one label file.
    """
    found: dict[str, Scene] = {}
    labels = _labels(data / "labels")
    taken: set[Path] = set()
    for row in index.scenes(data):
        if row["split"] not in {TRAIN, VAL}:
            continue
        picture = pictures.find(data / index.IMAGES, row["image"])
        called = picture.relative_to(data / index.IMAGES).with_suffix(".txt")
        exact = data / "labels" / called
        label = exact if exact.is_file() else labels.get(str(called).lower(), exact)
        name = "--".join(called.with_suffix("").parts)
        if name in found or label in taken:
            raise ConfigError(
                f"{index.place(data)}: {row['image']} is listed twice, or another has the same label file"
            )
        found[name] = Scene(name, picture, label, row["split"])
        taken.add(label)
    missing = sum(not label.is_file() for label in taken)
    if missing:
        counted = f"{missing} of {len(taken)} pictures have no file in labels/"
        _say_once(f"{data}: {counted}; they count as pictures without a plate")
    return list(found.values())


def no_picture(*splits: str) -> str:
    """What is said of an index or a folder without pictures of these splits."""
    return f"has no picture of the split {' and '.join(splits)}"


def no_plate(*splits: str) -> str:
    """What is said of a folder where the pictures of these splits show no plate."""
    return (
        f"no plate is labelled in the pictures of the split {' and '.join(splits)}; see labels/, and what says the "
        "split: index.csv, or folders in images/"
    )


def train_pictures(data: Path, *, count: int) -> list[Path]:
    """At most `count` pictures to learn from, evenly from all over the folder. Raises ConfigError as `scenes` does."""
    found = [scene.picture for scene in scenes(data) if scene.split == TRAIN]
    return [found[place * len(found) // count] for place in range(count)] if len(found) > count else found


def boxes(label: Path, width: int, height: int) -> list[Box]:
    """The boxes of a YOLO label file, in pixels of a picture of that size; none where there is no file.

    Raises:
        ConfigError: a line is not `0 x y width height`, or its box lies outside the picture.
    """
    lines = _text(label).splitlines()
    return [_box(label, line, width, height) for line in lines if line.strip()]


def _labels(folder: Path) -> dict[str, Path]:
    """Every file under the folder, by its name in small letters: `1.TXT` is a label too."""
    return {str(path.relative_to(folder)).lower(): path for path in sorted(folder.rglob("*")) if path.is_file()}


@functools.cache
def _say_once(sentence: str) -> None:
    """On standard error, once a process: an evaluation looks through the same folder four times."""
    print(sentence, file=sys.stderr)


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


def _text(label: Path) -> str:
    try:
        return label.read_text(encoding="utf-8-sig") if label.is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{label}: cannot be read as text ({error})") from error


def _copy(scene: Scene, work: Path, side_px: int) -> int:
    """Copy a scene, its picture only where it is not there already; returns how many plates are labelled in it."""
    plates = len(boxes(scene.label, 1, 1))
    target = _target(work, scene)
    label = _label_of(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    label.parent.mkdir(parents=True, exist_ok=True)
    label.write_text(_text(scene.label), encoding="utf-8")
    if target.exists():
        return plates
    image = pictures.colour(scene.picture)
    scale = side_px / max(image.shape[:2])
    if scale < 1:
        image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    _, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])

    def write(path: Path) -> None:
        path.write_bytes(packed.tobytes())
        os.utime(path, ns=(_changed_ns(scene.picture),) * 2)  # the copy is of the picture as it was then

    swap.save(target, write)
    return plates


def _remove_stale(work: Path, wanted: Sequence[Scene]) -> None:
    """Remove copies of what is not wanted any more or has changed, and all that was made of copies then."""
    sources = {_target(work, scene): scene.picture for scene in wanted}
    copies = set((work / "images").glob("*/*.jpg"))
    rendered = {copy for copy in copies if copy.name.startswith(RENDERED)}
    photos = copies - rendered
    stale = {photo for photo in photos if photo not in sources or _changed_ns(photo) != _changed_ns(sources[photo])}
    for copy in stale | rendered if stale else ():
        copy.unlink()
        _label_of(copy).unlink(missing_ok=True)
    for cache in (work / "labels").glob("*.cache"):  # ultralytics' own: it knows files by their sizes
        cache.unlink()


def _target(work: Path, scene: Scene) -> Path:
    return work / "images" / scene.split / f"{scene.name}.jpg"


def _label_of(copy: Path) -> Path:
    return copy.parents[2] / "labels" / copy.parent.name / f"{copy.stem}.txt"


def _changed_ns(file: Path) -> int:
    return file.stat().st_mtime_ns
