"""The light of a moment: sun and sky by day, the camera's own infrared lamp by night."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Light:
    """How surfaces are lit. Colours are blue, green, red factors; directions are unit vectors in the world."""

    to_sun: tuple[float, float, float] = (-0.52, -0.42, 0.74)
    sun: tuple[float, float, float] = (0.72, 0.80, 0.86)
    sky: tuple[float, float, float] = (0.50, 0.46, 0.42)
    reflected_sky: tuple[float, float, float] = (245.0, 226.0, 208.0)
    lamp: float = 0.0
    """The camera's infrared lamp: what a white surface square to the camera at 8 m gets."""
    headlamps: float = 0.0
    """Brightness of the vehicles' lamps, 0..1."""
    grey: bool = False
    """A night camera sees no colours."""

    def shade(self, colours: Floats, normals: Floats, to_camera: Floats, distances: Floats, gloss: Floats) -> Floats:
        """Colours (0..255) of lit surfaces.

        Args:
            colours: (n, 3) in daylight, 0..255.
            normals: (n, 3) unit vectors.
            to_camera: (n, 3) unit vectors from the surface.
            distances: (n,) metres to the camera.
            gloss: (n,) 0 for dull, 1 for lacquer and glass.
        """
        facing = np.clip((normals * to_camera).sum(1), 0.0, 1.0)
        sun = np.array(self.to_sun)
        lit = np.clip(normals @ sun, 0, None)[:, None] * np.array(self.sun)
        open_sky = (0.55 + 0.45 * normals[:, 2])[:, None] * np.array(self.sky)
        lamp = (self.lamp * facing * np.clip(8.0 / distances, 0, 1.6) ** 2)[:, None]
        dull = colours * (lit + open_sky + lamp)
        mirrored = 2 * facing[:, None] * normals - to_camera
        # What lacquer mirrors: sky above (brighter at the horizon), road below. Schlick's formula, 4 % head on.
        above = np.clip(mirrored[:, 2] * 4 + 0.5, 0, 1)[:, None]
        horizon = (1 - 0.35 * np.clip(mirrored[:, 2], 0, 1))[:, None]
        around = above * np.array(self.reflected_sky) * horizon + (1 - above) * 0.25 * np.array(self.reflected_sky)
        share = np.clip(gloss * (0.04 + 0.9 * (1 - facing) ** 5), 0, 0.95)[:, None]
        glint = (gloss * np.clip(mirrored @ sun, 0, 1) ** 90 * 210)[:, None] * np.array(self.sun)
        shaded = np.clip(dull * (1 - share) + around * share + glint, 0, 255)
        if self.grey:
            shaded = np.repeat(shaded @ np.array([[0.15], [0.45], [0.40]]), 3, axis=1)
        return np.asarray(shaded)


DAY = Light()
DUSK = Light(sun=(0.10, 0.13, 0.18), sky=(0.40, 0.33, 0.29), reflected_sky=(150.0, 122.0, 116.0), headlamps=0.8)
NIGHT = Light(
    sun=(0.0, 0.0, 0.0), sky=(0.10, 0.10, 0.10), reflected_sky=(34.0, 34.0, 34.0), lamp=0.62, headlamps=1.0, grey=True
)


def between(first: Light, second: Light, share: float) -> Light:
    """A light on the way from `first` (share 0) to `second` (share 1); both in colour."""

    def mix(one: tuple[float, ...], two: tuple[float, ...]) -> tuple[float, float, float]:
        blue, green, red = (a + (b - a) * share for a, b in zip(one, two, strict=True))
        return blue, green, red

    return replace(
        first,
        sun=mix(first.sun, second.sun),
        sky=mix(first.sky, second.sky),
        reflected_sky=mix(first.reflected_sky, second.reflected_sky),
        headlamps=first.headlamps + (second.headlamps - first.headlamps) * share,
    )
