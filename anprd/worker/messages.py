"""What a worker and the supervisor say to each other: small values over one pipe per worker (`worker.wire`).

One pipe each, never a shared queue: a worker killed while it holds a queue's lock would silence all the others.

The types say what is a message and what is none. No sound worker comes near a limit; one that was taken over may say
anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from anprd.video.wakefulness import FREELY, Leave, Wakefulness

TEXT_BYTES_MAX = 500  # in UTF-8: a beat with two such texts must fit `wire.MESSAGE_BYTES_MAX`

Count = Annotated[int, Field(ge=0, le=10**15)]
Number = Annotated[float, Field(ge=-1e9, le=1e9)]
Text = Annotated[str, Field(max_length=TEXT_BYTES_MAX, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]
"""Of one line, without what commands a terminal."""
Counts = Annotated[Mapping[Annotated[Text, Field(max_length=40)], Count], Field(max_length=50)]
"""By reason."""


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
    pid: Count
    frames: Count = 0
    fps: Number = 0.0
    detections: Count = 0
    reads: Count = 0
    confirmed: Count = 0
    updated: Count = 0
    unreadable: Count = 0
    drops: Counts = field(default_factory=dict)
    """Frames, plates and events that were wanted and yet dropped, by reason."""
    skipped: Counts = field(default_factory=dict)
    """What was left out on purpose, by reason: between paced frames, while nothing moves, of a known plate."""
    spool_depth: Count = 0
    delivered: Count = 0
    sink_error: Text | None = None
    last_error: Text | None = None
    last_plate: Text | None = None
    last_plate_at: Text | None = None
    last_frame_age_s: Number | None = None
    reconnects: Count = 0
    memory_bytes: Count = 0
    """Memory of the process's own; what it shares with the fork server is not in it."""
    detect_fps: Number = 0.0
    """How many frames a second it may look at now."""
    lag_s: Number | None = None
    """How far behind live a frame was when its turn came, the worst of the last seconds; None: there was none."""
    standing_lag_s: Number | None = None
    """The least of the same: a queue that does not go away."""
    run_ratio: Number | None = None
    """How much of the time since the last beat its frame loop ran on a core; None: nobody says."""
    wait_ratio: Number | None = None
    """And how much of it it was ready to run and had no core."""
    wakefulness: Wakefulness | None = None
    """None: it cannot sleep, or has no camera."""
    unsettled: bool = False
    """A plate is in view of which nothing was told yet."""


@dataclass(frozen=True, slots=True)
class Beat:
    """Worker to supervisor: the frame loop is alive."""

    facts: Facts
    kind: Literal["beat"] = "beat"


@dataclass(frozen=True, slots=True)
class Misconfigured:
    """Worker to supervisor: I cannot run until the operator acts. Exit code 78 follows."""

    reason: Text
    kind: Literal["misconfigured"] = "misconfigured"


@dataclass(frozen=True, slots=True)
class Stopped:
    """Worker to supervisor: passes are settled, events are handed over or safe on disk; I am leaving."""

    facts: Facts
    kind: Literal["stopped"] = "stopped"


@dataclass(frozen=True, slots=True)
class Drain:
    """Supervisor to worker: read no more, settle, publish, leave."""

    kind: Literal["drain"] = "drain"


@dataclass(frozen=True, slots=True)
class Hold:
    """Supervisor to worker: look at no more than so many frames a second from now on, and wake only if you may."""

    detect_fps: Number
    leave: Leave = FREELY
    kind: Literal["hold"] = "hold"


def clip_text(text: str) -> str:
    """The text as a `Text`: on one line, what cannot be printed as `?`, at most `TEXT_BYTES_MAX` bytes of UTF-8."""
    line = "".join(character if character.isprintable() else "?" for character in " ".join(text.split()))
    data = line.encode()
    if len(data) <= TEXT_BYTES_MAX:
        return line
    return data[: TEXT_BYTES_MAX - 3].decode(errors="ignore") + "..."
