"""Sessions with a real RTSP server, from the first frame to TEARDOWN, and every way in which one ends early."""

import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice, pairwise
from pathlib import Path

import pytest

from anprd.errors import SourceError
from anprd.records import TimeBasis
from anprd.video import session
from anprd.video.clock import SystemClock
from anprd.video.frames import Frame
from anprd.video.sources import Source, open_source
from tests.rtsp_server import RtspServer, serving
from tests.video_clips import camera, moving_ball, write_clip

pytestmark = pytest.mark.rtsp

PASSWORD = "s3cret"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("rtsp") / "ball.mp4", moving_ball(40), fps=20, bf="0", g="20")


@pytest.fixture(scope="module")
def server(clip: Path) -> Iterator[RtspServer]:
    mounts = [
        f"/clip=file:{clip}",
        f"/once=once:{clip}",
        "/h265=test-h265:320x240@20",
        "/mjpeg=mjpeg:320x240@20",
        "/resize=resize:320x240@50",
        "/noisy=noisy:320x240@50",
        "/garbage=garbage:320x240@200",
        "/sound=audio:",
    ]
    with serving(*mounts) as running:
        yield running


@pytest.fixture(scope="module")
def guarded(clip: Path) -> Iterator[RtspServer]:
    with serving(f"/clip=file:{clip}", user="anpr", password=PASSWORD) as running:
        yield running


@pytest.fixture
def mortal(clip: Path) -> Iterator[RtspServer]:
    """A server that the test may stop or kill."""
    with serving(f"/clip=file:{clip}") as running:
        yield running


def opened(url: str, **changes: object) -> Source:
    return open_source(url, settings=camera(url, **changes), clock=SystemClock())


def take(url: str, count: int, **changes: object) -> list[Frame]:
    source = opened(url, **changes)
    try:
        return list(islice(source.frames(), count))
    finally:
        source.close()


def trouble_with(url: str, **changes: object) -> str:
    with pytest.raises(SourceError) as caught:
        take(url, 10_000, **changes)
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))
    return str(caught.value)


def reading_threads() -> int:
    return sum(thread.name == "packets gate" for thread in threading.enumerate())


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_frames_come_in_order_with_both_times(server: RtspServer, transport: str):
    frames = take(server.url("/clip"), 50, transport=transport)
    assert {(f.width, f.height, f.luma().shape, f.bgr().shape) for f in frames} == {
        (320, 240, (240, 320), (240, 320, 3))
    }
    assert [b.t_s - a.t_s for a, b in pairwise(frames)] == pytest.approx([0.05] * 49, abs=0.001)
    assert 0 <= (datetime.now(UTC) - frames[-1].at).total_seconds() < 0.5


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_once_the_camera_has_reported_its_clock_frames_are_dated_by_it(server: RtspServer, transport: str):
    """GStreamer's first sender report comes within five seconds and a half."""
    source = opened(server.url("/clip"), transport=transport)
    frames = list(islice(source.frames(), 140))
    source.close()
    assert frames[0].clock is TimeBasis.ARRIVAL
    assert frames[-1].clock is TimeBasis.SENDER
    told = [frame for frame in frames if frame.clock is TimeBasis.SENDER]
    spans = [(frame.at - told[0].at).total_seconds() - (frame.t_s - told[0].t_s) for frame in told]
    assert max(map(abs, spans)) < 0.002  # the reports are exact, arrival is not
    assert 0 <= (datetime.now(UTC) - frames[-1].at).total_seconds() < 0.5


def test_the_first_frame_is_the_first_key_frame_of_the_session(server: RtspServer):
    assert take(server.url("/clip"), 1)[0].luma()[120, 20] > 200


@pytest.mark.parametrize("path", ["/h265", "/mjpeg"])
def test_other_codecs_are_read_too(server: RtspServer, path: str):
    assert take(server.url(path), 20)[-1].bgr().shape == (240, 320, 3)


def test_size_and_rate_are_known_once_the_stream_is_open(server: RtspServer):
    source = opened(server.url("/clip"))
    assert (source.width, source.height, source.fps) == (320, 240, 20)
    source.close()


def test_another_size_in_mid_stream_is_delivered(server: RtspServer):
    sizes = {(f.width, f.height) for f in take(server.url("/resize"), 80)}
    assert sizes == {(320, 240), (160, 120)}


def test_damaged_pictures_are_skipped_and_counted(server: RtspServer):
    source = opened(server.url("/noisy"))
    assert len(list(islice(source.frames(), 100))) == 100
    assert source.counts["corrupt"] > 0
    source.close()


def test_closing_sends_teardown_and_ends_the_thread(mortal: RtspServer):
    source = opened(mortal.url("/clip"))
    frames = source.frames()
    next(frames)
    assert reading_threads() == 1
    source.close()
    source.close()
    assert mortal.wait_for("teardown /clip")
    assert list(frames) == []
    assert reading_threads() == 0


def test_reading_and_decoding_take_one_thread_each(mortal: RtspServer):
    def threads() -> int:
        return len(list(Path("/proc/self/task").iterdir()))

    take(mortal.url("/clip"), 2)  # what libraries start for themselves is there now
    before = threads()
    source = opened(mortal.url("/clip"))
    for frame in islice(source.frames(), 5):
        frame.bgr()
    assert threads() <= before + 1
    source.close()


def test_a_stopped_consumer_ends_the_session_too(mortal: RtspServer):
    frames = opened(mortal.url("/clip")).frames()
    next(frames)
    frames.close()
    assert mortal.wait_for("teardown /clip")


def test_a_consumer_that_falls_behind_knows_it_and_catches_up(server: RtspServer):
    source = opened(server.url("/clip"))
    lags_s = []
    for index, _ in enumerate(islice(source.frames(), 60)):
        if index == 20:
            time.sleep(1)
        lags_s.append(source.lag_s)
    assert lags_s[19] < 0.3
    assert lags_s[21] > 0.7
    assert lags_s[-1] < 0.3
    source.close()


@pytest.mark.parametrize("digest", [False, True], ids=["basic", "digest"])
def test_the_right_password_opens_and_a_wrong_one_does_not(clip: Path, digest):
    with serving(f"/clip=file:{clip}", user="anpr", password=PASSWORD, digest=digest) as guarded:
        assert len(take(guarded.url("/clip", "anpr", PASSWORD), 3)) == 3
        text = trouble_with(guarded.url("/clip", "anpr", "wrong"))
    assert "refused the user name or the password (401)" in text
    assert f"rtsp://anpr:***@127.0.0.1:{guarded.port}/clip" in text
    assert "wrong" not in text


def test_a_missing_password_is_a_wrong_one(guarded: RtspServer):
    assert "(401)" in trouble_with(guarded.url("/clip"))


def test_a_password_may_hold_percent_encoded_characters(clip: Path):
    with serving(f"/clip=file:{clip}", user="anpr", password="p@ss:w/rd") as guarded:
        assert len(take(guarded.url("/clip", "anpr", "p%40ss%3Aw%2Frd"), 1)) == 1


def test_an_unknown_path_is_named(server: RtspServer):
    text = trouble_with(server.url("/nowhere"))
    assert "/nowhere: the camera has no stream of that path (404)" in text


def test_sound_alone_is_no_video(server: RtspServer):
    assert "there is no video in it" in trouble_with(server.url("/sound"))


def test_garbage_is_borne_for_a_while_and_then_given_up(server: RtspServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(session, "_UNDECODABLE_S_MAX", 2.0)
    begun_s = time.monotonic()
    assert "could not be decoded" in trouble_with(server.url("/garbage"))
    assert time.monotonic() - begun_s > 2.0


def test_the_end_of_the_stream_is_trouble_with_a_camera(server: RtspServer):
    assert "the camera ended the stream" in trouble_with(server.url("/once"))


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_a_camera_that_falls_silent_is_given_up_in_time(mortal: RtspServer, transport: str):
    source = opened(mortal.url("/clip"), transport=transport)
    frames = source.frames()
    list(islice(frames, 15))
    mortal.pause()
    begun_s = time.monotonic()
    with pytest.raises(SourceError, match="the camera sent nothing for 1 s"):
        list(frames)
    assert 0.5 < time.monotonic() - begun_s < 2


def test_a_killed_server_ends_the_session_and_its_successor_is_read(mortal: RtspServer, clip: Path):
    source = opened(mortal.url("/clip"))
    frames = source.frames()
    list(islice(frames, 15))
    mortal.kill()
    with pytest.raises(SourceError, match=r"ended the stream|broke off"):
        list(frames)
    with pytest.raises(SourceError, match="refused the connection"):
        opened(mortal.url("/clip"))
    with serving(f"/clip=file:{clip}", port=mortal.port):
        assert len(take(mortal.url("/clip"), 3)) == 3


class Stopping(Exception):
    pass


def test_a_stop_is_heard_while_the_camera_is_silent(mortal: RtspServer):
    url = mortal.url("/clip")
    silent = threading.Event()

    def waiting() -> None:
        if silent.is_set():
            raise Stopping

    source = open_source(url, settings=camera(url, read_timeout_s=60), clock=SystemClock(), waiting=waiting)
    frames = source.frames()
    next(frames)
    mortal.pause()
    silent.set()
    begun_s = time.monotonic()
    with pytest.raises(Stopping):
        list(frames)
    assert time.monotonic() - begun_s < 5
    mortal.kill()


def test_another_thread_can_end_it(mortal: RtspServer):
    source = opened(mortal.url("/clip"))
    threading.Timer(0.5, source.close).start()
    assert list(source.frames())


def test_nothing_is_printed_and_no_password_shows(guarded: RtspServer):
    program = """
import sys, traceback
from anprd.errors import SourceError
from anprd.records import TimeBasis
from anprd.video.clock import SystemClock
from anprd.video.sources import open_source
from tests.video_clips import camera
for url in sys.argv[1:]:
    try:
        open_source(url, settings=camera(url), clock=SystemClock())
    except SourceError as error:
        print("SENTENCE", error)
        traceback.print_exception(error, file=sys.stdout)
"""
    urls = [guarded.url(path, "anpr", "hunter2") for path in ("/clip", "/nowhere")]
    urls.append("rtsp://anpr:hunter2@127.0.0.1:9/clip")
    done = subprocess.run(
        [sys.executable, "-c", program, *urls], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.count("SENTENCE") == 3
    assert done.stderr == ""
    assert "hunter2" not in done.stdout
