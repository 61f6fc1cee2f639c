"""The words of the system: what one room hands to the next.

Everything here is a value. Pixels are those of the frame or picture as it was decoded, x to the right and y down.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Self, TypeAlias

if TYPE_CHECKING:  # who only speaks of plates, as the supervisor does, starts without numpy
    import numpy as np
    from numpy.typing import NDArray

Bgr: TypeAlias = "NDArray[np.uint8]"
"""(h, w, 3) uint8 in blue, green, red order."""

Luma: TypeAlias = "NDArray[np.uint8]"
"""(h, w) uint8, the Y plane."""

Point = tuple[float, float]

Corners = tuple[Point, Point, Point, Point]
"""The plate's corners as the text is read: top left, top right, bottom right, bottom left."""


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in pixels; `x2` and `y2` lie outside it."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def width(self) -> float:
        return self.x2 - self.x1

    @property
    def height(self) -> float:
        return self.y2 - self.y1

    @property
    def area(self) -> float:
        return max(0.0, self.width) * max(0.0, self.height)

    @property
    def centre(self) -> Point:
        return ((self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2)

    def moved(self, x: float, y: float) -> "Box":
        """The same box, so far to the right and down."""
        return Box(self.x1 + x, self.y1 + y, self.x2 + x, self.y2 + y)

    @property
    def corners(self) -> Corners:
        return ((self.x1, self.y1), (self.x2, self.y1), (self.x2, self.y2), (self.x1, self.y2))

    def intersection(self, other: Self) -> float:
        """The area that both cover, in square pixels."""
        width = min(self.x2, other.x2) - max(self.x1, other.x1)
        height = min(self.y2, other.y2) - max(self.y1, other.y1)
        return max(0.0, width) * max(0.0, height)

    def iou(self, other: Self) -> float:
        """Intersection over union, 0..1; 0 where either is empty."""
        shared = self.intersection(other)
        union = self.area + other.area - shared
        return shared / union if union > 0 else 0.0

    def overlap(self, other: Self) -> float:
        """How much of the smaller one lies in the larger, 0..1; 0 where either is empty."""
        smaller = min(self.area, other.area)
        return self.intersection(other) / smaller if smaller > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a picture, in whole pixels; `right` and `bottom` lie outside it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Detection:
    """A plate that the detector found: where, and how sure it is (0..1)."""

    box: Box
    confidence: float

    def moved(self, x: float, y: float) -> "Detection":
        """The same plate, so far to the right and down."""
        return Detection(self.box.moved(x, y), self.confidence)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader said of one crop: a text (A-Z 0-9) and one confidence (0..1) per character."""

    text: str
    confidences: tuple[float, ...]
    rows: int = 1
    text_confidence: float | None = None
    """How likely the whole text is right; None where nothing but its characters was weighed."""
    region: str = ""
    """The country (ISO 3166-1 alpha-2) that text and looks agree on; "" where they leave it open."""

    @property
    def confidence(self) -> float:
        """Of the whole text; unweighed its least sure character: a plate is as right as its worst. 0 if empty."""
        return self.text_confidence if self.text_confidence is not None else min(self.confidences, default=0.0)


NOTHING_READ = Reading("", ())


@dataclass(frozen=True, slots=True)
class Sighting:
    """One plate in one frame: found, straightened and, where it was worth it, read."""

    detection: Detection
    corners: Corners
    reading: Reading | None
    """None: not read (cut off by the frame's edge, too small, or of a pass that was told beyond doubt)."""

    @property
    def box(self) -> Box:
        return self.detection.box

    def moved(self, x: float, y: float) -> "Sighting":
        """The same plate, so far to the right and down."""
        first, second, third, fourth = ((left + x, top + y) for left, top in self.corners)
        return Sighting(self.detection.moved(x, y), (first, second, third, fourth), self.reading)


class VerdictKind(StrEnum):
    """What is said of a pass; the values are the `type` of an event."""

    CONFIRMED = "confirmed"
    UPDATED = "updated"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the votes of one vehicle pass came to. Times are stream seconds."""

    kind: VerdictKind
    track: int
    plate: str
    """A-Z 0-9; empty for `unreadable`."""
    confidence: float
    votes: int
    """Readings that agree with `plate`."""
    reads: int
    """Readings of this pass that were allowed to vote."""
    rows: int
    box: Box
    """Where the plate was in the best frame."""
    best_t_s: float
    first_t_s: float
    last_t_s: float
    region: str = ""
    """The country (ISO 3166-1 alpha-2) of the plate, as its readings say; "" where they leave it open."""


class TimeBasis(StrEnum):
    """What a wall time rests on, and so how far to trust it; the values are the `clock` of an event."""

    SENDER = "sender"
    """The camera's own clock, from its RTCP sender reports, which agrees with this machine's."""
    ARRIVAL = "arrival"
    """When pictures came, less what they waited: late by what the camera and the network take at least."""
    STEPPED = "stepped"
    """This machine's clock was set during the pass or shortly before: differences to other events mean nothing."""
    FILE = "file"
    """A recording: when it was played, not when it was filmed."""


@dataclass(frozen=True, slots=True)
class Dates:
    """The wall times of a pass (aware, `first_seen <= at <= last_seen`) and what they rest on."""

    first_seen: datetime
    at: datetime
    last_seen: datetime
    clock: TimeBasis
