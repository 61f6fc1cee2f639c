import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.plates import lookalikes
from anprd.plates.syntax import Looks
from anprd.records import Reading
from anprd.vision import ctc, rescoring
from anprd.vision.ctc import Hypothesis
from anprd.vision.spacing import Spoken


def settle(found: dict[str, float], looks: Looks | None = None, printed: str = "") -> Reading:
    """The reading; of a plate that is printed so, with spaces, if it is said."""
    hypotheses = sorted(found.items(), key=lambda hypothesis: -hypothesis[1])
    return rescoring.settle(hypotheses, looks or {"": 1.0}, _said(printed))


def _said(printed: str) -> Spoken:
    columns = tuple(4.0 * place for place, character in enumerate(printed) if character != " ")
    return Spoken(printed.replace(" ", ""), columns, (4.0,) * len(columns), (0,) * len(columns))


def test_a_nought_that_no_country_writes_there_becomes_the_letter() -> None:
    assert settle({"XO69XP36": 0.8, "X069XP36": 0.2}).text == "X069XP36"  # Russia


def test_what_the_network_is_sure_of_stays_whatever_countries_write() -> None:
    assert settle({"XO69XP36": 1 - 1e-4, "X069XP36": 1e-4}).text == "XO69XP36"


def test_a_bolt_that_was_read_as_a_figure_is_left_out_where_it_makes_no_plate() -> None:
    looks = {"RU": 0.9}
    assert settle({"A6061MP77": 0.6, "A606MP77": 0.4}, looks).text == "A606MP77"
    assert settle({"A372TA1H50": 0.5, "A372TA150": 0.5}, looks).text == "A372TA150"


def test_an_electric_car_of_ukraine_keeps_its_letters() -> None:
    assert settle({"KA1234YA": 0.9, "KA1234XA": 0.1}, {"UA": 0.97, "": 0.03}).text == "KA1234YA"


def test_a_figure_that_was_swallowed_is_put_back_where_the_plate_needs_it() -> None:
    assert settle({"M700AA7": 0.6, "M700AA77": 0.4}, {"RU": 1.0}).text == "M700AA77"


def test_a_region_that_does_not_exist_loses_to_one_that_does() -> None:
    assert settle({"M700AA677": 0.55, "M700AA777": 0.45}, {"RU": 1.0}).text == "M700AA777"


def test_a_word_is_spelled_with_the_letter() -> None:
    assert settle({"VOCEG0STA": 0.55, "VOCEGOSTA": 0.45}).text == "VOCEGOSTA"


def test_where_no_country_knows_any_of_them_the_networks_own_stays() -> None:
    settled = settle({"Q0Q5QQQ1": 0.51, "QOQ5QQQ1": 0.49})
    assert settled.text == "Q0Q5QQQ1"
    assert settled.text_confidence == pytest.approx(0.51, abs=0.01)


def test_the_looks_of_the_plate_decide_where_countries_differ() -> None:
    assert settle({"N60TE": 0.5, "N6OTE": 0.5}, {"GB": 0.95, "US": 0.05}).text == "N6OTE"
    assert settle({"5AO1234": 0.5, "5A01234": 0.5}, {"CZ": 1.0}).text == "5A01234"


@pytest.mark.parametrize(
    ("printed", "told", "country"),
    [
        ("355 OCT", "355OCT", "US"),
        ("3550 CT", "3550CT", "US"),
        ("SZO 99CK", "SZO99CK", "PL"),
        ("SZ 099CK", "SZ099CK", "PL"),
        ("N6 OTE", "N6OTE", "GB"),
    ],
)
def test_where_the_groups_stand_apart_decides(printed: str, told: str, country: str) -> None:
    spellings = {"355OCT", "3550CT"} | {"SZO99CK", "SZ099CK"} | {"N6OTE", "N60TE"}
    other = next(text for text in spellings if text != told and lookalikes.twins(text, told))
    assert settle({told: 0.4, other: 0.6}, {country: 1.0}, printed).text == told


def test_what_the_network_followed_no_further_may_be_any_text() -> None:
    found = {"1QQ1Q": 0.2, "1QQ2Q": 0.1}
    assert settle(found).text_confidence == pytest.approx(0.2)


def test_a_character_is_as_sure_as_all_texts_that_have_it_there_are_together() -> None:
    settled = settle({"1QQ12": 0.5, "1QQ13": 0.3, "1Q12": 0.2})
    assert settled.text == "1QQ12"
    first, second, third, one, two = settled.confidences
    assert min(first, second, third) == pytest.approx(0.8, abs=0.01)
    assert max(first, second, third) == pytest.approx(1.0, abs=0.01)
    assert (one, two) == pytest.approx((1.0, 0.7), abs=0.01)


def test_nothing_is_still_nothing() -> None:
    empty = settle({"": 0.9, "1": 0.1})
    assert (empty.text, empty.confidences, empty.confidence) == ("", (), 0.0)


hypotheses = st.dictionaries(st.text(alphabet="0O1AB", max_size=8), st.floats(1e-4, 1.0), min_size=1, max_size=8).map(
    lambda found: [(text, share / max(1.0, math.fsum(found.values()))) for text, share in found.items()]
)


@given(hypotheses)
def test_a_text_that_was_heard_is_told_and_no_confidence_leaves_its_range(found: list[Hypothesis]) -> None:
    settled = rescoring.settle(found, {"RU": 0.5, "": 0.5}, _said("AB 01"))
    assert settled.text in dict(found)
    assert len(settled.confidences) == len(settled.text)
    assert all(0 <= confidence <= 1 for confidence in (*settled.confidences, settled.confidence))
    assert not settled.text or min(settled.confidences) >= settled.confidence - 1e-9


@given(st.text(alphabet=ctc.ALPHABET, min_size=1, max_size=10))
def test_a_text_without_rivals_is_told_as_it_is(text: str) -> None:
    settled = settle({text: 1.0})
    assert (settled.text, settled.text_confidence) == (text, 1.0)
    assert settled.confidences == (1.0,) * len(text)
