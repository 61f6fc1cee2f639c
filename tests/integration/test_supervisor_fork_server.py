"""The fork server under the real daemon: its socket, its fall, and the time until the next one is warm."""

import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from anprd.supervisor import fork_server
from anprd.supervisor.fork_server import ForkServer
from anprd.supervisor.status import fetch
from tests.daemon_process import DaemonProcess, descendants, gone, row

IMPORTS_S = 4


@pytest.fixture
def daemon(tmp_path):
    with DaemonProcess(tmp_path, "tests.daemon_under_test") as made:
        yield made


@pytest.fixture
def server(tmp_path):
    (tmp_path / "run").mkdir()
    made = ForkServer(["tests.scripted_workers"], hidden=(), folder=tmp_path / "run")
    made.warm()
    yield made
    made.close()


def own_fork_servers():
    return [pid for pid in descendants(os.getpid()) if b"forkserver" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def until_hindrance(server, wanted, timeout_s=20):
    deadline_s = time.monotonic() + timeout_s
    while wanted not in str(said := server.hindrance()):
        assert time.monotonic() < deadline_s, said
        time.sleep(0.05)


def fork_server_of(worker):
    return int(Path(f"/proc/{worker}/stat").read_text().rsplit(")", 1)[1].split()[1])


def test_workers_are_started_after_all_temporary_files_were_removed(daemon, tmp_path):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    daemon.write({"a": "steady"})
    status = daemon.start(TMPDIR=str(temporary)).until_states(a="streaming")
    for left in temporary.iterdir():
        shutil.rmtree(left)
    os.kill(row(status, "a")["pid"], signal.SIGKILL)
    daemon.write({"a": "steady", "b": "steady"})
    daemon.signal(signal.SIGHUP)
    daemon.until_states(a="streaming", b="streaming")
    os.kill(fork_server_of(row(fetch(daemon.runtime_dir), "a")["pid"]), signal.SIGKILL)
    daemon.until(lambda status: row(status, "b")["restarts"] == 1 and row(status, "b")["state"] == "streaming")
    assert daemon.stop()[0] == 0
    assert "Traceback" not in daemon.said()


def test_nothing_of_its_socket_is_left_anywhere(daemon, tmp_path):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    daemon.write({"a": "steady"})
    daemon.start(TMPDIR=str(temporary)).until_states(a="streaming")
    assert list(temporary.iterdir()) == []
    assert {path.name for path in daemon.runtime_dir.iterdir()} == {"runtime_dir.lock", "status.sock"}


def test_a_runtime_directory_as_long_as_the_status_socket_allows_is_no_hindrance(daemon, tmp_path):
    room = 107 - len(os.fsencode(tmp_path / "status.sock"))
    if room < 2:
        pytest.skip(f"{tmp_path} is too long already")
    daemon.runtime_dir = tmp_path / ("r" * (room - 1))
    daemon.write({"a": "steady"})
    daemon.start().until_states(a="streaming")


def test_the_status_answers_while_a_fallen_fork_server_is_replaced(daemon):
    daemon.write({"a": "steady", "b": "steady"})
    status = daemon.start(IMPORTS_S=str(IMPORTS_S)).until_states(a="streaming", b="streaming")
    os.kill(fork_server_of(row(status, "a")["pid"]), signal.SIGKILL)
    longest_s, errors = 0.0, set()
    while not all(camera["restarts"] == 1 and camera["state"] == "streaming" for camera in status["cameras"]):
        begun_s = time.monotonic()
        status = fetch(daemon.runtime_dir, timeout_s=30)
        longest_s = max(longest_s, time.monotonic() - begun_s)
        errors |= {camera["last_error"] for camera in status["cameras"]}
        time.sleep(0.05)
    assert longest_s < 1
    assert "the fork server fell; the next one is not ready yet" in errors
    assert len(daemon.events("fork_server_fell")) == 1
    assert daemon.events("fork_server_ready")[0]["took_s"] >= IMPORTS_S
    assert daemon.events("worker_not_started") == []
    assert daemon.events("stood_still") == []


def test_a_stop_does_not_wait_for_a_fork_server_that_is_replaced(daemon):
    daemon.write({"a": "steady"})
    status = daemon.start(IMPORTS_S=str(IMPORTS_S)).until_states(a="streaming")
    os.kill(fork_server_of(row(status, "a")["pid"]), signal.SIGKILL)
    daemon.until(lambda _: daemon.events("fork_server_fell"))
    left = daemon.descendants()
    code, took_s = daemon.stop()
    assert (code, took_s < IMPORTS_S / 2) == (0, True)
    assert gone(left)
    assert "Traceback" not in daemon.said()


def test_one_that_falls_again_before_it_is_ready_is_replaced_again(daemon):
    daemon.write({"a": "steady"})
    status = daemon.start(IMPORTS_S="1").until_states(a="streaming")
    os.kill(fork_server_of(row(status, "a")["pid"]), signal.SIGKILL)
    for count in (1, 2):
        daemon.until(lambda _, count=count: len(daemon.events("fork_server_fell")) == count)
        servers = [pid for pid in daemon.descendants() if b"forkserver" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        assert len(servers) == 1
        os.kill(servers[0], signal.SIGKILL)
    daemon.until(lambda status: row(status, "a")["restarts"] == 1 and row(status, "a")["state"] == "streaming")
    assert len(daemon.events("fork_server_fell")) == 3
    assert len(daemon.events("fork_server_ready")) == 1


def test_one_that_is_never_ready_is_killed_and_replaced(server, monkeypatch):
    monkeypatch.setattr(fork_server, "WARM_S_MAX", 0.5)
    monkeypatch.setenv("IMPORTS_S", "3600")
    os.kill(own_fork_servers()[0], signal.SIGKILL)
    until_hindrance(server, "not ready yet")
    stuck = own_fork_servers()
    monkeypatch.setenv("IMPORTS_S", "0")
    deadline_s = time.monotonic() + 10
    while not gone(stuck, 0.05):
        assert server.hindrance()
        assert time.monotonic() < deadline_s
    monkeypatch.setattr(fork_server, "WARM_S_MAX", 60)
    until_hindrance(server, "None")


def test_one_that_cannot_be_begun_is_tried_again(server, tmp_path):
    (tmp_path / "run").rmdir()
    os.kill(own_fork_servers()[0], signal.SIGKILL)
    until_hindrance(server, "no other could be begun (FileNotFoundError")
    (tmp_path / "run").mkdir()
    until_hindrance(server, "None")
