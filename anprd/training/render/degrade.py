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
from anprd.training.render import codec, plates, surroundings, visibility, wear
from anprd.training.render.plates import Plate
from anprd.training.render.typeface import Typeface

WIDTH_PX_MIN, WIDTH_PX_USUAL, WIDTH_PX_MAX = 45.0, 100.0, 260.0
TWO_ROW_SHARE, TWO_ROW_PX_MIN = 0.65, 40.0  # of that width for plates of two rows: their characters are as large
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
    cv2.multiply(warped, share, warped, 1 / 255)
    cv2.multiply(canvas, cv2.bitwise_not(share), canvas, 1 / 255)
    cv2.add(canvas, warped, canvas)
    return cv2.getPerspectiveTransform(source.astype(np.float32), corners.astype(np.float32)).astype(np.float64)


def _random_width(rng: np.random.Generator) -> float:
    return float(np.exp(rng.triangular(*np.log((WIDTH_PX_MIN, WIDTH_PX_USUAL, WIDTH_PX_MAX)))))


def _drawn_width(width_px: float) -> int:
    return round(float(np.clip(width_px * 1.5, 90, 340)))


def _crop(rng: np.random.Generator, plate: Plate, width_px: float, backgrounds: Sequence[Bgr]) -> CropSample:
    night = rng.random() < 0.25
    flat = wear.lit(wear.worn(plate.image, rng), night=night, rng=rng)
    if plate.rows > 1:
        width_px = max(TWO_ROW_PX_MIN, width_px * TWO_ROW_SHARE)
    corners = pose(rng, flat.shape[0] / flat.shape[1], width_px)
    low, high = corners.min(0), corners.max(0)
    span = high - low
    margins = rng.triangular(-0.06, 0.06, 0.25, (2, 2)) * (span[0] * 0.4 + span[1] * 0.6)
    low, high = low - margins[0] * (0.6, 0.5), high + margins[1] * (0.6, 0.5)
    size = np.maximum(8, np.round(high - low)).astype(int)
    corners = corners - low
    canvas = surroundings.around(rng, int(size[0]), int(size[1]), backgrounds)
    if night:
        canvas = cv2.convertScaleAbs(canvas, alpha=float(rng.uniform(0.05, 0.5))).astype(np.uint8)
    framed, edge = wear.framed(flat, rng)
    warp_onto(canvas, framed, corners, edge)
    if rng.random() < (0.25 if night else 0.02):
        canvas = surroundings.dazzle(canvas, rng, corners)
    image = camera(canvas, rng, night=night)
    return CropSample(image, corners.astype(np.float32), plate.text, plate.rows, plate.country)


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
    image = visibility.visible(_toned(image, rng, night=night), image)
    image = _noisy(image, rng, night=night)
    if rng.random() < 0.2:
        soft = cv2.GaussianBlur(image, (0, 0), 1.2)
        image = cv2.addWeighted(image, 1.8, soft, -0.8, 0).astype(np.uint8)
    if width > codec.SMALL_PX and rng.random() < 0.03:
        image = codec.combed(image, int(rng.integers(1, max(2, width // 50))))
    return codec.compressed(image, rng)


def _blurred(image: Bgr, rng: np.random.Generator, width: int) -> Bgr:
    """Focus, motion, and pictures that were enlarged: as a share of the width, so that text stays just readable."""
    kind = rng.random()
    if kind < 0.4:
        sigma = float(rng.triangular(0.2, 0.5, max(0.6, width * 0.0105)))
        image = cv2.GaussianBlur(image, (0, 0), sigma).astype(np.uint8)
    elif kind < 0.58:
        length = float(rng.uniform(1.5, max(1.8, width * 0.03)))
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
    gain = float(rng.uniform(0.3, 1.15)) if rng.random() < (0.5 if night else 0.2) else float(rng.uniform(0.8, 1.25))
    lift = float(rng.uniform(0, 50)) if rng.random() < 0.25 else 0.0  # haze
    tint = np.exp(rng.normal(0, 0.13 if rng.random() < 0.3 else 0.04, 3))
    levels = (np.arange(256) / 255.0) ** gamma * 255
    table = np.clip(levels[:, None] * tint * gain * (1 - lift / 255) + lift, 0, 255).astype(np.uint8)
    return cv2.LUT(image, table[:, None, :].transpose(1, 0, 2)).astype(np.uint8)


def _noisy(image: Bgr, rng: np.random.Generator, *, night: bool) -> Bgr:
    if rng.random() < 0.3:
        return image
    amount = float(rng.exponential(0.05 if night else 0.025))
    height, width = image.shape[:2]
    channels = 3 if rng.random() < 0.5 else 1
    # The difference of two uniform bytes is near enough to a bell, and ten times faster to draw.
    grain = rng.integers(0, 256, (2, height, width, channels), np.uint8)
    noise = cv2.subtract(grain[0], grain[1], dtype=cv2.CV_16S)
    noise = noise if channels == 3 else cv2.merge((noise, noise, noise))
    amount = min(amount, 0.25, 0.005 * visibility.contrast(image))
    return cv2.addWeighted(image, 1.0, noise, amount, 0.0, dtype=cv2.CV_8U).astype(np.uint8)
