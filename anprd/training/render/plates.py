"""A plate, flat and from the front: a text that the design allows, lettered, with everything else that plates carry."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np

from anprd.records import Bgr
from anprd.training.render import designs
from anprd.training.render.designs import CODES, DESIGNS, Colour, Design, Line, Mark, parts
from anprd.training.render.typeface import Mask, Typeface

_T = TypeVar("_T")
FIGURES = "0123456789"
STAR: Colour = (40, 215, 250)
EU_STATES = ("D", "F", "I", "E", "PL", "CZ", "SK", "NL", "RO", "H", "B", "TR")
# Plates that a factory or a forger letters in whatever is at hand: any typeface may appear on any plate.
FOREIGN_FACE_SHARE = 0.12
UNSURE_FACES = ("mandator", "ukn")  # their 1 is their I: only where the pattern tells which it is


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate from the front: the picture reaches exactly to the plate's edges."""

    image: Bgr
    text: str
    """A-Z 0-9 in reading order, separators and seals left out."""
    rows: int
    country: str


def random_plate(rng: np.random.Generator, typefaces: Sequence[Typeface], *, width_px: int = 520) -> Plate:
    """Any plate of any design, `width_px` wide.

    Raises:
        ValueError: no typeface was given.
    """
    weights = np.array([design.weight for design in DESIGNS])
    design = DESIGNS[int(np.searchsorted(np.cumsum(weights), rng.random() * weights.sum()))]
    return random_plate_of(design, rng, typefaces, width_px=width_px)


def random_plate_of(
    design: Design, rng: np.random.Generator, typefaces: Sequence[Typeface], *, width_px: int = 520
) -> Plate:
    """A plate of this design with a random text, `width_px` wide. Raises ValueError where no typeface covers it."""
    spelling = spell(design, rng)
    return render(design, spelling, rng, choose_face(design, spelling, rng, typefaces), width_px=width_px)


def spell(design: Design, rng: np.random.Generator) -> str:
    """A text that the design allows, with its separators, seals (`*`), emblems (`e`) and line breaks (`|`)."""
    pattern = design.patterns[int(rng.integers(len(design.patterns)))]
    letters = design.alphabet
    out: list[str] = []
    position = 0
    while position < len(pattern):
        character = pattern[position]
        position += 1
        if character == "{":
            end = pattern.index("}", position)
            codes = CODES[pattern[position:end]]
            out.append(codes[int(rng.integers(len(codes)))])
            position = end + 1
        elif character in "adnx":
            kind = rng.random() if character == "x" else (0.0 if character == "a" else 1.0)
            figures = FIGURES[1:] if character == "n" else FIGURES
            out.append(_one_of(letters if kind < 0.5 else figures, rng))
        else:
            out.append(character)
    return "".join(out)


def text_of(spelling: str) -> str:
    """What a reader should say: A-Z 0-9 only."""
    return "".join(character for character in spelling if character in FIGURES or character in designs.LATIN)


def choose_face(design: Design, spelling: str, rng: np.random.Generator, typefaces: Sequence[Typeface]) -> Typeface:
    """A typeface that has every character, of those that belong to the design if there is one."""
    text = text_of(spelling)
    able = [face for face in typefaces if face.covers(text)]
    own = [face for face in able if any(part in face.name for part in design.faces)]
    if not own or rng.random() < FOREIGN_FACE_SHARE:
        own = [face for face in able if not any(part in face.name for part in UNSURE_FACES)] or own
    if not own:
        raise ValueError(f"no typeface given has all characters of {text!r}")
    return own[int(rng.integers(len(own)))]


def render(design: Design, spelling: str, rng: np.random.Generator, face: Typeface, *, width_px: int = 520) -> Plate:
    """Draw the plate; colours, small words and wear are chosen by `rng`.

    Raises:
        KeyError: the typeface lacks a character of the text.
        ValueError: the text has more lines than the design.
    """
    px = width_px / design.width_mm
    height_px = max(8, round(design.height_mm * px))
    paper, ink = design.looks[int(rng.integers(len(design.looks)))]
    image = np.empty((height_px, width_px, 3), np.uint8)
    image[:] = _tinted(paper, rng, 10)
    ink = _tinted(ink, rng, 14)
    for mark in design.marks:
        _draw_mark(image, mark, _Print(face, ink, px, rng))
    parts = _lines_of(design, spelling)
    cover = np.zeros((height_px, width_px), np.uint8)
    setting = _Setting(face, px, float(rng.uniform(0.9, 1.12)), float(rng.uniform(-0.05, 0.42)), rng)
    for part, line in parts:
        _set_line(image, cover, part, line, setting)
    _blend(image, cover, ink)
    if px > 0.35 and rng.random() < 0.6:
        _emboss(image, cover, rng)
    _finish(image, design, ink, px, rng)
    return Plate(image, text_of(spelling), design.rows, design.country)


def letter(design: Design, spelling: str, face: Typeface, *, width_px: int) -> Mask:
    """Only the ink of the text, on nothing: 255 where it is. Raises as `render` does."""
    px = width_px / design.width_mm
    cover = np.zeros((max(8, round(design.height_mm * px)), width_px), np.uint8)
    setting = _Setting(face, px, 1.0, 0.0, np.random.default_rng(0))
    for part, line in _lines_of(design, spelling):
        _set_line(np.zeros((*cover.shape, 3), np.uint8), cover, part, line, setting)
    return cover


def _lines_of(design: Design, spelling: str) -> list[tuple[str, Line]]:
    parts = spelling.split("|")
    if len(parts) > len(design.lines):
        raise ValueError(f"{design.name}: {spelling!r} has more lines than the design")
    return list(zip(parts, design.lines, strict=False))


@dataclass(frozen=True, slots=True)
class _Setting:
    face: Typeface
    px: float
    squeeze: float
    dot: float
    """How far below the middle a full stop stands, as a share of the height."""
    rng: np.random.Generator


def _set_line(image: Bgr, cover: Mask, part: str, line: Line, setting: _Setting) -> None:
    """Letter one line, squeezed until it fits its box, in the middle of it."""
    height = (line.y2 - line.y1) * setting.px
    gap = 0.13 * height
    heights = [height * (line.letter_ratio if character in designs.LATIN else 1.0) for character in part]
    widths = [_advance(character, tall, setting) for character, tall in zip(part, heights, strict=True)]
    room = (line.x2 - line.x1) * setting.px
    wanted = sum(widths) + gap * max(0, len(part) - 1)
    shrink = min(1.0, room / max(wanted, 1.0))
    # Lines with room to spare are spaced out a little, as real ones are.
    spread = min(room / max(wanted, 1.0), 1.0 + 0.35 * float(setting.rng.random())) if shrink == 1.0 else 1.0
    gap = (gap + (wanted * spread - wanted) / max(1, len(part) - 1)) if shrink == 1.0 else gap * shrink
    x = line.x1 * setting.px + (room - sum(widths) * shrink - gap * (len(part) - 1)) / 2
    bottom = line.y2 * setting.px
    for character, tall, width in zip(part, heights, widths, strict=True):
        _set_character(image, cover, character, (x, bottom - tall, x + width * shrink, bottom), setting)
        x += width * shrink + gap


def _advance(character: str, height: float, setting: _Setting) -> float:
    fixed = {" ": 0.2, "-": 0.26, ".": 0.12, "*": 0.42, "e": 0.45}
    if character in fixed:
        return fixed[character] * height
    return setting.face.width_ratio(character) * height * setting.squeeze


def _set_character(
    image: Bgr, cover: Mask, character: str, box: tuple[float, float, float, float], setting: _Setting
) -> None:
    x1, y1, x2, y2 = (round(value) for value in box)
    middle, radius = (y1 + y2) // 2, max(1, (x2 - x1) // 2)
    rng = setting.rng
    match character:
        case " ":
            return
        case "-":
            half = max(1, (y2 - y1) // 14)
            cover[middle - half : middle + half, x1:x2] = 255
        case ".":
            cv2.circle(cover, ((x1 + x2) // 2, middle + round((y2 - y1) * setting.dot)), radius, 255, -1, cv2.LINE_AA)
        case "*":
            for y, colour in ((y1 + radius, _bright(rng)), (y2 - radius, designs.SILVER)):
                _seal(image, ((x1 + x2) // 2, y), radius, colour)
        case "e":
            _emblem(image, (x1, y1, x2, y2), rng)
        case _:
            mask = setting.face.mask(character, y2 - y1, x2 - x1)
            view = cover[y1 : y1 + mask.shape[0], x1 : x1 + mask.shape[1]]
            np.maximum(view, mask[: view.shape[0], : view.shape[1]], out=view)


@dataclass(frozen=True, slots=True)
class _Print:
    face: Typeface
    ink: Colour
    px: float
    rng: np.random.Generator


def _draw_mark(image: Bgr, mark: Mark, how: _Print) -> None:
    x1, y1, x2, y2 = (round(value * how.px) for value in (mark.x1, mark.y1, mark.x2, mark.y2))
    rng = how.rng
    colour = _one_of(mark.colours, rng)
    match mark.kind:
        case "rule":
            own = how.ink if mark.colours == (parts.BLACK,) else colour
            image[y1 : max(y2, y1 + 1), x1 : max(x2, x1 + 1)] = own
        case "fill":
            image[y1:y2, x1:x2] = colour
        case "band" | "state":
            _band(image, (x1, y1, x2, y2), _tinted(colour, rng, 15), stars=mark.kind == "band")
            _band_letters(image, (x1, y1, x2, y2), _one_of(mark.words or EU_STATES, rng))
        case "flag":
            edges = np.linspace(y1, y2, len(mark.colours) + 1).astype(int)
            for stripe, top, bottom in zip(mark.colours, edges, edges[1:], strict=False):
                image[top:bottom, x1:x2] = stripe
        case "dot" if rng.random() < 0.75:
            cv2.circle(image, ((x1 + x2) // 2, (y1 + y2) // 2), max(1, (x2 - x1) // 2), colour, -1, cv2.LINE_AA)
        case "disc":
            _seal(image, ((x1 + x2) // 2, (y1 + y2) // 2), max(1, (x2 - x1) // 2), colour)
        case "words" if rng.random() < 0.85:
            _words(image, (x1, y1, x2, y2), _one_of(mark.words, rng), _Small(how.face, colour))
        case "wash":
            _wash(image, colour, rng)


@dataclass(frozen=True, slots=True)
class _Small:
    face: Typeface
    colour: Colour


def _words(image: Bgr, box: tuple[int, int, int, int], words: str, small: _Small) -> None:
    """Small print, in the plate's own typeface where it has the letters; `-` is a space."""
    x1, y1, x2, y2 = box
    height = y2 - y1
    if height < 3:
        return
    known = [character if character in small.face.glyphs else " " for character in words]
    advances = [height * (0.35 if c == " " else small.face.width_ratio(c) + 0.16) for c in known]
    shrink = min(1.0, (x2 - x1) / max(1.0, sum(advances)))
    x = x1 + ((x2 - x1) - sum(advances) * shrink) / 2
    cover = np.zeros(image.shape[:2], np.uint8)
    for character, advance in zip(known, advances, strict=True):
        if character != " ":
            mask = small.face.mask(character, height, max(1, round((advance - 0.16 * height) * shrink)))
            view = cover[y1 : y1 + mask.shape[0], round(x) : round(x) + mask.shape[1]]
            view[:] = mask[: view.shape[0], : view.shape[1]]
        x += advance * shrink
    view_of = np.s_[y1 : y2 + 1, x1 : x2 + 1]
    _blend(image[view_of], cover[view_of], small.colour)


def _band(image: Bgr, box: tuple[int, int, int, int], colour: Colour, *, stars: bool) -> None:
    """The blue band at the end, with its ring of stars where it has one."""
    x1, y1, x2, y2 = box
    image[y1:y2, x1:x2] = colour
    width, height = x2 - x1, y2 - y1
    if not stars or width < 6:
        return
    centre = np.array([x1 + width / 2, y1 + height * 0.32])
    angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    spots = np.round(centre + 0.3 * width * np.stack([np.cos(angles), np.sin(angles)], 1)).astype(int)
    for x, y in spots.tolist():
        cv2.circle(image, (x, y), max(0, width // 26), STAR, -1, cv2.LINE_AA)


def _band_letters(image: Bgr, box: tuple[int, int, int, int], letters: str) -> None:
    x1, y1, x2, y2 = box
    width = x2 - x1
    if width < 8 or not letters:
        return
    scale = min(0.42, 0.6 / len(letters)) * width / 10
    (wide, _), _ = cv2.getTextSize(letters, cv2.FONT_HERSHEY_SIMPLEX, scale, 1)
    spot = (x1 + (width - wide) // 2, y1 + round((y2 - y1) * 0.86))
    cv2.putText(image, letters, spot, cv2.FONT_HERSHEY_SIMPLEX, scale, designs.WHITE, max(1, width // 16), cv2.LINE_AA)


def _wash(image: Bgr, colour: Colour, rng: np.random.Generator) -> None:
    """A pale landscape behind the lettering, as on many plates of the United States."""
    height, width = image.shape[:2]
    ramp = np.abs(np.linspace(-1, 1, height) - rng.uniform(-0.8, 0.8))[:, None, None] * rng.uniform(0.2, 0.75)
    ramp = np.clip(ramp, 0, 0.85)
    image[:] = (image * (1 - ramp) + np.array(colour) * ramp).astype(np.uint8)
    if rng.random() < 0.6:
        horizon = height * rng.uniform(0.55, 0.85)
        xs = np.linspace(0, width, 9)
        ys = horizon + rng.uniform(-0.12, 0.12, 9) * height
        hills = np.vstack([np.stack([xs, ys], 1), [[width, height], [0, height]]]).astype(np.int32)
        layer = image.copy()
        cv2.fillPoly(layer, [hills], _tinted((140, 150, 150), rng, 80))
        cv2.addWeighted(layer, 0.35, image, 0.65, 0, dst=image)


def _seal(image: Bgr, centre: tuple[int, int], radius: int, colour: Colour) -> None:
    cv2.circle(image, centre, radius, colour, -1, cv2.LINE_AA)
    cv2.circle(image, centre, max(1, radius - 1), (120, 120, 120), 1, cv2.LINE_AA)
    cv2.circle(image, centre, max(1, radius // 2), tuple(int(c * 0.7) for c in colour), -1, cv2.LINE_AA)


def _emblem(image: Bgr, box: tuple[int, int, int, int], rng: np.random.Generator) -> None:
    """A coat of arms or a state's outline: a coloured shape with a little inside."""
    x1, y1, x2, y2 = box
    top, bottom = y1 + (y2 - y1) // 5, y2 - (y2 - y1) // 5
    middle = (x1 + x2) // 2
    shape = np.array(
        [[x1, top], [x2, top], [x2, (top + bottom) // 2 + 2], [middle, bottom], [x1, (top + bottom) // 2 + 2]]
    )
    if rng.random() < 0.4:
        shape = shape + rng.integers(-2, 3, shape.shape)
    cv2.fillPoly(image, [shape.astype(np.int32)], _bright(rng), cv2.LINE_AA)
    cv2.line(image, (middle, top), (middle, bottom), _bright(rng), max(1, (x2 - x1) // 8), cv2.LINE_AA)


def _emboss(image: Bgr, cover: Mask, rng: np.random.Generator) -> None:
    """Pressed letters: one side catches the light, the other lies in shadow."""
    strength = rng.uniform(0.1, 0.35)
    slope = cover.astype(np.int16)
    slope[1:, 1:] -= cover[:-1, :-1]
    change = (slope * strength * (1 if rng.random() < 0.5 else -1)).astype(np.int16)
    image[:] = np.clip(image.astype(np.int16) + change[:, :, None], 0, 255).astype(np.uint8)


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


def _blend(image: Bgr, cover: Mask, ink: Colour) -> None:
    share = cv2.merge((cover, cover, cover))
    colour = np.empty_like(image)
    colour[:] = ink
    image[:] = cv2.add(
        cv2.multiply(image, cv2.bitwise_not(share), scale=1 / 255), cv2.multiply(colour, share, scale=1 / 255)
    )


def _tinted(colour: Colour, rng: np.random.Generator, amount: int) -> Colour:
    shift = rng.integers(-amount, amount + 1, 3) // 2 + int(rng.integers(-amount, amount + 1))
    blue, green, red = (int(min(255, max(0, value))) for value in np.array(colour) + shift)
    return blue, green, red


def _bright(rng: np.random.Generator) -> Colour:
    blue, green, red = (int(value) for value in rng.integers(40, 230, 3))
    return blue, green, red


def _one_of(choices: Sequence[_T], rng: np.random.Generator) -> _T:
    return choices[int(rng.integers(len(choices)))]
