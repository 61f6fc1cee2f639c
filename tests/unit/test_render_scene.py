"""The rendered scene: its truth is what is drawn, the same seed gives the same film, traffic is possible."""

import dataclasses
import itertools

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.training.render import clip, light, scene, traffic, typeface
from anprd.training.render.bodies import BODIES
from anprd.training.render.pinhole import NEAR_M, Pinhole, clip_near
from anprd.training.render.plates import random_plate_of
from anprd.training.render.scene import PlateTruth, SceneSettings, Stage
from anprd.training.render.traffic import Demand, Direction
from anprd.training.render.vehicles import build

FACES = (typeface.drawn(),)
SMALL = SceneSettings(320, 180, fps=10, seconds=24, vehicles_per_min=12, seed=5, noise=0.0, caption="")
DESIGNS = ("ru-car", "pl-two-row", "de-car")


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage(SMALL, FACES)


@pytest.fixture(scope="module")
def large() -> Stage:
    return Stage(dataclasses.replace(SMALL, width=1280, height=720, designs=DESIGNS, night_from_s=12.0), FACES)


def widest_frame(made: Stage, passage: traffic.Passage) -> tuple[int, PlateTruth]:
    """The frame in which this vehicle's plate is widest, with its truth."""
    best: tuple[int, PlateTruth] | None = None
    for index in range(made._settings.frame_count):
        place = passage.place(index / made._settings.fps)
        for truth in made._truth(passage, place) if place else ():
            if best is None or truth.width_px > best[1].width_px:
                best = (index, truth)
    assert best is not None
    return best


def straighten(frame: np.ndarray, truth: PlateTruth, size: tuple[int, int]) -> np.ndarray:
    outline = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32) - 0.5
    matrix = cv2.getPerspectiveTransform(np.array(truth.corners, np.float32) - 0.5, outline)
    return cv2.cvtColor(cv2.warpPerspective(frame, matrix, size), cv2.COLOR_BGR2GRAY).astype(np.float64)


def test_every_vehicle_of_the_large_scene_is_seen(large):
    assert len(large.passages) >= 3
    assert {passage.vehicle.plate.rows for passage in large.passages} == {1, 2}


def test_straightening_a_frame_by_the_true_corners_gives_the_flat_plate_back(large):
    """To within a pixel of the frame, by day and by night, with one row and with two."""
    for passage in large.passages:
        index, truth = widest_frame(large, passage)
        frame, seen = large.frame(index)
        if truth not in seen.plates:
            continue  # hidden by another vehicle just then
        height, width = passage.vehicle.plate.image.shape[:2]
        straight = straighten(frame, truth, (width, height))
        flat = cv2.cvtColor(passage.vehicle.plate.image, cv2.COLOR_BGR2GRAY).astype(np.float64)
        straight, flat = (cv2.GaussianBlur(image, (0, 0), 2) for image in (straight, flat))
        (shift_x, shift_y), _ = cv2.phaseCorrelate(straight - straight.mean(), flat - flat.mean())
        frame_px = width / truth.width_px
        assert np.hypot(shift_x, shift_y) < 1.0 * frame_px, passage.vehicle.plate.text
        assert np.corrcoef(straight.ravel(), flat.ravel())[0, 1] > 0.8, passage.vehicle.plate.text


def test_the_same_seed_gives_the_same_film_in_any_order(stage):
    again = Stage(SMALL, FACES)
    last, first = again.frame(40), again.frame(7)
    for index, (picture, truth) in ((7, first), (40, last)):
        expected, expected_truth = stage.frame(index)
        assert np.array_equal(picture, expected)
        assert truth == expected_truth


def test_another_seed_gives_other_plates(stage):
    other = traffic.plan(Demand(24, 12), np.random.default_rng(77), FACES)
    assert {passage.vehicle.plate.text for passage in other} != {p.vehicle.plate.text for p in stage.passages}


def test_frames_come_in_order_with_their_seconds():
    settings = dataclasses.replace(SMALL, seconds=0.3)
    short = Stage(settings, FACES)
    truths = [short.frame(index)[1] for index in range(settings.frame_count)]
    assert [truth.index for truth in truths] == [0, 1, 2]
    assert [truth.t_s for truth in truths] == pytest.approx([0.0, 0.1, 0.2])


def test_every_listed_plate_lies_wholly_inside_the_frame(stage):
    listed = [plate for index in range(0, 240, 6) for plate in stage.frame(index)[1].plates]
    assert listed
    for plate in listed:
        assert plate.box.x1 >= 0
        assert plate.box.y1 >= 0
        assert plate.box.x2 <= 320
        assert plate.box.y2 <= 180
        assert plate.width_px >= scene.LISTED_PX


def test_what_a_detector_shall_find_is_in_the_truth_however_small(stage):
    fine = Stage(dataclasses.replace(SMALL, listed_px=5.0), FACES)
    widths = [plate.width_px for index in range(0, 240, 6) for plate in fine.frame(index)[1].plates]
    assert 5.0 <= min(widths) < scene.LISTED_PX
    assert len(widths) > sum(len(stage.frame(index)[1].plates) for index in range(0, 240, 6))


def test_a_nearer_vehicle_hides_a_plate():
    plate = PlateTruth(0, "A123BC77", 1, "RU", ((40, 40), (60, 40), (60, 45), (40, 45)))
    covering = np.array([[30, 30], [55, 30], [55, 60], [30, 60]], np.float64)
    assert scene._hides(covering, plate)
    assert not scene._hides(covering + 100, plate)
    assert not scene._hides(np.empty((0, 2)), plate)


def test_by_night_the_camera_sees_no_colours_and_switching_changes_the_whole_picture(large):
    before, at_once, later = (large.frame(index)[0].astype(int) for index in (100, 120, 150))
    assert np.abs(before[:, :, 0] - before[:, :, 2]).mean() > 4
    assert np.abs(later[:, :, 0] - later[:, :, 2]).max() == 0
    assert at_once.mean() > 1.3 * later.mean()


def test_no_vehicle_is_near_in_an_idle_stretch():
    demand = Demand(60, 12, idle=((20.0, 35.0),))
    passages = traffic.plan(demand, np.random.default_rng(1), FACES)
    assert passages
    for passage in passages:
        for t_s in np.arange(20, 35, 0.5):
            place = passage.place(float(t_s))
            assert place is None or abs(place[1] - traffic.SLOW_AT_M) > 0.5


def test_no_two_vehicles_carry_the_same_plate_or_touch():
    passages = traffic.plan(Demand(60, 60), np.random.default_rng(2), FACES)
    texts = [passage.vehicle.plate.text for passage in passages]
    assert len(set(texts)) == len(texts) > 20
    for t_s in np.arange(0, 60, 0.5):
        for direction in Direction:
            lane = [
                (place[1], place[1] + passage.vehicle.length)
                for passage in passages
                if passage.direction is direction and (place := passage.place(float(t_s))) is not None
            ]
            lane.sort()
            assert all(end < start for (_, end), (start, _) in itertools.pairwise(lane))


def test_designs_are_taken_in_turn():
    passages = traffic.plan(Demand(60, 6, designs=("pl-two-row", "ru-car")), np.random.default_rng(3), FACES)
    assert [passage.vehicle.plate.country for passage in passages[:4]] == ["PL", "RU", "PL", "RU"]


def test_an_unknown_design_is_named():
    with pytest.raises(ValueError, match="'ru-tank'"):
        traffic.plan(Demand(60, 6, designs=("ru-tank",)), np.random.default_rng(3), FACES)


def test_no_traffic_means_no_vehicles():
    assert traffic.plan(Demand(60, 0), np.random.default_rng(3), FACES) == ()


@pytest.mark.parametrize("change", [{"width": 10}, {"fps": 0}, {"seconds": -1}, {"vehicles_per_min": 61}])
def test_impossible_settings_are_refused(change):
    with pytest.raises(ValueError, match="a scene"):
        dataclasses.replace(SMALL, **change)


def test_the_truth_tells_when_a_plate_can_be_read(large):
    made = large
    truth = [made.frame(index)[1] for index in range(0, 240, 4)]
    told = clip.summary(made._settings, made.passages, truth)
    assert told["frames"] == 240
    assert {vehicle["plate"] for vehicle in told["vehicles"]} <= {p.vehicle.plate.text for p in made.passages}
    for vehicle in told["vehicles"]:
        if vehicle["first_s"] is not None:
            assert 0 <= vehicle["first_s"] <= vehicle["last_s"] <= 24
        assert vehicle["frames"][0]["t_s"] <= vehicle["best_s"] <= vehicle["frames"][-1]["t_s"]


@given(x=st.floats(-6, 6), y=st.floats(4, 60))
def test_a_point_of_the_road_is_found_again_from_its_pixel(x, y):
    camera = Pinhole(320, 180, x_m=0.4, yaw=-0.05)
    u, v = camera.project(np.array([[x, y, 0.0]]))[0]
    if not (1 <= u < 319 and 1 <= v < 179):
        return
    across, along = camera.ground(1)
    here = (int(v), int(u))
    nearby = np.abs(np.gradient(along, axis=0)[here]) + 0.05
    assert abs(along[here] - y) < nearby
    assert abs(across[here] - x) < nearby


@given(st.lists(st.tuples(*[st.floats(-5, 5)] * 2, st.floats(-2, 9)), min_size=3, max_size=8))
def test_nothing_behind_the_lens_survives_clipping(points):
    clipped = clip_near(np.array(points))
    assert (clipped[:, 2] >= NEAR_M - 1e-9).all() if len(clipped) else all(point[2] <= NEAR_M for point in points)


def test_a_light_between_two_begins_with_the_first_and_ends_with_the_second():
    assert light.between(light.DAY, light.DUSK, 0.0) == light.DAY
    ended = light.between(light.DAY, light.DUSK, 1.0)
    assert ended.sun == pytest.approx(light.DUSK.sun)
    assert ended.headlamps == light.DUSK.headlamps


@pytest.mark.parametrize("body", BODIES, ids=lambda body: f"{body.name}-{body.end}")
def test_plates_hang_in_front_of_the_bodywork_and_inside_its_width(body):
    rng = np.random.default_rng(0)
    for design in (d for d in traffic.DESIGNS if d.name in DESIGNS):
        plate = random_plate_of(design, rng, FACES, width_px=200)
        vehicle = build(body, (90, 90, 90), plate, design.width_mm / 1000)
        assert abs(vehicle.corners[:, 0]).max() < body.width / 2 - 0.4
        assert vehicle.corners[:, 2].min() > 0.2
        on_face = np.repeat(vehicle.layers, np.diff(vehicle.starts)) == 1
        low, high = vehicle.corners[:, 2].min() - 0.1, vehicle.corners[:, 2].max() + 0.1
        points = vehicle.points[(np.abs(vehicle.points[:, 0]) < 0.3) & on_face]
        behind = points[(points[:, 2] > low) & (points[:, 2] < high)]
        assert vehicle.corners[:, 1].max() <= behind[:, 1].min()
