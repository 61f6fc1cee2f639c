"""Small recordings and cameras' settings for tests of `anprd.video`."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from anprd.records import Bgr
from anprd.settings import CameraSettings


def camera(url: str, **changes: object) -> CameraSettings:
    """A camera with the short patience of a test."""
    return CameraSettings.model_validate(
        {"name": "gate", "url": url, "open_timeout_s": 2.0, "read_timeout_s": 1.0} | changes
    )


def moving_ball(count: int, width: int = 320, height: int = 240) -> list[Bgr]:
    """Pictures of a white disc that crosses a grey field."""
    pictures = []
    for i in range(count):
        picture = np.full((height, width, 3), 90, np.uint8)
        cv2.circle(picture, (20 + i * (width - 40) // max(1, count - 1), height // 2), 15, (255, 255, 255), -1)
        pictures.append(picture)
    return pictures


def write_clip(path: Path, pictures: Sequence[Bgr], *, fps: int = 10, codec: str = "libx264", **options: str) -> Path:
    """Encode the pictures. `options` are the codec's, save for `pix_fmt`, `color_range` and `movflags`."""
    container_options = {"movflags": options.pop("movflags")} if "movflags" in options else {}
    pix_fmt, color_range = options.pop("pix_fmt", "yuv420p"), options.pop("color_range", "")
    with av.open(str(path), "w", container_options=container_options) as container:
        stream = container.add_stream(codec, rate=fps, options=options)
        stream.pix_fmt = pix_fmt
        stream.codec_context.thread_count = 1
        stream.height, stream.width = pictures[0].shape[:2]
        if color_range:
            stream.codec_context.color_range = int(color_range)
        for index, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = index, Fraction(1, fps)
            wanted = frame.reformat(format=pix_fmt, dst_color_range=int(color_range) if color_range else None)
            container.mux(stream.encode(wanted))
        container.mux(stream.encode())
    return path
