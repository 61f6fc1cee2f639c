"""Where one camera's detector looks next: where something moves or a plate is awaited, and now and then everywhere.

What stands still, or creeps, is seen by the looks at the whole frame. They are so close together that a plate that
stands is found three times within two seconds, from which `tracks` tells that it stands.
"""

from collections import deque
from collections.abc import Iterable, Sequence

from anprd.records import Box
from anprd.vision.letterbox import Size
from anprd.vision.view import View, union

WHOLE_S = 0.9  # from one whole look to the next, at most
LATELY_S = 0.2  # what moved so long ago is looked at too: a gate misses a moment, and a watch is late by one of its own
SPECK_RATIO = 0.002  # of the frame's area: smaller beside larger ones is no vehicle with a plate that can be read
MOVING_MARGIN_RATIO = 0.05  # of a moving box's sides, on each: docs/measured.md#regions
MOVING_MARGIN_FRAME_RATIO = 0.02  # of the frame's longer side, besides: a gate sees the edges of what moves
AWAITED_MARGIN_WIDTHS = 2.0  # plate widths around where a plate should be


class Gaze:
    """One camera's; looks come in stream order."""

    def __init__(self) -> None:
        self._moving: deque[tuple[float, Sequence[Box]]] = deque()
        self._whole_t_s = float("-inf")
        self._looked_t_s = float("-inf")

    def look(self, frame: Size, *, moving: Sequence[Box], awaited: Sequence[Box], t_s: float) -> View:
        """The next view of a frame (height, width): around all that is given, or the whole frame where that is due.

        Args:
            frame: height and width, pixels.
            moving: where it moves, in shares of the frame.
            awaited: where plates should be, in pixels.
            t_s: stream seconds.
        """
        interval_s, self._looked_t_s = t_s - self._looked_t_s, t_s
        self._moving.append((t_s, moving))
        while t_s - self._moving[0][0] > LATELY_S:
            self._moving.popleft()
        lately = _without_specks(dict.fromkeys(box for _, boxes in self._moving for box in boxes))
        wanted = [_around_moving(box, frame) for box in lately] + [_around_plate(box) for box in awaited]
        view = None if t_s + interval_s - self._whole_t_s > WHOLE_S else View.around(union(wanted), frame)
        return view or self.look_everywhere(frame, t_s)

    def look_everywhere(self, frame: Size, t_s: float) -> View:
        """The whole frame: nothing is known of where."""
        self._looked_t_s = self._whole_t_s = t_s
        return View.whole(frame)

    def doubt(self) -> None:
        """The last view cut something off: the next is whole."""
        self._whole_t_s = float("-inf")


def _without_specks(boxes: Iterable[Box]) -> Iterable[Box]:
    """Without leaves, reflections and the digits of a camera's clock, unless there is nothing else."""
    return [box for box in boxes if box.area >= SPECK_RATIO] or boxes


def _around_moving(box: Box, frame: Size) -> Box:
    height, width = frame
    more = MOVING_MARGIN_FRAME_RATIO * max(frame)
    x, y = more + MOVING_MARGIN_RATIO * box.width * width, more + MOVING_MARGIN_RATIO * box.height * height
    return Box(box.x1 * width - x, box.y1 * height - y, box.x2 * width + x, box.y2 * height + y)


def _around_plate(box: Box) -> Box:
    margin = AWAITED_MARGIN_WIDTHS * box.width
    return Box(box.x1 - margin, box.y1 - margin, box.x2 + margin, box.y2 + margin)
