"""Connectionist temporal classification, decoded greedily: columns of probabilities become a text.

Source: Graves et al., "Connectionist Temporal Classification" (ICML 2006), section 3.2, best path decoding.
"""

import numpy as np
from numpy.typing import NDArray

from anprd.records import Reading

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""What a reader can say; class 0 of the network is the blank, class i the i-th character, from 1."""

BLANK = 0


def decode(logits: NDArray[np.float32], *, line_columns: int) -> Reading:
    """The best path through the columns, repeated classes merged and blanks dropped.

    Args:
        logits: (columns, 1 + len(ALPHABET)) float32; the upper line's columns, then the lower line's.
        line_columns: the columns of one line of text.

    Returns:
        The text, with the highest probability each character had in its run of columns; `rows` is 2 where both lines
        hold characters.
    """
    probabilities = _softmax(logits)
    classes = probabilities.argmax(axis=1)
    best = probabilities[np.arange(len(classes)), classes]
    starts = np.flatnonzero(np.diff(classes, prepend=-1))
    runs = [
        (int(classes[start]), int(start), float(peak)) for start, peak in zip(starts, _peaks(best, starts), strict=True)
    ]
    characters = [(ALPHABET[index - 1], start, peak) for index, start, peak in runs if index != BLANK]
    lines = {start // line_columns for _, start, _ in characters}
    return Reading(
        text="".join(character for character, _, _ in characters),
        confidences=tuple(peak for _, _, peak in characters),
        rows=max(1, len(lines)),
    )


def _peaks(best: NDArray[np.float32], starts: NDArray[np.intp]) -> NDArray[np.float32]:
    peaks: NDArray[np.float32] = np.maximum.reduceat(best, starts)
    return peaks


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: NDArray[np.float32] = shifted / shifted.sum(axis=1, keepdims=True)
    return probabilities
