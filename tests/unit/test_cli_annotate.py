import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.cli import annotate
from anprd.cli.annotate import Follower, Label
from anprd.records import Box, Detection, Reading, Sighting, Verdict, VerdictKind


def sighting(box: Box, text: str = "", confidence: float = 0.9) -> Sighting:
    reading = Reading(text, (confidence,) * len(text)) if text else None
    return Sighting(Detection(box, 0.8), box.corners, reading)


def verdict(box: Box, plate: str) -> Verdict:
    return Verdict(VerdictKind.CONFIRMED, 1, plate, 0.99, 3, 3, 1, box, 1.0, 0.5, 1.0)


HERE = Box(100, 100, 200, 130)
A_LITTLE_ON = Box(120, 105, 220, 135)
FAR_AWAY = Box(700, 100, 800, 130)


def test_the_picture_itself_is_left_alone():
    image = np.full((300, 400, 3), 90, np.uint8)
    drawn = annotate.draw(image, [Label(HERE, HERE.corners, "AB12", 0.9)])
    assert (image == 90).all()
    assert (drawn != 90).any()


@given(
    x=st.floats(-500, 1500), y=st.floats(-500, 1500), width=st.floats(1, 900), height=st.floats(1, 900),
    side=st.integers(1, 64),
)  # fmt: skip
def test_a_plate_anywhere_can_be_drawn(x, y, width, height, side):
    box = Box(x, y, x + width, y + height)
    image = np.zeros((side, side * 2, 3), np.uint8)
    assert annotate.draw(image, [Label(box, box.corners, "K995OX190", 0.98)]).shape == image.shape


def test_a_plate_that_was_not_read_has_another_colour_and_no_text():
    image = np.zeros((300, 400, 3), np.uint8)
    unread = annotate.draw(image, [Label(HERE, HERE.corners)])
    assert (unread[100, 150] == annotate.UNREAD).all()
    assert not unread[:90].any()


@pytest.mark.parametrize(
    ("text", "confidence", "shown"),
    [("AB12", 0.9, "AB12"), ("AB12", 0.4, ""), ("", 0.0, ""), ("TAXI", 0.9, ""), ("1", 0.9, "")],
)
def test_what_is_unsure_or_no_plate_counts_as_not_read(text, confidence, shown):
    assert annotate.label(sighting(HERE, text, confidence), confidence_min=0.5).text == shown


def test_a_confirmed_plate_stays_on_its_vehicle_when_it_is_no_longer_read():
    follower = Follower(confidence_min=0.5)
    follower.follow([sighting(HERE, "AB12")], [verdict(HERE, "AB12")])
    (label,) = follower.follow([sighting(A_LITTLE_ON)], [])
    assert (label.text, label.confidence, label.box) == ("AB12", 0.99, A_LITTLE_ON)


def test_the_vote_is_shown_and_not_the_single_reading():
    (label,) = Follower(confidence_min=0.5).follow([sighting(HERE, "AB72")], [verdict(HERE, "AB12")])
    assert label.text == "AB12"


def test_another_vehicle_does_not_inherit_the_plate():
    follower = Follower(confidence_min=0.5)
    follower.follow([sighting(HERE)], [verdict(HERE, "AB12")])
    (label,) = follower.follow([sighting(FAR_AWAY)], [])
    assert label.text == ""


def test_an_unreadable_pass_gives_no_text():
    unread = Verdict(VerdictKind.UNREADABLE, 1, "", 0.0, 0, 4, 1, HERE, 1.0, 0.5, 1.0)
    (label,) = Follower(confidence_min=0.5).follow([sighting(HERE)], [unread])
    assert label.text == ""
