"""What is taken for a plate and is none: shop signs, lettered badges, texts that a camera burns in, wheel rims.

They are put into photos without a label (hard negatives). Nothing here looks like a plate to an eye: a board with one
short word of capitals and digits in a plate's proportions would be one.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import cv2
import numpy as np

from anprd.records import Bgr, Box
from anprd.training.render import places
from anprd.training.render.ink import blend, bright, lay_over, one_of, sheet, write
from anprd.training.render.surroundings import BADGES
from anprd.training.render.typeface import Mask
from anprd.training.render.wear import DEALERS

COUNT_MAX = 4
WIDTH_PX_MIN, WIDTH_RATIO_MAX = 20, 0.45  # of the photo's width
MARGIN_RATIO = 0.25  # of its width, kept clear around a plate: its edge is still its own
SKEW_MAX = 0.12  # of a side, how far a corner is moved as perspective would
INWARD = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)])  # top left, top right, bottom right, bottom left
DRAWN_PX = 320  # how wide a decoy is drawn before it is shrunk
OVERLAY_SHARE = 0.35  # of the photos get a camera's text

SHOPS = (
    "BAKERY", "Cafe Central", "PHARMACY", "APOTHEKE", "Frisor", "HOTEL", "OPEN", "SALE -50%", "PIZZA 24h", "Supermarkt",
    "FARMACIA", "APTEKA", "SKLEP", "TO LET", "FOR SALE", "PARKING", "NO ENTRY", "EXIT", "Main St", "Rue de Paris",
    "TAXI 222-333", "+49 30 123456", "8 800 555 35 35", "www.shop.com", "POLICE", "AMBULANCE", "EXPRESS", "Cola",
    "SCHOOL BUS", "CAUTION", "MAX 30 km/h", "BANK", "METRO", "U-BAHN", "Livraison", "Blumen", "Elektro Meier", "TYRES",
)  # fmt: skip
OVERLAYS = (
    "2026-05-14 20:41:17", "14/05/2026 08:03:22", "CAM 1", "CH02", "Camera 03", "ENTRANCE", "GATE NORTH 02", "087 km/h",
    "Lane 2", "REC", "05-14-2026 Thu 11:20:09", "IPC", "PARKING LEVEL -1", "N 52.3702 E 4.8952", "00:12:45:07",
)  # fmt: skip
METALS = ((200, 200, 200), (235, 235, 235), (150, 150, 150), (60, 60, 60), (20, 20, 20), (70, 160, 190))


class Decoy(NamedTuple):
    """A picture and its cover, (h, w) uint8: 255 where it hides what is behind."""

    image: Bgr
    cover: Mask


def add(rng: np.random.Generator, photo: Bgr, *, taken: Sequence[Box]) -> list[Box]:
    """Put some decoys into the photo, in place, where nothing is `taken`; returns where they are."""
    kept_clear = [_grown(box) for box in taken]
    placed: list[Box] = []
    for _ in range(int(rng.integers(COUNT_MAX + 1))):
        decoy = _seen(one_of(_KINDS, rng)(rng), rng)
        place = _place(rng, photo, decoy, [*kept_clear, *placed])
        if place is not None:
            _lay(photo, decoy, place, rng)
            placed.append(place)
    if rng.random() < OVERLAY_SHARE:
        placed += _burnt_in(photo, rng, [*kept_clear, *placed])
    return placed


def sign(rng: np.random.Generator) -> Decoy:
    """A board with one or two lines of words."""
    height = int(DRAWN_PX * rng.uniform(0.14, 0.6))
    ground, ink = _contrast(rng)
    image = sheet(DRAWN_PX, height, ground)
    if rng.random() < 0.4:
        cv2.rectangle(image, (3, 3), (DRAWN_PX - 4, height - 4), ink, int(rng.integers(1, 6)))
    lines = 1 if height < DRAWN_PX * 0.3 or rng.random() < 0.4 else 2
    for line in range(lines):
        top, bottom = (round(height * (line + part) / lines) for part in (0.15, 0.85))
        write(image, (14, top, DRAWN_PX - 14, bottom), one_of(SHOPS + DEALERS, rng), ink, rng)
    return Decoy(image, np.full((height, DRAWN_PX), 255, np.uint8))


def badge(rng: np.random.Generator) -> Decoy:
    """The letters of a model or a make on bodywork, with their shadow; or an oval with such letters."""
    height = int(DRAWN_PX * rng.uniform(0.15, 0.4))
    metal = one_of(METALS, rng)
    box = (8, 8, DRAWN_PX - 8, height - 8)
    words = one_of(BADGES, rng)
    if rng.random() < 0.3:
        image, cover = sheet(DRAWN_PX, height, metal), np.zeros((height, DRAWN_PX), np.uint8)
        centre, axes = (DRAWN_PX // 2, height // 2), (DRAWN_PX // 2 - 4, height // 2 - 2)
        cv2.ellipse(cover, centre, axes, 0, 0, 360, 255, -1, cv2.LINE_AA)
        dark = (30, 30, 30) if sum(metal) > 380 else (230, 230, 230)
        write(image, (50, height // 4, DRAWN_PX - 50, height * 3 // 4), words, dark, rng)
        return Decoy(image, cover)
    letters = sheet(DRAWN_PX, height, (0, 0, 0))
    write(letters, box, words, (255, 255, 255), rng)
    cover = np.asarray(letters[..., 0], np.uint8)
    shadow = cv2.warpAffine(cover, np.array([[1.0, 0, 2], [0, 1, 3]]), (DRAWN_PX, height))
    image = sheet(DRAWN_PX, height, (15, 15, 15))
    blend(image, cover, metal)
    return Decoy(image, np.maximum(cover, shadow).astype(np.uint8))


def rim(rng: np.random.Generator) -> Decoy:
    """A wheel: the tyre, a rim with five to twelve spokes, and the hub."""
    side = DRAWN_PX
    centre, tyre = (side // 2, side // 2), side // 2 - 4
    image, cover = sheet(side, side, (18, 18, 18)), np.zeros((side, side), np.uint8)
    cv2.circle(cover, centre, tyre, 255, -1, cv2.LINE_AA)
    metal = one_of(METALS[:3], rng)  # the light ones: it stands before a black tyre
    radius = tyre * rng.uniform(0.62, 0.82)
    cv2.circle(image, centre, round(radius), metal, int(rng.integers(4, 14)), cv2.LINE_AA)
    spokes, thick = int(rng.integers(5, 13)), int(rng.integers(6, 26))
    for angle in np.arange(spokes) * 2 * np.pi / spokes + rng.uniform(0, 1):
        end = (round(centre[0] + radius * np.cos(angle)), round(centre[1] + radius * np.sin(angle)))
        cv2.line(image, centre, end, metal, thick, cv2.LINE_AA)
    cv2.circle(image, centre, round(radius * rng.uniform(0.15, 0.3)), metal, -1, cv2.LINE_AA)
    return Decoy(image, cover)


_KINDS: tuple[Callable[[np.random.Generator], Decoy], ...] = (sign, sign, badge, rim)


def _seen(decoy: Decoy, rng: np.random.Generator) -> Decoy:
    """As a camera sees it: from aside, in some light."""
    height, width = decoy.cover.shape
    square = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    moved = square + rng.uniform(0, SKEW_MAX, (4, 2)) * INWARD * (width, height)
    warp = cv2.getPerspectiveTransform(square, moved.astype(np.float32))
    image = cv2.warpPerspective(decoy.image, warp, (width, height), borderMode=cv2.BORDER_REPLICATE)
    cover = cv2.warpPerspective(decoy.cover, warp, (width, height))
    image = cv2.convertScaleAbs(image, alpha=float(rng.uniform(0.4, 1.1)), beta=float(rng.uniform(0, 30)))
    return Decoy(np.asarray(image, np.uint8), np.asarray(cover, np.uint8))


def _place(rng: np.random.Generator, photo: Bgr, decoy: Decoy, taken: Sequence[Box]) -> Box | None:
    ratio = decoy.cover.shape[0] / decoy.cover.shape[1]
    found = places.free(
        rng,
        photo.shape[:2],
        lambda drawn_px: (round(drawn_px), max(6, round(round(drawn_px) * ratio))),
        width_px_min=WIDTH_PX_MIN,
        width_ratio_max=WIDTH_RATIO_MAX,
        taken=taken,
    )
    return None if found is None else found[0]


def _lay(photo: Bgr, decoy: Decoy, place: Box, rng: np.random.Generator) -> None:
    """Shrunk to its place, as sharp as chance has it."""
    x, y, wide, tall = (round(value) for value in (place.x1, place.y1, place.width, place.height))
    interpolation = cv2.INTER_AREA if wide < decoy.cover.shape[1] else cv2.INTER_LINEAR
    image = cv2.resize(decoy.image, (wide, tall), interpolation=interpolation)
    cover = cv2.resize(decoy.cover, (wide, tall), interpolation=interpolation)
    if rng.random() < 0.5:
        sigma = float(rng.uniform(0.3, 1.2))
        image, cover = (cv2.GaussianBlur(layer, (0, 0), sigma) for layer in (image, cover))
    lay_over(photo[y : y + tall, x : x + wide], image, cover[..., None].astype(np.float32) / 255)


def _burnt_in(photo: Bgr, rng: np.random.Generator, taken: Sequence[Box]) -> list[Box]:
    """A camera's texts at the photo's edges: white, yellow or green, bare, with an outline or on a dark bar."""
    height, width = photo.shape[:2]
    placed: list[Box] = []
    for _ in range(int(rng.integers(1, 3))):
        tall = max(8, round(height * rng.uniform(0.025, 0.08)))
        wide = min(width - 4, round(tall * rng.uniform(4, 14)))
        x = int(one_of((2, width - wide - 2, (width - wide) // 2), rng))
        y = int(one_of((2, height - tall - 2), rng))
        place = Box(x, y, x + wide, y + tall)
        if any(place.intersection(box) > 0 for box in [*taken, *placed]):
            continue
        colour = one_of(((255, 255, 255), (255, 255, 255), (0, 255, 255), (0, 255, 0)), rng)
        letters = sheet(wide, tall, (0, 0, 0))
        write(letters, (2, 1, wide - 2, tall - 1), one_of(OVERLAYS, rng), (255, 255, 255), rng)
        part, cover = photo[y : y + tall, x : x + wide], np.asarray(letters[..., 0], np.uint8)
        if rng.random() < 0.25:
            part[:] = 0
        elif rng.random() < 0.6:
            part[cv2.dilate(cover, np.ones((3, 3), np.uint8)) > 0] = 0
        blend(part, cover, colour)
        placed.append(place)
    return placed


def _contrast(rng: np.random.Generator) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """The colours of a board and of its words."""
    light, dark = (240, 240, 240), (25, 25, 25)
    colour = bright(rng)
    pairs = ((light, dark), (dark, light), (colour, light), (colour, dark), (light, colour))
    return one_of(pairs, rng)


def _grown(box: Box) -> Box:
    margin = MARGIN_RATIO * box.width
    return Box(box.x1 - margin, box.y1 - margin, box.x2 + margin, box.y2 + margin)
