"""Which series of which countries a text follows: the table, made fit to be asked.

Of each series it is known how likely one of its texts is, and where its groups end.
"""

import functools
import itertools
import math
import re
import string
from dataclasses import dataclass
from typing import NamedTuple

from anprd.plates.formats import COUNTRIES
from anprd.plates.formats.country import Country

_PLAIN = {"9": string.digits, "1": string.digits[1:], "A": string.ascii_uppercase}
_SHAPES = str.maketrans(dict.fromkeys(string.ascii_uppercase, "A") | dict.fromkeys(string.digits, "9"))


@dataclass(frozen=True, slots=True)
class Series:
    """One pattern of a country."""

    region: str
    pattern: re.Pattern[str]
    likelihood: float
    """Of one text of the series, among the plates of its country."""
    rare: bool


class Fit(NamedTuple):
    """A series that a text follows, and after how many characters its groups end, but for the last; () if unknown."""

    series: Series
    ends: tuple[int, ...]


@functools.lru_cache(maxsize=4096)
def followed(text: str) -> tuple[Fit, ...]:
    """The series that the text follows."""
    found = ((series, series.pattern.fullmatch(text)) for series in _series_by_shape().get(_shape(text), ()))
    return tuple(
        Fit(series, tuple(map(match.end, range(1, series.pattern.groups + 1)))) for series, match in found if match
    )


@functools.cache
def _series_by_shape() -> dict[str, list[Series]]:
    """What to try for a text of a shape: of some four hundred series four, or 25 at most: repairs stay cheap."""
    found: dict[str, list[Series]] = {}
    for country in COUNTRIES:
        for pattern, share in (country.series | country.rare).items():
            groups = [[_words(country, sign) for sign in group] for group in pattern.split(" ")]
            words = [*itertools.chain(*groups)]
            likelihood = share / math.prod(map(len, words))
            series = Series(country.region, _compiled(groups), likelihood, rare=pattern in country.rare)
            for shape in {"".join(parts) for parts in itertools.product(*({*map(_shape, part)} for part in words))}:
                found.setdefault(shape, []).append(series)
    return found


def _words(country: Country, sign: str) -> list[str]:
    members = (_PLAIN | country.classes).get(sign, sign)
    return members.split() if " " in members else list(members)


def _compiled(groups: list[list[list[str]]]) -> re.Pattern[str]:
    """What the words of all signs spell, each group but the last captured."""
    *captured, last = ["".join(f"(?:{'|'.join(words)})" for words in group) for group in groups]
    return re.compile("".join(f"({group})" for group in captured) + last)


def _shape(text: str) -> str:
    """A for each letter, 9 for each digit, anything else as it is."""
    return text.translate(_SHAPES)
