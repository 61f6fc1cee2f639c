"""What a worker and the supervisor say to each other: small values over one pipe per worker.

One pipe each, never a shared queue: a worker killed while it holds a queue's lock would silence all the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from anprd.video.wakefulness import FREELY, Leave, Wakefulness

TEXT_LENGTH_MAX = 500  # a beat must fit one atomic write (4096 bytes, PIPE_BUF), so texts inside it are cut


class State(StrEnum):
    """What a camera is doing; the values are the `state` of its row in the status."""

    STARTING = "starting"
    STREAMING = "streaming"
    WAITING = "waiting"
    """The camera is away; the next try is timed."""
    STOPPING = "stopping"
    RESTARTING = "restarting"
    """The process died; the supervisor starts another when the delay is over."""
    FAILED = "failed"
    """Cannot be configured: stays down until the next reload."""
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Facts:
    """How one worker fares. Counts are since the process started; ages are seconds at the time of the beat."""

    state: State
    pid: int
    frames: int = 0
    fps: float = 0.0
    detections: int = 0
    reads: int = 0
    confirmed: int = 0
    updated: int = 0
    unreadable: int = 0
    drops: Mapping[str, int] = field(default_factory=dict)
    """Frames, plates and events that were wanted and yet dropped, by reason."""
    skipped: Mapping[str, int] = field(default_factory=dict)
    """What was left out on purpose, by reason: between paced frames, while nothing moves, of a known plate."""
    spool_depth: int = 0
    delivered: int = 0
    sink_error: str | None = None
    last_error: str | None = None
    last_plate: str | None = None
    last_plate_at: str | None = None
    last_frame_age_s: float | None = None
    reconnects: int = 0
    memory_bytes: int = 0
    """Memory of the process's own; what it shares with the fork server is not in it."""
    detect_fps: float = 0.0
    """How many frames a second it may look at now."""
    lag_s: float | None = None
    """How far behind live a frame was when its turn came, the worst of the last seconds; None: there was none."""
    standing_lag_s: float | None = None
    """The least of the same: a queue that does not go away."""
    run_ratio: float | None = None
    """How much of the time since the last beat its frame loop ran on a core; None: nobody says."""
    wait_ratio: float | None = None
    """And how much of it it was ready to run and had no core."""
    wakefulness: Wakefulness | None = None
    """None: it cannot sleep, or has no camera."""
    unsettled: bool = False
    """A plate is in view of which nothing was told yet."""


@dataclass(frozen=True, slots=True)
class Beat:
    """Worker to supervisor: the frame loop is alive."""

    facts: Facts


@dataclass(frozen=True, slots=True)
class Misconfigured:
    """Worker to supervisor: I cannot run until the operator acts. Exit code 78 follows."""

    reason: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """Worker to supervisor: passes are settled, events are handed over or safe on disk; I am leaving."""

    facts: Facts


@dataclass(frozen=True, slots=True)
class Drain:
    """Supervisor to worker: read no more, settle, publish, leave."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Supervisor to worker: look at no more than so many frames a second from now on, and wake only if you may."""

    detect_fps: float
    leave: Leave = FREELY


def clip_text(text: str) -> str:
    """The text on one line and at most `TEXT_LENGTH_MAX` characters long."""
    line = " ".join(text.split())
    return line if len(line) <= TEXT_LENGTH_MAX else line[: TEXT_LENGTH_MAX - 3] + "..."
