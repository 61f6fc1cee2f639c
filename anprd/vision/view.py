"""Which part of a frame the detector looks at, and how large it then sees it: pure geometry.

A view is a window of the frame and the input of the network that it is scaled into. There are two inputs, one for
whole frames and one for parts, since each that is compiled holds 23 MB (docs/measured.md#regions). The window fills its
input, so what lies around the wanted box comes for nothing.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from anprd.records import Box, Window
from anprd.vision.letterbox import STRIDE_PX, Size, input_size

WHOLE_SIDE_PX = 640  # the longer side of the input: docs/measured.md#detector-input
PART_SIDE_PX = 384  # half of the work, for up to .6 of the frame's width and .75 of its height,
PART_SHORT_RATIO = 0.75  # since a vehicle is as high as it is wide and a frame is not: docs/measured.md#regions

# A box this close to an inner edge of the window may be cut there, or the corner finder, which looks at 12 % more of
# its width and 25 % more of its height on each side, would look beyond.
INNER_EDGE_PX, INNER_EDGE_RATIO_X, INNER_EDGE_RATIO_Y = 4.0, 0.15, 0.3


@dataclass(frozen=True, slots=True)
class View:
    """A window of a frame, and the network's input (height, width) that it is scaled into."""

    window: Window
    input_size: Size
    frame: Size

    @classmethod
    def whole(cls, frame: Size) -> "View":
        """All of a frame (height, width)."""
        return cls(Window(0, 0, frame[1], frame[0]), input_size(frame, side_px_max=WHOLE_SIDE_PX), frame)

    @classmethod
    def around(cls, wanted: Box, frame: Size) -> "View | None":
        """The part of a frame that holds what is wanted of it, larger than in the whole frame, at most as it is.

        Args:
            wanted: pixels of the frame; what lies outside it is not wanted.
            frame: height and width.

        Returns:
            None where it does not fit the smaller input without being shown smaller than in the whole frame, or where
            nothing is wanted.
        """
        x1, x2 = _span(wanted.x1, wanted.x2, frame[1])
        y1, y2 = _span(wanted.y1, wanted.y2, frame[0])
        if x1 >= x2 or y1 >= y2:
            return None
        size = part_size(frame)
        scale = min(1.0, size[1] / (x2 - x1), size[0] / (y2 - y1))
        if scale < cls.whole(frame).scale:
            return None
        left, right = _spread(x1, x2, size[1] / scale, frame[1])
        top, bottom = _spread(y1, y2, size[0] / scale, frame[0])
        return cls(Window(left, top, right, bottom), size, frame)

    @property
    def scale(self) -> float:
        """Pixels of the input for one of the frame."""
        return min(self.input_size[0] / self.window.height, self.input_size[1] / self.window.width)

    def cuts(self, box: Box) -> bool:
        """Whether a box, in pixels of the frame, ends so near an inner edge that more of it may lie beyond."""
        x = max(INNER_EDGE_PX, INNER_EDGE_RATIO_X * box.width)
        y = max(INNER_EDGE_PX, INNER_EDGE_RATIO_Y * box.height)
        window, (height, width) = self.window, self.frame
        return (
            (window.left > 0 and box.x1 < window.left + x)
            or (window.top > 0 and box.y1 < window.top + y)
            or (window.right < width and box.x2 > window.right - x)
            or (window.bottom < height and box.y2 > window.bottom - y)
        )


def part_size(frame: Size) -> Size:
    """The input for parts of a frame (height, width), of its orientation."""
    whole = input_size(frame, side_px_max=WHOLE_SIDE_PX)
    short = min(PART_SIDE_PX, -(-round(PART_SHORT_RATIO * min(whole)) // STRIDE_PX) * STRIDE_PX)
    return (short, PART_SIDE_PX) if frame[0] <= frame[1] else (PART_SIDE_PX, short)


def union(boxes: Iterable[Box]) -> Box:
    """The box around all boxes; one without area where there are none."""
    found = list(boxes)
    if not found:
        return Box(0.0, 0.0, 0.0, 0.0)
    return Box(
        min(box.x1 for box in found),
        min(box.y1 for box in found),
        max(box.x2 for box in found),
        max(box.y2 for box in found),
    )


def _span(low: float, high: float, limit: int) -> tuple[int, int]:
    """In whole pixels, outwards, from even to even: pictures have one pixel of colour for two of light."""
    return max(0, math.floor(low / 2) * 2), min(limit, math.ceil(high / 2) * 2)


def _spread(low: int, high: int, length: float, limit: int) -> tuple[int, int]:
    """The span made longer on both sides, as far as the picture goes."""
    whole = min(limit, max(high - low, int(length) // 2 * 2))
    first = (low + high - whole) // 4 * 2
    first = max(0, min(first, limit - whole))
    return first, first + whole
