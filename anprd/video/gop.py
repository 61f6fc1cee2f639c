"""The last pictures of a stream as they came, compressed, so that decoding can begin in the past.

What is kept begins with a key frame, or goes on where the decoder stopped: either way it can be decoded. It is bounded
in bytes and seconds; what does not fit is handed back to be decoded and let go, so that the rest stays decodable.
"""

from collections import deque

from anprd.video.reader import Arrival

GOP_S_MAX = 12.0  # thrifty cameras send a key frame every ten seconds
GOP_BYTES_MAX = 16 << 20  # 12 s at 10 Mbit/s


class GopBuffer:
    """A queue of packets. Pure: its times are the packets' own."""

    def __init__(self, *, seconds_max: float = GOP_S_MAX, bytes_max: int = GOP_BYTES_MAX) -> None:
        self._seconds_max = seconds_max
        self._bytes_max = bytes_max
        self._queue: deque[Arrival] = deque()
        self._keys: deque[tuple[int, float]] = deque()  # number and moment of each key frame in it
        self._begin = self._end = 0  # numbers of the first packet in it, and of the next
        self._bytes = 0

    def put(self, arrival: Arrival, *, keep_from_s: float) -> tuple[list[Arrival], list[Arrival]]:
        """Keep one more packet.

        Args:
            arrival: later than all before.
            keep_from_s: the earliest moment that `take` may be wanted to begin at.

        Returns:
            What is no longer needed, and what had to give way and must be decoded now, each oldest first.
        """
        if arrival.packet.is_keyframe:
            self._keys.append((self._end, arrival.arrived_s))
        self._queue.append(arrival)
        self._end += 1
        self._bytes += arrival.packet.size
        return self._leave(self._needless(keep_from_s)), self._leave(self._excess())

    def take(self) -> list[Arrival]:
        """Everything, oldest first; nothing is kept."""
        return self._leave(len(self._queue))

    def _needless(self, keep_from_s: float) -> int:
        """How many come before the newest key frame that is old enough."""
        old_enough = [number for number, moment_s in self._keys if moment_s <= keep_from_s]
        return old_enough[-1] - self._begin if old_enough else 0

    def _excess(self) -> int:
        newest_s, held_bytes = self._queue[-1].arrived_s, self._bytes
        for index, arrival in enumerate(self._queue):
            if newest_s - arrival.arrived_s <= self._seconds_max and held_bytes <= self._bytes_max:
                return index
            held_bytes -= arrival.packet.size
        return len(self._queue)

    def _leave(self, count: int) -> list[Arrival]:
        left = [self._queue.popleft() for _ in range(count)]
        self._begin += count
        while self._keys and self._keys[0][0] < self._begin:
            self._keys.popleft()
        self._bytes -= sum(arrival.packet.size for arrival in left)
        return left
