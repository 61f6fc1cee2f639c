"""Whether two tracks may be of one vehicle: a broken track and its rest, a plate and the badge above it."""

import bisect
import math

from anprd.records import Box, Point
from anprd.tracks.course import Forecast, Spot
from anprd.tracks.track import Track

BESIDE_WIDTHS = 3.0  # from a plate to anything else at that end of the vehicle, in plate widths; guess, not measured
BESIDE_S = 0.3  # two sightings this close in time tell where the two were beside each other
ALONE_S_MAX = 3.0  # a badge may be in view so much longer than the plate below it; guess, not measured
FOLLOW_S_MAX = 4.0  # behind a pillar, a tree, another car; longer, and it may be the next vehicle
FOLLOW_WIDTHS = 2.0  # how far the rest may begin from where the first part was heading,
FOLLOW_WIDTHS_PER_S = 4.0  # and how much more for each second nobody saw it
FOLLOW_WIDTHS_MAX = 8.0
FOLLOW_SIZE_RATIO_MAX = 2.0  # guess, not measured
ONCOMING_COSINE_MAX = -0.5  # of two ways that are 120 degrees apart; a vehicle that turns round is seen meanwhile
SAME_PLACE_IOU = 0.4


def together(a: Track, b: Track) -> bool:
    """Whether both were seen in one frame, so that they are two things."""
    return not {spot.t_s for spot in a.trail}.isdisjoint(spot.t_s for spot in b.trail)


def near(a: Track, b: Track) -> bool:
    """Whether the two were side by side, or one began about where the other was heading, soon after."""
    earlier, later = (a, b) if (a.first_t_s, a.id) <= (b.first_t_s, b.id) else (b, a)
    if later.first_t_s <= earlier.last_t_s:
        return _beside(earlier, later)
    return _follows(earlier, later)


def outlasts(track: Track, other: Track) -> bool:
    """Whether it was beside the other and stayed when that went: riders stop at a barrier side by side."""
    return track.first_t_s <= other.last_t_s < track.last_t_s - ALONE_S_MAX


def same_place(standing: Track, other: Track) -> bool:
    """Whether the other track began, or is, where the first one stood when it was last seen."""
    return began_in_place(standing, other) or _stood_at(standing, other.box)


def began_in_place(standing: Track, other: Track) -> bool:
    """Whether the other track began where the first one stood when it was last seen; one that drove there did not."""
    return _stood_at(standing, other.first_box)


def never_left(standing: Track, other: Track) -> bool:
    """Whether the other track began, or is without having moved, where the first one stood when it was last seen."""
    return began_in_place(standing, other) or (not other.moved and _stood_at(standing, other.box))


def _stood_at(standing: Track, box: Box) -> bool:
    return standing.standing and standing.box.iou(box) >= SAME_PLACE_IOU


def _beside(a: Track, b: Track) -> bool:
    """Whether they kept their distance while both were in view: far away, another vehicle is a plate's width behind."""
    trail = a.trail
    distances = [_widths(found.box, spot.box) for spot in b.trail if (found := _spot_at(trail, spot.t_s))]
    return bool(distances) and sum(distance > BESIDE_WIDTHS for distance in distances) <= len(distances) // 8


def _follows(earlier: Track, later: Track) -> bool:
    gap_s = later.first_t_s - earlier.last_t_s
    if gap_s > FOLLOW_S_MAX:
        return False
    forecast = earlier.forecast(later.first_t_s)
    if not _goes_on_in_size(earlier, forecast, later) or _is_behind(earlier, forecast, later):
        return False
    if _come_from_opposite_ways(earlier, later):
        return False
    reach = min(FOLLOW_WIDTHS_MAX, FOLLOW_WIDTHS + FOLLOW_WIDTHS_PER_S * gap_s)
    forwards = _widths_from(later.first_box, forecast.centre, earlier.box)
    return min(forwards, _widths_from(earlier.box, later.first_box.centre, later.first_box)) <= reach


def _goes_on_in_size(earlier: Track, forecast: Forecast, later: Track) -> bool:
    """Whether the later one is about as large as the other was or was about to be: the next vehicle comes from afar."""
    heights = (earlier.box.height, forecast.height_px)
    return min(heights) / FOLLOW_SIZE_RATIO_MAX <= later.first_box.height <= max(heights) * FOLLOW_SIZE_RATIO_MAX


def _is_behind(earlier: Track, forecast: Forecast, later: Track) -> bool:
    """Whether the later one began on the way that the other had gone already."""
    (x, y), (to_x, to_y) = earlier.box.centre, forecast.centre
    later_x, later_y = later.first_box.centre
    backwards = (later_x - x) * (to_x - x) + (later_y - y) * (to_y - y) < 0
    return backwards and _widths(earlier.box, later.first_box) > FOLLOW_WIDTHS


def _come_from_opposite_ways(a: Track, b: Track) -> bool:
    """Whether both went some way, at least a plate's width, and one against the other."""
    (ax, ay), (bx, by) = (_way(track) for track in (a, b))
    lengths = math.hypot(ax, ay), math.hypot(bx, by)
    if lengths[0] < a.box.width or lengths[1] < b.box.width:
        return False
    return ax * bx + ay * by <= ONCOMING_COSINE_MAX * lengths[0] * lengths[1]


def _way(track: Track) -> Point:
    (x, y), (to_x, to_y) = track.first_box.centre, track.box.centre
    return to_x - x, to_y - y


def _spot_at(trail: tuple[Spot, ...], t_s: float) -> Spot | None:
    """The spot nearest in time, None where there is none near."""
    index = bisect.bisect_left(trail, t_s, key=lambda spot: spot.t_s)
    around = trail[max(0, index - 1) : index + 1]
    nearest = min(around, key=lambda spot: abs(spot.t_s - t_s))
    return nearest if abs(nearest.t_s - t_s) <= BESIDE_S else None


def _widths(a: Box, b: Box) -> float:
    return _widths_from(a, b.centre, b)


def _widths_from(box: Box, point: Point, other: Box) -> float:
    """How far a box's centre is from a point, in widths of the wider of two boxes."""
    return math.dist(box.centre, point) / max(box.width, other.width, 1.0)
