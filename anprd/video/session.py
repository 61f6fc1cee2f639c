"""One connection with a camera: packets as they come, and dated frames of those that are to be decoded.

Which are is the business of the sources above (`live`, `waking`); reconnecting is the worker's.
"""

from collections import Counter
from collections.abc import Callable, Mapping

from anprd.errors import SourceError
from anprd.settings import CameraSettings
from anprd.video import container, decoder
from anprd.video.clock import NOMINAL_S, Clock, Stamp, StreamClock, wall_of
from anprd.video.container import OpenStream
from anprd.video.decoder import DecodedPicture, Decoder
from anprd.video.frames import Frame
from anprd.video.reader import Arrival, PacketReader
from anprd.video.sender import SenderClock
from anprd.video.troubles import Trouble, seconds, sentence

WAIT_S = 0.5  # how often a waiting frame loop comes up for air
# FFmpeg holds the last packet back until the next comes; at its own limit it gives that one out and waits once more. So
# the limit is kept here, and FFmpeg's, a little longer, only frees the thread.
_READ_LIMIT_RATIO = 1.25
_OPEN_GRACE_S = 8.0  # DNS, and the second look at what kept a camera from opening, have limits of their own
_UNDECODABLE_S_MAX = 20.0  # a camera with a thrifty codec sends a key frame only every ten seconds or so
_UNDECODABLE_PACKETS_MAX = 250  # after a picture: ten seconds at 25 frames a second, every one damaged


class Session:
    """A camera's stream, being opened and then open. Not thread-safe, save for `close`."""

    def __init__(
        self,
        url: str,
        settings: CameraSettings,
        clock: Clock,
        counts: Counter[str],
        *,
        decoding: Mapping[str, str] = decoder.EXACTLY,
    ) -> None:
        """Begin to open it; nothing blocks.

        Args:
            url: rtsp(s) or http(s).
            settings: transport, timeouts and the camera's name.
            clock: says when packets come.
            counts: told what is lost: "corrupt", "overrun".
            decoding: `decoder.EXACTLY` or `ROUGHLY`.
        """
        self._decoding = decoding
        self.name = settings.shown(url)
        self.width, self.height, self.fps = 0, 0, 0.0
        self._clock = clock
        self._counts = counts
        self._read_timeout_s = settings.read_timeout_s
        self._open_limit_s = 2 * settings.open_timeout_s + _OPEN_GRACE_S
        self._open_until_s = clock.now_s() + self._open_limit_s
        self._closed = False
        self._decoder: Decoder | None = None
        self._stream_clock = StreamClock()
        self._sender_clock = SenderClock()
        self._tick_s = 0.0
        self._came_s: float | None = None
        self._heard_s = self._whole_s = clock.now_s()
        self._damaged = 0
        self._shown = False
        self._reader = PacketReader(
            lambda: container.open_network(
                url,
                name=self.name,
                transport=settings.transport,
                open_timeout_s=settings.open_timeout_s,
                read_timeout_s=_READ_LIMIT_RATIO * settings.read_timeout_s,
            ),
            clock,
            counts,
            name=settings.name,
        )

    @property
    def lag_s(self) -> float:
        """How long ago the frame last decoded came: what the network took is not our doing, and not made up for."""
        return 0.0 if self._came_s is None else max(0.0, self._clock.now_s() - self._came_s)

    def await_open(self, waiting: Callable[[], None]) -> None:
        """Wait until it is open; `waiting` is called meanwhile. Raises SourceError; whatever is raised closes it."""
        try:
            while not self.is_open(WAIT_S):
                waiting()
        except BaseException:  # whatever it is, the thread is told to end
            self.close()
            raise

    def is_open(self, wait_s: float) -> bool:
        """Whether it is open by now, at most `wait_s` later. Raises SourceError: it cannot be opened."""
        if self._decoder is not None:
            return True
        stream = self._reader.opened(wait_s)
        if stream is not None:
            self._begin(stream)
        elif self._clock.now_s() > self._open_until_s:
            raise SourceError(sentence(Trouble.NO_ANSWER, self.name, seconds(self._open_limit_s)))
        return stream is not None

    def take(self, wait_s: float, *, late_s: float = 0.0) -> Arrival | None:
        """The next packet; None: none came within `wait_s`, or this was closed.

        Args:
            wait_s: as told.
            late_s: how late it may be on purpose; beyond that and a few seconds the newest key frame is next.

        Raises:
            SourceError: the stream failed, has ended, or was silent for `read_timeout_s`.
        """
        left_s = self._left_s()
        arrival = self._reader.take(max(0.0, min(wait_s, left_s)), late_s=late_s)
        if arrival is None:
            self._bear_silence(left_s)
        else:
            self._heard_s = max(self._heard_s, arrival.arrived_s)
        return arrival

    def take_all(self, wait_s: float, *, rest_s: float = 0.0) -> list[Arrival]:
        """Every packet that has come; waits and raises as `take`. `rest_s`: as `PacketReader.take_all`."""
        left_s = self._left_s()
        arrivals = self._reader.take_all(max(0.0, min(wait_s, left_s)), rest_s=rest_s)
        if arrivals:
            self._heard_s = max(self._heard_s, arrivals[-1].arrived_s)
        else:
            self._bear_silence(left_s)
        return arrivals

    def pictures(self, arrival: Arrival) -> list[DecodedPicture]:
        """The pictures that a packet completes, mostly one. Raises SourceError: nothing can be decoded any more."""
        assert self._decoder is not None
        pictures = self._decoder.decode(arrival.packet)
        if pictures:
            self._note_whole()
            self._shown = True
        else:
            self._bear_with_it()
        return pictures

    def decode(self, arrival: Arrival) -> list[Frame]:
        """The same, dated."""
        return [self._frame(picture, arrival) for picture in self.pictures(arrival)]

    def still(self, arrival: Arrival) -> Frame | None:
        """A key frame decoded by itself; the next packet that is decoded must be a key frame, this one or a later."""
        assert self._decoder is not None
        self._decoder.begin_anew()
        pictures = self._decoder.decode(arrival.packet) or self._decoder.decode(None)
        self.begin_anew()
        return self._frame(pictures[0], arrival) if pictures else None

    def begin_anew(self) -> None:
        """The next packet to be decoded is a key frame that does not follow the last one."""
        assert self._decoder is not None
        self._decoder.begin_anew()
        self._note_whole()  # nobody looked at what came since the last picture

    def forget(self) -> None:
        """The same, and nothing will be decoded for a while."""
        assert self._decoder is not None
        self._decoder.forget()

    def pass_over(self, arrival: Arrival) -> None:
        """Let a packet go undecoded; the clock hears of key frames, which come in the order in which they are shown."""
        packet = arrival.packet
        if packet.is_keyframe and packet.pts is not None:
            self._stamp(packet.pts * self._tick_s, arrival.arrived_s)

    def close(self) -> None:
        """Have the connection closed; `take` gives nothing more."""
        self._closed = True
        self._reader.close()

    def _begin(self, stream: OpenStream) -> None:
        self.width, self.height, self.fps = stream.width, stream.height, stream.fps
        self._tick_s = stream.tick_s
        self._decoder = Decoder(stream, self._counts, options=self._decoding)
        self._decoder.forget()  # what the container holds it would hold as long as the connection
        self._stream_clock = StreamClock(nominal_s=1 / self.fps if self.fps else NOMINAL_S)
        self._heard_s = self._whole_s = self._clock.now_s()

    def _left_s(self) -> float:
        """How long the stream may be silent yet."""
        return self._heard_s + self._read_timeout_s - self._clock.now_s()

    def _bear_silence(self, left_s: float) -> None:
        if self._closed:
            return
        if self._reader.over:
            raise SourceError(sentence(Trouble.ENDED, self.name))
        if left_s <= 0:
            raise SourceError(sentence(Trouble.STALLED, self.name, seconds(self._read_timeout_s)))

    def _stamp(self, pts_s: float | None, arrived_s: float) -> Stamp:
        return self._stream_clock.stamp(pts_s, arrived_s)

    def _frame(self, picture: DecodedPicture, arrival: Arrival) -> Frame:
        stamp = self._stamp(picture.pts_s, arrival.arrived_s)
        self._came_s = arrival.arrived_s
        self.width, self.height = picture.width, picture.height
        at, basis = self._sender_clock.date(wall_of(stamp.live_s, self._clock), picture.sender_s)
        return Frame(stamp.t_s, at, picture.width, picture.height, picture, basis)

    def _note_whole(self) -> None:
        self._whole_s, self._damaged = self._clock.now_s(), 0

    def _bear_with_it(self) -> None:
        """A packet gave no picture, which is usual until the first key frame and after a loss; but it has to end."""
        self._damaged += 1
        without_s = self._clock.now_s() - self._whole_s
        if without_s > _UNDECODABLE_S_MAX or (self._shown and self._damaged >= _UNDECODABLE_PACKETS_MAX):
            raise SourceError(sentence(Trouble.UNDECODABLE, self.name, f"{self._damaged} packets in a row"))
