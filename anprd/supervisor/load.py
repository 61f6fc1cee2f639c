"""How much each camera may look when the cores are not enough for all: facts in, rates out. Pure.

What tells is the queue that stands: the least that a camera was behind live in the last seconds (as CoDel judges a
router, RFC 8289). A burst, a network compiled or a slow disk makes a queue that goes away by itself; one that stays
means that more is wanted than is done. Whether cores are what is missing the kernel says: a frame loop that is behind
and neither runs nor waits for a core is behind for another reason (its network, a debugger), and nobody is held for it.

One level, 0 to 1, stands for the machine, and one for each camera, which may want more than the one core it can use.
Where all cameras look as rarely as is of use, those with a substream save on watching it (`thrift`), and when that is
not enough either, they take turns (`turns`).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from anprd.settings import Priority
from anprd.supervisor.level import STANDING_S_MAX, Level
from anprd.video.wakefulness import Wakefulness

DETECT_FPS_MIN = 1.0  # nobody is held below: a worker looks once a second even when it is late (video/pacing.py)
# A vehicle is in view for two seconds and more, and three readings confirm it: fewer looks are work for nothing. Who
# can sleep is rather refused to wake at all.
DETECT_FPS_OF_USE = 4.0
THRIFT_RATIO = 0.5  # of the level at which all look as rarely as is of use: there all save on watching
STRAINED_SHARE_MIN = 0.02  # of the cameras, one at least
BUSY_MIN = 0.8  # running or ready to run for so much of the time: it is a core that it needs
WAIT_MIN = 0.1  # ready and waiting for so much of the time: the machine has no core for it
WEIGHTS: Mapping[Priority, float] = {"low": 0.5, "normal": 1.0, "high": 2.0}
_BISECTIONS = 30


@dataclass(frozen=True, slots=True)
class CameraLoad:
    """How one camera's worker keeps up."""

    name: str
    detect_fps_max: float
    priority: Priority = "normal"
    standing_s: float | None = None
    """The least that it was behind live in the last seconds; None: it does not stream, or has just begun."""
    run_ratio: float | None = None
    """How much of the time its frame loop ran on a core; None: nobody says."""
    wait_ratio: float | None = None
    """How much of the time it was ready to run and no core was free."""
    wakefulness: Wakefulness | None = None
    """None: it cannot sleep, or has not said."""
    unsettled: bool = False
    """A plate is in view of which nothing was told yet."""
    told: int = 0
    """Passes of which something was told."""


class Load:
    """The machine's level, and one for each camera that is slow by itself. Times are a monotonic clock."""

    def __init__(self) -> None:
        self.machine = Level()
        self.thrift = 0.0
        """How many of the cameras that can sleep, 0 to 1, shall save on watching."""
        self._cameras: dict[str, Level] = {}

    @property
    def cameras(self) -> Mapping[str, Level]:
        """The levels of those cameras that want, or wanted a while ago, more than one core."""
        return self._cameras

    def tick(self, now_s: float, cameras: Sequence[CameraLoad], *, rising: bool = True) -> dict[str, float]:
        """How many frames a second each camera may look at now. To be called about once a second.

        Args:
            now_s: now.
            cameras: how all of them fare.
            rising: more may be given where nobody lags; not while cameras are refused to wake.
        """
        if not cameras:  # nobody is left to say that it is better now
            self.machine, self.thrift, self._cameras = Level(), 0.0, {}
            return {}
        standing_s = machine_standing_s(cameras)
        self._tick_machine(now_s, cameras, standing_s if rising else max(standing_s, STANDING_S_MAX))
        for camera in cameras:
            self._tick_camera(now_s, camera, machine_held=standing_s > STANDING_S_MAX)
        self._cameras = {camera.name: self._cameras[camera.name] for camera in cameras if camera.name in self._cameras}
        return {
            name: min(rate, self._own_rate(camera))
            for camera, (name, rate) in zip(cameras, shared(self.machine.value, cameras).items(), strict=True)
        }

    def _tick_machine(self, now_s: float, cameras: Sequence[CameraLoad], standing_s: float) -> None:
        lowest = sum(_floor(camera) for camera in cameras) / sum(camera.detect_fps_max for camera in cameras)
        saves = any(camera.wakefulness is not None for camera in cameras)
        least = THRIFT_RATIO * lowest if saves else lowest
        self.machine.tick(now_s, standing_s, least=least)
        below = (lowest - self.machine.value) / (lowest - least) if saves else 0.0
        self.thrift = min(1.0, max(0.0, below))

    def _tick_camera(self, now_s: float, camera: CameraLoad, *, machine_held: bool) -> None:
        standing_s = camera_standing_s(camera)
        if machine_held:
            standing_s = min(standing_s, STANDING_S_MAX)  # one cause, one remedy
        if standing_s > STANDING_S_MAX:
            self._cameras.setdefault(camera.name, Level())
        if (level := self._cameras.get(camera.name)) is not None:
            level.tick(now_s, standing_s, least=_least(camera) / camera.detect_fps_max)
            if level.untroubled:
                del self._cameras[camera.name]

    def _own_rate(self, camera: CameraLoad) -> float:
        level = self._cameras.get(camera.name)
        share = 1.0 if level is None else level.value
        return max(_least(camera), share * camera.detect_fps_max)


def machine_standing_s(cameras: Iterable[CameraLoad]) -> float:
    """The queue for which the machine has no core: of those cameras that wait for one, 0 where none does.

    In a large fleet one camera is no witness: a fiftieth of them must say it.
    """
    known = [camera for camera in cameras if camera.standing_s is not None]
    queues = sorted((camera.standing_s or 0.0 for camera in known if _lacks_cores(camera)), reverse=True)
    witness = math.ceil(STRAINED_SHARE_MIN * len(known)) - 1
    return queues[witness] if 0 <= witness < len(queues) else 0.0


def camera_standing_s(camera: CameraLoad) -> float:
    """The queue of one camera whose frame loop needs all of its core, or more; 0 where it does not."""
    return camera.standing_s if camera.standing_s is not None and _is_busy(camera) else 0.0


def shared(level: float, cameras: Sequence[CameraLoad]) -> dict[str, float]:
    """Frames a second for each camera, `level` of all that they want together: each the same share of its own
    `detect_fps_max`, times its priority's weight, within `DETECT_FPS_MIN` and what it wants.
    """
    wanted = sum(camera.detect_fps_max for camera in cameras)
    low, high = 0.0, 1 / min(WEIGHTS.values())
    for _ in range(_BISECTIONS if level < 1.0 else 0):
        middle = (low + high) / 2
        if sum(_rate(camera, middle) for camera in cameras) > level * wanted:
            high = middle
        else:
            low = middle
    return {camera.name: _rate(camera, high) for camera in cameras}


def _rate(camera: CameraLoad, share: float) -> float:
    return max(_floor(camera), min(1.0, share * WEIGHTS[camera.priority]) * camera.detect_fps_max)


def _floor(camera: CameraLoad) -> float:
    """What the machine's level leaves it."""
    return _least(camera) if camera.wakefulness is None else min(DETECT_FPS_OF_USE, camera.detect_fps_max)


def _least(camera: CameraLoad) -> float:
    return min(DETECT_FPS_MIN, camera.detect_fps_max)


def _is_busy(camera: CameraLoad) -> bool:
    if camera.run_ratio is None or camera.wait_ratio is None:
        return True
    return camera.run_ratio + camera.wait_ratio >= BUSY_MIN


def _lacks_cores(camera: CameraLoad) -> bool:
    return _is_busy(camera) and (camera.wait_ratio is None or camera.wait_ratio >= WAIT_MIN)
