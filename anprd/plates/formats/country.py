"""The series of one country, and the letters that several countries share."""

from dataclasses import dataclass, field

NO_VOWELS = "BCDFGHJKLMNPRSTVWXYZ"
SO_FAR = "ABCDEFGH"  # series that began at AA and are not beyond H: France, Italy, Argentina


@dataclass(frozen=True, slots=True)
class Country:
    """The series of one country."""

    region: str
    """ISO 3166-1 alpha-2."""
    vehicles: float
    """Millions, plates of all sorts, roughly, about 2024: whose plates are met more often."""
    series: dict[str, float]
    """Patterns and their shares, which sum to 1 or less."""
    classes: dict[str, str] = field(default_factory=dict)
    """What a lower-case letter stands for: letters without, or codes with spaces between them."""
    rare: dict[str, float] = field(default_factory=dict)
    """More series: so seldom met, or so short, that a text is taken for one only where the plate looks the part."""
