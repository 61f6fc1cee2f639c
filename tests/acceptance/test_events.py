"""`anprd events` against a real Redis."""

import json
import signal
import subprocess

import pytest
import redis

from tests.command import anprd, argv, environment
from tests.redis_server import RedisServer

pytestmark = pytest.mark.redis

FIELDS = {
    "schema": "1", "id": "gate-1", "revision": "0", "type": "confirmed", "camera": "gate", "plate": "K995OX190",
    "confidence": "0.98", "region": "RU", "rows": "1", "votes": "3", "reads": "4", "track": "1",
    "at": "2026-03-01T12:00:00.123Z", "first_seen": "2026-03-01T12:00:00.000Z", "last_seen": "2026-03-01T12:00:01.000Z",
    "box": "[1.0, 2.0, 3.0, 4.0]", "host": "h",
}  # fmt: skip


@pytest.fixture
def server(tmp_path):
    with RedisServer(tmp_path) as running:
        yield running


@pytest.fixture
def publish(server):
    client = redis.Redis.from_url(server.url)

    def add(plate: str) -> None:
        client.xadd("anprd:events", FIELDS | {"plate": plate})

    yield add
    client.close()


def following(server):
    """`anprd events --follow` as a process; its first line comes with the first event."""
    return subprocess.Popen(
        argv("events", "--redis", server.url, "--follow", "--json"),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_latest_events_are_shown_the_last_one_last(server, publish):
    for plate in ("A1", "B2", "C3"):
        publish(plate)
    done = anprd("events", "--redis", server.url, "--count", "2", "--json")
    assert done.code == 0
    assert [event["plate"] for event in done.objects] == ["B2", "C3"]
    assert done.objects[0]["votes"] == 3
    assert done.objects[0]["box"] == [1.0, 2.0, 3.0, 4.0]


def test_people_get_a_table(server, publish):
    publish("A1")
    titles, row = anprd("events", "--redis", server.url).out.splitlines()
    assert titles.split()[2] == "plate"
    assert " A1 " in row


def test_a_stream_without_events_is_no_failure(server):
    done = anprd("events", "--redis", server.url)
    assert (done.code, done.out, done.err) == (0, "", "anprd: the stream 'anprd:events' holds no event\n")


def test_following_shows_what_comes_and_ends_cleanly_with_ctrl_c(server, publish):
    publish("A1")
    with following(server) as child:
        assert json.loads(child.stdout.readline())["plate"] == "A1"
        publish("B2")
        assert json.loads(child.stdout.readline())["plate"] == "B2"
        child.send_signal(signal.SIGINT)
        assert child.wait(30) == 130
        assert child.stderr.read() == ""


def test_a_follower_waits_for_a_redis_that_restarts_and_goes_on(server, publish):
    publish("A1")
    with following(server) as child:
        assert json.loads(child.stdout.readline())["plate"] == "A1"
        server.kill()
        said = child.stderr.readline()
        assert said.startswith("anprd: Redis at ")
        assert said.endswith("; waiting until it is back\n")
        server.start()
        publish("B2")
        assert json.loads(child.stdout.readline())["plate"] == "B2"
        child.send_signal(signal.SIGINT)
        assert child.wait(30) == 130
        assert child.stderr.read() == ""


def test_ctrl_c_ends_a_follower_that_waits_for_redis(server, publish):
    publish("A1")
    with following(server) as child:
        child.stdout.readline()
        server.kill()
        child.stderr.readline()
        child.send_signal(signal.SIGINT)
        assert child.wait(30) == 130
        assert child.stderr.read() == ""


def test_a_redis_that_is_away_from_the_start_is_not_followed(server):
    server.kill()
    done = anprd("events", "--redis", server.url, "--follow")
    assert done.code == 1
    assert "Redis at " in done.sentence
