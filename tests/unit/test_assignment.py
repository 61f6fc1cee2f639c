import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.tracks.assignment import assign

COSTS = st.integers(1, 4).flatmap(
    lambda columns: st.lists(
        st.lists(st.one_of(st.floats(-1, 3), st.just(math.inf)), min_size=columns, max_size=columns), max_size=4
    )
)


def test_nobody_is_assigned_to_nobody() -> None:
    assert assign([], cost_max=1) == []
    assert assign([[], []], cost_max=1) == []


def test_the_cheapest_whole_wins_over_the_cheapest_pair() -> None:
    assert assign([[0.0, 0.1], [0.2, 1.4]], cost_max=1.5) == [(0, 1), (1, 0)]


def test_a_good_pair_is_not_broken_to_make_two_bad_ones() -> None:
    assert assign([[0.0, 1.4], [1.4, math.inf]], cost_max=1.5) == [(0, 0)]


def test_a_pair_that_is_too_dear_is_not_made() -> None:
    assert assign([[2.0, math.inf]], cost_max=1.5) == []


@given(COSTS)
def test_no_other_assignment_is_cheaper(costs: list[list[float]]) -> None:
    cost_max = 1.5
    pairs = assign(costs, cost_max=cost_max)
    gained = sum(costs[i][j] - cost_max for i, j in pairs)
    rows, columns = len(costs), len(costs[0]) if costs else 0
    best = 0.0
    for chosen in itertools.product(range(columns + 1), repeat=rows):
        taken = [(i, j) for i, j in enumerate(chosen) if j < columns]
        if len({j for _, j in taken}) == len(taken):
            best = min(best, sum(min(costs[i][j], cost_max) - cost_max for i, j in taken))
    assert gained == pytest.approx(best)
    assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(pairs)
