"""Whose plate a text looks like, whether it can be one at all, and the one repair that is safe.

A text fits many countries. A country that can write few texts says more by writing this one: the likelihood of a text
is the share of the country's plates in that series over the number of texts of the series. Only a country that is far
likelier than every other is named. Nothing is known of where the camera stands; countries with more vehicles are met
more often, and the root of their number stands for that, since most cameras see one country only. What the plate looks
like says far more, where somebody has looked: `Looks`.
"""

import functools
import itertools
import math
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass

from anprd.plates import lookalikes
from anprd.plates.formats import COUNTRIES
from anprd.plates.formats.country import Country

LENGTH_MIN = (
    4  # shorter plates exist (vanity plates, Luxembourg, Denmark) but far more often a part of a plate was read
)
LENGTH_MAX = 10  # India, Vietnam; longer texts are lettering or the camera's own line
LIKELIER = 8.0  # guess, checked on labelled crops: the named country was right for 97 of 100
REPAIR_CONFIDENCE_MAX = 0.8  # a character that the reader is surer of stays, whatever the syntax says
REPAIR_POSITIONS_MAX = 2  # more swaps make a plate of any lettering

ANY_TEXT = 0.3  # likelihood of what nothing here foresees, over that of plates; fitted: docs/models.md#rescoring
WORDS = 0.5  # the same of words
LETTERS, WORD_LETTERS = 26.0, 12.0  # a word's letters are as hard to guess as if there were a dozen
WORD_LENGTH_MIN = 4

LOOKS_WEIGHT = 200.0  # of what a plate looks like; fitted with the next: docs/models.md#looks
VEHICLES_WEIGHT = 0.1  # of how often a country's plates are met, beside the looks

Looks = Mapping[str, float]
"""How likely a plate is of each country, by what it looks like: 0..1, in all 1; "" is any country not known here."""

_DIGITS = string.digits
_PLAIN = {"9": _DIGITS, "1": _DIGITS[1:], "A": string.ascii_uppercase}
_SHAPES = str.maketrans(dict.fromkeys(string.ascii_uppercase, "A") | dict.fromkeys(_DIGITS, "9"))
_DATES = re.compile(
    r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])|(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])(19|20)\d\d"
    r"|(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(19|20)\d\d"
)


@dataclass(frozen=True, slots=True)
class _Series:
    region: str
    pattern: re.Pattern[str]
    likelihood: float
    """Of one text of the series, among the plates of its country."""
    rare: bool


def region(text: str, looks: Looks | None = None) -> str:
    """The country (ISO 3166-1 alpha-2) whose plate this most likely is; "" where several are possible or none.

    Args:
        text: A-Z 0-9.
        looks: what the plate looks like; None where nobody looked.
    """
    likely = _weighed(text, looks)
    if not likely:
        return ""
    best, *rest = sorted(likely, key=lambda name: -likely[name])
    return best if not rest or likely[best] >= LIKELIER * likely[rest[0]] else ""


def regions(text: str) -> frozenset[str]:
    """Every country with a series, none of the rare ones, that the text fits."""
    return frozenset(_likelihoods(text))


def likelihood(text: str, looks: Looks | None = None) -> float:
    """How much likelier a plate, of such looks if they are known, bears this text than one drawn at random; never 0.

    So texts of all lengths compare. Besides the series of countries there are plates with words, and plates that
    nothing here foresees.
    """
    word = WORDS * WORD_LETTERS ** -len(text) if len(text) >= WORD_LENGTH_MIN and lettering(text) else 0.0
    return (sum(_weighed(text, looks).values()) + word + ANY_TEXT * LETTERS ** -len(text)) * LETTERS ** len(text)


def plausible(text: str) -> bool:
    """Whether the text may be a plate of any country, known here or not: A-Z 0-9, 4 to 10, not all letters, no date.

    All letters are badges and lettering far more often than vanity plates; a date of eight digits is the camera's own.
    """
    return (
        LENGTH_MIN <= len(text) <= LENGTH_MAX
        and text.isascii()
        and text.isalnum()
        and text == text.upper()
        and not lettering(text)
        and not _DATES.fullmatch(text)
    )


def lettering(text: str) -> bool:
    """Whether the text has no digit: a badge, a shop, a company's name."""
    return not any(character in _DIGITS for character in text)


def repair(text: str, confidences: tuple[float, ...]) -> str:
    """The text with unsure characters swapped for look-alikes, where that alone makes it a plate of one country.

    Conservative: lettering stays, and a text that fits any series; a character of .8 or more stays; only letter and
    digit of one shape are swapped, at two positions at most; where more than one outcome is possible the text stays.

    Args:
        text: A-Z 0-9.
        confidences: one per character, 0..1.
    """
    if lettering(text) or _likelihoods(text):
        return text
    unsure = [index for index, confidence in enumerate(confidences) if confidence < REPAIR_CONFIDENCE_MAX]
    for count in range(1, REPAIR_POSITIONS_MAX + 1):
        outcomes = {swapped for swapped in _swapped(text, unsure, count) if region(swapped)}
        if outcomes:
            return outcomes.pop() if len(outcomes) == 1 else text
    return text


def _swapped(text: str, positions: list[int], count: int) -> list[str]:
    """Every text that differs from this one by look-alikes at `count` of the positions."""
    found = []
    for chosen in itertools.combinations(positions, count):
        for characters in itertools.product(*(lookalikes.swaps(text[index]) for index in chosen)):
            swapped = dict(zip(chosen, characters, strict=True))
            found.append("".join(swapped.get(index, old) for index, old in enumerate(text)))
    return found


def _weighed(text: str, looks: Looks | None) -> dict[str, float]:
    """By country that can write the text, how likely it is, times how often such a plate of this country is met."""
    if looks is None:
        return {country: share * _vehicles()[country] for country, share in _likelihoods(text).items()}
    return {
        country: share * (VEHICLES_WEIGHT * _vehicles()[country] + LOOKS_WEIGHT * looks.get(country, 0.0))
        for country, share in _likelihoods(text, rare=True).items()
    }


@functools.cache
def _vehicles() -> dict[str, float]:
    return {country.region: math.sqrt(country.vehicles) for country in COUNTRIES}


@functools.lru_cache(maxsize=4096)
def _likelihoods(text: str, *, rare: bool = False) -> dict[str, float]:
    """By country, how likely one of its plates is to be this text; without the countries that cannot write it.

    Rare series count only if asked for: where nobody knows the looks, a scrap of another plate is likelier.
    """
    found: dict[str, float] = {}
    for series in _series_by_shape().get(_shape(text), ()):
        if (rare or not series.rare) and series.pattern.fullmatch(text):
            found[series.region] = found.get(series.region, 0.0) + series.likelihood
    return found


@functools.cache
def _series_by_shape() -> dict[str, list[_Series]]:
    """What to try for a text of a shape: of some three hundred series two or three, so that repairs stay cheap."""
    found: dict[str, list[_Series]] = {}
    for country in COUNTRIES:
        for pattern, share in (country.series | country.rare).items():
            words = [_words(country, sign) for sign in pattern]
            series = _compiled(country, words, share, rare=pattern in country.rare)
            for shape in {"".join(parts) for parts in itertools.product(*({*map(_shape, part)} for part in words))}:
                found.setdefault(shape, []).append(series)
    return found


def _words(country: Country, sign: str) -> list[str]:
    members = (_PLAIN | country.classes).get(sign, sign)
    return members.split() if " " in members else list(members)


def _compiled(country: Country, words: list[list[str]], share: float, *, rare: bool) -> _Series:
    expression = "".join(f"(?:{'|'.join(part)})" for part in words)
    return _Series(country.region, re.compile(expression), share / math.prod(map(len, words)), rare)


def _shape(text: str) -> str:
    """A for each letter, 9 for each digit, anything else as it is."""
    return text.translate(_SHAPES)
