"""A rendered scene as a file: H.264 in mp4, and beside it the truth as JSON.

The truth's `vehicles` list holds, for each vehicle: `plate` (A-Z 0-9), `rows`, `country`, `direction`, `kind`;
`first_s` and `last_s`, when its plate was first and last wholly visible and at least `readable_px` wide for its rows
(null if it never was); `best_s`, when it was widest; and `frames`: `t_s`, `box` [x1, y1, x2, y2] and `corners` in every
frame that shows the plate.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from anprd.errors import SinkError
from anprd.training import swap
from anprd.training.render import typeface
from anprd.training.render.scene import READABLE_PX, FrameTruth, PlateTruth, SceneSettings, Stage
from anprd.training.render.traffic import Passage
from anprd.video.clip_writer import ClipWriter

SCHEMA = 1
CRF = 28.0  # x264's quality, that of a frugal camera
DEMO = SceneSettings(
    seed=342,
    night_from_s=20.5,
    vehicles_per_min=10.5,
    idle=((19.5, 22.0),),
    designs=("ru-car", "de-car", "pl-two-row", "pl-car", "ru-car", "ua-car", "ru-two-row"),
)
"""The clip bundled as `config/demo.mp4`."""


def render_clip(  # noqa: PLR0913 (the options of one command)
    out: Path,
    *,
    width: int = 1280,
    height: int = 720,
    fps: float = 25.0,
    seconds: float = 40.0,
    vehicles_per_min: float = 9.0,
    seed: int = 1,
    night: float | None = None,
    fonts: Path | None = None,
) -> Path:
    """Film a scene into the file `out` (.mp4) and write its truth beside it.

    Args:
        out: the video; its folder must exist.
        width: pixels, even; likewise `height`.
        height: pixels.
        fps: frames a second.
        seconds: length.
        vehicles_per_min: how dense the traffic is, 0..60.
        seed: the same seed gives the same scene.
        night: second from which it is night (0: from the start; None: day throughout).
        fonts: a folder of TrueType files; without it plates are lettered in the drawn typeface.

    Returns:
        The truth file: `out` with the ending `.truth.json`.

    Raises:
        ValueError: a size, rate or length that cannot be.
        ConfigError: the folder of typefaces is unusable.
        SinkError: the video cannot be written.
    """
    settings = SceneSettings(width, height, fps, seconds, vehicles_per_min, seed, night_from_s=night)
    return write_clip(out, settings, typeface.load_all(fonts))


def write_clip(out: Path, settings: SceneSettings, typefaces: Sequence[typeface.Typeface]) -> Path:
    """As `render_clip`, with every setting of the scene.

    Args:
        out: the video; it and its truth are put there once both are whole.
        settings: the scene.
        typefaces: as `typeface.load_all` gives them.

    Raises:
        ValueError: width or height is odd.
        SinkError: the video cannot be written.
    """
    if settings.width % 2 or settings.height % 2:
        raise ValueError(f"{settings.width}x{settings.height}: H.264 needs an even width and height")
    with swap.beside(out) as made:
        try:
            _film(made / out.name, Stage(settings, typefaces), settings)
        except SinkError as error:  # the place that the user knows
            raise SinkError(str(error).replace(str(made), str(out.parent))) from error
        with swap.told(out):
            for file in made.iterdir():
                file.replace(out.with_name(file.name))
    return _truth(out)


def _film(out: Path, stage: Stage, settings: SceneSettings) -> None:
    truth: list[FrameTruth] = []
    size = (settings.width, settings.height)
    with ClipWriter(out, size=size, fps=settings.fps, crf=CRF, preset="medium") as film:
        for index in range(settings.frame_count):
            picture, seen = stage.frame(index)
            film.write(picture, index / settings.fps)
            truth.append(seen)
    text = json.dumps(summary(settings, stage.passages, truth), separators=(",", ":")) + "\n"
    with swap.told(_truth(out)):
        _truth(out).write_text(text)


def _truth(out: Path) -> Path:
    return out.with_suffix(".truth.json")


def summary(settings: SceneSettings, passages: Sequence[Passage], truth: Sequence[FrameTruth]) -> dict[str, Any]:
    """The truth of a clip as it stands in its JSON file; vehicles whose plate was never seen are left out."""
    seen: dict[int, list[tuple[float, PlateTruth]]] = defaultdict(list)
    for frame in truth:
        for plate in frame.plates:
            seen[plate.vehicle].append((frame.t_s, plate))
    return {
        "schema": SCHEMA,
        "width": settings.width,
        "height": settings.height,
        "fps": settings.fps,
        "seconds": round(settings.frame_count / settings.fps, 3),
        "frames": settings.frame_count,
        "seed": settings.seed,
        "night_from_s": settings.night_from_s,
        "readable_px": {str(rows): width for rows, width in READABLE_PX.items()},
        "vehicles": [_of_vehicle(passage, seen[passage.number]) for passage in passages if seen[passage.number]],
    }


def _of_vehicle(passage: Passage, seen: Sequence[tuple[float, PlateTruth]]) -> dict[str, Any]:
    plate = passage.vehicle.plate
    readable = [t_s for t_s, truth in seen if truth.readable]
    best_s, best = max(seen, key=lambda pair: pair[1].width_px)
    return {
        "plate": plate.text,
        "rows": plate.rows,
        "country": plate.country,
        "kind": passage.vehicle.body.name,
        "direction": str(passage.direction),
        "first_s": round(readable[0], 3) if readable else None,
        "last_s": round(readable[-1], 3) if readable else None,
        "best_s": round(best_s, 3),
        "best_width_px": round(best.width_px, 1),
        "frames": [
            {
                "t_s": round(t_s, 3),
                "box": [round(value, 2) for value in (truth.box.x1, truth.box.y1, truth.box.x2, truth.box.y2)],
                "corners": [[round(x, 2), round(y, 2)] for x, y in truth.corners],
            }
            for t_s, truth in seen
        ],
    }
