import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from anprd.records import Reading
from anprd.vision import ctc, noughts


def seen(text: str, doubts: dict[int, float]) -> tuple[Reading, NDArray[np.float32]]:
    """A reading that is sure but at the places of `doubts`, where the other round character has so large a share."""
    rivals = np.zeros((len(text), 1 + len(ctc.ALPHABET)), np.float32)
    confidences = []
    for place, character in enumerate(text):
        share = doubts.get(place, 0.0)
        if character in noughts.ROUND:
            rivals[place, class_of("O" if character == "0" else "0")] = share
        rivals[place, class_of(character)] = 1 - share
        confidences.append(1 - share)
    return Reading(text, tuple(confidences)), rivals


def class_of(character: str) -> int:
    return ctc.ALPHABET.index(character) + 1


def test_a_nought_that_no_country_writes_there_becomes_the_letter() -> None:
    reading = noughts.settle(*seen("A12304B", {}))
    assert reading.text == "A12304B"
    assert noughts.settle(*seen("XO69XP36", {1: 0.2})).text == "X069XP36"  # Russia


def test_what_the_network_is_sure_of_stays_whatever_countries_write() -> None:
    assert noughts.settle(*seen("XO69XP36", {1: 1e-4})).text == "XO69XP36"


def test_a_word_is_spelled_with_the_letter() -> None:
    assert noughts.settle(*seen("VOCEG0STA", {5: 0.45})).text == "VOCEGOSTA"


def test_where_no_country_knows_either_the_networks_own_stays() -> None:
    reading, rivals = seen("Q0Q5QQQ1", {1: 0.49})
    assert noughts.settle(reading, rivals).text == "Q0Q5QQQ1"


def test_a_swapped_character_is_no_surer_than_its_share_of_all_spellings() -> None:
    settled = noughts.settle(*seen("0QK466", {0: 0.3}))
    assert settled.text == "OQK466"
    assert 0.5 < settled.confidences[0] < 1
    assert settled.confidences[1:] == (1.0,) * 5


def test_the_looks_of_the_plate_decide_where_countries_differ() -> None:
    doubt = seen("N6OTE", {2: 0.45})
    assert noughts.settle(*doubt, {"GB": 0.95, "US": 0.05}).text == "N6OTE"
    assert noughts.settle(*seen("5AO1234", {2: 0.5}), {"CZ": 1.0}).text == "5A01234"


def test_more_doubtful_places_than_can_be_spelled_out_are_left_alone() -> None:
    text = "0" * (noughts.PLACES_MAX + 1)
    reading, rivals = seen(text, dict.fromkeys(range(len(text)), 0.4))
    assert noughts.settle(reading, rivals) is reading


def test_rows_are_kept() -> None:
    reading, rivals = seen("0QK466", {0: 0.3})
    assert noughts.settle(Reading(reading.text, reading.confidences, 2), rivals).rows == 2


@given(st.text(alphabet="0O18BA", max_size=10), st.floats(0.0, 0.5))
def test_nothing_but_o_and_0_is_ever_changed(text: str, doubt: float) -> None:
    reading, rivals = seen(text, dict.fromkeys(range(len(text)), doubt))
    settled = noughts.settle(reading, rivals)
    assert settled.text.replace("O", "0") == text.replace("O", "0")
    assert all(0 <= confidence <= 1 for confidence in settled.confidences)
    unchanged = [place for place, character in enumerate(text) if character not in noughts.ROUND]
    assert all(settled.confidences[place] == pytest.approx(reading.confidences[place]) for place in unchanged)
