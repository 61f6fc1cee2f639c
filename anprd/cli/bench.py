"""`anprd bench`: what each stage costs on this machine, on one thread, and how many cameras a core carries.

A camera without motion costs the decoding of all its frames and a look for motion at `detect_fps_max`; one with motion
costs the networks as well. Real cameras lie between the two.
"""

import itertools
import os
import platform
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2

from anprd.cli import console
from anprd.cli.console import Printer
from anprd.errors import EXIT_DONE, ConfigError
from anprd.records import Detection, Sighting
from anprd.settings import CameraSettings
from anprd.tracks.passes import Passes
from anprd.video.clock import SystemClock
from anprd.video.frames import Frame
from anprd.video.motion import MotionGate
from anprd.video.pacing import Pace, Pacer
from anprd.video.sources import open_clip
from anprd.vision.plates import Vision

DEMO_CLIP = Path(__file__).resolve().parents[2] / "config" / "demo.mp4"
STAGES = ("decode", "motion", "colour", "detect", "straighten", "read", "track")
FPS_UNKNOWN = 25.0


def bench(clip: Path | None, *, seconds: float, weights: Path | None, printer: Printer) -> int:
    """Measure on `clip`, over and over for `seconds`, and print the report.

    Raises:
        ConfigError: no clip is named and there is no demo; or the networks cannot be loaded.
        SourceError: the clip cannot be read.
    """
    if clip is None and not DEMO_CLIP.is_file():
        raise ConfigError("name a clip: the demo's clip is in a checkout of anprd only")
    cv2.setNumThreads(1)  # as in a worker
    bench = _Bench(clip or DEMO_CLIP, Vision.load(weights))
    bench.run(seconds)
    printer(bench.report())
    return EXIT_DONE


class _Bench:
    """The pipeline's stages one by one, each under a watch."""

    def __init__(self, clip: Path, vision: Vision) -> None:
        self._clip = clip
        self._vision = vision
        self._camera = CameraSettings(name="bench", url=f"file:{clip}")
        self._spans_ms: dict[str, list[float]] = {stage: [] for stage in STAGES}
        self._looked = 0
        self._plates = 0
        self._about: dict[str, Any] = {}

    def run(self, seconds: float) -> None:
        """Measure until `seconds` have passed and the clip was seen at least once."""
        end_s = time.perf_counter() + seconds
        for turn in itertools.count():
            for _ in self._turn():
                if turn and time.perf_counter() >= end_s:
                    return
            if time.perf_counter() >= end_s:
                return

    def report(self) -> dict[str, Any]:
        """The medians, and what follows from them."""
        stages = {stage: _summary(spans) for stage, spans in self._spans_ms.items()}
        plates = self._plates / max(1, self._looked)
        fps, detect_fps = self._about["fps"], min(self._camera.detect_fps_max, self._about["fps"])
        ms = {stage: stages[stage]["median_ms"] for stage in STAGES}
        idle_ms = fps * ms["decode"] + detect_fps * ms["motion"]
        look_ms = ms["colour"] + ms["detect"] + plates * (ms["straighten"] + ms["read"]) + ms["track"]
        busy_ms = idle_ms + detect_fps * look_ms
        return {
            "clip": str(self._clip),
            **self._about,
            "cpu": _cpu(),
            "detect_fps": detect_fps,
            "plates_per_look": round(plates, 2),
            "stages": stages,
            "cameras_per_core": {"idle": round(1000 / idle_ms, 1), "busy": round(1000 / busy_ms, 1)},
        }

    def _turn(self) -> Iterator[None]:
        """The clip once, frame by frame. Every paced frame is looked at, moving or not."""
        source = open_clip(self._clip, clock=SystemClock())
        self._about = {"width": source.width, "height": source.height, "fps": round(source.fps or FPS_UNKNOWN, 2)}
        pacer = Pacer(self._camera.detect_fps_max)
        gate = MotionGate(area_ratio_min=self._camera.motion_area_ratio_min, hold_s=self._camera.motion_hold_s)
        passes = Passes(self._camera)
        frames = source.frames()
        while True:
            with self._watch("decode"):
                frame = next(frames, None)
            if frame is None:
                self._spans_ms["decode"].pop()  # the end of the clip, not a frame
                return
            if pacer.decide(frame.t_s, 0.0) is Pace.DETECT:
                with self._watch("motion"):
                    gate.feed(frame.luma(), frame.t_s)
                self._look(frame, passes)
            yield

    def _look(self, frame: Frame, passes: Passes) -> None:
        with self._watch("colour"):
            image = frame.bgr()
        with self._watch("detect"):
            found = self._vision.detect(image, confidence_min=self._camera.detector_confidence_min)
        sightings = [self._read(frame, detection) for detection in found]
        with self._watch("track"):
            passes.feed(sightings, frame.t_s)
        self._looked += 1
        self._plates += len(found)

    def _read(self, frame: Frame, detection: Detection) -> Sighting:
        with self._watch("straighten"):
            corners = self._vision.corner_finder.find(frame.bgr(), detection.box)
        with self._watch("read"):
            reading = self._vision.read_at(frame.bgr(), corners)
        return Sighting(detection, corners, reading)

    @contextmanager
    def _watch(self, stage: str) -> Iterator[None]:
        began_s = time.perf_counter()
        yield
        self._spans_ms[stage].append(1000 * (time.perf_counter() - began_s))


def print_table(report: dict[str, Any]) -> None:
    """The report for people."""
    table = console.table("stage", "median ms", "90 % below ms", "times")
    for stage, figures in report["stages"].items():
        table.add_row(stage, f"{figures['median_ms']:.2f}", f"{figures['p90_ms']:.2f}", str(figures["count"]))
    out = console.console()
    out.print(table)
    cameras = report["cameras_per_core"]
    out.print(
        f"\n{report['width']}x{report['height']}, {report['fps']:g} frames a second, of which {report['detect_fps']:g}"
        f" are looked at while something moves:\na core carries {cameras['idle']:g} cameras without motion,"
        f" {cameras['busy']:g} with motion all the time ({report['cpu']}, {os.cpu_count()} cores)",
        soft_wrap=True,
    )


def _summary(spans_ms: Sequence[float]) -> dict[str, float]:
    if not spans_ms:
        return {"median_ms": 0.0, "p90_ms": 0.0, "count": 0}
    ninth = statistics.quantiles(spans_ms, n=10)[-1] if len(spans_ms) > 1 else spans_ms[0]
    return {"median_ms": round(statistics.median(spans_ms), 3), "p90_ms": round(ninth, 3), "count": len(spans_ms)}


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
