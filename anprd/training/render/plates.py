"""A plate, flat and from the front: a text that the design allows, lettered, with everything else that plates carry."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from anprd.records import Bgr
from anprd.training.render import designs, marks
from anprd.training.render.designs import CODES, DESIGNS, Colour, Design, Line
from anprd.training.render.ink import blend, one_of, sheet, tinted
from anprd.training.render.marks import Print
from anprd.training.render.typeface import Mask, Typeface

FIGURES = "0123456789"
VOWELS, CONSONANTS = "AEIOUAEIOUY", "BCDFGHJKLMNPRSTVWZBDKLMNRST"
# Plates that a factory or a forger letters in whatever is at hand: any plate typeface may appear on any plate.
FOREIGN_FACE_SHARE = 0.08
# Two equal figures side by side are what CTC swallows, the more so narrow ones on a plate of ten characters.
DOUBLED_SHARE = 0.1
BARE_SHARE = 0.02  # pressed metal whose paint is gone: only the relief is left
RELIEF_PX_MIN = 0.35  # pixels a millimetre: below it relief is finer than a pixel
UNSURE_FACES = ("mandator", "uknumberplate")  # their 1 is their I: only where the pattern tells which it is
FREE_FACES = ("hand", "office")  # no factory has them
FIXED_ADVANCES = {" ": 0.2, "-": 0.26, ".": 0.12, "*": 0.42, "s": 0.34}
WEIGHTS = np.cumsum([design.weight for design in DESIGNS])


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate from the front: the picture reaches exactly to the plate's edges."""

    image: Bgr
    text: str
    """A-Z 0-9 in reading order; separators, seals, small stacked letters and all other words are left out."""
    rows: int
    country: str


def random_plate(rng: np.random.Generator, typefaces: Sequence[Typeface], *, width_px: int = 520) -> Plate:
    """Any plate of any design, `width_px` wide.

    Raises:
        ValueError: no typeface was given.
    """
    design = DESIGNS[int(np.searchsorted(WEIGHTS, rng.random() * WEIGHTS[-1]))]
    return random_plate_of(design, rng, typefaces, width_px=width_px)


def random_plate_of(
    design: Design, rng: np.random.Generator, typefaces: Sequence[Typeface], *, width_px: int = 520
) -> Plate:
    """A plate of this design with a random text, `width_px` wide. Raises ValueError where no typeface covers it."""
    spelling = spell(design, rng)
    return render(design, spelling, rng, choose_face(design, spelling, rng, typefaces), width_px=width_px)


def spell(design: Design, rng: np.random.Generator) -> str:
    """A text that the design allows, with its separators, seals (`*`), emblems (`e`) and line breaks (`|`)."""
    pattern = one_of(design.patterns, rng)
    letters = design.alphabet
    out: list[str] = []
    position = 0
    while position < len(pattern):
        character = pattern[position]
        position += 1
        if character == "{":
            end = pattern.index("}", position)
            out.append(one_of(CODES[pattern[position:end]], rng))
            position = end + 1
        elif character == "w":
            out.append(_spoken(rng))
        elif character in "adnx":
            kind = rng.random() if character == "x" else (0.0 if character == "a" else 1.0)
            out.append(one_of(letters, rng) if kind < 0.5 else _figure(character, out[-1:], rng))
        else:
            out.append(character)
    return "".join(out)


def _figure(kind: str, before: list[str], rng: np.random.Generator) -> str:
    """A figure, now and then the one before it again; not 0 where `kind` is `n`."""
    figures = FIGURES[1:] if kind == "n" else FIGURES
    if before and before[0] in figures and rng.random() < DOUBLED_SHARE:
        return before[0]
    return one_of(figures, rng)


def _spoken(rng: np.random.Generator) -> str:
    """A word of four to seven letters that can be spoken."""
    count, vowel = int(rng.integers(4, 8)), rng.random() < 0.35
    out: list[str] = []
    while len(out) < count:
        letter = one_of(VOWELS if vowel else CONSONANTS, rng)
        out.append(letter)
        if rng.random() < 0.12:
            out.append(letter)
        vowel = not vowel
    return "".join(out[:count])


def text_of(spelling: str) -> str:
    """What a reader should say: A-Z 0-9 only."""
    return "".join(character for character in spelling if character in FIGURES or character in designs.LATIN)


def choose_face(design: Design, spelling: str, rng: np.random.Generator, typefaces: Sequence[Typeface]) -> Typeface:
    """A typeface that has every character, of those that belong to the design if there is one."""
    text = text_of(spelling)
    able = [face for face in typefaces if face.covers(text)]
    own = [[face for face in able if face.is_of(family)] for family in design.faces]
    own = [group for group in own if group]
    if own and rng.random() >= FOREIGN_FACE_SHARE:
        return one_of(one_of(own, rng), rng)
    factory = [face for face in able if not any(map(face.is_of, UNSURE_FACES + FREE_FACES))]
    if not (factory or able):
        raise ValueError(f"no typeface given has all characters of {text!r}")
    return one_of(factory or able, rng)


def render(design: Design, spelling: str, rng: np.random.Generator, face: Typeface, *, width_px: int = 520) -> Plate:
    """Draw the plate; colours, small words and wear are chosen by `rng`.

    Raises:
        KeyError: the typeface lacks a character of the text.
        ValueError: the text has more lines than the design.
    """
    px = width_px / design.width_mm
    height_px = max(8, round(design.height_mm * px))
    paper, ink = one_of(design.looks, rng)
    bare = px > RELIEF_PX_MIN and rng.random() < BARE_SHARE
    ink = paper if bare else ink
    image = sheet(width_px, height_px, tinted(paper, rng, 10))
    ink = tinted(ink, rng, 14)
    how = Print(face, ink, px, rng)
    for mark in design.marks:
        marks.draw(image, mark, how)
    cover = np.zeros((height_px, width_px), np.uint8)
    setting = _Setting(how, float(rng.uniform(0.88, 1.14)), float(rng.uniform(-0.05, 0.42)), design.emblem)
    for part, line in _loosened(_lines_of(design, spelling), design.loose, rng):
        _set_line(image, cover, part, line, setting)
    blend(image, cover, ink)
    if bare or (px > RELIEF_PX_MIN and rng.random() < 0.6):
        _emboss(image, cover, float(rng.uniform(0.35, 0.7) if bare else rng.uniform(0.1, 0.35)), rng)
    _finish(image, design, ink, px, rng)
    return Plate(image, text_of(spelling), design.rows, design.country)


def letter(design: Design, spelling: str, face: Typeface, *, width_px: int) -> Mask:
    """Only the ink of the text, on nothing: 255 where it is. Raises as `render` does."""
    px = width_px / design.width_mm
    cover = np.zeros((max(8, round(design.height_mm * px)), width_px), np.uint8)
    setting = _Setting(Print(face, (0, 0, 0), px, np.random.default_rng(0)), 1.0, 0.0, design.emblem)
    for part, line in _lines_of(design, spelling):
        _set_line(np.zeros((*cover.shape, 3), np.uint8), cover, part, line, setting)
    return cover


def _lines_of(design: Design, spelling: str) -> list[tuple[str, Line]]:
    parts = spelling.split("|")
    if len(parts) > len(design.lines):
        raise ValueError(f"{design.name}: {spelling!r} has more lines than the design")
    return list(zip(parts, design.lines, strict=False))


def _loosened(lines: list[tuple[str, Line]], loose: float, rng: np.random.Generator) -> list[tuple[str, Line]]:
    """The lines set smaller and elsewhere in their boxes, by up to `loose` of their size."""
    if loose == 0:
        return lines
    out = []
    share = rng.uniform(0, loose)
    for part, line in lines:
        wide, tall = (line.x2 - line.x1) * share * float(rng.random()), (line.y2 - line.y1) * share
        x, y = line.x1 + wide * float(rng.random()), line.y1 + tall * float(rng.random())
        out.append((part, Line(x, y, x + line.x2 - line.x1 - wide, y + line.y2 - line.y1 - tall, line.letter_ratio)))
    return out


@dataclass(frozen=True, slots=True)
class _Setting:
    how: Print
    squeeze: float
    dot: float
    """How far below the middle a full stop stands, as a share of the height."""
    emblem: str


def _set_line(image: Bgr, cover: Mask, part: str, line: Line, setting: _Setting) -> None:
    """Letter one line, squeezed until it fits its box, in the middle of it."""
    px, rng = setting.how.px, setting.how.rng
    height = (line.y2 - line.y1) * px
    gap = 0.13 * height
    heights = [height * (line.letter_ratio if character in designs.LATIN else 1.0) for character in part]
    widths = [_advance(character, tall, setting) for character, tall in zip(part, heights, strict=True)]
    room = (line.x2 - line.x1) * px
    wanted = sum(widths) + gap * max(0, len(part) - 1)
    shrink = min(1.0, room / max(wanted, 1.0))
    # Lines with room to spare are spaced out a little, as real ones are.
    spread = min(room / max(wanted, 1.0), 1.0 + 0.35 * float(rng.random())) if shrink == 1.0 else 1.0
    gap = (gap + (wanted * spread - wanted) / max(1, len(part) - 1)) if shrink == 1.0 else gap * shrink
    x = line.x1 * px + (room - sum(widths) * shrink - gap * (len(part) - 1)) / 2
    bottom = line.y2 * px
    for character, tall, width in zip(part, heights, widths, strict=True):
        _set_character(image, cover, character, (x, bottom - tall, x + width * shrink, bottom), setting)
        x += width * shrink + gap


def _advance(character: str, height: float, setting: _Setting) -> float:
    if character == "e":
        return marks.emblem_ratio(setting.emblem) * height
    if character in FIXED_ADVANCES:
        return FIXED_ADVANCES[character] * height
    return setting.how.face.width_ratio(character) * height * setting.squeeze


def _set_character(
    image: Bgr, cover: Mask, character: str, box: tuple[float, float, float, float], setting: _Setting
) -> None:
    x1, y1, x2, y2 = (round(value) for value in box)
    whole = (x1, y1, x2, y2)
    middle, radius = (y1 + y2) // 2, max(1, (x2 - x1) // 2)
    how = setting.how
    match character:
        case " ":
            return
        case "-":
            half = max(1, (y2 - y1) // 14)
            cover[middle - half : middle + half, x1:x2] = 255
        case ".":
            cv2.circle(cover, ((x1 + x2) // 2, middle + round((y2 - y1) * setting.dot)), radius, 255, -1, cv2.LINE_AA)
        case "*":
            marks.worn_seals(image, whole, how.rng)
        case "e":
            marks.emblem(image, whole, setting.emblem, how)
        case "s":
            marks.stacked(cover, whole, how)
        case _:
            mask = how.face.mask(character, y2 - y1, x2 - x1)
            view = cover[y1 : y1 + mask.shape[0], x1 : x1 + mask.shape[1]]
            np.maximum(view, mask[: view.shape[0], : view.shape[1]], out=view)


def _emboss(image: Bgr, cover: Mask, strength: float, rng: np.random.Generator) -> None:
    """Pressed letters: one side catches the light, the other lies in shadow."""
    behind = np.zeros_like(cover)
    behind[1:, 1:] = cover[:-1, :-1]
    near, far = (cv2.subtract(cover, behind), cv2.subtract(behind, cover))[:: 1 if rng.random() < 0.5 else -1]
    lit, shaded = (cv2.convertScaleAbs(edge, alpha=strength) for edge in (near, far))
    cv2.add(image, cv2.merge((lit, lit, lit)), image)
    cv2.subtract(image, cv2.merge((shaded, shaded, shaded)), image)


def _finish(image: Bgr, design: Design, ink: Colour, px: float, rng: np.random.Generator) -> None:
    """The border line and the bolts."""
    height, width = image.shape[:2]
    if design.border and rng.random() < 0.75:
        inset = max(1, round(3 * px))
        thick = max(1, round(rng.uniform(1.5, 4) * px))
        cv2.rectangle(image, (inset, inset), (width - 1 - inset, height - 1 - inset), ink, thick, cv2.LINE_AA)
    if rng.random() < 0.3:
        radius = max(1, round(rng.uniform(4, 8) * px))
        level = int(rng.integers(40, 230))
        for x in (rng.uniform(0.02, 0.14), rng.uniform(0.86, 0.98)):
            spot = (round(width * x), round(height * rng.uniform(0.4, 0.6)) if rng.random() < 0.5 else 2 * radius)
            cv2.circle(image, spot, radius, (level, level, level), -1, cv2.LINE_AA)
