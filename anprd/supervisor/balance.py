"""Once a second: what the workers say of their queues goes into `load` and `turns`, what comes out goes to the workers.

It says that cameras are held back when that begins and when it is over, never in between: the status shows the rest.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from anprd.events.record import timestamp
from anprd.observe import logs
from anprd.supervisor.load import CameraLoad, Load, machine_standing_s
from anprd.supervisor.turns import Turns
from anprd.video.wakefulness import Leave

TICK_S = 1.0  # workers beat as often


class Balance:
    """Holds the cameras back while the cores are not enough."""

    def __init__(
        self,
        *,
        loads: Callable[[float], Sequence[CameraLoad]],
        allow: Callable[[Mapping[str, float], Mapping[str, Leave]], object],
        wall: Callable[[], datetime],
    ) -> None:
        """
        Args:
            loads: how the cameras fare at a moment of the supervisor's monotonic clock.
            allow: tells the workers how many frames a second each may look at, and those that can sleep whether they
                may wake.
            wall: now, aware.
        """
        self._loads = loads
        self._allow = allow
        self._wall = wall
        self._log = logs.get()
        self._load = Load()
        self._turns = Turns()
        self._due_s = float("-inf")
        self._overloaded_since: tuple[float, datetime] | None = None
        self._slow: frozenset[str] = frozenset()
        self._held = 0

    def tick(self, now_s: float) -> None:
        """Do what is due."""
        if now_s < self._due_s:
            return
        self._due_s = now_s + TICK_S
        loads = self._loads(now_s)
        rates = self._load.tick(now_s, loads, rising=self._turns.awake_max is None)
        leaves = self._turns.tick(now_s, loads, standing_s=machine_standing_s(loads), thrift=self._load.thrift)
        self._held = sum(rates[camera.name] < camera.detect_fps_max for camera in loads)
        self._allow(rates, leaves)
        self._tell_of_machine(now_s, loads)
        self._tell_of_cameras(rates)

    def facts(self) -> dict[str, Any]:
        """The object `load` of the daemon in the status."""
        return {
            "overloaded": self._overloaded_since is not None,
            "since": None if self._overloaded_since is None else timestamp(self._overloaded_since[1], "seconds"),
            "level": round(self._load.machine.value, 3),
            "cameras_held": self._held,
            "awake_max": None if self._turns.awake_max is None else int(self._turns.awake_max),
            "cameras_asking": self._turns.asking,
        }

    def _tell_of_machine(self, now_s: float, loads: Sequence[CameraLoad]) -> None:
        held, since = self._load.machine.held, self._overloaded_since
        if held and since is None:
            self._overloaded_since = now_s, self._wall()
            self._log.warning(
                "overload_began",
                cameras=len(loads),
                level=round(self._load.machine.value, 2),
                advice="the cores are not enough: cameras lose frame rate by their priority (anprd status)",
            )
        elif not held and since is not None:
            self._overloaded_since = None
            self._log.info("overload_ended", after_s=round(now_s - since[0]))

    def _tell_of_cameras(self, rates: Mapping[str, float]) -> None:
        slow = frozenset(name for name, level in self._load.cameras.items() if level.held)
        for name in sorted(slow - self._slow):
            self._log.warning(
                "camera_held",
                camera=name,
                detect_fps=round(rates[name], 1),
                advice="one core is not enough for it: a lower detect_fps_max, frame rate or resolution",
            )
        for name in sorted((self._slow - slow) & rates.keys()):
            self._log.info("camera_freed", camera=name)
        self._slow = slow
