"""What a trained reader says of the labels: corners for the crops, and labels that cannot be right.

Each crop is read twice, as it is and straightened. Where the straightened reading is the label, its corners are good
and the crop can be trained on as the runtime will see it. Where both readings agree surely against the label, the label
is wrong nearly every time (of 218 such crops looked at, more than nine in ten: docs/models.md#labels).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import cv2
import numpy as np

from anprd.records import NOTHING_READ, Box, Detection, Reading
from anprd.training.reader_data import LabelledCrop
from anprd.vision.plates import Vision

SURE_MIN = 0.85  # of both readings
WORD_COUNTRIES = frozenset({"US", "CA", "GB", "AU", "XX"})  # where plates bear words
WORD_LENGTH_MIN = 4


def checked(crops: Iterable[LabelledCrop], vision: Vision) -> Iterator[LabelledCrop]:
    """The crops whose label can be believed, with corners where they are good.

    Against two sure readings that agree, a label of `noisy` trust is replaced and any other crop is left out. A `noisy`
    crop that no reading confirms is left out too.
    """
    for crop in crops:
        kept = _checked(replace(crop, text=spelled(crop.text, crop.country)), vision)
        if kept is not None:
            yield kept


def spelled(text: str, country: str) -> str:
    """The text with the letter O where a word was typed with zeros (`CUST0M`): 21 of the 745 American crops are so."""
    word = text.replace("0", "O")
    # Zeros in a row are rather a number: `BT000` is no word.
    is_word = country in WORD_COUNTRIES and len(word) >= WORD_LENGTH_MIN and word.isalpha() and "00" not in text
    return word if is_word else text


def _checked(crop: LabelledCrop, vision: Vision) -> LabelledCrop | None:
    image = np.asarray(cv2.cvtColor(crop.image, cv2.COLOR_GRAY2BGR), np.uint8)
    height, width = crop.image.shape
    whole = vision.read_at(image, ((0, 0), (width, 0), (width, height), (0, height)))
    sighting = vision.read(image, Detection(Box(0, 0, width, height), 1.0))
    corners = np.array(sighting.corners, np.float32)
    straightened = sighting.reading or NOTHING_READ
    if straightened.text == crop.text:
        return replace(crop, corners=corners)
    if whole.text == crop.text:
        return crop
    if whole.text == straightened.text and _sure(whole) and _sure(straightened):
        return replace(crop, text=whole.text, corners=corners) if crop.trust == "noisy" else None
    return None if crop.trust == "noisy" else crop


def _sure(reading: Reading) -> bool:
    return bool(reading.text) and reading.confidence >= SURE_MIN
