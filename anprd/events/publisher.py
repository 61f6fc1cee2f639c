"""From the frame loop to Redis: onto the disk first, then by a thread of its own, in order, for as long as it takes.

`Delivery` decides and does one step at a time, on the clock that it is given; `Publisher` is the thread around it.
Crash anywhere: before `put` returned the event was not promised; after, it is in the spool, which forgets it only when
the stream has it; and what the stream has had it does not take again.
"""

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import SystemRandom
from typing import Protocol

from anprd.backoff import backoff_s
from anprd.errors import SinkError
from anprd.events.handover import HandOver
from anprd.events.record import Event
from anprd.events.redis_stream import BATCH_MAX
from anprd.events.spool import Spool
from anprd.observe import logs

RETRY_FIRST_S = 0.25  # a restarted redis-server is back within a second
RETRY_CAP_S = 10.0  # nobody wants to wait longer than this once Redis is back; 200 cameras are then 30 tries a second
HELD_MAX = 1000  # events kept in memory while the disk takes none; half a megabyte


class Clock(Protocol):
    """What is needed of a clock: monotonic seconds."""

    def now_s(self) -> float: ...


class Stream(Protocol):
    """Where events go: `RedisStream`, or what stands for it."""

    def publish(self, events: Sequence[Event]) -> int:
        """Add those events that are not there yet; SinkError where that is not sure."""
        ...


@dataclass(frozen=True, slots=True)
class Left:
    """Where events are that had not arrived when delivery ended."""

    on_disk: int
    handed_over: int
    """Neither the disk nor the stream took them: the next worker of the camera does (`events.handover`)."""
    lost: int


class Delivery:
    """Brings events from the spool to the stream, one step at a time; `put` and `step` may run in two threads.

    While the disk takes nothing (full, read-only), events are held in memory and go to the stream from there: a full
    disk is no reason to stop telling of plates. Such an event would not survive a crash, which is logged; an orderly
    end hands it over.
    """

    def __init__(
        self, spool: Spool, stream: Stream, clock: Clock, log: logs.Log, *,
        chance: Callable[[], float], handover: HandOver | None = None,
    ) -> None:  # fmt: skip
        """`handover`: where events go that are still held at the end, and come from at the start; None: nowhere."""
        self._spool = spool
        self._stream = stream
        self._clock = clock
        self._log = log
        self._chance = chance
        self._lock = threading.Lock()  # of `_held` and the order of the spool; never held while Redis is asked
        self._held: deque[Event] = deque()
        self._held_dropped = 0
        self._delivered = 0
        self._failures = 0
        self._row = 0
        self._last_error: str | None = None
        self._not_stored: str | None = None  # why the disk took no event when it was last asked
        self._unforgotten: str | None = None  # why the disk does not take that events have arrived
        self._retry_at_s = 0.0
        self._handover = handover
        if handover is not None and (left := handover.left()):
            self._log.info("events_taken_over", count=len(left))
            self._take(left)

    def put(self, event: Event) -> None:
        """Take the event; it is on the disk when this returns, or held and logged where the disk takes none."""
        self._take([event])

    def step(self) -> float | None:
        """Deliver one batch, if it is time.

        Returns:
            Seconds to wait before the next step (0: there may be more at once); None: nothing waits, come back when
            something was put.
        """
        wait_s = self._retry_at_s - self._clock.now_s()
        if wait_s > 0:
            return wait_s
        try:
            count = self._deliver_batch()
        except SinkError as error:
            return self._failed(error)
        if count:
            self._succeeded(count)
            return 0.0
        return None if self._is_well() else RETRY_CAP_S

    def hurry(self) -> None:
        """Let the next step try at once, whatever the backoff says."""
        self._retry_at_s = 0.0

    def hand_over(self) -> int:
        """Hand over what is held, while its delivery may go on. Returns for how many events there was room."""
        with self._lock:
            with contextlib.suppress(SinkError):  # a last time
                self._store()
            return self._handover.leave(self._held) if self._held and self._handover is not None else 0

    def leave(self) -> Left:
        """The end: hand over what is held; what finds no place there is lost, counted and logged."""
        count = self.hand_over()
        with self._lock:
            lost = [self._held.pop() for _ in range(len(self._held) - count)]
            self._held_dropped += len(lost)
        if count and self._handover is not None:
            self._log.warning("events_handed_over", count=count, file=str(self._handover.path), lost_by_a_reboot=True)
        if lost:
            self._log.error("events_dropped", reason="held_at_the_end", count=len(lost), event_id=lost[-1].id)
        return Left(on_disk=self._spool.depth(), handed_over=count, lost=len(lost))

    def close(self) -> None:
        """Close the spool; a later call opens it again."""
        self._spool.close()

    def waiting(self) -> int:
        """How many events have been put and are not known to have arrived."""
        return self._spool.depth() + len(self._held)

    def held(self) -> int:
        """How many of them are in memory only."""
        return len(self._held)

    def facts(self) -> dict[str, int | str | None]:
        """How delivery fares: counts since the start (`dropped`: since the spool was begun), in plain values."""
        return {
            "pending": self.waiting(),
            "held": self.held(),
            "delivered": self._delivered,
            "failures": self._failures,
            "dropped": self._spool.dropped + self._held_dropped,
            "last_error": self._trouble(),
        }

    def _trouble(self) -> str | None:
        """What is wrong, the disk first: where neither it nor Redis takes events, a crash loses them."""
        said = dict.fromkeys(filter(None, (self._not_stored or self._unforgotten, self._last_error)))
        return "; ".join(said) or None

    def _take(self, events: Iterable[Event]) -> None:
        with self._lock:
            self._held.extend(events)
            try:
                self._store()
            except SinkError as error:
                if self._not_stored is None:
                    self._log.error("events_held_in_memory", error=str(error), lost_by_a_crash=True)
                self._not_stored = str(error)
                self._drop_excess()

    def _store(self) -> None:
        """Move what is held onto the disk, oldest first."""
        while self._held:
            self._spool.put(self._held[0])
            self._let_go_oldest()
        self._note_stored()

    def _note_stored(self) -> None:
        if self._not_stored is not None:
            self._not_stored = None
            self._log.info("events_stored_again")

    def _drop_excess(self) -> None:
        while len(self._held) > HELD_MAX:
            lost = self._let_go_oldest()
            if not self._held_dropped:  # once; the status has the count
                self._log.error("events_dropped", reason="disk_and_redis_away", event_id=lost.id, held_max=HELD_MAX)
            self._held_dropped += 1

    def _deliver_batch(self) -> int:
        held = self._store_or_snapshot()
        batch = self._oldest(held)
        if batch:
            self._stream.publish(batch)
            self._forget(batch)
        elif held:
            # Only where nothing waits on the disk: these are younger than everything there.
            self._stream.publish(held)
            self._let_go(held)
        elif self._unforgotten:
            self._forget(())
        return len(batch) or len(held)

    def _is_well(self) -> bool:
        """Now that nothing waits: whether all that was wrong is over, with the disk only once it takes something."""
        with self._lock:
            if self._trouble() is None:
                return True
            if self._unforgotten or self._held:
                return False
            try:
                self._spool.probe()
            except SinkError:
                return False
            self._note_stored()
        self._succeeded(0)
        return True

    def _forget(self, arrived: Sequence[Event]) -> None:
        """Have the spool forget them. Where the disk is full or read-only it passes over them: others must not wait."""
        try:
            self._spool.ack(arrived)
        except SinkError as error:
            if self._unforgotten is None:
                self._log.warning("events_not_forgotten", error=str(error))
            self._unforgotten = str(error)
        else:
            self._unforgotten = None
            if not self._held:  # it is well again: else what is held says so when it is stored
                self._not_stored = None

    def _oldest(self, held: Sequence[Event]) -> list[Event]:
        try:
            return self._spool.pending(BATCH_MAX)
        except SinkError:
            if held:
                return []  # what may wait there cannot be had; that is no reason to keep back what is at hand
            raise

    def _store_or_snapshot(self) -> list[Event]:
        with self._lock:
            if self._held:
                with contextlib.suppress(SinkError):  # said when the first one was held; tried again at the next step
                    self._store()
            return list(self._held)[:BATCH_MAX]

    def _let_go(self, arrived: Sequence[Event]) -> None:
        keys = {event.key for event in arrived}
        with self._lock:
            # `put` may have stored some of them meanwhile: they are sent once more, and the stream knows them.
            while self._held and self._held[0].key in keys:
                self._let_go_oldest()

    def _let_go_oldest(self) -> Event:
        event = self._held.popleft()
        if self._handover is not None:
            self._handover.forget(event)
        return event

    def _failed(self, error: SinkError) -> float:
        self._failures += 1
        self._row += 1
        self._last_error = str(error)
        delay_s = backoff_s(self._row, first_s=RETRY_FIRST_S, cap_s=RETRY_CAP_S, chance=self._chance())
        self._retry_at_s = self._clock.now_s() + delay_s
        say = self._log.warning if self._row == 1 else self._log.debug
        say("delivery_failed", error=str(error), pending=self.waiting(), retry_in_s=round(delay_s, 2), tries=self._row)
        return delay_s

    def _succeeded(self, count: int) -> None:
        self._delivered += count
        if self._row:
            self._log.info("delivery_resumed", tries=self._row, pending=self.waiting())
        self._row = 0
        self._last_error = None


class Publisher:
    """Delivers in a thread of its own from the moment it is made, what an earlier process left behind included."""

    def __init__(
        self, spool: Spool, stream: Stream, clock: Clock, log: logs.Log, *, handover: HandOver | None = None
    ) -> None:
        self._clock = clock
        self._delivery = Delivery(spool, stream, clock, log, chance=SystemRandom().random, handover=handover)
        self._wake = threading.Event()
        self._until_s: float | None = None  # set: drain, and leave by then
        # A daemon thread: what it has not delivered is on the disk, so nothing is worth a process that does not end.
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
        self._thread.start()

    def put(self, event: Event) -> None:
        """Take an event for delivery. When this returns it survives a crash, unless the disk takes nothing.

        Costs a sync of the disk, some milliseconds; it never waits for Redis.
        """
        self._delivery.put(event)
        self._wake.set()
        # A thread that died of a bug must not leave a worker that looks well and delivers nothing. The next one has
        # this event.
        assert self._thread.is_alive() or self._until_s is not None, "the publisher's thread died"

    def stop(self, deadline_s: float) -> Left:
        """Deliver what waits, for at most so many seconds, and end. Says where those are that have not arrived.

        Where Redis is away one try is enough: the events are safe on disk and the next process delivers them. The
        spool's file is closed, which leaves nothing beside it.
        """
        self._until_s = self._clock.now_s() + deadline_s
        self._delivery.hand_over()  # at once: who does not end in time is killed
        self._wake.set()
        self._thread.join(deadline_s)
        left = self._delivery.leave()
        if not self._thread.is_alive():
            self._delivery.close()
        return left

    def facts(self) -> dict[str, int | str | None]:
        """How delivery fares: pending, held, delivered, failures, dropped and last_error (None: all is well)."""
        return self._delivery.facts()

    def _run(self) -> None:
        while self._until_s is None:
            wait_s = self._delivery.step()
            if wait_s != 0.0:
                self._wake.wait(wait_s)
                self._wake.clear()
        self._drain(self._until_s)

    def _drain(self, until_s: float) -> None:
        self._delivery.hurry()
        wait_s = self._delivery.step()
        while wait_s is not None and self._clock.now_s() + wait_s < until_s:
            if wait_s and not self._delivery.held():
                return
            threading.Event().wait(wait_s)  # held in memory only: worth every second there is
            wait_s = self._delivery.step()
