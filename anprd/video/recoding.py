"""The door through PyAV (FFmpeg): pictures to H.264 and back in memory, for what a camera's stream leaves of them."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal, cast

import av.logging
import cv2
import numpy as np
from av.codec.context import ThreadType
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from anprd.records import Bgr

av.logging.set_level(None)  # as in `container`: FFmpeg writes to standard error by itself

_RATE_HZ = 25  # x264's rate control wants one
# Little to set up: for small pictures that is most of the work. Each picture refers to those before it alone, as a
# camera's do, and comes out at once.
_OPTIONS = {"preset": "superfast", "tune": "zerolatency"}


def last_of(pictures: Sequence[Bgr], *, crf: float) -> Bgr:
    """The last of the pictures as a decoder shows it that was sent all of them, the first as a key frame.

    Args:
        pictures: at least one, (h, w, 3) uint8, of one size, both sides even and at least 16.
        crf: x264's quality: 18 is near lossless, 28 is a frugal camera, 40 a starved one.
    """
    height, width = pictures[-1].shape[:2]
    encoder, decoder = _encoder(width, height, crf), _context("h264", "r")
    shown: list[VideoFrame] = []
    for number, picture in enumerate(pictures):
        planes = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), np.uint8)
        frame = VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts = number
        for packet in encoder.encode(frame):
            shown += decoder.decode(packet)
    for packet in encoder.encode(None):
        shown += decoder.decode(packet)
    shown += decoder.decode(None)
    assert len(shown) == len(pictures), (len(shown), len(pictures))
    return np.asarray(cv2.cvtColor(shown[-1].to_ndarray(format="yuv420p"), cv2.COLOR_YUV2BGR_I420), np.uint8)


def _encoder(width: int, height: int, crf: float) -> VideoCodecContext:
    encoder = _context("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, _RATE_HZ), Fraction(_RATE_HZ)
    encoder.options = {**_OPTIONS, "crf": f"{crf:g}"}
    return encoder


def _context(name: str, mode: Literal["r", "w"]) -> VideoCodecContext:
    """On one thread: the pictures are small, and must not depend on who was faster."""
    context = cast("VideoCodecContext", VideoCodecContext.create(name, mode))
    context.thread_count = 1
    context.thread_type = ThreadType.NONE
    return context
