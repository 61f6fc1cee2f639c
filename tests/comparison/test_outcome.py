"""The judge of the trackers on traffic so small that its outcome can be counted by hand."""

import pytest

from tests.comparison.outcome import Outcome, Pair, measure


def looks(*lanes: tuple[str, str]) -> list[list[Pair]]:
    """Each lane a vehicle and its tracks, look by look; `.` is not seen, `-` seen and given no track."""
    names = [lane[0] for lane in lanes]
    return [
        [(name, None if track == "-" else track) for name, track in zip(names, look, strict=True) if track != "."]
        for look in zip(*(lane[1] for lane in lanes), strict=True)
    ]


def test_two_vehicles_in_two_tracks_are_perfect() -> None:
    outcome = measure(looks(("A", "1111"), ("B", "2222")))
    assert outcome == Outcome(vehicles=2, sightings=8, matched=8)
    assert outcome.idf1 == 1.0


def test_a_track_that_breaks_is_one_switch_and_one_fragment() -> None:
    outcome = measure(looks(("A", "111222")))
    assert (outcome.switches, outcome.fragments, outcome.merges, outcome.lost) == (1, 1, 0, 0)
    assert outcome.matched == 3
    assert outcome.idf1 == 0.5


def test_a_track_that_comes_back_is_two_switches_and_one_fragment() -> None:
    outcome = measure(looks(("A", "11211")))
    assert (outcome.switches, outcome.fragments, outcome.matched) == (2, 1, 4)


def test_tracks_that_are_exchanged_are_two_merges_two_switches_and_two_fragments() -> None:
    outcome = measure(looks(("A", "1122"), ("B", "2211")))
    assert (outcome.switches, outcome.fragments, outcome.merges) == (2, 2, 2)
    assert outcome.lost == 2  # neither track is mostly the one's or the other's
    assert outcome.matched == 4


def test_a_vehicle_that_another_ones_track_swallows_is_lost() -> None:
    outcome = measure(looks(("A", "1111.."), ("B", "....11")))
    assert (outcome.switches, outcome.fragments, outcome.merges, outcome.lost) == (0, 0, 1, 1)
    assert outcome.matched == 4


def test_a_new_track_at_every_look_is_a_vehicle_lost() -> None:
    outcome = measure(looks(("A", "1234")))
    assert (outcome.switches, outcome.fragments, outcome.merges, outcome.lost) == (3, 3, 0, 1)


def test_what_is_given_no_track_is_untracked_and_no_switch() -> None:
    outcome = measure(looks(("A", "-1-1")))
    assert (outcome.switches, outcome.fragments, outcome.untracked, outcome.lost) == (0, 0, 2, 0)
    assert outcome.idf1 == pytest.approx(2 * 2 / (4 + 2))


def test_what_is_never_given_a_track_is_lost() -> None:
    outcome = measure(looks(("A", "--")))
    assert (outcome.lost, outcome.fragments, outcome.matched) == (1, 0, 0)
    assert outcome.idf1 == 0.0


def test_a_gap_in_the_sightings_is_no_switch() -> None:
    assert measure(looks(("A", "1..1"))).switches == 0


def test_a_vehicle_seen_once_is_not_followed() -> None:
    outcome = measure(looks(("A", "1."), ("B", "23")))
    assert (outcome.vehicles, outcome.lost, outcome.fragments) == (1, 1, 1)


def test_sightings_of_nobody_known_count_for_nothing() -> None:
    assert measure([[(None, 1), ("A", 1)], [("A", 1), (None, 2)]]) == measure(looks(("A", "11")))


def test_the_best_assignment_is_that_of_the_whole_and_not_the_greedy_one() -> None:
    outcome = measure(looks(("A", "111222"), ("B", "1111..")))
    assert outcome.matched == 3 + 4


def test_outcomes_of_scenes_add_up() -> None:
    one, other = measure(looks(("A", "1122"))), measure(looks(("A", "111")))
    assert (one + other).sightings == 7
    assert (one + other).fragments == 1
    assert Outcome().idf1 == 1.0
