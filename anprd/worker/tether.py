"""The worker's end of the pipe: it says how the worker fares, and hears how much it may look and when to stop.

Listening is a thread, because the pipe's end must be seen whatever the frame loop does; beating is not, because only
the frame loop can tell that the frame loop is alive.
"""

import os
import socket
import threading
from collections.abc import Callable

from anprd.errors import EXIT_FAILED
from anprd.video.wakefulness import FREELY, Leave
from anprd.worker import wire
from anprd.worker.messages import Beat, Hold, Misconfigured, Stopped

ORPHAN_S = 3.0  # no supervisor is left to kill us: what is not settled by then stays open; told events are on disk


class Tether:
    """Holds a worker to its supervisor."""

    def __init__(
        self,
        pipe: socket.socket,
        stop: threading.Event,
        *,
        leave: Callable[[int], object] = os._exit,
        orphan_s: float = ORPHAN_S,
    ) -> None:
        self._pipe = pipe
        self._stop = stop
        self._leave = leave
        self._orphan_s = orphan_s
        self._detect_fps: float | None = None
        self._leave_given = FREELY

    @property
    def detect_fps(self) -> float | None:
        """How many frames a second the supervisor allows; None: it has said nothing about that."""
        return self._detect_fps

    @property
    def leave(self) -> Leave:
        """Whether the camera may wake, and how closely it may be watched while it sleeps."""
        return self._leave_given

    def say(self, message: Beat | Misconfigured | Stopped) -> bool:
        """Send if there is room; never waits. Returns whether it was sent."""
        return wire.send(self._pipe, message)

    def listen(self) -> None:
        """Listen from now on: a word from the supervisor, or its end, sets `stop`."""
        threading.Thread(target=self._listen, name="tether", daemon=True).start()

    def _listen(self) -> None:
        try:
            while isinstance(message := wire.await_supervisor(self._pipe), Hold):
                self._detect_fps, self._leave_given = message.detect_fps, message.leave
        except (EOFError, wire.WireError):  # who talks nonsense is no supervisor
            self._stop.set()
            threading.Event().wait(self._orphan_s)
            self._leave(EXIT_FAILED)
        self._stop.set()
