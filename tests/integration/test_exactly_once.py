"""Exactly once, property by property: spool and delivery are killed at every step, on a real file.

A crash is an exception that nobody catches, thrown just before or just after a step; what then remains is what a killed
process leaves: the file (its connection is never closed) and the stream.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anprd.events.publisher import Delivery
from anprd.events.redis_stream import BATCH_MAX
from anprd.events.spool import Spool
from tests.event_fakes import FakeStream, HandClock, ListLog, event

STEPS = [f"{when} {what}" for what in ("put", "pending", "publish", "ack") for when in ("before", "after")]


class Crash(BaseException):
    """kill -9."""


class Fate:
    """Knows at which step the process dies next."""

    def __init__(self) -> None:
        self.step: str | None = None

    @contextmanager
    def around(self, what: str) -> Iterator[None]:
        self._meet(f"before {what}")
        yield
        self._meet(f"after {what}")

    def _meet(self, step: str) -> None:
        if self.step == step:
            self.step = None
            raise Crash


class MortalSpool(Spool):
    def __init__(self, path: Path, fate: Fate) -> None:
        self._fate = fate
        super().__init__(path, 100_000, log=ListLog())

    def put(self, event):
        with self._fate.around("put"):
            super().put(event)

    def pending(self, limit):
        with self._fate.around("pending"):
            return super().pending(limit)

    def ack(self, events):
        with self._fate.around("ack"):
            super().ack(events)


class MortalStream(FakeStream):
    def __init__(self, fate: Fate) -> None:
        super().__init__()
        self._fate = fate

    def publish(self, events):
        with self._fate.around("publish"):
            return super().publish(events)


class World:
    """One camera's life: the process dies and comes back, the file and the stream stay."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "gate.sqlite"
        self.fate = Fate()
        self.stream = MortalStream(self.fate)
        self._clock = HandClock()
        self._spools: list[Spool] = []
        self._count = 0
        self.promised: list[str] = []
        self.restart()

    def restart(self) -> None:
        self.fate.step = None
        self._spools.append(MortalSpool(self._path, self.fate))
        self.delivery = Delivery(self._spools[-1], self.stream, self._clock, ListLog(), chance=lambda: 0.5)

    def put(self) -> None:
        self._count += 1
        given = event(self._count)
        try:
            self.delivery.put(given)
            self.promised.append(given.key)
        except Crash:
            self.restart()

    def step(self) -> float | None:
        try:
            wait_s = self.delivery.step()
        except Crash:
            self.restart()
            return 0.0
        self._clock.s += wait_s or 0.0
        return wait_s

    def finish(self) -> list[str]:
        """Everything is well again: deliver all that there is, and say what the stream has."""
        self.fate.step = None
        self.stream.away = False
        self.restart()
        while self.step() is not None:
            pass
        for spool in self._spools:
            spool.close()
        return self.stream.keys()


@pytest.fixture(scope="module")
def directories() -> Iterator[Path]:
    # In memory where there is such a place: a crash of the process, not of the machine, is played here.
    memory = Path("/dev/shm")
    directory = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
    yield directory
    shutil.rmtree(directory)


_DEEDS = st.one_of(
    st.tuples(st.just("put"), st.integers(1, 3)),
    st.tuples(st.just("step"), st.integers(1, 2)),
    st.tuples(st.just("crash at"), st.sampled_from(STEPS)),
    st.tuples(st.sampled_from(["away", "back", "lose reply", "kill"]), st.none()),
)


@settings(max_examples=150, deadline=None)
@given(story=st.lists(_DEEDS, max_size=40))
def test_whenever_the_process_is_killed_nothing_is_lost_doubled_or_out_of_order(directories, story):
    world = World(Path(tempfile.mkdtemp(dir=directories)))
    for deed, how in story:
        match deed:
            case "put":
                for _ in range(how):
                    world.put()
            case "step":
                for _ in range(how):
                    world.step()
            case "crash at":
                world.fate.step = how
            case "away" | "back":
                world.stream.away = deed == "away"
            case "lose reply":
                world.stream.lose_reply = True
            case "kill":
                world.restart()
    arrived = world.finish()
    assert len(arrived) == len(set(arrived))
    assert set(world.promised) <= set(arrived)
    assert arrived == sorted(arrived, key=lambda key: int(key.split("-")[1].split(":")[0]))


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_each_step_of_a_long_backlog_loses_and_doubles_nothing(directories, step):
    world = World(Path(tempfile.mkdtemp(dir=directories)))
    for _ in range(3 * BATCH_MAX):
        world.put()
    for _ in range(5):
        world.fate.step = step
        world.put()
        world.step()
    arrived = world.finish()
    assert len(arrived) == len(set(arrived))
    assert set(world.promised) <= set(arrived)
    assert arrived[: 3 * BATCH_MAX] == world.promised[: 3 * BATCH_MAX]


def test_without_its_memory_the_stream_would_double(directories):
    """The test can fail: this is what the memory beside the stream is for."""
    world = World(Path(tempfile.mkdtemp(dir=directories)))
    world.put()
    world.fate.step = "after publish"
    world.step()
    world.stream._seen.clear()
    arrived = world.finish()
    assert arrived == world.promised * 2
