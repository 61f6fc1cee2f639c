"""What each stage of the pipeline costs on one thread, in CPU time, held against the least that it could cost.

The real pipeline runs over a clip as a worker feeds it. Its floor: decoding the same packets and nothing else, and the
bare calls of the networks. What lies between is overhead.
"""

import functools
import itertools
import platform
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from anprd.bench.stopwatch import Stopwatch, Watched
from anprd.pipeline import Pipeline
from anprd.settings import CameraSettings
from anprd.tracks.passes import Passes
from anprd.video import clips
from anprd.video.clock import SystemClock
from anprd.video.decoder import DecodedPicture
from anprd.video.motion import MotionGate
from anprd.video.sources import open_clip
from anprd.vision.detector import Detector
from anprd.vision.inference import Network
from anprd.vision.plates import Vision
from anprd.vision.straighten import CornerFinder

STAGES = ("decode", "motion", "colour", "detect", "straighten", "read", "track")
FPS_UNKNOWN = 25.0
BARE_CALLS = 30
LOADING = "load"
WATCHED = (
    Watched(MotionGate, "feed", "motion"),
    Watched(DecodedPicture, "part", "colour"),
    Watched(Detector, "detect", "detect"),
    Watched(CornerFinder, "find", "straighten"),
    Watched(Vision, "read_at", "read"),
    Watched(Passes, "feed", "track"),
    Watched(Network, "__init__", LOADING),  # a network's first call of a shape; no worker's daily bread
)
FLOOR = ("decode", "detect", "read")
"""What no program could do without; of the networks, the bare calls."""


def measure(clip: Path, *, seconds: float, weights_dir: Path | None) -> dict[str, Any]:
    """Run the pipeline over the clip, again and again until `seconds` have passed, and say what it cost.

    Returns:
        The object of `anprd bench stages --json`.

    Raises:
        ConfigError: the networks cannot be loaded.
        SourceError: the clip cannot be read.
    """
    cv2.setNumThreads(1)  # as in a worker
    bench = _Bench(clip, Vision.load(weights_dir))
    bench.run(seconds)
    return bench.report()


@dataclass(frozen=True, slots=True)
class _Call:
    """A network with an input that it was really given."""

    network: Network
    batch: NDArray[np.uint8]


class _Bench:
    def __init__(self, clip: Path, vision: Vision) -> None:
        self._clip = clip
        self._vision = vision
        self._camera = CameraSettings(name="bench", url=f"file:{clip}")
        self._watch = Stopwatch()
        self._calls: dict[tuple[str, tuple[int, ...]], _Call] = {}
        self._called: Counter[tuple[str, tuple[int, ...]]] = Counter()
        self._counts: Counter[str] = Counter()
        self._frames = 0
        self._total_s = 0.0
        self._about: dict[str, Any] = {}

    def run(self, seconds: float) -> None:
        """Measure until `seconds` have passed and the clip was seen at least once."""
        end_s = time.perf_counter() + seconds
        with self._watch.watching(WATCHED), _seen(Network, "__call__", self._called_with):
            for turn in itertools.count():
                began_s = time.thread_time()
                for _ in self._turn():
                    if turn and time.perf_counter() >= end_s:
                        break
                self._total_s += time.thread_time() - began_s
                if time.perf_counter() >= end_s:
                    return

    def report(self) -> dict[str, Any]:
        """The figures, and what follows from them."""
        total_s = self._total_s - self._watch.own_s[LOADING]
        floors_ms = {"decode": self._bare_decode_ms(), **{stage: self._bare_call_ms(stage) for stage in FLOOR[1:]}}
        stages = {stage: self._stage(stage, total_s, floors_ms.get(stage)) for stage in STAGES}
        inference_s = sum(self._watch.own_s[_inference(stage)] for stage in FLOOR[1:])
        least_s = self._watch.own_s["decode"] + inference_s
        return {
            "clip": str(self._clip),
            **self._about,
            "cpu": cpu_name(),
            "detect_fps": self._detect_fps,
            "plates_per_look": round(self._counts["plates"] / max(1, self._counts["detected"]), 2),
            "stages": stages,
            "overhead": round(1 - least_s / total_s, 4),
            "cameras_per_core": self._cameras_per_core(total_s),
        }

    @property
    def _detect_fps(self) -> float:
        return float(min(self._camera.detect_fps_max, self._about["fps"]))

    def _turn(self) -> Iterator[None]:
        """The clip once, frame by frame."""
        with self._watch.during(LOADING):  # FFmpeg decodes a part of the clip to see what it is
            source = open_clip(self._clip, clock=SystemClock())
        self._about = {"width": source.width, "height": source.height, "fps": round(source.fps or FPS_UNKNOWN, 2)}
        pipeline = Pipeline(self._camera, self._vision)
        frames = source.frames()
        while True:
            with self._watch.during("decode"):
                frame = next(frames, None)
            if frame is None:
                self._watch.spans_s["decode"].pop()  # the end of the clip, not a frame
                break
            self._frames += 1
            pipeline.feed(frame)
            yield
        self._counts += pipeline.counts

    def _called_with(self, network: Network, batch: NDArray[np.uint8]) -> Any:  # noqa: ANN401  # a context
        """A network is called: which stage that is for, and with what."""
        stage = _inference(self._watch.stage)
        key = (stage, batch.shape)
        if key not in self._calls:
            self._calls[key] = _Call(network, batch.copy())
        self._called[key] += 1
        return self._watch.during(stage)

    def _stage(self, stage: str, total_s: float, floor_ms: float | None) -> dict[str, float | None]:
        spans_ms = [1000 * span_s for span_s in self._watch.spans_s[stage]]
        own_s = self._watch.own_s[stage] + self._watch.own_s[_inference(stage)]
        return {**_summary(spans_ms), "share": round(own_s / total_s, 4), "floor_ms": floor_ms}

    def _cameras_per_core(self, total_s: float) -> dict[str, float]:
        """Of cameras without a substream."""
        own_s = self._watch.own_s
        decode_ms = 1000 * own_s["decode"] / max(1, self._frames)
        motion_ms = 1000 * own_s["motion"] / max(1, len(self._watch.spans_s["motion"]))
        look_ms = 1000 * (total_s - own_s["decode"] - own_s["motion"]) / max(1, self._counts["detected"])
        idle_ms = self._about["fps"] * decode_ms + self._detect_fps * motion_ms
        busy_ms = idle_ms + self._detect_fps * look_ms
        return {"idle": round(1000 / idle_ms, 1), "busy": round(1000 / busy_ms, 1)}

    def _bare_decode_ms(self) -> float:
        """A frame's share of a loop that decodes the clip and does nothing else."""
        stream = clips.open_checked(str(self._clip))
        began_s = time.thread_time()
        count = sum(1 for _ in clips.pictures(stream, Counter()))
        return round(1000 * (time.thread_time() - began_s) / count, 3)

    def _bare_call_ms(self, stage: str) -> float | None:
        """The mean over all calls of the stage's network, each at the median of its input's shape; None: no call."""
        times_ms = {
            key: _bare_ms(call) * self._called[key] for key, call in self._calls.items() if key[0] == _inference(stage)
        }
        count = sum(self._called[key] for key in times_ms)
        return round(sum(times_ms.values()) / count, 3) if count else None


def _inference(stage: str) -> str:
    return f"{stage} inference"


def _bare_ms(call: _Call) -> float:
    spans_s = []
    for _ in range(BARE_CALLS):
        began_s = time.thread_time()
        call.network(call.batch)
        spans_s.append(time.thread_time() - began_s)
    return 1000 * statistics.median(spans_s)


@contextmanager
def _seen(owner: type, method: str, see: Callable[..., Any]) -> Iterator[None]:
    """Every call of the method runs within the context that `see` makes of its arguments."""
    original = getattr(owner, method)

    @functools.wraps(original)
    def seen(*args: Any) -> Any:  # noqa: ANN401  # whatever the method takes and gives
        with see(*args):
            return original(*args)

    setattr(owner, method, seen)
    try:
        yield
    finally:
        setattr(owner, method, original)


def _summary(spans_ms: Sequence[float]) -> dict[str, float]:
    if not spans_ms:
        return {"median_ms": 0.0, "p90_ms": 0.0, "count": 0}
    ninth = statistics.quantiles(spans_ms, n=10)[-1] if len(spans_ms) > 1 else spans_ms[0]
    return {"median_ms": round(statistics.median(spans_ms), 3), "p90_ms": round(ninth, 3), "count": len(spans_ms)}


def cpu_name() -> str:
    """The processor, as the kernel calls it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
