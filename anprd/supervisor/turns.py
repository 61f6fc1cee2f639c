"""Who may be awake when not even the least rate that is of use fits for all: facts in, leaves out. Pure.

Half a reading of everything that passes is worth nothing, so some passes are looked at in full and the others let go.
A camera that sees something move asks, and keeps what comes for some seconds; as many are awake as the cores carry.
Who has a plate in view of which nothing was said goes on. Whose plates are told, or who showed none in its turn, gives
its place to who asks, and asks again, at the end of the queue as long as the same motion lasts. Else priority goes
first, a step higher for each half minute of asking in vain, so that nobody waits for ever; then who was awake the
longest time ago.

How many the cores carry is felt out as TCP does (RFC 5681): one more each few seconds, and a share less when a queue
stands.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from anprd.supervisor.level import FALL_EVERY_S, FALLS, STANDING_S_CALM, STANDING_S_MAX
from anprd.supervisor.load import WEIGHTS, CameraLoad
from anprd.video.wakefulness import Leave, Wakefulness

TURN_S = 10.0  # without a plate in view: a vehicle far off is seen to move so long before its plate can be read
TURN_S_MAX = 30.0  # with plates in view all the time, where others ask; and so long one stays at the end of the queue
STEP_S = 30.0  # of asking in vain, two or three passes, are worth as much as the next higher priority
RISE_HZ = 0.25
LIFT_S = 10.0  # without a queue, and with fewer that wish to be awake than may be


@dataclass(frozen=True, slots=True)
class _Turn:
    begun_s: float
    told: int
    """What its worker had told by then."""


class Turns:
    """The cameras that can sleep, and how many of them may be awake. Times are a monotonic clock."""

    def __init__(self) -> None:
        self.awake_max: float | None = None
        """None: as many as like."""
        self.asking = 0
        self._turns: dict[str, _Turn] = {}
        self._last_s: dict[str, float] = {}
        self._waited_s: dict[str, float] = {}
        """Asking in vain since it was last awake, over all passes."""
        self._served_s: dict[str, float] = {}
        self._now_s: float | None = None
        self._fall_at_s = self._bound_s = float("-inf")

    def tick(
        self, now_s: float, cameras: Sequence[CameraLoad], *, standing_s: float, thrift: float
    ) -> dict[str, Leave]:
        """What each camera may do that can sleep. To be called about once a second.

        Args:
            now_s: now.
            cameras: all of them.
            standing_s: the queue for which the machine has no core.
            thrift: how many of them, 0 to 1, shall save on watching; at 1 nothing else is left to be saved.
        """
        sleepers = [camera for camera in cameras if camera.wakefulness is not None]
        wishes = [camera for camera in sleepers if camera.wakefulness is not Wakefulness.ASLEEP]
        self.asking = sum(camera.wakefulness is Wakefulness.ASKS for camera in wishes)
        passed_s = 0.0 if self._now_s is None else min(FALL_EVERY_S, now_s - self._now_s)
        self._now_s = now_s
        self._note_served(now_s, wishes)
        self._last_s = {camera.name: self._last_s[camera.name] for camera in sleepers if camera.name in self._last_s}
        self._limit(now_s, passed_s, wishes, standing_s, spent=thrift >= 1)
        thrifty = _thrifty(sleepers, thrift)
        if self.awake_max is None:
            self._turns.clear()
            self._waited_s.clear()
            return {camera.name: Leave(watch_all=camera.name not in thrifty) for camera in sleepers}
        self._note_waiting(passed_s, sleepers)
        self._grant(now_s, wishes)
        return {camera.name: Leave(camera.name in self._turns, camera.name not in thrifty) for camera in sleepers}

    def _limit(
        self, now_s: float, passed_s: float, wishes: Sequence[CameraLoad], standing_s: float, *, spent: bool
    ) -> None:
        if standing_s > STANDING_S_MAX:
            self._bound_s = now_s
            if spent and now_s >= self._fall_at_s:
                self._fall(now_s, [camera for camera in wishes if camera.wakefulness is Wakefulness.AWAKE], standing_s)
        elif self.awake_max is not None:
            if len(wishes) >= math.floor(self.awake_max):
                self._bound_s = now_s
                self.awake_max += RISE_HZ * passed_s if standing_s <= STANDING_S_CALM else 0.0
            elif now_s - self._bound_s >= LIFT_S:
                self.awake_max = None

    def _fall(self, now_s: float, awake: Sequence[CameraLoad], standing_s: float) -> None:
        self._fall_at_s = now_s + FALL_EVERY_S
        if self.awake_max is None:  # who is awake already has a turn
            self._turns = {camera.name: _Turn(now_s, camera.told) for camera in awake}
            self.awake_max = float(len(awake))
        elif len(awake) > self.awake_max:
            return  # the last fall does not show yet
        factor = next(factor for from_s, factor in FALLS if standing_s > from_s)
        self.awake_max = max(1.0, factor * min(self.awake_max, len(awake)))

    def _grant(self, now_s: float, wishes: Sequence[CameraLoad]) -> None:
        assert self.awake_max is not None
        first = sorted(wishes, key=lambda camera: self._rank(now_s, camera))[: math.floor(self.awake_max)]
        self._last_s.update(dict.fromkeys(self._turns, now_s))
        self._turns = {camera.name: self._turns.get(camera.name) or _Turn(now_s, camera.told) for camera in first}

    def _note_served(self, now_s: float, wishes: Sequence[CameraLoad]) -> None:
        """Who had its turn in the motion that lasts; a road that is never empty is another's turn again later."""
        for camera in wishes:
            turn = self._turns.get(camera.name)
            if turn is None:
                continue
            if camera.told > turn.told or (now_s - turn.begun_s >= TURN_S and not camera.unsettled):
                self._served_s.setdefault(camera.name, now_s)
                self._turns[camera.name] = _Turn(turn.begun_s, camera.told)
        awake = {camera.name for camera in wishes}
        self._served_s = {
            name: since_s for name, since_s in self._served_s.items() if name in awake and now_s - since_s < TURN_S_MAX
        }

    def _note_waiting(self, passed_s: float, sleepers: Sequence[CameraLoad]) -> None:
        waited_s = {camera.name: self._waited_s.get(camera.name, 0.0) for camera in sleepers}
        for camera in sleepers:
            if camera.name in self._turns:
                del waited_s[camera.name]
            elif camera.wakefulness is Wakefulness.ASKS:
                waited_s[camera.name] += passed_s
        self._waited_s = waited_s

    def _rank(self, now_s: float, camera: CameraLoad) -> tuple[int, float, float]:
        """The least comes first."""
        turn = self._turns.get(camera.name)
        served = camera.name in self._served_s
        in_turn = turn is not None and now_s - turn.begun_s < TURN_S and not served
        in_sight = turn is not None and now_s - turn.begun_s < TURN_S_MAX and camera.unsettled
        last_s = self._last_s.get(camera.name, float("-inf"))
        group = 0 if in_sight else 1 if in_turn else 3 if served else 2
        steps = math.log2(WEIGHTS[camera.priority]) + self._waited_s.get(camera.name, 0.0) // STEP_S
        return group, -steps, last_s


def _thrifty(sleepers: Sequence[CameraLoad], thrift: float) -> frozenset[str]:
    """The names of so many of them, those of low priority first."""
    ordered = sorted(sleepers, key=lambda camera: WEIGHTS[camera.priority])
    return frozenset(camera.name for camera in ordered[: round(thrift * len(ordered))])
