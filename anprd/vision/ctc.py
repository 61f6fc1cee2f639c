"""Connectionist temporal classification, decoded: columns of probabilities become a text, or several likely ones.

Source: Graves et al., "Connectionist Temporal Classification" (ICML 2006), sections 3.2 and 4.
"""

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
    beams: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}  # by text: likelihood of paths that end in a blank, or not
    for column in np.flatnonzero(~silent | np.diff(silent, prepend=False)):
        if silent[column]:
            beams = {text: (blank + spoken, 0.0) for text, (blank, spoken) in beams.items()}
        else:
            classes = np.flatnonzero(followed[column])
            shares = probabilities[column, classes]
            beams = _pruned(_prolonged(beams, list(zip(classes.tolist(), shares.tolist(), strict=True))))
    found = [(text, certain * (blank + spoken)) for text, (blank, spoken) in beams.items()]
    return sorted(found, key=lambda hypothesis: (-hypothesis[1], hypothesis[0]))


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """(columns, classes) to the same: how likely each class is in each column."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: NDArray[np.float32] = shifted / shifted.sum(axis=1, keepdims=True)
    return probabilities


def _prolonged(
    beams: dict[str, tuple[float, float]], column: list[tuple[int, float]]
) -> dict[str, tuple[float, float]]:
    """Every text with each class of a column after it."""
    longer: dict[str, tuple[float, float]] = {}
    nothing = (0.0, 0.0)
    for text, (blank, spoken) in beams.items():
        either = blank + spoken
        for index, share in column:
            if index == BLANK:
                old = longer.get(text, nothing)
                longer[text] = (old[0] + either * share, old[1])
                continue
            character, before = ALPHABET[index - 1], either
            if text.endswith(character):  # the same one held on; a second one needs a blank between
                old, before = longer.get(text, nothing), blank
                longer[text] = (old[0], old[1] + spoken * share)
            if before:
                old = longer.get(text + character, nothing)
                longer[text + character] = (old[0], old[1] + before * share)
    return longer


def _pruned(beams: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    if len(beams) == 1:
        return beams
    least = BEAM_RATIO_MIN * max(map(sum, beams.values()))
    kept = [(text, shares) for text, shares in beams.items() if sum(shares) >= least]
    if len(kept) > BEAMS_MAX:
        kept = sorted(kept, key=lambda beam: -sum(beam[1]))[:BEAMS_MAX]
    return dict(kept)
