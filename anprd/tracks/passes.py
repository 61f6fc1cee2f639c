"""One vehicle pass, one verdict: from the plates of each frame to what may be told of the vehicles.

A pass is told as soon as its vote is settled and never twice. What was told is corrected only by far stronger
readings. What ends unread is told too, unless it was never really seen or belongs to a vehicle that was told.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from anprd.records import Box, Detection, Sighting, Verdict, VerdictKind
from anprd.settings import CameraSettings
from anprd.tracks import kinship, vote
from anprd.tracks.memory import PARKED_HOLD_S, Known, Memory
from anprd.tracks.open_pass import STRANGERS_MIN, OpenPass
from anprd.tracks.track import Track
from anprd.tracks.tracker import Tracker
from anprd.tracks.vote import Ballot

ASPECT_MAX = (
    10.0  # width to height: a plate of one row has 4.7, seen from above at 60 degrees 9; beyond it is a line of text
)
UPDATES_MAX = 2  # of one pass; who is wrong three times is not worth listening to
UNSETTLED_S_MAX = 5.0  # how long an unread plate keeps the detector awake while nothing moves
AWAIT_S_MAX = 5.0  # how long an unread end waits for a verdict on what may be its own rest
UNREAD_MAX = 64  # places where something unreadable was told


class Passes:
    """The vehicles in view of one camera and those lately confirmed. Pure: sightings in, verdicts out.

    Attributes:
        counts: what became of passes and readings, by reason: `confirmed`, `updated`, `unreadable`; readings that did
            not vote: `unsure`, `implausible`; passes that were not told: `repeated` (the same vehicle again),
            `fragment` (a part of another pass), `flicker` (hardly seen), `tiny`, `doubtful` (the detector was),
            `lettering`, `overlay` (a part of the scene); tracks: `switched` (went over to another vehicle); sightings:
            `misshapen`, `duplicate`, `crowded` (too many).
    """

    def __init__(self, settings: CameraSettings) -> None:
        self.counts: Counter[str] = Counter()
        self._settings = settings
        self._tracker = Tracker(settings.track_gap_s_max)
        self._memory = Memory(settings.same_plate_hold_s)
        self._open: dict[int, OpenPass] = {}
        self._waiting: list[OpenPass] = []
        self._unread: list[Track] = []

    def remember(self, plate: str, t_s: float) -> None:
        """Hold a plate that was confirmed at `t_s`, before this process began."""
        self._memory.add(
            Known(plate, votes=self._settings.votes_window, weight=self._settings.votes_window, last_t_s=t_s)
        )

    def seen_since(self, t_s: float, *, now_t_s: float) -> list[tuple[str, float]]:
        """Confirmed plates in view at `t_s` or later, and when last: what `remember` needs after a restart.

        A car that is believed to be parked is in view now (`now_t_s`), though nobody looks while nothing moves. The
        belief ends when it is seen to move, and does not outlive this process: the next one must see it stand.
        """
        return self._memory.seen_since(t_s, now_t_s=now_t_s)

    def held(self, now_t_s: float) -> list[tuple[str, float]]:
        """All plates that are held, and when each was last seen (`seen_since` has those that this process saw)."""
        return self._memory.held(now_t_s)

    def feed(self, sightings: Sequence[Sighting], t_s: float) -> list[Verdict]:
        """Take one frame's plates, in any order, and return what they settled.

        Args:
            sightings: of one frame; empty where none was found or nobody looked.
            t_s: stream seconds; later than at the last call.
        """
        verdicts = []
        for track in self._tracker.update(self._shapely(sightings), t_s):
            verdicts += self._see(track, t_s)
        for track in self._tracker.ended(t_s):
            verdicts += self._end(track)
        verdicts += self._resolve(t_s)
        self._forget(t_s)
        return sorted(verdicts, key=lambda verdict: (verdict.track, verdict.kind))

    def settle(self) -> list[Verdict]:
        """End every open pass and return what is left to tell: nothing, when called again."""
        verdicts = []
        for track in self._tracker.end_all():
            verdicts += self._end(track)
        verdicts += self._resolve(float("inf"))
        return sorted(verdicts, key=lambda verdict: (verdict.track, verdict.kind))

    def wants_reading(self, detection: Detection, t_s: float) -> bool:
        """Whether a plate is worth reading: not, for a moment, where it can only be one that was told beyond doubt."""
        track = self._tracker.surely(detection, t_s)
        found = self._open.get(track.id) if track is not None else None
        return found is None or not found.rests(detection.box, t_s)

    def unsettled(self, t_s: float) -> bool:
        """Whether a plate is, or was a moment ago, in view that nothing was said of yet: worth looking on."""
        return any(self._unsettled(t_s))

    def awaited(self, t_s: float) -> list[Box]:
        """Where those plates should be by now."""
        boxes = []
        for track in self._unsettled(t_s):
            (x, y), (was_x, was_y) = track.predicted(t_s), track.box.centre
            boxes.append(track.box.moved(x - was_x, y - was_y))
        return boxes

    def _unsettled(self, t_s: float) -> Iterator[Track]:
        return (
            found.track
            for found in self._open.values()
            if found.known is None
            and t_s - found.track.last_t_s <= self._settings.track_gap_s_max
            and t_s - found.track.first_t_s <= UNSETTLED_S_MAX
        )

    def _shapely(self, sightings: Sequence[Sighting]) -> list[Sighting]:
        kept = [sighting for sighting in sightings if _is_shapely(sighting.box)]
        self._count("misshapen", len(sightings) - len(kept))
        return kept

    def _see(self, track: Track, t_s: float) -> list[Verdict]:
        found = self._open.get(track.id)
        if found is None:
            found = self._open[track.id] = OpenPass(track, self._settings)
        refusal = found.take(track.sighting, t_s)
        if refusal is not None:
            self._count(refusal)
        if found.strangers() >= STRANGERS_MIN:
            return self._part(found, t_s)
        if found.known is not None:
            found.known.last_t_s, found.known.track = t_s, track
            self._memory.displace(found.known)
        return self._judge(found)

    def _part(self, found: OpenPass, t_s: float) -> list[Verdict]:
        """Two vehicles met and one was followed as the other: what is seen now begins a pass of its own."""
        self._count("switched")
        del self._open[found.track.id]
        track = self._tracker.renew(found.track, t_s)
        self._open[track.id] = found.part(track)
        return self._see(track, t_s)

    def _judge(self, found: OpenPass) -> list[Verdict]:
        ballot = found.settled()
        if ballot is None:
            return []
        return self._tell(found, ballot) if found.known is None else self._correct(found, found.known, ballot)

    def _tell(self, found: OpenPass, ballot: Ballot) -> list[Verdict]:
        """Say the plate of a pass, or learn that its vehicle was told already."""
        track = found.track
        known = self._memory.find(ballot.text, track)
        if known is None:
            known = Known(ballot.text, ballot.votes, ballot.weight, track.last_t_s, track, track, [ballot.text])
            self._memory.add(known)
            self._count("confirmed")
            verdict = found.told(VerdictKind.CONFIRMED, ballot, track.id)
            found.known = known
            return [verdict]
        found.known = known
        known.last_t_s, known.track = track.last_t_s, track
        self._count("repeated")
        return self._correct(found, known, ballot)

    def _correct(self, found: OpenPass, known: Known, ballot: Ballot) -> list[Verdict]:
        """Say another plate of a told vehicle, where it is far stronger than the one that was said."""
        if ballot.text == known.plate:
            known.votes, known.weight = max(known.votes, ballot.votes), max(known.weight, ballot.weight)
            return []
        if known.told_as is None or ballot.text in known.told or len(known.told) > UPDATES_MAX:
            return []
        if not vote.outweighs(ballot, votes=known.votes, weight=known.weight):
            return []
        if self._memory.told(ballot.text, found.track.last_t_s):
            return []
        known.plate, known.votes, known.weight = ballot.text, ballot.votes, ballot.weight
        known.told.append(ballot.text)
        self._count("updated")
        return [found.told(VerdictKind.UPDATED, ballot, known.told_as.id)]

    def _end(self, track: Track) -> list[Verdict]:
        """Close a pass; what ends unread waits for `_resolve`."""
        found = self._open.pop(track.id)
        if found.known is not None:
            return []
        ballot = found.final()
        if ballot is not None:
            return self._tell(found, ballot)
        dismissal = found.dismissal()
        if dismissal is None or found.ballot is not None:
            self._waiting.append(found)
        else:
            self._count(dismissal)
        return []

    def _resolve(self, t_s: float) -> list[Verdict]:
        """Decide on passes that ended unread: part of another, or an event of their own."""
        waiting, self._waiting = self._waiting, []
        verdicts = []
        for found in waiting:
            rest = self._rest_of(found, t_s)
            if self._memory.near(found.track):
                self._count("fragment")
            elif rest is not None and rest.agrees_with(found):
                rest.adopt(found)
                self._count("fragment")
                verdicts += self._judge(rest)
            elif rest is not None or t_s - found.track.last_t_s <= kinship.FOLLOW_S_MAX:
                self._waiting.append(found)
            else:
                verdicts += self._give_up(found)
        return verdicts

    def _rest_of(self, found: OpenPass, t_s: float) -> OpenPass | None:
        """An open pass that may be the same vehicle and may still be told, the likeliest first."""
        if t_s - found.track.last_t_s > self._settings.track_gap_s_max + AWAIT_S_MAX:
            return None
        kin = [one for one in self._open.values() if one.known is None and kinship.near(found.track, one.track)]
        return min(kin, key=lambda one: (not one.agrees_with(found), one.track.id), default=None)

    def _give_up(self, found: OpenPass) -> list[Verdict]:
        track, dismissal = found.track, found.dismissal()
        if dismissal is not None:
            self._count(dismissal)
            return []
        if any(kinship.near(other, track) for other in self._unread):
            self._count("fragment")
        elif any(kinship.never_left(other, track) for other in self._unread):
            self._count("repeated")
        else:
            self._count("unreadable")
            self._unread = [*self._unread, track][-UNREAD_MAX:]
            return [found.unreadable()]
        self._unread = [*self._unread, track][-UNREAD_MAX:]
        return []

    def _forget(self, t_s: float) -> None:
        self._memory.forget(t_s)
        self._unread = [track for track in self._unread if t_s - track.last_t_s <= PARKED_HOLD_S]
        self.counts |= Counter(duplicate=self._tracker.duplicates, crowded=self._tracker.crowded)

    def _count(self, reason: str, number: int = 1) -> None:
        if number:
            self.counts[reason] += number


def _is_shapely(box: Box) -> bool:
    return 0 < box.width <= ASPECT_MAX * box.height
