import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.errors import ConfigError
from anprd.records import Reading
from anprd.vision import confidence
from anprd.vision.confidence import Calibration

TABLE = {"plate": [-1.0, 1.0], "character": [0.5, 0.6], "read_confidence_min": 0.8}
FITTED = Calibration.of({"calibration": TABLE})
probabilities = st.floats(0.0, 1.0)


def odds(probability: float) -> float:
    return math.log(probability / (1 - probability))


def test_a_text_is_as_likely_as_the_logistic_model_says():
    reading = FITTED.apply(Reading("XQ", (0.9, 0.8), text_confidence=0.72))
    expected = 1 / (1 + math.exp(-(-1.0 + odds(0.72))))
    assert reading.confidence == pytest.approx(expected)
    own = 1 / (1 + math.exp(-(0.5 + 0.6 * odds(0.8))))
    assert reading.confidences[1] == pytest.approx(own)


@given(st.lists(probabilities, min_size=1, max_size=12), st.data())
def test_surer_characters_never_make_a_less_likely_text(own, data):
    surer = [data.draw(st.floats(one, 1.0)) for one in own]
    text = "A" * len(own)
    assert FITTED.apply(Reading(text, tuple(surer))).confidence >= FITTED.apply(Reading(text, tuple(own))).confidence


@given(st.lists(probabilities, max_size=12))
def test_likelihoods_stay_between_none_and_certainty(own):
    reading = FITTED.apply(Reading("7" * len(own), tuple(own), rows=2, region="GR"))
    assert reading.region == "GR"
    assert all(0 <= value <= 1 for value in (reading.confidence, *reading.confidences))
    assert (reading.text, reading.rows, len(reading.confidences)) == ("7" * len(own), 2, len(own))


def test_an_empty_reading_stays_without_confidence():
    assert FITTED.apply(Reading("", ())).confidence == 0.0


def test_a_reading_that_nobody_weighed_is_as_sure_as_its_least_sure_character():
    assert Calibration.of({"alphabet": "AB"}) is None
    assert Reading("AB", (0.9, 0.4)).confidence == 0.4


@pytest.mark.parametrize(
    "damage",
    [
        {"plate": [1.0, 2.0, 3.0]},
        {"character": [1.0, 2.0, 3.0, 4.0, 5.0]},
        {"plate": ["a", 1, 2]},
        {"plate": 3},
        {"read_confidence_min": 1.5},
        {"read_confidence_min": None},
    ],
)
def test_numbers_that_are_no_calibration_are_a_configuration_fault(damage):
    with pytest.raises(ConfigError, match=r"MANIFEST\.toml: the reader's calibration"):
        Calibration.of({"calibration": TABLE | damage})


def test_a_calibration_that_lacks_a_key_is_a_configuration_fault():
    with pytest.raises(ConfigError, match="damaged"):
        Calibration.of({"calibration": {"plate": [1.0, 2.0, 3.0]}})


@pytest.mark.parametrize(
    ("text", "own", "is_told"),
    [("K995OX190", 0.9, True), ("K995OX190", 0.3, False), ("TAXI", 0.99, False), ("", 0.99, False)],
)
def test_only_a_sure_text_that_a_plate_may_have_is_told(text, own, is_told):
    reading = Reading(text, (own,) * len(text))
    assert confidence.told(reading, confidence_min=0.5) is is_told


def test_a_plate_that_was_not_read_is_not_told():
    assert not confidence.told(None, confidence_min=0.0)


@pytest.mark.parametrize(
    ("width_px", "rows", "own", "is_told"),
    [(51, 1, 0.59, False), (51, 1, 0.6, True), (52, 1, 0.5, True), (25, 2, 0.59, False), (26, 2, 0.5, True)],
)
def test_what_is_narrow_in_the_picture_must_be_surer(width_px, rows, own, is_told):
    reading = Reading("K995OX190", (own,) * 9, rows=rows)
    assert confidence.told(reading, confidence_min=0.5, width_px=width_px) is is_told


def test_a_threshold_that_is_higher_stays_so_for_what_is_narrow():
    assert not confidence.told(Reading("K995OX190", (0.7,) * 9), confidence_min=0.8, width_px=40)
