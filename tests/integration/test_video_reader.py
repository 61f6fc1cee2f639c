"""The packet thread and its bounded queue, with a stream that tests can fill by hand."""

import contextlib
import gc
import queue
import threading
import time
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from anprd.errors import SourceError
from anprd.video import clock, reader
from anprd.video.clock import SystemClock
from anprd.video.reader import PacketReader
from tests.event_fakes import HandClock


@dataclass(frozen=True)
class Packet:
    number: int
    is_keyframe: bool = False
    size: int = 1000
    pts: int | None = None


class HandFilled:
    """A stream whose packets the test puts in; an exception is raised, None is the end."""

    tick_s = 0.001

    def __init__(self, *, waits: bool = True) -> None:
        self.waits = waits
        self.inbox: queue.Queue[Packet | Exception | None] = queue.Queue()
        self.closed = threading.Event()

    def packets(self, stopped: Callable[[], bool]) -> Iterator[Packet]:
        for item in iter(self.inbox.get, None):
            if isinstance(item, Exception):
                raise item
            yield item

    def close(self) -> None:
        self.closed.set()


@pytest.fixture
def stream() -> Iterator[HandFilled]:
    stream = HandFilled()
    yield stream
    stream.inbox.put(None)


def reading(stream: HandFilled, counts: Counter[str] | None = None) -> PacketReader:
    return PacketReader(lambda: stream, SystemClock(), Counter() if counts is None else counts, name="test")


def drain(packets: PacketReader) -> list[int]:
    return [arrival.packet.number for arrival in iter(lambda: packets.take(0.3), None)]


def test_packets_come_in_order_with_their_arrival(stream: HandFilled):
    packets = reading(stream)
    assert packets.opened(1) is stream
    for number in range(3):
        stream.inbox.put(Packet(number))
    arrivals = [packets.take(1) for _ in range(3)]
    assert [a.packet.number for a in arrivals if a] == [0, 1, 2]
    assert arrivals[0].arrived_s <= arrivals[2].arrived_s


def test_a_silent_stream_gives_none_and_is_not_over(stream: HandFilled):
    packets = reading(stream)
    assert packets.take(0.05) is None
    assert not packets.over


def test_the_end_is_told_after_the_last_packet(stream: HandFilled):
    packets = reading(stream)
    stream.inbox.put(Packet(0))
    stream.inbox.put(None)
    assert stream.closed.wait(1)
    assert not packets.over
    assert packets.take(1) is not None
    assert packets.take(1) is None
    assert packets.over


def test_a_failure_is_raised_after_the_last_packet(stream: HandFilled):
    packets = reading(stream)
    stream.inbox.put(Packet(0))
    stream.inbox.put(SourceError("gone"))
    assert packets.take(1) is not None
    with pytest.raises(SourceError, match="gone"):
        packets.take(1)
    assert stream.closed.wait(1)


def test_a_bug_in_the_thread_reaches_the_frame_loop(stream: HandFilled):
    packets = reading(stream)
    stream.inbox.put(ZeroDivisionError("a bug"))
    with pytest.raises(ZeroDivisionError):
        packets.take(1)


def test_what_keeps_it_from_opening_is_raised():
    def fail() -> HandFilled:
        raise SourceError("refused")

    packets = PacketReader(fail, SystemClock(), Counter(), name="test")
    with pytest.raises(SourceError, match="refused"):
        packets.opened(1)


def test_a_queue_that_nobody_empties_is_thrown_away_up_to_the_next_key_frame(
    stream: HandFilled, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reader, "BACKLOG_PACKETS_MAX", 10)
    counts: Counter[str] = Counter()
    packets = reading(stream, counts)
    for number in range(30):
        stream.inbox.put(Packet(number, is_keyframe=number in (0, 14, 25)))
    stream.inbox.put(None)
    assert stream.closed.wait(1)
    assert drain(packets) == [25, 26, 27, 28, 29]
    assert counts["overrun"] == 25


def test_the_queue_is_bounded_in_bytes_too(stream: HandFilled, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reader, "BACKLOG_BYTES_MAX", 5_000)
    packets = reading(stream)
    for number in range(8):
        stream.inbox.put(Packet(number, is_keyframe=number == 6))
    stream.inbox.put(None)
    assert stream.closed.wait(1)
    assert drain(packets) == [6, 7]


def test_who_is_late_on_purpose_goes_on_where_another_leaps_to_the_newest_key_frame(stream: HandFilled):
    counts: Counter[str] = Counter()
    now = HandClock()
    packets = PacketReader(lambda: stream, now, counts, name="test")
    for number in range(5):
        stream.inbox.put(Packet(number, is_keyframe=number in (0, 3)))
    stream.inbox.put(None)
    assert stream.closed.wait(1)
    now.s += reader.BACKLOG_S_MAX + 1.0
    taken = [packets.take(0.0, late_s=late_s) for late_s in (2.0, 0.0, 0.0)]
    assert [arrival and arrival.packet.number for arrival in taken] == [0, 3, 4]
    assert counts["overrun"] == 2


def now_sent(number: int) -> Packet:
    return Packet(number, pts=round(time.monotonic() / HandFilled.tick_s))


@pytest.fixture
def at_rest(stream: HandFilled, monkeypatch: pytest.MonkeyPatch) -> PacketReader:
    """A reader that has handed over all and rests for two seconds."""
    monkeypatch.setattr(clock, "_WINDOW_S", 0.0)
    packets = reading(stream)
    packets.opened(1)
    packets.take_all(0.0, rest_s=2.0)
    stream.inbox.put(now_sent(0))
    stream.inbox.put(now_sent(1))
    handed_over = packets.take_all(1.0, rest_s=2.0)
    while len(handed_over) < 2:
        handed_over += packets.take_all(1.0, rest_s=2.0)
    return packets


def test_a_reader_at_rest_leaves_packets_where_they_are(stream: HandFilled, at_rest: PacketReader):
    stream.inbox.put(now_sent(2))
    assert at_rest.take_all(0.2, rest_s=2.0) == []
    assert stream.inbox.qsize() == 1


def test_whoever_takes_one_by_one_ends_the_rest(stream: HandFilled, at_rest: PacketReader):
    stream.inbox.put(now_sent(2))
    taken = at_rest.take(1.0)
    assert taken is not None
    assert taken.packet.number == 2


def test_a_rest_ends_by_itself(stream: HandFilled, at_rest: PacketReader):
    sent_s = time.monotonic()
    stream.inbox.put(now_sent(2))
    (arrival,) = at_rest.take_all(5.0, rest_s=2.0)
    assert arrival.arrived_s - sent_s < 0.2, "it came when it was sent, not when it was read"


def test_closing_ends_a_rest(stream: HandFilled, at_rest: PacketReader):
    stream.inbox.put(now_sent(2))
    begun_s = time.monotonic()
    at_rest.close()
    assert stream.closed.is_set()
    assert time.monotonic() - begun_s < 0.9


def test_what_would_be_lost_unread_is_read_at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clock, "_WINDOW_S", 0.0)
    stream = HandFilled(waits=False)
    packets = reading(stream)
    packets.take_all(0.0, rest_s=2.0)
    for number in range(5):
        stream.inbox.put(now_sent(number))
    stream.inbox.put(None)
    assert stream.closed.wait(1)
    assert len(packets.take_all(0.0)) == 5


def test_closing_ends_it_at_the_next_packet(stream: HandFilled):
    packets = reading(stream)
    packets.opened(1)
    threading.Timer(0.1, lambda: stream.inbox.put(Packet(0))).start()
    packets.close()
    assert stream.closed.wait(1)


def test_a_silent_camera_holds_up_whoever_closes_once(stream: HandFilled, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reader, "_CLOSE_S", 0.3)
    packets = reading(stream)
    packets.opened(1)
    began_s = time.monotonic()
    for _ in range(3):  # the frames, the source and whoever opened it
        packets.close()
    assert 0.3 <= time.monotonic() - began_s < 0.6


@pytest.mark.parametrize("is_taken", [True, False], ids=["its failure is taken", "it was closed before it failed"])
def test_a_session_that_is_over_is_not_left_to_the_garbage_collector(is_taken: bool):
    """It holds a decoder and packets; an exception that is kept holds it."""

    class Failing(HandFilled):
        def packets(self, stopped: Callable[[], bool]) -> Iterator[Packet]:
            self.inbox.get()
            raise SourceError("it broke off")

    stream = Failing()
    packets = reading(stream)
    thread, held = packets._thread, weakref.ref(packets)
    if is_taken:
        stream.inbox.put(None)
        with contextlib.suppress(SourceError):
            packets.take(5)
    else:
        threading.Timer(0.1, stream.inbox.put, (None,)).start()
        packets.close()
    thread.join(5)
    gc.disable()
    try:
        del packets, thread
        assert held() is None
    finally:
        gc.enable()
