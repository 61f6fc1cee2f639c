"""The trackers that are compared, behind one face: sightings of one look after another in, a track for each out.

All get the same sightings, and lose a track after as long as anprd's does. The others are given what favours them:
their default arguments, but thresholds of confidence as low as the detector's own, so that nothing is thrown away, and
new tracks that are told at once. What ultralytics' trackers hold back of a new track is read from their state. A still
camera needs no compensation of its motion.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType, SimpleNamespace

import numpy as np
import supervision
import trackers
from ultralytics.engine.results import Boxes
from ultralytics.trackers.bot_sort import BOTSORT
from ultralytics.trackers.byte_tracker import BYTETracker
from ultralytics.utils import YAML
from ultralytics.utils.checks import check_yaml

from anprd.records import Box, Sighting
from anprd.settings import CameraDefaults
from anprd.tracks.tracker import Tracker

SETTINGS = CameraDefaults()
VEHICLE_WIDTHS = 3.5  # a car is 1.8 m wide, a plate .52

Follow = Callable[[Sequence[Sighting], float], list[int | None]]
"""Takes the sightings of a look and its time; returns the number of the track of each, None where it has none."""

Start = Callable[[float], Follow]
"""Makes a tracker for so many looks a second."""


def own(_: float) -> Follow:
    """anprd's tracker, as it runs."""
    tracker = Tracker(SETTINGS.track_gap_s_max)

    def follow(sightings: Sequence[Sighting], t_s: float) -> list[int | None]:
        given = {id(track.sighting): track.id for track in tracker.update(sightings, t_s)}
        tracker.ended(t_s)
        return [given.get(id(sighting)) for sighting in sightings]

    return follow


def own_unread(fps: float) -> Follow:
    """anprd's tracker where nothing can be read."""
    follow = own(fps)
    return lambda sightings, t_s: follow([replace(sighting, reading=None) for sighting in sightings], t_s)


def ultralytics_of(kind: type[BYTETracker], arguments: str) -> Start:
    """A tracker of ultralytics with the arguments of its own file."""

    def start(fps: float) -> Follow:
        settings = YAML.load(check_yaml(arguments)) | {"track_buffer": _buffer(fps)}
        tracker = kind(SimpleNamespace(**settings))

        def follow(sightings: Sequence[Sighting], _: float) -> list[int | None]:
            rows = [[*_sides(one.box), one.detection.confidence, 0] for one in sightings]
            tracker.update(Boxes(np.array(rows, dtype=np.float32).reshape(-1, 6), (1080, 1920)))
            now = [track for track in tracker.tracked_stracks if track.frame_id == tracker.frame_id]
            given = {int(track.idx): int(track.track_id) for track in now}
            return [given.get(index) for index in range(len(sightings))]

        return follow

    return start


def roboflow_of(kind: Callable[..., trackers.ByteTrackTracker], **arguments: float) -> Start:
    """A tracker of roboflow's package `trackers`."""

    def start(fps: float) -> Follow:
        tracker = kind(
            lost_track_buffer=round(30 * SETTINGS.track_gap_s_max),
            frame_rate=fps,
            minimum_consecutive_frames=1,
            high_conf_det_threshold=SETTINGS.detector_confidence_min,
            **arguments,
        )

        def follow(sightings: Sequence[Sighting], _: float) -> list[int | None]:
            if not sightings:
                tracker.update(supervision.Detections.empty())
                return []
            found = tracker.update(
                supervision.Detections(
                    xyxy=np.array([_sides(one.box) for one in sightings]),
                    confidence=np.array([one.detection.confidence for one in sightings]),
                    data={"index": np.arange(len(sightings))},
                )
            )
            pairs = zip(found.data.get("index", ()), found.tracker_id, strict=True)
            given = {int(index): int(number) for index, number in pairs if number >= 0}
            return [given.get(index) for index in range(len(sightings))]

        return follow

    return start


def widened(start: Start) -> Start:
    """The same tracker, shown boxes about as large as the vehicles: where plates do not overlap, vehicles may."""

    def widened_start(fps: float) -> Follow:
        follow = start(fps)
        return lambda sightings, t_s: follow([_vehicle(sighting) for sighting in sightings], t_s)

    return widened_start


def _vehicle(sighting: Sighting) -> Sighting:
    (x, y), half = sighting.box.centre, VEHICLE_WIDTHS * sighting.box.width / 2
    return replace(sighting, detection=replace(sighting.detection, box=Box(x - half, y - half, x + half, y + half)))


def _buffer(fps: float) -> int:
    return max(1, round(fps * SETTINGS.track_gap_s_max))


def _sides(box: Box) -> tuple[float, float, float, float]:
    return box.x1, box.y1, box.x2, box.y2


_ACTIVATION = {"track_activation_threshold": SETTINGS.detector_confidence_min}
_OTHERS: dict[str, Start] = {
    "ByteTrack (ultralytics)": ultralytics_of(BYTETracker, "bytetrack.yaml"),
    "BoT-SORT (ultralytics)": ultralytics_of(BOTSORT, "botsort.yaml"),
    "ByteTrack (roboflow)": roboflow_of(trackers.ByteTrackTracker, **_ACTIVATION),
    "OC-SORT (roboflow)": roboflow_of(trackers.OCSORTTracker),
    "C-BIoU (roboflow)": roboflow_of(trackers.CBIoUTracker, **_ACTIVATION),
}
CONTESTANTS: Mapping[str, Start] = MappingProxyType(
    {"anprd": own, "anprd, nothing read": own_unread}
    | _OTHERS
    | {f"{name}, boxes of vehicles": widened(start) for name, start in _OTHERS.items()}
)
