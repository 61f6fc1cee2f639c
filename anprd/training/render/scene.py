"""Video that never was: a fixed camera, a road, vehicles passing, and the exact truth of every plate in every frame.

A frame is composed as a painter would: the empty road in today's light, then each vehicle from the farthest to the
nearest with its shadow, its body and its plate, then glare, noise and the camera's clock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np

from anprd.records import Bgr, Box, Corners
from anprd.training.render import effects, road, sensor, traffic
from anprd.training.render import light as lights
from anprd.training.render.degrade import motion_kernel
from anprd.training.render.light import Light
from anprd.training.render.pinhole import NEAR_M, Floats, Pinhole
from anprd.training.render.traffic import Demand, Direction, Passage
from anprd.training.render.typeface import Typeface
from anprd.training.render.vehicles import SAMPLES, View, draw, paint_plate

# A plate narrower than this is in the truth, but nobody is blamed for not reading it. Two rows are half as long.
READABLE_PX: Mapping[int, float] = MappingProxyType({1: 60.0, 2: 42.0})
LISTED_PX = 16.0
FAR_OFF_PX = 30_000  # OpenCV's warp counts in 16 bits
DUSK_S = 5.0  # how long it grows dark before the camera goes over to infrared
EXPOSURE_DAY_S, EXPOSURE_NIGHT_S = 1 / 700, 1 / 400  # cameras for plates use short ones


@dataclass(frozen=True, slots=True)
class SceneSettings:
    """What to film."""

    width: int = 1280
    height: int = 720
    fps: float = 25.0
    seconds: float = 40.0
    vehicles_per_min: float = 9.0
    seed: int = 1
    night_from_s: float | None = None
    """When the camera goes over to infrared, after a dusk; 0: night from the start; None: day throughout."""
    idle: tuple[tuple[float, float], ...] = ()
    """Stretches (from, to) in seconds without vehicles."""
    designs: tuple[str, ...] = ()
    """Names of plate designs, in turn; empty: any."""
    caption: str = "CAM 1"
    """Burned into the picture with a clock; empty: neither."""
    noise: float = 1.8
    """Standard deviation of the sensor noise by day, in grey levels; twice that by night."""
    listed_px: float = LISTED_PX
    """A plate narrower than this is painted and not in the truth."""

    def __post_init__(self) -> None:
        if not (160 <= self.width <= 4096 and 120 <= self.height <= 2304):
            raise ValueError(f"{self.width}x{self.height}: a scene is 160x120 to 4096x2304 pixels")
        if not (0 < self.fps <= 120 and 0 < self.seconds <= 24 * 3600 and 0 <= self.vehicles_per_min <= 60):
            raise ValueError("a scene has 0..120 frames a second, lasts up to a day, with at most 60 vehicles a minute")

    @property
    def frame_count(self) -> int:
        return max(1, round(self.seconds * self.fps))


@dataclass(frozen=True, slots=True)
class PlateTruth:
    """One plate in one frame: wholly inside the picture and hidden by nothing."""

    vehicle: int
    text: str
    rows: int
    country: str
    corners: Corners

    @property
    def box(self) -> Box:
        xs, ys = zip(*self.corners, strict=True)
        return Box(min(xs), min(ys), max(xs), max(ys))

    @property
    def width_px(self) -> float:
        """Length of the upper edge."""
        (x1, y1), (x2, y2) = self.corners[:2]
        return float(np.hypot(x2 - x1, y2 - y1))

    @property
    def readable(self) -> bool:
        """Wide enough that a reader should manage."""
        return self.width_px >= READABLE_PX[self.rows]


@dataclass(frozen=True, slots=True)
class FrameTruth:
    """What a frame shows."""

    index: int
    t_s: float
    plates: tuple[PlateTruth, ...]


class Stage:
    """The scene made ready: everything that lasts longer than one frame."""

    def __init__(self, settings: SceneSettings, typefaces: Sequence[Typeface]) -> None:
        """The same settings and typefaces give the same pictures.

        Raises:
            ValueError: a plate design of the settings is unknown, or no typeface covers a text.
        """
        rng = np.random.default_rng(settings.seed)
        self._settings = settings
        self.camera = _camera(settings, rng)
        demand = Demand(settings.seconds, settings.vehicles_per_min, settings.idle, settings.designs)
        self.passages: tuple[Passage, ...] = traffic.plan(demand, rng, typefaces)
        self._backdrop = road.paint(self.camera, rng)
        self._grain_day = sensor.Grain(settings.width, settings.height, settings.noise, rng)
        self._grain_night = sensor.Grain(settings.width, settings.height, settings.noise * 2, rng)

    def frame(self, index: int) -> tuple[Bgr, FrameTruth]:
        """Frame number `index`, (h, w, 3) uint8 and the caller's to keep, with its truth; independent of all others."""
        t_s = index / self._settings.fps
        light = self._light(t_s)
        picture = self._empty(t_s, light)
        present = [(place, passage) for passage in self.passages if (place := passage.place(t_s)) is not None]
        visible: list[PlateTruth] = []
        for place, passage in sorted(present, key=lambda pair: -pair[0][1]):
            hull = self._paint(picture, passage, place, t_s)
            visible = [truth for truth in visible if not _hides(hull, truth)]
            visible += self._truth(passage, place)
        picture = self._developed(picture, index, t_s)
        return picture, FrameTruth(index, t_s, tuple(sorted(visible, key=lambda truth: truth.vehicle)))

    def _light(self, t_s: float) -> Light:
        dark_s = self._settings.night_from_s
        if dark_s is None:
            return lights.DAY
        if t_s >= dark_s:
            return lights.NIGHT
        return lights.between(lights.DAY, lights.DUSK, self._dusk(t_s))

    def _dusk(self, t_s: float) -> float:
        dark_s = self._settings.night_from_s
        return 0.0 if dark_s is None else float(np.clip((t_s - dark_s + DUSK_S) / (DUSK_S * 0.8), 0, 1))

    def _empty(self, t_s: float, light: Light) -> Bgr:
        if light.grey:
            return self._backdrop.night.copy()
        share = self._dusk(t_s)
        if share == 0:
            return self._backdrop.day.copy()
        return np.asarray(cv2.addWeighted(self._backdrop.day, 1 - share, self._backdrop.dusk, share, 0), dtype=np.uint8)

    def _paint(self, picture: Bgr, passage: Passage, place: tuple[float, float], t_s: float) -> Floats:
        """Paint one vehicle with all that it does to the road; return its outline in pixels."""
        light = self._light(t_s)
        points = passage.vehicle.points + np.array([*place, 0.0])
        seen = self.camera.seen(points)
        ahead = seen[:, 2] > NEAR_M
        if not ahead.any():
            return np.empty((0, 2))
        outline = self.camera.pixels(seen[ahead])
        effects.shadow(picture, self.camera, points, light)
        if passage.direction is Direction.COMING and light.headlamps > 0:
            effects.beam(picture, self.camera, place, light.headlamps)
        low = np.clip(np.floor(outline.min(0)).astype(int) - 4, 0, [picture.shape[1], picture.shape[0]])
        high = np.clip(np.ceil(outline.max(0)).astype(int) + 4, 0, [picture.shape[1], picture.shape[0]])
        if (high - low).min() >= 2:
            part = picture[low[1] : high[1], low[0] : high[0]]
            view = View(self.camera, light, low.astype(np.float64))
            part[:] = self._vehicle(part, passage, place, view)
        for lamp in passage.vehicle.lamps:
            effects.glare(picture, self.camera, lamp, np.array([*place, 0.0]), light)
        return np.asarray(cv2.convexHull(outline.astype(np.float32))[:, 0], dtype=np.float64)

    def _vehicle(self, part: Bgr, passage: Passage, place: tuple[float, float], view: View) -> Bgr:
        """The part of the picture with the vehicle on it, drawn large and shrunk."""
        height, width = part.shape[:2]
        large = (width * SAMPLES, height * SAMPLES)
        canvas = np.asarray(cv2.resize(part, large, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)
        draw(canvas, passage.vehicle, place, view)
        corners = passage.vehicle.corners + np.array([*place, 0.0])
        if self.camera.seen(corners)[:, 2].min() > NEAR_M * 2:
            pixels = (self.camera.project(corners) - view.origin) * SAMPLES
            if abs(pixels).max() < FAR_OFF_PX:
                paint_plate(canvas, _lit_plate(passage, place, view.light), pixels)
        out = np.asarray(cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)
        return self._moved(out, passage, place, view.light)

    def _moved(self, part: Bgr, passage: Passage, place: tuple[float, float], light: Light) -> Bgr:
        """Blurred by what the vehicle moves while the shutter is open, where that is more than half a pixel."""
        middle = passage.vehicle.corners.mean(0) + np.array([*place, 0.0])
        if self.camera.seen(middle[None])[0, 2] < 2:
            return part
        exposure_s = EXPOSURE_NIGHT_S if light.grey else EXPOSURE_DAY_S
        ends = np.stack([middle, middle + np.array([0, passage.speed(place[1]) * exposure_s, 0])])
        way = np.diff(self.camera.project(ends), axis=0)[0]
        length = float(np.hypot(*way))
        if length < 0.6:
            return part
        kernel = motion_kernel(min(length + 1, 25), float(np.arctan2(way[1], way[0])))
        return np.asarray(cv2.filter2D(part, -1, kernel, borderType=cv2.BORDER_REPLICATE), dtype=np.uint8)

    def _truth(self, passage: Passage, place: tuple[float, float]) -> list[PlateTruth]:
        corners = passage.vehicle.corners + np.array([*place, 0.0])
        if self.camera.seen(corners)[:, 2].min() < NEAR_M * 2:
            return []
        pixels = self.camera.project(corners)
        edge = np.array([self._settings.width, self._settings.height])
        if (pixels < 0).any() or (pixels > edge).any():
            return []
        one, two, three, four = ((float(x), float(y)) for x, y in pixels)
        plate = passage.vehicle.plate
        truth = PlateTruth(passage.number, plate.text, plate.rows, plate.country, (one, two, three, four))
        return [truth] if truth.width_px >= self._settings.listed_px else []

    def _developed(self, picture: Bgr, index: int, t_s: float) -> Bgr:
        dark_s = self._settings.night_from_s
        night = dark_s is not None and t_s >= dark_s
        if night and dark_s:
            gain = sensor.switching(t_s - dark_s)
            if gain > 1.01:
                picture = cv2.convertScaleAbs(picture, alpha=gain).astype(np.uint8)
        # Noise of its own for every frame, so that frames can be drawn in any order.
        rng = np.random.default_rng((self._settings.seed, index))
        picture = (self._grain_night if night else self._grain_day).over(picture, rng)
        if self._settings.caption:
            sensor.burn_in(picture, self._settings.caption, t_s)
        return picture


def _camera(settings: SceneSettings, rng: np.random.Generator) -> Pinhole:
    x_m = float(rng.uniform(-0.7, 0.7))
    return Pinhole(
        settings.width,
        settings.height,
        focal=1.15,
        x_m=x_m,
        height_m=float(rng.uniform(2.4, 2.8)),
        pitch=float(rng.uniform(0.165, 0.185)),
        yaw=-x_m / 9,
    )


def _hides(hull: Floats, truth: PlateTruth) -> bool:
    """Whether a nearer vehicle covers a corner or the middle of the plate."""
    if len(hull) < 3:
        return False
    outline = hull.astype(np.float32)
    spots = [*truth.corners, truth.box.centre]
    return any(cv2.pointPolygonTest(outline, spot, measureDist=False) >= 0 for spot in spots)


def _lit_plate(passage: Passage, place: tuple[float, float], light: Light) -> Bgr:
    """The plate in this light; reflecting foil throws the camera's lamp straight back."""
    image = passage.vehicle.plate.image
    if light.grey:
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        gain = float(np.clip(13 / max(place[1], 1.0), 0.4, 1.0)) * 0.9
        return np.asarray(cv2.cvtColor(cv2.convertScaleAbs(grey, alpha=gain), cv2.COLOR_GRAY2BGR), dtype=np.uint8)
    sun = max(0.0, -light.to_sun[1])
    colour = np.array(light.sun) * sun + np.array(light.sky) * 0.85 + 0.12 + 0.25 * light.headlamps
    return np.asarray(np.clip(image * colour, 0, 255), dtype=np.uint8)
