"""What happens to a plate between the car and the reader: pose, dirt, light, blur, sensor, compression.

The order is that of the world: wear on the flat plate, perspective into its surroundings, light, optics, sensor, codec.
Ranges are by eye against real crops, not measured, and deliberately a little wider than they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from anprd.records import Bgr
from anprd.training.render import plates
from anprd.training.render.plates import Plate
from anprd.training.render.typeface import Typeface

WIDTH_PX_MIN, WIDTH_PX_MAX = 45.0, 250.0
YAW_MAX, PITCH_MAX, ROLL_MAX = np.radians(60), np.radians(35), np.radians(22)
Points = NDArray[np.float64]
"""(n, 2) x and y in pixels; whole numbers are the edges between pixels, as in `records.Box`."""


@dataclass(frozen=True, slots=True)
class CropSample:
    """A crop as a detector would cut it, and what a reader should make of it."""

    image: Bgr
    corners: NDArray[np.float32]
    """(4, 2): top left, top right, bottom right, bottom left of the plate as it is read, in pixels of the crop; they
    lie outside it where the crop cuts the plate."""
    text: str
    rows: int
    country: str


def sample(rng: np.random.Generator, typefaces: Sequence[Typeface], *, backgrounds: Sequence[Bgr] = ()) -> CropSample:
    """A random plate, drawn no larger than needed (about three times faster than from a full-size plate)."""
    width_px = _random_width(rng)
    plate = plates.random_plate(rng, typefaces, width_px=_drawn_width(width_px))
    return _crop(rng, plate, width_px, backgrounds)


def pose(rng: np.random.Generator, aspect: float, width_px: float) -> Points:
    """Corners of a plate seen from a random side by a pinhole camera, `width_px` wide at their widest.

    Args:
        rng: decides yaw, pitch, roll and distance.
        aspect: height of the plate over its width.
        width_px: the distance from the leftmost corner to the rightmost; less where the plate is seen from far aside.
    """
    yaw = float(np.clip(rng.normal(0, np.radians(24)), -YAW_MAX, YAW_MAX))
    pitch = float(np.clip(rng.normal(np.radians(4), np.radians(11)), -PITCH_MAX, PITCH_MAX))
    roll = float(np.clip(rng.normal(0, np.radians(4.5)), -ROLL_MAX, ROLL_MAX))
    distance = rng.uniform(4, 25)  # in half plate widths: 1 m to 6.5 m for a European plate at the same focal length
    # A camera above or beside the car shears more than rotation alone: the car is off the optical axis.
    aside = (rng.normal(0, 0.12), rng.normal(0, 0.16))
    seen = seen_from(aspect, (yaw, pitch, roll), distance=distance, aside=aside)
    # A plate seen from far aside is narrower, not taller.
    return np.asarray(seen * (width_px / max(float(np.ptp(seen[:, 0])), 1.1)))


def seen_from(
    aspect: float, turned: tuple[float, float, float], *, distance: float, aside: tuple[float, float] = (0.0, 0.0)
) -> Points:
    """Corners of a plate that is two units wide, before a pinhole camera.

    Args:
        aspect: height of the plate over its width.
        turned: yaw, pitch and roll in radians; all 0 is seen from the front.
        distance: of the camera, in half plate widths.
        aside: how far the plate lies off the optical axis, across and down, as tangents.
    """
    yaw, pitch, roll = turned
    flat = np.array([[-1, -aspect], [1, -aspect], [1, aspect], [-1, aspect]], np.float64)
    cos_r, sin_r = np.cos(roll), np.sin(roll)
    x = flat[:, 0] * cos_r - flat[:, 1] * sin_r
    y = flat[:, 0] * sin_r + flat[:, 1] * cos_r
    x, depth = x * np.cos(yaw), x * np.sin(yaw)
    y, depth = y * np.cos(pitch) - depth * np.sin(pitch), y * np.sin(pitch) + depth * np.cos(pitch)
    x, y = x + depth * aside[0], y + depth * aside[1]
    return np.asarray(np.stack([x, y], 1) * (distance / (distance + depth))[:, None])


def warp_onto(canvas: Bgr, flat: Bgr, corners: Points, edge: Points | None = None) -> NDArray[np.float64]:
    """Paint `flat` over `canvas`, so that the corners of `edge` (its outline unless given) come to lie on `corners`.

    Returns:
        The 3x3 homography from pixels of `flat` to pixels of the canvas (edges at whole numbers).
    """
    height, width = flat.shape[:2]
    outline = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    source = outline if edge is None else edge
    # OpenCV puts whole numbers on pixel centres: half a pixel off ours.
    shifted = cv2.getPerspectiveTransform((source - 0.5).astype(np.float32), (corners - 0.5).astype(np.float32))
    size = (canvas.shape[1], canvas.shape[0])
    warped = cv2.warpPerspective(flat, shifted, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    share = cv2.warpPerspective(np.full((height, width), 255, np.uint8), shifted, size, flags=cv2.INTER_LINEAR)
    share = cv2.merge((share, share, share))
    canvas[:] = cv2.add(
        cv2.multiply(warped, share, scale=1 / 255), cv2.multiply(canvas, cv2.bitwise_not(share), scale=1 / 255)
    )
    return cv2.getPerspectiveTransform(source.astype(np.float32), corners.astype(np.float32)).astype(np.float64)


def _random_width(rng: np.random.Generator) -> float:
    return float(np.exp(rng.uniform(np.log(WIDTH_PX_MIN), np.log(WIDTH_PX_MAX))))


def _drawn_width(width_px: float) -> int:
    return round(float(np.clip(width_px * 1.5, 90, 340)))


def _crop(rng: np.random.Generator, plate: Plate, width_px: float, backgrounds: Sequence[Bgr]) -> CropSample:
    night = rng.random() < 0.2
    flat = _light_of_plate(_worn(plate.image.copy(), rng), night=night, rng=rng)
    corners = pose(rng, flat.shape[0] / flat.shape[1], width_px)
    low, high = corners.min(0), corners.max(0)
    span = high - low
    margins = rng.triangular(-0.08, 0.06, 0.25, (2, 2)) * (span[0] * 0.4 + span[1] * 0.6)
    low, high = low - margins[0] * (0.6, 0.5), high + margins[1] * (0.6, 0.5)
    size = np.maximum(8, np.round(high - low)).astype(int)
    corners = corners - low
    canvas = _surroundings(rng, int(size[0]), int(size[1]), backgrounds)
    if night:
        canvas = cv2.convertScaleAbs(canvas, alpha=float(rng.uniform(0.05, 0.5))).astype(np.uint8)
    framed, edge = _framed(flat, rng)
    warp_onto(canvas, framed, corners, edge)
    image = camera(canvas, rng, night=night)
    return CropSample(image, corners.astype(np.float32), plate.text, plate.rows, plate.country)


def _worn(flat: Bgr, rng: np.random.Generator) -> Bgr:
    """Dirt, scratches, a shadow's edge, a glare: on the plate itself."""
    height, width = flat.shape[:2]
    if rng.random() < 0.3:
        coarse = rng.random((int(rng.integers(3, 8)), int(rng.integers(4, 14)))).astype(np.float32)
        cloud = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
        share = (np.clip(cloud - rng.uniform(0.1, 0.6), 0, 1) * rng.uniform(0.3, 1.0))[:, :, None]
        mud = (rng.uniform(50, 130) * np.array([0.75, 0.9, 1.0])).astype(np.float32)
        flat = (flat * (1 - share) + mud * share).astype(np.uint8)
    if rng.random() < 0.1:
        for _ in range(int(rng.integers(1, 25))):
            spot = (int(rng.integers(width)), int(rng.integers(height)))
            level = int(rng.integers(20, 230))
            cv2.circle(flat, spot, int(rng.integers(1, max(2, height // 16))), (level, level, level), -1, cv2.LINE_AA)
    if rng.random() < 0.22:
        flat = _half_plane(flat, rng, float(rng.uniform(0.3, 0.8)))
    if rng.random() < 0.08:
        glare = np.zeros((height, width), np.uint8)
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        cv2.circle(glare, centre, int(height * rng.uniform(0.15, 0.5)), int(rng.integers(80, 256)), -1)
        glare = cv2.blur(glare, (max(3, height // 2), max(3, height // 2))).astype(np.uint8)
        flat = cv2.add(flat, cv2.merge((glare, glare, glare))).astype(np.uint8)
    return flat


def _half_plane(flat: Bgr, rng: np.random.Generator, gain: float) -> Bgr:
    """A straight shadow's edge across the plate: one side darker."""
    height, width = flat.shape[:2]
    angle = rng.uniform(0, 2 * np.pi)
    ys, xs = np.ogrid[:height, :width]
    side = (xs - width * rng.uniform(0.1, 0.9)) * np.cos(angle) + (ys - height * rng.uniform(0.1, 0.9)) * np.sin(angle)
    soft = np.clip(side / max(1.0, height * rng.uniform(0.02, 0.3)) + 0.5, 0, 1)
    return np.asarray(flat * (gain + (1 - gain) * soft)[:, :, None], dtype=np.uint8)


def _light_of_plate(flat: Bgr, *, night: bool, rng: np.random.Generator) -> Bgr:
    """Plates throw light back: at night they are brighter than everything near, up to a washed-out text."""
    if night:
        ink = float(rng.triangular(0, 20, 110))
        return cv2.convertScaleAbs(flat, alpha=(255 - ink) / 255 * float(rng.uniform(0.5, 1.3)), beta=ink).astype(
            np.uint8
        )
    contrast = float(rng.uniform(0.55, 1.0))
    return cv2.convertScaleAbs(flat, alpha=contrast, beta=float(rng.uniform(0, 40))).astype(np.uint8)


def _framed(flat: Bgr, rng: np.random.Generator) -> tuple[Bgr, Points]:
    """Put a holder around most plates, sometimes with a dealer's words under it; also say where the plate is in it."""
    height, width = flat.shape[:2]
    if rng.random() < 0.4:
        top = bottom = left = right = 0
    else:
        left = right = int(width * rng.uniform(0.005, 0.04))
        top, bottom = int(height * rng.uniform(0, 0.1)), int(height * rng.uniform(0.02, 0.22))
    level = int(rng.integers(8, 60)) if rng.random() < 0.75 else int(rng.integers(60, 220))
    framed = cv2.copyMakeBorder(flat, top, bottom, left, right, cv2.BORDER_CONSTANT, value=(level, level, level))
    if bottom >= 7 and rng.random() < 0.6:
        words = "".join(chr(int(code)) for code in rng.integers(97, 123, int(rng.integers(6, 18))))
        scale = bottom / 40
        bright = int(rng.integers(120, 250)) if level < 120 else 20
        spot = (left + int(width * rng.uniform(0.05, 0.5)), top + height + int(bottom * 0.75))
        cv2.putText(framed, words, spot, cv2.FONT_HERSHEY_SIMPLEX, scale, (bright, bright, bright), 1, cv2.LINE_AA)
    edge = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    edge = edge + np.array([left, top])
    return framed.astype(np.uint8), edge


def _surroundings(rng: np.random.Generator, width: int, height: int, backgrounds: Sequence[Bgr]) -> Bgr:
    if backgrounds and rng.random() < 0.6:
        photo = backgrounds[int(rng.integers(len(backgrounds)))]
        scale = rng.uniform(1, 3)
        wide, tall = min(photo.shape[1], int(width * scale)), min(photo.shape[0], int(height * scale))
        x, y = int(rng.integers(photo.shape[1] - wide + 1)), int(rng.integers(photo.shape[0] - tall + 1))
        return cv2.resize(photo[y : y + tall, x : x + wide], (width, height), interpolation=cv2.INTER_AREA).astype(
            np.uint8
        )
    return _bodywork(rng, width, height)


def _bodywork(rng: np.random.Generator, width: int, height: int) -> Bgr:
    """Paint with a sheen, and a few edges of bumper, grille or boot lid."""
    grey = rng.uniform(10, 240)
    colour = np.clip(grey + rng.normal(0, 35 if rng.random() < 0.3 else 7, 3), 0, 255)
    ramp = np.linspace(rng.uniform(0.5, 1), rng.uniform(0.5, 1.2), height)[:, None, None]
    canvas = np.empty((height, width, 3), np.uint8)
    canvas[:] = np.clip(colour * ramp, 0, 255)
    for _ in range(int(rng.integers(0, 6))):
        level = tuple(int(value) for value in np.clip(colour * rng.uniform(0.1, 1.6), 0, 255))
        y1, y2 = (int(value) for value in rng.integers(-5, height + 5, 2))
        thick = int(rng.integers(1, max(2, height // 6)))
        tilt = int(rng.integers(-8, 9))
        if rng.random() < 0.7:
            cv2.line(canvas, (0, y1), (width, y1 + tilt), level, thick, cv2.LINE_AA)
        else:
            x = int(rng.integers(width))
            cv2.rectangle(canvas, (x, y1), (x + int(rng.integers(4, width)), y2), level, -1)
    return canvas


def camera(image: Bgr, rng: np.random.Generator, *, night: bool) -> Bgr:
    """Optics, sensor and codec: blur, white balance, gamma, noise, sharpening, blocks. Same shape as given."""
    width = image.shape[1]
    if night and rng.random() < 0.5:
        halo = cv2.blur(image, (max(3, width // 8), max(3, width // 8)))
        image = cv2.addWeighted(image, 1.0, halo, float(rng.uniform(0.1, 0.5)), 0).astype(np.uint8)
    if rng.random() < (0.6 if night else 0.12):
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        image = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR).astype(np.uint8)
    image = _blurred(image, rng, width)
    image = _toned(image, rng, night=night)
    image = _noisy(image, rng, night=night)
    if rng.random() < 0.2:
        soft = cv2.GaussianBlur(image, (0, 0), 1.2)
        image = cv2.addWeighted(image, 1.8, soft, -0.8, 0).astype(np.uint8)
    if rng.random() < 0.65:
        quality = int(rng.triangular(8, 55, 96))
        _, coded = cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, quality))
        image = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), dtype=np.uint8)
    return image


def _blurred(image: Bgr, rng: np.random.Generator, width: int) -> Bgr:
    """Focus, motion, and pictures that were enlarged: as a share of the width, so that text stays just readable."""
    kind = rng.random()
    if kind < 0.45:
        sigma = float(rng.triangular(0.2, 0.5, max(0.8, width * 0.0105)))
        image = cv2.GaussianBlur(image, (0, 0), sigma).astype(np.uint8)
    elif kind < 0.65:
        length = float(rng.uniform(1.5, max(2.5, width * 0.03)))
        angle = rng.normal(0, 0.35) if rng.random() < 0.6 else rng.uniform(0, np.pi)
        image = cv2.filter2D(image, -1, motion_kernel(length, float(angle))).astype(np.uint8)
    if rng.random() < 0.15 and width > 70:
        factor = float(rng.uniform(1.2, min(3.0, width / 50)))
        small = cv2.resize(image, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA)
        image = cv2.resize(small, (width, image.shape[0]), interpolation=cv2.INTER_LINEAR).astype(np.uint8)
    return image


def motion_kernel(length_px: float, angle: float) -> NDArray[np.float32]:
    """A line of this length (pixels, at least 1) and direction (radians), summing to 1."""
    side = int(np.ceil(length_px)) | 1
    kernel = np.zeros((side + 2, side + 2), np.float32)
    centre, fine = (side + 1) / 2, 16
    reach = np.array([np.cos(angle), np.sin(angle)]) * (length_px - 1) / 2
    ends = [tuple(np.round((centre + sign * reach) * fine).astype(int)) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1, cv2.LINE_AA, 4)
    if kernel.sum() == 0:
        kernel[int(centre), int(centre)] = 1
    return np.asarray(kernel / kernel.sum(), dtype=np.float32)


def _toned(image: Bgr, rng: np.random.Generator, *, night: bool) -> Bgr:
    """White balance, exposure and gamma in one table per channel."""
    gamma = float(np.exp(rng.normal(0, 0.3)))
    gain = float(rng.uniform(0.25, 1.15)) if rng.random() < (0.5 if night else 0.3) else float(rng.uniform(0.8, 1.2))
    lift = float(rng.uniform(0, 50)) if rng.random() < 0.25 else 0.0  # haze
    tint = np.exp(rng.normal(0, 0.13 if rng.random() < 0.3 else 0.04, 3))
    levels = (np.arange(256) / 255.0) ** gamma * 255
    table = np.clip(levels[:, None] * tint * gain * (1 - lift / 255) + lift, 0, 255).astype(np.uint8)
    return cv2.LUT(image, table[:, None, :].transpose(1, 0, 2)).astype(np.uint8)


def _noisy(image: Bgr, rng: np.random.Generator, *, night: bool) -> Bgr:
    if rng.random() < 0.3:
        return image
    amount = float(rng.exponential(0.05 if night else 0.03))
    height, width = image.shape[:2]
    channels = 3 if rng.random() < 0.5 else 1
    # The difference of two uniform bytes is near enough to a bell, and ten times faster to draw.
    grain = rng.integers(0, 256, (2, height, width, channels), np.uint8)
    noise = (grain[0].astype(np.float32) - grain[1]) * min(amount, 0.25)
    return np.asarray(np.clip(image + noise, 0, 255), dtype=np.uint8)
