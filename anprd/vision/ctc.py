"""Connectionist temporal classification, decoded: columns of probabilities become a text, or several likely ones.

Source: Graves et al., "Connectionist Temporal Classification" (ICML 2006), sections 3.2 and 4.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from anprd.records import Reading

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""What a reader can say; class 0 of the network is the blank, class i the i-th character, from 1."""

BLANK = 0

# A wider search follows .5 % more of the right texts in two to three times the time: docs/models.md#rescoring
CLASS_MIN = 3e-3  # a class less likely than this in a column is not followed
BEAMS_MAX = 16
BEAM_RATIO_MIN = 1e-4  # of the likeliest one's probability

Hypothesis = tuple[str, float]
"""A text, and how likely the columns make it, 0..1."""

_SPOKEN = ("", *ALPHABET)  # by class
_Beams = dict[str, tuple[float, float]]
"""By text: likelihood of paths that end in a blank, or not."""


def decode(logits: NDArray[np.float32], *, line_columns: int) -> Reading:
    """The best path through the columns, repeated classes merged and blanks dropped.

    Args:
        logits: (columns, 1 + len(ALPHABET)) float32; the upper line's columns, then the lower line's.
        line_columns: the columns of one line of text.

    Returns:
        The text, with the highest probability each character had in its run of columns, and its rows.
    """
    probabilities = softmax(logits)
    classes = probabilities.argmax(axis=1)
    starts = np.flatnonzero(np.diff(classes, prepend=-1))
    peaks: NDArray[np.float32] = np.maximum.reduceat(probabilities, starts, axis=0)
    spoken = np.flatnonzero(classes[starts] != BLANK)
    characters = classes[starts[spoken]]
    return Reading(
        text="".join(ALPHABET[index - 1] for index in characters),
        confidences=tuple(peaks[spoken, characters].tolist()),
        rows=rows(logits, line_columns=line_columns),
    )


def rows(logits: NDArray[np.float32], *, line_columns: int) -> int:
    """2 where both lines hold characters, of the best path; else 1. Arguments as of `decode`."""
    spoken = np.flatnonzero(logits.argmax(axis=1) != BLANK)
    return 2 if spoken.size and spoken[0] < line_columns <= spoken[-1] else 1


def hypotheses(logits: NDArray[np.float32]) -> list[Hypothesis]:
    """The likeliest texts, the likeliest first, by prefix beam search; at least one, which may be empty.

    A text is as likely as all paths that spell it are together, where `decode` goes by the best path alone. What is
    missing from 1 is the likelihood of texts that were not followed.

    Args:
        logits: as `decode` takes them.
    """
    probabilities = softmax(logits)
    followed = probabilities >= CLASS_MIN
    silent = followed[:, BLANK] & (followed.sum(axis=1) == 1)  # these change nothing but how likely all is
    certain = float(probabilities[silent, BLANK].prod())
    beams: _Beams = {"": (1.0, 0.0)}
    for column in np.flatnonzero(~silent | np.diff(silent, prepend=False)):
        if silent[column]:
            beams = {text: (blank + spoken, 0.0) for text, (blank, spoken) in beams.items()}
        else:
            shares = enumerate(probabilities[column].tolist())
            beams = _pruned(_prolonged(beams, {_SPOKEN[index]: share for index, share in shares if share >= CLASS_MIN}))
    found = [(text, certain * (blank + spoken)) for text, (blank, spoken) in beams.items()]
    return sorted(found, key=lambda hypothesis: (-hypothesis[1], hypothesis[0]))


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """(columns, classes) to the same: how likely each class is in each column."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: NDArray[np.float32] = shifted / shifted.sum(axis=1, keepdims=True)
    return probabilities


def _prolonged(beams: _Beams, column: Mapping[str, float]) -> _Beams:
    """Every text with each class of a column after it, but for those that `_pruned` would drop.

    Args:
        beams: at least one.
        column: how likely each class is that is followed, the blank's under "".
    """
    longer = {text: _held_on(text, beams, column) for text in beams}
    totals = [blank + spoken for blank, spoken in longer.values()]
    least = max(BEAM_RATIO_MIN * max(totals), min(totals) if len(totals) >= BEAMS_MAX else 0.0)
    characters = sorted((share, character) for character, share in column.items() if character)
    for text, (blank, spoken) in beams.items():
        for share, character in reversed(characters):
            if (blank + spoken) * share < least:
                break
            # The same one once more needs a blank between.
            likely = (blank if text.endswith(character) else blank + spoken) * share
            if likely >= least and text + character not in beams:
                longer[text + character] = (0.0, likely)
    return longer


def _held_on(text: str, beams: _Beams, column: Mapping[str, float]) -> tuple[float, float]:
    """A text after one column more: a blank, its last character still, or a text one shorter and that character."""
    blank, spoken = beams[text]
    after = (blank + spoken) * column.get("", 0.0)
    if not text or text[-1] not in column:
        return after, 0.0
    share, shorter = column[text[-1]], text[:-1]
    before, before_spoken = beams.get(shorter, (0.0, 0.0))
    begun = before if shorter.endswith(text[-1]) else before + before_spoken
    return after, spoken * share + begun * share


def _pruned(beams: _Beams) -> _Beams:
    if len(beams) == 1:
        return beams
    totals = {text: blank + spoken for text, (blank, spoken) in beams.items()}
    least = BEAM_RATIO_MIN * max(totals.values())
    kept = [text for text, total in totals.items() if total >= least]
    if len(kept) > BEAMS_MAX:
        kept = sorted(kept, key=totals.__getitem__, reverse=True)[:BEAMS_MAX]
    return {text: beams[text] for text in kept}
