"""Which text a plate bears: of all that the picture may say, what countries write on plates.

N-best rescoring, as speech recognisers do it with a language model. By Bayes, how likely the network finds a text,
times how likely a plate of such looks is to bear it: O and 0 are one glyph in many typefaces, a bolt is no digit where
none belongs, and of two figures side by side one is easily swallowed. Where its groups stand apart tells besides which
of two texts it is. The network has learnt a part of that from the texts it was trained on, so the countries' voice is
lowered. Where no country writes any of the texts, and none is a word, the network's own stays.
"""

import math
from collections.abc import Sequence

from anprd.plates import lookalikes, syntax
from anprd.plates.syntax import Looks
from anprd.records import NOTHING_READ, Reading
from anprd.vision import spacing
from anprd.vision.ctc import Hypothesis
from anprd.vision.spacing import Spoken

PRIOR_WEIGHT = 0.4  # likeliest on training crops and on rendered plates not trained on: docs/models.md#rescoring
SHARE_MIN = 1e-3  # a text below it says nothing of single characters


def settle(hypotheses: Sequence[Hypothesis], looks: Looks, said: Spoken) -> Reading:
    """The likeliest text; as its `text_confidence`, how likely that is.

    Args:
        hypotheses: as `ctc.hypotheses` gives them, at least one.
        looks: which country's plate it looks like.
        said: where the characters of the best path stand.

    Returns:
        Each character is as sure as all texts that have it there are together.
    """
    shares = _shares(hypotheses, looks, said)
    text = max(shares, key=lambda candidate: shares[candidate])
    if not text:
        return NOTHING_READ
    region = syntax.region(text, looks, spacing.gaps(text, said))
    return Reading(text, _confidences(text, shares), text_confidence=shares[text], region=region)


def _shares(hypotheses: Sequence[Hypothesis], looks: Looks, said: Spoken) -> dict[str, float]:
    """How likely each text is, in all at most 1: what the network followed no further may be any text."""
    weights = {
        text: likely * syntax.likelihood(text, looks, spacing.gaps(text, said)) ** PRIOR_WEIGHT
        for text, likely in hypotheses
    }
    unknown = max(0.0, 1.0 - math.fsum(likely for _, likely in hypotheses)) * syntax.ANY_TEXT**PRIOR_WEIGHT
    whole = math.fsum(weights.values()) + unknown
    return {text: weight / whole for text, weight in weights.items()}


def _confidences(text: str, shares: dict[str, float]) -> tuple[float, ...]:
    sums = [0.0] * len(text)
    for other, share in shares.items():
        if share < SHARE_MIN and other != text:
            continue
        for place, counterpart in enumerate(lookalikes.align(text, other)):
            if counterpart is not None and other[counterpart] == text[place]:
                sums[place] += share
    return tuple([min(1.0, value) for value in sums])
