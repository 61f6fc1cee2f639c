"""Rendered scenes beside the photos of a prepared folder: plates of any country, and streets without any.

Pasted plates teach the rare looks; decoys beside them, and filmed traffic, teach what is no plate: signs, badges, rims,
a camera's texts, windows in a row, hedges, lamps.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from anprd.records import Bgr, Box
from anprd.training import swap
from anprd.training.detector_data import JPEG_QUALITY, RENDERED, boxes
from anprd.training.render import decoys, paste, scene, typeface
from anprd.training.render.scene import SceneSettings
from anprd.training.render.typeface import Typeface

FRAMES_A_STREET = 12
STREET_SEED = 10_000  # streets for training; the demo, tests and load runs take seeds below
STREET_PX = (960, 540)
NIGHTS = (None, None, 0.0, 14.0)  # two by day, one by night, one at dusk
PLATE_WIDTH_PX_MIN = 6.0  # at the network's size; narrower ones are not worth a lesson


def add(work: Path, *, side_px: int, pasted: int, streets: int, fonts: Path | None, seed: int = 1) -> None:
    """Add rendered scenes to the training part of a prepared folder; those that are there are kept.

    Args:
        work: as `detector_data.prepare` left it.
        side_px: the longest side of a picture there.
        pasted: scenes made of the folder's own photos, with plates pasted in.
        streets: filmed streets, `FRAMES_A_STREET` frames each.
        fonts: a folder of plate typefaces; None takes the project's own.
        seed: another seed gives other scenes.

    Raises:
        SinkError: a scene cannot be written.
    """
    typefaces = typeface.load_all(fonts)
    photos = sorted(path for path in _images(work).glob("*.jpg") if not path.stem.startswith(RENDERED))
    for index in range(pasted):
        name = f"{RENDERED}{seed}-{index:05d}"
        if not (_images(work) / f"{name}.jpg").exists():
            _paste(work, name, photos, typefaces, np.random.default_rng((seed, index)))
    for index in range(streets):
        name = f"{RENDERED}street-{seed}-{index:04d}"
        if not (_images(work) / f"{name}-{FRAMES_A_STREET - 1:02d}.jpg").exists():
            _film(work, name, side_px, typefaces, np.random.default_rng((seed, STREET_SEED + index)))


def _paste(
    work: Path, name: str, photos: Sequence[Path], typefaces: Sequence[Typeface], rng: np.random.Generator
) -> None:
    photo = photos[int(rng.integers(len(photos)))]
    image = np.asarray(cv2.imread(str(photo)), np.uint8)
    taken = boxes(_labels(work) / f"{photo.stem}.txt", image.shape[1], image.shape[0])
    beside = decoys.add(rng, image, taken=taken)
    made = paste.paste_scene(rng, image, typefaces, taken=[*taken, *beside])
    _save(work, name, made.image, [*taken, *made.boxes])


def _film(work: Path, name: str, side_px: int, typefaces: Sequence[Typeface], rng: np.random.Generator) -> None:
    """A street of its own, by day, at dusk or by night; frames far apart."""
    width, height = STREET_PX
    scale = side_px / width
    settings = SceneSettings(
        width=width,
        height=height,
        fps=0.5,
        seconds=2.0 * FRAMES_A_STREET,
        vehicles_per_min=float(rng.uniform(6, 30)),
        seed=STREET_SEED + int(rng.integers(1_000_000)),
        night_from_s=NIGHTS[int(rng.integers(len(NIGHTS)))],
        caption=str(rng.choice(["", "CAM 7", "GATE NORTH 02"])),
        listed_px=PLATE_WIDTH_PX_MIN / scale,
    )
    stage = scene.Stage(settings, typefaces)
    for index in range(FRAMES_A_STREET):
        image, truth = stage.frame(index)
        small = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        _save(work, f"{name}-{index:02d}", small, [_scaled(plate.box, scale) for plate in truth.plates])


def _scaled(box: Box, scale: float) -> Box:
    return Box(box.x1 * scale, box.y1 * scale, box.x2 * scale, box.y2 * scale)


def _save(work: Path, name: str, image: Bgr, plates: Sequence[Box]) -> None:
    height, width = image.shape[:2]
    lines = [_line(box, width, height) for box in plates]
    _, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    text = "".join(f"{line}\n" for line in lines)
    swap.save(_labels(work) / f"{name}.txt", lambda partial: partial.write_text(text))
    # Last: a picture that is there is taken for a scene that is whole.
    swap.save(_images(work) / f"{name}.jpg", lambda partial: partial.write_bytes(packed.tobytes()))


def _line(box: Box, width: int, height: int) -> str:
    x, y = box.centre
    return f"0 {x / width:.6f} {y / height:.6f} {box.width / width:.6f} {box.height / height:.6f}"


def _images(work: Path) -> Path:
    return work / "images" / "train"


def _labels(work: Path) -> Path:
    return work / "labels" / "train"
