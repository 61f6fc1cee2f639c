"""`anprd replay`: recorded video through exactly the worker's pipeline; what a worker would publish is printed."""

import re
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from anprd.cli import annotate, console
from anprd.cli.console import Printer
from anprd.errors import EXIT_DONE, EXIT_FAILED, SinkError, SourceError
from anprd.events.record import Recorder, stream_start
from anprd.pipeline import Pipeline
from anprd.records import Dates, TimeBasis, Verdict
from anprd.settings import CameraSettings
from anprd.video.clip_writer import ClipWriter
from anprd.video.clock import SystemClock
from anprd.video.frames import Frame
from anprd.video.sources import Source, open_clip, play_clip
from anprd.vision.plates import Vision

OpenClip = Callable[[Path], Source]
CUT_OFF_RATIO_MAX = 0.95  # of the length that the file names
FPS_UNKNOWN = 25.0  # for the annotated copy of a clip that does not say its frame rate


def as_fast_as_it_goes(clip: Path) -> Source:
    """Open a clip. Raises SourceError."""
    return open_clip(clip, clock=SystemClock())


def in_real_time(clip: Path) -> Source:
    """Open a clip at its own speed: what the pipeline cannot follow is dropped, as of a camera. Raises SourceError."""
    return play_clip(clip, clock=SystemClock())


def replay(
    clips: Sequence[Path], *, open_source: OpenClip, output: Path | None, weights: Path | None, printer: Printer
) -> int:
    """Send each clip through a pipeline of its own and print its events.

    Args:
        clips: the files.
        open_source: opens one of them.
        output: where the annotated video of the one clip goes.
        weights: a folder with other networks.
        printer: takes each event as it is settled.

    Returns:
        0, or 1 where a clip could not be read to its end or the video not be written.

    Raises:
        ConfigError: the networks cannot be loaded.
    """
    cv2.setNumThreads(1)  # as in a worker
    vision = Vision.load(weights)
    code = EXIT_DONE
    for clip in clips:
        try:
            _replay(clip, open_source(clip), vision, output, printer)
        except (SourceError, SinkError) as error:
            console.complain(str(error))
            code = EXIT_FAILED
    return code


def _replay(clip: Path, source: Source, vision: Vision, output: Path | None, printer: Printer) -> None:
    camera = CameraSettings(name=camera_name(clip), url="file:clip")  # opened already, by its path
    pipeline = Pipeline(camera, vision)
    told = _Told(camera.name, printer)
    copy = None if output is None else _Copy(output, source.fps, camera.reading_confidence_min)
    t_s = 0.0
    try:
        with _progress(clip, source.duration_s) as advance:
            for frame in source.frames():
                verdicts = pipeline.feed(frame, lag_s=source.lag_s)
                told.tell(frame, verdicts)
                if copy is not None:
                    copy.add(frame, pipeline, verdicts)
                t_s = frame.t_s
                advance(t_s)
        told.tell(None, pipeline.settle())
    finally:
        source.close()
        if copy is not None:
            copy.close()
    if source.counts["corrupt"]:
        console.complain(f"{clip}: damaged frames that were left out: {source.counts['corrupt']}")
    if source.counts["cut_off"] or ends_early(t_s, source.duration_s):
        raise SourceError(f"{clip}: the end is missing or damaged; what came before it, {t_s:.1f} s, was read")


def ends_early(t_s: float, duration_s: float | None) -> bool:
    """Whether a clip whose last frame came at `t_s` lacks a part. Sound may go on a little after the last frame."""
    return duration_s is not None and t_s < CUT_OFF_RATIO_MAX * duration_s - 1.0


def camera_name(clip: Path) -> str:
    """The camera's name in the events of a clip: its file name, as far as a camera may be called so."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", clip.stem).lstrip("_.-")[:63]
    return name or "clip"


class _Told:
    """Prints verdicts as the events that a worker would publish."""

    def __init__(self, camera: str, printer: Printer) -> None:
        self._printer = printer
        self._began_at = SystemClock().wall()
        host = socket.gethostname()
        self._recorder = Recorder(camera=camera, host=host, dates=self._dates, start=stream_start)

    def tell(self, frame: Frame | None, verdicts: Sequence[Verdict]) -> None:
        if frame is not None:
            self._began_at = frame.at - timedelta(seconds=frame.t_s)
        for verdict in verdicts:
            self._printer(self._recorder.record(verdict).to_object())

    def _dates(self, verdict: Verdict, _told: datetime | None) -> Dates:
        moments = (verdict.first_t_s, verdict.best_t_s, verdict.last_t_s)
        first, best, last = (self._began_at + timedelta(seconds=t_s) for t_s in moments)
        return Dates(first, best, last, TimeBasis.FILE)


class _Copy:
    """The annotated video; the file, and its folder, is begun with the first frame."""

    def __init__(self, path: Path, fps: float, confidence_min: float) -> None:
        self._path = path
        self._fps = fps or FPS_UNKNOWN
        self._follower = annotate.Follower(confidence_min=confidence_min)
        self._writer: ClipWriter | None = None
        self._size = (0, 0)
        self._labels: list[annotate.Label] = []
        self._looked_at: object = None

    def add(self, frame: Frame, pipeline: Pipeline, verdicts: Sequence[Verdict]) -> None:
        """Draw the frame and what was last seen; the pipeline does not look at every frame."""
        if pipeline.sightings is not self._looked_at or verdicts:
            self._looked_at = pipeline.sightings
            self._labels = self._follower.follow(pipeline.sightings, verdicts)
        if self._writer is None:
            self._size = (
                max(2, frame.width // 2 * 2),
                max(2, frame.height // 2 * 2),
            )  # H.264 has no half pixels of colour
            self._writer = self._begin()
        picture = annotate.draw(frame.bgr(), self._labels)
        if (frame.width, frame.height) != self._size:  # odd, or changed in mid-stream
            picture = np.asarray(cv2.resize(picture, self._size), np.uint8)
        self._writer.write(picture, frame.t_s)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()

    def _begin(self) -> ClipWriter:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SinkError(f"{self._path}: the video cannot be written: {error.strerror or error}") from error
        return ClipWriter(self._path, size=self._size, fps=self._fps)


@contextmanager
def _progress(clip: Path, duration_s: float | None) -> Iterator[Callable[[float], None]]:
    """A bar on standard error, where that is a terminal."""
    error = Console(stderr=True)
    if not error.is_terminal:
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    # Rows that are printed to the same terminal must go above the bar; rows that go into a pipe must not be touched.
    with Progress(*columns, console=error, transient=True, redirect_stdout=sys.stdout.isatty()) as progress:
        task = progress.add_task(clip.name, total=duration_s)
        yield lambda t_s: progress.update(task, completed=t_s)
