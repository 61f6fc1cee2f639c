"""A frame: one picture of a stream with its two times. Colours are made only when somebody asks."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, Self

import cv2
import numpy as np

from anprd.records import Bgr, Luma, TimeBasis, Window
from anprd.video.motion import Motion

_EPOCH = datetime.fromtimestamp(0, UTC)


class Picture(Protocol):
    """What a frame shows. All arrays are read-only: they may be the decoder's own memory."""

    def luma(self) -> Luma: ...

    def bgr(self) -> Bgr: ...

    def part(self, window: Window) -> Bgr: ...


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture. `t_s` is stream time (from PTS, begins at 0, always grows), `at` when it was taken, in UTC."""

    t_s: float
    at: datetime
    width: int
    height: int
    picture: Picture
    clock: TimeBasis = TimeBasis.ARRIVAL
    """What `at` rests on."""
    motion: Motion | None = None
    """What a watch on another stream of the same view says of this moment; None: nobody watched."""

    def luma(self) -> Luma:
        """(height, width) uint8, the Y plane as it was sent (16..235 or 0..255), read-only, mostly without a copy.

        Rows may be padded: the array need not be contiguous.
        """
        return self.picture.luma()

    def bgr(self) -> Bgr:
        """(height, width, 3) uint8 in B, G, R order, 0..255, read-only. Converted once, when first asked for."""
        return self.picture.bgr()

    def part(self, window: Window) -> Bgr:
        """That part of `bgr`, read-only, without the rest being converted where that can be helped."""
        return self.picture.part(window)

    @classmethod
    def of_image(cls, bgr: Bgr, t_s: float = 0.0, at: datetime | None = None) -> Self:
        """A frame of a plain picture, for photos and tests. `at` is 1970 plus `t_s` unless given."""
        height, width = bgr.shape[:2]
        return cls(t_s, at or _EPOCH + timedelta(seconds=t_s), width, height, PlainPicture(bgr))


class PlainPicture:
    """A picture that is already in memory."""

    __slots__ = ("_bgr", "_luma")

    def __init__(self, bgr: Bgr) -> None:
        self._bgr = read_only(bgr)
        self._luma: Luma | None = None

    def luma(self) -> Luma:
        if self._luma is None:
            self._luma = read_only(cv2.cvtColor(self._bgr, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False))
        return self._luma

    def bgr(self) -> Bgr:
        return self._bgr

    def part(self, window: Window) -> Bgr:
        return self._bgr[window.top : window.bottom, window.left : window.right]


def read_only(pixels: Bgr) -> Bgr:
    """The same memory, seen through an array that cannot be written."""
    view = pixels.view()
    view.flags.writeable = False
    return view
