"""A frame: one picture of a stream with its two times. Colours are made only when somebody asks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from anprd.records import Bgr, Luma, TimeBasis, Window
from anprd.video.motion import Motion


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
