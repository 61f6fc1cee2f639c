"""Boxes of one frame after another to tracks: which plate is which.

Plates are far apart from frame to frame (a car at 90 km/h moves its plate by six widths in an eighth of a second), so
overlap says nothing. What does: where the track should be by now, how wrong that may be, whether the sizes fit, and
what was read so far. Distances are measured in plate widths, which makes them about half-metres wherever the vehicle
is.
"""

import itertools
import math
import statistics
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from anprd.plates import lookalikes
from anprd.records import Box, Detection, Point, Sighting
from anprd.tracks.assignment import assign

TRACKS_MAX = 64  # of one camera at once; more is a detector gone wild
SPEED_MAX = 50.0  # plate widths a second: 94 km/h straight across the picture
GATE_YOUNG_MAX = 8.0  # widths; a new track may be anywhere near, but not across the street
GATE_MIN = 1.0  # widths; the detector's jitter and a bump in the road
GATE_MAX = 6.0
SPEED_ERROR_RATIO = 0.5  # of the way predicted: braking, and perspective, which hurries what is near. A guess
ACCELERATION = 5.0  # widths a second of doubt for each second unseen; guess, not measured
SIZE_YOUNG_MAX = math.log(2.2)  # between two frames of a track whose growth is not known
SIZE_MAX = math.log(1.7)
SIZE_RATE = 0.5  # more doubt about the logarithm of the size, a second unseen
SIZE_WEIGHT = 0.5
POSITION_GAIN = 0.85  # of alpha-beta: boxes are good to a few hundredths of a width, so believe them
SPEED_GAIN = 0.6
SIZE_GAIN = 0.6
GROWTH_GAIN = 0.3
STEP_S_MIN = 0.001

TEXT_CONFIDENCE_MIN = 0.5  # below it a text tells nothing about whose it is
VETO_CONFIDENCE_MIN = 0.6
SAME_RATIO_MAX = 0.25  # edit distance over length: up to two wrong characters of nine are the same plate
OTHER_RATIO_MIN = 0.6  # more than half wrong is another plate
TEXTS_KEPT = 5
AGREEMENT = -1.0  # what texts that agree take off a cost whose greatest is 1.5
DISAGREEMENT = 0.5
COST_MAX = 1.6  # place and size alone may be at their worst; a text that disagrees leaves less room
REACH_OF_TEXT = 2.0  # a plate that reads the same may be so much further away

DUPLICATE_IOU = 0.6  # two boxes of one plate; the detector's own suppression lets few through
TRAIL_MAX = 64
HEAD_COUNT = 3
MOVED_WIDTHS = 0.5
GROWN = math.log(1.2)
STANDING_S = 2.0


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a track was at one moment."""

    t_s: float
    box: Box


class Track:
    """One plate followed through the frames.

    Attributes:
        id: of this tracker, beginning at 1, never used again.
        sighting: the last.
        first_t_s, last_t_s: of the first and last sighting.
        hits: how often it was seen.
    """

    def __init__(self, number: int, sighting: Sighting, t_s: float) -> None:
        self.id = number
        self.sighting = sighting
        self.first_t_s = self.last_t_s = t_s
        self.hits = 1
        self._head = [Spot(t_s, sighting.box)]
        self._trail = deque(self._head, maxlen=TRAIL_MAX)
        self._texts: deque[tuple[str, float]] = deque(maxlen=TEXTS_KEPT)
        self._centre = sighting.box.centre
        self._speed: Point = (0.0, 0.0)
        self._size = _size(sighting.box)
        self._growth = 0.0
        self._note_text(sighting)

    @property
    def box(self) -> Box:
        return self.sighting.box

    @property
    def first_box(self) -> Box:
        return self._head[0].box

    @property
    def trail(self) -> tuple[Spot, ...]:
        """Where it was, oldest first; of a long life the last part."""
        return tuple(self._trail)

    @property
    def moved(self) -> bool:
        """Whether it is elsewhere, or nearer, than where it began; a shaking box is not a moving one."""
        return _apart(self._head, list(self._trail))

    @property
    def standing(self) -> bool:
        """Whether it has not moved lately: over the last two seconds, three sightings at least."""
        lately = [spot for spot in self._trail if spot.t_s >= self.last_t_s - STANDING_S]
        return len(lately) >= HEAD_COUNT and not _apart(lately[:HEAD_COUNT], lately)

    def take(self, sighting: Sighting, t_s: float) -> None:
        """Go on with this sighting, which is later than the last."""
        dt_s = max(STEP_S_MIN, t_s - self.last_t_s)
        x, y = sighting.box.centre
        predicted, size = self.predicted(t_s), self._predicted_size(t_s)
        miss, size_miss = (x - predicted[0], y - predicted[1]), _size(sighting.box) - size
        if self.hits == 1:  # two points are a line: there is nothing to weigh it against
            self._centre, self._speed = (x, y), (miss[0] / dt_s, miss[1] / dt_s)
        else:
            self._centre = (predicted[0] + POSITION_GAIN * miss[0], predicted[1] + POSITION_GAIN * miss[1])
            gain = SPEED_GAIN / dt_s
            self._speed = (self._speed[0] + gain * miss[0], self._speed[1] + gain * miss[1])
            self._growth += GROWTH_GAIN * size_miss / dt_s
        self._size = size + SIZE_GAIN * size_miss
        self.sighting, self.last_t_s, self.hits = sighting, t_s, self.hits + 1
        self._trail.append(Spot(t_s, sighting.box))
        if len(self._head) < HEAD_COUNT:
            self._head.append(self._trail[-1])
        self._note_text(sighting)

    def predicted(self, t_s: float) -> Point:
        """Where its centre should be at that moment, before or after now."""
        dt_s = t_s - self.last_t_s
        return self._centre[0] + self._speed[0] * dt_s, self._centre[1] + self._speed[1] * dt_s

    def cost(self, box: Box, t_s: float) -> float:
        """How badly a box fits by place and size: 0 perfectly, up to 1.5 just so, infinity not at all."""
        return self._place_cost(box, t_s, reach=1.0)

    def cost_of(self, sighting: Sighting, t_s: float) -> float:
        """How badly a sighting fits, its text included; below 0 where the texts agree, infinity for another plate."""
        likeness = self._likeness(sighting)
        reach = REACH_OF_TEXT if likeness == AGREEMENT else 1.0
        return self._place_cost(sighting.box, t_s, reach=reach) + likeness

    def _place_cost(self, box: Box, t_s: float, *, reach: float) -> float:
        dt_s = max(0.0, t_s - self.last_t_s)
        x, y = self.predicted(t_s)
        width = max(self.box.width, box.width, 1.0)
        misplaced = math.dist((x, y), box.centre) / width / (reach * self._gate(dt_s, width))
        young = self.hits == 1
        missized = abs(_size(box) - self._predicted_size(t_s)) / (
            (SIZE_YOUNG_MAX if young else SIZE_MAX) + SIZE_RATE * dt_s
        )
        return misplaced + SIZE_WEIGHT * missized if misplaced <= 1 and missized <= 1 else math.inf

    def _gate(self, dt_s: float, width: float) -> float:
        if self.hits == 1:
            return min(GATE_YOUNG_MAX, GATE_MIN + SPEED_MAX * dt_s)
        way = math.hypot(*self._speed) * dt_s / width
        return min(GATE_MAX, GATE_MIN + SPEED_ERROR_RATIO * way + ACCELERATION * dt_s)

    def _predicted_size(self, t_s: float) -> float:
        return self._size + self._growth * (t_s - self.last_t_s)

    def _note_text(self, sighting: Sighting) -> None:
        reading = sighting.reading
        if reading is not None and reading.confidence >= TEXT_CONFIDENCE_MIN:
            self._texts.append((reading.text, reading.confidence))

    def _likeness(self, sighting: Sighting) -> float:
        reading = sighting.reading
        if reading is None or reading.confidence < TEXT_CONFIDENCE_MIN or not self._texts:
            return 0.0
        ratios = [_text_ratio(reading.text, text) for text, _ in self._texts]
        if min(ratios) <= SAME_RATIO_MAX:
            return AGREEMENT
        if min(ratios) < OTHER_RATIO_MIN:
            return 0.0
        vetoed = reading.confidence >= VETO_CONFIDENCE_MIN and self._knows_its_text()
        return math.inf if vetoed else DISAGREEMENT

    def _knows_its_text(self) -> bool:
        """Whether two sure readings agree: one alone may be a blur."""
        sure = [text for text, confidence in self._texts if confidence >= VETO_CONFIDENCE_MIN]
        return any(_text_ratio(a, b) <= SAME_RATIO_MAX for a, b in itertools.pairwise(sure))


class Tracker:
    """The tracks of one camera.

    Attributes:
        crowded: sightings that found no track and no room for a new one.
        duplicates: sightings that lay on a better one of the same frame.
    """

    def __init__(self, gap_s_max: float) -> None:
        """A track that was not seen for longer than `gap_s_max` has ended."""
        self.crowded = 0
        self.duplicates = 0
        self._gap_s_max = gap_s_max
        self._tracks: list[Track] = []
        self._born = 0

    def update(self, sightings: Sequence[Sighting], t_s: float) -> list[Track]:
        """Take one frame's sightings, in any order, and return the tracks they went to, each with its new `sighting`.

        Args:
            sightings: of one frame.
            t_s: stream seconds; later than at the last call.
        """
        open_tracks = [track for track in self._tracks if not self._is_over(track, t_s)]
        distinct = self._distinct(sightings)
        costs = [[track.cost_of(sighting, t_s) for sighting in distinct] for track in open_tracks]
        seen, taken = [], set()
        for row, column in assign(costs, cost_max=COST_MAX):
            open_tracks[row].take(distinct[column], t_s)
            seen.append(open_tracks[row])
            taken.add(column)
        seen += self._bear([sighting for index, sighting in enumerate(distinct) if index not in taken], t_s)
        return seen

    def ended(self, t_s: float) -> list[Track]:
        """The tracks that were not seen for too long, in the order of their birth. Told once."""
        over = [track for track in self._tracks if self._is_over(track, t_s)]
        self._tracks = [track for track in self._tracks if not self._is_over(track, t_s)]
        return over

    def end_all(self) -> list[Track]:
        """Every track: the stream is over."""
        over, self._tracks = self._tracks, []
        return over

    def nearest(self, detection: Detection, t_s: float) -> Track | None:
        """The track that a detection most likely belongs to, before anything was read; None: a new one."""
        found = [
            (track.cost(detection.box, t_s), track.id, track) for track in self._tracks if not self._is_over(track, t_s)
        ]
        cost, _, track = min(found, default=(math.inf, 0, None))
        return track if cost < math.inf else None

    def renew(self, track: Track, t_s: float) -> Track:
        """A new track in the place of this one, beginning with its last sighting: it turned out to be another plate."""
        self._born += 1
        fresh = Track(self._born, track.sighting, t_s)
        self._tracks[self._tracks.index(track)] = fresh
        return fresh

    def _is_over(self, track: Track, t_s: float) -> bool:
        return t_s - track.last_t_s > self._gap_s_max

    def _bear(self, sightings: Sequence[Sighting], t_s: float) -> list[Track]:
        room = max(0, TRACKS_MAX - len(self._tracks))
        self.crowded += max(0, len(sightings) - room)
        born = [Track(self._born + index, sighting, t_s) for index, sighting in enumerate(sightings[:room], start=1)]
        self._born += len(born)
        self._tracks += born
        return born

    def _distinct(self, sightings: Sequence[Sighting]) -> list[Sighting]:
        """The frame's plates, surest first, in an order that does not depend on theirs."""
        kept: list[Sighting] = []
        for sighting in sorted(sightings, key=_rank):
            if any(sighting.box.iou(better.box) > DUPLICATE_IOU for better in kept):
                self.duplicates += 1
            elif len(kept) < TRACKS_MAX:
                kept.append(sighting)
            else:
                self.crowded += 1
        return kept


def _rank(sighting: Sighting) -> tuple[object, ...]:
    """An order of one frame's sightings in which only equal ones are equal, the surest first."""
    box, reading = sighting.box, sighting.reading
    said = (reading.text, reading.confidences, reading.rows) if reading else ("", (), 0)
    return (-sighting.detection.confidence, box.x1, box.y1, box.x2, box.y2, *said)


def _size(box: Box) -> float:
    return 0.5 * math.log(max(box.area, 1.0))


def _text_ratio(a: str, b: str) -> float:
    return lookalikes.distance(a, b) / max(len(a), len(b), 1)


def _apart(head: Sequence[Spot], trail: Sequence[Spot]) -> bool:
    """Whether the end of a trail is elsewhere, or of another height, than its head. Medians, for boxes shake."""
    count = min(HEAD_COUNT, max(1, len(trail) // 2))
    before, after = [spot.box for spot in head[:count]], [spot.box for spot in trail[-count:]]
    width = max(1.0, statistics.median(box.width for box in (*before, *after)))
    (x1, y1), (x2, y2) = _median_centre(before), _median_centre(after)
    heights = [max(1.0, statistics.median(box.height for box in boxes)) for boxes in (before, after)]
    return math.hypot(x2 - x1, y2 - y1) > MOVED_WIDTHS * width or abs(math.log(heights[1] / heights[0])) > GROWN


def _median_centre(boxes: Sequence[Box]) -> Point:
    return statistics.median(box.centre[0] for box in boxes), statistics.median(box.centre[1] for box in boxes)
