"""Photos that lie on their side."""

import numpy as np
import pytest

from anprd.records import Bgr, Box, Detection, Reading, Sighting
from anprd.vision import sideways

PHOTO = np.zeros((300, 200, 3), np.uint8)


def seen(box: Box, text: str, sure: float) -> Sighting:
    return Sighting(Detection(box, 0.8), box.corners, Reading(text, (sure,) * len(text)))


class ScriptedLook:
    """Sees in a picture of each shape what the script says, and remembers what it was asked for."""

    def __init__(self, scripts: dict[tuple[int, ...], list[Sighting]]) -> None:
        self._scripts = scripts
        self.shapes: list[tuple[int, ...]] = []

    def __call__(self, image: Bgr) -> list[Sighting]:
        self.shapes.append(image.shape[:2])
        return self._scripts.get(image.shape[:2], [])


def test_a_photo_whose_plate_is_told_is_not_turned() -> None:
    plate = seen(Box(50, 100, 150, 120), "K995OX190", 0.6)
    look = ScriptedLook({(300, 200): [plate]})
    assert sideways.read(PHOTO, look, confidence_min=0.5) == [plate]
    assert look.shapes == [(300, 200)]


def test_what_is_read_of_the_turned_photo_takes_the_place_of_what_was_not() -> None:
    unread, badge = seen(Box(80, 100, 105, 190), "", 0.0), seen(Box(10, 10, 30, 20), "", 0.0)
    look = ScriptedLook({(300, 200): [unread, badge], (200, 300): [seen(Box(100, 95, 190, 120), "AYK726", 0.99)]})
    told, other = sideways.read(PHOTO, look, confidence_min=0.5)
    assert (told.box, told.reading and told.reading.text) == (Box(80, 100, 105, 190), "AYK726")
    assert told.corners[0] == (105, 100)
    assert other is badge


@pytest.mark.parametrize("turned", [seen(Box(100, 95, 190, 120), "AYK726", 0.89), seen(Box(0, 95, 90, 120), "AYK7", 1)])
def test_what_is_hardly_sure_or_cut_off_in_the_turned_photo_is_left_out(turned: Sighting) -> None:
    look = ScriptedLook({(200, 300): [turned]})
    assert sideways.read(PHOTO, look, confidence_min=0.5) == []


def test_a_turned_picture_and_its_places_belong_together() -> None:
    image = PHOTO.copy()
    image[40:60, 150:160] = 255  # x 150 to 160, y 40 to 60
    rows, columns = np.nonzero(np.rot90(image)[..., 0])
    box = Box(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert sideways.back(seen(box, "AB123", 1.0), 200).box == Box(150, 40, 160, 60)
