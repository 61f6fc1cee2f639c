"""Reads a camera's packets on a thread of its own, so that the frame loop never hangs in the network.

The frame loop beats the heart, hears signals and detects; a read may block for its whole timeout, and a detection may
take longer than the camera's next packets are willing to wait. Between the two stands a bounded queue that also tells
when each packet came.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

from anprd.video.clock import Clock, Lateness
from anprd.video.container import OpenStream, Packet

BACKLOG_PACKETS_MAX = 500  # 20 s at 25 frames a second: more is no delay but a stop
BACKLOG_BYTES_MAX = 32 << 20
BACKLOG_S_MAX = 4.0  # who is a second late only decodes, and catches up; who cannot goes on with the newest key frame
PUNCTUAL_S = 0.1  # a packet that is read so soon has few behind it; networks jitter by less
_CLOSE_S = 1.0  # a camera sends a packet at least this often, and then the thread sees that it is to stop


@dataclass(frozen=True, slots=True)
class Arrival:
    """A packet and when it came, in monotonic seconds."""

    packet: Packet
    arrived_s: float


class PacketReader:
    """The thread and its queue. It opens the stream, reads it and closes it (TEARDOWN) by itself."""

    def __init__(self, open_stream: Callable[[], OpenStream], clock: Clock, counts: Counter[str], *, name: str) -> None:
        """`counts` is told of packets thrown away because nobody took them, under "overrun"."""
        self._open_stream = open_stream
        self._clock = clock
        self._counts = counts
        self._changed = threading.Condition()
        self._queue: deque[Arrival] = deque()
        self._queue_bytes = 0
        self._await_key = False
        self._rest_s = 0.0
        self._handed_over_s = self._came_s = float("-inf")
        self._stream: OpenStream | None = None
        self._failure: BaseException | None = None
        self._over = False
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=f"packets {name}", daemon=True)
        self._thread.start()

    def opened(self, timeout_s: float) -> OpenStream | None:
        """The stream once it is open; None: not yet. Raises what opening it raised."""
        with self._changed:
            self._changed.wait_for(lambda: self._stream or self._over, timeout_s)
            if self._stream is None:
                self._raise_failure()
            return self._stream

    def take(self, timeout_s: float, *, late_s: float = 0.0) -> Arrival | None:
        """The next packet; None: none came in time, or there will be none (`over`). Raises what reading raised.

        `late_s`: by so much more than `BACKLOG_S_MAX` it may be late.
        """
        with self._changed:
            self._let_rest(0.0)
            self._changed.wait_for(lambda: self._queue or self._over, timeout_s)
            if self._queue:
                self._skip_if_late(BACKLOG_S_MAX + late_s)
                arrival = self._queue.popleft()
                self._queue_bytes -= arrival.packet.size
                return arrival
            self._raise_failure()
            return None

    def take_all(self, timeout_s: float, *, rest_s: float = 0.0) -> list[Arrival]:
        """Every packet that has come, however late, or the first to come in time; as `take` otherwise.

        `rest_s`: from now on packets are read and handed over so long after each other, several at a time, until they
        are taken in another way. To wake a thread for every packet costs as much as to receive it.
        """
        with self._changed:
            self._let_rest(rest_s)
            self._changed.wait_for(lambda: self._queue or self._over, timeout_s)
            arrivals = list(self._queue)
            self._queue.clear()
            self._queue_bytes = 0
            if not arrivals:
                self._raise_failure()
            return arrivals

    def _let_rest(self, rest_s: float) -> None:
        if rest_s < self._rest_s:
            self._changed.notify_all()
        self._rest_s = rest_s

    def _skip_if_late(self, late_s_max: float) -> None:
        """Nothing is skipped where no newer key frame is there: what follows refers to what would be."""
        if self._clock.now_s() - self._queue[0].arrived_s <= late_s_max:
            return
        newest = max((index for index, arrival in enumerate(self._queue) if arrival.packet.is_keyframe), default=0)
        self._counts["overrun"] += newest
        for _ in range(newest):
            self._queue_bytes -= self._queue.popleft().packet.size

    @property
    def over(self) -> bool:
        """Whether the stream has ended and every packet of it was taken."""
        with self._changed:
            return self._over and not self._queue

    def close(self) -> None:
        """Have the connection closed. Waits for a moment, once; a camera that is silent is left to the read timeout."""
        with self._changed:
            again, self._stopping = self._stopping, True
            self._failure = None
            self._changed.notify_all()
        if not again and threading.current_thread() is not self._thread:
            self._thread.join(_CLOSE_S)

    def _run(self) -> None:
        failure: BaseException | None = None
        try:
            self._read()
        except BaseException as error:  # noqa: BLE001  handed over whole: it is raised again in the frame loop's thread
            failure = error
        with self._changed:
            # An exception holds the frames that it passed, and they hold this object, its packets and the decoder: kept
            # here, all would stay until the garbage collector comes by, a megabyte for each camera that fell silent.
            self._failure, self._over = (None if self._stopping else failure), True
            failure = None
            self._changed.notify_all()

    def _raise_failure(self) -> None:
        """Raise it once, and keep it no longer."""
        failure, self._failure = self._failure, None
        try:
            if failure is not None:
                raise failure
        finally:
            del failure

    def _read(self) -> None:
        stream = self._open_stream()
        try:
            with self._changed:
                self._stream = stream
                self._changed.notify_all()
            lateness = Lateness(stream.tick_s)
            for packet in stream.packets(lambda: self._stopping):
                if self._stopping:
                    return
                read_s = self._clock.now_s()
                late_s = lateness.of(packet.pts, read_s)
                self._put(Arrival(packet, self._arrived_s(read_s, late_s)))
                if self._rest_s and stream.waits and abs(late_s) < PUNCTUAL_S:
                    self._rest()
        finally:
            stream.close()

    def _arrived_s(self, read_s: float, late_s: float) -> float:
        """When it came, as far as anybody knows: what came during a rest is no later than it would have been."""
        self._came_s = max(self._came_s, read_s - min(max(0.0, late_s), self._rest_s))
        return self._came_s

    def _rest(self) -> None:
        """Hand over what was read, and leave to the kernel what comes."""
        with self._changed:
            self._hand_over()
            self._changed.wait_for(lambda: self._stopping or not self._rest_s, self._rest_s)

    def _hand_over(self) -> None:
        self._handed_over_s = self._came_s
        self._changed.notify_all()

    def _put(self, arrival: Arrival) -> None:
        with self._changed:
            if len(self._queue) >= BACKLOG_PACKETS_MAX or self._queue_bytes >= BACKLOG_BYTES_MAX:
                self._counts["overrun"] += len(self._queue)
                self._queue.clear()
                self._queue_bytes = 0
                self._await_key = True  # what comes before the next key frame refers to what was thrown away
            if self._await_key and not arrival.packet.is_keyframe:
                self._counts["overrun"] += 1
                return
            self._await_key = False
            self._queue.append(arrival)
            self._queue_bytes += arrival.packet.size
            if arrival.arrived_s - self._handed_over_s >= self._rest_s:
                self._hand_over()
