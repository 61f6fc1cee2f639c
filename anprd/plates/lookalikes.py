"""How far apart two readings of a plate are, when some characters are nearly the same picture.

Two kinds of likeness. Twins are a letter and a digit of one shape (O and 0): hardly any country has both at one
position, so two texts that differ by twins only are one plate. Cousins are of one sort (3 and 8, U and V): readers
mix them up too, but two vans of one company may really differ by them, so they are only cheaper than any other
mistake.
"""

import functools

TWIN_COST = 0.25  # guess, not measured: four of them are one plain mistake
COUSIN_COST = 0.6  # guess, not measured: two of them are more than one plain mistake
SIMILAR_MAX = 1.0
SIMILAR_LENGTH_MIN = 4  # of three characters, two that agree are chance
DIFFERENT_RATIO_MIN = 0.35  # a sure reading is so far off once in 300 times: docs/measured.md#meeting
DIFFERENT_PART_RATIO_MIN = 0.6  # of a much shorter one, which may be what was to be seen of the other

_TWINS = (
    "0ODQ",
    "1IL",
    "2Z",
    "5S",
    "6G",
    "8B",
    "4A",
    "7T",
)  # never two digits; letters of one group read as each other too
_COUSINS = "17 38 68 56 08 06 09 27 89 UV VY MN HN MH EF CG KX PR FP VW"
_FOLD = str.maketrans({character: group[0] for group in _TWINS for character in group})
_COSTS = {a + b: COUSIN_COST for pair in _COUSINS.split() for a, b in (list(pair), list(pair[::-1]))} | {
    a + b: TWIN_COST for group in _TWINS for a in group for b in group if a != b
}
_TEXTS_MAX = 2048  # remembered: a vehicle is read a dozen times alike, and every vote compares all of them


def fold(text: str) -> str:
    """The text with every character replaced by the digit it looks like, where there is one."""
    return text.translate(_FOLD)


def twins(a: str, b: str) -> bool:
    """Whether the two are one text but for letters and digits of one shape; a text is its own twin."""
    return fold(a) == fold(b)


def swaps(character: str) -> str:
    """The other characters of its shape, in the order of the alphabet; empty where there are none."""
    group = next((group for group in _TWINS if character in group), "")
    return "".join(sorted(set(group) - {character}))


@functools.lru_cache(maxsize=_TEXTS_MAX)
def distance(a: str, b: str) -> float:
    """The weighted edit distance: 1 for a missing, an extra or a wrong character, less for one that looks alike.

    A metric but for the triangle inequality. 0 only for equal texts.
    """
    return 0.0 if a == b else _table(a, b)[-1][-1]


def similar(a: str, b: str) -> bool:
    """Whether one may be a misreading of the other: one wrong, missing or extra character, or a few look-alikes."""
    if min(len(a), len(b)) < SIMILAR_LENGTH_MIN:
        return a == b
    return abs(len(a) - len(b)) <= 1 and distance(a, b) <= SIMILAR_MAX


def ratio(a: str, b: str) -> float:
    """The distance as a share of the longer text: 0..1."""
    return distance(a, b) / max(len(a), len(b), 1)


def differ(a: str, b: str, *, part_ratio_min: float = DIFFERENT_PART_RATIO_MIN) -> bool:
    """Whether sure readings of the two are of two plates. Plates of one place share characters: most are not all wrong.

    `part_ratio_min` is asked of texts of which one is shorter by two characters and more.
    """
    return ratio(a, b) >= (DIFFERENT_RATIO_MIN if abs(len(a) - len(b)) <= 1 else part_ratio_min)


@functools.lru_cache(maxsize=_TEXTS_MAX)
def align(pivot: str, text: str) -> tuple[int | None, ...]:
    """For every character of `pivot` the index of its counterpart in `text`; None where `text` lacks it.

    Of several cheapest ways the one that pairs characters is taken, from the right.
    """
    if pivot == text:
        return tuple(range(len(text)))
    table = _table(pivot, text)
    found: list[int | None] = [None] * len(pivot)
    i, j = len(pivot), len(text)
    while i and j:
        if table[i][j] == table[i - 1][j - 1] + _cost(pivot[i - 1], text[j - 1]):
            i, j = i - 1, j - 1
            found[i] = j
        elif table[i][j] == table[i - 1][j] + 1:
            i -= 1
        else:
            j -= 1
    return tuple(found)


def _cost(a: str, b: str) -> float:
    return 0.0 if a == b else _COSTS.get(a + b, 1.0)


def _table(a: str, b: str) -> list[list[float]]:
    """Wagner and Fischer's table: [i][j] is the distance of the first i characters of `a` and the first j of `b`."""
    table = [[float(j) for j in range(len(b) + 1)]]
    for i, left in enumerate(a, start=1):
        above, row = table[-1], [float(i)]
        for j, right in enumerate(b, start=1):
            row.append(min(above[j - 1] + _cost(left, right), above[j] + 1, row[j - 1] + 1))
        table.append(row)
    return table
