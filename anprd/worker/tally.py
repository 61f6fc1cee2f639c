"""What a worker counts about itself, and the facts that come of it."""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass

from anprd.events.record import Event, timestamp
from anprd.records import VerdictKind
from anprd.worker.kernel import CoreTimes
from anprd.worker.messages import Facts, State, clip_text

FPS_WINDOW_S = 5.0  # long enough for a camera of 1 fps to show, short enough to see it stop
LAG_WINDOW_S = 2.0  # a queue that stands for so long does not go away by itself
RATIO_WINDOW_S_MIN = 0.5
REASONS_MAX = 32  # a beat must fit one atomic write; the program knows 26
_NOT_A_DROP = frozenset({"frames", "detected", "plates", "read", "confirmed", "updated", "unreadable"})
_NOT_DUE = frozenset(
    {
        "paced",
        "idle",
        "asleep",
        "settled",
        "cut",
        "repeated",
        "fragment",
        "overlay",
        "lettering",
        "misshapen",
        "duplicate",
        "switched",
    }
)


@dataclass(frozen=True, slots=True)
class Drops:
    """What was not looked at or not kept, by reason."""

    lost: dict[str, int]
    """Wanted, and yet dropped."""
    not_due: dict[str, int]
    """Left out on purpose: between two paced frames, while nothing moves, of a plate that is known already."""


def sort_drops(*counts: Mapping[str, int]) -> Drops:
    """All counts by reason, summed, without those that are no drops."""
    summed: Counter[str] = Counter()
    for some in counts:
        summed.update({reason: count for reason, count in some.items() if reason not in _NOT_A_DROP and count})
    kept = sorted(summed.items())[:REASONS_MAX]
    return Drops(
        lost={reason: count for reason, count in kept if reason not in _NOT_DUE},
        not_due={reason: count for reason, count in kept if reason in _NOT_DUE},
    )


class Tally:
    """Counts since the process started. Times are its monotonic clock."""

    def __init__(self, pid: int) -> None:
        self.state = State.STARTING
        self._pid = pid
        self._frames = 0
        self._reconnects = 0
        self._events: Counter[VerdictKind] = Counter()
        self._last_event: Event | None = None
        self._last_error: str | None = None
        self._last_frame_s: float | None = None
        self._asleep = 0
        self._asleep_s: float | None = None
        self._window: deque[tuple[float, int]] = deque()
        self._lags: deque[tuple[float, float]] = deque()
        self._overruns = 0
        self._overrun_s = float("-inf")
        self._cores: tuple[float, CoreTimes] | None = None
        self._run_ratio: float | None = None
        self._wait_ratio: float | None = None

    def lag(self, now_s: float, lag_s: float) -> None:
        """A frame's turn has come, so far behind live."""
        self._lags.append((now_s, lag_s))
        self._forget_lags(now_s)

    def cores(self, now_s: float, times: CoreTimes | None) -> None:
        """What the frame loop had of the cores until now; None: nobody says."""
        if times is None or self._cores is None:
            self._cores = None if times is None else (now_s, times)
            return
        before_s, before = self._cores
        passed_s = now_s - before_s
        if passed_s >= RATIO_WINDOW_S_MIN:
            self._run_ratio = round(min(1.0, (times.run_s - before.run_s) / passed_s), 3)
            self._wait_ratio = round(min(1.0, (times.wait_s - before.wait_s) / passed_s), 3)
            self._cores = now_s, times

    def frame(self, now_s: float) -> None:
        """A frame was dealt with by now, so whatever was wrong with the camera is over."""
        self.state = State.STREAMING
        self._last_error = None
        self._frames += 1
        self._last_frame_s = now_s

    def lost(self, error: str) -> None:
        """The camera is away."""
        self.state = State.WAITING
        self._last_error = clip_text(error)

    def opened_again(self) -> None:
        self._reconnects += 1

    def event(self, event: Event) -> None:
        self._events[event.type] += 1
        if event.type is not VerdictKind.UNREADABLE:
            self._last_event = event

    def frame_age_s(self, now_s: float) -> float | None:
        """Seconds since the last frame that was looked at; None before the first."""
        return None if self._last_frame_s is None else now_s - self._last_frame_s

    def facts(
        self, now_s: float, *, pipeline: Mapping[str, int], source: Mapping[str, int], outbox: Mapping[str, object],
        memory_bytes: int, detect_fps: float = 0.0,
    ) -> Facts:  # fmt: skip
        """Everything together, for a beat.

        Args:
            now_s: the moment of the beat.
            pipeline: the pipeline's counts by reason.
            source: frames that never left the sources, by reason.
            outbox: the publisher's facts.
            memory_bytes: of the process's own.
            detect_fps: how many frames a second may be looked at.
        """
        drops = sort_drops(pipeline, source)
        self._note_asleep(source.get("asleep", 0) + source.get("unserved", 0), now_s)
        error = outbox.get("last_error")
        lags_s = self._lags_s(now_s, overruns=source.get("overrun", 0))
        return Facts(
            state=self.state,
            pid=self._pid,
            frames=self._frames + self._asleep,
            fps=round(self._fps(now_s), 2),
            detections=pipeline.get("plates", 0),
            reads=pipeline.get("read", 0),
            confirmed=self._events[VerdictKind.CONFIRMED],
            updated=self._events[VerdictKind.UPDATED],
            unreadable=self._events[VerdictKind.UNREADABLE],
            # Always there: a number that first appears has not risen, to those who watch it rise.
            drops=drops.lost | {"event_dropped": _count(outbox, "dropped")},
            skipped=drops.not_due,
            spool_depth=_count(outbox, "pending"),
            delivered=_count(outbox, "delivered"),
            sink_error=clip_text(str(error)) if error else None,
            last_error=self._last_error,
            last_plate=self._last_event.plate if self._last_event else None,
            last_plate_at=timestamp(self._last_event.at) if self._last_event else None,
            last_frame_age_s=self._heard_age_s(now_s),
            reconnects=self._reconnects,
            memory_bytes=memory_bytes,
            detect_fps=round(detect_fps, 2),
            lag_s=max(lags_s, default=None),
            # Who has just leapt to live had a queue, and will have it again.
            standing_lag_s=max(lags_s, default=None) if self._leapt(now_s) else min(lags_s, default=None),
            run_ratio=self._run_ratio,
            wait_ratio=self._wait_ratio,
        )

    def _lags_s(self, now_s: float, *, overruns: int) -> list[float]:
        self._forget_lags(now_s)
        if overruns != self._overruns:
            self._overruns, self._overrun_s = overruns, now_s
        return [round(lag_s, 3) for _, lag_s in self._lags]

    def _leapt(self, now_s: float) -> bool:
        return now_s - self._overrun_s <= LAG_WINDOW_S

    def _forget_lags(self, now_s: float) -> None:
        while self._lags and now_s - self._lags[0][0] > LAG_WINDOW_S:
            self._lags.popleft()

    def _fps(self, now_s: float) -> float:
        """Frames a second over the last seconds, from one beat to the next."""
        self._window.append((now_s, self._frames + self._asleep))
        while len(self._window) > 2 and now_s - self._window[1][0] >= FPS_WINDOW_S:
            self._window.popleft()
        since_s, frames = self._window[0]
        return (self._frames + self._asleep - frames) / (now_s - since_s) if now_s > since_s else 0.0

    def _note_asleep(self, asleep: int, now_s: float) -> None:
        """Frames that came while nothing moved and were let be: the camera is well, though nobody looked."""
        if asleep != self._asleep:
            self._asleep, self._asleep_s = asleep, now_s

    def _heard_age_s(self, now_s: float) -> float | None:
        moments_s = [moment_s for moment_s in (self._last_frame_s, self._asleep_s) if moment_s is not None]
        return round(now_s - max(moments_s), 2) if moments_s else None


def _count(facts: Mapping[str, object], name: str) -> int:
    value = facts.get(name, 0)
    return value if isinstance(value, int) else 0
