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
    reading, _ = decode_with_rivals(logits, line_columns=line_columns)
    return reading


def decode_with_rivals(logits: NDArray[np.float32], *, line_columns: int) -> tuple[Reading, NDArray[np.float32]]:
    """As `decode`, and what else each character may be.

    Returns:
        The reading, and (characters, 1 + len(ALPHABET)) float32: each class's highest probability in each character's
        run of columns.
    """
    probabilities = _softmax(logits)
    classes = probabilities.argmax(axis=1)
    starts = np.flatnonzero(np.diff(classes, prepend=-1))
    peaks: NDArray[np.float32] = np.maximum.reduceat(probabilities, starts, axis=0)
    spoken = np.flatnonzero(classes[starts] != BLANK)
    characters = classes[starts[spoken]]
    reading = Reading(
        text="".join(ALPHABET[index - 1] for index in characters),
        confidences=tuple(peaks[spoken, characters].tolist()),
        rows=max(1, len(set((starts[spoken] // line_columns).tolist()))),
    )
    return reading, peaks[spoken]


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: NDArray[np.float32] = shifted / shifted.sum(axis=1, keepdims=True)
    return probabilities
