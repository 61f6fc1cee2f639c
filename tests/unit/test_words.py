"""Letters alone are a plate where they look like one of a country that sells such, and lettering elsewhere."""

import pytest

from anprd.plates import syntax, words
from anprd.vision.reader import REGIONS

AMERICAN = {"US": 0.97, "GB": 0.02, "": 0.01}


@pytest.mark.parametrize(
    ("looks", "country"),
    [
        (AMERICAN, "US"),
        ({"SE": 0.95, "US": 0.05}, "SE"),
        ({"US": 0.85, "": 0.15}, ""),  # a badge may look a little like one
        ({"GB": 0.99, "US": 0.01}, ""),  # whose plates have digits
        ({}, ""),
    ],
)
def test_a_word_is_of_the_country_that_its_plate_looks_like(looks: dict[str, float], country: str) -> None:
    assert syntax.region("TOOLAZY", looks) == country


def test_where_nobody_looked_a_word_is_nobodys() -> None:
    assert syntax.region("TOOLAZY") == ""


def test_looks_do_not_make_an_american_of_a_plate_with_digits() -> None:
    assert syntax.region("K995OX190", AMERICAN | {"RU": 0.01}) in {"", "RU"}


def test_a_word_is_a_plate_where_looks_and_detector_agree() -> None:
    assert syntax.plausible("TOOLAZY", region="US", detector_confidence=0.8)
    assert not syntax.plausible("TOOLAZY", region="US", detector_confidence=0.5)
    assert not syntax.plausible("TOOLAZY", region="DE", detector_confidence=0.8)
    assert not syntax.plausible("TOOLAZY")


@pytest.mark.parametrize("name", ["TOYOTA", "POLICE", "UHAUL"])
def test_what_a_vehicle_bears_is_no_plate_whatever_it_looks_like(name: str) -> None:
    assert not syntax.plausible(name, region="US", detector_confidence=0.99)


@pytest.mark.parametrize("text", ["ABC", "ABCDEFGHIJK", "too lazy"])
def test_a_word_is_as_long_as_a_plate(text: str) -> None:
    assert not syntax.plausible(text, region="US", detector_confidence=0.99)


def test_countries_that_issue_words_are_known_by_their_looks() -> None:
    assert set(REGIONS) >= words.ISSUERS
