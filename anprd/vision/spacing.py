"""Where the groups of a plate's text stand apart: `355 OCT` is not `3550 CT`, nor `SZO 99CK` the same as `SZ 099CK`.

A network trained with CTC says each character in the column where it sees it. So the distance to the next one, over the
usual distance on this plate, tells a gap, a dash or an emblem: docs/models.md#gaps.
"""

import statistics
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from anprd.plates.syntax import Gaps
from anprd.vision import ctc

SLOPE, MIDDLE = 15.0, 1.15  # of the log-odds of a gap over the distance, in usual distances: docs/models.md#gaps
LOG_ODDS_MAX = 3.0  # a figure that was swallowed leaves a gap, too
DISTANCES_MIN = 3  # fewer in a line do not say what is usual


class Spoken(NamedTuple):
    """Where the characters of the best path were said."""

    text: str
    columns: tuple[float, ...]
    """Of each character, the column."""
    usual: tuple[float, ...]
    """Of each character, the usual distance in its line, in columns; 0 where nobody knows."""
    lines: tuple[int, ...]
    """Of each character, its line: 0 or 1."""


def spoken(logits: NDArray[np.float32], *, line_columns: int) -> Spoken:
    """Where the network says each character of the best path. Arguments as of `ctc.decode`."""
    probabilities = ctc.softmax(logits)
    classes = probabilities.argmax(axis=1).tolist()
    text, columns, lines, start = "", [], [], 0
    for index, run in groupby(classes):
        end = start + len(list(run))
        if index != ctc.BLANK:
            first = max(0, start - 1)
            columns.append(first + _middle(probabilities[first : end + 1, index].tolist()))
            lines.append(start // line_columns)
            text += ctc.ALPHABET[index - 1]
        start = end
    usual = [_usual([column for column, own in zip(columns, lines, strict=True) if own == line]) for line in (0, 1)]
    return Spoken(text, tuple(columns), tuple([usual[line] for line in lines]), tuple(lines))


def gaps(text: str, said: Spoken) -> Gaps:
    """For each place between two characters of a text, the log-odds of a gap there; 0 where nobody can tell.

    Args:
        text: one that the same columns may say. Of another length its beginning and its end are where the best path
            has the same; what is between is nowhere.
        said: the best path.
    """
    places = range(len(text)) if len(text) == len(said.text) else _counterparts(text, said.text)
    return tuple([_log_odds(said, here, there) for here, there in pairwise(places)])


def _counterparts(text: str, other: str) -> list[int | None]:
    shorter = min(len(text), len(other))
    first = next((place for place in range(shorter) if text[place] != other[place]), shorter)
    last = next((place for place in range(shorter - first) if text[-1 - place] != other[-1 - place]), shorter - first)
    found: list[int | None] = [None] * len(text)
    found[:first] = range(first)
    found[len(text) - last :] = range(len(other) - last, len(other))
    return found


def _log_odds(said: Spoken, here: int | None, there: int | None) -> float:
    if here is None or there is None or said.lines[here] != said.lines[there] or not said.usual[here]:
        return 0.0
    distance = (said.columns[there] - said.columns[here]) / said.usual[here]
    return min(LOG_ODDS_MAX, max(-LOG_ODDS_MAX, SLOPE * (distance - MIDDLE)))


def _middle(weights: Sequence[float]) -> float:
    """Of a run of columns and their neighbours, weighted by how likely each says the character."""
    return sum(place * weight for place, weight in enumerate(weights)) / sum(weights)


def _usual(columns: Sequence[float]) -> float:
    distances = [there - here for here, there in pairwise(columns)]
    return statistics.median(distances) if len(distances) >= DISTANCES_MIN else 0.0
