"""Boxes of one frame after another to tracks: which plate is which.

Plates are far apart from frame to frame (a car at 90 km/h moves its plate by six widths in an eighth of a second), so
overlap says nothing. What does: where the track should be by now and how wrong that may be, for one that was seen only
once where those before it went from there, whether the sizes fit, and what was read so far.
"""

from collections.abc import Sequence

from anprd.records import Box, Detection, Sighting
from anprd.tracks.assignment import assign
from anprd.tracks.flow import Drift, Flow
from anprd.tracks.track import COST_MAX, Track

TRACKS_MAX = 64  # of one camera at once; more is a detector gone wild
SURPRISE_MAX = 2.0  # standard deviations; one of twenty right sightings is farther off
DUPLICATE_IOU = 0.6  # two boxes of one plate; the detector's own suppression lets few through
PART_OVERLAP_MIN = 0.85  # of the smaller box: it is a row, or a half, of the plate in the larger;
PART_AREA_RATIO_MIN = 0.3  # smaller ones are a plate in what is none


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
        self._flow = Flow()

    def update(self, sightings: Sequence[Sighting], t_s: float) -> list[Track]:
        """Take one frame's sightings, in any order, and return the tracks they went to, each with its new `sighting`.

        Args:
            sightings: of one frame.
            t_s: stream seconds; later than at the last call.
        """
        open_tracks = [track for track in self._tracks if not self._is_over(track, t_s)]
        distinct = self._distinct(sightings)
        costs = [self._costs(track, distinct, t_s) for track in open_tracks]
        seen, taken = [], set()
        for row, column in assign(costs, cost_max=COST_MAX):
            open_tracks[row].take(distinct[column], t_s)
            self._flow.learn(open_tracks[row].lesson)
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

    def surely(self, detection: Detection, t_s: float) -> Track | None:
        """The track that a detection can only belong to, before anything was read, and where that one was expected.

        None for a new plate, where two tracks come into question, and where the only one would be surprised: it may be
        another vehicle that is followed from here on.
        """
        near = [
            track
            for track in self._tracks
            if not self._is_over(track, t_s)
            and track.cost(detection.box, track.forecast(t_s), self._drift(track)) < COST_MAX
        ]
        if len(near) != 1:
            return None
        surprise = max(near[0].forecast(t_s).deviations(detection.box))
        return near[0] if surprise <= SURPRISE_MAX else None

    def renew(self, track: Track, t_s: float) -> Track:
        """A new track in the place of this one, beginning with its last sighting: it turned out to be another plate."""
        self._born += 1
        fresh = Track(self._born, track.sighting, t_s)
        self._tracks[self._tracks.index(track)] = fresh
        return fresh

    def _costs(self, track: Track, sightings: Sequence[Sighting], t_s: float) -> list[float]:
        forecast, drift = track.forecast(t_s), self._drift(track)
        return [track.cost_of(sighting, forecast, drift) for sighting in sightings]

    def _drift(self, track: Track) -> Drift | None:
        """Where it may have gone, of a track whose own way is not known yet."""
        return self._flow.drift(track.box) if track.hits == 1 else None

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
            twin = next((index for index, one in enumerate(kept) if _is_one_plate(sighting.box, one.box)), None)
            if twin is not None:
                self.duplicates += 1
                if _says_more(sighting, kept[twin]):
                    kept[twin] = sighting
            elif len(kept) < TRACKS_MAX:
                kept.append(sighting)
            else:
                self.crowded += 1
        return kept


def _is_one_plate(a: Box, b: Box) -> bool:
    if a.iou(b) > DUPLICATE_IOU:
        return True
    small, large = sorted((a.area, b.area))
    return small >= PART_AREA_RATIO_MIN * large and a.overlap(b) >= PART_OVERLAP_MIN


def _says_more(sighting: Sighting, other: Sighting) -> bool:
    """Whether what was read on the other is a part of what was read here: one row of two."""
    whole, part = sighting.reading, other.reading
    return whole is not None and part is not None and len(part.text) < len(whole.text) and part.text in whole.text


def _rank(sighting: Sighting) -> tuple[object, ...]:
    """An order of one frame's sightings in which only equal ones are equal, the surest first."""
    box, reading = sighting.box, sighting.reading
    said = (reading.text, reading.confidences, reading.rows) if reading else ("", (), 0)
    return (-sighting.detection.confidence, box.x1, box.y1, box.x2, box.y2, *said)
