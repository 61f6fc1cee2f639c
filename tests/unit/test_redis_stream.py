"""The Redis stream without a server: which URLs are refused, how events are cut into steps, how long it waits."""

import pytest

from anprd.errors import ConfigError, SinkError
from anprd.events import redis_stream
from anprd.events.redis_stream import BATCH_MAX, SEEN_MAX, LateStream, RedisStream
from tests.event_fakes import event

SECRET = "S3kr1t"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:6379",
        "http://localhost:6379",
        "redis://localhost:port/0",
        "redis://localhost:99999/0",
        "redis://localhost/zero",
        "redis://localhost?db=zero",
        "redis://localhost?colour=blue",
        "redis://[::1",
        "redis://a..b",
        "redis://a%2E.b",
        "redis://?host=a..b",
        "rediss://" + "x" * 64,
        "unix://",
        "unix://run/redis.sock",
    ],
)
def test_a_url_that_cannot_be_used_is_the_operators_to_mend(url):
    with pytest.raises(ConfigError, match="is no Redis URL; write redis://HOST:PORT/DB"):
        RedisStream(url, "anprd:events", 1000)


@pytest.mark.parametrize(
    "password",
    [f"pa/{SECRET}", f"{SECRET}/ss", f"a:{SECRET}/b@", f"[{SECRET}", f"?{SECRET}#/", f"12?{SECRET}", f"12#{SECRET}"],
)
def test_a_password_that_breaks_the_url_is_shown_nowhere(password):
    with pytest.raises(ConfigError) as caught:
        RedisStream(f"redis://:{password}@localhost:99999/0", "anprd:events", 1000)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    "url",
    [
        "redis://localhost",
        "redis://localhost:6379/",
        "redis://user:p%40ss%2Fword@[::1]:6380/3",
        "rediss://localhost:6380/0?ssl_cert_reqs=none",
        "unix:///run/anprd/redis.sock?db=2&password=x",
    ],
)
def test_usable_urls_are_taken_without_connecting(url):
    RedisStream(url, "anprd:events", 1000)


def test_a_certificate_is_named_by_its_whole_path():
    with pytest.raises(ConfigError, match=r"ssl_ca_certs in the URL names ca\.pem; write the whole path"):
        RedisStream("rediss://localhost/0?ssl_ca_certs=ca.pem", "anprd:events", 1000)


@pytest.mark.parametrize("url", ["redis://localhost", "rediss://localhost", "unix:///run/x.sock"])
def test_no_wait_is_without_an_end(url):
    options = RedisStream(url, "anprd:events", 1000)._client.connection_pool.connection_kwargs
    assert 0 < options["socket_timeout"] <= 5
    assert 0 < options["socket_connect_timeout"] <= 5
    assert options["retry"].get_retries() == 0
    assert redis_stream.FOLLOW_S_MAX < redis_stream.REPLY_TIMEOUT_S


def test_events_are_cut_into_steps_of_one_camera_and_host_in_their_order():
    events = [event(1), event(2), event(3, camera="b"), event(4, camera="b", host="x"), event(5)]
    batches = [list(batch) for batch in redis_stream._batches(events)]
    assert batches == [events[:2], events[2:3], events[3:4], events[4:]]
    assert list(redis_stream._batches([])) == []


def test_a_step_is_bounded_and_the_memory_holds_several():
    events = [event(number) for number in range(3 * BATCH_MAX + 1)]
    batches = list(redis_stream._batches(events))
    assert [len(batch) for batch in batches] == [BATCH_MAX, BATCH_MAX, BATCH_MAX, 1]
    assert [one for batch in batches for one in batch] == events
    assert SEEN_MAX >= 2 * BATCH_MAX


class OpenedStream:
    """One that says whether it was opened, and may refuse to be."""

    def __init__(self):
        self.opened = 0
        self.refuses = False
        self.sent = []

    def open(self):
        self.opened += 1
        if self.refuses:
            raise ConfigError("redis: ssl_ca_certs in the URL names ca.pem, which is not there or may not be read")
        return self

    def publish(self, events):
        self.sent += events
        return len(events)


def test_a_late_stream_is_opened_once_with_the_first_event():
    stream = OpenedStream()
    late = LateStream(stream.open)
    assert stream.opened == 0
    assert late.publish([event(1)]) == late.publish([event(2)]) == 1
    assert (stream.opened, stream.sent) == (1, [event(1), event(2)])


def test_what_keeps_a_late_stream_from_opening_is_trouble_that_may_pass():
    stream = OpenedStream()
    late = LateStream(stream.open)
    stream.refuses = True
    with pytest.raises(SinkError, match=r"ca\.pem"):
        late.publish([event(1)])
    stream.refuses = False
    assert late.publish([event(1)]) == 1
