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
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from anprd.records import Box, Luma

_Detail = NDArray[np.float32]
_Mask = NDArray[np.uint8]  # 1 where it holds

THUMBNAIL_WIDTH_PX = (
    160  # a 32 px plate of a 1080p picture sits on a car of about 12x10 px here: ten times the threshold
)
_CHANGE_MIN = 8  # grey levels; by day sensor noise is below 1 once 12x6 pixels are averaged
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
_ROWS_MIN = 2  # of the picture, averaged into one of the thumbnail: with 8 to 12 columns that is 16 to 24 pixels
_SURROUNDINGS_PX = 41  # wider than a near car's parts, narrower than the shadow of a cloud
_EDGE_PX = 9
_TILES = (8, 6)
_TILE_CHANGED_MIN = 0.3
_TILES_CHANGED_MIN = 0.75
_SAME_EDGES_MIN = 0.5  # correlation; lorries and cuts stay below 0.37, light and infrared above 0.75: docs/measured.md
_ITSELF_RATIO = 0.75  # of the threshold: at half of it the noise of a dark picture shows
_CHANGED_MIN = 0.2  # less than this of all pixels cannot be that many tiles
_CELL_PX = 4  # of the thumbnail: what moves within a cell's width of each other is one thing
_CELL = np.ones((_CELL_PX, _CELL_PX), np.uint8)
_NEIGHBOURS = np.ones((3, 3), np.uint8)
REGIONS_MAX = 8
_GLOBAL_S_MAX = 1.0  # what lasts longer (a flickering lamp) is looked at: better work than blindness


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
    """Where it moves, or did within the hold time, at most `REGIONS_MAX` boxes a frame in shares of the picture's width
    and height, 0..1, so that they hold for any other size of the same view; empty while active: anywhere."""

    @classmethod
    def unknown(cls) -> "Motion":
        """Nothing was judged yet: look."""
        return cls(active=True, area_ratio=0.0, global_change=False)

    @classmethod
    def of_several(cls, motions: Sequence["Motion"]) -> "Motion":
        """What was seen over a time: worth a look if one was, and wherever it moved in one."""
        anywhere = any(motion.active and not motion.regions for motion in motions)
        regions = dict.fromkeys(region for motion in motions for region in motion.regions)
        return cls(
            active=any(motion.active for motion in motions),
            area_ratio=max((motion.area_ratio for motion in motions), default=0.0),
            global_change=any(motion.global_change for motion in motions),
            regions=() if anywhere else tuple(regions),
        )


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
        self._regions: tuple[Box, ...] = ()

    def feed(self, luma: Luma, t_s: float) -> Motion:
        """Judge the next frame.

        Args:
            luma: (h, w) uint8, any strides; another size than the last frame's begins anew.
            t_s: stream seconds.
        """
        if self._scene is None or self._shape != luma.shape or t_s < self._scene.t_s:
            self._shape = luma.shape
            self._scene = _Scene(_thumbnail(luma), t_s)
            self._regions = ()
            self._global_since_s = None
            self._active_until_s = t_s + self._hold_s  # a car may stand there already
            return Motion(active=True, area_ratio=0.0, global_change=False)
        change = self._scene.feed(_thumbnail(luma), t_s)
        if change.everywhere:
            self._global_since_s = t_s if self._global_since_s is None else self._global_since_s
        else:
            self._global_since_s = None
        lasting = self._global_since_s is not None and t_s - self._global_since_s > _GLOBAL_S_MAX
        asked_for_all = self._area_ratio_min == 0
        moving = change.area_ratio >= self._area_ratio_min and (asked_for_all or not change.everywhere)
        if moving or change.everywhere:
            self._regions = change.regions
        if lasting or moving:
            self._active_until_s = t_s + self._hold_s
        active = t_s <= self._active_until_s
        regions = tuple(dict.fromkeys((*self._regions, *change.regions))) if active and self._regions else ()
        return Motion(active, change.area_ratio, change.everywhere, regions)


@dataclass(frozen=True, slots=True)
class _Change:
    area_ratio: float
    everywhere: bool
    regions: tuple[Box, ...] = ()


class _Scene:
    """The two running means of the detail, that of the bare picture, and how restless each pixel is."""

    def __init__(self, thumbnail: Luma, t_s: float) -> None:
        self.t_s = t_s
        self._last = thumbnail
        self._slow = _detail(thumbnail)
        self._fast = self._slow.copy()
        self._bare = thumbnail.astype(np.float32)
        self._restless = np.zeros_like(self._slow)
        self._noise = 0.0
        self._relearn_until_s = float("-inf")

    def feed(self, thumbnail: Luma, t_s: float) -> _Change:
        span_s = t_s - self.t_s
        step = np.asarray(cv2.absdiff(thumbnail, self._last), np.uint8)
        everywhere = _is_the_cameras_doing(self._last, thumbnail, step)
        self._noise += _share(span_s, _NOISE_S) * (min(_NOISE_MAX, _median(step)) - self._noise)
        self.t_s, self._last = t_s, thumbnail
        detail = _detail(thumbnail)
        if everywhere:
            self._slow, self._fast = detail, detail.copy()
            self._bare = thumbnail.astype(np.float32)
            self._relearn_until_s = t_s + _RELEARN_FOR_S
            return _Change(0.0, everywhere=True)
        from_slow = np.abs(detail - self._slow)
        threshold = np.maximum(_RESTLESS_FACTOR * self._restless, max(_CHANGE_MIN, _NOISE_FACTOR * self._noise))
        moved = (from_slow > threshold) & (np.abs(detail - self._fast) > threshold / 2)
        change = self._change(thumbnail, threshold, moved) if moved.any() else _Change(0.0, everywhere=False)
        self._learn(detail, from_slow, moved, span_s)
        return change

    def _change(self, thumbnail: Luma, threshold: _Detail, moved: NDArray[np.bool_]) -> _Change:
        itself = np.abs(thumbnail - self._bare) > _ITSELF_RATIO * threshold
        clear = _without_specks(moved.view(np.uint8))
        # A vehicle changes its surroundings' detail too, by up to half of `_SURROUNDINGS_PX`: no place to look for it.
        regions = _regions(_without_specks(clear & itself.view(np.uint8))) or _regions(clear)
        return _Change(cv2.countNonZero(clear) / clear.size, everywhere=False, regions=regions)

    def _learn(self, detail: _Detail, from_slow: _Detail, moved: NDArray[np.bool_], span_s: float) -> None:
        relearning = self.t_s < self._relearn_until_s
        for slow_s, where in ((_SLOW_S, ~moved), (_SLOW_WHERE_CHANGED_S, moved)):
            share, mask = _share(span_s, _RELEARN_S if relearning else slow_s), where.view(np.uint8)
            cv2.accumulateWeighted(detail, self._slow, share, mask=mask)
            cv2.accumulateWeighted(self._last, self._bare, share, mask=mask)
        cv2.accumulateWeighted(detail, self._fast, _share(span_s, _FAST_S))
        cv2.accumulateWeighted(np.minimum(from_slow, _RESTLESS_MAX), self._restless, _share(span_s, _RESTLESS_S))


def _thumbnail(luma: Luma) -> Luma:
    """The picture at 160 px of width, from every n-th line: reading them all costs more than the rest of the gate."""
    height, width = luma.shape
    size = (min(width, THUMBNAIL_WIDTH_PX), max(1, round(height * min(1.0, THUMBNAIL_WIDTH_PX / width))))
    rows = luma[:: max(1, height // size[1] // _ROWS_MIN)]
    return np.asarray(cv2.resize(rows, size, interpolation=cv2.INTER_AREA), np.uint8)


def _detail(thumbnail: Luma) -> _Detail:
    return thumbnail - _surroundings(thumbnail, _SURROUNDINGS_PX)


def _surroundings(thumbnail: Luma, side_px: int) -> _Detail:
    return np.asarray(cv2.boxFilter(thumbnail, cv2.CV_32F, (side_px, side_px)), np.float32)


def _median(step: Luma) -> float:
    sample = step[::3, ::3].ravel()
    return float(np.partition(sample, sample.size // 2)[sample.size // 2])


def _is_the_cameras_doing(before: Luma, after: Luma, step: Luma) -> bool:
    changed = step > _CHANGE_MIN
    if np.count_nonzero(changed) < _CHANGED_MIN * changed.size:
        return False
    tiles = cv2.resize(changed.astype(np.float32), _TILES, interpolation=cv2.INTER_AREA)
    if float(np.mean(tiles > _TILE_CHANGED_MIN)) < _TILES_CHANGED_MIN:
        return False
    edges_before = before - _surroundings(before, _EDGE_PX)
    edges_after = after - _surroundings(after, _EDGE_PX)
    energy = math.sqrt(float(np.vdot(edges_before, edges_before)) * float(np.vdot(edges_after, edges_after)))
    return float(np.vdot(edges_before, edges_after)) > _SAME_EDGES_MIN * energy


def _without_specks(moved: _Mask) -> _Mask:
    neighbours = cv2.boxFilter(moved, -1, (3, 3), normalize=False)
    return (neighbours >= _NEIGHBOURS_MIN).view(np.uint8) & moved


def _regions(moved: _Mask) -> tuple[Box, ...]:
    """Boxes around all that moved, in shares of the picture: cells that touch are one thing; wider ones of too many."""
    if not moved.any():
        return ()
    cells = np.ascontiguousarray(cv2.dilate(moved, _CELL, anchor=(0, 0))[::_CELL_PX, ::_CELL_PX])
    count, _, stats, _ = cv2.connectedComponentsWithStats(cells, connectivity=8)
    while count - 1 > REGIONS_MAX:
        cells = np.asarray(cv2.dilate(cells, _NEIGHBOURS))
        count, _, stats, _ = cv2.connectedComponentsWithStats(cells, connectivity=8)
    height, width = (side / _CELL_PX for side in moved.shape)
    return tuple(
        Box(left / width, top / height, min(1.0, (left + across) / width), min(1.0, (top + down) / height))
        for left, top, across, down, _ in stats[1:].tolist()
    )


def _share(span_s: float, time_constant_s: float) -> float:
    """How much of a running mean the newest value is, after `span_s`."""
    return 1 - math.exp(-span_s / time_constant_s)
