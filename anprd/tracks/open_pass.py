"""One vehicle's way through the picture while it lasts: its track, its readings, and what they are worth."""

import itertools
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from anprd.plates import lookalikes, syntax, words
from anprd.records import Box, Reading, Sighting, Verdict, VerdictKind
from anprd.settings import CameraSettings
from anprd.tracks import vote
from anprd.tracks.memory import Known
from anprd.tracks.track import Track
from anprd.tracks.vote import Ballot

FAR_WIDTH_PX = 60.0  # narrower plates are read wrongly alike, time and again; guess, not measured
DOUBT_VOTES = 2  # so many more votes while every reading comes from afar, or where no country known here writes so
STILL_SPAN_S = 1.5  # a text that does not move must last: longer than a second of the camera's clock
NEAR_RATIO_MIN = 0.6  # of the widest reading: the same look-alike is read time and again from afar, and not from near
HASTE_CONFIDENCE_MIN = 0.75  # below it a plate that still grows is not told yet: `D` was `O` from 55 px, never from 90
APPROACH_READS = 5
APPROACH_RATIO_MIN = 1.1  # a detector's box shakes by less
WAVERS_RATIO = 1 / 3  # of a plate's readings; where more did not vote, weak ones tell nothing: docs/measured.md#weak
STRANGERS_MIN = 2  # readings in a row of quite another plate: one alone may be a blur
STRANGE_PART_RATIO_MIN = 0.5  # of the characters differ, where one text is much shorter
SPARE_RATIO = 2  # times the votes that were needed: then a told pass rests, though some readings disagreed
NEARER_RATIO_MIN = 1.3  # of the widest reading: that near it may read otherwise, and is read again
REREAD_S = 1.0  # often enough to notice that it is another vehicle by now, where nothing else told so
TEXTS_MAX = 100  # different ones of a pass whose first moment is known; a clock makes one a second
UNREADABLE_HITS_MIN = 3
UNREADABLE_READS_MIN = 2  # a plate that was always cut by the frame's edge was never there to be read
UNREADABLE_CONFIDENCE_MIN = 0.6  # the detector's, once; guess, not measured


@dataclass(frozen=True, slots=True)
class Paper:
    """One vote: what was read, when and where."""

    reading: Reading
    t_s: float
    box: Box

    @property
    def rank(self) -> tuple[float, float, float]:
        return (self.reading.confidence, self.box.width, self.t_s)


class OpenPass:
    """A pass that has not ended.

    Attributes:
        track: its identity and way.
        known: what it was told as, or is held as; None while nothing was said.
        first_t_s: its first sighting, those of an adopted part included.
        read_t_s: when it was last read.
        papers: the last votes.
        tries, voted: how often it was read, and how many of the readings were allowed to vote.
    """

    def __init__(self, track: Track, settings: CameraSettings) -> None:
        self.track = track
        self.known: Known | None = None
        self.read_t_s = float("-inf")
        self._settings = settings
        self.papers: deque[Paper] = deque(maxlen=settings.votes_window)
        self._ballot: Ballot | None = None
        self.first_t_s = track.first_t_s
        self.tries = self.voted = 0
        self._hits_before = 0
        self._moved_before = False
        self._refused: Counter[str] = Counter()
        self._first_read_t_s: dict[str, float] = {}
        self._widest_px = self._surest = 0.0
        self._best = (0.0, track.first_t_s, track.box)

    @property
    def ballot(self) -> Ballot | None:
        """The election among the last readings; None while there are none."""
        if self._ballot is None:
            self._ballot = vote.elect([paper.reading for paper in self._near_papers()])
        return self._ballot

    def _near_papers(self) -> list[Paper]:
        """The readings that vote: of a plate that was seen near, those from afar are forgotten."""
        widest_px = max((paper.box.width for paper in self.papers), default=0.0)
        return [paper for paper in self.papers if paper.box.width >= NEAR_RATIO_MIN * widest_px]

    def _approaches(self) -> bool:
        """Whether the plate has been growing lately: better readings are to come."""
        lately = list(self.papers)[-APPROACH_READS:]
        return lately[-1].box.width >= APPROACH_RATIO_MIN * lately[0].box.width

    def take(self, sighting: Sighting, t_s: float) -> str | None:
        """Note a sighting; its reading votes, or the reason is returned why it may not."""
        box, confidence = sighting.box, sighting.detection.confidence
        self._widest_px = max(self._widest_px, box.width)
        self._surest = max(self._surest, confidence)
        self._best = max(self._best, (confidence * box.width, t_s, box), key=lambda best: best[:2])
        if sighting.reading is None:
            return None
        self.read_t_s = t_s
        self.tries += 1
        reason = self._refusal(sighting.reading, confidence)
        if reason is not None:
            self._refused[reason] += 1
            return "unsure" if reason == "unsure" else "implausible"
        self.note(Paper(sighting.reading, t_s, box))
        return None

    def part(self, track: Track) -> Self:
        """What is followed now, under a track of its own: a pass that has the strangers' readings, too."""
        fresh = type(self)(track, self._settings)
        for paper in list(self.papers)[-self.strangers() : -1]:  # its last is of what the new track begins with
            fresh.tries += 1
            fresh.first_t_s = min(fresh.first_t_s, paper.t_s)
            fresh.note(paper)
        return fresh

    def note(self, paper: Paper) -> None:
        """Count one vote."""
        self.voted += 1
        self.papers.append(paper)
        self._ballot = None
        self._note_text(paper.reading.text, paper.t_s)

    def strangers(self) -> int:
        """How many readings in a row, the last included, were of quite another plate than was told."""
        told = self.known.plate if self.known is not None else ""
        if not told:
            return 0
        texts = [paper.reading.text for paper in reversed(self.papers)]
        return sum(1 for _ in itertools.takewhile(lambda text: _is_other(text, told), texts))

    def rests(self, box: Box, t_s: float) -> bool:
        """Whether its plate was told and is known so well that it need not be read at `box` now."""
        known, ballot = self.known, self.ballot
        if known is None or ballot is None or ballot.text != known.plate or self.strangers() > 0:
            return False
        votes_min, unanimous = self._settings.votes_min, ballot.votes == ballot.reads
        spare = ballot.votes >= (votes_min + 1 if unanimous else SPARE_RATIO * votes_min)
        nearer = box.width >= NEARER_RATIO_MIN * max(paper.box.width for paper in self.papers)
        return spare and not nearer and t_s - self.read_t_s < REREAD_S

    def adopt(self, other: Self) -> None:
        """Take over the readings of an earlier part of the same pass."""
        papers = sorted((*other.papers, *self.papers), key=lambda paper: paper.t_s)
        self.papers = deque(papers, maxlen=self._settings.votes_window)
        for paper in papers:
            earliest_t_s = self._first_read_t_s.get(paper.reading.text, paper.t_s)
            self._first_read_t_s[paper.reading.text] = min(earliest_t_s, paper.t_s)
        self._ballot = None
        self.first_t_s = min(self.first_t_s, other.first_t_s)
        self.tries += other.tries
        self.voted += other.voted
        self._hits_before += other.hits
        self._moved_before = self._moved_before or other.moved
        self._refused += other._refused  # of its own kind
        self._widest_px = max(self._widest_px, other._widest_px)
        self._surest = max(self._surest, other._surest)
        self._best = max(self._best, other._best, key=lambda best: best[:2])

    @property
    def hits(self) -> int:
        """How often it was seen, those of an adopted part included."""
        return self._hits_before + self.track.hits

    @property
    def moved(self) -> bool:
        """Whether it moved, or an adopted part did."""
        return self._moved_before or self.track.moved

    def agrees_with(self, other: Self) -> bool:
        """Whether the two were read alike at least once."""
        return not {paper.reading.text for paper in self.papers}.isdisjoint(
            paper.reading.text for paper in other.papers
        )

    def settled(self) -> Ballot | None:
        """The ballot, if it may be told now."""
        ballot = self.ballot
        if ballot is None or not vote.settled(ballot, self._settings.votes_min):
            return None
        if ballot.confidence < self._settings.reading_confidence_min or self._wavers(ballot):
            return None
        far = all(paper.box.width < FAR_WIDTH_PX for paper in self._agreeing(ballot))
        if (far or ballot.confidence < HASTE_CONFIDENCE_MIN) and self._approaches():
            return None
        if (far or not syntax.regions(ballot.text)) and not self._beyond_doubt(ballot):
            return None
        return ballot if self.moved or self._lasts(ballot) else None

    def final(self) -> Ballot | None:
        """The ballot, if it may be told now that the pass is over."""
        ballot = self.ballot
        if ballot is None or not vote.final(ballot, self._settings.votes_min) or self._wavers(ballot):
            return None
        if not syntax.regions(ballot.text) and not self._beyond_doubt(ballot):
            return None
        trusted = self.moved or self._lasts(ballot) or (syntax.region(ballot.text) and not ballot.text.isdigit())
        return ballot if trusted else None

    def dismissal(self) -> str | None:
        """Why an unread pass is not worth an event; None where it is one."""
        still = not self.moved
        wide = self._widest_px >= self._settings.plate_width_px_min  # what never was is never read
        if self.hits < UNREADABLE_HITS_MIN or (wide and self.tries < UNREADABLE_READS_MIN):
            return "flicker"
        if not wide:
            return "tiny"
        if self._surest < UNREADABLE_CONFIDENCE_MIN:
            return "doubtful"
        if 2 * self._refused["lettering"] >= self.tries:
            return "lettering"
        # What never moved is a row of windows where nothing could be read; where much was, but never alike for long,
        # a clock or a line of the camera's own. A vehicle comes from somewhere and goes somewhere.
        if still and (self.voted == 0 or 2 * (self.tries - self._refused["unsure"]) >= self.tries):
            return "overlay"
        return None

    def told(self, kind: VerdictKind, ballot: Ballot, number: int) -> Verdict:
        """What is said of this pass, under the number of the track that was first told."""
        best = max(self._agreeing(ballot), key=lambda paper: paper.rank)
        known = self.known
        return Verdict(
            kind=kind,
            track=number,
            plate=ballot.text,
            confidence=ballot.confidence,
            votes=ballot.votes,
            reads=self.voted,
            rows=ballot.rows,
            region=self._region(ballot),
            box=best.box,
            best_t_s=best.t_s,
            first_t_s=known.told_as.first_t_s if known and known.told_as else self.first_t_s,
            last_t_s=self.track.last_t_s,
        )

    def unreadable(self) -> Verdict:
        """What is said of it when it ended without a plate; its best frame is the largest and surest box."""
        _, best_t_s, box = self._best
        return Verdict(
            kind=VerdictKind.UNREADABLE,
            track=self.track.id,
            plate="",
            confidence=0.0,
            votes=0,
            reads=self.voted,
            rows=1,
            box=box,
            best_t_s=best_t_s,
            first_t_s=self.first_t_s,
            last_t_s=self.track.last_t_s,
        )

    def _wavers(self, ballot: Ballot) -> bool:
        """Whether those that agree are weak, and many others did not trust themselves: a blur reads wrongly alike."""
        weak = ballot.weight < vote.SUPPORT_MIN * ballot.votes
        return weak and self.tries - self.voted > WAVERS_RATIO * self.tries

    def _beyond_doubt(self, ballot: Ballot) -> bool:
        return ballot.votes >= min(self._settings.votes_min + DOUBT_VOTES, self._settings.votes_window)

    def _refusal(self, reading: Reading, detector_confidence: float) -> str | None:
        if reading.confidence < self._settings.reading_confidence_min or not reading.text:
            return "unsure"
        if syntax.plausible(reading.text, region=reading.region, detector_confidence=detector_confidence):
            return None
        is_word = words.lettering(reading.text) and len(reading.text) >= syntax.LENGTH_MIN
        return "lettering" if is_word else "implausible"

    def _agreeing(self, ballot: Ballot) -> Iterator[Paper]:
        return (paper for paper in self.papers if paper.reading.text == ballot.text)

    def _region(self, ballot: Ballot) -> str:
        """The country that more of the agreeing readings name than any other, or than name none; else ""."""
        named = Counter(paper.reading.region for paper in self._agreeing(ballot))
        (first, count), *others = named.most_common(2)
        return "" if others and others[0][1] == count else first

    def _note_text(self, text: str, t_s: float) -> None:
        if len(self._first_read_t_s) >= TEXTS_MAX:
            self._first_read_t_s = {paper.reading.text: paper.t_s for paper in reversed(self.papers)}
        self._first_read_t_s.setdefault(text, t_s)

    def _lasts(self, ballot: Ballot) -> bool:
        """Whether the text of something that does not move stays long enough, and is not digits, as a clock is."""
        latest_t_s = max((paper.t_s for paper in self._agreeing(ballot)), default=float("-inf"))
        span_s = latest_t_s - self._first_read_t_s.get(ballot.text, latest_t_s)
        return not ballot.text.isdigit() and span_s >= STILL_SPAN_S


def _is_other(text: str, plate: str) -> bool:
    return lookalikes.differ(text, plate, part_ratio_min=STRANGE_PART_RATIO_MIN)
