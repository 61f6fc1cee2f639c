"""Metrics: what Prometheus is told is what the status says."""

import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from anprd.observe import metrics
from anprd.worker.messages import State

CAMERA = {
    "name": "gate-north",
    "state": "streaming",
    "frames": 1200,
    "fps": 7.5,
    "detections": 40,
    "reads": 33,
    "confirmed": 4,
    "updated": 1,
    "unreadable": 2,
    "drops": {"paced": 900, "late": 3},
    "spool_depth": 5,
    "delivered": 6,
    "last_frame_age_s": 0.1,
    "memory_bytes": 64_000_000,
    "reconnects": 2,
    "restarts": 1,
    "beat_age_s": 0.4,
    "lag_s": 0.3,
    "detect_fps": 4.0,
    "detect_fps_max": 8.0,
    "last_error": "rtsp://u:***@h/x",
    "sink_error": "Redis is full",
}
STATUS = {
    "daemon": {
        "version": "0.1.0",
        "uptime_s": 12.5,
        "redis": {"state": "up"},
        "orphaned_events": 3,
        "load": {"overloaded": True, "since": None, "level": 0.5, "cameras_held": 1},
    },
    "cameras": [CAMERA],
}


def samples(status) -> dict[tuple, float]:
    families = text_string_to_metric_families(metrics.render(status).decode())
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value for family in families for sample in family.samples
    }


@pytest.mark.parametrize(
    ("sample", "value"),
    [
        (("anprd_build_info", "0.1.0"), 1),
        (("anprd_uptime_seconds",), 12.5),
        (("anprd_redis_up",), 1),
        (("anprd_camera_state", "gate-north", "streaming"), 1),
        (("anprd_camera_state", "failed", "gate-north"), 0),
        (("anprd_delivery_failing", "gate-north"), 1),
        (("anprd_orphaned_events",), 3),
        (("anprd_frames_total", "gate-north"), 1200),
        (("anprd_frames_per_second", "gate-north"), 7.5),
        (("anprd_events_total", "confirmed", "gate-north"), 4),
        (("anprd_events_total", "gate-north", "unreadable"), 2),
        (("anprd_drops_total", "gate-north", "late"), 3),
        (("anprd_spool_events", "gate-north"), 5),
        (("anprd_worker_restarts_total", "gate-north"), 1),
        (("anprd_worker_memory_bytes", "gate-north"), 64_000_000),
        (("anprd_lag_seconds", "gate-north"), 0.3),
        (("anprd_detect_fps", "gate-north"), 4.0),
        (("anprd_detect_fps_max", "gate-north"), 8.0),
        (("anprd_overloaded",), 1),
        (("anprd_load_level",), 0.5),
    ],
)
def test_each_number_of_the_status_is_a_metric(sample, value):
    assert samples(STATUS)[sample] == value


def test_each_camera_has_its_own_samples():
    found = samples({"daemon": {}, "cameras": [CAMERA, {**CAMERA, "name": "gate-south", "frames": 7}]})
    assert found["anprd_frames_total", "gate-north"] == 1200
    assert found["anprd_frames_total", "gate-south"] == 7


@pytest.mark.parametrize("state", ["unknown", None])
def test_what_is_not_known_is_left_out_and_not_shown_as_nought(state):
    found = samples(
        {"daemon": {"redis": {"state": state}}, "cameras": [{"name": "a", "state": "starting", "fps": None}]}
    )
    assert {name for name, *_ in found} == {"anprd_build_info", "anprd_camera_state"}


@pytest.mark.parametrize(
    "status", [{}, {"daemon": None, "cameras": None}, {"cameras": ["?"]}, {"cameras": [{"drops": 3}]}]
)
def test_a_status_of_another_shape_is_no_crash(status):
    assert b"anprd_build_info" in metrics.render(status)


@pytest.mark.parametrize("state", ["starting", "restarting", "stopping", "failed", "disabled"])
def test_who_has_not_spoken_yet_has_no_numbers_of_its_own(state):
    silent = {**CAMERA, "state": state, "frames": 0, "spool_depth": 0, "confirmed": 0, "detect_fps": None}
    found = samples({"cameras": [silent]})
    assert {name for name, *_ in found} == {
        "anprd_build_info", "anprd_camera_state", "anprd_worker_restarts_total", "anprd_heartbeat_age_seconds",
        "anprd_detect_fps_max",
    }  # fmt: skip


@pytest.mark.parametrize("state", ["starting", "restarting", "failed"])
def test_what_a_worker_said_stays_known_in_any_state(state):
    found = samples({"cameras": [{**CAMERA, "state": state}]})
    assert found["anprd_spool_events", "gate-north"] == 5
    assert found["anprd_frames_total", "gate-north"] == 1200


def test_every_state_is_a_sample():
    found = samples({"cameras": [CAMERA]})
    of_states = {state for name, *labels in found for state in labels if name == "anprd_camera_state"} - {"gate-north"}
    assert of_states == {state.value for state in State}


def test_a_flood_of_reasons_is_bounded():
    flood = {**CAMERA, "drops": {f"r{number}": 1 for number in range(10_000)}}
    found = [key for key in samples({"cameras": [flood]}) if key[0] == "anprd_drops_total"]
    assert len(found) == metrics.REASONS_MAX


def test_a_strange_name_is_escaped():
    assert ("anprd_frames_total", 'a"b\\c\nd') in samples({"cameras": [{"name": 'a"b\\c\nd', "frames": 1}]})


def test_the_content_type_is_that_of_the_text_format():
    assert metrics.CONTENT_TYPE.startswith("text/plain; version=")


def test_every_metric_is_explained_and_every_explained_one_exists():
    text = (Path(__file__).parents[2] / "docs" / "interfaces.md").read_text()
    rows = text.split("\n## Metrics\n", 1)[1].split("\n## ", 1)[0].split("|---|", 1)[1]
    assert {name for name, *_ in samples(STATUS)} == set(re.findall(r"`(anprd_[a-z_]+)`", rows))
