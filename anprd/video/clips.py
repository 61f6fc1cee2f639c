"""Recordings: read as fast as they go, or played in real time as if they were a camera."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import cv2

from anprd.errors import SourceError
from anprd.records import TimeBasis
from anprd.video import container
from anprd.video.clock import NOMINAL_S, Clock, Timeline, wall_of
from anprd.video.container import OpenStream
from anprd.video.decoder import DecodedPicture, Decoder
from anprd.video.frames import Frame
from anprd.video.troubles import Trouble, sentence
from anprd.video.wakefulness import Wakefulness

_GAP_S_MAX = 3600.0  # a recording made on motion leaps, and its times shall be those a player shows
_PLAYED_GAP_S_MAX = 10.0  # but nobody wants to watch the leap
_SLEEP_S_MAX = 0.5
_BEHIND_S_MAX = 5.0  # a recording that cannot be played in time is played slower


class ClipSource:
    """A recording read once, as fast as it goes: a `Source`."""

    lag_s = 0.0
    wakefulness: Wakefulness | None = None

    def __init__(self, path: str, clock: Clock) -> None:
        self.name = path
        self.counts: Counter[str] = Counter(corrupt=0, cut_off=0)
        self._stream = open_checked(path)
        self._begun = clock.wall()
        self._closed = False
        self.width, self.height, self.fps = self._stream.width, self._stream.height, self._stream.fps
        self.duration_s = self._stream.duration_s

    def frames(self) -> Iterator[Frame]:
        timeline = Timeline(nominal_s=nominal_s(self._stream), gap_s_max=_GAP_S_MAX)
        for picture in pictures(self._stream, self.counts):
            if self._closed:
                return
            t_s = timeline.place(picture.pts_s)
            self.width, self.height = picture.width, picture.height
            yield Frame(
                t_s, self._begun + timedelta(seconds=t_s), picture.width, picture.height, picture, TimeBasis.FILE
            )

    def close(self) -> None:
        self._closed = True


class PlayedSource:
    """A recording played in real time, once or for ever: a `Source` that behaves like a camera."""

    wakefulness: Wakefulness | None = None

    def __init__(self, path: str, clock: Clock, waiting: Callable[[], None], *, endless: bool) -> None:
        self.name = path
        self.counts: Counter[str] = Counter(corrupt=0, cut_off=0)
        self._clock = clock
        self._waiting = waiting
        self._endless = endless
        self._closed = False
        self._stream = open_checked(path)
        self.width, self.height, self.fps = self._stream.width, self._stream.height, self._stream.fps
        self.duration_s = None if endless else self._stream.duration_s
        self._start_s: float | None = None
        self._due_s: float | None = None

    @property
    def lag_s(self) -> float:
        return 0.0 if self._due_s is None else max(0.0, self._clock.now_s() - self._due_s)

    def frames(self) -> Iterator[Frame]:
        timeline = Timeline(nominal_s=nominal_s(self._stream), gap_s_max=_PLAYED_GAP_S_MAX)
        while True:
            for picture in pictures(self._stream, self.counts):
                t_s = timeline.place(picture.pts_s)
                due_s = self._await_due(t_s)
                if self._closed:
                    return
                self.width, self.height = picture.width, picture.height
                yield Frame(t_s, wall_of(due_s, self._clock), picture.width, picture.height, picture, TimeBasis.FILE)
            if not self._endless:
                return
            self._stream = open_checked(self.name)

    def close(self) -> None:
        self._closed = True

    def _await_due(self, t_s: float) -> float:
        """Sleep until the frame's time has come; the moment it was due, in monotonic seconds."""
        now_s = self._clock.now_s()
        if self._start_s is None or now_s - (self._start_s + t_s) > _BEHIND_S_MAX:
            self._start_s = now_s - t_s
        self._due_s = self._start_s + t_s
        while not self._closed and (left_s := self._due_s - self._clock.now_s()) > 0:
            self._clock.sleep(min(left_s, _SLEEP_S_MAX))
            if left_s > _SLEEP_S_MAX:
                self._waiting()
        return self._due_s


def open_checked(path: str) -> OpenStream:
    """Open a recording.

    Raises:
        SourceError: it is missing, unreadable, empty, cut off, a picture, or no video; one sentence says which.
    """
    trouble = _trouble_of_file(Path(path))
    if trouble is not None:
        raise SourceError(sentence(trouble, path))
    try:
        return container.open_file(path)
    except SourceError:
        if cv2.haveImageReader(path):
            raise SourceError(sentence(Trouble.FILE_IS_PICTURE, path)) from None
        raise


def pictures(stream: OpenStream, counts: Counter[str]) -> Iterator[DecodedPicture]:
    """Every picture of the recording that can be decoded; the stream is closed afterwards.

    Raises:
        SourceError: there was not one.
    """
    decoding = Decoder(stream, counts)
    given = 0
    try:
        for packet in stream.packets():
            for picture in decoding.decode(packet):
                given += 1
                yield picture
    except SourceError:
        if not given:
            raise
        counts["cut_off"] += 1  # what came before the damage is worth having
    finally:
        stream.close()
    for picture in decoding.decode(None):
        given += 1
        yield picture
    if not given:
        raise SourceError(sentence(Trouble.FILE_UNDECODABLE, stream.name))


def nominal_s(stream: OpenStream) -> float:
    """The usual length of one frame, seconds."""
    return 1 / stream.fps if stream.fps else NOMINAL_S


def _trouble_of_file(path: Path) -> Trouble | None:
    try:
        if not path.is_file():  # a pipe or a device would block for ever when opened
            return Trouble.FILE_NOT_A_FILE if path.exists() else Trouble.FILE_MISSING
        with path.open("rb") as file:
            return None if file.read(1) else Trouble.FILE_EMPTY
    except PermissionError:
        return Trouble.FILE_FORBIDDEN
    except OSError:
        return Trouble.FILE_MISSING
