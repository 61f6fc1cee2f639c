"""Everything on a plate that is not its number: bands, flags, seals, emblems, small words, stickers, pictures.

None of it is text that a reader should say; that is why there is so much of it.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from anprd.records import Bgr
from anprd.training.render.designs import LATIN, SILVER, WHITE, Colour, Mark, parts
from anprd.training.render.ink import BOLD, Box, blend, bright, one_of, tinted, width_at_one, write
from anprd.training.render.typeface import Mask, Typeface

STAR: Colour = (40, 215, 250)
CHEQUER_RED: Colour = (40, 30, 200)
EU_STATES = ("D", "F", "I", "E", "PL", "CZ", "SK", "NL", "RO", "H", "B", "TR", "A", "S", "LT", "HR")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
BAND_LETTERS_RATIO = 0.72  # of the band's width: the border line, drawn over it, leaves as much
EMBLEMS = ("arms", "outline", "tree", "bear", "disc")


@dataclass(frozen=True, slots=True)
class Print:
    """With what a plate's small things are printed."""

    face: Typeface
    ink: Colour
    px: float
    """Pixels a millimetre."""
    rng: np.random.Generator


def draw(image: Bgr, mark: Mark, how: Print) -> None:
    """The mark, in place; by its own chance nothing."""
    rng = how.rng
    if mark.chance < 1 and rng.random() >= mark.chance:
        return
    box = _pixels(mark, how.px)
    match mark.kind:
        case "band" | "state":
            _band(image, box, tinted(one_of(mark.colours, rng), rng, 15), stars=mark.kind == "band")
            _band_letters(image, box, one_of(mark.words or EU_STATES, rng))
        case "words":
            _words(image, box, one_of(mark.words, rng), Print(how.face, one_of(mark.colours, rng), how.px, rng))
        case "sticker":
            _sticker(image, box, rng)
        case "picture":
            _picture(image, box, rng)
        case "wash":
            _wash(image, one_of(mark.colours, rng), rng)
        case _:
            _flat(image, mark, box, how)


def _flat(image: Bgr, mark: Mark, box: Box, how: Print) -> None:
    x1, y1, x2, y2 = box
    colour = one_of(mark.colours, how.rng)
    match mark.kind:
        case "rule":
            own = how.ink if mark.colours == (parts.BLACK,) else colour
            image[y1 : max(y2, y1 + 1), x1 : max(x2, x1 + 1)] = own
        case "fill":
            image[y1:y2, x1:x2] = colour
        case "flag":
            edges = np.linspace(y1, y2, len(mark.colours) + 1).astype(int)
            for stripe, top, bottom in zip(mark.colours, edges, edges[1:], strict=False):
                image[top:bottom, x1:x2] = stripe
        case "dot":
            cv2.circle(image, ((x1 + x2) // 2, (y1 + y2) // 2), max(1, (x2 - x1) // 2), colour, -1, cv2.LINE_AA)
        case "disc":
            seal(image, ((x1 + x2) // 2, (y1 + y2) // 2), max(1, (x2 - x1) // 2), colour)


def seal(image: Bgr, centre: tuple[int, int], radius: int, colour: Colour) -> None:
    """A round sticker, such as Germany's two."""
    cv2.circle(image, centre, radius, colour, -1, cv2.LINE_AA)
    cv2.circle(image, centre, max(1, radius - 1), (120, 120, 120), 1, cv2.LINE_AA)
    cv2.circle(image, centre, max(1, radius // 2), tuple(int(c * 0.7) for c in colour), -1, cv2.LINE_AA)


def emblem(image: Bgr, box: Box, kind: str, how: Print) -> None:
    """What stands between the characters of a number: a coat of arms, a state's outline, a tree, a rider."""
    rng = how.rng
    x1, y1, x2, y2 = box
    top, bottom = y1 + (y2 - y1) // 6, y2 - (y2 - y1) // 6
    inner = (x1, top, x2, bottom)
    match one_of(EMBLEMS, rng) if kind == "any" else kind:
        case "chequers":
            _chequers(image, (x1, top, x2, bottom - (bottom - top) // 8))
        case "outline":
            spots = _blob(inner, rng, 0.35)
            cv2.fillPoly(image, [spots], tinted(how.ink, rng, 40) if rng.random() < 0.6 else bright(rng), cv2.LINE_AA)
        case "tree":
            middle = (x1 + x2) // 2
            crown = np.array([[middle, y1], [x2, bottom], [x1, bottom]], np.int32)
            shape = crown if rng.random() < 0.5 else _blob((x1, y1, x2, bottom), rng, 0.15)
            cv2.fillPoly(image, [shape], tinted((60, 130, 60), rng, 70), cv2.LINE_AA)
            cv2.line(image, (middle, bottom), (middle, y2), (40, 60, 70), max(1, (x2 - x1) // 6))
        case "bear":
            cv2.fillPoly(image, [_blob((x1, y1, x2, y2), rng, 0.6)], tinted(how.ink, rng, 20), cv2.LINE_AA)
        case "disc":
            seal(image, ((x1 + x2) // 2, (y1 + y2) // 2), max(1, (x2 - x1) // 2), bright(rng))
        case "han":
            _strokes(image, (x1, y1, x2, y2), how)
        case _:
            _arms(image, inner, rng)


def stacked(cover: Mask, box: Box, how: Print) -> None:
    """Two small letters, one above the other, as wide as the box."""
    x1, y1, x2, y2 = box
    tall, wide = max(2, (y2 - y1) * 45 // 100), max(1, x2 - x1)
    for top in (y1, y2 - tall):
        letter = one_of([character for character in LATIN if character in how.face.glyphs], how.rng)
        own = max(1, min(wide, round(how.face.width_ratio(letter) * tall)))
        mask = how.face.mask(letter, tall, own)
        view = cover[top : top + tall, x1 : x1 + own]
        np.maximum(view, mask[: view.shape[0], : view.shape[1]], out=view)


def _pixels(mark: Mark, px: float) -> Box:
    x1, y1, x2, y2 = (round(value * px) for value in (mark.x1, mark.y1, mark.x2, mark.y2))
    return x1, y1, x2, y2


def _words(image: Bgr, box: Box, words: str, how: Print) -> None:
    """Small print: capitals now and then in the plate's own typeface."""
    known = all(character in how.face.glyphs or character == " " for character in words)
    if not known or how.rng.random() < 0.6:
        write(image, box, words, how.ink, how.rng)
        return
    x1, y1, x2, y2 = box
    height = y2 - y1
    if height < 3:
        return
    advances = [height * (0.35 if c == " " else how.face.width_ratio(c) + 0.16) for c in words]
    shrink = min(1.0, (x2 - x1) / max(1.0, sum(advances)))
    x = x1 + ((x2 - x1) - sum(advances) * shrink) / 2
    cover = np.zeros(image.shape[:2], np.uint8)
    for character, advance in zip(words, advances, strict=True):
        if character != " ":
            mask = how.face.mask(character, height, max(1, round((advance - 0.16 * height) * shrink)))
            view = cover[y1 : y1 + mask.shape[0], round(x) : round(x) + mask.shape[1]]
            view[:] = mask[: view.shape[0], : view.shape[1]]
        x += advance * shrink
    view_of = np.s_[y1 : y2 + 1, x1 : x2 + 1]
    blend(image[view_of], cover[view_of], how.ink)


def _band(image: Bgr, box: Box, colour: Colour, *, stars: bool) -> None:
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


def _band_letters(image: Bgr, box: Box, letters: str) -> None:
    x1, y1, x2, y2 = box
    width = x2 - x1
    if width < 8 or not letters:
        return
    face, thick = cv2.FONT_HERSHEY_SIMPLEX, max(1, width // 16)
    scale = min(0.042, BAND_LETTERS_RATIO / width_at_one(letters, face)) * width
    (wide, _), _ = cv2.getTextSize(letters, face, scale, min(thick, BOLD))
    spot = (x1 + (width - wide) // 2, y1 + round((y2 - y1) * 0.86))
    cv2.putText(image, letters, spot, face, scale, WHITE, thick, cv2.LINE_AA)


def _sticker(image: Bgr, box: Box, rng: np.random.Generator) -> None:
    """A month or a year on a coloured ground."""
    x1, y1, x2, y2 = box
    ground = bright(rng) if rng.random() < 0.8 else WHITE
    image[y1:y2, x1:x2] = ground
    words = one_of(MONTHS, rng) if rng.random() < 0.4 else f"{int(rng.integers(100)):02d}"
    if rng.random() < 0.2:
        words = f"{int(rng.integers(1, 13))}-{int(rng.integers(100)):02d}"
    colour: Colour = (20, 20, 20) if sum(ground) > 380 else (240, 240, 240)
    write(image, (x1 + 1, y1 + 1, x2 - 1, y2 - 1), words, colour, rng)


def _picture(image: Bgr, box: Box, rng: np.random.Generator) -> None:
    """Something drawn: two or three blobs of colour."""
    for _ in range(int(rng.integers(1, 4))):
        cv2.fillPoly(image, [_blob(box, rng, 0.5)], bright(rng), cv2.LINE_AA)


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
        cv2.fillPoly(layer, [hills], tinted((140, 150, 150), rng, 80))
        cv2.addWeighted(layer, 0.35, image, 0.65, 0, dst=image)


def _blob(box: Box, rng: np.random.Generator, unrest: float) -> Mask:
    """A closed outline with 9 corners that nearly fills the box: (9, 2) int32."""
    x1, y1, x2, y2 = box
    angles = np.linspace(0, 2 * np.pi, 9, endpoint=False)
    reach = rng.uniform(1 - unrest, 1, 9)
    x = (x1 + x2) / 2 + np.cos(angles) * reach * (x2 - x1) / 2
    y = (y1 + y2) / 2 + np.sin(angles) * reach * (y2 - y1) / 2
    return np.round(np.stack([x, y], 1)).astype(np.int32)  # type: ignore[return-value]


def _arms(image: Bgr, box: Box, rng: np.random.Generator) -> None:
    x1, top, x2, bottom = box
    middle, waist = (x1 + x2) // 2, (top + bottom) // 2 + 2
    shape = np.array([[x1, top], [x2, top], [x2, waist], [middle, bottom], [x1, waist]])
    if rng.random() < 0.4:
        shape = shape + rng.integers(-2, 3, shape.shape)
    cv2.fillPoly(image, [shape.astype(np.int32)], bright(rng), cv2.LINE_AA)
    cv2.line(image, (middle, top), (middle, bottom), bright(rng), max(1, (x2 - x1) // 8), cv2.LINE_AA)


def _chequers(image: Bgr, box: Box) -> None:
    """Croatia's arms: five by five squares, red and white."""
    x1, y1, x2, y2 = box
    xs, ys = np.linspace(x1, x2, 6).astype(int), np.linspace(y1, y2, 6).astype(int)
    for row in range(5):
        for column in range(5):
            colour = CHEQUER_RED if (row + column) % 2 == 0 else WHITE
            image[ys[row] : ys[row + 1], xs[column] : xs[column + 1]] = colour
    cv2.line(image, (x1, max(0, y1 - 2)), (x2, max(0, y1 - 2)), (170, 120, 60), max(1, (y2 - y1) // 10))


def _strokes(image: Bgr, box: Box, how: Print) -> None:
    """Something like a Chinese character: strokes across and down."""
    x1, y1, x2, y2 = box
    thick = max(1, (y2 - y1) // 12)
    for index in range(int(how.rng.integers(5, 9))):
        if index % 2:
            y = int(how.rng.integers(y1, y2 + 1))
            cv2.line(image, (x1, y), (x2, y), how.ink, thick, cv2.LINE_AA)
        else:
            x, lean = (int(value) for value in how.rng.integers(x1, x2 + 1, 2))
            cv2.line(image, (x, y1), ((x + lean) // 2, y2), how.ink, thick, cv2.LINE_AA)


def emblem_ratio(kind: str) -> float:
    """Width of an emblem over the height of the characters."""
    return {"han": 0.8, "tree": 0.55, "outline": 0.5, "bear": 0.7}.get(kind, 0.45)


def worn_seals(image: Bgr, box: Box, rng: np.random.Generator) -> None:
    """Germany's two seals, one above the other."""
    x1, y1, x2, y2 = box
    radius = max(1, (x2 - x1) // 2)
    for y, colour in ((y1 + radius, bright(rng)), (y2 - radius, SILVER)):
        seal(image, ((x1 + x2) // 2, y), radius, colour)
