"""What to do about one child, and what a new file changes: pure, as tables.

running?  wanted?   and                          then
no        no        -                            FORGET
no        yes       misconfigured                WAIT (until a reload)
no        yes       its delay is over            START
no        yes       -                            WAIT
yes       no        not told yet                 TERMINATE
yes       any       told, drain time is over     KILL
yes       any       told                         WAIT
yes       yes       no beat for too long         KILL
yes       yes       -                            WAIT
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from pathlib import Path
from typing import Any

from anprd import backoff
from anprd.events.record import timestamp
from anprd.settings import EMBEDDED, CameraSettings, Settings
from anprd.supervisor.load import WAIT_MIN
from anprd.worker.messages import Facts, State

DRAIN_S = 10.0  # settling is milliseconds and publishing is bounded by the worker; what takes longer is stuck
STUCK_S = 30.0  # the loop beats each second; a camera may send what cannot be decoded for 20 (video/session.py)
BOOT_S = 120.0  # until the first frame is done networks are compiled, by all workers at once when the daemon starts
STEADY_S = 60.0  # a worker that streamed this long was well: its next death counts as the first
RESTART_FIRST_S = 1.0
# Workers that begin at a time where cores are what they wait for: to open two streams takes a second or two of CPU, and
# a hundred at once take so long over it that cameras are given up as silent.
OPENINGS_MAX = 4
OPENED_S = 4.0  # until its substream is watched a camera's main stream is decoded
RESTART_CAP_S = 20.0  # a worker that dies again and again is still back in 30 s, and costs a start each 20 s at most


class Action(Enum):
    WAIT = auto()
    START = auto()
    TERMINATE = auto()
    """Ask it to drain."""
    KILL = auto()
    FORGET = auto()


@dataclass(frozen=True, slots=True)
class ChildFacts:
    """What is known of one child. Times are the supervisor's monotonic clock."""

    wanted: bool
    """This child, with the settings that it has, shall run."""
    running: bool
    misconfigured: bool = False
    start_at_s: float = 0.0
    beat_s: float = 0.0
    """Its last beat, or its start where none has come yet."""
    stuck_after_s: float = STUCK_S
    told_s: float | None = None
    """When it was told to drain; None: it was not."""


def stuck_after_s(facts: Facts | None) -> float:
    """How long a worker may be silent, by its last beat (None: none has come yet).

    The detector is compiled for the first frame, whose shape it needs: that is booting too.
    """
    return BOOT_S if facts is None or facts.frames == 0 else STUCK_S


def next_action(facts: ChildFacts, now_s: float) -> Action:
    """The table above."""
    match facts:
        case ChildFacts(running=False, wanted=False):
            return Action.FORGET
        case ChildFacts(running=False, misconfigured=True):
            return Action.WAIT
        case ChildFacts(running=False):
            return Action.START if now_s >= facts.start_at_s else Action.WAIT
        case _ if facts.told_s is not None:
            return Action.KILL if now_s - facts.told_s >= DRAIN_S else Action.WAIT
        case ChildFacts(wanted=False):
            return Action.TERMINATE
        case _:
            return Action.KILL if now_s - facts.beat_s >= facts.stuck_after_s else Action.WAIT


def burdens(facts: Facts | None, *, age_s: float, streaming_s: float | None) -> bool:
    """Whether a worker that has just begun waits for cores, so that others should begin later.

    Args:
        facts: of its last beat; None: it has not spoken yet.
        age_s: how long it has run.
        streaming_s: how long its camera has streamed; None: it does not.
    """
    if facts is None:
        return age_s < STUCK_S
    if facts.state is State.STARTING:
        return facts.wait_ratio is None or facts.wait_ratio >= WAIT_MIN
    return streaming_s is not None and streaming_s < OPENED_S and (facts.wait_ratio or 0.0) >= WAIT_MIN


_EVERY_WORKER = ("redis", "stream", "stream_length_max", "spool_events_max", "weights_dir")
_NEEDS_RESTART = ("state_dir", "runtime_dir", "metrics_address", "embedded_redis_port")


@dataclass(frozen=True, slots=True)
class Reload:
    """What a newly read file changes: names of cameras, and keys that only a restart can change."""

    started: tuple[str, ...]
    stopped: tuple[str, ...]
    changed: tuple[str, ...]
    ignored_keys: tuple[str, ...]


NO_CHANGE = Reload((), (), (), ())


def outcome(
    config: Path, at: datetime, *, untouched: int | None, error: str | None = None, change: Reload = NO_CHANGE
) -> dict[str, Any]:
    """What is said of a reload: `untouched`, cameras that it left alone, None where nobody asked."""
    return {
        "ok": error is None,
        "at": timestamp(at, "seconds"),
        "error": error,
        "needs_restart": list(change.ignored_keys),
        "added": list(change.started),
        "removed": list(change.stopped),
        "changed": list(change.changed),
        "untouched": untouched,
        "config": str(config),
    }


def compare(old: Settings, new: Settings) -> Reload:
    """What must be done to get from `old` to `new`; disabled cameras count as absent."""
    before, after = enabled(old), enabled(new)
    ignored = tuple(key for key in _NEEDS_RESTART if getattr(old, key) != getattr(new, key))
    if old.redis != new.redis and EMBEDDED in {old.redis, new.redis}:
        ignored = (*ignored, "redis")
    all_change = any(getattr(old, key) != getattr(new, key) for key in _EVERY_WORKER if key not in ignored)
    return Reload(
        started=tuple(name for name in after if name not in before),
        stopped=tuple(name for name in before if name not in after),
        changed=tuple(name for name in after if name in before and (all_change or after[name] != before[name])),
        ignored_keys=ignored,
    )


def refusal(old: Settings, new: Settings) -> str | None:
    """Why `new` is not taken though it is right; None: it is taken.

    A file without a word of cameras while some run is an editor's truncation far more often than a wish.
    """
    running = len(enabled(old))
    if new.speaks_of_cameras or not running:
        return None
    return f"names no camera, and {running} should run; was it cut off? To stop every camera write 'cameras: {{}}'"


def enabled(settings: Settings) -> dict[str, CameraSettings]:
    """The cameras that shall run, by name, in the order of the file."""
    return {camera.name: camera for camera in settings.cameras if camera.enabled}


def restart_delay_s(failures: int, *, chance: float) -> float:
    """How long a worker that ended so many times in a row stays down."""
    return backoff.backoff_s(failures, first_s=RESTART_FIRST_S, cap_s=RESTART_CAP_S, chance=chance)
