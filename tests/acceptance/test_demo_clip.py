"""Clip in, events out: the bundled clip, whose every plate is known, through the commands."""

import json
from collections import Counter

import cv2
import pytest

from tests.command import DEMO_CLIP, DEMO_TRUTH, anprd

pytestmark = pytest.mark.weights

EVENT_KEYS = {
    "schema", "id", "type", "camera", "plate", "confidence", "region", "rows", "votes", "reads", "track", "at",
    "first_seen", "last_seen", "box", "host",
}  # fmt: skip
PLATE_KEYS = {
    "plate", "status", "confidence", "char_confidences", "box", "corners", "rows", "region", "detector_confidence",
}  # fmt: skip


@pytest.fixture(scope="module")
def truth():
    return json.loads(DEMO_TRUTH.read_text())


@pytest.fixture(scope="module")
def replayed(tmp_path_factory):
    """What `replay` says of the clip, and the annotated video."""
    video = tmp_path_factory.mktemp("replay") / "annotated.mp4"
    done = anprd("replay", "--json", "-o", video, DEMO_CLIP)
    assert done.code == 0, done.err
    return done, video


def readable(truth) -> list[dict]:
    return [vehicle for vehicle in truth["vehicles"] if vehicle["first_s"] is not None]


def test_every_true_plate_is_confirmed_exactly_once_and_no_other(replayed, truth):
    confirmed = Counter(event["plate"] for event in replayed[0].objects if event["type"] == "confirmed")
    assert confirmed == Counter(vehicle["plate"] for vehicle in readable(truth))


def test_an_event_has_every_promised_field(replayed):
    for event in replayed[0].objects:
        assert set(event) >= EVENT_KEYS
        assert event["schema"] == 1
        assert event["first_seen"] <= event["at"] <= event["last_seen"]
        assert len(event["box"]) == 4


def test_nothing_but_json_is_on_standard_output_and_nothing_on_standard_error(replayed):
    assert replayed[0].objects
    assert replayed[0].err == ""


def test_the_annotated_video_shows_the_whole_clip(replayed, truth):
    video = cv2.VideoCapture(str(replayed[1]))
    assert int(video.get(cv2.CAP_PROP_FRAME_COUNT)) == truth["frames"]
    assert int(video.get(cv2.CAP_PROP_FRAME_WIDTH)) == truth["width"]


@pytest.fixture(scope="module")
def still(truth, tmp_path_factory):
    """The frame in which the widest one-row plate is at its best, as a picture; the plate, and where it is."""
    vehicle = max((item for item in readable(truth) if item["rows"] == 1), key=lambda item: item["best_width_px"])
    frame = next(item for item in vehicle["frames"] if item["t_s"] == pytest.approx(vehicle["best_s"], abs=0.01))
    clip = cv2.VideoCapture(str(DEMO_CLIP))
    clip.set(cv2.CAP_PROP_POS_FRAMES, round(vehicle["best_s"] * truth["fps"]))
    _, image = clip.read()
    path = tmp_path_factory.mktemp("still") / "frame.png"
    cv2.imwrite(str(path), image)
    return path, vehicle["plate"], frame["box"]


def test_a_frame_of_it_is_read_as_a_photo(still, truth, tmp_path):
    path, plate, (x1, y1, x2, y2) = still
    done = anprd("read", "--json", "-o", tmp_path / "out", path)
    assert done.code == 0, done.err
    (answer,) = done.objects
    assert (answer["source"], answer["width"], answer["height"]) == (str(path), truth["width"], truth["height"])
    (found,) = [item for item in answer["plates"] if item["plate"] == plate]
    assert set(found) == PLATE_KEYS
    assert found["status"] == "read"
    assert len(found["char_confidences"]) == len(plate)
    assert x1 - 20 < found["box"][0] < found["box"][2] < x2 + 20
    assert y1 - 20 < found["box"][1] < found["box"][3] < y2 + 20
    assert cv2.imread(str(tmp_path / "out" / "frame.png")).shape == (truth["height"], truth["width"], 3)


def test_a_clip_that_is_cut_off_gives_what_there_is(tmp_path, replayed):
    # An MP4 has its index at the front here (faststart), so that the beginning can be decoded.
    cut = tmp_path / "cut.mp4"
    content = DEMO_CLIP.read_bytes()
    cut.write_bytes(content[: len(content) // 3])
    done = anprd("replay", "--json", cut)
    assert done.code == 1
    assert "cut.mp4: the end is missing" in done.err
    assert "Traceback" not in done.err
    whole = {event["plate"] for event in replayed[0].objects}
    assert {event["plate"] for event in done.objects if event["type"] == "confirmed"} <= whole
    assert done.objects


def test_bench_measures_each_stage():
    done = anprd("bench", "--json", "--seconds", "1", DEMO_CLIP)
    assert done.code == 0, done.err
    (report,) = done.objects
    assert set(report["stages"]) == {"decode", "motion", "colour", "detect", "straighten", "read", "track"}
    assert all(stage["median_ms"] > 0 for stage in report["stages"].values())
    assert 0 < report["cameras_per_core"]["busy"] < report["cameras_per_core"]["idle"]
