"""Which faults, in which order, how long and how far apart: all from one seed, before anything runs. Pure."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.chaos.faults import Kind

PAUSE_S = (6.0, 12.0)  # between a camera's return and its next fault: a pass or two
MACHINE_PAUSE_S = (3.0, 6.0)


@dataclass(frozen=True, slots=True)
class Planned:
    """One fault to come: after how long a pause, which, for how long; `chance` is its own."""

    pause_s: float
    kind: Kind
    lasts_s: float
    chance: random.Random


def lane(seed: str, kinds: Sequence[Kind], pause_s: tuple[float, float]) -> Iterator[Planned]:
    """One lane's faults without end: each kind once before any comes again, in an order that the seed shuffles."""
    chance = random.Random(seed)
    while True:
        for kind in chance.sample(kinds, len(kinds)):
            yield Planned(chance.uniform(*pause_s), kind, chance.uniform(*kind.lasts_s), random.Random(chance.random()))
