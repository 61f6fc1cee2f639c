"""What stands at the address of Redis and is none: whatever it says is trouble that may pass, never a bug."""

import contextlib
import socket
import threading

import pytest

from anprd.errors import SinkError
from anprd.events import redis_stream
from anprd.events.redis_stream import RedisStream
from tests.event_fakes import event

REPLIES = {
    "ok": b"+OK\r\n",
    "nothing": b"$-1\r\n",
    "no list": b"*-1\r\n",
    "no number": b":x\r\n",
    "no length": b"$x\r\nab\r\n",
    "nested": b"*1\r\n" * 3000 + b":1\r\n",
    "a list of numbers": b"*2\r\n:1\r\n:2\r\n",
    "http": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "every byte": bytes(range(256)),
}


@pytest.fixture(params=REPLIES.values(), ids=REPLIES)
def stream(request, monkeypatch):
    monkeypatch.setattr(redis_stream, "REPLY_TIMEOUT_S", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer():
            with contextlib.suppress(OSError):
                while True:
                    door, _ = listener.accept()
                    with door, contextlib.suppress(OSError):
                        while door.recv(65536):
                            door.sendall(request.param)

        threading.Thread(target=answer, daemon=True).start()
        yield RedisStream(f"redis://127.0.0.1:{listener.getsockname()[1]}/0", "anprd:events", 1000)


def test_publishing_to_what_is_no_redis_is_trouble_that_may_pass(stream):
    with pytest.raises(SinkError, match=r"^Redis at redis://127\.0\.0\.1:\d+/0: \S"):
        stream.publish([event(1)])


def test_so_is_asking_whether_it_is_there(stream):
    with pytest.raises(SinkError):
        stream.ping()


def test_reading_from_it_ends_in_nothing_or_in_such_trouble(stream):
    for read in (lambda: stream.read(5), lambda: stream.follow("0-0", 0.1)):
        with contextlib.suppress(SinkError):
            assert read() == []


@pytest.mark.parametrize("stream", [REPLIES["ok"]], indirect=True)
def test_it_is_said_in_one_sentence(stream):
    with pytest.raises(SinkError, match=r"does not speak as Redis does; see .* is right \(ValueError\)$"):
        stream.publish([event(1)])


@pytest.mark.parametrize(
    ("begins", "goes_on"),
    [
        (b"+", b"A" * 4096),
        (b"-", b"A" * 4096),
        (b"$100000000000\r\n", b"A" * 4096),
        (b"*1000000000\r\n", b":1\r\n" * 1024),
    ],
    ids=["a word", "a refusal", "a text", "a list"],
)
def test_an_answer_without_end_is_not_gathered(begins, goes_on):
    """Whoever takes the port while Redis is away could fill the memory of the supervisor."""
    sent = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer():
            door, _ = listener.accept()
            with door, contextlib.suppress(OSError):
                door.recv(65536)
                door.sendall(begins)
                while len(sent) * len(goes_on) < 4 * redis_stream.REPLY_BYTES_MAX:
                    door.sendall(goes_on)
                    sent.append(1)

        threading.Thread(target=answer, daemon=True).start()
        stream = RedisStream(f"redis://127.0.0.1:{listener.getsockname()[1]}/0", "anprd:events", 1000)
        with pytest.raises(SinkError, match="it answers with more than 8 MiB"):
            stream.ping()
