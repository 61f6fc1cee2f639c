"""A session over real streams: what is no trouble must not end it, and frames without times get ours."""

import io
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from anprd.errors import SourceError
from anprd.video import container, reader
from anprd.video.clock import SystemClock
from anprd.video.reader import Arrival
from anprd.video.session import Session
from anprd.video.sources import open_source
from tests.video_clips import camera, moving_ball, write_clip

URL = "rtsp://192.0.2.1/"


class HandClock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.s = 100.0

    def now_s(self) -> float:
        return self.s

    def wall(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        self.s += seconds


def opened(clip: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch) -> tuple[Session, list[Arrival]]:
    """A session with a camera that sends the clip, and every packet of it."""
    monkeypatch.setattr(container, "open_network", lambda *_, **__: container.open_file(str(clip)))
    monkeypatch.setattr(reader, "BACKLOG_PACKETS_MAX", 10_000)  # a file comes as fast as it can be read
    session = Session(URL, camera(URL, read_timeout_s=3600), clock, Counter(corrupt=0, overrun=0))
    session.await_open(lambda: None)
    return session, list(_sent(session))


def _sent(session: Session) -> Iterator[Arrival]:
    with suppress(SourceError):  # the camera ended the stream
        while True:
            yield from session.take_all(1.0)


def decode_all(session: Session, arrivals: list[Arrival], clock: HandClock, *, step_s: float) -> int:
    """How many frames come of it where a packet comes each `step_s`."""
    frames = 0
    for arrival in arrivals:
        clock.s += step_s
        frames += len(session.decode(arrival))
    return frames


@pytest.mark.parametrize("b_frames", ["0", "2"])
def test_a_camera_that_slept_may_need_more_than_a_packet_for_its_first_picture(
    b_frames: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    clip = write_clip(tmp_path / "a.mkv", moving_ball(40), bf=b_frames, g="10", sc_threshold="0")
    clock = HandClock()
    session, arrivals = opened(clip, clock, monkeypatch)
    for arrival in arrivals[:10]:
        session.decode(arrival)
    keys = [index for index, arrival in enumerate(arrivals) if arrival.packet.is_keyframe]
    clock.s += 60.0
    assert session.still(arrivals[keys[2]]) is not None
    assert decode_all(session, arrivals[keys[2] : keys[2] + 10], clock, step_s=0.1) >= 6


def test_the_first_key_frame_may_come_after_hundreds_of_packets_but_not_after_any_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    clip = write_clip(tmp_path / "a.mkv", moving_ball(620, 64, 48), fps=50, bf="0", g="300", sc_threshold="0")
    clock = HandClock()
    session, arrivals = opened(clip, clock, monkeypatch)
    assert decode_all(session, arrivals[1:], clock, step_s=0.02) >= 300  # joined after a key frame
    session, arrivals = opened(clip, clock, monkeypatch)
    with pytest.raises(SourceError, match="could not be decoded"):
        decode_all(session, arrivals[1:], clock, step_s=0.2)


def test_after_a_picture_packets_that_give_none_end_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    clip = write_clip(tmp_path / "a.mkv", moving_ball(400, 64, 48), fps=50, bf="0", g="1000", sc_threshold="0")
    clock = HandClock()
    session, arrivals = opened(clip, clock, monkeypatch)
    assert session.decode(arrivals[0])
    session.begin_anew()
    with pytest.raises(SourceError, match="250 packets in a row could not be decoded"):
        decode_all(session, arrivals[1:], clock, step_s=0.0)


@contextmanager
def http_camera(content_type: str, pieces: Iterable[bytes], every_s: float) -> Iterator[str]:
    """The URL of a camera that sends these pieces over HTTP, evenly."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.end_headers()
            due_s = time.monotonic()
            try:
                for piece in pieces:
                    self.wfile.write(piece)
                    due_s += every_s
                    time.sleep(max(0.0, due_s - time.monotonic()))
            except OSError:
                pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/video"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def jpeg_camera(fps: float) -> Iterator[str]:
    """The URL of a camera that sends JPEGs over HTTP: a container without times."""
    pictures = [cv2.imencode(".jpg", picture)[1].tobytes() for picture in moving_ball(50, 160, 120)]
    head = "--cut\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n"
    parts = [head.format(len(picture)).encode() + picture + b"\r\n" for picture in pictures]
    with http_camera("multipart/x-mixed-replace; boundary=cut", parts * 20, 1 / fps) as url:
        yield url


def test_jpegs_over_http_run_as_fast_as_they_come():
    """FFmpeg counts 25 of them a second, and a camera of 5 would seem to fall back four seconds of five."""
    with jpeg_camera(fps=5) as url:
        source = open_source(url, settings=camera(url), clock=SystemClock())
        begun_s, times_s, lags_s = None, [], []
        for frame in source.frames():
            begun_s = begun_s or time.monotonic()
            times_s.append(frame.t_s)
            lags_s.append(source.lag_s)
            if len(times_s) == 20:
                break
        passed_s = time.monotonic() - begun_s
        source.close()
    assert times_s[-1] == pytest.approx(passed_s, rel=0.2)
    assert max(lags_s) < 0.8


def test_what_the_network_held_back_is_no_lag_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    clip = write_clip(tmp_path / "clip.mp4", moving_ball(50, 160, 120))
    clock = HandClock()
    session, arrivals = opened(clip, clock, monkeypatch)
    for arrival in arrivals[:25]:
        clock.s += 0.04
        session.decode(Arrival(arrival.packet, clock.s))
    assert session.lag_s == 0
    clock.s += 3.0
    session.decode(Arrival(arrivals[25].packet, clock.s))
    assert session.lag_s == 0  # it came three seconds late, and was dealt with at once
    clock.s += 2.0
    session.decode(Arrival(arrivals[26].packet, clock.s - 2.0))
    assert session.lag_s == pytest.approx(2.0)


VIDEO_S, SOUND_S, CHUNK_S = 1.0, 20.0, 0.1


def picture_and_sound() -> list[bytes]:
    """An MPEG-TS in pieces of `CHUNK_S`: the picture ends early, the sound goes on."""
    file = io.BytesIO()
    pieces = []
    with av.open(
        file, "w", format="mpegts", options={"flush_packets": "1", "max_interleave_delta": "100000"}
    ) as container:
        video = container.add_stream("libx264", rate=10, options={"preset": "ultrafast", "tune": "zerolatency"})
        video.width, video.height, video.pix_fmt = 160, 120, "yuv420p"
        sound = container.add_stream("mp2", rate=16_000)
        samples = 0
        for index in range(round(SOUND_S / CHUNK_S)):
            begin = file.tell()
            if index * CHUNK_S < VIDEO_S:
                frame = av.VideoFrame.from_ndarray(np.full((120, 160, 3), index % 250, np.uint8), format="rgb24")
                frame.pts, frame.time_base = index, Fraction(1, 10)
                container.mux(video.encode(frame))
            while samples < (index + 1) * CHUNK_S * 16_000:
                silence = av.AudioFrame.from_ndarray(np.zeros((1, 1152), np.int16), format="s16", layout="mono")
                silence.sample_rate, silence.pts, silence.time_base = 16_000, samples, Fraction(1, 16_000)
                samples += 1152
                container.mux(sound.encode(silence))
            pieces.append(file.getvalue()[begin:])
    return pieces


def take_for_ever(session: Session) -> None:
    while True:
        session.take(0.5)


def test_a_camera_whose_sound_goes_on_is_let_go_all_the_same():
    with http_camera("video/mp2t", picture_and_sound(), CHUNK_S) as url:
        session = Session(url, camera(url, read_timeout_s=2), SystemClock(), Counter())
        session.await_open(lambda: None)
        with pytest.raises(SourceError, match="2 s"):
            take_for_ever(session)
        session.close()
        ends_s = time.monotonic() + 3.0
        while (left := [one for one in threading.enumerate() if one.name == "packets gate"]) and (
            time.monotonic() < ends_s
        ):
            time.sleep(0.1)
        assert not left
