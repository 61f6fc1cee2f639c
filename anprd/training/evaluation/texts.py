"""Two texts side by side: how far apart they are, and which character was read for which."""

from collections.abc import Iterable

NOTHING = ""  # where one text has a character and the other has none

Pair = tuple[str, str]
"""A character of the truth and what was read for it; either may be `NOTHING`."""


def edit_distance(first: str, second: str) -> int:
    """Insertions, deletions and substitutions that turn one text into the other (Levenshtein), for the CER."""
    return _distances(first, second)[-1][-1]


def error_rate(texts: Iterable[tuple[str, str]]) -> float:
    """CER over (truth, reading) pairs: all edits by all characters of the truth; 0 where the truth has none."""
    edits = characters = 0
    for truth, reading in texts:
        edits += edit_distance(truth, reading)
        characters += len(truth)
    return edits / max(1, characters)


def aligned(truth: str, reading: str) -> list[Pair]:
    """The characters of both texts, each with its counterpart, with as few edits as there can be."""
    distances = _distances(truth, reading)
    row, column = len(truth), len(reading)
    pairs: list[Pair] = []
    while row or column:
        here = distances[row][column]
        differs = row > 0 and column > 0 and truth[row - 1] != reading[column - 1]
        if row and column and here == distances[row - 1][column - 1] + differs:
            pairs.append((truth[row - 1], reading[column - 1]))
            row, column = row - 1, column - 1
        elif column and here == distances[row][column - 1] + 1:
            pairs.append((NOTHING, reading[column - 1]))
            column -= 1
        else:
            pairs.append((truth[row - 1], NOTHING))
            row -= 1
    return pairs[::-1]


def right_characters(truth: str, reading: str) -> list[bool]:
    """For each character of the reading, whether it stands for the same one of the truth."""
    return [true == read for true, read in aligned(truth, reading) if read != NOTHING]


def confusions(texts: Iterable[tuple[str, str]]) -> dict[Pair, int]:
    """How often which character was read for which, over (truth, reading) pairs; only what differs."""
    counts: dict[Pair, int] = {}
    for truth, reading in texts:
        for pair in aligned(truth, reading):
            if pair[0] != pair[1]:
                counts[pair] = counts.get(pair, 0) + 1
    return counts


def _distances(first: str, second: str) -> list[list[int]]:
    rows = [list(range(len(second) + 1))]
    for left in first:
        above, row = rows[-1], [rows[-1][0] + 1]
        for place, right in enumerate(second):
            row.append(min(above[place + 1] + 1, row[-1] + 1, above[place] + (left != right)))
        rows.append(row)
    return rows
