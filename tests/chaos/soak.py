"""`python -m tests.chaos.soak`: half a day of film through one worker, then a camera that dies 2,000 times.

The worker is the daemon's own, put together by its own composition, with the shipped networks, a spool and a real
redis-server. Only its clock is another: it does not wait, so twelve hours are over in minutes, and what a worker does
every second, every ten seconds or after a pause it does as often as in twelve hours.
"""

import argparse
import json
import math
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np

from anprd.observe import logs
from anprd.settings import CameraSettings, Settings
from anprd.worker import composition, kernel, outlet
from tests.chaos import film
from tests.redis_server import RedisServer
from tests.video_clips import write_clip

FILM_FPS = 5
FILM_SIZE = (640, 360)
IDLE_S = 282.0  # behind eighteen seconds with three vehicles: five minutes
SAMPLE_EVERY_S = 120.0
SAMPLE_EVERY_SESSIONS = 20
WARM_SHARE = 0.2  # of the samples: until caches and pools have their size
MEMORY_MIB_MAX = {"hour": 0.5, "1000 sessions": 2.0}  # upper end of the slope's interval


@dataclass(frozen=True, slots=True)
class Sample:
    """What the process holds. `at`: hours of film, or thousands of sessions."""

    at: float
    own_mib: float
    """Written to by this process alone: what is shared with others comes and goes with them."""
    rss_mib: float
    descriptors: int
    threads: int


@dataclass(frozen=True, slots=True)
class Slope:
    """A straight line through the samples, by least squares, with its 95 % interval. Per hour or thousand sessions."""

    value: float
    low: float
    high: float


class FastClock:
    """Time that passes only when somebody sleeps: nothing waits, and nothing is late."""

    def __init__(self) -> None:
        self._s = 1000.0
        self._begun = datetime(2026, 3, 1, tzinfo=UTC)

    def now_s(self) -> float:
        return self._s

    def wall(self) -> datetime:
        return self._begun + timedelta(seconds=self._s)

    def sleep(self, seconds: float) -> None:
        self._s += seconds


class ImpatientClock:
    """The machine's time, but for pauses, which are over at once."""

    def __init__(self) -> None:
        self._skipped_s = 0.0

    def now_s(self) -> float:
        return time.monotonic() + self._skipped_s

    def wall(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._skipped_s)

    def sleep(self, seconds: float) -> None:
        self._skipped_s += seconds


class DyingCamera:
    """`tests.chaos.dying` in a process of its own, so that what it holds is not counted here."""

    def __init__(self) -> None:
        self.ends: Counter[str] = Counter()
        self._child = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.dying"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._child.stdout is not None
        self.url = self._child.stdout.readline().strip()
        threading.Thread(target=self._listen, args=(self._child.stdout,), daemon=True).start()

    @property
    def count(self) -> int:
        return sum(self.ends.values())

    def close(self) -> None:
        self._child.kill()
        self._child.wait()

    def _listen(self, lines: Iterable[str]) -> None:
        self.ends.update(line.strip() for line in lines)


def soak_film(hours: float, folder: Path, redis_url: str) -> tuple[list[Sample], dict]:
    """Play the film for so many hours of its own time. The samples, and what the worker counted."""
    clip = _idle_film(folder / "idle.mp4")
    clock = FastClock()
    begun_s = clock.now_s()
    return _run_worker(
        f"file:{clip}",
        clock,
        folder,
        redis_url,
        progress=lambda: (clock.now_s() - begun_s) / 3600,
        every=SAMPLE_EVERY_S / 3600,
        end=hours,
    )


def soak_sessions(count: int, folder: Path, redis_url: str) -> tuple[list[Sample], dict]:
    """Watch a camera that dies so many times. The samples, and what the worker counted."""
    camera = DyingCamera()
    try:
        samples, facts = _run_worker(
            camera.url,
            ImpatientClock(),
            folder,
            redis_url,
            progress=lambda: camera.count / 1000,
            every=SAMPLE_EVERY_SESSIONS / 1000,
            end=count / 1000,
        )
        return samples, facts | {"sessions": camera.count, "ends": dict(camera.ends)}
    finally:
        camera.close()


def _run_worker(
    url: str, clock: object, folder: Path, redis_url: str, *, progress: Callable[[], float], every: float, end: float
) -> tuple[list[Sample], dict]:
    composition.SystemClock = lambda: clock  # type: ignore[misc, assignment]
    stop = threading.Event()
    samples: list[Sample] = []
    facts: dict = {}

    def say(message: object) -> bool:
        at = progress()
        if not samples or at >= samples[-1].at + every:
            samples.append(sample(at))
            _show(samples[-1], end)
        if at >= end:
            stop.set()
        facts.update(asdict(message.facts))  # type: ignore[attr-defined]
        return True

    settings = Settings(redis=redis_url, state_dir=folder / "state", runtime_dir=folder / "run")
    camera = CameraSettings(name="soak", url=url, open_timeout_s=2.0, read_timeout_s=1.0)
    composition.build(camera, settings, stop=stop, say=say, allowed_fps=lambda: None).run()
    return samples, facts


def sample(at: float) -> Sample:
    """What this process holds now."""
    lines = (line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
    status = {name: value.split() for name, value in lines}
    return Sample(
        at,
        own_mib=kernel.own_memory_bytes() / (1 << 20),
        rss_mib=int(status["VmRSS"][0]) / 1024,
        descriptors=len(list(Path("/proc/self/fd").iterdir())),
        threads=int(status["Threads"][0]),
    )


def slope(points: Sequence[tuple[float, float]]) -> Slope:
    """The line through (x, y). The interval takes the samples for independent, which memory's are not quite."""
    x, y = np.array(points).T
    spread = float(np.sum((x - x.mean()) ** 2))
    value = float(np.sum((x - x.mean()) * (y - y.mean()))) / spread
    rest = y - y.mean() - value * (x - x.mean())
    half = 1.96 * math.sqrt(float(np.sum(rest**2)) / (len(x) - 2) / spread)
    return Slope(round(value, 4), round(value - half, 4), round(value + half, 4))


def report(samples: Sequence[Sample], facts: dict, *, unit: str) -> dict:
    """Slopes after the warm-up; `flat` is the verdict."""
    warm = samples[int(WARM_SHARE * len(samples)) :]
    half = len(warm) // 2
    memory = slope([(one.at, one.own_mib) for one in warm])
    peaks = {
        name: [max(getattr(one, name) for one in part) for part in (warm[:half], warm[half:])]
        for name in ("descriptors", "threads")
    }
    grows = memory.low > 0 and memory.high > MEMORY_MIB_MAX[unit]
    names = ("frames", "confirmed", "updated", "unreadable", "reconnects", "delivered", "drops", "skipped")
    return {
        "unit": unit,
        "length": round(samples[-1].at, 3),
        "samples": len(samples),
        "own_mib_slope": asdict(memory),
        "rss_mib_slope": asdict(slope([(one.at, one.rss_mib) for one in warm])),
        "own_mib": [round(warm[0].own_mib, 1), round(warm[-1].own_mib, 1)],
        "descriptors_max": peaks["descriptors"],
        "threads_max": peaks["threads"],
        "counted": {name: facts.get(name) for name in (*names, "sessions", "ends") if name in facts},
        "flat": not grows and all(later <= earlier for earlier, later in peaks.values()),
    }


def _idle_film(path: Path) -> Path:
    """Three vehicles, then minutes of the empty road with a sensor's noise."""
    from_s, to_s = film.DEMO_PARTS[1]
    busy = [
        np.asarray(cv2.resize(one, FILM_SIZE, interpolation=cv2.INTER_AREA), np.uint8)
        for one in film.pictures(film.DEMO, from_s, to_s, FILM_FPS)
    ]
    chance = np.random.default_rng(1)
    noise = [chance.normal(0, 1.8, busy[0].shape) for _ in range(8)]
    idle = [
        np.clip(busy[-1] + noise[chance.integers(8)], 0, 255).astype(np.uint8) for _ in range(round(IDLE_S * FILM_FPS))
    ]
    return write_clip(path, busy + idle, fps=FILM_FPS, g=str(2 * FILM_FPS), preset="veryfast", crf="26")


def _show(one: Sample, end: float) -> None:
    print(
        f"{one.at:8.3f} of {end:g}: {one.own_mib:.1f} MiB, {one.descriptors} descriptors, {one.threads} threads",
        flush=True,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Look for leaks in one worker.")
    parser.add_argument("--hours", type=float, default=12.0, help="of film; 0: none")
    parser.add_argument("--reconnects", type=int, default=2000, help="0: none")
    parser.add_argument("--json", type=Path, help="where the report goes as well")
    options = parser.parse_args(arguments)
    logs.configure("error", "soak", stream=outlet.standard_error())
    random.seed(1)
    found = {}
    with tempfile.TemporaryDirectory(prefix="anprd-soak-") as name, RedisServer(Path(name) / "redis") as server:
        for key, length, soak, unit in (
            ("film", options.hours, soak_film, "hour"),
            ("sessions", options.reconnects, soak_sessions, "1000 sessions"),
        ):
            if length:
                folder = Path(name) / key
                folder.mkdir()
                begun_s = time.monotonic()
                samples, facts = soak(length, folder, server.url)
                found[key] = report(samples, facts, unit=unit) | {"took_s": round(time.monotonic() - begun_s)}
    text = json.dumps(found, indent=2)
    print(text)
    if options.json is not None:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(text + "\n")
    return 0 if all(one["flat"] for one in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
