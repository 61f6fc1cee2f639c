"""What the write-up's pipeline costs a camera, measured on the same film: it looks at every frame, moving or not."""

import time
from pathlib import Path
from typing import Any

from anprd.bench.film import Film, Piece
from anprd.training.write_up import WriteUp
from anprd.video.clock import SystemClock
from anprd.video.sources import open_clip
from anprd.vision import weights

CHECKPOINT = Path("checkpoints") / "detector.pt"
EVERY = 10  # frames: all are decoded, and every tenth tells what looking costs
_WARM_FRAMES = 3


def measure(film: Film, busy: float, weights_dir: Path | None) -> dict[str, Any]:
    """The share of a core that one camera takes, as a row of `bench cameras` (`cpu_per_camera`).

    Args:
        film: whose empty road and first vehicle are looked at.
        busy: share of the time with a vehicle in view.
        weights_dir: its `checkpoints/detector.pt` is the detector.
    """
    pipeline = WriteUp((weights_dir or weights.default_folder()) / CHECKPOINT)
    idle_s, busy_s = (_frame_s(film, piece, pipeline) for piece in film.pieces[:2])
    frame_s = busy * busy_s + (1 - busy) * idle_s
    return {
        "cameras": 1,
        "wake": "baseline",
        "busy": busy,
        "frame_ms": round(1000 * frame_s, 2),
        "cpu_per_camera": round(film.plan.fps * frame_s, 5),
    }


def _frame_s(film: Film, piece: Piece, pipeline: WriteUp) -> float:
    """CPU time of one frame: decoded, turned to colours and read."""
    decode_s = look_s = 0.0
    looks = count = 0
    frames = open_clip(film.main(piece), clock=SystemClock()).frames()
    while True:
        began_s = time.process_time()
        frame = next(frames, None)
        decode_s += time.process_time() - began_s
        if frame is None:
            return decode_s / count + look_s / looks
        if count < _WARM_FRAMES:
            pipeline.read(frame.bgr())
        elif count % EVERY == 0:
            began_s = time.process_time()
            pipeline.read(frame.bgr())
            look_s += time.process_time() - began_s
            looks += 1
        count += 1
