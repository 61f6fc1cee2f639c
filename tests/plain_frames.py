"""Frames of plain pictures, as no camera sends them."""

from datetime import UTC, datetime, timedelta

import cv2
import numpy as np

from anprd.records import Bgr, Luma, Window
from anprd.video.frames import Frame

_EPOCH = datetime.fromtimestamp(0, UTC)


class PlainPicture:
    """A picture that is already in memory; read-only, as those of a decoder."""

    def __init__(self, bgr: Bgr) -> None:
        self._bgr = _read_only(bgr)
        self._luma: Luma | None = None

    def luma(self) -> Luma:
        if self._luma is None:
            self._luma = _read_only(cv2.cvtColor(self._bgr, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False))
        return self._luma

    def bgr(self) -> Bgr:
        return self._bgr

    def part(self, window: Window) -> Bgr:
        return self._bgr[window.top : window.bottom, window.left : window.right]


def frame_of(bgr: Bgr, t_s: float = 0.0, at: datetime | None = None) -> Frame:
    """A frame of a plain picture. `at` is 1970 plus `t_s` unless given."""
    height, width = bgr.shape[:2]
    return Frame(t_s, at or _EPOCH + timedelta(seconds=t_s), width, height, PlainPicture(bgr))


def _read_only(pixels: Bgr) -> Bgr:
    """The same memory, seen through an array that cannot be written."""
    view = pixels.view()
    view.flags.writeable = False
    return view
