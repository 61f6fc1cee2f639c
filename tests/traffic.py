"""Synthetic traffic for the tracks: vehicles on a road before a camera, as sightings.

A pinhole camera 4 m above the road. A plate is half a metre wide, so it is hundreds of pixels near and tens far away,
and moves by several of its widths from frame to frame. Everything is drawn from a seed.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from anprd.records import Box, Detection, Reading, Sighting
from anprd.settings import CameraSettings

WIDTH_PX, HEIGHT_PX = 1920, 1080
FOCAL_PX = 1800.0
CAMERA_M = 4.0
HORIZON_PX = 150.0
PLATE_M = 0.52
ALPHABET = "ABEKMHOPCTYX0123456789"

Place = tuple[float, float, float]
"""Metres to the right, up from the road, and away from the camera."""


def settings(**changes: object) -> CameraSettings:
    return CameraSettings(name="gate", url="rtsp://192.0.2.1/", **changes)


def box_at(place: Place) -> Box:
    right, up, away = place
    scale = FOCAL_PX / away
    x, y = WIDTH_PX / 2 + right * scale, HORIZON_PX + (CAMERA_M - up) * scale
    width, height = PLATE_M * scale, PLATE_M * scale / 4
    return Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def sighting(
    box: Box, text: str | None = None, *, confidence: float = 0.95, detection: float = 0.9, rows: int = 1
) -> Sighting:
    reading = None if text is None else Reading(text, (confidence,) * len(text), rows)
    return Sighting(Detection(box, detection), box.corners, reading)


@dataclass(frozen=True)
class Vehicle:
    """A plate and its way: metres at a moment, None while it is not there."""

    plate: str
    way: Callable[[float], Place | None]


def driving(
    plate: str, *, lane_m: float, speed_m_s: float, start_m: float = 40.0, begin_s: float = 0.0, up_m: float = 0.6
) -> Vehicle:
    """Along the road: towards the camera with a positive speed, away from it with a negative one."""

    def way(t_s: float) -> Place | None:
        away = start_m - speed_m_s * (t_s - begin_s)
        return (lane_m, up_m, away) if t_s >= begin_s and 4.0 < away <= 60.0 else None

    return Vehicle(plate, way)


def crossing(plate: str, *, away_m: float, speed_m_s: float, start_m: float, begin_s: float = 0.0) -> Vehicle:
    """Across the picture at one distance; to the right with a positive speed."""

    def way(t_s: float) -> Place | None:
        return (start_m + speed_m_s * (t_s - begin_s), 0.6, away_m) if t_s >= begin_s else None

    return Vehicle(plate, way)


@dataclass
class Camera:
    """What the detector and the reader make of the vehicles."""

    fps: float = 8.0
    seed: int = 0
    missed: float = 0.08
    jitter: float = 0.03
    read: bool = True
    wrong: float = 0.1

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def frames(self, vehicles: Sequence[Vehicle], seconds: float) -> Iterator[tuple[float, list[tuple[str, Sighting]]]]:
        """Times, and for each the sightings with the plate that each is truly of, in any order."""
        for index in range(int(seconds * self.fps)):
            t_s = index / self.fps
            seen = [
                (vehicle.plate, self._look(vehicle.plate, place))
                for vehicle in vehicles
                if (place := vehicle.way(t_s)) is not None and self._random.random() >= self.missed
            ]
            seen = [(plate, found) for plate, found in seen if _in_picture(found.box)]
            self._random.shuffle(seen)
            yield t_s, seen

    def _look(self, plate: str, place: Place) -> Sighting:
        box = self._shaken(box_at(place))
        reading = self._reading(plate, box) if self.read and _whole(box) and box.width >= 32 else None
        return Sighting(Detection(box, self._random.uniform(0.6, 0.95)), box.corners, reading)

    def _shaken(self, box: Box) -> Box:
        sides = [self._random.gauss(0, self.jitter) * box.width for _ in range(2)]
        tall = [self._random.gauss(0, self.jitter) * box.height for _ in range(2)]
        return Box(box.x1 + sides[0], box.y1 + tall[0], box.x2 + sides[1], box.y2 + tall[1])

    def _reading(self, plate: str, box: Box) -> Reading:
        """Far away a reading is often wrong and seldom sure; near it is nearly always right."""
        blur = min(1.0, (40.0 / box.width) ** 2)
        text, confidences = "", []
        for character in plate:
            if self._random.random() < self.wrong * blur:
                text += self._random.choice(ALPHABET)
                confidences.append(self._random.uniform(0.3, 0.8))
            else:
                text += character
                confidences.append(self._random.uniform(1 - 0.5 * blur - 0.05, 1.0))
        if self._random.random() < 0.1 * blur:
            text, confidences = text[:-1], confidences[:-1]
        return Reading(text, tuple(confidences))


def _in_picture(box: Box) -> bool:
    x, y = box.centre
    return 0 <= x < WIDTH_PX and 0 <= y < HEIGHT_PX


def _whole(box: Box) -> bool:
    return box.x1 > 2 and box.y1 > 2 and box.x2 < WIDTH_PX - 2 and box.y2 < HEIGHT_PX - 2
