"""The whole way of a plate with scripted eyes: no network, no video, no clock."""

import dataclasses
import itertools

import numpy as np

from anprd.pipeline import Pipeline
from anprd.records import Box, Detection, Reading, Sighting, VerdictKind
from anprd.settings import CameraSettings
from anprd.video.motion import Motion
from tests.plain_frames import frame_of

WIDTH, HEIGHT = 320, 180
ROAD = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)


class ScriptedEyes:
    """Sees a plate where the script says at the time of the picture's top left pixel, and reads what it says."""

    def __init__(self, script):
        self.script = script
        self.looks = 0
        self.readings = 0
        self.now = None

    def detect(self, frame, *, confidence_min, input_size):
        self.looks += 1
        self.now = self.script(int(frame[0, 0, 0]))
        if self.now is None:
            return []
        box, confidence, _ = self.now
        return [Detection(box, confidence)] if confidence >= confidence_min else []

    def read(self, image, detection):
        self.readings += 1
        _, _, text = self.now
        return Sighting(detection, detection.box.corners, Reading(text, (0.95,) * len(text)))


def frames(count, fps=25.0, moving=True):
    """A block crosses the road, so that the gate is open; the top left pixel carries the frame's number."""
    for index in range(count):
        image = ROAD.copy()
        if moving:
            image[60:140, index * 4 % 240 : index * 4 % 240 + 60] = 230
        image[0, 0] = index % 256
        yield frame_of(image, index / fps)


def camera(**changes):
    return CameraSettings(name="gate", url="rtsp://camera/", **changes)


def run(eyes, **changes):
    pipeline = Pipeline(camera(**changes), eyes)
    verdicts = [verdict for frame in frames(75) for verdict in pipeline.feed(frame)]
    return pipeline, verdicts + pipeline.settle()


def plate_until(last, text="A123BC77", box=None):
    def script(index):
        x = 20 + index * 2
        return (box or Box(x, 80, x + 80, 100), 0.9, text) if index <= last else None

    return script


def test_a_vehicle_that_passes_is_confirmed_once():
    pipeline, verdicts = run(ScriptedEyes(plate_until(60)))
    assert [(verdict.kind, verdict.plate) for verdict in verdicts] == [(VerdictKind.CONFIRMED, "A123BC77")]
    assert pipeline.counts["confirmed"] == 1


def test_at_most_the_wanted_frames_are_detected_on_and_the_others_are_counted():
    eyes = ScriptedEyes(plate_until(-1))
    pipeline, _ = run(eyes, detect_fps_max=5)
    assert 14 <= eyes.looks <= 17
    assert pipeline.counts["paced"] + pipeline.counts["detected"] + pipeline.counts["idle"] == 75


def test_a_late_frame_is_dropped_and_counted():
    eyes = ScriptedEyes(plate_until(60))
    pipeline = Pipeline(camera(), eyes)
    for frame in frames(20):
        pipeline.feed(frame, lag_s=5.0)
    assert pipeline.counts["late"] > 0
    assert eyes.looks <= 2


def test_nothing_is_detected_on_an_empty_road():
    eyes = ScriptedEyes(plate_until(-1))
    pipeline = Pipeline(camera(motion_hold_s=0.5), eyes)
    for frame in frames(250, moving=False):
        pipeline.feed(frame)
    assert pipeline.counts["idle"] > 50


def test_a_watch_on_another_stream_is_believed_in_place_of_the_own_gate():
    eyes = ScriptedEyes(plate_until(-1))
    pipeline = Pipeline(camera(), eyes)
    for frame in frames(50):
        pipeline.feed(dataclasses.replace(frame, motion=Motion(active=False, area_ratio=0.0, global_change=False)))
    assert eyes.looks == 0
    for frame in frames(50, moving=False):
        pipeline.feed(dataclasses.replace(frame, motion=Motion(active=True, area_ratio=0.1, global_change=False)))
    assert pipeline.counts["detected"] == eyes.looks > 10


def test_a_plate_cut_off_by_the_frame_is_seen_and_not_read():
    eyes = ScriptedEyes(plate_until(60, box=Box(0, 80, 60, 100)))
    pipeline, verdicts = run(eyes)
    assert eyes.readings == 0
    assert pipeline.counts["cut"] > 0
    assert not [verdict for verdict in verdicts if verdict.kind is VerdictKind.CONFIRMED]


def test_a_plate_too_small_is_not_read():
    eyes = ScriptedEyes(plate_until(60, box=Box(100, 80, 120, 88)))
    pipeline, _ = run(eyes)
    assert eyes.readings == 0
    assert pipeline.counts["small"] > 0


def test_a_plate_below_the_detectors_threshold_is_none():
    eyes = ScriptedEyes(plate_until(60))
    _, verdicts = run(eyes, detector_confidence_min=0.95)
    assert verdicts == []


def test_settling_twice_says_nothing_twice():
    pipeline = Pipeline(camera(), ScriptedEyes(plate_until(60, text="")))
    for frame in frames(40):
        pipeline.feed(frame)
    pipeline.settle()
    assert pipeline.settle() == []


class PatchEyes:
    """Finds what is white in the picture that it is given, and reads whether it is all there."""

    def __init__(self):
        self.inputs = []

    def detect(self, frame, *, confidence_min, input_size):
        self.inputs.append((frame.shape[:2], input_size))
        rows, columns = np.nonzero(frame[:, :, 0] == 255)
        if not rows.size:
            return []
        return [Detection(Box(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1), 0.9)]

    def read(self, image, detection):
        x, y = (round(middle) for middle in detection.box.centre)
        assert image[y, x, 0] == 255
        return Sighting(detection, detection.box.corners, Reading("A123BC77", (0.95,) * 8))


def drive(eyes, *, count, plate_at, car_at, **changes):
    """A dark car and a plate, each at a place that a function of the frame's number gives, at eight frames a second."""
    pipeline = Pipeline(camera(**changes), eyes)
    for index in range(count):
        image = np.full((720, 1280, 3), 90, np.uint8)
        x, y = car_at(index)
        image[y : y + 90, x : x + 130] = 20
        x, y = plate_at(index)
        image[y : y + 15, x : x + 60] = 255
        pipeline.feed(frame_of(image, index / 8))
        yield pipeline, Box(x, y, x + 60, y + 15)


def test_a_small_part_of_the_frame_is_looked_at_as_it_is_and_its_plates_are_told_in_pixels_of_the_frame():
    eyes = PatchEyes()
    seen = 0
    for pipeline, plate in drive(
        eyes,
        count=60,
        car_at=lambda index: (300 + 6 * index, 200),
        plate_at=lambda index: (335 + 6 * index, 250),
        motion_hold_s=0.5,
    ):
        for sighting in pipeline.sightings:
            assert sighting.box == plate
            assert sighting.corners == plate.corners
            seen += 1
    parts = [shape for shape, _ in eyes.inputs if shape != (720, 1280)]
    assert seen > 50
    assert len(parts) > 40
    assert {size for _, size in eyes.inputs} == {(384, 640), (288, 384)}
    assert pipeline.counts["confirmed"] == 1


class HalfEyes(PatchEyes):
    """Sees half a plate at the right edge of every part of a frame."""

    def detect(self, frame, *, confidence_min, input_size):
        self.inputs.append((frame.shape[:2], input_size))
        height, width = frame.shape[:2]
        return [Detection(Box(width - 60, height / 2, width - 1, height / 2 + 20), 0.9)] if width < 1280 else []


def test_a_plate_cut_off_by_a_part_is_let_go_and_the_whole_frame_is_looked_at_next():
    eyes = HalfEyes()
    road = {"car_at": lambda index: (300 + 6 * index, 100), "plate_at": lambda index: (0, 720)}
    for pipeline, _ in drive(eyes, count=40, **road):
        assert pipeline.sightings == []
    wholes = [shape == (720, 1280) for shape, _ in eyes.inputs]
    assert wholes.count(False) > 15
    assert all(whole or following for whole, following in itertools.pairwise(wholes))
    assert pipeline.counts["cut"] == wholes.count(False)


class CountedPicture:
    """Its luma has to be made, as that of a stream with ten bits a pixel."""

    def __init__(self, image, made):
        self.image = image
        self.made = made

    def luma(self):
        self.made.append("luma")
        return self.image[:, :, 0]

    def part(self, window):
        return self.image[window.top : window.bottom, window.left : window.right]


def test_the_luma_of_a_frame_is_made_once_however_many_plates_are_in_it():
    eyes = ScriptedEyes(plate_until(10))
    one = eyes.detect
    eyes.detect = lambda *args, **kwargs: 3 * one(*args, **kwargs)
    pipeline = Pipeline(camera(), eyes)
    made = []
    for frame in frames(10, fps=8):
        pipeline.feed(dataclasses.replace(frame, picture=CountedPicture(frame.bgr(), made)))
    assert pipeline.counts["plates"] == 30
    assert len(made) == 10


def test_a_car_that_is_parked_in_view_is_told_once_however_long_others_pass_and_nothing_moves():
    eyes = PatchEyes()
    pipeline = Pipeline(camera(), eyes)
    verdicts = []
    for index in range(8 * 120):
        image = np.full((360, 640, 3), 90, np.uint8)
        if not 8 * 50 < index < 8 * 100:
            x = index * 5 % 160
            image[40:100, x : x + 80] = 20
        image[300:315, 500:560] = 255
        verdicts += pipeline.feed(frame_of(image, index / 8))
    parts = [shape for shape, _ in eyes.inputs if shape != (360, 640)]
    assert len(parts) > 300
    assert pipeline.counts["idle"] > 300
    assert [verdict.plate for verdict in verdicts] == ["A123BC77"]
