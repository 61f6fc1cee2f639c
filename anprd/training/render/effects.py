"""What light does around a vehicle: its shadow on the road, its headlamps' beam, the glare of its lamps."""

import cv2
import numpy as np

from anprd.records import Bgr
from anprd.training.render import light as lights
from anprd.training.render.light import Light
from anprd.training.render.pinhole import NEAR_M, Floats, Pinhole
from anprd.training.render.shapes import Lamp

HALO_RADII = 5  # how far glare reaches: not to the plate
BEAMS = ((4.0, 60), (9.0, 40))  # metres before the vehicle, and grey levels added


def shadow(picture: Bgr, camera: Pinhole, points: Floats, light: Light) -> None:
    """The sun's shadow, and the darkness under the vehicle that is there in any light."""
    flat = points * (1.0, 1.0, 0.0)
    to_sun = np.array(light.to_sun)
    cast = points - to_sun * (points[:, 2:3] / to_sun[2])
    strength = min(1.0, sum(light.sun) / sum(lights.DAY.sun))
    pieces = ((np.concatenate([flat, cast]), 0.5 * strength, 0.0016), (flat, 0.6 if strength < 0.5 else 0.42, 0.008))
    for spots, amount, blur in pieces:
        if amount > 0.02 and (window := _on_road(picture, camera, spots)) is not None:
            rows, columns, outline = window
            part = picture[rows, columns]
            _darken(part, _soft_mask(part.shape[:2], outline, blur * camera.width), amount)


def beam(picture: Bgr, camera: Pinhole, place: tuple[float, float], brightness: float) -> None:
    """What the headlamps of the vehicle at `place` light on the road before it."""
    x, y = place
    for reach, amount in BEAMS:
        half = 0.9 + reach / 8
        spots = [(x - 0.7, y - 0.3, 0), (x + 0.7, y - 0.3, 0), (x + half, y - reach, 0), (x - half, y - reach, 0)]
        window = _on_road(picture, camera, np.array(spots))
        if window is not None:
            rows, columns, outline = window
            part = picture[rows, columns]
            mask = _soft_mask(part.shape[:2], outline, 0.012 * camera.width)
            part[:] = cv2.add(part, cv2.multiply(mask, np.full_like(mask, 1), scale=amount * brightness / 255))


def glare(picture: Bgr, camera: Pinhole, lamp: Lamp, place: Floats, light: Light) -> None:
    """A lamp dazzles: a bright core, and a halo that does not reach the plate. `place`: of its vehicle, in metres."""
    seen = camera.seen(np.array([lamp.place]) + place)
    if light.headlamps <= 0 or seen[0, 2] < 1.5:
        return
    x, y = camera.pixels(seen)[0]
    radius = lamp.radius * camera.focal_px / seen[0, 2]
    reach = radius * HALO_RADII
    left, right = (int(np.clip(x + sign * reach, 0, picture.shape[1])) for sign in (-1, 1))
    upper, lower = (int(np.clip(y + sign * reach, 0, picture.shape[0])) for sign in (-1, 1))
    if left >= right or upper >= lower:
        return
    ys, xs = np.ogrid[upper:lower, left:right]
    away = np.hypot(xs + 0.5 - x, ys + 0.5 - y) / radius
    fade = np.clip(1 - away / HALO_RADII, 0, 1)
    shine = (lamp.brightness * np.exp(-((away / 0.8) ** 2)) + 80 * np.exp(-away / 0.9) * fade) * light.headlamps
    colour = np.ones(3) if light.grey else np.array(lamp.colour) / 255
    part = picture[upper:lower, left:right]
    part[:] = cv2.add(part, np.clip(shine[:, :, None] * colour, 0, 255).astype(np.uint8))


def _on_road(picture: Bgr, camera: Pinhole, points: Floats) -> tuple[slice, slice, Floats] | None:
    """The window of the picture that holds these points of the road, and their outline in it (at half size)."""
    seen = camera.seen(points)
    seen = seen[seen[:, 2] > NEAR_M]
    if len(seen) < 3:
        return None
    hull = cv2.convexHull(camera.pixels(seen).clip(-4000, 8000).astype(np.float32))[:, 0]
    height, width = picture.shape[:2]
    margin = 0.02 * width
    low = np.clip(np.floor(hull.min(0) - margin), 0, [width, height]).astype(int)
    high = np.clip(np.ceil(hull.max(0) + margin), 0, [width, height]).astype(int)
    if (high - low).min() < 4:
        return None
    return slice(low[1], high[1]), slice(low[0], high[0]), np.asarray((hull - low) / 2, dtype=np.float64)


def _soft_mask(shape: tuple[int, int], outline: Floats, blur_px: float) -> Bgr:
    """The outline filled (255) and blurred, drawn at half size; (h, w, 3)."""
    height, width = shape
    mask = np.zeros(((height + 1) // 2, (width + 1) // 2), np.uint8)
    cv2.fillConvexPoly(mask, np.round(outline * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    mask = cv2.GaussianBlur(mask, (0, 0), max(0.6, blur_px / 2)).astype(np.uint8)
    mask = cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.uint8)
    return np.asarray(cv2.merge((mask, mask, mask)), dtype=np.uint8)


def _darken(part: Bgr, mask: Bgr, amount: float) -> None:
    part[:] = cv2.subtract(part, cv2.multiply(part, mask, scale=amount / 255))
