"""Where frames come from: a camera, a recording played as if it were one, or a recording read as fast as it goes."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from anprd import addresses
from anprd.errors import ConfigError
from anprd.redaction import redact
from anprd.settings import CameraSettings
from anprd.video.clips import ClipSource, PlayedSource
from anprd.video.clock import Clock
from anprd.video.frames import Frame
from anprd.video.live import Call, LiveSource
from anprd.video.wakefulness import Leave, Wakefulness
from anprd.video.waking import KeyframeSource, SubstreamSource


class Source(Protocol):
    """An open stream of frames. Not thread-safe, save for `close`."""

    name: str
    """The URL or path without a password."""
    counts: Counter[str]
    """What was lost, by reason: "corrupt" (not decodable), "overrun" (not taken), "cut_off" (a file ends early); and
    what was left alone: "asleep" (nothing moved)."""
    duration_s: float | None
    """A recording's length; None for a camera."""

    @property
    def width(self) -> int:
        """Pixels; 0 where the stream has not said it before the first frame. It may change in mid-stream."""

    @property
    def height(self) -> int: ...

    @property
    def fps(self) -> float:
        """As the stream claims; 0: it does not say."""

    @property
    def lag_s(self) -> float:
        """How far behind live the frame last given is now; 0 for a recording read as fast as it goes."""

    @property
    def wakefulness(self) -> Wakefulness | None:
        """Whether nothing moves, and what it does about it; None where every frame is decoded anyway."""

    def frames(self) -> Iterator[Frame]:
        """Frames in stream order, once. Ends with the recording, or after `close`.

        Raises:
            SourceError: the camera failed, fell silent, ended or sends garbage; one sentence without the password.
        """

    def close(self) -> None:
        """End it, from any thread: `frames` stops at its next turn. May be called twice."""


def _nothing() -> None:
    pass


def _never() -> bool:
    return False


def open_source(
    url: str,
    *,
    settings: CameraSettings,
    clock: Clock,
    waiting: Callable[[], None] = _nothing,
    needed: Callable[[], bool] = _never,
    leave: Callable[[], Leave] = Leave,
) -> Source:
    """Open what a camera's `url` names: rtsp(s), http(s), or `file:PATH` (or a plain path), which is played for ever.

    `waiting` is called at least every half second while the camera keeps the caller waiting, in the caller's thread;
    what it raises ends the wait. `needed` tells whether the next frames are wanted at once, because something moved in
    the last or is not settled yet; where not, a camera's may come late or, if `settings.wake` says so, not at all.
    `leave` tells what such a camera may do now, where the cores are not enough for all.

    Raises:
        SourceError: it cannot be opened; one sentence without the password.
        ConfigError: the url is none of these.
    """
    if addresses.names_a_file(url):
        return PlayedSource(url.removeprefix("file://").removeprefix("file:"), clock, waiting, endless=True)
    if (fault := addresses.url_fault(url, addresses.CAMERA_SCHEMES)) is not None:
        raise ConfigError(f"{redact(url)}: {fault}")
    call = Call(url, settings, clock, waiting, needed, leave=leave)
    if settings.wake == "keyframes":
        return KeyframeSource(call)
    if settings.wake != "always" and settings.substream is not None:
        return SubstreamSource(call)
    return LiveSource(call)


def open_clip(path: str | Path, *, clock: Clock) -> Source:
    """Open a recording to be read once, as fast as it goes. `at` is the wall time of opening plus `t_s`.

    Raises:
        SourceError: it is missing, unreadable, empty, cut off, a picture, or no video.
    """
    return ClipSource(str(path), clock)


def play_clip(path: str | Path, *, clock: Clock) -> Source:
    """Open a recording to be played once in real time. Raises as `open_clip`."""
    return PlayedSource(str(path), clock, _nothing, endless=False)
