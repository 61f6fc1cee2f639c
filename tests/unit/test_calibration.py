import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.errors import ConfigError
from anprd.records import Reading
from anprd.training import calibration
from anprd.training.calibration import Sample
from anprd.training.evaluation import curves


def sample(own: float, *, right: bool, trust: str = "exact") -> Sample:
    text = "XQ7Q"  # no country's
    return Sample(text if right else "XQ7B", Reading(text, (own,) * len(text)), trust)


def overconfident(own: float, right: int, wrong: int) -> list[Sample]:
    return [sample(own, right=True)] * right + [sample(own, right=False)] * wrong


CROPS = overconfident(0.99, 90, 10) + overconfident(0.9, 40, 60)


def test_a_fit_makes_confidences_what_they_are_worth():
    fitted = calibration.fit(CROPS)
    sure = [fitted.apply(crop.reading).confidence for crop in CROPS]
    right = [crop.right for crop in CROPS]
    assert curves.calibration_error(curves.reliability(sure, right)) < 0.02
    assert fitted.apply(sample(0.99, right=True).reading).confidence == pytest.approx(0.9, abs=0.02)
    assert fitted.apply(sample(0.9, right=True).reading).confidence == pytest.approx(0.4, abs=0.02)


def test_single_characters_are_right_oftener_than_whole_texts():
    reading = calibration.fit(CROPS).apply(sample(0.9, right=True).reading)
    assert min(reading.confidences) > reading.confidence


@given(st.floats(0.55, 0.99), st.integers(1, 30), st.integers(1, 30))
def test_a_fit_ends_with_finite_numbers(own, right, wrong):
    fitted = calibration.fit(overconfident(own, right, wrong))
    assert all(math.isfinite(number) for number in (*fitted.plate, *fitted.character))


@pytest.mark.parametrize("crops", [[], overconfident(0.9, 5, 0), overconfident(0.9, 0, 5)])
def test_without_both_right_and_wrong_readings_nothing_can_be_learnt(crops):
    with pytest.raises(ConfigError, match="nothing to calibrate by"):
        calibration.fit(crops)


def test_folders_that_would_calibrate_the_same_network_are_refused_before_it_is_measured(tmp_path):
    for name in ("a/crops", "b/labels", "c/crops", "d"):
        (tmp_path / name).mkdir(parents=True)
    weights = tmp_path / "weights"  # not there: nothing is loaded
    a, b, c, d = (tmp_path / name for name in "abcd")
    with pytest.raises(ConfigError, match=f"{a} and {c}: both would calibrate the reader"):
        calibration.calibrate(weights, [a, b, c])
    with pytest.raises(ConfigError, match="d: holds no crops/ and no labels/"):
        calibration.calibrate(weights, [a, d])


def test_the_threshold_is_the_least_that_keeps_the_precision():
    crops = overconfident(0.9, 99, 1) + overconfident(0.8, 100, 0) + overconfident(0.7, 5, 5)
    assert calibration.threshold(crops, 0.99) == 0.8


def test_where_enough_crops_were_read_by_eye_they_alone_set_the_threshold():
    wrong_labels = overconfident(0.95, 0, 50)
    by_eye = [sample(0.9, right=True, trust="eye")] * calibration.EYE_COUNT_MIN
    assert calibration.threshold(wrong_labels + by_eye, 0.99) == 0.9


def test_a_precision_out_of_reach_is_said():
    with pytest.raises(ConfigError, match="99 % right"):
        calibration.threshold(overconfident(0.9, 1, 1), 0.99)
