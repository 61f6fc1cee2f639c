"""The traffic on which trackers are compared: each scene gives the looks of several runs at any rate."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anprd.training.render import typeface
from anprd.training.render.clip import write_clip
from anprd.training.render.scene import SceneSettings
from tests.comparison import recording
from tests.comparison.recording import Look
from tests.traffic import Camera, Vehicle, crossing, driving

SEEDS = range(6)
DENSE_S = 7.0
_LETTERS, _DIGITS = "ABEKMHOPCTYX", "0123456789"
PLATE = (_LETTERS, *[_DIGITS] * 3, *[_LETTERS] * 2, "789", _DIGITS)  # as they are written in Russia
OFFSETS = (0.0, 1 / 3, 2 / 3)
DUSK = SceneSettings(seconds=40, vehicles_per_min=40, seed=11, night_from_s=16.0)


@dataclass(frozen=True, slots=True)
class Scene:
    """Traffic with a name."""

    name: str
    runs: Callable[[float], list[list[Look]]]
    """The looks of each run at so many looks a second."""


def drawn() -> list[Scene]:
    """Vehicles before a pinhole camera, with a detector and a reader that err by themselves."""
    cars: Mapping[str, Sequence[Vehicle]] = {
        "one car": [driving("K995OX190", lane_m=1, speed_m_s=12)],
        "one fast car": [driving("K995OX190", lane_m=1, speed_m_s=33)],
        "opposite lanes": [
            driving("K995OX190", lane_m=-1.8, speed_m_s=12),
            driving("P429OO197", lane_m=1.8, speed_m_s=-10, start_m=7, begin_s=0.6),
        ],
        "queue": [
            driving(plate, lane_m=0, speed_m_s=6, start_m=20, begin_s=index * 1.3)
            for index, plate in enumerate(("K995OX190", "P429OO197", "H474XM197", "E707EB77"))
        ],
        "crossing": [
            crossing("K995OX190", away_m=14, speed_m_s=7, start_m=-6),
            crossing("P429OO197", away_m=12, speed_m_s=-6, start_m=6),
        ],
        "dense": _dense(),
    }
    return [Scene(name, _camera(vehicles)) for name, vehicles in cars.items()]


def detected(folder: Path, demo: Path) -> list[Scene]:
    """Rendered films as detector and reader see them. Raises as `recording.recorded`."""
    return [
        Scene(f"{film.stem}, detected", _recorded(recording.named(recording.recorded(film, folder), _truth(film))))
        for film in _films(folder, demo)
    ]


def true_boxes(folder: Path, demo: Path) -> list[Scene]:
    """The same films as a perfect detector without a reader would see them."""
    return [
        Scene(f"{film.stem}, true boxes", _recorded(recording.true_boxes(_truth(film))))
        for film in _films(folder, demo)
    ]


def clips(paths: Sequence[Path], folder: Path) -> list[Scene]:
    """Real clips; what is where is told by hand, in `<clip>.truth.json` in the folder, as of rendered ones.

    Of that file `vehicles` is read: for each its `plate`, or any name, and its `frames` with `t_s` and `box`.
    Raises as `recording.recorded`.
    """
    return [
        Scene(path.stem, _recorded(recording.named(recording.recorded(path, folder), _truth(folder / path.name))))
        for path in paths
    ]


def _films(folder: Path, demo: Path) -> tuple[Path, Path]:
    """A quiet one and a dense one at dusk, which is made once; the folder keeps it."""
    dusk = folder / "dusk.mp4"
    if not dusk.with_suffix(".truth.json").exists():
        write_clip(dusk, DUSK, typeface.load_all(None))
    return demo, dusk


def _truth(film: Path) -> dict[str, Any]:
    truth: dict[str, Any] = json.loads(film.with_suffix(".truth.json").read_text())
    return truth


def _dense() -> list[Vehicle]:
    """Two lanes each way, each with its speed (29 to 72 km/h), vehicles one to two and a half seconds apart."""
    chance, vehicles = random.Random(3), []
    for lane_m, speed_m_s in ((-1.8, 8.0), (-5.4, 15.0), (1.8, -12.0), (5.4, -20.0)):
        begin_s, start_m = chance.uniform(0, 1), 45.0 if speed_m_s > 0 else 6.0
        while begin_s < DENSE_S:
            plate = "".join(chance.choice(kind) for kind in PLATE)
            vehicles.append(driving(plate, lane_m=lane_m, speed_m_s=speed_m_s, start_m=start_m, begin_s=begin_s))
            begin_s += chance.uniform(1.0, 2.5)
    return vehicles


def _camera(vehicles: Sequence[Vehicle]) -> Callable[[float], list[list[Look]]]:
    def runs(fps: float) -> list[list[Look]]:
        return [
            [Look(t_s, tuple(seen)) for t_s, seen in Camera(fps=fps, seed=seed).frames(vehicles, 12)] for seed in SEEDS
        ]

    return runs


def _recorded(looks: Sequence[Look]) -> Callable[[float], list[list[Look]]]:
    def runs(fps: float) -> list[list[Look]]:
        every = recording.looked(looks, fps)
        if len(every) == len(looks):  # the film has no more to choose from
            return [every]
        return [recording.looked(looks, fps, offset=offset) for offset in OFFSETS]

    return runs
