"""Whether anything moves, from a thumbnail of the Y plane: an empty road must not cost a detection.

What is compared is detail, the picture less its own surroundings, so clouds and exposure hardly show. Two running
means of it are kept, and a pixel has moved where it differs from both: from the slow one (the scene), or swaying leaves
would count; and from the fast one (the last half second), or a car that has parked, and the bare road where one has
left, would count for minutes. A pixel that keeps changing, such as the seconds of a camera's clock, raises its own
threshold; noise raises all of them.

Where nearly all the picture changes from one frame to the next and yet shows the same edges, the camera did it
(infrared switching, exposure), and the scene is learned anew. Where the edges are others, it is a lorry at the lens.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from anprd.records import Box, Luma

_Thumbnail = NDArray[np.float32]
_Mask = NDArray[np.uint8]

THUMBNAIL_WIDTH_PX = (
    160  # a 32 px plate of a 1080p picture sits on a car of about 12x10 px here: ten times the threshold
)
_CHANGE_MIN = 8.0  # grey levels; by day sensor noise is below 1 once 12x6 pixels are averaged
_NOISE_FACTOR = 6.0
_NOISE_MAX = 3.0  # of a small picture at night; above it the moving traffic itself would be taken for noise
_NOISE_S = 5.0
_SLOW_S = 10.0
_SLOW_WHERE_CHANGED_S = 40.0  # a car that stops at a barrier shall not become scenery before it drives on
_FAST_S = 0.4
_RELEARN_S = 0.3
_RELEARN_FOR_S = 1.5  # exposure settles for about a second after infrared was switched
_RESTLESS_S = 30.0
_RESTLESS_MAX = 20.0  # what one frame may add, so that a passing car does not blind its lane
_RESTLESS_FACTOR = 3.0
_NEIGHBOURS_MIN = 3  # of nine, itself included: single pixels are noise
_SURROUNDINGS_PX = 41  # wider than a near car's parts, narrower than the shadow of a cloud
_EDGE_PX = 9
_TILES = (8, 6)
_TILE_CHANGED_MIN = 0.3
_TILES_CHANGED_MIN = 0.75
_SAME_EDGES_MIN = 0.5  # correlation; lorries and cuts stay below 0.37, light and infrared above 0.75: docs/measured.md
_GLOBAL_S_MAX = 3.0  # what lasts longer (a flickering lamp) is looked at: better work than blindness


@dataclass(frozen=True, slots=True)
class Motion:
    """What the gate says of one frame."""

    active: bool
    """Look at this frame: something moves, or did within the hold time, or nothing is known yet."""
    area_ratio: float
    """The part of the picture that moves, 0..1; 0 where the whole picture changed."""
    global_change: bool
    """The whole picture changed at once; the scene is learned anew."""
    regions: tuple[Box, ...] = ()
    """Where it moves, in shares of the picture's width and height, 0..1; empty while active: anywhere."""


class MotionGate:
    """One camera's gate; frames come in stream order, paced or not."""

    def __init__(self, area_ratio_min: float, hold_s: float) -> None:
        """`area_ratio_min`: the part of the picture, 0..1, from which on motion counts; 0 lets everything pass."""
        self._area_ratio_min = area_ratio_min
        self._hold_s = hold_s
        self._scene: _Scene | None = None
        self._shape: tuple[int, ...] = ()
        self._active_until_s = 0.0
        self._global_since_s: float | None = None

    def feed(self, luma: Luma, t_s: float) -> Motion:
        """Judge the next frame.

        Args:
            luma: (h, w) uint8, any strides; another size than the last frame's begins anew.
            t_s: stream seconds.
        """
        if self._scene is None or self._shape != luma.shape or t_s < self._scene.t_s:
            self._shape = luma.shape
            self._scene = _Scene(_thumbnail(luma), t_s)
            self._active_until_s = t_s + self._hold_s  # a car may stand there already
            return Motion(active=True, area_ratio=0.0, global_change=False)
        change = self._scene.feed(_thumbnail(luma), t_s)
        if change.everywhere:
            self._global_since_s = t_s if self._global_since_s is None else self._global_since_s
        else:
            self._global_since_s = None
        lasting = self._global_since_s is not None and t_s - self._global_since_s > _GLOBAL_S_MAX
        if lasting or (change.area_ratio >= self._area_ratio_min and not change.everywhere):
            self._active_until_s = t_s + self._hold_s
        return Motion(t_s <= self._active_until_s, change.area_ratio, change.everywhere)


@dataclass(frozen=True, slots=True)
class _Change:
    area_ratio: float
    everywhere: bool


class _Scene:
    """The two running means, and how restless each pixel is."""

    def __init__(self, thumbnail: _Thumbnail, t_s: float) -> None:
        self.t_s = t_s
        self._last = thumbnail
        self._slow = _detail(thumbnail)
        self._fast = self._slow.copy()
        self._restless = np.zeros_like(thumbnail)
        self._noise = 0.0
        self._relearn_until_s = float("-inf")

    def feed(self, thumbnail: _Thumbnail, t_s: float) -> _Change:
        span_s = t_s - self.t_s
        everywhere = _is_the_cameras_doing(self._last, thumbnail)
        noise = min(_NOISE_MAX, float(np.median(cv2.absdiff(thumbnail, self._last)[::3, ::3])))
        self._noise += _share(span_s, _NOISE_S) * (noise - self._noise)
        self.t_s, self._last = t_s, thumbnail
        detail = _detail(thumbnail)
        if everywhere:
            self._slow, self._fast = detail, detail.copy()
            self._relearn_until_s = t_s + _RELEARN_FOR_S
            return _Change(0.0, everywhere=True)
        from_slow = np.abs(detail - self._slow)
        threshold = np.maximum(max(_CHANGE_MIN, _NOISE_FACTOR * self._noise), _RESTLESS_FACTOR * self._restless)
        moved = (from_slow > threshold) & (np.abs(detail - self._fast) > threshold / 2)
        changed = moved.astype(np.uint8)
        self._learn(detail, from_slow, changed, span_s)
        return _Change(_area_ratio(changed), everywhere=False)

    def _learn(self, detail: _Thumbnail, from_slow: _Thumbnail, changed: _Mask, span_s: float) -> None:
        relearning = self.t_s < self._relearn_until_s
        slow_s = _RELEARN_S if relearning else _SLOW_S
        cv2.accumulateWeighted(detail, self._slow, _share(span_s, slow_s), mask=1 - changed)
        slow_s = _RELEARN_S if relearning else _SLOW_WHERE_CHANGED_S
        cv2.accumulateWeighted(detail, self._slow, _share(span_s, slow_s), mask=changed)
        cv2.accumulateWeighted(detail, self._fast, _share(span_s, _FAST_S))
        cv2.accumulateWeighted(np.minimum(from_slow, _RESTLESS_MAX), self._restless, _share(span_s, _RESTLESS_S))


def _thumbnail(luma: Luma) -> _Thumbnail:
    """The picture at 160 px of width. Every second line will do, and halves the cost."""
    height, width = luma.shape
    size = (min(width, THUMBNAIL_WIDTH_PX), max(1, round(height * min(1.0, THUMBNAIL_WIDTH_PX / width))))
    rows = luma[::2] if height >= 4 * size[1] else luma
    return cv2.resize(rows, size, interpolation=cv2.INTER_AREA).astype(np.float32)


def _detail(thumbnail: _Thumbnail) -> _Thumbnail:
    return thumbnail - cv2.blur(thumbnail, (_SURROUNDINGS_PX, _SURROUNDINGS_PX))


def _is_the_cameras_doing(before: _Thumbnail, after: _Thumbnail) -> bool:
    changed = (cv2.absdiff(before, after) > _CHANGE_MIN).astype(np.float32)
    tiles = cv2.resize(changed, _TILES, interpolation=cv2.INTER_AREA)
    if float(np.mean(tiles > _TILE_CHANGED_MIN)) < _TILES_CHANGED_MIN:
        return False
    edges_before = before - cv2.blur(before, (_EDGE_PX, _EDGE_PX))
    edges_after = after - cv2.blur(after, (_EDGE_PX, _EDGE_PX))
    energy = math.sqrt(float(np.vdot(edges_before, edges_before)) * float(np.vdot(edges_after, edges_after)))
    return float(np.vdot(edges_before, edges_after)) > _SAME_EDGES_MIN * energy


def _area_ratio(changed: _Mask) -> float:
    neighbours = cv2.boxFilter(changed, -1, (3, 3), normalize=False)
    return float(np.count_nonzero((neighbours >= _NEIGHBOURS_MIN) & (changed > 0))) / changed.size


def _share(span_s: float, time_constant_s: float) -> float:
    """How much of a running mean the newest value is, after `span_s`."""
    return 1 - math.exp(-span_s / time_constant_s)
