"""The whole daemon on real video into a real Redis, with stand-ins for the networks alone."""

import os
import signal
import time
from collections import Counter

import pytest
import redis

from tests import rtsp_server
from tests.daemon_process import DaemonProcess, row
from tests.redis_server import RedisServer
from tests.seeing_daemon import FPS, PLATES, traffic
from tests.video_clips import write_clip

pytestmark = pytest.mark.redis

EACH_ONCE = dict.fromkeys(PLATES.values(), 1)


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return write_clip(tmp_path_factory.mktemp("clip") / "traffic.mp4", traffic(), fps=FPS, g=str(FPS))


@pytest.fixture
def server(tmp_path):
    with RedisServer(tmp_path / "redis") as made:
        yield made


@pytest.fixture
def daemon(tmp_path):
    with DaemonProcess(tmp_path, "tests.seeing_daemon") as made:
        yield made


def confirmed(server):
    """How often each plate was confirmed."""
    entries = redis.Redis(port=server.port, decode_responses=True).xrange("anprd:events")
    return Counter(fields["plate"] for _, fields in entries if fields["type"] == "confirmed")


def until_confirmed(server, wanted, timeout_s=30.0):
    deadline_s = time.monotonic() + timeout_s
    while confirmed(server) != wanted:
        assert time.monotonic() < deadline_s, confirmed(server)
        time.sleep(0.1)


def test_a_clip_as_a_camera_confirms_every_plate_once_though_it_begins_again(daemon, server, clip):
    daemon.write({"gate": f"file:{clip}"}, redis=server.url)
    daemon.start().until_states(gate="streaming")
    until_confirmed(server, EACH_ONCE)
    time.sleep(4)
    assert confirmed(server) == EACH_ONCE
    assert daemon.stop()[0] == 0
    assert confirmed(server) == EACH_ONCE


def test_a_killed_worker_tells_no_pass_twice(daemon, server, clip):
    daemon.write({"gate": f"file:{clip}"}, redis=server.url)
    status = daemon.start().until(lambda status: row(status, "gate")["confirmed"] >= 1)
    os.kill(row(status, "gate")["pid"], signal.SIGKILL)
    until_confirmed(server, EACH_ONCE)
    time.sleep(2)
    assert confirmed(server) == EACH_ONCE


def test_redis_may_die_and_no_event_is_lost_or_doubled(daemon, server, clip):
    daemon.write({"gate": f"file:{clip}"}, redis=server.url)
    daemon.start().until(lambda status: row(status, "gate")["confirmed"] >= 1)
    server.kill()
    status = daemon.until(lambda status: row(status, "gate")["spool_depth"] >= 2)
    assert row(status, "gate")["sink_error"]
    daemon.until(lambda status: status["daemon"]["redis"]["state"] == "down")
    server.start()
    until_confirmed(server, EACH_ONCE)
    daemon.until(lambda status: row(status, "gate")["spool_depth"] == 0 and status["daemon"]["redis"]["state"] == "up")
    assert confirmed(server) == EACH_ONCE


@pytest.mark.rtsp
def test_an_rtsp_camera_that_dies_is_read_again_when_it_is_back(daemon, server, clip):
    with rtsp_server.serving(f"/gate=file:{clip}") as camera:
        port = camera.port
        daemon.write({"gate": camera.url("/gate")}, redis=server.url)
        daemon.start().until(lambda status: row(status, "gate")["confirmed"] >= 1)
        camera.kill()
        status = daemon.until(lambda status: row(status, "gate")["state"] == "waiting")
        assert row(status, "gate")["last_error"]
    with rtsp_server.serving(f"/gate=file:{clip}", port=port):
        status = daemon.until_states(gate="streaming")
        until_confirmed(server, EACH_ONCE)
        status = daemon.until(lambda status: row(status, "gate")["reconnects"] == 1)
        assert row(status, "gate")["restarts"] == 0
    assert confirmed(server) == EACH_ONCE


@pytest.mark.rtsp
def test_a_wrong_password_and_a_dead_host_leave_the_good_camera_alone(daemon, server, clip):
    with rtsp_server.serving(f"/gate=file:{clip}", user="anpr", password="right") as camera:
        cameras = {
            "good": camera.url("/gate", "anpr", "right"),
            "wrong": camera.url("/gate", "anpr", "hunter2"),
            "dead": "rtsp://127.0.0.1:1/",
        }
        daemon.write(cameras, redis=server.url)
        daemon.start().until_states(good="streaming", wrong="waiting", dead="waiting")
        status = daemon.until(lambda status: row(status, "good")["confirmed"])
        assert "401" in row(status, "wrong")["last_error"]
    assert "hunter2" not in daemon.said() + str(status)


@pytest.mark.rtsp
def test_a_camera_that_fell_silent_holds_up_neither_heartbeat_nor_stop(daemon, server, clip):
    with rtsp_server.serving(f"/gate=file:{clip}") as camera:
        daemon.write({"gate": camera.url("/gate")}, redis=server.url)
        daemon.start().until(lambda status: row(status, "gate")["frames"])
        camera.pause()
        status = daemon.until(lambda status: row(status, "gate")["last_frame_age_s"] > 4)
        assert row(status, "gate")["beat_age_s"] < 3
        code, took_s = daemon.stop()
        assert (code, took_s < 5) == (0, True)
