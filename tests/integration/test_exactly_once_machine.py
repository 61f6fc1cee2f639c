"""Exactly once, statement by statement: the process is killed before or after any SQL statement or Redis call.

What a killed process leaves is what the kernel has of its files: they are copied at that moment, whatever transaction
is open, and the next process begins with the copy. The stream is a fake that does what the script in Redis does; a
smaller run of the same machine has a real redis-server. A broken power supply is not played: that needs fsync to be
believed (anprd/events/spool.py).
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from anprd.errors import SinkError
from anprd.events.publisher import Delivery
from anprd.events.redis_stream import RedisStream
from anprd.events.spool import Spool
from tests.event_fakes import FakeStream, HandClock, ListLog, event
from tests.redis_server import RedisServer

EVENTS_MAX = 30
STREAM = "anprd:events"


class Crash(BaseException):
    """kill -9."""


class Fate:
    """Counts steps and strikes at one of them; what is dead takes no further step."""

    def __init__(self) -> None:
        self.steps_left: int | None = None
        self.at_crash: Callable[[], None] = lambda: None
        self.disk_full = False

    def step(self) -> None:
        if self.steps_left is None:
            return
        self.steps_left -= 1
        if self.steps_left < 0:
            self.steps_left = None
            self.at_crash()
            raise Crash


class MortalConnection:
    """A connection in which each statement may be the last thing that the process does, or the last it does not."""

    def __init__(self, connection: sqlite3.Connection, fate: Fate) -> None:
        self._connection = connection
        self._fate = fate
        self._dead = False

    @property
    def in_transaction(self) -> bool:
        return not self._dead and self._connection.in_transaction

    def execute(self, statement, *values):
        return self._do(lambda: self._connection.execute(statement, *values), writes=_writes(statement))

    def executemany(self, statement, values):
        return self._do(lambda: self._connection.executemany(statement, values), writes=_writes(statement))

    def executescript(self, script):
        return self._do(lambda: self._connection.executescript(script), writes=False)

    def _do(self, work, *, writes):
        assert not self._dead
        try:
            self._fate.step()
            if writes and self._fate.disk_full:
                error = sqlite3.OperationalError("database or disk is full")
                error.sqlite_errorcode = sqlite3.SQLITE_FULL
                raise error
            result = work()
            self._fate.step()
        except Crash:
            self._dead = True
            raise
        return result


class MortalSpool(Spool):
    def __init__(self, path: Path, fate: Fate) -> None:
        self._fate = fate
        super().__init__(path, EVENTS_MAX, log=ListLog())

    def _opened(self):
        return MortalConnection(super()._opened(), self._fate)

    def _prepare(self, db):
        super()._prepare(MortalConnection(db, self._fate))


class Redis:
    """The stream with what may happen to it; `inner` adds each event that it has not had, in one step."""

    def __init__(self, inner, fate: Fate) -> None:
        self.inner = inner
        self.away = False
        self.lose_reply = False
        self._fate = fate

    def publish(self, events):
        self._fate.step()
        if self.away:
            raise SinkError("Redis is away")
        added = self.inner.publish(events)
        self._fate.step()
        if self.lose_reply:
            self.lose_reply = False
            raise SinkError("the reply was lost")
        return added


class FakeServer:
    """A Redis in memory that can lose it."""

    def __init__(self) -> None:
        self.stream = FakeStream()

    def empty(self) -> None:
        self.stream = FakeStream()

    def keys(self) -> list[str]:
        return self.stream.keys()


class RealServer:
    """A redis-server with the script as it is."""

    def __init__(self, server: RedisServer) -> None:
        self.stream = RedisStream(server.url, STREAM, 100_000)
        self.empty()

    def empty(self) -> None:
        self.stream._client.flushall()

    def keys(self) -> list[str]:
        return [f"{entry.fields['id']}:{entry.fields['revision']}" for entry in self.stream.read(1000)]


class Life(RuleBasedStateMachine):
    """One camera's events through any number of processes."""

    make_server = FakeServer

    def __init__(self) -> None:
        super().__init__()
        memory = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
        self.fate = Fate()
        self.fate.at_crash = self._leave
        self.server = self.make_server()
        self.redis = Redis(self.server.stream, self.fate)
        self.clock = HandClock()
        self.life = self.count = 0
        self.promised: list[str] = []
        self.eras: list[list[str]] = []
        self.spools: list[Spool] = []

    @initialize()
    def begin(self) -> None:
        self._restart()

    @rule(count=st.integers(1, 4))
    def put(self, count: int) -> None:
        for _ in range(count):
            self.count += 1
            given = event(self.count)
            if self._alive(lambda: self.delivery.put(given)):  # noqa: B023
                self.promised.append(given.key)

    @rule()
    def flood(self) -> None:
        self.put(EVENTS_MAX // 2)

    @rule(count=st.integers(1, 3))
    def deliver(self, count: int) -> None:
        for _ in range(count):
            self._alive(self._step)

    @rule(steps=st.integers(0, 14))
    def strike(self, steps: int) -> None:
        self.fate.steps_left = steps

    @rule()
    def kill(self) -> None:
        self._leave()
        self._restart()

    @rule(away=st.booleans())
    def redis_comes_and_goes(self, away: bool) -> None:
        self.redis.away = away

    @rule()
    def reply_is_lost(self) -> None:
        self.redis.lose_reply = True

    @rule()
    def redis_is_emptied(self) -> None:
        """Not while the disk cannot forget what has arrived: it may come again, and is news to this Redis."""
        if self.delivery._unforgotten:
            return
        self._end_era()
        self.server.empty()
        self.redis.inner = self.server.stream

    @rule(full=st.booleans())
    def disk(self, full: bool) -> None:
        self.fate.disk_full = full

    @invariant()
    def nothing_is_doubled_or_out_of_order(self) -> None:
        for keys in [*self.eras, self.server.keys()]:
            assert len(keys) == len(set(keys))
            assert keys == sorted(keys, key=_number)

    def teardown(self) -> None:
        """All is well again: everything promised has arrived, or was dropped by the limit and counted."""
        try:
            if not self.spools:
                return
            self.fate.steps_left, self.fate.disk_full = None, False
            self.redis.away = self.redis.lose_reply = False
            while self._step() is not None:
                pass
            self._end_era()
            self.nothing_is_doubled_or_out_of_order()
            arrived = {key for keys in self.eras for key in keys}
            missing = [key for key in self.promised if key not in arrived]
            assert len(missing) <= self.delivery.facts()["dropped"]
            assert self.delivery.waiting() == 0
        finally:
            for spool in self.spools:
                spool.close()
            shutil.rmtree(self.folder)

    def _step(self) -> float | None:
        wait_s = self.delivery.step()
        self.clock.s += wait_s or 0.0
        return wait_s

    def _alive(self, work: Callable[[], object]) -> bool:
        """Do it; False where the process died of it, and another one has begun."""
        try:
            work()
        except Crash:
            self._restart()
            return False
        return True

    def _leave(self) -> None:
        """The process dies here: its files are as they are, and what it held in memory only is gone, as it had said."""
        self.life += 1
        target = self.folder / str(self.life)
        target.mkdir()
        for path in (self.folder / str(self.life - 1)).glob("gate.sqlite*"):
            if not path.name.endswith("-shm"):
                shutil.copy(path, target)
        if hasattr(self, "delivery"):
            held = {one.key for one in self.delivery._held}
            self.promised = [key for key in self.promised if key not in held]

    def _restart(self) -> None:
        try:
            spool = MortalSpool(self.folder / str(self.life) / "gate.sqlite", self.fate)
        except Crash:
            self._restart()
            return
        self.spools.append(spool)
        self.delivery = Delivery(spool, self.redis, self.clock, ListLog(), chance=lambda: 0.5)

    def _end_era(self) -> None:
        self.eras.append(self.server.keys())


def _writes(statement: str) -> bool:
    """Whether it needs room on the disk: to delete takes some, too."""
    return statement.startswith(("INSERT", "DELETE"))


def _number(key: str) -> int:
    return int(key.split("-")[1].split(":", maxsplit=1)[0])


_PLAIN = settings(deadline=None, suppress_health_check=list(HealthCheck), stateful_step_count=40)


def test_whatever_statement_a_process_dies_at_nothing_is_lost_doubled_or_out_of_order():
    run_state_machine_as_test(Life, settings=settings(_PLAIN, max_examples=100))


@pytest.mark.redis
def test_the_same_against_a_real_server(tmp_path):
    with RedisServer(tmp_path / "redis", options=("--appendonly", "no")) as server:

        class RealLife(Life):
            def make_server(self):
                return RealServer(server)

        run_state_machine_as_test(RealLife, settings=settings(_PLAIN, max_examples=15))


def test_the_machine_would_notice_a_stream_without_a_memory():
    """The test can fail."""

    class ForgetfulStream(FakeStream):
        def publish(self, events):
            self._seen.clear()
            return super().publish(events)

    class ForgetfulServer(FakeServer):
        def __init__(self) -> None:
            self.stream = ForgetfulStream()

    class Careless(Life):
        make_server = ForgetfulServer

    found = settings(
        _PLAIN, max_examples=200, database=None, phases=[Phase.generate], report_multiple_bugs=False
    )  # whichever it finds, as it finds it: making it smaller takes two minutes
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Careless, settings=found)
