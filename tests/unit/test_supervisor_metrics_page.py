import pytest

from anprd.errors import ConfigError, StartError
from anprd.supervisor import metrics_page
from anprd.supervisor.metrics_page import FRESH_S, Page

STATUS = {"daemon": {"version": "1", "uptime_s": 2.0}, "cameras": [{"name": "gate", "state": "streaming", "frames": 3}]}
METRICS = b"GET /metrics HTTP/1.1\r\n\r\n"


@pytest.mark.parametrize(
    ("head", "line"),
    [
        (b"GET /metrics HTTP/1.1", b"200 OK"),
        (b"GET /metrics?x=1 HTTP/1.0", b"200 OK"),
        (b"GET / HTTP/1.1", b"404 Not Found"),
        (b"POST /metrics HTTP/1.1", b"405 Method Not Allowed"),
        (b"\xff\xfe nonsense", b"405 Method Not Allowed"),
        (b"", b"405 Method Not Allowed"),
    ],
)
def test_only_metrics_are_served(head, line):
    answer = Page(lambda: STATUS).answer(head + b"\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 " + line)


def test_the_page_is_as_long_as_it_says_and_names_the_camera():
    head, body = Page(lambda: STATUS).answer(METRICS).split(b"\r\n\r\n", 1)
    assert f"Content-Length: {len(body)}".encode() in head
    assert b'camera="gate"' in body


def test_however_many_ask_at_once_the_loop_makes_the_page_once():
    now, made = [100.0], []

    def facts():
        made.append(now[0])
        now[0] += 0.9  # of a thousand cameras
        return STATUS

    page = Page(facts, lambda: now[0])
    assert len({page.answer(METRICS) for _ in range(64)}) == 1
    assert made == [100.0]
    page.answer(b"GET / HTTP/1.1\r\n\r\n")
    assert made == [100.0]
    now[0] += FRESH_S
    page.answer(METRICS)
    assert made == [100.0, 100.9 + FRESH_S]


@pytest.mark.parametrize("host", ["a..b", "x" * 64])
def test_a_host_that_cannot_be_one_is_the_operators_to_mend(host):
    with pytest.raises(ConfigError, match="names no host; write HOST:PORT"):
        metrics_page.listen(f"{host}:9108")


def test_an_address_that_is_not_there_yet_is_tried_again_by_whoever_started_us():
    with pytest.raises(StartError, match=r"cannot listen at 192\.0\.2\.1:9108"):
        metrics_page.listen("192.0.2.1:9108")
