"""Colours and how they are laid on: what drawing a plate, its marks and its wear have in common."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from anprd.records import Bgr
from anprd.training.render.designs import Colour
from anprd.training.render.typeface import Mask

_T = TypeVar("_T")
Box = tuple[int, int, int, int]
"""Left, top, right, bottom in whole pixels."""

PLAIN_FACES = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX)
SCRIPT_FACES = (cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, cv2.FONT_HERSHEY_SCRIPT_COMPLEX)
CAPITAL_PX = 21  # how high OpenCV draws a capital at scale 1
BOLD = 2  # OpenCV 5 has two weights: words in a pen of 2 pixels or more are wider, all alike


def one_of(choices: Sequence[_T], rng: np.random.Generator) -> _T:
    """Any of them, each as likely as the next."""
    return choices[int(rng.integers(len(choices)))]


def tinted(colour: Colour, rng: np.random.Generator, amount: int) -> Colour:
    """Nearly the same colour: no two factories mix it alike."""
    shift = rng.integers(-amount, amount + 1, 3) // 2 + int(rng.integers(-amount, amount + 1))
    blue, green, red = (int(min(255, max(0, value))) for value in np.array(colour) + shift)
    return blue, green, red


def bright(rng: np.random.Generator) -> Colour:
    """Any colour that is neither black nor white."""
    blue, green, red = (int(value) for value in rng.integers(40, 230, 3))
    return blue, green, red


def sheet(width: int, height: int, colour: Colour) -> Bgr:
    """A picture of one colour. Ten times as fast as to assign a colour to an array."""
    image = np.empty((height, width, 3), np.uint8)
    cv2.rectangle(image, (0, 0), (width, height), colour, -1)
    return image


def blend(image: Bgr, cover: Mask, ink: Colour) -> None:
    """Lay `ink` on where `cover` is 255, in place."""
    share = cv2.merge((cover, cover, cover))
    laid = cv2.merge([cv2.convertScaleAbs(cover, alpha=level / 255) for level in ink])
    cv2.multiply(image, cv2.bitwise_not(share), image, 1 / 255)
    cv2.add(image, laid, image)


def lay_over(part: Bgr, picture: cv2.typing.MatLike, share: NDArray[np.floating]) -> None:
    """Lay the picture over the part, in place, by (h, w, 1) shares of 0..1."""
    part[:] = np.round(picture * share + part * (1 - share)).astype(np.uint8)


def write(image: Bgr, box: Box, words: str, colour: Colour, rng: np.random.Generator) -> None:
    """Small print in the middle of the box, as high as it or lower where it would be too long; in place."""
    x1, y1, x2, y2 = box
    if y2 - y1 < 4 or x2 - x1 < 4 or not words:
        return
    mixed = any(character.islower() for character in words)
    face = one_of(SCRIPT_FACES, rng) if mixed and rng.random() < 0.35 else one_of(PLAIN_FACES, rng)
    if rng.random() < 0.2:
        face |= cv2.FONT_ITALIC
    scale = (y2 - y1) * 0.92 / CAPITAL_PX
    at_one = width_at_one(words, face)
    scale = min(scale, (x2 - x1) / max(1, at_one))
    wide, tall = round(at_one * scale), round(CAPITAL_PX * scale)
    spot = (x1 + (x2 - x1 - wide) // 2, y2 - (y2 - y1 - tall) // 2)
    thick = max(1, round(CAPITAL_PX * scale * float(rng.uniform(0.05, 0.16))))
    cv2.putText(image, words, spot, face, scale, colour, thick, cv2.LINE_AA)


@lru_cache(maxsize=4096)
def width_at_one(words: str, face: int) -> int:
    """How wide the words are in pixels at scale 1; those of a thin pen are a little narrower."""
    return int(cv2.getTextSize(words, face, 1.0, BOLD)[0][0])
