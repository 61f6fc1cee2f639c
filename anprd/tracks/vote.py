"""Readings of one plate to one text: an election per character, and when its outcome may be said aloud.

A wrong plate costs somebody else, a missed one costs the user, so a text must pass three tests. Enough readings must
say exactly this text, since a text made up of characters of different readings was never on a plate. No other text
may be nearly as strong. And no single character may be in doubt, even where the texts that doubt it do not agree
among themselves.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from anprd.plates import lookalikes, syntax
from anprd.records import Reading

SUPPORT_MIN = 0.7  # mean confidence of the least number of votes; weaker ones must be more. Guess, not measured
RIVAL_RATIO_MAX = 0.6  # three against one, four against two: settled; three against two: wait. Guess, not measured
RIVAL_RATIO_LAST = 0.7  # at the end of a pass there is nothing to wait for: three against two will do
SHARE_MIN = 0.6  # of all that was said about a character
LEAD_RATIO = 1.5  # how much stronger a text must be to replace one that was said: no flip-flop
LEAD_VOTES = 2
VOTER_DISTANCE_RATIO = 0.4  # beyond it a reading is of something else, and says nothing about single characters
REPAIR_RATIO_MIN = 0.5  # a repaired text needs half the weight of the elected one


@dataclass(frozen=True, slots=True)
class Ballot:
    """The outcome of an election. A weight is a sum of confidences, of each reading its least sure character's."""

    text: str
    confidences: tuple[float, ...]
    """Per character, 0..1: what was said for it, over the number of readings that said anything there."""
    votes: int
    """Readings that say exactly `text`; 0 where the characters come from different ones."""
    reads: int
    weight: float
    rival_weight: float
    """Of the strongest other text."""
    share: float
    """0..1: the least part that an elected character has of the weight at its position."""
    rows: int

    @property
    def confidence(self) -> float:
        """The least sure character; 0 without any."""
        return min(self.confidences, default=0.0)


def elect(readings: Sequence[Reading]) -> Ballot | None:
    """Elect a text; None without readings. The order of the readings does not matter, to the last bit.

    The heaviest text of the heaviest length is the pivot; every reading that may be of the same plate is aligned with
    it and votes, per position, with its characters' confidences.

    Args:
        readings: those that may vote; none empty.
    """
    if not readings:
        return None
    voters = sorted(readings, key=lambda reading: (reading.text, reading.confidences, reading.rows))
    text = _elected(voters)
    agreeing = [reading for reading in voters if reading.text == text]
    heard = [_conceding(reading, text) for reading in voters]
    tallies, counts = _tallies(text, heard)
    weights = _weights(heard)
    rows = [reading.rows for reading in agreeing]
    return Ballot(
        text=text,
        confidences=_confidences(text, tallies, counts),
        votes=len(agreeing),
        reads=len(voters),
        weight=weights.get(text, 0.0),
        rival_weight=max((weight for other, weight in weights.items() if other != text), default=0.0),
        share=_share(text, tallies, heard),
        rows=max(sorted(set(rows)), key=rows.count, default=1),
    )


def settled(ballot: Ballot, votes_min: int) -> bool:
    """Whether the text may be said while the vehicle is still in view."""
    strong = ballot.votes >= votes_min and ballot.weight >= SUPPORT_MIN * votes_min
    return strong and ballot.rival_weight <= RIVAL_RATIO_MAX * ballot.weight and ballot.share >= SHARE_MIN


def final(ballot: Ballot, votes_min: int) -> bool:
    """Whether the text may be said now that nothing more will come. What is settled is final too."""
    decided = ballot.rival_weight <= RIVAL_RATIO_LAST * ballot.weight and ballot.share >= SHARE_MIN
    return ballot.votes >= votes_min and decided


def outweighs(ballot: Ballot, *, votes: int, weight: float) -> bool:
    """Whether the text is clearly stronger than one that was already said with so many votes of such weight."""
    return ballot.votes >= votes + LEAD_VOTES and ballot.weight >= LEAD_RATIO * weight


def _elected(voters: Sequence[Reading]) -> str:
    weights = _weights(voters)
    pivot = _pivot(weights)
    tallies, counts = _tallies(pivot, voters)
    text = "".join(
        max(tally, key=lambda character: (tally[character], character == own, character))
        for own, tally in zip(pivot, tallies, strict=True)
    )
    repaired = syntax.repair(text, _confidences(text, tallies, counts))
    return repaired if weights.get(repaired, 0.0) > REPAIR_RATIO_MIN * weights.get(text, 0.0) else text


def _conceding(reading: Reading, text: str) -> Reading:
    """The reading, or what it would say if it wrote its unsure characters as the country of the elected text does."""
    if reading.text == text or not lookalikes.twins(reading.text, text):
        return reading
    return replace(reading, text=text) if syntax.repair(reading.text, reading.confidences) == text else reading


def _weights(voters: Sequence[Reading]) -> dict[str, float]:
    texts: dict[str, list[float]] = {}
    for reading in voters:
        texts.setdefault(reading.text, []).append(reading.confidence)
    return {text: math.fsum(confidences) for text, confidences in texts.items()}


def _pivot(weights: dict[str, float]) -> str:
    """The heaviest text of the heaviest length; the longer and the later of the alphabet where they are equal."""
    lengths: dict[int, list[float]] = {}
    for text, weight in weights.items():
        lengths.setdefault(len(text), []).append(weight)
    length = max(lengths, key=lambda length: (math.fsum(lengths[length]), length))
    return max((text for text in weights if len(text) == length), key=lambda text: (weights[text], text))


def _tallies(pivot: str, voters: Sequence[Reading]) -> tuple[list[dict[str, float]], list[int]]:
    """Per position of the pivot: the weight of each character, and how many readings had one there."""
    tallies: list[dict[str, float]] = [{} for _ in pivot]
    counts = [0] * len(pivot)
    for reading in voters:
        if not _may_be(pivot, reading.text):
            continue
        for position, index in enumerate(lookalikes.align(pivot, reading.text)):
            if index is not None:
                tally, character = tallies[position], reading.text[index]
                tally[character] = tally.get(character, 0.0) + reading.confidences[index]
                counts[position] += 1
    return tallies, counts


def _may_be(pivot: str, text: str) -> bool:
    return lookalikes.ratio(pivot, text) <= VOTER_DISTANCE_RATIO


def _confidences(text: str, tallies: Sequence[dict[str, float]], counts: Sequence[int]) -> tuple[float, ...]:
    return tuple(
        min(1.0, tally.get(character, 0.0) / max(1, count))
        for character, tally, count in zip(text, tallies, counts, strict=True)
    )


def _share(text: str, tallies: Sequence[dict[str, float]], voters: Sequence[Reading]) -> float:
    """The least share of a character, and not more than the share of the readings that are of this plate at all."""
    own = [reading.confidence for reading in voters if _may_be(text, reading.text)]
    shares = [_ratio(tally.get(character, 0.0), tally.values()) for character, tally in zip(text, tallies, strict=True)]
    return min([*shares, _ratio(math.fsum(own), [reading.confidence for reading in voters])])


def _ratio(part: float, whole: Iterable[float]) -> float:
    total = math.fsum(whole)
    return min(1.0, part / total) if total > 0 else 0.0
