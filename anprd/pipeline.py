"""The order of the stages, written once: pacing, motion, gaze, detection, reading, tracks and votes.

The worker feeds it live frames, `anprd replay` a recorded file; frames in, verdicts out. It knows no clock, no socket
and no file, so a whole day of a camera is a unit test.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from anprd.records import Bgr, Detection, Sighting, Verdict
from anprd.settings import CameraSettings
from anprd.tracks.passes import Passes
from anprd.video.frames import Frame
from anprd.video.motion import Motion, MotionGate
from anprd.video.pacing import Pace, Pacer
from anprd.vision.edges import touches_edge
from anprd.vision.gaze import Gaze
from anprd.vision.letterbox import Size
from anprd.vision.view import View


class Eyes(Protocol):
    """What the pipeline needs of the networks (`vision.plates.Vision`)."""

    def detect(self, frame: Bgr, *, confidence_min: float, input_size: Size | None) -> list[Detection]:
        """The plates of a frame, or of a part of one, as seen by a network with an input of that size."""

    def read(self, image: Bgr, detection: Detection) -> Sighting:
        """One plate, straightened and read."""


class Pipeline:
    """One camera's stages and their state.

    Attributes:
        counts: what became of every frame, plate and reading, by reason.
        sightings: the plates of the last frame that was detected on.
        passes: the vehicles now in view and those lately confirmed.
    """

    def __init__(self, settings: CameraSettings, eyes: Eyes) -> None:
        self._settings = settings
        self._eyes = eyes
        self._pacer = Pacer(settings.detect_fps_max)
        self._motion = MotionGate(area_ratio_min=settings.motion_area_ratio_min, hold_s=settings.motion_hold_s)
        self._gaze = Gaze()
        self._counts: Counter[str] = Counter()
        self.passes = Passes(settings)
        self.sightings: Sequence[Sighting] = ()
        self._t_s = 0.0
        self._alert = True

    @property
    def awaits_more(self) -> bool:
        """Whether the next frame is wanted soon: something moved, or a plate is in view of which nothing was said."""
        return self._alert or self.unsettled

    @property
    def unsettled(self) -> bool:
        """Whether a plate is in view of which nothing was said."""
        return self.passes.unsettled(self._t_s)

    @property
    def counts(self) -> Counter[str]:
        """Frames, plates and readings so far, by what became of them."""
        return self._counts + self.passes.counts

    def hold(self, detect_fps: float) -> None:
        """Look at no more than so many frames a second from now on."""
        self._pacer.hold(detect_fps)

    def feed(self, frame: Frame, *, lag_s: float = 0.0) -> list[Verdict]:
        """Take one frame and return what it settled.

        Args:
            frame: the next of the stream; `t_s` grows.
            lag_s: how far the frame is behind live; the newest frame wins, so a late one is dropped and counted.
        """
        self._counts["frames"] += 1
        self._t_s = frame.t_s
        match self._pacer.decide(frame.t_s, lag_s):
            case Pace.DETECT:
                return self._look(frame)
            case left_out:
                self._counts[left_out.value] += 1
        return []

    def pass_time(self, t_s: float) -> list[Verdict]:
        """Learn that nothing was seen until `t_s`, and return what is settled by that. The next frame is later."""
        return self.passes.feed((), t_s)

    def settle(self) -> list[Verdict]:
        """Close every open pass: the stream has ended or the worker stops."""
        return self.passes.settle()

    def _look(self, frame: Frame) -> list[Verdict]:
        motion = frame.motion or self._motion.feed(frame.luma(), frame.t_s)
        self._alert = motion.active
        if not motion.active and not self.passes.unsettled(frame.t_s):
            self._counts["idle"] += 1
            self.sightings = ()
        else:
            self._counts["detected"] += 1
            self.sightings = self._see(frame, self._view(frame, motion))
        return self.passes.feed(self.sightings, frame.t_s)

    def _view(self, frame: Frame, motion: Motion) -> View:
        size = (frame.height, frame.width)
        if motion.active and not motion.regions:
            return self._gaze.look_everywhere(size, frame.t_s)
        awaited = self.passes.awaited(frame.t_s)
        return self._gaze.look(size, moving=motion.regions, awaited=awaited, t_s=frame.t_s)

    def _see(self, frame: Frame, view: View) -> list[Sighting]:
        part = frame.part(view.window)
        x, y = view.window.left, view.window.top
        found = self._eyes.detect(
            part, confidence_min=self._settings.detector_confidence_min, input_size=view.input_size
        )
        self._counts["plates"] += len(found)
        sightings = []
        for detection in found:
            in_frame = detection.moved(x, y)
            if view.cuts(in_frame.box):
                self._counts["cut"] += 1
                self._gaze.doubt()
            elif (reason := self._unread_reason(in_frame, view.frame, frame.t_s)) is not None:
                self._counts[reason] += 1
                sightings.append(Sighting(in_frame, in_frame.box.corners, None))
            else:
                self._counts["read"] += 1
                sightings.append(self._eyes.read(part, detection).moved(x, y))
        return sightings

    def _unread_reason(self, detection: Detection, frame: Size, t_s: float) -> str | None:
        """Why a plate is not worth reading, or None where it is."""
        if detection.box.width < self._settings.plate_width_px_min:
            return "small"
        if touches_edge(detection.box, frame):
            return "cut"
        return None if self.passes.wants_reading(detection, t_s) else "settled"
