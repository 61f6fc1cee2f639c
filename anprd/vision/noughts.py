"""O or 0: one glyph in many typefaces. Where the picture leaves it open, what countries write on plates decides.

By Bayes: how likely the network finds either at each place, times how likely a plate of such looks is to bear the whole
text. The network has learnt a part of that from the texts it was trained on, so the countries' voice is lowered. Where
no country knows a text with either, and it is no word, all spellings are as likely and the network's own stays.
"""

import itertools
import math

import numpy as np
from numpy.typing import NDArray

from anprd.plates import syntax
from anprd.plates.syntax import Looks
from anprd.records import Reading
from anprd.vision import ctc

ROUND = "0O"
PRIOR_WEIGHT = 0.45  # likeliest on training crops and on rendered plates not trained on: docs/models.md#noughts
DOUBT_MIN = 1e-3  # a rival below this share of the character's own probability was never preferred
PLACES_MAX = 6  # 64 spellings; plates with more round characters in doubt are not met

_CLASSES = tuple(1 + ctc.ALPHABET.index(character) for character in ROUND)


def settle(reading: Reading, rivals: NDArray[np.float32], looks: Looks | None = None) -> Reading:
    """The reading with each doubtful O and 0 as its likelier one.

    Args:
        reading: as the network gave it.
        rivals: (characters, classes) each class's probability at each character, as `ctc.decode_with_rivals` gives it.
        looks: which country's plate it looks like; None if nobody looked.

    Returns:
        The likeliest spelling; a character in doubt is as sure as all spellings that agree on it are together.
    """
    places = [place for place, character in enumerate(reading.text) if character in ROUND]
    found = {place: rivals[place, _CLASSES].astype(float) for place in places}
    doubtful = [place for place in places if found[place].min() > DOUBT_MIN * found[place].max()]
    if not doubtful or len(doubtful) > PLACES_MAX:
        return reading
    spellings = [_spelled(reading.text, doubtful, signs) for signs in itertools.product(ROUND, repeat=len(doubtful))]
    likely = np.exp(_shifted([_log_likelihood(spelling, found, doubtful, looks) for spelling in spellings]))
    best = spellings[int(likely.argmax())]
    confidences = list(reading.confidences)
    for place in doubtful:
        agreeing = sum(share for share, text in zip(likely, spellings, strict=True) if text[place] == best[place])
        confidences[place] = min(1.0, float(found[place].sum())) * float(agreeing / likely.sum())
    return Reading(best, tuple(confidences), reading.rows)


def _spelled(text: str, places: list[int], signs: tuple[str, ...]) -> str:
    characters = list(text)
    for place, sign in zip(places, signs, strict=True):
        characters[place] = sign
    return "".join(characters)


def _log_likelihood(
    spelling: str, found: dict[int, NDArray[np.float64]], places: list[int], looks: Looks | None
) -> float:
    seen = sum(math.log(found[place][ROUND.index(spelling[place])]) for place in places)
    return seen + PRIOR_WEIGHT * math.log(syntax.likelihood(spelling, looks))


def _shifted(logs: list[float]) -> NDArray[np.float64]:
    """The same, the largest being 0: no exponential of them overflows."""
    return np.array(logs) - max(logs)
