import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.backoff import backoff_s

FAILURES = st.integers(min_value=1, max_value=10**6)
CHANCE = st.floats(min_value=0, max_value=1)


@given(FAILURES, CHANCE)
def test_a_delay_is_never_zero_and_never_above_the_cap(failures, chance):
    assert 0.5 <= backoff_s(failures, first_s=1.0, cap_s=30.0, chance=chance) <= 30.0


@given(FAILURES, CHANCE)
def test_a_further_failure_never_shortens_the_delay(failures, chance):
    shorter = backoff_s(failures, first_s=1.0, cap_s=30.0, chance=chance)
    assert backoff_s(failures + 1, first_s=1.0, cap_s=30.0, chance=chance) >= shorter


def test_delays_double():
    assert [backoff_s(n, first_s=1.0, cap_s=30.0, chance=1.0) for n in (1, 2, 3, 4, 5, 6)] == [1, 2, 4, 8, 16, 30]


@pytest.mark.parametrize(("chance", "delay_s"), [(0.0, 4.0), (0.5, 6.0), (1.0, 8.0)])
def test_half_of_the_delay_is_chance(chance, delay_s):
    assert backoff_s(4, first_s=1.0, cap_s=30.0, chance=chance) == delay_s
