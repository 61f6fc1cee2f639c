"""A camera on the network, from connecting to the last frame of the session. Reconnecting is the worker's business."""

from collections import Counter
from collections.abc import Callable, Iterator

from anprd.errors import SourceError
from anprd.redaction import redact
from anprd.settings import CameraSettings
from anprd.video import decoder
from anprd.video.clock import NOMINAL_S, Clock, StreamClock, wall_of
from anprd.video.decoder import Decoder, OpenStream
from anprd.video.frames import Frame
from anprd.video.reader import Arrival, PacketReader
from anprd.video.sender import SenderClock
from anprd.video.troubles import Trouble, seconds, sentence

_WAIT_S = 0.5  # how often a waiting frame loop comes up for air
# FFmpeg holds the last packet back until the next comes; at its own limit it gives that one out and waits once more. So
# the limit is kept here, and FFmpeg's, a little longer, only frees the thread.
_READ_LIMIT_RATIO = 1.25
_OPEN_GRACE_S = 8.0  # DNS, and the second look at what kept a camera from opening, have limits of their own
_UNDECODABLE_S_MAX = 20.0  # a camera with a thrifty codec sends a key frame only every ten seconds or so
_UNDECODABLE_PACKETS_MAX = 250  # ten seconds at 25 frames a second, every one damaged


class LiveSource:
    """One session with a camera: a `Source`."""

    duration_s: float | None = None

    def __init__(self, url: str, settings: CameraSettings, clock: Clock, waiting: Callable[[], None]) -> None:
        self.name = redact(url)
        self.counts: Counter[str] = Counter(corrupt=0, overrun=0)
        self._clock = clock
        self._waiting = waiting
        self._read_timeout_s = settings.read_timeout_s
        self._closed = False
        self._reader = PacketReader(
            lambda: decoder.open_network(
                url,
                transport=settings.transport,
                open_timeout_s=settings.open_timeout_s,
                read_timeout_s=_READ_LIMIT_RATIO * settings.read_timeout_s,
            ),
            clock,
            self.counts,
            name=settings.name,
        )
        try:
            self._stream = self._await_open(2 * settings.open_timeout_s + _OPEN_GRACE_S)
        except BaseException:  # whatever it is, the thread is told to end
            self._reader.close()
            raise
        self.width, self.height, self.fps = self._stream.width, self._stream.height, self._stream.fps
        self._decoder = Decoder(self._stream, self.counts)
        self._stream_clock = StreamClock(nominal_s=1 / self.fps if self.fps else NOMINAL_S)
        self._sender_clock = SenderClock()
        self._live_s: float | None = None
        self._heard_s = self._whole_s = clock.now_s()
        self._damaged = 0

    @property
    def lag_s(self) -> float:
        return 0.0 if self._live_s is None else max(0.0, self._clock.now_s() - self._live_s)

    def frames(self) -> Iterator[Frame]:
        self._heard_s = self._whole_s = self._clock.now_s()
        try:
            while not self._closed:
                left_s = self._heard_s + self._read_timeout_s - self._clock.now_s()
                arrival = self._reader.take(max(0.0, min(_WAIT_S, left_s)))
                if arrival is not None:
                    self._heard_s = max(self._heard_s, arrival.arrived_s)
                    yield from self._decoded(arrival)
                else:
                    self._wait(left_s)
        finally:
            self.close()

    def close(self) -> None:
        self._closed = True
        self._reader.close()

    def _wait(self, left_s: float) -> None:
        if self._closed:
            return
        if self._reader.over:
            raise SourceError(sentence(Trouble.ENDED, self.name))
        if left_s <= 0:
            raise SourceError(sentence(Trouble.STALLED, self.name, seconds(self._read_timeout_s)))
        self._waiting()

    def _await_open(self, limit_s: float) -> OpenStream:
        until_s = self._clock.now_s() + limit_s
        while (stream := self._reader.opened(_WAIT_S)) is None:
            self._waiting()
            if self._clock.now_s() > until_s:
                raise SourceError(sentence(Trouble.NO_ANSWER, self.name, seconds(limit_s)))
        return stream

    def _decoded(self, arrival: Arrival) -> Iterator[Frame]:
        pictures = self._decoder.decode(arrival.packet)
        if not pictures:
            self._bear_with_it()
        for picture in pictures:
            stamp = self._stream_clock.stamp(picture.pts_s, arrival.arrived_s)
            self._live_s, self._whole_s, self._damaged = stamp.live_s, self._clock.now_s(), 0
            self.width, self.height = picture.width, picture.height
            at, basis = self._sender_clock.date(wall_of(stamp.live_s, self._clock), picture.sender_s)
            yield Frame(stamp.t_s, at, picture.width, picture.height, picture, basis)

    def _bear_with_it(self) -> None:
        """A packet gave no picture, which is usual until the first key frame and after a loss; but it has to end."""
        self._damaged += 1
        without_s = self._clock.now_s() - self._whole_s
        if without_s > _UNDECODABLE_S_MAX or self._damaged >= _UNDECODABLE_PACKETS_MAX:
            raise SourceError(sentence(Trouble.UNDECODABLE, self.name, f"{self._damaged} packets in a row"))
