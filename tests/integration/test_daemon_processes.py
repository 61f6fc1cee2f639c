"""The real daemon as a subprocess with real worker processes: scripted cameras, trouble of every kind."""

import json
import os
import pty
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from anprd.errors import ConfigError
from anprd.supervisor.embedded_redis import find_server
from anprd.supervisor.status import NotRunningError, fetch
from tests.daemon_process import ROOT, DaemonProcess, alive, descendants, gone, row
from tests.redis_server import RedisServer, binaries


@pytest.fixture
def daemon(tmp_path):
    with DaemonProcess(tmp_path, "tests.daemon_under_test") as made:
        yield made


def test_a_killed_worker_comes_back_and_the_others_go_on(daemon):
    daemon.write({"a": "steady", "b": "steady"})
    before = daemon.start().until_states(a="streaming", b="streaming")
    os.kill(row(before, "a")["pid"], signal.SIGKILL)
    daemon.until(lambda status: row(status, "a")["restarts"] == 1 and row(status, "a")["state"] == "streaming")
    after = fetch(daemon.runtime_dir)
    assert row(after, "a")["last_exit"] == "signal 9"
    assert row(after, "b")["pid"] == row(before, "b")["pid"]
    assert row(after, "b")["restarts"] == 0


def test_every_kind_of_trouble_is_told_apart_and_touches_nobody_else(daemon):
    daemon.write({"good": "steady", "wrong": "misconfigured", "away": "away", "buggy": "dying"})
    daemon.start().until(lambda status: row(status, "buggy")["restarts"] >= 1 and row(status, "good")["frames"])
    status = daemon.until(lambda status: row(status, "away")["state"] == "waiting")
    assert row(status, "wrong")["state"] == "failed"
    assert "hash of detector.xml" in row(status, "wrong")["last_error"]
    assert row(status, "wrong")["restarts"] == 0
    assert row(status, "away")["last_error"] == "camera.invalid: nothing answered"
    assert row(status, "good")["state"] == "streaming"
    assert len(daemon.events("camera_misconfigured")) == 1
    assert "secret" not in daemon.said() + json.dumps(status)


def test_an_overloaded_machine_holds_every_camera_back_and_says_so_once(daemon):
    daemon.write({"late": "behind", "good": "steady"})
    daemon.start().until_states(late="streaming", good="streaming")
    status = daemon.until(
        lambda status: row(status, "good")["detect_fps"] < 5 and row(status, "late")["detect_fps"] < 5
    )
    assert row(status, "good")["detect_fps_max"] == 8
    assert row(status, "late")["lag_s"] == 2.0
    assert status["daemon"]["load"]["overloaded"]
    assert status["daemon"]["load"]["cameras_held"] == 2
    assert len(daemon.events("overload_began")) == 1
    daemon.write({"good": "steady"})
    daemon.signal(signal.SIGHUP)
    daemon.until(lambda status: row(status, "good")["detect_fps"] == 8, timeout_s=60)


def test_a_stuck_worker_is_killed_and_the_status_answers_meanwhile(daemon):
    daemon.write({"stuck": "stuck", "good": "steady"})
    daemon.start().until(lambda status: row(status, "stuck")["beat_age_s"] and row(status, "stuck")["beat_age_s"] > 1)
    begun_s = time.monotonic()
    fetch(daemon.runtime_dir)
    assert time.monotonic() - begun_s < 0.5
    status = daemon.until(lambda status: row(status, "stuck")["restarts"] == 1)
    assert row(status, "stuck")["last_exit"] == "signal 9"
    assert daemon.events("worker_killed")[0]["reason"] == "no heartbeat"
    assert row(status, "good")["restarts"] == 0


def test_a_worker_that_was_taken_over_is_killed_and_commands_nobody(daemon, tmp_path):
    daemon.write({"taken": "hostile", "good": "steady"})
    daemon.start(TROPHY=str(tmp_path / "trophy"))
    status = daemon.until(lambda status: row(status, "taken")["restarts"] >= 2 and row(status, "good")["frames"])
    assert row(status, "taken")["last_exit"] == "signal 9"
    assert row(status, "good")["restarts"] == 0
    killed = daemon.events("worker_killed")
    assert {event["camera"] for event in killed} == {"taken"}
    assert killed[0]["reason"].startswith("it said what is no message: Invalid JSON")
    assert not (tmp_path / "trophy").exists()
    assert daemon.stop()[0] == 0


def test_sigterm_settles_open_passes_and_ends_in_time_with_0(daemon, tmp_path):
    if not binaries():
        pytest.skip("no redis-server")
    with RedisServer(tmp_path / "redis") as redis:
        daemon.write({"a": "steady", "b": "silent"}, redis=redis.url)
        daemon.start().until_states(a="streaming", b="starting")
        daemon.until(lambda status: row(status, "a")["frames"])
        left = daemon.descendants()
        code, took_s = daemon.stop()
        assert (code, took_s < 5) == (0, True)
        assert gone(left)
        with socket.create_connection(("127.0.0.1", redis.port)) as door:
            door.sendall(b"XLEN anprd:events\r\n")
            assert door.recv(64) == b":1\r\n"
    with pytest.raises(NotRunningError):
        fetch(daemon.runtime_dir)


def test_a_worker_that_does_not_drain_is_killed_and_the_daemon_still_ends_with_0(daemon):
    daemon.write({"deaf": "deaf", "good": "steady"})
    daemon.start().until(lambda status: row(status, "good")["frames"])
    code, took_s = daemon.stop()
    assert (code, took_s < 8) == (0, True)
    assert [event["camera"] for event in daemon.events("worker_killed")] == ["deaf"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_does_not_wait_for_the_boot(daemon, number):
    daemon.write({"a": "steady"})
    daemon.start(IMPORTS_S="60")
    while len(below := daemon.descendants()) < 2:  # the fork server, and the tracker of its resources
        assert daemon.process.poll() is None, daemon.said()
        time.sleep(0.05)
    daemon.signal(number)
    assert daemon.process.wait(10) == 0
    assert gone(below)


def test_a_second_interrupt_hastens(daemon):
    daemon.write({"deaf": "deaf"})
    daemon.start().until(lambda status: row(status, "deaf")["pid"])
    daemon.signal(signal.SIGINT)
    daemon.until(lambda status: status["daemon"]["state"] == "stopping", 2)
    daemon.signal(signal.SIGINT)
    assert daemon.process.wait(2) == 0


def test_a_terminals_interrupt_goes_to_all_and_still_drains(daemon):
    daemon.write({"a": "steady"})
    daemon.start().until(lambda status: row(status, "a")["frames"])
    os.killpg(daemon.process.pid, signal.SIGINT)
    assert daemon.process.wait(10) == 0
    assert daemon.events("worker_drained")
    assert daemon.events("worker_stopped")[0]["end"] == "exit code 0"


def test_sigterm_to_the_whole_group_still_drains(daemon):
    daemon.write({"a": "steady"})
    daemon.start().until(lambda status: row(status, "a")["frames"])
    os.killpg(daemon.process.pid, signal.SIGTERM)
    assert daemon.process.wait(10) == 0
    assert daemon.events("plate_confirmed")
    assert daemon.events("worker_stopped")[0]["end"] == "exit code 0"


def test_a_closed_terminal_ends_the_daemon(daemon):
    daemon.write({"a": "steady"})
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        os.execv(sys.executable, [sys.executable, "-m", "tests.daemon_under_test", str(daemon.config)])
    deadline_s = time.monotonic() + 20
    while b"source_opened" not in (chunk := os.read(terminal, 65536)):
        assert chunk
        assert time.monotonic() < deadline_s
    left = descendants(pid)
    os.close(terminal)
    assert os.waitpid(pid, 0)[1] == 0
    assert gone(left)


def test_nothing_outlives_a_killed_supervisor(daemon):
    daemon.write({"a": "steady", "b": "silent", "c": "away", "d": "deaf"}, redis="embedded")
    daemon.start().until(lambda status: row(status, "a")["frames"] and row(status, "d")["pid"])
    left = daemon.descendants()
    assert len(left) >= 6  # four workers, the fork server, redis-server
    daemon.process.kill()
    daemon.process.wait()
    assert gone(left, 5.0)


def test_workers_settle_when_the_supervisor_is_killed(daemon):
    daemon.write({"a": "steady"})
    daemon.start().until(lambda status: row(status, "a")["frames"])
    left = daemon.descendants()
    daemon.process.kill()
    daemon.process.wait()
    assert gone(left, 5.0)
    assert daemon.events("plate_confirmed")


def test_a_daemon_starts_over_the_remains_of_a_killed_one(daemon):
    daemon.write({"a": "steady"})
    daemon.start().until_states(a="streaming")
    daemon.process.kill()
    daemon.process.wait()
    assert (daemon.runtime_dir / "status.sock").exists()
    daemon.start().until_states(a="streaming")
    assert daemon.stop()[0] == 0


def test_workers_come_back_when_the_fork_server_is_killed(daemon):
    daemon.write({"a": "steady", "b": "steady"})
    status = daemon.start().until_states(a="streaming", b="streaming")
    worker = row(status, "a")["pid"]
    fork_server = int(Path(f"/proc/{worker}/stat").read_text().rsplit(")", 1)[1].split()[1])
    os.kill(fork_server, signal.SIGKILL)
    daemon.until(lambda status: all(camera["restarts"] == 1 for camera in status["cameras"]))
    daemon.until_states(a="streaming", b="streaming")
    assert not alive(worker)
    assert daemon.stop()[0] == 0


def test_sighup_touches_only_the_cameras_that_changed(daemon):
    daemon.write({"same": "steady", "edited": "steady", "gone": "steady"})
    before = daemon.start().until_states(same="streaming", edited="streaming", gone="streaming")
    daemon.write({"same": "steady", "edited": "silent", "new": "steady"})
    daemon.signal(signal.SIGHUP)
    after = daemon.until_states(same="streaming", edited="starting", new="streaming")
    assert row(after, "same")["pid"] == row(before, "same")["pid"]
    assert row(after, "edited")["pid"] != row(before, "edited")["pid"]
    assert after["daemon"]["last_reload"]["ok"] is True


def test_events_of_a_camera_removed_while_redis_was_away_are_delivered_when_it_is_back(daemon, tmp_path):
    if not binaries():
        pytest.skip("no redis-server")
    with RedisServer(tmp_path / "redis") as redis:
        redis.kill()
        daemon.write({"a": "steady", "b": "silent"}, redis=redis.url)
        daemon.start().until(lambda status: row(status, "a")["frames"])
        daemon.write({"b": "silent"}, redis=redis.url)
        daemon.signal(signal.SIGHUP)
        daemon.until(lambda status: status["daemon"]["orphaned_events"] == 1)
        assert (tmp_path / "state" / "spool" / "a.sqlite").exists()
        redis.start()
        daemon.until(lambda status: status["daemon"]["orphaned_events"] == 0)
        with socket.create_connection(("127.0.0.1", redis.port)) as door:
            door.sendall(b"XLEN anprd:events\r\n")
            assert door.recv(64) == b":1\r\n"
        assert daemon.stop()[0] == 0
    assert list((tmp_path / "state" / "spool").glob("a.*")) == []
    assert len(daemon.events("events_of_a_removed_camera")) == 1


def test_a_damaged_file_of_the_embedded_redis_leaves_no_camera_unread(daemon, tmp_path):
    try:
        find_server()
    except ConfigError as error:
        pytest.skip(str(error))
    (tmp_path / "state" / "redis").mkdir(parents=True)
    (tmp_path / "state" / "redis" / "appendonly.aof").write_bytes(b"damaged" * 99)
    daemon.write({"a": "steady"}, redis="embedded")
    status = daemon.start().until_states(a="streaming", timeout_s=60.0)
    assert status["daemon"]["redis"]["state"] != "up"
    assert "Bad file format" in daemon.events("redis_not_started")[0]["error"]
    assert daemon.stop()[0] == 0


def test_a_second_daemon_with_the_same_state_is_refused(daemon, tmp_path):
    daemon.write({"a": "silent"})
    daemon.start().until(lambda status: row(status, "a")["pid"])
    other = tmp_path / "other.yaml"
    other.write_text(json.dumps(json.loads(daemon.config.read_text()) | {"runtime_dir": str(tmp_path / "elsewhere")}))
    other.chmod(0o600)  # it holds a password
    second = subprocess.run(
        [sys.executable, "-m", "tests.daemon_under_test", str(other)],
        cwd=ROOT, capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert second.returncode == 78
    assert "already running with state_dir" in second.stderr


def test_a_broken_file_changes_nothing_and_says_why(daemon):
    daemon.write({"a": "steady"})
    before = daemon.start().until_states(a="streaming")
    daemon.config.write_text(daemon.config.read_text().replace('"cameras"', '"camreas"'))
    daemon.signal(signal.SIGHUP)
    after = daemon.until(lambda status: status["daemon"]["last_reload"])
    assert after["daemon"]["last_reload"]["ok"] is False
    assert "camreas" in after["daemon"]["last_reload"]["error"]
    assert row(after, "a")["pid"] == row(before, "a")["pid"]
    assert daemon.events("reload_refused")


def test_a_redis_url_that_only_the_client_refuses_changes_nothing_either(daemon):
    daemon.write({"a": "steady"})
    before = daemon.start().until_states(a="streaming")
    daemon.write({"a": "steady"}, redis="redis://h.invalid:6379/no-number")
    daemon.signal(signal.SIGHUP)
    after = daemon.until(lambda status: status["daemon"]["last_reload"])
    assert "no Redis URL" in after["daemon"]["last_reload"]["error"]
    assert row(after, "a")["pid"] == row(before, "a")["pid"]


def test_no_child_inherits_the_passwords_of_cameras(daemon):
    daemon.write({"a": "rtsp://u:${GATE_PASSWORD}@h.invalid/steady"}, redis="embedded")
    secrets = {"GATE_PASSWORD": "hunter2", "YARD_PASSWORD": "hunter2, of a camera that may be added"}
    status = daemon.start(**secrets, HARMLESS="yes").until_states(a="streaming")
    worker = row(status, "a")["pid"]
    os.kill(int(Path(f"/proc/{worker}/stat").read_text().rsplit(")", 1)[1].split()[1]), signal.SIGKILL)
    daemon.until(lambda status: row(status, "a")["restarts"] == 1 and row(status, "a")["state"] == "streaming")
    environments = [Path(f"/proc/{pid}/environ").read_bytes() for pid in daemon.descendants()]
    assert len(environments) >= 4  # the worker, the second fork server, its tracker, redis-server
    assert not [environ for environ in environments if b"hunter2" in environ]
    assert sum(b"HARMLESS=yes" in environ for environ in environments) >= 3
    daemon.signal(signal.SIGHUP)  # the supervisor still has it
    daemon.until(lambda status: status["daemon"]["last_reload"] is not None and status["daemon"]["last_reload"]["ok"])


def test_a_second_daemon_is_refused_with_78(daemon, tmp_path):
    daemon.write({"a": "silent"})
    daemon.start().until(lambda status: row(status, "a")["pid"])
    second = subprocess.run(
        [sys.executable, "-m", "tests.daemon_under_test", str(daemon.config)],
        cwd=ROOT, capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert second.returncode == 78
    assert "already running" in second.stderr
    assert "Traceback" not in second.stderr
    fetch(daemon.runtime_dir)


def test_the_status_socket_is_for_its_owner_alone(daemon):
    daemon.write({})
    daemon.start().until(lambda _status: True)
    assert (daemon.runtime_dir / "status.sock").stat().st_mode & 0o777 == 0o600


def test_a_log_level_that_there_is_not_is_in_the_log(daemon):
    daemon.write({})
    daemon.start(ANPRD_LOG_LEVEL="verbose").until(lambda _status: True)
    (line,) = daemon.events("log_level_unknown")
    assert line["error"].startswith("ANPRD_LOG_LEVEL: 'verbose' is not debug, info, warning or error")


def test_a_daemon_without_cameras_runs_and_says_so(daemon):
    daemon.write({})
    daemon.start().until(lambda status: status["cameras"] == [])
    assert daemon.events("no_cameras")
    daemon.write({"a": "steady"})
    daemon.signal(signal.SIGHUP)
    daemon.until_states(a="streaming")


def test_systemd_is_told_of_start_reload_watchdog_and_stop(daemon, tmp_path):
    door = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    door.bind(str(tmp_path / "notify"))
    door.settimeout(20)
    daemon.write({"a": "steady"})
    daemon.start(NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="1000000")
    assert door.recv(4096) == b"READY=1\nSTATUS=0 of 1 cameras streaming"
    said = [door.recv(4096) for _ in range(6)]
    assert said.count(b"WATCHDOG=1") >= 3
    daemon.signal(signal.SIGHUP)
    while not (message := door.recv(4096)).startswith(b"RELOADING=1\nMONOTONIC_USEC="):
        pass
    while not (message := door.recv(4096)).startswith(b"READY=1"):
        pass
    daemon.stop()
    while not message.startswith(b"STOPPING=1"):
        message = door.recv(4096)
    door.close()


def test_a_client_that_never_asks_holds_up_nobody(daemon):
    daemon.write({"a": "steady"})
    daemon.start().until_states(a="streaming")
    with socket.socket(socket.AF_UNIX) as idle, socket.socket(socket.AF_UNIX) as flood:
        idle.connect(str(daemon.runtime_dir / "status.sock"))
        flood.connect(str(daemon.runtime_dir / "status.sock"))
        flood.sendall(b"x" * 10_000)
        begun_s = time.monotonic()
        fetch(daemon.runtime_dir)
        assert time.monotonic() - begun_s < 0.5
        idle.settimeout(15)
        assert idle.recv(1) == b""


def test_metrics_are_served_where_an_address_is_set(daemon):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    daemon.write({"a": "steady"}, metrics_address=f"127.0.0.1:{port}")
    daemon.start().until_states(a="streaming")
    with socket.create_connection(("127.0.0.1", port), 5) as door:
        door.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        page = b"".join(iter(lambda: door.recv(65536), b""))
    assert page.startswith(b"HTTP/1.1 200 OK")
    assert b'anprd_camera_state{camera="a",state="streaming"} 1.0' in page


def test_a_metrics_address_that_is_not_there_yet_is_told_before_the_boot(daemon):
    daemon.write({"a": "steady"}, metrics_address="192.0.2.1:9108")
    assert daemon.start(IMPORTS_S="60").process.wait(20) == 1
    assert "metrics_address: cannot listen at 192.0.2.1:9108" in daemon.said()


def test_a_daemon_outlives_the_folder_that_it_was_called_in(daemon, tmp_path):
    begun = tmp_path / "begun"
    begun.mkdir()
    daemon.config = begun / "cameras.yaml"
    daemon.write({"a": "steady"})
    daemon.config, daemon.cwd = Path("cameras.yaml"), begun
    status = daemon.start(PYTHONPATH=str(ROOT)).until_states(a="streaming")
    shutil.rmtree(begun)
    os.kill(row(status, "a")["pid"], signal.SIGKILL)
    status = daemon.until(lambda status: (row(status, "a")["restarts"], row(status, "a")["state"]) == (1, "streaming"))
    assert status["daemon"]["config"] == str(begun / "cameras.yaml")


def test_a_boot_that_fails_late_has_not_stood_still(daemon):
    (daemon.runtime_dir / "status.sock").mkdir(parents=True)
    daemon.write({"a": "steady"})
    assert daemon.start(IMPORTS_S="6").process.wait(30) == 78
    assert daemon.events("stood_still") == []


@pytest.mark.parametrize("key", ["runtime_dir", "state_dir"])
def test_a_directory_that_cannot_be_made_names_its_key(daemon, tmp_path, key):
    (tmp_path / "file").write_text("")
    daemon.write({}, **{key: str(tmp_path / "file" / "below")})
    assert daemon.start().process.wait(20) == 78
    assert f"set `{key}` to a directory that you may write to" in daemon.said()
    assert "Traceback" not in daemon.said()
