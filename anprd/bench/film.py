"""The film that the benchmark's cameras show: rendered once, main stream and substream, every plate known.

It is what cameras send: H.264 without B frames, a key frame every two seconds, the rate limited as theirs is, and noise
in every pixel, since decoding a clean picture would cost a fraction. The pieces (an empty road, and vehicles' whole
ways through the picture) come from one scene, so that nothing but the vehicle changes where they are put together. No
clock is burned in: it would leap there.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np

from anprd import scratch
from anprd.bench.playlist import GOP_S, IDLE, Pass
from anprd.errors import ConfigError
from anprd.training.render import typeface
from anprd.training.render.scene import FrameTruth, SceneSettings, Stage
from anprd.training.render.traffic import Passage
from anprd.video.clip_writer import ClipWriter

SCHEMA = 1
IDLE_S = 4.0
DESIGNS = ("ru-car", "pl-car", "de-car", "ua-car")
CRF = 20.0  # better than the rate allows on a noisy picture: so the rate is what counts
CAMERA_LIKE: Mapping[str, str] = MappingProxyType({"tune": "zerolatency", "sc_threshold": "0", "threads": "1"})
MANIFEST = "film.json"
_EVERY_S = 60.0  # of the scene's time, from one vehicle to the next: so they never meet

Progress = Callable[[int, int], None]
"""Told how many frames are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class FilmPlan:
    """What is filmed."""

    width: int = 1920
    height: int = 1080
    fps: int = 25
    bits_per_s: int = 4_000_000
    small_width: int = 640
    small_fps: int = 15
    small_bits_per_s: int = 500_000
    pass_count: int = 6
    spare_count: int = 2
    """Passes beyond those that are shown: one that the networks do not read unhurried is no test of speed."""
    seed: int = 7

    def __post_init__(self) -> None:
        """Raises ValueError for what cannot be filmed."""
        if self.width % 2 or self.height % 2 or not (160 <= self.width <= 4096 and 120 <= self.height <= 2304):
            raise ValueError(f"{self.width}x{self.height}: a film has an even size from 160x120 to 4096x2304")
        if not 1 <= self.fps <= 60 or not 1 <= self.small_fps <= self.fps:
            raise ValueError("a film has 1 to 60 frames a second, and its substream no more than that")

    @property
    def small_size(self) -> tuple[int, int]:
        """Of the substream, in the aspect of the film."""
        width = min(self.small_width, self.width)
        return width // 2 * 2, round(width * self.height / self.width / 2) * 2

    @property
    def name(self) -> str:
        """Differs where anything that is filmed differs."""
        wide, high = self.small_size
        main = f"{self.width}x{self.height}-{self.fps}-{self.bits_per_s // 1000}k"
        small = f"{wide}x{high}-{self.small_fps}-{self.small_bits_per_s // 1000}k"
        return f"film{SCHEMA}-{main}-{small}-{self.pass_count}+{self.spare_count}-{self.seed}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the film that begins with a key frame: `<name>.h264` and `<name>.small.h264` in the film's folder."""

    name: str
    gop_count: int
    shown: Pass | None
    """The vehicle; None for the empty road."""


@dataclass(frozen=True, slots=True)
class Film:
    """A rendered film in its folder. The first piece is the empty road."""

    folder: Path
    plan: FilmPlan
    pieces: tuple[Piece, ...]

    @property
    def passes(self) -> tuple[Pass, ...]:
        return tuple(piece.shown for piece in self.pieces if piece.shown is not None)

    def main(self, piece: Piece) -> Path:
        """The piece's main stream, H.264 as a byte stream (Annex B)."""
        return self.folder / f"{piece.name}.h264"

    def small(self, piece: Piece) -> Path:
        """Its substream."""
        return self.folder / f"{piece.name}.small.h264"


def made(keep: Path, plan: FilmPlan, progress: Progress) -> Film:
    """The film of this plan from the folder `keep`; rendered into it where it is not there yet, which takes minutes.

    Raises:
        ConfigError: the folder cannot be written to.
    """
    folder = keep / plan.name
    if not (folder / MANIFEST).is_file():
        with ExitStack() as opened:
            try:
                keep.mkdir(parents=True, exist_ok=True)
                partial = opened.enter_context(scratch.folder(keep, prefix="film-"))
            except OSError as error:
                raise ConfigError(
                    f"{keep}: the film cannot be kept there: {error.strerror}; name another --keep"
                ) from error
            _render(partial, plan, progress)
            partial.rename(folder)
    return _load(folder, plan)


def _load(folder: Path, plan: FilmPlan) -> Film:
    about = json.loads((folder / MANIFEST).read_text())
    pieces = (
        Piece(one["name"], one["gop_count"], None if one["shown"] is None else Pass(**one["shown"]))
        for one in about["pieces"]
    )
    return Film(folder, plan, tuple(pieces))


def _render(folder: Path, plan: FilmPlan, progress: Progress) -> None:
    count = plan.pass_count + plan.spare_count
    seconds = _EVERY_S * (count + 1)
    scene = SceneSettings(
        plan.width, plan.height, plan.fps, seconds, 60 / _EVERY_S, plan.seed, designs=DESIGNS, caption=""
    )
    stage = Stage(scene, typeface.load_all(None))
    spans = [_span(passage, plan.fps) for passage in stage.passages[:count]]
    before = spans[0].start - round(IDLE_S * plan.fps)
    spans.insert(IDLE, range(before, spans[0].start))
    total = sum(map(len, spans))
    done, pieces = 0, []
    for number, span in enumerate(spans):
        name = f"pass{number}" if number else "idle"
        truth = []
        for seen in _filmed(folder / name, stage, span, plan):
            truth.append(seen)
            done += 1
            progress(done, total)
        shown = _shown(truth, span.start / plan.fps)
        if shown is not None or number == IDLE:
            pieces.append(asdict(Piece(name, round(len(span) / plan.fps / GOP_S), shown)))
    about = {"schema": SCHEMA, "plan": asdict(plan), "pieces": pieces}
    (folder / MANIFEST).write_text(json.dumps(about, indent=1) + "\n")


def _span(passage: Passage, fps: int) -> range:
    """The frames of one passage: whole groups of pictures."""
    first_s, last_s = float(passage.times_s[0]), float(passage.times_s[-1])
    start = round(first_s * fps)
    return range(start, start + math.ceil((last_s - first_s) / GOP_S) * round(GOP_S * fps))


def _filmed(path: Path, stage: Stage, span: range, plan: FilmPlan) -> Iterator[FrameTruth]:
    """Write one piece, main stream and substream, and give what each frame shows."""
    main, small = path.with_suffix(".h264"), path.with_suffix(".small.h264")
    with (
        _writer(main, (plan.width, plan.height), plan.fps, plan.bits_per_s) as large_writer,
        _writer(small, plan.small_size, plan.small_fps, plan.small_bits_per_s) as small_writer,
    ):
        written = 0
        for index in span:
            picture, seen = stage.frame(index)
            t_s = (index - span.start) / plan.fps
            large_writer.write(picture, t_s)
            if t_s * plan.small_fps >= written - 1e-6:
                shrunk = cv2.resize(picture, plan.small_size, interpolation=cv2.INTER_AREA)
                small_writer.write(np.asarray(shrunk, np.uint8), written / plan.small_fps)
                written += 1
            yield seen


def _writer(path: Path, size: tuple[int, int], fps: int, bits_per_s: int) -> ClipWriter:
    rate = {"maxrate": str(bits_per_s), "bufsize": str(2 * bits_per_s)}
    return ClipWriter(path, size=size, fps=fps, crf=CRF, x264={**CAMERA_LIKE, **rate})


def _shown(truth: Sequence[FrameTruth], start_s: float) -> Pass | None:
    """The vehicle whose plate can be read in these frames; None where there is none, or more than one."""
    readable = [(frame.t_s - start_s, plate.text) for frame in truth for plate in frame.plates if plate.readable]
    if len({text for _, text in readable}) != 1:
        return None
    return Pass(readable[0][1], round(readable[0][0], 3), round(readable[-1][0], 3))
