"""The lettering of plates: a typeface of our own, drawn from strokes, and TrueType files from a folder.

Every typeface, drawn or loaded, becomes the same thing: one mask per character, cut to its ink and scaled to one
height. Plates then set their own heights and squeeze, so one file serves letters and figures of different heights
(Russia's letters are three quarters of its figures).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from anprd.errors import ConfigError

if TYPE_CHECKING:
    from PIL import ImageFont

Mask = NDArray[np.uint8]
"""(h, w) uint8, 255 where there is ink."""

CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CAP_PX = 96  # plates are drawn at 520 px at most: no character is ever enlarged
SUFFIXES = (".ttf", ".otf")
# What a sign painter's computer has: used for plates that nobody prescribes, where Debian's fonts are installed.
OFFICE_FOLDERS = (Path("/usr/share/fonts/truetype/dejavu"), Path("/usr/share/fonts/opentype/urw-base35"))
OFFICE_FILES = (
    "DejaVuSans-Bold", "DejaVuSansCondensed-Bold", "DejaVuSerif-Bold", "DejaVuSansMono-Bold", "NimbusSans-Bold",
    "NimbusSans-Regular", "NimbusSans-BoldItalic", "NimbusSansNarrow-Bold", "NimbusSansNarrow-BoldOblique",
    "NimbusRoman-Bold", "NimbusMonoPS-Bold", "URWGothic-Demi", "URWBookman-Demi", "C059-Bold", "C059-BdIta",
    "NimbusRoman-Regular", "NimbusSansNarrow-Regular", "URWGothic-Book", "URWBookman-Light", "C059-Roman", "P052-Bold",
    "P052-Roman", "Z003-MediumItalic", "DejaVuSans", "DejaVuSans-BoldOblique", "DejaVuSerifCondensed",
)  # fmt: skip

# One stroke is a row of points in a unit box, x to the right and y down; `*` rounds that corner.
STROKES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "0": (".5,0 1,0* 1,1* 0,1* 0,0* .5,0",),
        "1": ("0,.3 .8,0 .8,1",),
        "2": ("0,.27 0,0* 1,0* 1,.45* 0,1 1,1",),
        "3": ("0,.22 0,0* 1,0* 1,.46* .4,.46", ".4,.46 1,.46* 1,1* 0,1* 0,.78"),
        "4": (".55,0 0,.74 1,.74", ".72,.45 .72,1"),
        "5": ("1,0 .08,0 .04,.48 .15,.4* 1,.4* 1,1* 0,1* 0,.8",),
        "6": ("1,.2 1,0* 0,0* 0,1* 1,1* 1,.43* 0,.43* 0,.6",),
        "7": ("0,0 1,0 .35,1",),
        "8": (".5,.46 0,.46* 0,0* 1,0* 1,.46* .5,.46", ".5,.46 0,.46* 0,1* 1,1* 1,.46* .5,.46"),
        "9": ("0,.8 0,1* 1,1* 1,0* 0,0* 0,.57* 1,.57* 1,.4",),
        "A": ("0,1 .5,0 1,1", ".18,.68 .82,.68"),
        "B": ("0,0 0,1", "0,0 .92,0* .92,.46* 0,.46", "0,.46 1,.46* 1,1* 0,1"),
        "C": ("1,.25 1,0* 0,0* 0,1* 1,1* 1,.75",),
        "D": (".5,0 0,0 0,1 1,1* 1,0* .5,0",),
        "E": ("1,0 0,0 0,1 1,1", "0,.47 .85,.47"),
        "F": ("1,0 0,0 0,1", "0,.47 .85,.47"),
        "G": ("1,.25 1,0* 0,0* 0,1* 1,1* 1,.53 .55,.53",),
        "H": ("0,0 0,1", "1,0 1,1", "0,.47 1,.47"),
        "I": (".5,0 .5,1",),
        "J": ("1,0 1,1* 0,1* 0,.78",),
        "K": ("0,0 0,1", "1,0 0,.62", ".38,.42 1,1"),
        "L": ("0,0 0,1 1,1",),
        "M": ("0,1 0,0 .5,.62 1,0 1,1",),
        "N": ("0,1 0,0 1,1 1,0",),
        "O": (".5,0 1,0* 1,1* 0,1* 0,0* .5,0",),
        "P": ("0,1 0,0 1,0* 1,.53* 0,.53",),
        "Q": (".5,0 1,0* 1,1* 0,1* 0,0* .5,0", ".55,.72 1,1"),
        "R": ("0,1 0,0 1,0* 1,.53* 0,.53", ".5,.53 1,1"),
        "S": ("1,.22 1,0* 0,0* 0,.47* 1,.47* 1,1* 0,1* 0,.78",),
        "T": ("0,0 1,0", ".5,0 .5,1"),
        "U": ("0,0 0,1* 1,1* 1,0",),
        "V": ("0,0 .5,1 1,0",),
        "W": ("0,0 .25,1 .5,.2 .75,1 1,0",),
        "X": ("0,0 1,1", "1,0 0,1"),
        "Y": ("0,0 .5,.52 1,0", ".5,.52 .5,1"),
        "Z": ("0,0 1,0 0,1 1,1",),
    }
)
STRAIGHT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {  # DIN's own six and nine, as Russia and Turkey have them
        "6": (".72,0 .05,.55", ".5,.4 1,.4* 1,1* 0,1* 0,.4* .5,.4"),
        "9": (".28,1 .95,.45", ".5,.6 1,.6* 1,0* 0,0* 0,.6* .5,.6"),
        "4": (".5,0 0,.7 1,.7", ".7,.42 .7,1"),
    }
)
# Widths as a share of the figures' width; the rest are as wide as a figure.
WIDTHS: Mapping[str, float] = MappingProxyType(
    {
        "I": 0.3,
        "1": 0.66,
        "M": 1.3,
        "W": 1.5,
        "A": 1.18,
        "V": 1.15,
        "X": 1.12,
        "Y": 1.12,
        "K": 1.06,
        "E": 0.92,
        "F": 0.9,
    }
)


NARROW_MAX = 0.42


@dataclass(frozen=True, slots=True)
class Typeface:
    """One mask per character it has, each `CAP_PX` high and cut to its ink."""

    name: str
    glyphs: Mapping[str, Mask]

    def is_of(self, family: str) -> bool:
        """Whether its name is that of the family, or begins with it at the end of a word: `din` has `din1451` and
        `din-bold`, not `dingbats`, and `font` not `fe-font`.
        """
        rest = self.name.removeprefix(family)
        return self.name.startswith(family) and not (family[-1:].isalpha() and rest[:1].isalpha())

    def covers(self, text: str) -> bool:
        """Whether every character of `text` (A-Z 0-9) is there."""
        return self.glyphs.keys() >= set(text)

    def mask(self, character: str, height_px: int, width_px: int) -> Mask:
        """The character scaled to exactly this size. Raises KeyError where the typeface lacks it."""
        glyph = self.glyphs[character]
        return cv2.resize(glyph, (max(1, width_px), max(1, height_px)), interpolation=cv2.INTER_AREA).astype(np.uint8)

    def width_ratio(self, character: str) -> float:
        """Width of the ink over its height."""
        height, width = self.glyphs[character].shape
        return float(width / height)


@dataclass(frozen=True, slots=True)
class Pen:
    """How the typeface of our own is drawn; lengths are shares of the height."""

    stroke: float = 0.13
    width: float = 0.5
    round_ends: bool = False
    straight_six: bool = False
    corner: float = 1.0
    """1: corners as round as they go; less: squarer."""
    slant: float = 0.0
    """How far the top leans to the right."""
    wobble: float = 0.0
    """How far a painter's hand strays from the drawing."""
    letter_o: float = 1.0
    """Width of O over that of 0."""


PENS: tuple[Pen, ...] = (
    Pen(),
    Pen(stroke=0.115, width=0.46, straight_six=True),
    Pen(stroke=0.145, width=0.56, round_ends=True),
    Pen(stroke=0.16, width=0.5, corner=0.7),
    Pen(stroke=0.1, width=0.42, straight_six=True, round_ends=True),
    Pen(stroke=0.13, width=0.62, straight_six=True),
    Pen(stroke=0.12, width=0.56, letter_o=1.2),
    Pen(stroke=0.15, width=0.6, straight_six=True, letter_o=1.15),
    Pen(stroke=0.105, width=0.36, letter_o=1.1),
    Pen(stroke=0.12, width=0.4, corner=0.85),
    Pen(stroke=0.09, width=0.48, round_ends=True, letter_o=1.2),
    Pen(stroke=0.14, width=0.52, slant=0.18),
    Pen(stroke=0.11, width=0.5, slant=0.25, round_ends=True, letter_o=1.15),
    Pen(stroke=0.15, width=0.62, wobble=0.03, round_ends=True),
    Pen(stroke=0.12, width=0.55, wobble=0.045, round_ends=True, letter_o=1.15),
    Pen(stroke=0.17, width=0.6, wobble=0.02, slant=0.08),
    Pen(stroke=0.13, width=0.45, wobble=0.035),
)


def drawn(pen: Pen = Pen()) -> Typeface:
    """The typeface of our own, with all 36 characters; slanted or wobbly ones are named `hand`, slim ones `narrow`."""
    kind = "straight" if pen.straight_six else "round"
    family = "hand" if pen.slant or pen.wobble else "narrow" if pen.width < NARROW_MAX else "drawn"
    name = f"{family}-{kind}-{pen.stroke:g}-{pen.width:g}"
    return Typeface(name, MappingProxyType({character: _draw(character, pen) for character in CHARACTERS}))


def load(path: Path) -> Typeface:
    """A TrueType or OpenType file, with the characters that it really has.

    Raises:
        ConfigError: the file cannot be read as a typeface.
    """
    from PIL import ImageFont  # late: our own typeface needs no Pillow

    try:
        font = ImageFont.truetype(str(path), int(CAP_PX * 1.4))
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read as a typeface ({error}); give a TrueType or OpenType file"
        ) from error
    missing = _ink(font, "\uffff")
    glyphs = {}
    for character in CHARACTERS:
        ink = _ink(font, character)
        if ink is None or (missing is not None and ink.shape == missing.shape and np.array_equal(ink, missing)):
            continue
        width_px = max(1, round(ink.shape[1] * CAP_PX / ink.shape[0]))
        glyphs[character] = cv2.resize(ink, (width_px, CAP_PX), interpolation=cv2.INTER_AREA).astype(np.uint8)
    return Typeface(path.stem.lower(), MappingProxyType(glyphs))


def load_all(fonts: Path | None) -> tuple[Typeface, ...]:
    """The typefaces of our own, and if a folder `fonts` is given, those in it and common ones of the system.

    Raises:
        ConfigError: the folder is missing, or a file in it is no typeface.
    """
    own = tuple(drawn(pen) for pen in PENS)
    if fonts is None:
        return own
    if not fonts.is_dir():
        raise ConfigError(f"{fonts}: no such folder of typefaces; leave it out to use the drawn typeface")
    files = sorted(path for path in fonts.iterdir() if path.suffix.lower() in SUFFIXES)
    given = tuple(face for face in map(load, files) if face.covers("0123456789"))
    return own + given + tuple(_office())


def _office() -> Iterator[Typeface]:
    """Common typefaces of the system, as far as they are installed."""
    for folder in OFFICE_FOLDERS:
        for name in OFFICE_FILES:
            for path in (folder / f"{name}{suffix}" for suffix in SUFFIXES):
                if path.is_file():
                    yield replace(load(path), name=f"office-{name.lower()}")


def _ink(font: "ImageFont.FreeTypeFont", character: str) -> Mask | None:
    """The character cut to its ink; None where nothing is drawn (some files have empty glyphs)."""
    from PIL import Image, ImageDraw

    side_px = CAP_PX * 4
    canvas = Image.new("L", (side_px, side_px), 0)
    ImageDraw.Draw(canvas).text((CAP_PX, CAP_PX), character, font=font, fill=255)
    box = canvas.getbbox()
    if box is None or box[3] - box[1] < CAP_PX // 4:
        return None
    return np.asarray(canvas.crop(box), dtype=np.uint8)


def _draw(character: str, pen: Pen) -> Mask:
    """Draw four times too large and shrink: OpenCV's own antialiasing is too coarse for thick lines."""
    scale = 4
    height_px = CAP_PX * scale
    half = pen.stroke / 2
    width = pen.width * WIDTHS.get(character, 1.0)
    if character == "I":
        width = pen.stroke
    if character == "O":
        width *= pen.letter_o
    canvas = np.zeros((height_px, max(1, round(width * height_px))), np.uint8)
    alternatives = STRAIGHT if pen.straight_six else STROKES
    for stroke in alternatives.get(character, STROKES[character]):
        points = np.array(list(_flatten(stroke, pen, width)), np.float64)
        points = _by_hand(points, character, pen) * (width - pen.stroke, 1 - pen.stroke) + half
        pixels = np.round(points * height_px).astype(np.int32)
        cv2.polylines(canvas, [pixels], isClosed=False, color=255, thickness=round(pen.stroke * height_px))
        if not pen.round_ends:
            for end, before in ((points[0], points[1]), (points[-1], points[-2])):
                _square_end(canvas, end * height_px, before * height_px, half * height_px)
    canvas = _slanted(canvas, pen.slant) if pen.slant else canvas
    return cv2.resize(canvas, (max(1, canvas.shape[1] // scale), CAP_PX), interpolation=cv2.INTER_AREA).astype(np.uint8)


def _by_hand(points: NDArray[np.float64], character: str, pen: Pen) -> NDArray[np.float64]:
    """The points, bent a little: the same way each time for one pen and character."""
    phase = ord(character) * 1.7 + pen.width * 40 + pen.stroke * 90
    x, y = points[:, 0], points[:, 1]
    across = np.sin(phase + 2.6 * y) + 0.6 * np.sin(2 * phase + 5 * y)
    down = np.sin(1.3 * phase + 3 * x) + 0.6 * np.cos(phase + 4 * x)
    bent = points + pen.wobble * np.stack([across * 1.6, down], 1)
    return np.asarray(np.clip(bent, 0, 1) if pen.wobble else points)


def _slanted(canvas: Mask, slant: float) -> Mask:
    height_px, width_px = canvas.shape
    lean = slant * height_px
    matrix = np.array([[1.0, -slant, lean], [0.0, 1.0, 0.0]])
    return cv2.warpAffine(canvas, matrix, (width_px + round(lean), height_px)).astype(np.uint8)


def _square_end(canvas: Mask, end: NDArray[np.float64], before: NDArray[np.float64], half_px: float) -> None:
    along = (end - before) / max(1e-6, float(np.linalg.norm(end - before))) * half_px
    across = np.array([-along[1], along[0]])
    corners = np.round(np.array([end + across, end + along + across, end + along - across, end - across]))
    cv2.fillConvexPoly(canvas, corners.astype(np.int32), 255)


def _flatten(stroke: str, pen: Pen, width: float) -> Iterator[tuple[float, float]]:
    """Points of a stroke with its rounded corners cut into short straight pieces (a quadratic curve each)."""
    words = stroke.split()
    points = [tuple(float(value) for value in word.rstrip("*").split(",")) for word in words]
    span = np.array([width - pen.stroke, 1 - pen.stroke])
    for index, word in enumerate(words):
        here = np.array(points[index])
        if not word.endswith("*") or index in (0, len(words) - 1):
            yield float(here[0]), float(here[1])
            continue
        ends = []
        for neighbour in (points[index - 1], points[index + 1]):
            way = np.array(neighbour) - here
            length = float(np.linalg.norm(way * span))
            reach = min(length / 2, pen.corner * span[0] / 2)
            ends.append(here + way * (reach / max(length, 1e-6)))
        for t in np.linspace(0, 1, 9):
            # Heavier in the corner than a plain quadratic, so that a quarter comes out as a quarter circle.
            weight = 0.7071 * 2 * t * (1 - t)
            total = (1 - t) ** 2 + weight + t**2
            point = ((1 - t) ** 2 * ends[0] + weight * here + t**2 * ends[1]) / total
            yield float(point[0]), float(point[1])
