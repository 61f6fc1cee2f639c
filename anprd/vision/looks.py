"""A plate of a photo is read several times, each time from a slightly other box, and the readings have a vote.

Another box is straightened a little otherwise, and what is read from one look only is often wrong
(docs/measured.md#looks). Video has no time for it, and the next frame instead.
"""

from collections.abc import Sequence
from dataclasses import replace

from anprd.records import Box, Detection, Reading, Sighting

SCALES = ((1.0, 1.0), (1.08, 1.12), (0.96, 0.94))  # of the detector's box, across and down
_NOTHING = Reading("", ())


def boxes(detection: Detection) -> list[Detection]:
    """The detection, and the same with its box larger and smaller."""
    (x, y), box = detection.box.centre, detection.box
    halves = [(across * box.width / 2, down * box.height / 2) for across, down in SCALES]
    return [Detection(Box(x - wide, y - tall, x + wide, y + tall), detection.confidence) for wide, tall in halves]


def agreed(sightings: Sequence[Sighting]) -> Sighting:
    """The sighting of the first box, with the reading of the likeliest text: the one with most confidence in all.

    Its confidence is its share of all looks', so that a text that one look of three gives has a third at most; its
    characters and corners are those of the look that was surest of it.

    Args:
        sightings: of one plate, at least one.
    """
    readings = [sighting.reading or _NOTHING for sighting in sightings]
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
