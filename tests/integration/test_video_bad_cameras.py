"""What answers, or does not, where a camera should be: plain sockets that misbehave."""

import contextlib
import http.server
import itertools
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from itertools import islice, pairwise
from pathlib import Path

import cv2
import pytest

from anprd.errors import SourceError
from anprd.video import container
from anprd.video.clock import SystemClock
from anprd.video.sources import open_source
from tests.video_clips import camera, moving_ball

SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:track0\r\n"
)


@contextlib.contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """The url of a socket on which every connection is given to `answer`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=(listener, answer), daemon=True).start()
        yield f"rtsp://anpr:s3cret@127.0.0.1:{listener.getsockname()[1]}/cam"


def _accept(listener: socket.socket, answer: Callable[[socket.socket], None]) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_answer, args=(connection, answer), daemon=True).start()


def _answer(connection: socket.socket, answer: Callable[[socket.socket], None]) -> None:
    with contextlib.suppress(OSError), connection:
        answer(connection)


def sends(data: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(data)

    return answer


def replies(status: str) -> Callable[[socket.socket], None]:
    return sends(f"RTSP/1.0 {status}\r\nCSeq: 1\r\n\r\n".encode())


def stays_silent(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def plays_and_stays_silent(connection: socket.socket) -> None:
    """RTSP up to PLAY, and then not one packet."""
    for _ in _requests_answered(connection):
        pass


def plays_one_picture_without_end(connection: socket.socket) -> None:
    """RTSP up to PLAY, and then a NAL unit that goes on and on (FU-A, RFC 6184, 5.8)."""
    next((request for request in _requests_answered(connection) if request.startswith("PLAY")), None)
    for number in itertools.count():
        part = bytes([0x7C, 0x85 if number == 0 else 0x05]) + b"\x55" * 60_000
        packet = struct.pack(">BBHII", 0x80, 96, number % 65536, 3600, 7) + part
        connection.sendall(b"$" + struct.pack(">BH", 0, len(packet)) + packet)


def plays_one_jpeg_without_end(connection: socket.socket) -> None:
    """Over HTTP, a picture that is promised to have two gigabytes."""
    connection.recv(4096)
    connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=x\r\n\r\n"
        b"--x\r\nContent-Type: image/jpeg\r\nContent-Length: 2147483000\r\n\r\n\xff\xd8"
    )
    while True:
        connection.sendall(b"\x55" * 60_000)


def describes_without_end(connection: socket.socket) -> None:
    """Promises a description of two gigabytes, and begins to send it."""
    connection.recv(4096)
    connection.sendall(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n")
    connection.recv(4096)
    connection.sendall(
        b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Type: application/sdp\r\nContent-Length: 2147483000\r\n\r\n"
    )
    while True:
        connection.sendall(b"a=x:" + b"y" * 1000 + b"\r\n")
        time.sleep(0.001)


def _requests_answered(connection: socket.socket) -> Iterator[str]:
    for request in iter(lambda: connection.recv(4096).decode(), ""):
        cseq = next(line for line in request.splitlines() if line.startswith("CSeq"))
        head = f"RTSP/1.0 200 OK\r\n{cseq}\r\nSession: 7\r\n"
        if request.startswith("DESCRIBE"):
            head += f"Content-Type: application/sdp\r\nContent-Length: {len(SDP)}\r\n\r\n{SDP}"
        elif request.startswith("SETUP"):
            head += "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n"
        else:
            head += "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n\r\n"
        connection.sendall(head.encode())
        yield request


def trouble_with(url: str, **changes: object) -> tuple[str, float]:
    """The sentence, and after how many seconds it came."""
    begun_s = time.monotonic()
    with pytest.raises(SourceError) as caught:
        list(islice(open_source(url, settings=camera(url, **changes), clock=SystemClock()).frames(), 5))
    text = str(caught.value)
    assert "s3cret" not in text
    assert "127.0.0.1" in text or ".invalid" in text
    return text, time.monotonic() - begun_s


def test_a_refused_connection_is_called_so():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    text, _ = trouble_with(f"rtsp://anpr:s3cret@127.0.0.1:{port}/cam")
    assert text.startswith(f"rtsp://anpr:***@127.0.0.1:{port}/cam: the host refused the connection")


def test_an_unknown_host_is_called_so():
    text, _ = trouble_with("rtsp://anpr:s3cret@no-such-camera.invalid/cam")
    assert "no host of that name is known" in text


def test_a_host_that_is_down_is_given_up_in_time():
    with socket.socket() as listener, contextlib.ExitStack() as stack:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):  # once the queue is full the kernel answers no more, as if nobody were there
            knock = stack.enter_context(socket.socket())
            knock.setblocking(False)
            knock.connect_ex(listener.getsockname())
        text, took_s = trouble_with(f"rtsp://127.0.0.1:{listener.getsockname()[1]}/cam", open_timeout_s=1)
    assert "nothing answered within 1 s" in text
    assert took_s < 5


def test_a_host_that_accepts_and_says_nothing_is_given_up_in_time():
    with listening(stays_silent) as url:
        text, took_s = trouble_with(url, open_timeout_s=1)
    assert "takes the connection and then says nothing for 1 s" in text
    assert took_s < 3


def test_a_camera_that_plays_nothing_is_given_up_in_time():
    with listening(plays_and_stays_silent) as url:
        text, took_s = trouble_with(url, open_timeout_s=1, read_timeout_s=1)
    assert "nothing for 1 s" in text
    assert took_s < 4


@pytest.mark.parametrize(
    "data",
    [os.urandom(50_000), b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0" * 1000, b""],
    ids=["noise", "ssh", "http", "zeros", "nothing"],
)
def test_what_is_no_camera_is_called_so(data: bytes):
    with listening(sends(data)) as url:
        text, _ = trouble_with(url)
    assert "does not speak this protocol" in text


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("401 Unauthorized", "user name or the password"),
        ("403 Forbidden", "does not let this user watch"),
        ("404 Not Found", "no stream of that path"),
        ("453 Not Enough Bandwidth", "too many viewers"),
        ("461 Unsupported Transport", "lack this transport"),
        ("500 Internal Server Error", "failed by itself"),
        ("503 Service Unavailable", "failed by itself"),
    ],
)
def test_a_refusal_is_told_by_its_number(status: str, sentence: str):
    with listening(replies(status)) as url:
        text, _ = trouble_with(url)
    assert sentence in text


class _JpegCamera(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        with contextlib.suppress(OSError):
            for picture in moving_ball(200):
                jpeg = cv2.imencode(".jpg", picture)[1].tobytes()
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                self.wfile.write(head.encode() + jpeg + b"\r\n")
                time.sleep(0.03)

    def log_message(self, *_args: object) -> None:
        pass


def test_a_jpeg_camera_over_http_is_read():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _JpegCamera) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/video"
        source = open_source(url, settings=camera(url), clock=SystemClock())
        frames = list(islice(source.frames(), 20))
        source.close()
        server.shutdown()
    assert frames[-1].bgr().shape == (240, 320, 3)
    assert all(later.t_s > earlier.t_s for earlier, later in pairwise(frames))


def test_a_web_page_is_no_camera():
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 12\r\n\r\n<html></html"
    with listening(sends(page)) as url:
        text, _ = trouble_with(url.replace("rtsp://", "http://"))
    assert "does not speak this protocol" in text


@pytest.mark.parametrize("status", ["200 OK", "455 Method Not Valid"])
def test_a_camera_does_not_have_the_worker_listen(status: str):
    """A description of a session, over HTTP: whoever opens it listens on the port that it names; at a refusal, too."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    description = SDP.replace("m=video 0", f"m=video {port}").replace("a=control:track0\r\n", "").encode()
    answers = iter([status])
    listened = []

    def answer(connection: socket.socket) -> None:
        connection.recv(4096)
        line = next(answers, "200 OK")
        head = f"HTTP/1.0 {line}\r\nContent-Type: application/sdp\r\nContent-Length: {len(description)}\r\n\r\n"
        connection.sendall(head.encode() + description)
        time.sleep(0.3)
        listened.extend(row for row in Path("/proc/net/udp").read_text().splitlines() if f":{port:04X} " in row)

    with listening(answer) as url:
        text, _ = trouble_with(url.replace("rtsp://", "http://"))
    assert ("does not speak this protocol" if status == "200 OK" else "refused to send the stream") in text
    assert not listened


@contextlib.contextmanager
def memory_watched() -> Iterator[Callable[[], int]]:
    """How many bytes more than at the beginning the process ever held."""

    def peak() -> int:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM"))

    Path("/proc/self/clear_refs").write_text("5")  # proc(5): forget the peak
    begun = peak()
    yield lambda: peak() - begun


@pytest.mark.parametrize("plays", [plays_one_picture_without_end, plays_one_jpeg_without_end])
def test_one_picture_without_end_is_refused_before_it_fills_the_memory(plays):
    with listening(plays) as url, memory_watched() as grown:
        text, _ = trouble_with(url.replace("rtsp://", "http://") if plays is plays_one_jpeg_without_end else url)
    # On a machine that does much else the time limit is reached before the 16 MiB.
    assert any(words in text for words in ("more than any has (16 MiB)", "sent nothing for", "says nothing for"))
    assert grown() < 3 * container.BLOCK_BYTES_MAX  # what is gathered, what it is moved into, and a packet


def test_a_description_without_end_is_refused_at_once():
    with listening(describes_without_end) as url, memory_watched() as grown:
        text, took_s = trouble_with(url)
    assert "s3cret" not in text
    assert took_s < 15  # the second look, and a machine that does much else
    assert grown() < container.BLOCK_BYTES_MAX
