"""One plate followed through the frames: where it was, what was read, and how well a sighting fits."""

import itertools
import math
import statistics
from collections import deque
from collections.abc import Sequence

from anprd.plates import lookalikes
from anprd.records import Box, Point, Sighting
from anprd.tracks.course import Course, Forecast, Spot
from anprd.tracks.flow import Drift

COST_MAX = 6.0  # of a new plate instead; higher mixes tracks, lower breaks them: docs/measured.md#tracking
GONE_COST = 1.5  # for each second that nobody saw it, for it may have left: docs/measured.md#tracking
STRAY_COST = 2.0  # one of eight goes another way than those before it
TEXT_CONFIDENCE_MIN = 0.5  # below it a text tells nothing about whose it is
VETO_CONFIDENCE_MIN = 0.6
SAME_RATIO_MAX = 0.25  # edit distance over length: up to two wrong characters of nine are the same plate
TEXTS_KEPT = 5
AGREEMENT = -7.0  # two plates of one street are alike once in a thousand times
DISAGREEMENT = 3.0  # a plate is read as quite another one in twenty times
REACH_OF_TEXT = 2.0  # a plate that reads the same may be so much further away

TRAIL_MAX = 64
TRUSTED_HITS = 4  # two plates that met once teach nobody the way
HEAD_COUNT = 3
MOVED_WIDTHS = 0.5
GROWN = math.log(1.2)
STANDING_S = 2.0
STANDING_S_MAX = 10.0  # of three sightings, where a camera is looked at once a second or less


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
        self._course = Course(sighting.box, t_s)
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
    def lesson(self) -> tuple[Spot, ...]:
        """What is new of its way since the last sighting; nothing before it was seen often enough to be trusted."""
        if self.hits < TRUSTED_HITS:
            return ()
        return self.trail if self.hits == TRUSTED_HITS else (self._trail[-2], self._trail[-1])

    @property
    def moved(self) -> bool:
        """Whether it is elsewhere, or nearer, than where it began; a shaking box is not a moving one."""
        return _apart(self._head, list(self._trail))

    @property
    def standing(self) -> bool:
        """Whether it has not moved over the last two seconds, or, where nobody looks so often, three sightings."""
        lately = self._since(STANDING_S)
        if len(lately) < HEAD_COUNT:
            lately = self._since(STANDING_S_MAX)[-HEAD_COUNT:]
        return len(lately) >= HEAD_COUNT and not _apart(lately, lately)

    def take(self, sighting: Sighting, t_s: float) -> None:
        """Go on with this sighting, which is later than the last."""
        self._course.take(sighting.box, t_s)
        self.sighting, self.last_t_s, self.hits = sighting, t_s, self.hits + 1
        self._trail.append(Spot(t_s, sighting.box))
        if len(self._head) < HEAD_COUNT:
            self._head.append(self._trail[-1])
        self._note_text(sighting)

    def predicted(self, t_s: float) -> Point:
        """Where its centre should be at that moment, which is not before the last."""
        return self._course.forecast(t_s).centre

    def forecast(self, t_s: float) -> Forecast:
        """Where and how large it should be at that moment."""
        return self._course.forecast(t_s)

    def cost(self, box: Box, forecast: Forecast, drift: Drift | None) -> float:
        """How badly a box fits by place and size; infinity not at all.

        Args:
            box: of a sighting.
            forecast: for its moment.
            drift: how plates go from where this one is; None where that is unknown.
        """
        return self._place_cost(box, forecast, drift, reach=1.0)

    def cost_of(self, sighting: Sighting, forecast: Forecast, drift: Drift | None) -> float:
        """As `cost`, the text included; infinity for another plate."""
        agreeing = self._place_cost(sighting.box, forecast, drift, reach=REACH_OF_TEXT)
        if math.isinf(agreeing):
            return math.inf  # before its text is held against all others': with many plates that takes longer
        likeness = self._likeness(sighting)
        if likeness == AGREEMENT:
            return agreeing + likeness
        return self._place_cost(sighting.box, forecast, drift, reach=1.0) + likeness

    def _place_cost(self, box: Box, forecast: Forecast, drift: Drift | None, *, reach: float) -> float:
        gone, free = GONE_COST * forecast.dt_s, forecast.cost(box, reach=reach)
        if self.hits > 1 or drift is None:
            return gone + free
        return gone + min(free + STRAY_COST, drift.carry(forecast, self.box).cost(box, reach=reach))

    def _since(self, seconds: float) -> list[Spot]:
        return [spot for spot in self._trail if spot.t_s >= self.last_t_s - seconds]

    def _note_text(self, sighting: Sighting) -> None:
        reading = sighting.reading
        if reading is not None and reading.confidence >= TEXT_CONFIDENCE_MIN:
            self._texts.append((reading.text, reading.confidence))

    def _likeness(self, sighting: Sighting) -> float:
        reading = sighting.reading
        if reading is None or reading.confidence < TEXT_CONFIDENCE_MIN or not self._texts:
            return 0.0
        texts = [text for text, _ in self._texts]
        if min(lookalikes.ratio(reading.text, text) for text in texts) <= SAME_RATIO_MAX:
            return AGREEMENT
        if not all(lookalikes.differ(reading.text, text) for text in texts):
            return 0.0
        vetoed = reading.confidence >= VETO_CONFIDENCE_MIN and self._knows_its_text()
        return math.inf if vetoed else DISAGREEMENT

    def _knows_its_text(self) -> bool:
        """Whether two sure readings agree: one alone may be a blur."""
        sure = [text for text, confidence in self._texts if confidence >= VETO_CONFIDENCE_MIN]
        return any(lookalikes.ratio(a, b) <= SAME_RATIO_MAX for a, b in itertools.pairwise(sure))


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
