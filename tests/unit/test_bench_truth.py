"""What was told, against what was shown."""

from anprd.bench import truth
from anprd.bench.playlist import Due
from anprd.bench.truth import Told

ZERO_S = 1_800_000_000.0
DUE = (Due("a", "X1", 10.0, 13.0), Due("b", "X1", 10.0, 13.0), Due("a", "X1", 90.0, 93.0))


def told(camera, plate, at_s, late_s=0.1):
    return Told(camera, plate, ZERO_S + at_s, ZERO_S + at_s + late_s)


def scored(*found):
    return truth.score(DUE, found, {"X1", "X2"}, wall_of_zero_s=ZERO_S)


def test_a_pass_that_is_told_once_is_confirmed():
    score = scored(told("a", "X1", 12.0), told("b", "X1", 11.0), told("a", "X1", 91.0))
    assert (score.due, score.confirmed, score.recall) == (3, 3, 1.0)
    assert (score.missed, score.doubled, score.wrong) == ((), (), 0)


def test_a_pass_of_another_camera_or_time_counts_for_none_but_its_own():
    score = scored(told("b", "X1", 11.0), told("a", "X1", 91.0))
    assert score.missed == DUE[:1]
    assert score.confirmed == 2


def test_a_pass_that_is_told_twice_is_not_confirmed_exactly_once():
    score = scored(told("a", "X1", 11.0), told("a", "X1", 13.5), told("b", "X1", 11.0), told("a", "X1", 91.0))
    assert score.doubled == DUE[:1]
    assert score.confirmed == 2


def test_a_plate_that_no_film_shows_is_wrong():
    assert scored(told("a", "Y9", 12.0)).wrong == 1
    assert scored(told("a", "X2", 12.0)).wrong == 0


def test_nothing_due_has_no_recall():
    assert truth.score((), (), set(), wall_of_zero_s=ZERO_S).recall is None


def test_latency_is_from_the_best_frame_to_redis():
    fields = {"type": "confirmed", "camera": "a", "plate": "X1", "at": "2026-05-14T20:41:17.250Z"}
    found = truth.told("1778791278000-0", fields)
    assert found is not None
    assert abs(found.latency_s - 0.75) < 1e-6
    assert truth.told("1778791278000-0", fields | {"type": "updated"}) is None


def test_percentiles_are_values_that_were_measured():
    values = [float(value) for value in range(1, 101)]
    assert [truth.percentile(values, share) for share in (0.5, 0.95, 1.0)] == [50.0, 95.0, 100.0]
    assert truth.percentile([3.0], 0.95) == 3.0
    assert truth.percentile([], 0.95) is None
