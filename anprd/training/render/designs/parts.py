"""The pieces that designs are put together from: lines, marks, colours, alphabets and the codes of regions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

Colour = tuple[int, int, int]
"""Blue, green, red."""

LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CYRILLIC = "ABEKMHOPCTYX"  # the letters that both alphabets have: Russia, and nearly so its neighbours
CONSONANTS = "BCDFGHJKLMNPRSTVWXYZ"
NO_I_O = "ABCDEFGHJKLMNPQRSTUVWXYZ"
NO_I_O_Q = "ABCDEFGHJKLMNPRSTUVWXYZ"

WHITE: Colour = (238, 240, 240)
SILVER: Colour = (196, 200, 200)
YELLOW: Colour = (38, 190, 245)
ORANGE: Colour = (50, 160, 240)
BLACK: Colour = (24, 22, 22)
NAVY: Colour = (110, 45, 25)
BLUE: Colour = (160, 70, 20)
RED: Colour = (40, 35, 175)
GREEN: Colour = (70, 120, 25)
PALE_GREEN: Colour = (190, 225, 190)
SKY: Colour = (235, 200, 130)
CREAM: Colour = (205, 232, 240)


@dataclass(frozen=True, slots=True)
class Line:
    """Where one part of the text stands: its box in mm, figures as high as the box."""

    x1: float
    y1: float
    x2: float
    y2: float
    letter_ratio: float = 1.0
    """Letters' height over the figures'; both stand on the bottom of the box."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that is not lettering of the number: a band, a rule, a flag, a bolt, small words."""

    kind: str
    """band (with the ring of stars), state (without), rule, fill, wash, flag, dot, words, disc, sticker, picture."""
    x1: float
    y1: float
    x2: float
    y2: float
    colours: tuple[Colour, ...] = (BLACK,)
    words: tuple[str, ...] = ()
    """For `words`, `band` and `state`: one is chosen."""
    chance: float = 1.0
    """How often it is there."""


@dataclass(frozen=True, slots=True)
class Design:
    """One kind of plate."""

    name: str
    country: str
    width_mm: float
    height_mm: float
    lines: tuple[Line, ...]
    patterns: tuple[str, ...]
    rows: int = 1
    alphabet: str = LATIN
    looks: tuple[tuple[Colour, Colour], ...] = ((WHITE, BLACK),)
    """Pairs of paper and ink; one is chosen."""
    marks: tuple[Mark, ...] = ()
    faces: tuple[str, ...] = ()
    """Families of typefaces that belong to this design (`Typeface.is_of`), each as likely as the next; empty: any."""
    weight: float = 1.0
    border: bool = True
    emblem: str = "any"
    """What `e` in a pattern is: any, arms, chequers, outline, tree, bear, han."""
    loose: float = 0.0
    """How far (a share of its size) a line may be set smaller and off its place: plates that nobody prescribes."""


EU_BLUES: tuple[Colour, ...] = (BLUE, BLUE, (120, 45, 10), (190, 95, 45))
EU_BAND: Mark = Mark("band", 0, 0, 42, 112, EU_BLUES)
EU_LETTERS: Mapping[str, str] = MappingProxyType(
    {"DE": "D", "FR": "F", "IT": "I", "ES": "E", "BE": "B", "AT": "A", "HU": "H", "SI": "SLO", "EE": "EST", "FI": "FIN"}
    | {
        "SE": "S",
        "PT": "P",
        "NO": "N",
        "IE": "IRL",
        "LU": "L",
        "GB": "GB",
        "MT": "M",
        "RS": "SRB",
        "BA": "BIH",
        "ME": "MNE",
    }
)
# Not of the Union: a band without its ring of stars.
STARLESS = frozenset(("AL", "BA", "ME", "MK", "NO", "RS", "TR", "UA"))
FULL = (Line(58, 18, 508, 94),)
EURO_FACES = (
    "drawn",
    "europlate",
    "eu_ua_custom_np",
    "din1451",
    "gl-nummernschild-mtl",
    "font",
    "arklatrs",
    "schriftkraftfahrzeugkennzeichen",
    "roadua",
)


def euro(country: str, *patterns: str, weight: float = 0.5, **changes: object) -> Design:
    """A one-row plate of 520 by 112 mm with the blue band."""
    band = _band(country, 42, 112)
    design = Design(f"{country.lower()}-car", country, 520, 112, FULL, patterns, marks=(band,), faces=EURO_FACES)
    return replace(design, weight=weight, **changes)  # type: ignore[arg-type]


def two_row(country: str, *patterns: str, weight: float = 0.15, **changes: object) -> Design:
    """A plate of 300 by 200 mm with a short band beside its upper line."""
    band = _band(country, 42, 100)
    lines = (Line(60, 22, 282, 94), Line(22, 108, 282, 180))
    name = f"{country.lower()}-two-row"
    design = Design(name, country, 300, 200, lines, patterns, rows=2, marks=(band,), faces=EURO_FACES)
    return replace(design, weight=weight, **changes)  # type: ignore[arg-type]


def motorcycle(country: str, *patterns: str, weight: float = 0.12, **changes: object) -> Design:
    """A nearly square plate of two rows, with a small band in most countries."""
    band = replace(_band(country, 28, 70), chance=0.7)
    lines = (Line(34, 14, 190, 66), Line(14, 80, 188, 132))
    name = f"{country.lower()}-motorcycle"
    design = Design(name, country, 200, 146, lines, patterns, rows=2, marks=(band,), faces=EURO_FACES)
    return replace(design, weight=weight, **changes)  # type: ignore[arg-type]


def plain_euro(country: str, *patterns: str, weight: float = 0.5, **changes: object) -> Design:
    """A one-row plate of 520 by 112 mm without a band."""
    bare = euro(country, *patterns, weight=weight, lines=(Line(20, 18, 500, 94),), marks=())
    return replace(bare, **changes)  # type: ignore[arg-type]


def _band(country: str, width_mm: float, height_mm: float) -> Mark:
    """The blue band at the top left with the country's letters, and the stars where it has them."""
    kind = "state" if country in STARLESS else "band"
    return Mark(kind, 0, 0, width_mm, height_mm, EU_BLUES, (EU_LETTERS.get(country, country),))
