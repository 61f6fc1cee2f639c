"""What years and weather do to a plate, how it throws light back, and the holder that it hangs in."""

import cv2
import numpy as np
from numpy.typing import NDArray

from anprd.records import Bgr
from anprd.training.render.ink import blend, one_of, write

Points = NDArray[np.float64]
DEALERS = (
    "TOYOTA", "HONDA", "FORD", "Mercedes-Benz", "www.autohaus.de", "AUTO WIEN", "Renault", "VOLVO", "Opel-Center",
    "HYUNDAI OF SALEM", "Subaru", "Skoda", "AUTOSALON", "www.cars4u.co.uk", "Suzuki", "KIA MOTORS", "Jeep", "AutoNova",
    "Tel. 0171 555", "GARAGE", "Peugeot", "Concessionaria", "BMW", "Dacia", "I LOVE MY DOG", "GO TIGERS", "ALUMNI",
    "MY OTHER CAR", "UNIVERSITY", "Salon samochodowy", "www.autocenter.ru", "LADA", "Audi Zentrum", "Citroen", "NISSAN",
)  # fmt: skip
COUNTRY_SIGNS = ("B", "B", "B", "D", "NL", "F", "GB", "E", "I", "A", "S", "CH", "PL")
SIGN_SHARE = 0.03  # of the plates have a country's sign beside them, which is no character of the number
SHIFT = 4
FINE = 1 << SHIFT  # ends of scratches are drawn to a sixteenth of a pixel
SPREAD_MIN = 45  # grey levels between ink and paper that a plate keeps under infrared light


def worn(flat: Bgr, rng: np.random.Generator) -> Bgr:
    """Dirt, mud, snow, scratches, lost paint, a shadow's edge, a glare: on the plate itself."""
    chances = rng.random(8)
    if chances[0] < 0.25:
        flat = _dusty(flat, rng)
    if chances[1] < 0.1:
        flat = _splashed(flat, rng)
    if chances[2] < 0.1:
        _speckle(flat, rng)
    if chances[3] < 0.22:
        flat = _half_plane(flat, rng, float(rng.uniform(0.3, 0.8)))
    if chances[4] < 0.08:
        flat = _glaring(flat, rng)
    if chances[5] < 0.06:
        flat = _faded(flat, rng)
    if chances[6] < 0.12:
        flat = _grimed(flat, rng)
    if chances[7] < 0.12:
        _scratch(flat, rng)
    return flat


def lit(flat: Bgr, *, night: bool, rng: np.random.Generator) -> Bgr:
    """Plates throw light back: at night they are brighter than everything near, up to a washed-out text."""
    if not night:
        contrast = float(rng.uniform(0.6, 1.0))
        return cv2.convertScaleAbs(flat, alpha=contrast, beta=float(rng.uniform(0, 35))).astype(np.uint8)
    if rng.random() < 0.5:
        flat = _infrared(flat, rng)
    ink = float(rng.triangular(0, 20, 120))
    gain = (255 - ink) / 255 * float(rng.uniform(0.5, 1.3))
    return cv2.convertScaleAbs(flat, alpha=gain, beta=ink).astype(np.uint8)


def framed(flat: Bgr, rng: np.random.Generator) -> tuple[Bgr, Points]:
    """Put a holder around most plates, often with words above or below; also say where the plate is in it."""
    height, width = flat.shape[:2]
    if rng.random() < 0.35:
        return flat, _outline(width, height, 0, 0)
    if rng.random() < SIGN_SHARE and width > 2 * height:
        return _with_sign(flat, rng), _outline(width, height, 0, 0)
    left = right = int(width * rng.uniform(0.005, 0.04))
    top, bottom = int(height * rng.uniform(0, 0.12)), int(height * rng.uniform(0.02, 0.24))
    if rng.random() < 0.12:
        top, bottom = bottom, top
    level = int(rng.integers(8, 60)) if rng.random() < 0.75 else int(rng.integers(60, 240))
    colour = (level, level, level)
    if rng.random() < 0.35:  # the holder covers the plate's edge, and what is printed there
        over, aside = max(1, int(height * rng.uniform(0, 0.06))), max(1, int(width * rng.uniform(0, 0.012)))
        cv2.rectangle(flat, (aside // 2, over // 2), (width - 1 - aside // 2, height - 1 - over // 2), colour, over)
    held = cv2.copyMakeBorder(flat, top, bottom, left, right, cv2.BORDER_CONSTANT, value=colour).astype(np.uint8)
    bright = int(rng.integers(120, 250)) if level < 120 else 20
    for y1, y2 in ((0, top), (top + height, top + height + bottom)):
        if y2 - y1 >= 6 and rng.random() < 0.65:
            margin = int(width * rng.uniform(0.02, 0.3))
            box = (left + margin, y1 + (y2 - y1) // 8, left + width - margin, y2 - (y2 - y1) // 8)
            write(held, box, one_of(DEALERS, rng), (bright, bright, bright), rng)
    return held, _outline(width, height, left, top)


def _with_sign(flat: Bgr, rng: np.random.Generator) -> Bgr:
    """The plate with the country's letters at its right, on a panel of their own."""
    height, width = flat.shape[:2]
    room, gap = int(height * rng.uniform(0.6, 1.1)), max(1, int(height * rng.uniform(0.01, 0.12)))
    dark, level = int(rng.integers(10, 60)), int(rng.integers(190, 245))
    beside = cv2.copyMakeBorder(flat, 0, 0, 0, room + gap, cv2.BORDER_CONSTANT, value=(dark, dark, dark))
    left, inset = width + gap, max(1, height // 20)
    if rng.random() < 0.5:
        centre, axes = (left + room // 2, height // 2), (max(1, room // 2 - inset), max(1, height // 2 - inset))
        cv2.ellipse(beside, centre, axes, 0, 0, 360, (level, level, level), -1, cv2.LINE_AA)
    else:
        cv2.rectangle(beside, (left, inset), (left + room - 1, height - 1 - inset), (level, level, level), -1)
    box = (left + room // 5, height // 4, left + room - room // 5, height - height // 4)
    write(beside.astype(np.uint8, copy=False), box, one_of(COUNTRY_SIGNS, rng), (dark, dark, dark), rng)
    return np.asarray(beside, np.uint8)


def _outline(width: int, height: int, left: int, top: int) -> Points:
    edge = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    return np.asarray(edge + np.array([left, top]))


def _cloud(rng: np.random.Generator, width: int, height: int) -> NDArray[np.float32]:
    """Smooth noise, about 0 to 1."""
    coarse = rng.random((int(rng.integers(3, 8)), int(rng.integers(4, 14))), np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def _covered(flat: Bgr, share: NDArray[np.float32], colour: NDArray[np.float64]) -> Bgr:
    """`share` (0 to 1) of each pixel becomes the colour, in place."""
    part = cv2.convertScaleAbs(share, alpha=255).astype(np.uint8)
    blue, green, red = (float(level) for level in np.clip(colour, 0, 255))
    blend(flat, part, (round(blue), round(green), round(red)))
    return flat


def _dusty(flat: Bgr, rng: np.random.Generator) -> Bgr:
    height, width = flat.shape[:2]
    share = np.clip(_cloud(rng, width, height) - rng.uniform(0.1, 0.6), 0, 1) * rng.uniform(0.3, 0.85)
    return _covered(flat, share, rng.uniform(50, 130) * np.array([0.75, 0.9, 1.0]))


def _grimed(flat: Bgr, rng: np.random.Generator) -> Bgr:
    """A winter's film over all of it: ink and paper nearly the same brown, as on the photos that are misread most."""
    height, width = flat.shape[:2]
    share = rng.uniform(0.55, 0.85) + 0.3 * (_cloud(rng, width, height) - 0.5)
    return _covered(flat, np.clip(share, 0, 0.9).astype(np.float32), rng.uniform(40, 150) * np.array([0.75, 0.9, 1.0]))


def _splashed(flat: Bgr, rng: np.random.Generator) -> Bgr:
    """Mud or snow thrown up from below or from one side: hard edges, text under it just to be guessed."""
    height, width = flat.shape[:2]
    angle = rng.normal(np.pi / 2, 0.5) if rng.random() < 0.6 else rng.uniform(0, 2 * np.pi)
    ys, xs = np.ogrid[-0.5 : 0.5 : height * 1j, -0.5 : 0.5 : width * 1j]
    depth = (xs * np.cos(angle) + ys * np.sin(angle)).astype(np.float32)
    wet = _cloud(rng, width, height) * 0.8 + depth - np.float32(rng.uniform(0.5, 0.9))
    share = np.clip(wet * rng.uniform(4, 14), 0, rng.uniform(0.4, 0.72))
    snow = rng.random() < 0.3
    tone = rng.uniform(190, 240) * np.ones(3) if snow else rng.uniform(35, 120) * np.array([0.75, 0.9, 1.0])
    return _covered(flat, share.astype(np.float32), tone)


def _speckle(flat: Bgr, rng: np.random.Generator) -> None:
    height, width = flat.shape[:2]
    for _ in range(int(rng.integers(1, 25))):
        spot = (int(rng.integers(width)), int(rng.integers(height)))
        level = int(rng.integers(20, 230))
        cv2.circle(flat, spot, int(rng.integers(1, max(2, height // 16))), (level, level, level), -1, cv2.LINE_AA)


def _scratch(flat: Bgr, rng: np.random.Generator) -> None:
    """A few thin lines, straight or a little bent: bare metal shines in them, or dirt has settled there."""
    height, width = flat.shape[:2]
    cover = np.zeros((height, width), np.uint8)
    strength = min(1.0, height / 50)  # on a small plate a line of one pixel is a broad one: let it be faint
    along = float(rng.uniform(0, np.pi))  # most of them from one brush with a wall or a hedge
    for _ in range(int(rng.integers(1, 7))):
        angle = along + float(rng.normal(0, 0.25))
        way = np.array([np.cos(angle), np.sin(angle)]) * height * rng.uniform(0.2, 1.5)
        start = rng.random(2) * (width, height)
        bend = rng.normal(0, 0.06, 2) * height
        points = np.array([start - way / 2, start + bend, start + way / 2]) * FINE
        cv2.polylines(
            cover,
            [points.round().astype(np.int32)],
            False,
            round(strength * float(rng.uniform(70, 230))),
            1,
            cv2.LINE_AA,
            SHIFT,
        )
    level = int(rng.integers(190, 250)) if rng.random() < 0.6 else int(rng.integers(20, 90))
    blend(flat, cover, (level, level, level))


def _faded(flat: Bgr, rng: np.random.Generator) -> Bgr:
    """Ink that the sun has bleached or that came off in flakes: patches tend to the plate's own mean."""
    height, width = flat.shape[:2]
    share = np.clip((_cloud(rng, width, height) - 0.2) * 2, 0, 1) * rng.uniform(0.4, 0.8)
    return _covered(flat, share, np.array(cv2.mean(flat)[:3]) * rng.uniform(0.9, 1.2))


def _glaring(flat: Bgr, rng: np.random.Generator) -> Bgr:
    height, width = flat.shape[:2]
    glare = np.zeros((height, width), np.uint8)
    centre = (int(rng.integers(width)), int(rng.integers(height)))
    cv2.circle(glare, centre, int(height * rng.uniform(0.15, 0.5)), int(rng.integers(60, 170)), -1)
    glare = cv2.blur(glare, (max(3, height // 2), max(3, height // 2))).astype(np.uint8)
    return cv2.add(flat, cv2.merge((glare, glare, glare))).astype(np.uint8)


def _half_plane(flat: Bgr, rng: np.random.Generator, gain: float) -> Bgr:
    """A straight shadow's edge across the plate: one side darker."""
    height, width = flat.shape[:2]
    angle = rng.uniform(0, 2 * np.pi)
    ys, xs = np.ogrid[:height, :width]
    side = (xs - width * rng.uniform(0.1, 0.9)) * np.cos(angle) + (ys - height * rng.uniform(0.1, 0.9)) * np.sin(angle)
    soft = np.clip(side / max(1.0, height * rng.uniform(0.02, 0.3)) + 0.5, 0, 1)
    return _covered(flat, ((1 - gain) * (1 - soft)).astype(np.float32), np.zeros(3))


def _infrared(flat: Bgr, rng: np.random.Generator) -> Bgr:
    """As an infrared camera sees it: coloured paper is white, and coloured ink nearly is."""
    red = float(rng.uniform(0.5, 0.9))
    grey = cv2.transform(flat, np.array([[(1 - red) * 0.3, (1 - red) * 0.7, red]])).astype(np.uint8)
    if np.ptp(np.percentile(grey[::3, ::3], [4, 96])) < SPREAD_MIN:
        return flat
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR).astype(np.uint8)
