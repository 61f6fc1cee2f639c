"""A minute of the fault suite: two cameras, real networks, a real redis-server, a seeded schedule.

Slow machines make passes that nobody could see, not failures: what is asserted here does not depend on speed. The run
of five minutes with every bar is `make chaos`.
"""

import pytest

from tests.chaos import film, run

pytestmark = [pytest.mark.weights, pytest.mark.redis]

SECONDS = 60.0
SEED = 3


def test_nothing_that_could_be_seen_is_lost_or_doubled_whatever_breaks():
    found = run.chaos(SECONDS, SEED, film.demo_films())
    trouble = found["trouble"]
    assert found["faults"] >= 3, found
    assert not trouble["lost"], found
    assert not trouble["doubled"], found
    assert not trouble["disordered"], found
    assert not trouble["ended_unasked"], found
    assert not trouble["exit_code"], found
    assert found["all_back_s"]["max"] is not None, found
    assert found["never_back"] == 0, found
    assert found["passes"]["delivered"] + found["passes"]["delivered_of_cut"] > 0, found
