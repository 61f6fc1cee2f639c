"""What the supervisor knows of one camera: its settings, its process if it has one, and how that fared so far."""

from dataclasses import asdict, replace
from typing import Any

from anprd.errors import EXIT_CONFIG
from anprd.redaction import redact
from anprd.settings import CameraSettings
from anprd.supervisor import decisions
from anprd.supervisor.children import Handle
from anprd.supervisor.decisions import ChildFacts
from anprd.supervisor.load import CameraLoad
from anprd.worker.messages import Beat, Facts, Hold, Misconfigured, State, Stopped
from anprd.worker.wire import FromWorker

SILENT_S = 10.0  # a busy machine delays a beat by seconds; not yet hung, which is at 30 s
FRESH_S = 3.0  # a beat a second is due; an older one says nothing of now
SETTLED_S = 10.0  # in its first seconds a worker is behind because networks are compiled
CONFIG_REASON_UNKNOWN = "the worker cannot run with this configuration; its reason is in the log"


class Child:
    """One camera's place in the fleet. Times are the supervisor's monotonic clock."""

    def __init__(self, camera: CameraSettings) -> None:
        self.camera = camera
        self.wanted = True
        self.successor: CameraSettings | None = None
        """Takes the place once this one has drained: the camera's changed settings."""
        self.handle: Handle | None = None
        self.told_s: float | None = None
        self.killed = False
        self.misconfigured: str | None = None
        self.start_at_s = 0.0
        self.restarts = 0
        self.hold: Hold | None = None
        """What this process was told that it may do; None: nothing."""
        self.hindrance: str | None = None
        """Why it could not be started when that was due."""
        self._failures = 0
        self._started_s = 0.0
        self._beat_s = 0.0
        self._streaming_since_s: float | None = None
        self._facts: Facts | None = None
        self._last_exit: str | None = None

    def facts(self) -> ChildFacts:
        """What decisions are made from."""
        return ChildFacts(
            wanted=self.wanted,
            running=self.handle is not None,
            misconfigured=self.misconfigured is not None,
            start_at_s=self.start_at_s,
            beat_s=self._beat_s,
            stuck_after_s=decisions.stuck_after_s(self._facts),
            told_s=self.told_s,
        )

    def started(self, handle: Handle, now_s: float) -> None:
        self.handle = handle
        self.told_s = None
        self.killed = False
        self._started_s = self._beat_s = now_s
        self._streaming_since_s = None
        self._facts = None
        self.hold = None

    def heard(self, message: FromWorker, now_s: float) -> None:
        """Take what the worker said."""
        match message:
            case Beat(facts=facts) | Stopped(facts=facts):
                self._beat_s = now_s
                self._facts = facts
                self._note_streaming(facts, now_s)
            case Misconfigured(reason=reason):
                self.misconfigured = redact(reason)

    def ended(self, exit_code: int, now_s: float, *, chance: float) -> None:
        """The process is gone. Where it is still wanted, this sets when the next one starts."""
        self.handle = None
        self._last_exit = exit_text(exit_code)
        if exit_code == EXIT_CONFIG:
            self.misconfigured = self.misconfigured or CONFIG_REASON_UNKNOWN
        if not self.wanted or self.misconfigured:
            return
        self.restarts += 1
        if self._was_steady(now_s):
            self._failures = 0
        self.put_off(now_s, chance=chance)

    def put_off(self, now_s: float, *, chance: float) -> None:
        """It failed once more: try again later, and later each time."""
        self._failures += 1
        self.start_at_s = now_s + decisions.restart_delay_s(self._failures, chance=chance)

    def excuse(self, seconds: float, now_s: float) -> None:
        """It could not speak, nor leave, for so long: nobody could."""
        self._beat_s = min(now_s, self._beat_s + seconds)
        if self.told_s is not None:
            self.told_s = min(now_s, self.told_s + seconds)

    def forgive(self) -> None:
        """A reload: what could not be configured is tried again, and at once: when it began its delay was over."""
        self.misconfigured = None
        self._failures = 0

    def burdens(self, now_s: float) -> bool:
        """Whether it has just begun and waits for a core."""
        if self.handle is None or self.told_s is not None:
            return False
        streaming_s = None if self._streaming_since_s is None else now_s - self._streaming_since_s
        return decisions.burdens(self._facts, age_s=now_s - self._started_s, streaming_s=streaming_s)

    def hears(self, now_s: float) -> bool:
        """Whether it runs, and well enough to take a word."""
        runs = self.handle is not None and self.told_s is None
        return runs and self._facts is not None and now_s - self._beat_s <= FRESH_S

    def load(self, now_s: float) -> CameraLoad:
        """How it keeps up."""
        known = CameraLoad(self.camera.name, self.camera.detect_fps_max, self.camera.priority)
        facts, since_s = self._facts, self._streaming_since_s
        if not self.hears(now_s) or facts is None:
            return known
        told = facts.confirmed + facts.unreadable
        known = replace(known, wakefulness=facts.wakefulness, unsettled=facts.unsettled, told=told)
        if since_s is None or now_s - since_s < SETTLED_S:
            return known
        return replace(known, standing_s=facts.standing_lag_s, run_ratio=facts.run_ratio, wait_ratio=facts.wait_ratio)

    def state(self) -> State:
        if self.misconfigured is not None:
            return State.FAILED
        if not self.wanted:
            return State.STOPPING
        if self.handle is None:
            return State.RESTARTING if self.restarts else State.STARTING
        return self._facts.state if self._facts else State.STARTING

    def row(self, now_s: float) -> dict[str, Any]:
        """The camera's object in the status."""
        silent_s = self._silent_s(now_s)
        known = self._facts or Facts(State.STARTING, pid=0)
        if self.handle is None or silent_s is not None:  # its last words say nothing of now
            known = replace(known, fps=0.0, lag_s=None, standing_lag_s=None, run_ratio=None, wait_ratio=None)
        row = asdict(known)
        row.update(
            name=self.camera.name,
            state=self.state().value,
            url=self.camera.shown(self.camera.url),
            pid=self.handle.pid if self.handle else None,
            priority=self.camera.priority,
            detect_fps=known.detect_fps if self._facts else None,
            detect_fps_max=self.camera.detect_fps_max,
            drops=dict(known.drops),
            restarts=self.restarts,
            last_exit=self._last_exit,
            last_error=self._trouble(silent_s) or known.last_error,
            uptime_s=round(now_s - self._started_s, 1) if self.handle else None,
            beat_age_s=round(now_s - self._beat_s, 1) if self.handle else None,
            restart_in_s=round(max(0.0, self.start_at_s - now_s), 1) if self._waits_to_start() else None,
        )
        if known.last_frame_age_s is not None:
            row["last_frame_age_s"] = round(known.last_frame_age_s + now_s - self._beat_s, 1)
        return {"name": row.pop("name"), "state": row.pop("state"), **row}

    def _trouble(self, silent_s: float | None) -> str | None:
        """What the supervisor knows of what is wrong with it."""
        return self.misconfigured or self.hindrance or self._death_text() or _silence_text(silent_s)

    def _silent_s(self, now_s: float) -> float | None:
        """For how long it has been silent that spoke once, where that is long."""
        age_s = now_s - self._beat_s
        runs = self.handle is not None and self._facts is not None
        return age_s if runs and age_s > SILENT_S else None

    def _waits_to_start(self) -> bool:
        return self.handle is None and self.wanted and self.misconfigured is None

    def _death_text(self) -> str | None:
        return (
            f"the worker ended with {self._last_exit}; the log says more"
            if self.handle is None and self._last_exit
            else None
        )

    def _note_streaming(self, facts: Facts, now_s: float) -> None:
        if facts.state is not State.STREAMING:
            self._streaming_since_s = None
        elif self._streaming_since_s is None:
            self._streaming_since_s = now_s

    def _was_steady(self, now_s: float) -> bool:
        return self._streaming_since_s is not None and now_s - self._streaming_since_s >= decisions.STEADY_S


def _silence_text(silent_s: float | None) -> str | None:
    return None if silent_s is None else f"no heartbeat for {silent_s:.0f} s"


def disabled_row(camera: CameraSettings) -> dict[str, Any]:
    """The status object of a camera that shall not run."""
    child = Child(camera)
    return {**child.row(0.0), "state": State.DISABLED.value, "restart_in_s": None}


def exit_text(exit_code: int) -> str:
    """An exit code in words."""
    return f"signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code}"
