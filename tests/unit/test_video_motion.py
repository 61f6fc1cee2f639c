"""The gate opens for what moves and stays shut for noise, light and what stands still. Scenes are painted."""

from collections.abc import Callable, Iterable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anprd.records import Box, Luma
from anprd.video import motion
from anprd.video.motion import REGIONS_MAX, Motion, MotionGate

FPS = 8.0
WIDTH, HEIGHT = 640, 360
HOLD_S = 2.0


def road(seed: int = 1) -> Luma:
    """A street in daylight: smooth patches with edges between them."""
    rng = np.random.default_rng(seed)
    blocks = rng.integers(60, 180, (HEIGHT // 40, WIDTH // 40)).astype(np.uint8)
    return cv2.GaussianBlur(cv2.resize(blocks, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST), (0, 0), 3)


def with_car(scene: Luma, x: int, y: int = 160, width: int = 120, height: int = 90) -> Luma:
    picture = scene.copy()
    cv2.rectangle(picture, (x, y), (x + width, y + height), 40, -1)
    cv2.rectangle(picture, (x + width // 8, y + height // 8), (x + width // 2, y + height // 2), 200, -1)
    return picture


NOISE = np.random.default_rng(5).normal(0, 6, (8, HEIGHT, WIDTH)).astype(np.int16)


def noisy(picture: Luma, index: int) -> Luma:
    return np.clip(picture + NOISE[index % len(NOISE)], 0, 255).astype(np.uint8)


def gate(hold_s: float = HOLD_S, area_ratio_min: float = 0.001) -> MotionGate:
    return MotionGate(area_ratio_min=area_ratio_min, hold_s=hold_s)


def watch(gate: MotionGate, pictures: Iterable[Luma], *, from_s: float = 0.0) -> list[Motion]:
    return [gate.feed(noisy(p, i), from_s + i / FPS) for i, p in enumerate(pictures)]


def quiet(gate: MotionGate, scene: Luma, *, for_s: float = 5.0) -> float:
    """Let the gate learn the scene; the time it then is."""
    watch(gate, [scene] * int(for_s * FPS))
    return for_s


def test_the_first_frames_are_looked_at_and_then_an_empty_road_is_not():
    seen = watch(gate(), [road()] * 80)
    held = int(HOLD_S * FPS)
    assert all(m.active for m in seen[: held + 1])
    assert not any(m.active for m in seen[held + 2 :])


def test_a_passing_car_opens_the_gate_at_once_and_holds_it():
    g = gate()
    start_s = quiet(g, road())
    passing = watch(g, [with_car(road(), x) for x in range(0, 500, 25)], from_s=start_s)
    assert all(m.active for m in passing)
    after = watch(g, [road()] * 60, from_s=start_s + 20 / FPS)
    assert after[int(HOLD_S * FPS) - 2].active
    assert not after[int((HOLD_S + 2.5) * FPS)].active


def test_a_small_far_car_is_seen():
    g = gate()
    start_s = quiet(g, road())
    passing = watch(g, [with_car(road(), 300 + 3 * i, 60, 36, 26) for i in range(16)], from_s=start_s)
    assert passing[-1].active


def test_a_slow_car_is_seen():
    g = gate(hold_s=0.01)
    start_s = quiet(g, road())
    creeping = watch(g, [with_car(road(), 100 + i) for i in range(80)], from_s=start_s)
    assert np.mean([m.active for m in creeping]) > 0.9


def test_a_car_that_parks_is_let_be():
    g = gate()
    start_s = quiet(g, road())
    watch(g, [with_car(road(), x) for x in range(0, 300, 30)], from_s=start_s)
    parked = watch(g, [with_car(road(), 300)] * 80, from_s=start_s + 10 / FPS)
    assert not any(m.active for m in parked[int((HOLD_S + 2.5) * FPS) :])


def test_a_car_that_drives_off_after_a_minute_is_seen():
    g = gate()
    start_s = quiet(g, with_car(road(), 300), for_s=60)
    leaving = watch(g, [with_car(road(), 300 + 20 * i) for i in range(12)], from_s=start_s)
    assert leaving[2].active


@pytest.mark.parametrize(
    "switch",
    [
        lambda p: np.clip(p * 0.45, 0, 255),
        lambda p: np.clip(p.astype(float) + 50, 0, 255),
        lambda p: 255 * (p / 255.0) ** 0.5,
    ],
    ids=["darker", "brighter", "gamma"],
)
def test_a_change_of_the_whole_light_is_not_motion(switch: Callable[[Luma], np.ndarray]):
    g = gate()
    start_s = quiet(g, road())
    after = watch(g, [switch(road()).astype(np.uint8)] * 60, from_s=start_s)
    assert after[0].global_change
    assert not any(m.active for m in after)


def test_a_car_after_a_change_of_light_is_seen():
    g = gate()
    start_s = quiet(g, road())
    dark = (road() * 0.45).astype(np.uint8)
    watch(g, [dark] * 3, from_s=start_s)
    assert watch(g, [with_car(dark, x) for x in range(0, 300, 30)], from_s=start_s + 3 / FPS)[2].active


def test_a_lorry_that_fills_the_picture_is_no_change_of_light():
    g = gate()
    start_s = quiet(g, road())
    lorry = road(seed=9)
    passing = watch(g, [np.roll(lorry, 60 * i, axis=1) for i in range(10)], from_s=start_s)
    assert all(m.active for m in passing)
    assert not any(m.global_change for m in passing)


def test_who_comes_with_headlights_that_light_everything_is_seen_within_a_second_and_a_half():
    g = gate(hold_s=0.5)
    start_s = quiet(g, road())
    looks = 4  # a second, as a substream is judged
    brighter = [np.clip(road().astype(int) + 60 * (i + 1) // looks, 0, 255).astype(np.uint8) for i in range(2 * looks)]
    seen = [
        g.feed(noisy(with_car(picture, 100 + 40 * i), i), start_s + (i + 1) / looks)
        for i, picture in enumerate(brighter)
    ]
    assert any(m.active for m in seen[:6])


def test_another_stream_is_not_blamed_for_the_last_ones_change_of_light():
    g = gate(hold_s=0.0)
    start_s = quiet(g, road())
    dark = (road() * 0.45).astype(np.uint8)
    assert watch(g, [dark], from_s=start_s)[0].global_change
    smaller = [cv2.resize(picture, (WIDTH // 2, HEIGHT // 2)) for picture in (road(), dark)]
    *_, after = [g.feed(picture, start_s + 60 + i / FPS) for i, picture in enumerate(smaller)]
    assert after.global_change
    assert not after.active


def test_where_no_change_is_too_small_every_frame_is_looked_at():
    g = gate(hold_s=0.5, area_ratio_min=0.0)
    quiet(g, road())
    pumped = [np.clip(road().astype(int) + 40 * (i % 2), 0, 255).astype(np.uint8) for i in range(6)]
    assert all(m.active for m in watch(g, pumped, from_s=5.0))


def test_a_lamp_that_flickers_for_long_is_looked_at():
    g = gate()
    start_s = quiet(g, road())
    dark = (road() * 0.45).astype(np.uint8)
    flicker = watch(g, [road() if i % 2 else dark for i in range(40)], from_s=start_s)
    assert not flicker[5].active
    assert flicker[-1].active


def test_dusk_is_not_motion():
    g = gate()
    start_s = quiet(g, road())
    darker = [(road() * (1 - i / 400)).astype(np.uint8) for i in range(200)]
    assert not any(m.active for m in watch(g, darker, from_s=start_s))


def test_the_cameras_own_clock_is_learned():
    g = gate()
    scene = road()

    def stamped(i: int) -> Luma:
        picture = scene.copy()
        cv2.rectangle(picture, (400, 0), (640, 30), 0, -1)
        cv2.putText(picture, f"2026-03-01 12:00:{i // 8 % 60:02}", (405, 22), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 255, 2)
        return picture

    seen = watch(g, [stamped(i) for i in range(8 * 120)])
    assert not any(m.active for m in seen[8 * 60 :])


def test_another_size_begins_anew():
    g = gate()
    start_s = quiet(g, road())
    assert g.feed(road()[::2, ::2], start_s).active


def test_time_that_runs_backwards_begins_anew():
    g = gate()
    quiet(g, road())
    assert g.feed(road(), 0.0).active


def test_a_ratio_of_zero_lets_everything_pass():
    assert all(m.active for m in watch(gate(area_ratio_min=0.0), [road()] * 60))


def test_padded_and_tiny_pictures_are_fine():
    padded = np.zeros((HEIGHT, WIDTH + 64), np.uint8)[:, :WIDTH]
    assert gate().feed(padded, 0.0).active
    g = gate()
    for i in range(3):
        g.feed(np.full((2, 3), 100, np.uint8), i / FPS)


def test_a_car_moves_where_it_is_in_shares_of_the_picture():
    g = gate()
    start_s = quiet(g, road())
    seen = watch(g, [with_car(road(), x) for x in range(100, 220, 20)], from_s=start_s)[-1]
    (region,) = seen.regions
    assert 100 / WIDTH - 0.05 < region.x1 <= 200 / WIDTH  # where it was lately counts as well
    assert 320 / WIDTH <= region.x2 < 320 / WIDTH + 0.05
    assert 160 / HEIGHT - 0.05 < region.y1 <= 160 / HEIGHT
    assert 250 / HEIGHT <= region.y2 < 250 / HEIGHT + 0.05


def test_two_cars_far_apart_are_two_regions():
    g = gate()
    start_s = quiet(g, road())
    seen = watch(g, [with_car(with_car(road(), x), 520 - x, 30) for x in range(0, 60, 20)], from_s=start_s)[-1]
    assert len(seen.regions) == 2, seen.regions


def test_a_picture_of_another_size_and_pixel_aspect_gives_the_same_regions():
    pictures = [road()] * 40 + [with_car(road(), x) for x in range(100, 220, 20)]
    wide, narrow = gate(), gate()
    for i, picture in enumerate(pictures):
        ours = wide.feed(picture, i / FPS).regions
        theirs = narrow.feed(cv2.resize(picture, (352, 288), interpolation=cv2.INTER_AREA), i / FPS).regions
    assert ours[0].iou(theirs[0]) > 0.7


def test_nothing_is_known_of_where_in_the_first_frame_and_after_a_change_of_light():
    g = gate(hold_s=0.5)
    assert g.feed(road(), 0.0).regions == ()
    start_s = quiet(g, road())
    passing = watch(g, [with_car(road(), x) for x in range(0, 80, 20)], from_s=start_s)
    assert passing[-1].regions
    switched = g.feed((road() * 0.45).astype(np.uint8), start_s + 4 / FPS)
    assert switched.active
    assert switched.regions == ()


def test_while_the_gate_is_held_open_it_says_where_it_last_moved():
    g = gate()
    start_s = quiet(g, road())
    watch(g, [with_car(road(), x) for x in range(0, 300, 30)], from_s=start_s)
    held = watch(g, [with_car(road(), 300)] * 14, from_s=start_s + 10 / FPS)[-1]
    assert held.active
    assert held.regions
    assert all(region.x2 > 0.3 for region in held.regions)


def test_an_idle_gate_names_no_region():
    g = gate()
    assert all(bool(m.regions) <= m.active for m in watch(g, [road()] * 60))


MASKS = st.tuples(st.integers(1, 90), st.integers(1, 160), st.integers(0, 60), st.integers(0, 2**32 - 1)).map(
    lambda made: _mask(*made)
)


def _mask(height: int, width: int, count: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    mask = np.zeros((height, width), np.uint8)
    mask[rng.integers(0, height, count), rng.integers(0, width, count)] = 1
    return mask


@given(MASKS)
@settings(max_examples=200, deadline=None)
def test_every_pixel_that_moved_lies_in_one_of_a_few_regions_within_the_picture(mask: np.ndarray):
    height, width = mask.shape
    regions = motion._regions(mask)
    assert len(regions) <= REGIONS_MAX
    assert all(0 <= r.x1 < r.x2 <= 1 and 0 <= r.y1 < r.y2 <= 1 for r in regions)
    for y, x in np.argwhere(mask):
        assert any(
            r.x1 <= x / width
            and (x + 1) / width <= r.x2 + 1e-9
            and r.y1 <= y / height
            and (y + 1) / height <= r.y2 + 1e-9
            for r in regions
        )


def test_of_several_looks_anywhere_once_one_of_them_does_not_know_where():
    here = Motion(True, 0.1, False, (Box(0.1, 0.1, 0.2, 0.2),))
    still = Motion(False, 0.0, False)
    assert Motion.of_several([here, still]).regions == here.regions
    assert Motion.of_several([here, Motion.unknown()]).regions == ()
    assert Motion.of_several([here, Motion.unknown()]).active
