"""A fixed pinhole camera over a flat road: metres in, pixels out.

The world: x to the right, y away from the camera along the road, z up; the origin lies on the road under the camera.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
NEAR_M = 0.4  # what is nearer is cut off: behind the lens there is no perspective


@dataclass(frozen=True)
class Pinhole:
    """Where the camera hangs and looks; angles in radians, `focal` in picture widths."""

    width: int
    height: int
    focal: float = 1.15
    x_m: float = 0.0
    height_m: float = 2.6
    pitch: float = 0.18
    """Downwards."""
    yaw: float = 0.0
    """To the right."""

    @property
    def focal_px(self) -> float:
        return self.focal * self.width

    @cached_property
    def axes(self) -> Floats:
        """Rows: the camera's right, down and forward as seen in the world."""
        cos_p, sin_p, cos_y, sin_y = np.cos(self.pitch), np.sin(self.pitch), np.cos(self.yaw), np.sin(self.yaw)
        forward = np.array([sin_y * cos_p, cos_y * cos_p, -sin_p])
        right = np.array([cos_y, -sin_y, 0.0])
        return np.stack([right, np.cross(forward, right), forward])

    @property
    def place(self) -> Floats:
        return np.array([self.x_m, 0.0, self.height_m])

    def seen(self, points: Floats) -> Floats:
        """(n, 3) world metres to camera metres: right, down, forward."""
        return np.asarray((points - self.place) @ self.axes.T)

    def pixels(self, seen: Floats) -> Floats:
        """(n, 3) camera metres, all in front of the lens, to (n, 2) pixels; whole numbers are pixel edges."""
        middle = np.array([self.width / 2, self.height / 2])
        return np.asarray(seen[:, :2] / seen[:, 2:3] * self.focal_px + middle)

    def project(self, points: Floats) -> Floats:
        """(n, 3) world metres to (n, 2) pixels. Points must lie in front of the lens."""
        return self.pixels(self.seen(points))

    def ground(self, scale: int) -> tuple[Floats, Floats]:
        """Where on the road each pixel looks, in metres, `scale` samples a pixel; NaN above the horizon."""
        across = (np.arange(self.width * scale) + 0.5) / scale - self.width / 2
        down = (np.arange(self.height * scale) + 0.5) / scale - self.height / 2
        right, below, forward = self.axes
        ray = [
            forward[axis] * self.focal_px + right[axis] * across[None, :] + below[axis] * down[:, None]
            for axis in range(3)
        ]
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = np.where(ray[2] < -1e-6, -self.height_m / ray[2], np.nan)
        return self.x_m + ray[0] * reach, ray[1] * reach


def clip_near(polygon: Floats) -> Floats:
    """A polygon in camera metres without what lies nearer than `NEAR_M` (Sutherland and Hodgman, one plane)."""
    if polygon[:, 2].min() >= NEAR_M:
        return polygon
    kept: list[Floats] = []
    for here, after in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if here[2] >= NEAR_M:
            kept.append(here)
        if (here[2] >= NEAR_M) != (after[2] >= NEAR_M):
            share = (NEAR_M - here[2]) / (after[2] - here[2])
            kept.append(here + share * (after - here))
    return np.array(kept) if kept else np.empty((0, 3))
