"""Fine-tuning: what it starts from, and what it changed by the same figures before and after."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HELD_BACK = "held back"
"""The part of the site's own pictures that is not trained on."""

ELSEWHERE = "elsewhere"
"""The validation part of pictures of other places: what the site never shows."""

Figures = Mapping[str, float]
"""Ratios by name; the first is the one that counts, and more of it is better."""


@dataclass(frozen=True, slots=True)
class Site:
    """What there is to tune with."""

    start: Path
    """A checkpoint, or a weights folder that has it."""
    data: Path
    """The site's labelled pictures."""
    elsewhere: Path | None = None
    """Labelled pictures of other places, measured before and after."""
    fonts: Path | None = None
    """Plate typefaces for what is rendered beside; None renders in the project's own."""


@dataclass(frozen=True, slots=True)
class Part:
    """A set of pictures and what the network reached on it."""

    name: str
    pictures: int
    before: Figures
    after: Figures

    @property
    def is_worse(self) -> bool:
        """Whether the figure that counts fell."""
        return next(iter(self.after.values())) < next(iter(self.before.values()))


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where the tuned checkpoint lies, and what it reached."""

    checkpoint: Path
    parts: tuple[Part, ...]
