import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.training.evaluation import curves
from anprd.training.evaluation.curves import Point

unit = st.floats(0, 1)
judged = st.lists(st.tuples(unit, st.booleans()), min_size=1, max_size=60)


def split(items):
    return [value for value, _ in items], [right for _, right in items]


def test_precision_and_recall_are_those_counted_by_hand():
    curve = curves.detection_curve([0.5, 0.9, 0.8, 0.3], [True, True, False, False], plates=4)
    assert list(curve.confidence) == [0.9, 0.8, 0.5, 0.3]
    assert list(curve.precision) == pytest.approx([1, 1 / 2, 2 / 3, 2 / 4])
    assert list(curve.share) == [0.25, 0.25, 0.5, 0.5]
    assert curve.at(0.6) == Point(0.6, 0.5, 0.25)


def test_above_every_confidence_nothing_is_told_and_nothing_is_wrong():
    assert curves.detection_curve([0.5], [False], plates=1).at(0.7) == Point(0.7, 1.0, 0.0)


def test_a_threshold_tells_what_is_exactly_as_sure():
    assert curves.reading_curve([0.7, 0.7], [True, False], readings=4).at(0.7) == Point(0.7, 0.5, 0.5)


def test_where_f1_is_nearly_the_best_the_lower_threshold_finds_more():
    curve = curves.detection_curve([0.9, 0.8, 0.7, 0.6], [True, True, False, True], plates=4)
    assert [curve.eager_f1(slack).confidence for slack in (0.0, 0.1, 0.3)] == [0.6, 0.6, 0.6]
    falling = curves.detection_curve([0.9, 0.8, 0.7, 0.6], [True, True, False, False], plates=2)
    assert [falling.eager_f1(slack).confidence for slack in (0.0, 0.21, 0.34)] == [0.8, 0.7, 0.6]


def test_the_best_f1_is_where_more_recall_begins_to_cost_too_much():
    best = curves.detection_curve([0.9, 0.8, 0.7], [True, True, False], plates=2).best_f1()
    assert (best.confidence, best.f1) == (0.8, 1.0)


def test_without_detections_f1_is_nothing():
    assert curves.detection_curve([], [], plates=3).best_f1().f1 == 0.0


def test_the_largest_share_of_a_precision_is_found_behind_a_dip():
    curve = curves.reading_curve([0.9, 0.8, 0.7, 0.6], [False, True, True, True], readings=8)
    assert curve.widest(0.75) == Point(0.6, 0.75, 0.5)
    assert curve.widest(0.8) is None


def test_one_box_found_of_two_is_half_the_area():
    curve = curves.detection_curve([0.9], [True], plates=2)
    assert curves.average_precision(curve) == pytest.approx(0.5, abs=0.01)


def test_everything_found_and_nothing_else_is_all_of_the_area():
    assert curves.average_precision(curves.detection_curve([0.9, 0.4], [True, True], plates=2)) == pytest.approx(
        1.0, abs=0.01
    )


@given(judged, st.integers(1, 80))
def test_an_area_is_a_share(items, plates):
    confidences, right = split(items)
    area = curves.average_precision(curves.detection_curve(confidences, right, plates=plates + sum(right)))
    assert 0 <= area <= 1


@given(judged, st.randoms(use_true_random=False))
def test_the_order_of_detections_does_not_matter(items, random):
    shuffled = random.sample(items, len(items))
    first, second = (curves.detection_curve(*split(part), plates=100) for part in (items, shuffled))
    assert np.array_equal(first.precision, second.precision)
    assert curves.average_precision(first) == curves.average_precision(second)


@given(judged)
def test_asking_for_less_confidence_never_tells_less(items):
    confidences, right = split(items)
    curve = curves.reading_curve(confidences, right, readings=len(items))
    assert all(np.diff(curve.confidence) < 0)
    assert all(np.diff(curve.share) > 0)
    assert curve.share[-1] == 1.0


@given(judged, unit)
def test_the_share_told_at_a_precision_has_that_precision(items, precision):
    confidences, right = split(items)
    curve = curves.reading_curve(confidences, right, readings=len(items))
    widest = curve.widest(precision)
    if widest is None:
        assert all(curve.precision < precision)
    else:
        told = [hit for sure, hit in items if sure >= widest.confidence]
        assert sum(told) / len(told) >= precision
        assert len(told) / len(items) == pytest.approx(widest.share)


def test_a_bin_says_how_many_how_sure_and_how_right():
    bins = curves.reliability([0.05, 0.95, 1.0, 0.91], [False, True, True, False], bins=10)
    assert [(part.low, part.count) for part in bins] == [(0.0, 1), (0.9, 3)]
    assert bins[1].confidence == pytest.approx((0.95 + 1.0 + 0.91) / 3)
    assert bins[1].right == pytest.approx(2 / 3)


def test_the_calibration_error_is_that_counted_by_hand():
    bins = curves.reliability([0.9, 0.9, 0.9, 0.1], [True, False, False, False], bins=2)
    assert curves.calibration_error(bins) == pytest.approx((3 * abs(0.9 - 1 / 3) + 1 * 0.1) / 4)


@given(judged)
def test_a_calibration_error_is_a_share_and_every_reading_is_in_one_bin(items):
    bins = curves.reliability(*split(items))
    assert sum(part.count for part in bins) == len(items)
    assert 0 <= curves.calibration_error(bins) <= 1


@given(st.integers(1, 40), st.integers(0, 40))
def test_a_confidence_that_is_the_share_of_right_ones_is_honest(right, wrong):
    answers = [True] * right + [False] * wrong
    sure = [right / len(answers)] * len(answers)
    assert curves.calibration_error(curves.reliability(sure, answers)) == pytest.approx(0, abs=1e-9)


def test_where_nothing_is_found_there_is_no_area():
    assert curves.average_precision(curves.detection_curve([], [], plates=3)) == 0.0
