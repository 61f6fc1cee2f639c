"""A reload under a running daemon: it touches what changed, waits for nobody, and says what came of it."""

import json
import signal
import socket
import threading
import time

import pytest

from anprd import settings as settings_file
from anprd.supervisor import status
from anprd.supervisor.daemon import Daemon
from anprd.supervisor.notify import Notifier
from tests.command import anprd
from tests.daemon_process import DaemonProcess, row
from tests.redis_server import RedisServer, binaries
from tests.rtsp_server import reason_missing, serving

FPS = 20  # of the scripted camera "steady"


@pytest.fixture
def daemon(tmp_path):
    with DaemonProcess(tmp_path, "tests.daemon_under_test") as made:
        yield made


@pytest.fixture
def hung_camera():
    """A host that takes every connection and never says a word."""
    held = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def take():
            while True:
                try:
                    held.append(listener.accept()[0])
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        yield f"rtsp://127.0.0.1:{listener.getsockname()[1]}/never"
    for connection in held:
        connection.close()


def test_cameras_are_added_changed_and_removed_one_by_one_and_the_others_lose_no_frame(daemon):
    daemon.write({"same": "steady", "also": "steady"})
    before = daemon.start().until_states(same="streaming", also="streaming")
    begun_s, first = time.monotonic(), row(before, "same")["frames"]
    outcomes = []
    for cameras in ({"new": "steady"}, {"new": "silent"}, {}):
        daemon.write({"same": "steady", "also": "steady", **cameras})
        outcomes.append(status.reload(daemon.runtime_dir))
        states = {"same": "streaming", "also": "streaming"}
        states |= {name: "starting" if script == "silent" else "streaming" for name, script in cameras.items()}
        after = daemon.until_states(**states)
    assert [(made["added"], made["changed"], made["removed"], made["untouched"]) for made in outcomes] == [
        (["new"], [], [], 2),
        ([], ["new"], [], 2),
        ([], [], ["new"], 2),
    ]
    assert [row(after, name)["pid"] for name in ("same", "also")] == [row(before, n)["pid"] for n in ("same", "also")]
    assert [row(after, name)["reconnects"] for name in ("same", "also")] == [0, 0]
    passed_s = time.monotonic() - begun_s
    # A beat is up to a second old, and a busy machine sleeps longer than it is told.
    assert row(after, "same")["frames"] - first >= 0.8 * FPS * (passed_s - 1.2)


def test_the_command_prints_what_was_added_removed_and_changed(daemon):
    daemon.write({"same": "steady", "edited": "steady", "gone": "steady"})
    daemon.start().until_states(same="streaming", edited="streaming", gone="streaming")
    daemon.write({"same": "steady", "edited": "silent", "new": "steady"})
    done = anprd("reload", "-c", daemon.config)
    assert (done.code, done.err) == (0, "")
    assert done.out == f"{daemon.config}: taken; added: new; removed: gone; changed: edited; 1 camera untouched\n"
    answer = anprd("reload", "--json", "-c", daemon.config).objects[0]
    assert (answer["ok"], answer["added"], answer["changed"]) == (True, [], [])


def test_a_broken_file_is_refused_with_1_and_the_reason_and_nothing_changes(daemon):
    daemon.write({"a": "steady"})
    before = daemon.start().until_states(a="streaming")
    whole = json.loads(daemon.config.read_text())
    for broken in ('{"camreas": {}}', '{"weights_dir": "/nope"}', "a: !!bool maybe", "cameras: [\n", "\x00"):
        daemon.config.write_text(json.dumps(whole | json.loads(broken)) if broken.startswith("{") else broken)
        done = anprd("reload", "-c", daemon.config)
        assert done.code == 1, broken
        first, last = done.err.splitlines()
        assert first.startswith(f"anprd: {daemon.config}")
        asked = broken.startswith("{")  # what is no YAML does not say where its daemon is
        goes_on = "the daemon goes on with what it had" if asked else "nobody was asked"
        assert last == f"anprd: nothing was changed; {goes_on}"
        after = status.fetch(daemon.runtime_dir)
        assert row(after, "a")["pid"] == row(before, "a")["pid"], broken


@pytest.mark.redis
def test_what_neither_disk_nor_redis_took_goes_to_the_redis_that_a_reload_names(daemon, tmp_path):
    if not binaries():
        pytest.skip("no redis-server")
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "spool").write_text("a file where the folder of spools should be")
    with RedisServer(tmp_path / "redis") as redis:
        daemon.write({"a": "steady", "removed": "steady"})
        daemon.start().until_states(a="streaming", removed="streaming")
        daemon.write({"a": "steady"}, redis=redis.url)
        status.reload(daemon.runtime_dir)
        daemon.until(lambda now: row(now, "a")["delivered"] == 1, timeout_s=60.0)
        daemon.until(lambda _: daemon.events("events_of_a_removed_camera_delivered"), timeout_s=60.0)
        with socket.create_connection(("127.0.0.1", redis.port)) as door:
            door.sendall(b"XLEN anprd:events\r\n")
            assert door.recv(64) == b":2\r\n"
        daemon.until(lambda _: not list((daemon.runtime_dir / "handover").iterdir()))


def test_an_empty_file_stops_no_camera_but_one_that_says_so_does(daemon):
    """The daemon is asked by signal: an empty file does not say either where its socket lies."""
    daemon.write({"a": "steady"})
    before = daemon.start().until_states(a="streaming")
    daemon.config.write_text("")
    daemon.signal(signal.SIGHUP)
    after = daemon.until(lambda now: now["daemon"]["last_reload"] is not None)
    error = after["daemon"]["last_reload"]["error"]
    assert error.startswith(f"{daemon.config}: names no camera, and 1 should run; was it cut off?")
    assert row(after, "a")["pid"] == row(before, "a")["pid"]
    daemon.write({})
    assert status.reload(daemon.runtime_dir)["removed"] == ["a"]


def test_what_only_a_restart_can_change_is_told(daemon, tmp_path):
    daemon.write({"a": "steady"})
    daemon.start().until_states(a="streaming")
    daemon.write({"a": "steady"}, state_dir=str(tmp_path / "other"))
    done = anprd("reload", "-c", daemon.config)
    assert (done.code, done.sentence) == (0, "state_dir: changed, but only a restart of the daemon takes it")


def test_a_daemon_whose_runtime_dir_was_edited_is_reached_as_the_sentence_says(daemon, tmp_path):
    daemon.write({"a": "steady"})
    daemon.start().until_states(a="streaming")
    daemon.write({"a": "steady"}, runtime_dir=str(tmp_path / "other"))
    for command in ("reload", "status"):
        done = anprd(command, "-c", daemon.config)
        assert done.code == 1, command
        assert done.sentence.endswith("started with another `runtime_dir` is reached with --runtime-dir DIR")
        done = anprd(command, "-c", daemon.config, "--runtime-dir", daemon.runtime_dir)
        assert done.code == 0, command
        assert command == "status" or done.sentence.startswith("runtime_dir: changed, but only a restart")


def test_without_a_daemon_it_fails_and_says_so(daemon):
    daemon.write({})
    done = anprd("reload", "-c", daemon.config)
    assert (done.code, "no daemon answers" in done.sentence) == (1, True)


def test_a_reload_and_the_new_camera_wait_for_no_worker_that_is_stuck(daemon):
    daemon.write({"stuck": "stuck", "deaf": "deaf"})
    daemon.start().until(lambda now: row(now, "deaf")["pid"] and row(now, "stuck")["pid"])
    daemon.write({"new": "steady"})
    begun_s = time.monotonic()
    assert status.reload(daemon.runtime_dir)["removed"] == ["stuck", "deaf"]
    assert time.monotonic() - begun_s < 1.0
    daemon.until(lambda now: row(now, "new")["state"] == "streaming", 5)


@pytest.mark.skipif(reason_missing() is not None, reason=str(reason_missing()))
def test_a_camera_that_answers_with_nothing_for_ever_blocks_no_other_no_reload_and_no_stop(tmp_path, hung_camera):
    patience = {"open_timeout_s": 3600, "read_timeout_s": 3600}
    with DaemonProcess(tmp_path, "tests.seeing_daemon") as daemon, serving("/gate=test:320x240@25") as camera:
        daemon.write({"hung": hung_camera, "good": camera.url("/gate")}, defaults=patience)
        now = daemon.start().until_states(hung="starting", good="streaming")
        pids = {name: row(now, name)["pid"] for name in ("hung", "good")}
        daemon.until(lambda now: row(now, "hung")["beat_age_s"] < 1.5 and row(now, "good")["frames"] > 25)

        daemon.write({"good": camera.url("/gate"), "hung": hung_camera + "2"}, defaults=patience)
        begun_s = time.monotonic()
        assert status.reload(daemon.runtime_dir)["changed"] == ["hung"]
        assert time.monotonic() - begun_s < 1.0
        now = daemon.until(lambda now: row(now, "hung")["pid"] not in {None, pids["hung"]}, 8)
        assert row(now, "good")["pid"] == pids["good"]
        assert row(now, "good")["last_frame_age_s"] < 2

        code, took_s = daemon.stop()
        assert (code, took_s < 5) == (0, True)
        assert daemon.events("worker_killed") == []


@pytest.mark.skipif(reason_missing() is not None, reason=str(reason_missing()))
def test_a_substream_that_answers_with_nothing_for_ever_blinds_nobody_and_blocks_no_stop(tmp_path, hung_camera):
    patience = {"open_timeout_s": 3600, "read_timeout_s": 3600}
    with DaemonProcess(tmp_path, "tests.seeing_daemon") as daemon, serving("/gate=test:320x240@25") as camera:
        daemon.write({"gate": camera.url("/gate")}, substreams={"gate": hung_camera}, defaults=patience)
        now = daemon.start().until(lambda now: row(now, "gate")["frames"] > 50)
        assert row(now, "gate")["state"] == "streaming"
        assert row(now, "gate")["last_frame_age_s"] < 2

        code, took_s = daemon.stop()
        assert (code, took_s < 5) == (0, True)
        assert daemon.events("worker_killed") == []


class NoWorkers:
    """A spawner for a daemon without cameras."""

    def warm(self, weights_dir):
        pass

    def close(self):
        pass


def test_a_reload_needs_no_thread_to_spare(tmp_path, monkeypatch):
    config = tmp_path / "cameras.yaml"
    places = {"state_dir": str(tmp_path), "runtime_dir": str(tmp_path), "cameras": {}}
    config.write_text(json.dumps(places | {"redis": "redis://127.0.0.1:1/0"}))
    with Daemon(config, settings_file.load(config, {}), Notifier(None), NoWorkers()) as daemon:
        monkeypatch.setattr(threading.Thread, "start", no_thread_to_spare)
        config.write_text(json.dumps(places | {"redis": "redis://127.0.0.1:1/7"}))
        daemon._status_answer(status.RELOAD)
        now = daemon.facts()["daemon"]
    assert now["last_reload"]["ok"]
    assert now["redis"]["url"] == "redis://127.0.0.1:1/7"


def no_thread_to_spare(_thread):
    raise RuntimeError("can't start new thread")
