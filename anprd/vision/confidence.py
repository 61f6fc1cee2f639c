"""How likely a reading is right: what the reader says of its own certainty, made honest by a few fitted numbers.

A reader is surer than it is right. Two logistic models, fitted on labelled crops by `anprd calibrate`, turn its
certainty into the share of such readings that are right: Platt scaling ("Probabilistic Outputs for Support Vector
Machines", 1999). They belong to one reader and stand beside it in the manifest, so that both are replaced together.
"""

import math
from dataclasses import dataclass, replace
from typing import Any

from anprd.errors import ConfigError
from anprd.plates import syntax
from anprd.records import Reading, Sighting

READ_CONFIDENCE_MIN = 0.5  # without a calibration. Guess, not measured
NARROW_PX = 52.0  # a line of text as wide in the picture is blurred for the reader, which errs more often than it says:
NARROW_CONFIDENCE_MIN = 0.6  # docs/measured.md#narrow
NUMBERS = 2
_CERTAIN = 1e-4  # what a probability of one is short of: beyond it misreadings are too few to learn from


@dataclass(frozen=True, slots=True)
class Calibration:
    """The fitted numbers of one reader.

    Attributes:
        plate: of the whole text: constant, per log-odds that the reader gives it.
        character: the same of one character.
        read_confidence_min: a photo's plate is told from here on.
    """

    plate: tuple[float, ...]
    character: tuple[float, ...]
    read_confidence_min: float

    @classmethod
    def of(cls, about: dict[str, Any]) -> "Calibration | None":
        """What a reader's table of the manifest says; None where it was not calibrated.

        Raises:
            ConfigError: the numbers are no calibration.
        """
        table = about.get("calibration")
        if table is None:
            return None
        try:
            plate, character = (tuple(map(float, table[key])) for key in ("plate", "character"))
            read_confidence_min = float(table["read_confidence_min"])
        except (KeyError, TypeError, ValueError) as error:
            raise ConfigError(
                f"MANIFEST.toml: the reader's calibration is damaged ({error}); run 'anprd calibrate' again"
            ) from error
        if {len(plate), len(character)} != {NUMBERS} or not 0 <= read_confidence_min <= 1:
            raise ConfigError(
                "MANIFEST.toml: the reader's calibration is of another version; run 'anprd calibrate' again"
            )
        return cls(plate, character, read_confidence_min)

    def apply(self, reading: Reading) -> Reading:
        """The reading as the reader gave it, its confidences turned into likelihoods; an empty one stays as it is."""
        if not reading.text:
            return reading
        characters = tuple([_likelihood(self.character, own) for own in reading.confidences])
        return replace(reading, confidences=characters, text_confidence=_likelihood(self.plate, reading.confidence))


def told(
    reading: Reading | None, *, confidence_min: float, width_px: float = math.inf, detector_confidence: float = 1.0
) -> bool:
    """Whether the text of a single picture may be said aloud: sure enough, and a text that a plate may have.

    Args:
        reading: None: was not read.
        confidence_min: of a plate that is large enough.
        width_px: of the plate in the picture; of two lines each has twice as much for a character.
        detector_confidence: 0..1, that there is a plate at all.
    """
    if reading is None:
        return False
    narrow = width_px * reading.rows < NARROW_PX
    least = max(confidence_min, NARROW_CONFIDENCE_MIN) if narrow else confidence_min
    may_be = syntax.plausible(reading.text, region=reading.region, detector_confidence=detector_confidence)
    return reading.confidence >= least and may_be


def told_of(sighting: Sighting, *, confidence_min: float) -> bool:
    """Whether the text of a plate that was found and read in a single picture is `told`."""
    return told(
        sighting.reading,
        confidence_min=confidence_min,
        width_px=sighting.box.width,
        detector_confidence=sighting.detection.confidence,
    )


def log_odds(probability: float) -> float:
    """ln(p / (1 - p)), of a probability kept off both ends."""
    bounded = min(1 - _CERTAIN, max(_CERTAIN, probability))
    return math.log(bounded / (1 - bounded))


def _likelihood(numbers: tuple[float, ...], probability: float) -> float:
    constant, slope = numbers
    return 1 / (1 + math.exp(-(constant + slope * log_odds(probability))))
