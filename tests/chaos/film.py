"""Films with known plates, as cameras send them: access units of several codecs and sizes, and when which plate shows.

A film is played in a circle. Its first frame shows an empty road, as does its last, so nothing is cut at the seam.
"""

import json
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from anprd.bench import rtp
from anprd.bench.rtp import Coded
from anprd.pipeline import Pipeline
from anprd.records import Bgr
from anprd.settings import CameraSettings
from anprd.vision.plates import Vision
from tests.plain_frames import frame_of

FPS = 12.5
GOP_FRAMES = 12
DETECT_FPS = 6.0  # enough to confirm a pass of two seconds, and little enough for two slow cores
SURE_FPS = 5.0  # looks come a little early and late: what is owed is read with fewer of them as well
SURE_CONFIDENCE = 0.65
PLAIN, SMALL, HEVC = "h264 960x540", "h264 768x432", "h265 960x540"
_CODECS = {
    PLAIN: ("libx264", 960, 540, {"preset": "veryfast", "tune": "zerolatency", "crf": "24"}),
    SMALL: ("libx264", 768, 432, {"preset": "veryfast", "tune": "zerolatency", "crf": "22"}),
    HEVC: (
        "libx265",
        960,
        540,
        {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "crf": "24",
            "x265-params": f"keyint={GOP_FRAMES}:min-keyint={GOP_FRAMES}:repeat-headers=1:log-level=none",
        },
    ),
}
_SUBSTREAM = ("libx264", 480, 270, {"preset": "veryfast", "tune": "zerolatency", "crf": "26"})
DEMO = Path(__file__).parents[2] / "config" / "demo.mp4"
DEMO_PARTS = ((0.0, 20.4), (21.6, 39.9))  # by day and by night; between them, and at both ends, the road is empty


@dataclass(frozen=True, slots=True)
class Pass:
    """One vehicle of the film, and when its plate can be read: seconds from the film's start."""

    plate: str
    first_s: float
    last_s: float
    sure: bool = True
    """Whether the networks read it without a doubt when nothing is wrong: how well they read is not tested here."""


@dataclass(frozen=True, slots=True)
class Film:
    """What one camera shows, over and over."""

    passes: tuple[Pass, ...]
    variants: dict[str, Coded]
    substream: Coded | None = None
    """The same, small."""

    @property
    def frame_count(self) -> int:
        return len(self.variants[PLAIN].frames)

    @property
    def length_s(self) -> float:
        return self.frame_count / FPS


def demo_films() -> list[Film]:
    """The two halves of the bundled clip, which share no plate; made at the same time, on a core each."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda part: film_of(DEMO, *part), DEMO_PARTS))


def rendered_films(folder: Path, seeds: tuple[int, ...]) -> list[Film]:
    """Films of their own for more cameras, rendered once and kept in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    return [film_of(_rendered(folder, seed), 0.0, RENDERED_S) for seed in seeds]


RENDERED_S = 22.0


def _rendered(folder: Path, seed: int) -> Path:
    from anprd.training.render import clip, typeface  # noqa: PLC0415  loads for a second
    from anprd.training.render.scene import SceneSettings  # noqa: PLC0415

    path = folder / f"film-{seed}.mp4"
    if not path.with_suffix(".truth.json").exists():
        scene = SceneSettings(
            960, 540, FPS, RENDERED_S, vehicles_per_min=11, seed=seed,
            idle=((0.0, 2.0), (RENDERED_S - 2.0, RENDERED_S)), designs=("ru-car", "pl-car"),
        )  # fmt: skip
        clip.write_clip(path, scene, typeface.load_all(None))
    return path


def film_of(clip: Path, from_s: float, to_s: float) -> Film:
    """That part of a rendered clip; its truth lies beside it."""
    truth = json.loads(clip.with_suffix(".truth.json").read_text())
    filmed = list(pictures(clip, from_s, to_s, FPS))
    passes = tuple(
        Pass(vehicle["plate"], vehicle["first_s"] - from_s, vehicle["last_s"] - from_s)
        for vehicle in truth["vehicles"]
        if vehicle["first_s"] is not None and from_s <= vehicle["first_s"] < to_s
    )
    variants = {name: _encode(filmed, *how) for name, how in _CODECS.items()}
    return _judged(Film(passes, variants, _encode(filmed, *_SUBSTREAM)))


def _judged(film: Film) -> Film:
    """With each pass marked that an undisturbed pipeline does not tell surely and correctly, whatever the variant."""
    vision = Vision.load(None)
    sure = set.intersection(*(_told(variant, vision) for variant in film.variants.values()))
    return replace(film, passes=tuple(replace(one, sure=one.plate in sure) for one in film.passes))


def _told(variant: Coded, vision: Vision) -> set[str]:
    """The plates that are surely told however many frames of the film's beginning are missed.

    Begun at each frame between two looks, so that every frame of a pass has been among those looked at.
    """
    camera = CameraSettings(name="film", url="file:film", detect_fps_max=SURE_FPS)
    begun = [(Pipeline(camera, vision), []) for _ in range(math.ceil(FPS / SURE_FPS))]
    for number, picture in enumerate(_decoded(variant)):
        for pipeline, verdicts in begun[: number + 1]:
            verdicts.extend(pipeline.feed(frame_of(picture, number / FPS)))
    told = ([*verdicts, *pipeline.settle()] for pipeline, verdicts in begun)
    return set.intersection(*({one.plate for one in each if one.confidence >= SURE_CONFIDENCE} for each in told))


def _decoded(variant: Coded) -> Iterator[Bgr]:
    context = av.CodecContext.create("hevc" if variant.codec == "h265" else variant.codec, "r")
    context.thread_count = 1
    for units in variant.frames:
        for frame in context.decode(av.Packet(b"".join(b"\0\0\0\1" + unit for unit in units))):
            yield frame.to_ndarray(format="bgr24")


def pictures(clip: Path, from_s: float, to_s: float, fps: float) -> Iterator[Bgr]:
    """That part of a clip, at another frame rate."""
    due_s = from_s
    with av.open(str(clip)) as container:
        for frame in container.decode(video=0):
            if frame.time >= to_s:
                return
            if frame.time >= due_s - 1e-3:
                due_s += 1 / fps
                yield frame.to_ndarray(format="bgr24")


def _encode(pictures: list[Bgr], codec: str, width: int, height: int, options: dict[str, str]) -> Coded:
    context = av.CodecContext.create(codec, "w")
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    rate = Fraction(FPS).limit_denominator(100)
    context.framerate, context.time_base, context.gop_size, context.max_b_frames = rate, 1 / rate, GOP_FRAMES, 0
    context.thread_count = 1
    context.options = {"sc_threshold": "0"} | options if codec == "libx264" else options
    packets = []
    for number, picture in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="bgr24")
        frame = frame.reformat(width, height, "yuv420p")
        frame.pts, frame.time_base = number, context.time_base
        packets += context.encode(frame)
    packets += context.encode(None)
    assert len(packets) == len(pictures), "no frame is held back or left out"
    return Coded("h265" if codec == "libx265" else "h264", tuple(tuple(rtp.nal_units(bytes(one))) for one in packets))
