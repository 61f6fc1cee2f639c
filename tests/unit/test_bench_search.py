"""How many cameras are tried next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.bench import search
from anprd.bench.search import Trial, next_count


def searched(carried, *, first=4, limit=1000, busy_of=lambda count: 0.0):
    """The counts tried on a machine that carries so many, and the answer."""
    tried = []
    while (count := next_count(tried, first=first, limit=limit)) is not None:
        tried.append(Trial(count, count <= carried, busy_of(count)))
    return [trial.count for trial in tried], search.largest(tried)


def test_it_doubles_and_then_bisects():
    assert searched(25) == ([4, 8, 16, 32, 24, 28, 26, 25], 25)


def test_where_the_cpu_says_that_the_end_is_near_it_does_not_double():
    counts, found = searched(42, first=10, busy_of=lambda count: count / 44)
    assert counts[:3] == [10, 20, 40]
    assert max(counts) <= 44
    assert 40 <= found <= 42


@pytest.mark.parametrize("carried", [0, 1])
def test_a_machine_that_carries_nothing_or_one_is_found_out(carried):
    assert searched(carried)[1] == carried


@given(st.integers(0, 400), st.integers(1, 50))
def test_the_answer_is_within_a_twentieth_of_what_is_carried(carried, first):
    counts, found = searched(carried, first=first, busy_of=lambda count: count / max(1, carried))
    assert found <= carried
    assert carried - found <= max(1, 0.06 * carried)
    assert len(counts) == len(set(counts)) <= 20


def test_it_ends_at_the_limit():
    assert searched(5000, first=4, limit=100)[1] == 100
