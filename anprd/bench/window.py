"""What a stretch of time cost: CPU by who spent it, from a first look at the processes to a second one."""

import time
from collections.abc import Collection
from dataclasses import dataclass

from anprd.bench import processes


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is who: numbers of processes."""

    workers: Collection[int]
    """What is measured: each camera's own process."""
    daemon: int | None
    """The supervisor, with everything below it that is no worker; None: there is none."""
    redis: int | None
    cameras: int
    """The server of the films."""


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU seconds so far. `machine`: of everybody, the kernel included."""

    workers: float
    daemon: float
    redis: float
    cameras: float
    machine: float


class Window:
    """A stretch of time that has begun. Times are the process's monotonic clock."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        self._before = _spent(cast)
        self.from_s = time.monotonic()

    def cores(self) -> dict[str, float]:
        """How many cores each has kept busy since; `total` is theirs, `others` whatever else the machine did."""
        after, seconds = _spent(self._cast), time.monotonic() - self.from_s
        found = {
            name: (getattr(after, name) - getattr(self._before, name)) / seconds
            for name in ("workers", "daemon", "redis", "cameras")
        }
        found["total"] = sum(found.values())
        found["others"] = max(0.0, (after.machine - self._before.machine) / seconds - found["total"])
        return {name: round(value, 4) for name, value in found.items()}


def _spent(cast: Cast) -> Spent:
    known = processes.all_of_them()
    machine = processes.machine_cpu_s()
    workers = sum(known[pid].cpu_s for pid in cast.workers if pid in known)
    family = processes.family(known, cast.daemon) if cast.daemon is not None else []
    return Spent(
        workers=workers,
        daemon=sum(one.cpu_s for one in family if one.pid not in cast.workers),
        redis=known[cast.redis].cpu_s if cast.redis in known else 0.0,
        cameras=known[cast.cameras].cpu_s if cast.cameras in known else 0.0,
        machine=machine,
    )
