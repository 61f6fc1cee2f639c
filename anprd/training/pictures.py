"""Labelled pictures from their files; what cannot be opened is said in a sentence, whatever kind of damage it is."""

from pathlib import Path

import cv2
import numpy as np

from anprd.errors import ConfigError
from anprd.records import Bgr, Luma

ENDINGS = (".jpg", ".jpeg", ".png", ".webp")
"""In small letters; files may have them in capitals."""


def find(folder: Path, name: str) -> Path:
    """The picture of the folder that an index calls `name`, with or without its ending.

    Raises:
        ConfigError: it is not there, or lies outside of the folder.
    """
    endings = [case for ending in ENDINGS for case in (ending, ending.upper())]
    candidates = [folder / name, *(folder / f"{name}{ending}" for ending in endings)]
    found = next((path for path in candidates if path.is_file()), None)
    if found is None:
        raise ConfigError(f"{folder / name}: is not there; the labels name it")
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise ConfigError(f"{folder / name}: is outside of {folder}; the labels name it")
    return found


def colour(path: Path) -> Bgr:
    """The picture, (h, w, 3) uint8, blue first, upright as its EXIF says. Raises ConfigError."""
    return _read(path, cv2.IMREAD_COLOR)


def grey(path: Path) -> Luma:
    """The picture, (h, w) uint8. Raises ConfigError."""
    return _read(path, cv2.IMREAD_GRAYSCALE)


def _read(path: Path, flags: int) -> Bgr:
    try:
        image = cv2.imread(str(path), flags)
    except cv2.error as error:  # larger than OpenCV opens
        raise ConfigError(f"{path}: is damaged or too large; save it anew, smaller") from error
    if image is None:
        raise ConfigError(f"{path}: is missing or no picture; the labels name it")
    return np.asarray(image, np.uint8)


def is_picture(path: Path) -> bool:
    """Whether it is called as pictures are."""
    return path.suffix.lower() in ENDINGS
