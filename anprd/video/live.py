"""A camera on the network, from connecting to the last frame of the session; here every frame is decoded.

Those of which not every frame is are in `waking`.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from anprd.settings import CameraSettings
from anprd.video.clock import Clock
from anprd.video.frames import Frame
from anprd.video.session import WAIT_S, Session
from anprd.video.wakefulness import Leave, Wakefulness

NAP_S = 0.1  # while nothing moves: several frames at a time cost less than one by one


@dataclass(frozen=True, slots=True)
class Call:
    """How a camera is to be opened, and by whom."""

    url: str
    settings: CameraSettings
    clock: Clock
    waiting: Callable[[], None]
    """Called while the camera keeps us waiting."""
    needed: Callable[[], bool]
    """Whether somebody waits for the next frame; where not, it may come later or not at all."""
    open_session: Callable[..., Session] = Session
    """`Session`, or what stands in for it in tests."""
    leave: Callable[[], Leave] = Leave
    """What a camera that can sleep may do now."""


class NetworkSource:
    """What all cameras on the network have in common: a `Source` but for its `frames`."""

    duration_s: float | None = None

    def __init__(self, call: Call) -> None:
        """Open it. Raises SourceError; whatever is raised leaves nothing open."""
        self.counts: Counter[str] = Counter(corrupt=0, overrun=0)
        self._clock = call.clock
        self._waiting = call.waiting
        self._needed = call.needed
        self._closed = False
        self._main = call.open_session(call.url, call.settings, call.clock, self.counts)
        self.name = self._main.name
        self._main.await_open(call.waiting)

    @property
    def width(self) -> int:
        return self._main.width

    @property
    def height(self) -> int:
        return self._main.height

    @property
    def fps(self) -> float:
        return self._main.fps

    @property
    def wakefulness(self) -> Wakefulness | None:
        return None

    @property
    def lag_s(self) -> float:
        return self._main.lag_s

    def close(self) -> None:
        self._closed = True
        self._main.close()

    def _wait(self) -> None:
        if not self._closed:
            self._waiting()


class LiveSource(NetworkSource):
    """One session with a camera of which every frame is decoded."""

    def frames(self) -> Iterator[Frame]:
        try:
            while not self._closed:
                at_ease = not self._needed()
                arrival = self._main.take(0.0 if at_ease else WAIT_S)
                frames = [] if arrival is None else self._main.decode(arrival)
                yield from frames
                if not frames:  # also where packets come of which nothing can be shown
                    self._wait()
                if arrival is None and not self._closed:
                    self._clock.sleep(NAP_S if at_ease else 0.0)
        finally:
            self.close()
