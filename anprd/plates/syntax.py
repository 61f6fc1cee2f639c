"""Whose plate a text looks like, whether it can be one at all, and the one repair that is safe.

A text fits many countries. A country that can write few texts says more by writing this one: the likelihood of a text
is the share of the country's plates in that series over the number of texts of the series. Only a country that is far
likelier than every other is named. Nothing is known of where the camera stands; countries with more vehicles are met
more often, and the root of their number stands for that, since most cameras see one country only. What the plate looks
like says far more, where somebody has looked: `Looks`; and so does where the groups of its text stand apart: `Gaps`.
"""

import functools
import itertools
import math
import re
from collections.abc import Mapping, Sequence

from anprd.plates import lookalikes, series, words
from anprd.plates.formats import COUNTRIES

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
LOOKS_MIN = 0.001  # of the country that is named; right regions have more
OTHERS_MIN = 0.05  # the same, where the reader has no word for it: of all such together (docs/models.md#looks)
VEHICLES_WEIGHT = 0.1  # of how often a country's plates are met, beside the looks

GAP_SHARE = 0.2  # of all places between two characters, those with a gap

Looks = Mapping[str, float]
"""How likely a plate is of each country, by what it looks like: 0..1, in all 1; "" is any country not known here."""

Gaps = Sequence[float]
"""After each character of a text but the last, how likely its groups are parted there: log-odds, 0 where unknown."""

_DATES = re.compile(
    r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])|(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])(19|20)\d\d"
    r"|(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(19|20)\d\d"
)


def region(text: str, looks: Looks | None = None, gaps: Gaps = ()) -> str:
    """The country (ISO 3166-1 alpha-2) whose plate this most likely is; "" where several are possible or none.

    A country that the looks rule out is not named, though no other writes such a text.

    Args:
        text: A-Z 0-9.
        looks: what the plate looks like; None where nobody looked.
        gaps: one for each place between two of its characters; () where nobody knows.
    """
    if looks is not None and words.lettering(text):
        return words.region(looks)
    likely = _weighed(text, looks, gaps)
    if not likely:
        return ""
    best, *rest = sorted(likely, key=lambda name: -likely[name])
    if looks is not None and not _may_look(best, looks):
        return ""  # nobody else writes such texts, but this is no plate of theirs
    return best if not rest or likely[best] >= LIKELIER * likely[rest[0]] else ""


def regions(text: str) -> frozenset[str]:
    """Every country with a series, none of the rare ones, that the text fits."""
    return frozenset(one.region for one, _ in series.followed(text) if not one.rare)


def likelihood(text: str, looks: Looks | None = None, gaps: Gaps = ()) -> float:
    """How much likelier a plate, of such looks and gaps if they are known, bears this text than one drawn at random.

    Never 0. So texts of all lengths compare. Besides the series of countries there are plates with words, and plates
    that nothing here foresees.
    """
    word = WORDS * WORD_LETTERS ** -len(text) if len(text) >= WORD_LENGTH_MIN and words.lettering(text) else 0.0
    return (sum(_weighed(text, looks, gaps).values()) + word + ANY_TEXT * LETTERS ** -len(text)) * LETTERS ** len(text)


def plausible(text: str, *, region: str = "", detector_confidence: float = 1.0) -> bool:
    """Whether the text may be a plate of any country, known here or not: A-Z 0-9, 4 to 10, no date.

    All letters are badges and lettering far more often than plates, unless they look like one (`words`); a date of
    eight digits is the camera's own.

    Args:
        text: as read.
        region: the country that text and looks agree on; "" where nobody looked.
        detector_confidence: 0..1, that there is a plate at all.
    """
    return (
        LENGTH_MIN <= len(text) <= LENGTH_MAX
        and text.isascii()
        and text.isalnum()
        and text == text.upper()
        and not _DATES.fullmatch(text)
        and (not words.lettering(text) or words.is_plate(text, region=region, detector_confidence=detector_confidence))
    )


def repair(text: str, confidences: tuple[float, ...]) -> str:
    """The text with unsure characters swapped for look-alikes, where that alone makes it a plate of one country.

    Conservative: lettering stays, and a text that fits any series; a character of .8 or more stays; only letter and
    digit of one shape are swapped, at two positions at most; where more than one outcome is possible the text stays.

    Args:
        text: A-Z 0-9.
        confidences: one per character, 0..1.
    """
    if words.lettering(text) or regions(text):
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


def _may_look(country: str, looks: Looks) -> bool:
    return looks[country] >= LOOKS_MIN if country in looks else looks.get("", 0.0) >= OTHERS_MIN


def _weighed(text: str, looks: Looks | None, gaps: Gaps = ()) -> dict[str, float]:
    """By country that can write the text, how likely it is, times how often such a plate of this country is met.

    Rare series count only where the looks are known: else a scrap of another plate is likelier. Where the groups of a
    series end is held against gaps that may be anywhere.
    """
    found: dict[str, float] = {}
    anywhere = math.fsum(math.log1p(GAP_SHARE * math.expm1(gap)) for gap in gaps)
    for one, ends in series.followed(text):
        if looks is not None or not one.rare:
            parted = math.fsum(gaps[end - 1] for end in ends) - anywhere if gaps and ends else 0.0
            share = one.likelihood * math.exp(parted) * _met(one.region, looks)
            found[one.region] = found.get(one.region, 0.0) + share
    return found


def _met(country: str, looks: Looks | None) -> float:
    if looks is None:
        return _vehicles()[country]
    return VEHICLES_WEIGHT * _vehicles()[country] + LOOKS_WEIGHT * looks.get(country, 0.0)


@functools.cache
def _vehicles() -> dict[str, float]:
    return {country.region: math.sqrt(country.vehicles) for country in COUNTRIES}
