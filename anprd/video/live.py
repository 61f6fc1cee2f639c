"""A camera on the network of which every frame is decoded, from connecting to the last frame of the session."""

from collections import Counter
from collections.abc import Callable, Iterator

from anprd.settings import CameraSettings
from anprd.video.clock import Clock
from anprd.video.frames import Frame
from anprd.video.session import WAIT_S, Session

NAP_S = 0.1  # while nothing moves: several frames at a time cost less than one by one


class LiveSource:
    """One session with a camera: a `Source`."""

    duration_s: float | None = None

    def __init__(
        self,
        url: str,
        settings: CameraSettings,
        clock: Clock,
        waiting: Callable[[], None],
        needed: Callable[[], bool],
    ) -> None:
        """`needed`: whether somebody waits for the next frame; it may come a little later where not."""
        self.counts: Counter[str] = Counter(corrupt=0, overrun=0)
        self._clock = clock
        self._waiting = waiting
        self._needed = needed
        self._closed = False
        self._session = Session(url, settings, clock, self.counts)
        self.name = self._session.name
        self._session.await_open(waiting)

    @property
    def width(self) -> int:
        return self._session.width

    @property
    def height(self) -> int:
        return self._session.height

    @property
    def fps(self) -> float:
        return self._session.fps

    @property
    def lag_s(self) -> float:
        return self._session.lag_s

    def frames(self) -> Iterator[Frame]:
        try:
            while not self._closed:
                at_ease = not self._needed()
                arrival = self._session.take(0.0 if at_ease else WAIT_S)
                if arrival is not None:
                    yield from self._session.decode(arrival)
                elif not self._closed:
                    self._waiting()
                    self._clock.sleep(NAP_S if at_ease else 0.0)
        finally:
            self.close()

    def close(self) -> None:
        self._closed = True
        self._session.close()
