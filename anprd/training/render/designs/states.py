"""What the plates of the United States have in common.

Stacked small letters (`s`) and emblems are drawn, but nobody who reads a number out says them, nor do the labels of the
real crops.
"""

from dataclasses import replace

from anprd.training.render.designs.parts import (
    BLACK,
    BLUE,
    GREEN,
    NAVY,
    RED,
    SKY,
    WHITE,
    Colour,
    Design,
    Line,
    Mark,
)

MAROON: Colour = (50, 30, 110)
PURPLE: Colour = (120, 40, 90)
PINK: Colour = (200, 190, 240)
TEAL: Colour = (130, 110, 10)
US_FACES = ("licenseplate", "drawn", "narrow", "din", "licenseplate", "roadua")
INKS = (NAVY, RED, BLACK, GREEN, BLUE)
HOLES = tuple(
    Mark("dot", x, y, x + 9, y + 7, ((90, 90, 90), (40, 40, 40)), chance=0.7) for x in (38, 258) for y in (7, 138)
)
STICKERS = (
    Mark("sticker", 14, 8, 52, 32, chance=0.3),
    Mark("sticker", 254, 8, 292, 32, chance=0.3),
    Mark("sticker", 14, 122, 50, 146, chance=0.25),
    Mark("sticker", 255, 122, 292, 146, chance=0.25),
)
VANITY = ("{word}", "{word}", "w", "aaaaa", "aa {word}")
SKIES = (SKY, PINK, (130, 200, 250), (140, 210, 160), (240, 190, 120))


def state(
    name: str,
    words: str,
    slogans: str,
    *patterns: str,
    looks: tuple[tuple[Colour, Colour], ...] = ((WHITE, NAVY),),
    back: tuple[Mark, ...] = (),
    **changes: object,
) -> Design:
    """A plate of 305 by 152 mm: the state's name above, a slogan below; alternatives are parted by `/`."""
    inks = (*INKS, looks[0][1], looks[0][1])
    lines = (
        Mark("words", 70, 6, 235, 32, inks, tuple(words.split("/")), chance=0.94),
        Mark("words", 60, 127, 245, 145, inks, tuple(slogans.split("/")), chance=0.85),
    )
    marks = (*back, *lines, *HOLES, *STICKERS)
    design = Design(f"us-{name}", "US", 305, 152, (Line(16, 40, 289, 118),), patterns, looks=looks, marks=marks)
    return replace(design, faces=US_FACES, loose=0.06, **changes)  # type: ignore[arg-type]


def wash(*colours: Colour) -> tuple[Mark, ...]:
    """A pale landscape behind everything."""
    return (Mark("wash", 0, 0, 305, 152, colours),)


def bands(above: Colour, below: Colour) -> tuple[Mark, ...]:
    """Bands of colour behind the words."""
    return (Mark("fill", 0, 0, 305, 36, (above,)), Mark("fill", 0, 122, 305, 152, (below,)))


def picture(x1: float, x2: float) -> tuple[Mark, ...]:
    """Something painted beside the number."""
    return (Mark("picture", x1, 36, x2, 124, chance=0.9),)
