import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.records import Reading
from anprd.tracks import vote
from anprd.tracks.vote import Ballot

PLATE = "K995OX190"

READINGS = st.builds(
    lambda text, confidences, rows: Reading(text, tuple(confidences[: len(text)]), rows),
    st.one_of(
        st.sampled_from([PLATE, "K9950X190", "K995OX19", "995OX190", "K996OX190", "P429OO197"]),
        st.text(string.ascii_uppercase[:4] + "01", min_size=1, max_size=10),
    ),
    st.lists(st.floats(0, 1), min_size=10, max_size=10),
    st.integers(1, 2),
)


def said(text: str, confidence: float = 0.9, *, times: int = 1, rows: int = 1) -> list[Reading]:
    return [Reading(text, (confidence,) * len(text), rows)] * times


def unsure_at(text: str, index: int, confidence: float) -> Reading:
    return Reading(text, tuple(confidence if place == index else 0.95 for place in range(len(text))))


def elected(*readings: list[Reading]) -> Ballot:
    ballot = vote.elect([reading for some in readings for reading in some])
    assert ballot is not None
    return ballot


def test_nobody_elects_nothing() -> None:
    assert vote.elect([]) is None


def test_three_that_agree_are_settled() -> None:
    ballot = elected(said(PLATE, times=3))
    assert (ballot.text, ballot.votes, ballot.reads) == (PLATE, 3, 3)
    assert ballot.confidence == pytest.approx(0.9)
    assert vote.settled(ballot, 3)


def test_a_text_is_as_sure_as_its_least_sure_character() -> None:
    assert elected([unsure_at(PLATE, 4, 0.6)] * 3).confidence == pytest.approx(0.6)


def test_two_are_not() -> None:
    assert not vote.settled(elected(said(PLATE, times=2)), 3)
    assert not vote.final(elected(said(PLATE, times=2)), 3)


def test_unsure_votes_must_be_more() -> None:
    assert not vote.settled(elected(said(PLATE, 0.55, times=3)), 3)
    assert vote.settled(elected(said(PLATE, 0.55, times=4)), 3)
    assert vote.final(elected(said(PLATE, 0.55, times=3)), 3)


def test_a_runner_up_that_is_nearly_as_strong_makes_wait() -> None:
    ballot = elected(said(PLATE, times=3), said("K996OX190", times=2))
    assert not vote.settled(ballot, 3)
    assert vote.final(ballot, 3)


def test_a_tie_is_never_decided() -> None:
    assert not vote.final(elected(said(PLATE, times=5), said("K996OX190", times=5)), 3)


def test_a_text_that_nobody_read_is_not_elected_to_be_told() -> None:
    """Character by character the plate is plain, but every reading has another mistake."""
    readings = [unsure_at(PLATE[:index] + "7" + PLATE[index + 1 :], index, 0.6) for index in (0, 3, 5)]
    ballot = elected(readings)
    assert (ballot.text, ballot.votes) == (PLATE, 0)
    assert not vote.final(ballot, 1)


def test_a_character_in_doubt_makes_wait_though_no_rival_is_strong() -> None:
    doubters = [said(f"K99{character}OX190", times=1) for character in "1234"]
    ballot = elected(said(PLATE, times=4), *doubters)
    assert ballot.rival_weight < vote.RIVAL_RATIO_MAX * ballot.weight
    assert not vote.settled(ballot, 3)


def test_cut_readings_support_the_characters_they_have() -> None:
    ballot = elected(said(PLATE, times=3), said(PLATE[1:]), said(PLATE[:-1]))
    assert (ballot.text, ballot.votes) == (PLATE, 3)
    assert ballot.share == 1
    assert vote.settled(ballot, 3)


def test_many_cut_readings_alike_do_not_shorten_a_plate_that_more_have_seen_whole() -> None:
    whole = [said(PLATE), said("K996OX190"), said("K995OX198")]
    assert elected(said("K995OX19", times=2), *whole).text == PLATE


def test_the_sure_outweigh_the_many_who_are_not() -> None:
    assert elected(said("E707EB77", 0.98, times=3), said("E7O7EB71", 0.5, times=4)).text == "E707EB77"


def test_readings_of_another_vehicle_are_no_support() -> None:
    ballot = elected(said(PLATE, times=4), said("B123AA77", times=3))
    assert ballot.text == PLATE
    assert ballot.confidence == pytest.approx(0.9)  # nor doubt: they say nothing of its characters
    assert not vote.settled(ballot, 3)


def test_the_rival_is_the_strongest_of_the_others() -> None:
    ballot = elected(said(PLATE, times=4), said("K996OX190", times=2), said("K998OX190"))
    assert ballot.rival_weight == pytest.approx(1.8)


@pytest.mark.parametrize(
    ("weight", "rival_weight", "share", "settled", "final"),
    [
        (3.0, 1.7, 0.61, True, True),
        (2.0, 0.0, 1.0, False, True),
        (3.0, 2.0, 0.61, False, True),
        (3.0, 2.2, 0.61, False, False),
        (3.0, 0.0, 0.59, False, False),
    ],
)
def test_a_weak_text_waits_and_one_whose_rival_or_doubt_is_too_strong_is_never_told(
    weight: float, rival_weight: float, share: float, settled: bool, final: bool
) -> None:
    ballot = replace(elected(said(PLATE, times=3)), weight=weight, rival_weight=rival_weight, share=share)
    assert (vote.settled(ballot, 3), vote.final(ballot, 3)) == (settled, final)


def test_a_tie_of_look_alikes_is_decided_by_the_country() -> None:
    """Russia writes a letter there; the reader is unsure each time."""
    ballot = elected([unsure_at(PLATE, 4, 0.6)] * 3, [unsure_at("K9950X190", 4, 0.65)] * 3)
    assert (ballot.text, ballot.votes) == (PLATE, 3)
    assert vote.final(ballot, 3)


def test_a_sure_look_alike_stays_a_rival() -> None:
    assert not vote.final(elected(said(PLATE, 0.95, times=3), said("K9950X190", 0.95, times=3)), 3)


def test_a_repair_that_nobody_read_is_not_made() -> None:
    assert elected([unsure_at("K9950X190", 4, 0.6)] * 3).text == "K9950X190"


def test_the_rows_are_those_of_the_readings_that_agree() -> None:
    ballot = elected(said("59P211206", times=2, rows=2), said("59P211206", rows=1), said("59P2112", times=2, rows=1))
    assert ballot.rows == 2


@pytest.mark.parametrize(("votes", "weight", "stronger"), [(5, 4.5, True), (4, 4.5, False), (5, 4.0, False)])
def test_a_text_must_be_clearly_stronger_to_replace_one_that_was_told(
    votes: int, weight: float, stronger: bool
) -> None:
    ballot = replace(elected(said("K996OX190", times=5)), votes=votes, weight=weight)
    assert vote.outweighs(ballot, votes=3, weight=2.7) is stronger


@given(
    st.lists(READINGS, max_size=15).flatmap(lambda readings: st.tuples(st.just(readings), st.permutations(readings)))
)
def test_the_order_of_readings_does_not_matter(orders: tuple[list[Reading], list[Reading]]) -> None:
    assert vote.elect(orders[0]) == vote.elect(orders[1])


@given(st.lists(READINGS, min_size=1, max_size=15))
def test_a_ballot_adds_up(readings: list[Reading]) -> None:
    ballot = elected(readings)
    assert ballot.reads == len(readings)
    assert ballot.votes == sum(reading.text == ballot.text for reading in readings)
    assert len(ballot.confidences) == len(ballot.text)
    assert all(0 <= confidence <= 1 for confidence in (*ballot.confidences, ballot.share))


@given(st.lists(READINGS, min_size=1, max_size=15), st.integers(1, 5))
def test_what_is_settled_is_final_and_was_read_often_enough(readings: list[Reading], votes_min: int) -> None:
    ballot = elected(readings)
    if vote.settled(ballot, votes_min):
        assert vote.final(ballot, votes_min)
    if vote.final(ballot, votes_min):
        assert sum(reading.text == ballot.text for reading in readings) >= votes_min


@given(st.lists(READINGS, max_size=12))
def test_at_most_one_text_can_be_final_however_the_rest_votes(readings: list[Reading]) -> None:
    """Another reading of the final text never unseats it."""
    ballot = vote.elect(readings)
    if ballot is not None and vote.final(ballot, 3):
        sure = Reading(ballot.text, (1.0,) * len(ballot.text), ballot.rows)
        assert elected([*readings, sure]).text == ballot.text
