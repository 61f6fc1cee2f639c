"""A plate of a photo is read several times, each time from a slightly other box, and the readings have a vote.

Another box is straightened a little otherwise, and what is read from one look only is often wrong
(docs/measured.md#looks). Video has no time for it, and the next frame instead.
"""

from collections.abc import Sequence
from dataclasses import replace

from anprd.records import NOTHING_READ, Box, Corners, Detection, Sighting

SCALES = ((1.0, 1.0), (1.08, 1.12), (0.96, 0.94), (0.9, 0.98))  # of the detector's box, across and down
UPRIGHT_CONFIDENCE_MIN = 0.85  # so surely hardly a plate is read that stands on its head: docs/measured.md#upside-down
TURNED_CONFIDENCE_MIN = 0.9  # and so surely none that does not, if it is turned


def boxes(detection: Detection) -> list[Detection]:
    """The detection itself, and the same with its box larger, smaller and narrower."""
    (x, y), box = detection.box.centre, detection.box
    halves = [(across * box.width / 2, down * box.height / 2) for across, down in SCALES]
    return [Detection(Box(x - wide, y - tall, x + wide, y + tall), detection.confidence) for wide, tall in halves]


def turned(corners: Corners) -> Corners:
    """The corners of the same plate, as its text is read from the other side: upside down."""
    top_left, top_right, bottom_right, bottom_left = corners
    return bottom_right, bottom_left, top_left, top_right


def is_upright(sighting: Sighting) -> bool:
    """Whether it is read so surely that nobody need turn it."""
    return _confidence(sighting) >= UPRIGHT_CONFIDENCE_MIN


def upright(sighting: Sighting, other: Sighting) -> Sighting:
    """Of two sightings of one plate, the second of which was read upside down, the one that has it the right way up.

    The detector finds plates that stand on their heads, and some of them read as another plate, `SH7788A` as `88LLHS`.
    """
    sure = _confidence(other)
    return other if sure >= TURNED_CONFIDENCE_MIN and sure > _confidence(sighting) else sighting


def agreed(sightings: Sequence[Sighting]) -> Sighting:
    """The sighting of the first box, with the reading of the likeliest text: the one with most confidence in all.

    Its confidence is its share of all looks', so that a text that one look of four gives has a quarter at most; its
    characters and corners are those of the look that was surest of it.

    Args:
        sightings: of one plate, at least one.
    """
    readings = [sighting.reading or NOTHING_READ for sighting in sightings]
    shares: dict[str, float] = {}
    for reading in readings:
        shares[reading.text] = shares.get(reading.text, 0.0) + reading.confidence / len(readings)
    text = max(shares, key=lambda candidate: shares[candidate])
    surest = max(
        (index for index, reading in enumerate(readings) if reading.text == text),
        key=lambda index: readings[index].confidence,
    )
    reading = readings[surest]
    told = replace(reading, text_confidence=shares[text])
    return Sighting(sightings[0].detection, sightings[surest].corners, told)


def _confidence(sighting: Sighting) -> float:
    return sighting.reading.confidence if sighting.reading else 0.0
