"""The gate opens for what moves and stays shut for noise, light and what stands still. Scenes are painted."""

from collections.abc import Callable, Iterable

import cv2
import numpy as np
import pytest

from anprd.records import Luma
from anprd.video.motion import Motion, MotionGate

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
