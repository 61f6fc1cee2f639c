"""Who belongs to whom, when everybody wants the nearest: the assignment of least cost."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


def assign(costs: Sequence[Sequence[float]], *, cost_max: float) -> list[tuple[int, int]]:
    """The pairs (row, column) of the one-to-one assignment of least cost, where to leave one alone costs `cost_max`.

    So a good pair is not broken to make two bad ones. Deterministic. O(n^3): for tens, not thousands.

    Args:
        costs: one row for each on the one side, all of one length; infinite where there can be no pair.
        cost_max: a pair that costs as much, or more, is not made.
    """
    rows, columns = len(costs), len(costs[0]) if costs else 0
    size = max(rows, columns)
    square = [
        [min(costs[i][j], cost_max) if i < rows and j < columns else cost_max for j in range(size)] for i in range(size)
    ]
    return [(i, j) for i, j in _hungarian(square) if square[i][j] < cost_max]


def _hungarian(square: list[list[float]]) -> list[tuple[int, int]]:
    """Kuhn and Munkres with potentials: row after row finds a place along the cheapest chain of moves."""
    size = len(square)
    state = _State([0.0] * (size + 1), [0.0] * (size + 1), [0] * (size + 1))
    for row in range(1, size + 1):
        _place(row, square, state)
    return sorted((state.row_of[column] - 1, column - 1) for column in range(1, size + 1))


@dataclass(frozen=True, slots=True)
class _State:
    """Rows and columns count from 1; column 0 is where a row waits for its place."""

    row_price: list[float]
    column_price: list[float]
    row_of: list[int]


def _place(row: int, square: list[list[float]], state: _State) -> None:
    row_of, size = state.row_of, len(square)
    least, came_from = [math.inf] * (size + 1), [0] * (size + 1)
    left = list(range(1, size + 1))
    done = [0]
    row_of[0], column = row, 0
    while row_of[column]:
        here = row_of[column]
        for j in left:
            price = square[here - 1][j - 1] - state.row_price[here] - state.column_price[j]
            if price < least[j]:
                least[j], came_from[j] = price, column
        column = min(left, key=least.__getitem__)
        step = least[column]
        for j in done:
            state.row_price[row_of[j]] += step
            state.column_price[j] -= step
        for j in left:
            least[j] -= step
        left.remove(column)
        done.append(column)
    while column:
        row_of[column], column = row_of[came_from[column]], came_from[column]
