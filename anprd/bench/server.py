"""The cameras: one process that plays a film to many viewers at once, cheaply, since it runs on the machine under test.

Each frame was cut into packets once; sending it means to number these and to hand one buffer to the kernel. All that is
due is sent every few milliseconds, so the loop wakes two hundred times a second however many cameras there are. A
viewer that does not keep up is treated as a camera treats it: a few seconds are kept for it, then frames are left out
up to the next key frame.

Run as `python -m anprd.bench.server FILE`: it says `READY port`, and at SIGTERM what it sent, as JSON.
"""

import json
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from anprd.bench import film, rtp, rtsp
from anprd.bench.film import Film, FilmPlan, Piece
from anprd.bench.playlist import GOP_S, Cut
from anprd.bench.rtp import Coded, Packed

TICK_S = 0.005  # by so much a frame may be late: less than any network's jitter
KEPT_BYTES = 2 << 20  # what a camera keeps for a viewer that does not read: four seconds of 4 Mbit/s
BEHIND_S_MAX = 3.0  # where this process itself is held up
REPORT_EVERY_S = 5.0  # RFC 3550, section 6.2
_READ_BYTES = 8192
_SEND_BUFFER_BYTES = 1 << 20  # of the socket: a key frame fits


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream of one camera: what is sent in a circle, and since when."""

    gops: tuple[tuple[Packed, ...], ...]
    fps: float
    begun_s: float
    description: str

    def due_s(self, number: int) -> float:
        """When the frame of that number since the beginning is filmed."""
        return self.begun_s + number / self.fps

    def frame(self, number: int) -> Packed:
        gop, place = divmod(number, len(self.gops[0]))
        return self.gops[gop % len(self.gops)][place]

    def next_key(self, now_s: float) -> int:
        """The first key frame that is filmed after now."""
        length = len(self.gops[0])
        return (int((now_s - self.begun_s) * self.fps) // length + 1) * length


@dataclass
class Sent:
    """What became of the frames."""

    frames: int = 0
    left_out: int = 0
    """Not sent, because the viewer or this process was too slow."""
    late_s_max: float = 0.0


class Viewer:
    """One connection."""

    def __init__(self, connection: socket.socket, streams: Mapping[str, Stream], sent: Sent) -> None:
        connection.setblocking(False)
        self.connection = connection
        self.due_s = float("inf")
        """When its next frame is to be sent; never, until it wants to watch."""
        self._streams = streams
        self._sent = sent
        self._inbox = rtsp.Inbox()
        self._pending = bytearray()
        self._stream: Stream | None = None
        self._number = self._sequence = 0
        self._report_s = 0.0

    @property
    def held_up(self) -> bool:
        """Whether the kernel took less than it was given."""
        return bool(self._pending)

    def hear(self, now_s: float) -> None:
        """Answer what it asks. Raises OSError where it has left, ProtocolError where it is no viewer."""
        chunk = self.connection.recv(_READ_BYTES)
        if not chunk:
            raise ConnectionResetError
        for request in self._inbox.feed(chunk):
            self._answer(request, now_s)

    def push(self) -> None:
        """Send what waits. Raises OSError."""
        if self._pending:
            try:
                count = self.connection.send(self._pending)
            except BlockingIOError:
                return
            del self._pending[:count]

    def play(self, now_s: float) -> None:
        """Send what is due. Raises OSError."""
        stream = self._stream
        assert stream is not None, "it is due"
        while self.due_s <= now_s:
            if len(self._pending) > KEPT_BYTES or now_s - self.due_s > BEHIND_S_MAX:
                upcoming = stream.next_key(now_s)
                self._sent.left_out += upcoming - self._number
                self._number = upcoming
            else:
                self._send(stream, now_s)
                self._number += 1
            self.due_s = stream.due_s(self._number)

    def _answer(self, request: rtsp.Request, now_s: float) -> None:
        stream = self._streams.get(request.path.removesuffix("/track1"))
        if stream is None:
            self._pending += rtsp.answer(request, status=404)
        else:
            self._pending += rtsp.reply(request, stream.description)
        self.push()
        match request.method:
            case "PLAY" if stream is not None:
                self._stream, self._number = stream, stream.next_key(now_s)
                self.due_s = stream.due_s(self._number)
            case "TEARDOWN":
                raise ConnectionResetError

    def _send(self, stream: Stream, now_s: float) -> None:
        frame = stream.frame(self._number)
        timestamp = round(self._number / stream.fps * rtp.RATE_HZ)
        wire = frame.stamped(self._sequence, timestamp)
        self._sequence += len(frame.starts)
        if now_s >= self._report_s:
            self._report_s = now_s + REPORT_EVERY_S
            wall_s = time.time() - (now_s - self.due_s)
            report = rtp.sender_report(wall_s=wall_s, timestamp=timestamp)
            wire[:0] = rtp.interleaved(report, channel=rtp.REPORT_CHANNEL)  # before: a viewer dates what follows
        self._sent.frames += 1
        self._sent.late_s_max = max(self._sent.late_s_max, now_s - self.due_s)
        if self._pending:
            self._pending += wire
            return
        try:
            count = self.connection.send(wire)
        except BlockingIOError:
            count = 0
        if count < len(wire):
            self._pending += memoryview(wire)[count:]


class Server:
    """All viewers of all streams."""

    def __init__(self, streams: Mapping[str, Stream], *, now_s: Callable[[], float] = time.monotonic) -> None:
        self.sent = Sent()
        self._streams = streams
        self._now_s = now_s
        self._watch = selectors.DefaultSelector()
        self._viewers: set[Viewer] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self._listener.setblocking(False)
        self._watch.register(self._listener, selectors.EVENT_READ)
        self._stopping = False

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def stop(self, *_: object) -> None:
        self._stopping = True

    def serve(self) -> None:
        """Play until stopped."""
        tick_s = self._now_s()
        while not self._stopping:
            tick_s = max(tick_s + TICK_S, self._now_s())
            self._listen_until(tick_s)
            now_s = self._now_s()
            for viewer in [viewer for viewer in self._viewers if viewer.due_s <= now_s]:
                self._guarded(viewer, partial(viewer.play, now_s))

    def _listen_until(self, tick_s: float) -> None:
        while (left_s := tick_s - self._now_s()) > 0:
            for key, events in self._watch.select(left_s):
                if key.data is None:
                    self._welcome()
                elif events & selectors.EVENT_WRITE:
                    self._guarded(key.data, key.data.push)
                else:
                    self._guarded(key.data, partial(key.data.hear, self._now_s()))

    def _welcome(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
        viewer = Viewer(connection, self._streams, self.sent)
        self._viewers.add(viewer)
        self._watch.register(connection, selectors.EVENT_READ, viewer)

    def _guarded(self, viewer: Viewer, act: Callable[[], None]) -> None:
        """Let the viewer act; where it has left, forget it."""
        try:
            act()
        except (OSError, rtsp.ProtocolError):
            self._watch.unregister(viewer.connection)
            viewer.connection.close()
            self._viewers.discard(viewer)
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if viewer.held_up else 0)
        if self._watch.get_key(viewer.connection).events != wanted:
            self._watch.modify(viewer.connection, wanted, viewer)


def main_path(camera: str) -> str:
    """Where a camera's main stream is found."""
    return f"{camera}/main"


def small_path(camera: str) -> str:
    """Where its substream is found."""
    return f"{camera}/small"


def streams_of(shown: Film, cuts: tuple[Cut, ...], begun_s: Mapping[str, float]) -> dict[str, Stream]:
    """Both streams of every camera, by path. `begun_s` is when each was at the circle's start."""
    found: dict[str, Stream] = {}
    ways: tuple[tuple[Callable[[str], str], Callable[[Piece], Path], int], ...] = (
        (main_path, shown.main, shown.plan.fps),
        (small_path, shown.small, shown.plan.small_fps),
    )
    for path_of, file_of, fps in ways:
        pieces, description = _packed([file_of(piece) for piece in shown.pieces], fps)
        gops = tuple(pieces[cut.piece][cut.gop] for cut in cuts)
        found |= {path_of(name): Stream(gops, fps, at_s, description) for name, at_s in begun_s.items()}
    return found


def _packed(files: list[Path], fps: int) -> tuple[list[list[tuple[Packed, ...]]], str]:
    """Each file as groups of pictures, and what describes them all."""
    length = round(GOP_S * fps)
    coded = [Coded("h264", tuple(rtp.frames(rtp.nal_units(file.read_bytes())))) for file in files]
    pieces = []
    for one in coded:
        frames = [rtp.packed(one.codec, units) for units in one.frames]
        pieces.append([tuple(frames[at : at + length]) for at in range(0, len(frames), length)])
    return pieces, rtp.description(coded[0])


def specification(shown: Film, cuts: tuple[Cut, ...], begun_s: Mapping[str, float]) -> str:
    """What the process is to be told: the text of its file."""
    plan = asdict(shown.plan)
    return json.dumps({"keep": str(shown.folder.parent), "plan": plan, "cuts": cuts, "begun_s": begun_s})


def main(file: Path) -> None:
    """Be the process."""
    told = json.loads(file.read_text())
    shown = film.made(Path(told["keep"]), FilmPlan(**told["plan"]), lambda _done, _total: None)
    server = Server(streams_of(shown, tuple(Cut(*cut) for cut in told["cuts"]), told["begun_s"]))
    signal.signal(signal.SIGTERM, server.stop)
    print(f"READY {server.port}", flush=True)
    server.serve()
    print(json.dumps(asdict(server.sent)), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
