"""An RTSP camera that plays a film over TCP and can be made to fail in every way a camera or its network does.

It runs whether anybody watches or not, as cameras do, so at each moment it is known what it shows; and it notes each
frame that it sent whole, so afterwards it is known what a viewer could have seen.
"""

import contextlib
import random
import socket
import struct
import threading
import time
from dataclasses import dataclass, field, replace

from anprd.bench import rtp, rtsp
from anprd.bench.rtp import Coded
from tests.chaos.film import FPS, GOP_FRAMES, PLAIN, Film

_BUFFER_S = 3.0  # a camera that cannot send keeps this much; then it leaps to the present
_SEND_S_MAX = 30.0
_RATE_HZ = rtp.RATE_HZ
WRAP_AFTER_S = 8.0
_SUBSTREAM = "small"


@dataclass(frozen=True, slots=True)
class Mood:
    """How the camera behaves now."""

    variant: str = PLAIN
    status: int | None = None
    """Answered to every request but OPTIONS."""
    silent: bool = False
    """Connected, and nothing is sent or answered."""
    pace: float = 1.0
    """Frames sent a second, as a share of those filmed."""
    lost: float = 0.0
    """Share of packets that never arrive."""
    damaged: float = 0.0
    """Share of packets that arrive with other bytes."""
    shift_ticks: int = 0
    """Added to the timestamps."""
    wraps: bool = False
    """A session's timestamps run over `WRAP_AFTER_S` after its start."""

    @property
    def whole(self) -> bool:
        return self.pace == 1.0 and not (self.silent or self.lost or self.damaged)


@dataclass(frozen=True, slots=True)
class Sent:
    """One frame on its way: its number since the camera was switched on, when, in which session, and as what."""

    number: int
    at_s: float
    session: int
    variant: str
    whole: bool


@dataclass
class Camera:
    """One camera at an address of its own. Times are this process's monotonic clock."""

    name: str
    film: Film
    offset_s: float
    """So much of the film was over when the camera was switched on."""
    seed: int = 0
    mood: Mood = Mood()
    sent: list[Sent] = field(default_factory=list)
    sessions: int = 0
    left: list[tuple[float, int]] = field(default_factory=list)
    """When a viewer ended a session by itself, and which."""
    port: int = 0

    def __post_init__(self) -> None:
        self.begun_s = time.monotonic() - self.offset_s
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._random = random.Random(self.seed)
        self.switch_on()

    @property
    def url(self) -> str:
        return f"rtsp://viewer:secret@127.0.0.1:{self.port}/film"

    @property
    def substream_url(self) -> str:
        return f"rtsp://viewer:secret@127.0.0.1:{self.port}/{_SUBSTREAM}"

    def due_s(self, number: int) -> float:
        """When the frame of that number is filmed."""
        return self.begun_s + number / FPS

    def behave(self, **changes: object) -> None:
        self.mood = replace(self.mood, **changes)

    def switch_on(self) -> None:
        """Listen, at the address that it always had."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(64)
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def switch_off(self) -> None:
        """Refuse connections, and break those there are."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self.cut()

    def cut(self) -> None:
        """Break every connection with a reset, wherever it is."""
        with self._lock:
            connections, self._open = self._open, set()
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        viewer = _Viewer(self, connection, random.Random(self._random.random()))
        with contextlib.suppress(OSError, _GoneError):
            viewer.serve()
        with self._lock:
            ours = connection not in self._open
            self._open.discard(connection)
        connection.close()
        if viewer.session is not None and not ours:
            self.left.append((time.monotonic(), viewer.session))

    def new_session(self) -> int:
        with self._lock:
            self.sessions += 1
            return self.sessions


class _GoneError(Exception):
    """The viewer has left."""


class _Viewer:
    """One connection."""

    def __init__(self, camera: Camera, connection: socket.socket, chance: random.Random) -> None:
        self.session: int | None = None
        """Of the main stream; None: not begun, or the substream is watched."""
        self._plays = False
        self._is_small = False
        self._camera = camera
        self._socket = connection
        self._chance = chance
        self._inbox = rtsp.Inbox()
        self._variant = camera.mood.variant
        self._sequence = chance.randrange(65536)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def serve(self) -> None:
        """Answer until it wants to watch, then show the film until somebody ends it."""
        while not self._plays:
            self._socket.settimeout(60)
            self._hear()
        self._play()

    def _hear(self) -> None:
        chunk = self._socket.recv(4096)
        if not chunk:
            raise _GoneError
        for request in self._inbox.feed(chunk):
            self._answer(request)

    def _answer(self, request: rtsp.Request) -> None:
        while self._camera.mood.silent:
            time.sleep(0.05)
        status = self._camera.mood.status
        if status is not None and request.method != "OPTIONS":
            asks = ('WWW-Authenticate: Basic realm="camera"',) if status == 401 else ()
            self._say(rtsp.answer(request, status=status, headers=asks))
            return
        if request.method == "DESCRIBE":
            self._variant = self._camera.mood.variant
            self._is_small = request.path == _SUBSTREAM
        self._say(rtsp.reply(request, rtp.description(self._coded(self._variant))))
        if request.method == "PLAY":
            self._plays = True
            self.session = None if self._is_small else self._camera.new_session()
        if request.method == "TEARDOWN":
            raise _GoneError

    def _coded(self, variant: str) -> Coded:
        """What this viewer is shown."""
        film = self._camera.film
        if not self._is_small:
            return film.variants[variant]
        assert film.substream is not None
        return film.substream

    def _say(self, answer: bytes) -> None:
        self._socket.settimeout(_SEND_S_MAX)
        self._socket.sendall(answer)

    def _play(self) -> None:
        camera = self._camera
        started_s = time.monotonic()
        base = self._chance.randrange(1 << 31)
        if camera.mood.wraps:
            base = (1 << 32) - round(WRAP_AFTER_S * _RATE_HZ)
        first = number = _next_key(camera, started_s)
        while True:
            self._idle_until(camera.due_s(number))
            mood = camera.mood
            if mood.silent or time.monotonic() - camera.due_s(number) > _BUFFER_S:
                number = _next_key(camera, time.monotonic())
                continue
            self._send(mood, number, base + round((number - first) * _RATE_HZ / FPS) + mood.shift_ticks)
            number += 1
            if mood.pace < 1.0:
                self._idle_until(time.monotonic() + (1 / mood.pace - 1) / FPS)

    def _idle_until(self, due_s: float) -> None:
        """Listen to the viewer meanwhile."""
        while (left_s := due_s - time.monotonic()) > 0:
            self._socket.settimeout(min(left_s, 0.2))
            with contextlib.suppress(TimeoutError):
                self._hear()

    def _send(self, mood: Mood, number: int, timestamp: int) -> None:
        camera = self._camera
        variant = self._coded(mood.variant)
        units = variant.frames[number % camera.film.frame_count]
        packets = rtp.payloads(variant.codec, units)
        wire, whole = [], mood.whole
        for index, payload in enumerate(packets):
            self._sequence += 1
            if self._chance.random() < mood.lost:
                continue
            sent = self._damage(payload) if self._chance.random() < mood.damaged else payload
            last = index == len(packets) - 1
            wire.append(rtp.interleaved(rtp.packet(sent, sequence=self._sequence, timestamp=timestamp, marker=last)))
        self._socket.settimeout(_SEND_S_MAX)
        self._socket.sendall(b"".join(wire))
        if self.session is not None:
            camera.sent.append(Sent(number, time.monotonic(), self.session, mood.variant, whole))

    def _damage(self, payload: bytes) -> bytes:
        spoilt = bytearray(payload)
        for _ in range(max(1, len(spoilt) // 40)):
            spoilt[self._chance.randrange(len(spoilt))] = self._chance.randrange(256)
        return bytes(spoilt)


def _next_key(camera: Camera, now_s: float) -> int:
    """The first key frame that is filmed after now."""
    number = int((now_s - camera.begun_s) * FPS) + 1
    inside = number % camera.film.frame_count
    if inside % GOP_FRAMES == 0:
        return number
    to_key = GOP_FRAMES - inside % GOP_FRAMES
    return number + min(to_key, camera.film.frame_count - inside)
