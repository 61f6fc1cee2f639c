"""Two witnesses of a run: what the daemon's status said, moment by moment, and all that ever stood on the stream."""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import redis

from anprd.supervisor.status import NotRunningError, fetch

EVERY_S = 0.25
BEATS_S = 1.5  # a worker beats each second
HELD_UP_S_MAX = 5.0  # longer is no busy machine but a worker that hangs
STREAM = "anprd:events"


@dataclass(frozen=True, slots=True)
class Look:
    """One camera at one moment. `frames` and `late` (left out for want of time) count since its worker started."""

    at_s: float
    pid: int | None
    state: str
    frames: int
    late: int
    waiting: int
    age_s: float
    """Since its last frame."""
    row: dict
    """All that the status said."""

    @property
    def streams(self) -> bool:
        return self.state == "streaming" and self.age_s < 2.0

    @property
    def held_up(self) -> bool:
        """Its worker has not come to speak for a while: the machine is busy, and the frames wait."""
        return self.state == "streaming" and self.age_s < HELD_UP_S_MAX and (self.row["beat_age_s"] or 0.0) > BEATS_S

    @property
    def sent_s(self) -> float:
        """When its last frame was sent, at the earliest."""
        return self.at_s - self.age_s - (self.row["lag_s"] or 0.0)


class StatusWatch(threading.Thread):
    """Asks for the status, again and again, until stopped."""

    def __init__(self, runtime_dir: Path) -> None:
        super().__init__(daemon=True)
        self.looks: dict[str, list[Look]] = {}
        self.last: dict | None = None
        self.last_at_s = 0.0
        self._runtime_dir = runtime_dir
        self._ends = threading.Event()

    def run(self) -> None:
        while not self._ends.wait(EVERY_S):
            with contextlib.suppress(NotRunningError):
                self._note(fetch(self._runtime_dir, timeout_s=2.0))

    def stop(self) -> None:
        self._ends.set()
        self.join()

    def latest(self, camera: str) -> Look | None:
        looks = self.looks.get(camera)
        return looks[-1] if looks else None

    def _note(self, status: dict) -> None:
        now_s = time.monotonic()
        self.last, self.last_at_s = status, now_s
        for row in status["cameras"]:
            drops = row["drops"]
            late = sum(drops.get(reason, 0) for reason in ("late", "overrun", "held"))
            age_s = row["last_frame_age_s"]
            seen_s = 1e9 if age_s is None else age_s
            look = Look(now_s, row["pid"], row["state"], row["frames"], late, row["spool_depth"], seen_s, row)
            self.looks.setdefault(row["name"], []).append(look)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the stream. `era` counts the times that Redis was begun anew without its memory."""

    era: int
    entry_id: str
    fields: dict[str, str]

    @property
    def key(self) -> tuple[str, str]:
        return self.fields["id"], self.fields["revision"]


class Ledger:
    """All entries that the stream ever had, whatever became of the server: each is taken down before it may be gone."""

    def __init__(self, port: int) -> None:
        self.entries: list[Entry] = []
        self.era = 0
        self._port = port
        self._last = "0-0"

    def take_down(self, port: int | None = None) -> None:
        """Read on from where we were. Raises redis.RedisError."""
        client = redis.Redis(port=port or self._port, decode_responses=True, socket_timeout=20)
        with contextlib.closing(client):
            for entry_id, fields in client.xrange(STREAM, min=f"({self._last}"):
                self._last = entry_id
                self.entries.append(Entry(self.era, entry_id, fields))

    def begin_era(self) -> None:
        """The stream is empty from now on."""
        self.era += 1
        self._last = "0-0"


def until(condition: Callable[[], bool], timeout_s: float) -> float | None:
    """Seconds until the condition held; None: it did not in time."""
    begun_s = time.monotonic()
    while not condition():
        if time.monotonic() - begun_s > timeout_s:
            return None
        time.sleep(0.05)
    return time.monotonic() - begun_s
