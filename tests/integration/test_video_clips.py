"""Recordings through the real decoder: what they hold, and what is said of those that hold nothing."""

import os
import struct
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from anprd.errors import ConfigError, SourceError
from anprd.video import container, decoder
from anprd.video.clock import SystemClock
from anprd.video.sources import open_clip, open_source, play_clip
from tests.video_clips import camera, moving_ball, write_clip


class FakeClock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.passed_s = 0.0

    def now_s(self) -> float:
        return 5_000 + self.passed_s

    def wall(self) -> datetime:
        return datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=self.passed_s)

    def sleep(self, seconds: float) -> None:
        self.passed_s += seconds


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clips") / "ball.mp4", moving_ball(30))


def frames_of(path: Path) -> list:
    return list(open_clip(path, clock=SystemClock()).frames())


def trouble_with(path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        frames_of(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_every_frame_of_a_clip_comes_once_with_its_times(clip: Path):
    clock = FakeClock()
    source = open_clip(clip, clock=clock)
    assert (source.width, source.height, source.fps, source.duration_s) == (320, 240, 10, 3.0)
    frames = list(source.frames())
    assert [f.t_s for f in frames] == pytest.approx([i / 10 for i in range(30)])
    assert frames[5].at == clock.wall() + timedelta(seconds=0.5)
    assert source.lag_s == 0
    assert clock.passed_s == 0


def test_luma_is_the_decoders_own_memory_and_cannot_be_written(clip: Path):
    luma = frames_of(clip)[3].luma()
    assert luma.shape == (240, 320)
    assert luma.base is not None
    assert not luma.flags.writeable


def test_a_picture_outlives_its_stream(clip: Path):
    first, *_, last = frames_of(clip)
    assert first.bgr()[120, 20].tolist() == pytest.approx([255] * 3, abs=6)
    assert last.bgr()[120, 20].tolist() == pytest.approx([90] * 3, abs=6)
    assert first.bgr() is first.bgr()


@pytest.mark.parametrize("width", [318, 322, 330])
def test_padded_lines_are_cut_off(tmp_path: Path, width: int):
    frame = frames_of(write_clip(tmp_path / "odd.mp4", moving_ball(2, width=width)))[0]
    assert frame.luma().shape == (240, width)
    assert frame.bgr().shape == (240, width, 3)
    assert cv2.cvtColor(frame.bgr(), cv2.COLOR_BGR2GRAY)[120, 20] > 240


@pytest.mark.parametrize(
    ("pix_fmt", "color_range"),
    [("yuv420p", "1"), ("yuv420p", "2"), ("yuv422p", "1"), ("yuv444p", "1"), ("yuv420p10le", "1"), ("nv12", "1")],
)
def test_colours_keep_to_the_streams_range_and_format(tmp_path: Path, pix_fmt: str, color_range: str):
    bars = np.zeros((64, 96, 3), np.uint8)
    for i, colour in enumerate(
        [(0, 0, 0), (255, 255, 255), (30, 30, 220), (200, 60, 20), (40, 180, 60), (128, 128, 128)]
    ):
        bars[:, i * 16 : (i + 1) * 16] = colour
    clip = write_clip(tmp_path / "bars.mp4", [bars] * 3, pix_fmt=pix_fmt, color_range=color_range, crf="5")
    frame = frames_of(clip)[-1]
    for i in range(6):
        assert np.abs(frame.bgr()[32, i * 16 + 8].astype(int) - bars[32, i * 16 + 8]).max() <= 12
    luma = frame.luma()[32]
    black, white = (0, 255) if color_range == "2" or pix_fmt == "yuv420p10le" else (16, 235)
    assert (int(luma[8]), int(luma[24])) == pytest.approx((black, white), abs=4)


def test_mjpeg_is_full_range(tmp_path: Path):
    clip = write_clip(tmp_path / "ball.avi", moving_ball(3), codec="mjpeg", pix_fmt="yuvj420p")
    frame = frames_of(clip)[0]
    assert frame.luma()[5, 300] == pytest.approx(90, abs=4)
    assert frame.bgr()[5, 300].tolist() == pytest.approx([90] * 3, abs=4)


def test_another_size_in_mid_stream_is_delivered(tmp_path: Path):
    large = write_clip(tmp_path / "large.h264", moving_ball(10)).read_bytes()
    small = write_clip(tmp_path / "small.h264", moving_ball(10, 160, 120)).read_bytes()
    (tmp_path / "both.h264").write_bytes(large + small)
    source = open_clip(tmp_path / "both.h264", clock=SystemClock())
    frames = list(source.frames())
    assert [(f.width, f.height) for f in frames] == [(320, 240)] * 10 + [(160, 120)] * 10
    assert frames[-1].luma().shape == (120, 160)
    assert (source.width, source.height) == (160, 120)


def test_a_clip_filmed_upright_is_turned_as_it_says(tmp_path: Path):
    data = bytearray(write_clip(tmp_path / "phone.mp4", moving_ball(3)).read_bytes())
    matrix = data.index(b"tkhd") + 44  # ISO 14496-12, 8.3.2: the matrix of the track header, version 0
    one = 1 << 16
    data[matrix : matrix + 36] = struct.pack(">9i", 0, one, 0, -one, 0, 0, 0, 0, 1 << 30)  # a quarter turn clockwise
    (tmp_path / "phone.mp4").write_bytes(data)
    frame = frames_of(tmp_path / "phone.mp4")[0]
    assert (frame.width, frame.height) == (240, 320)
    assert frame.luma().shape == (320, 240)
    assert frame.bgr()[20, 120].tolist() == pytest.approx([255] * 3, abs=6)  # the disc begins at the left: now the top


@pytest.mark.parametrize(("codec", "ending", "unit"), [("libx264", "h264", b"\x06"), ("libx265", "hevc", b"\x4e\x01")])
def test_what_damage_says_in_mid_stream_turns_no_picture(tmp_path: Path, codec: str, ending: str, unit: bytes):
    """FFmpeg believes an orientation that it once read (SEI 47) until the stream's end, over every key frame."""
    options = {"x265-params": "keyint=10:log-level=none"} if codec == "libx265" else {"g": "10"}
    clip = write_clip(tmp_path / f"ball.{ending}", moving_ball(30), codec=codec, tune="zerolatency", **options)
    quarter_turn = "000" + f"{0x4000:016b}" + "010" + "0" + "1"  # H.264, D.1.27: flags, angle, period, extension, end
    payload = int(quarter_turn, 2).to_bytes(3, "big")
    units = clip.read_bytes().split(b"\0\0\1")
    units.insert(2 * len(units) // 3, unit + bytes([47, len(payload)]) + payload + b"\x80\0")
    spoilt = tmp_path / f"spoilt.{ending}"
    spoilt.write_bytes(b"\0\0\1".join(units))
    frames = frames_of(spoilt)
    assert any(frame.picture._frame.rotation for frame in frames), "the test can fail"
    assert {(frame.width, frame.height) for frame in frames} == {(320, 240)}


def test_a_clip_without_times_gets_its_frame_rates(tmp_path: Path):
    frames = frames_of(write_clip(tmp_path / "bare.h264", moving_ball(25), fps=25))
    assert [f.t_s for f in frames] == pytest.approx([i / 25 for i in range(25)], abs=0.001)


def test_a_cut_off_clip_gives_what_it_has(tmp_path: Path):
    whole = write_clip(tmp_path / "whole.mp4", moving_ball(30), movflags="faststart", g="5").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(whole[: len(whole) * 3 // 5])
    assert 5 <= len(frames_of(tmp_path / "cut.mp4")) < 30


def test_damage_in_the_middle_is_skipped_and_counted(tmp_path: Path):
    data = bytearray(write_clip(tmp_path / "whole.h264", moving_ball(60), g="10", sc_threshold="0").read_bytes())
    third = len(data) // 3
    data[third : third + 400] = np.random.default_rng(1).bytes(400)
    (tmp_path / "damaged.h264").write_bytes(data)
    source = open_clip(tmp_path / "damaged.h264", clock=SystemClock())
    count = len(list(source.frames()))
    assert 40 <= count < 60
    assert source.counts["corrupt"] > 0


def test_a_missing_file_is_named(tmp_path: Path):
    assert "there is no such file" in trouble_with(tmp_path / "missing.mp4")


def test_a_folder_is_no_clip(tmp_path: Path):
    assert "no regular file" in trouble_with(tmp_path)


def test_a_pipe_does_not_block(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    assert "no regular file" in trouble_with(tmp_path / "pipe")


def test_an_unreadable_file_is_told_from_a_missing_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clip: Path):
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(clip.read_bytes())
    secret.chmod(0)
    if os.geteuid() == 0:  # root reads everything: only the answer can be staged
        monkeypatch.setattr(Path, "open", _forbidden)
    assert "may not be read" in trouble_with(secret)


def _forbidden(*_args: object, **_options: object) -> None:
    raise PermissionError(13, "Permission denied")


def test_an_empty_file_is_called_empty(tmp_path: Path):
    (tmp_path / "empty.mp4").touch()
    assert "the file is empty" in trouble_with(tmp_path / "empty.mp4")


def test_a_clip_without_its_index_is_called_cut_off(tmp_path: Path, clip: Path):
    (tmp_path / "cut.mp4").write_bytes(clip.read_bytes()[:3000])
    assert "cut off" in trouble_with(tmp_path / "cut.mp4")


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".mp4"])
def test_a_picture_is_sent_to_the_right_command(tmp_path: Path, suffix: str):
    encoded = cv2.imencode(".png" if suffix == ".mp4" else suffix, moving_ball(1)[0])[1]
    (tmp_path / f"plate{suffix}").write_bytes(encoded.tobytes())
    assert "'anprd read'" in trouble_with(tmp_path / f"plate{suffix}")


@pytest.mark.parametrize(
    "content", [b"Hello\n" * 500, os.urandom(20_000), b"\0" * 20_000], ids=["text", "noise", "zeros"]
)
@pytest.mark.parametrize("suffix", ["mp4", "txt", "ts"])
def test_what_is_no_video_is_called_so(tmp_path: Path, content: bytes, suffix: str):
    (tmp_path / f"file.{suffix}").write_bytes(content)
    assert "no video that can be read" in trouble_with(tmp_path / f"file.{suffix}")


def test_a_playlist_cannot_name_other_files(tmp_path: Path, clip: Path):
    (tmp_path / "list.m3u8").write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{clip}\n#EXT-X-ENDLIST\n")
    assert "no video that can be read" in trouble_with(tmp_path / "list.m3u8")


def test_a_name_is_never_a_command_to_the_decoder(tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("concat:a|b").write_bytes(clip.read_bytes())
    assert len(frames_of(Path("concat:a|b"))) == 30


def test_an_absurd_size_is_refused_before_it_is_decoded(tmp_path: Path):
    wide = np.zeros((64, 8448, 3), np.uint8)
    clip = write_clip(tmp_path / "wide.mp4", [wide], preset="ultrafast")
    assert "8448x64" in trouble_with(clip)


def test_a_played_clip_keeps_real_time(clip: Path):
    clock = FakeClock()
    frames = list(play_clip(clip, clock=clock).frames())
    assert len(frames) == 30
    assert clock.passed_s == pytest.approx(2.9)
    assert frames[-1].at == datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=2.9)


@pytest.mark.parametrize("form", ["{}", "file:{}", "file://{}"])
def test_a_clip_as_a_camera_begins_again_at_its_end(clip: Path, form: str):
    clock = FakeClock()
    url = form.format(clip)
    source = open_source(url, settings=camera(f"file:{clip}"), clock=clock)
    frames = list(islice(source.frames(), 75))
    assert [f.t_s for f in frames] == pytest.approx([i / 10 for i in range(75)])
    assert clock.passed_s == pytest.approx(7.4)
    source.close()


def test_a_slow_consumer_is_behind_and_then_the_clip_slows_down(clip: Path):
    clock = FakeClock()
    source = open_source(str(clip), settings=camera(f"file:{clip}"), clock=clock)
    lags_s = []
    for _ in islice(source.frames(), 100):
        clock.sleep(0.3)
        lags_s.append(source.lag_s)
    assert lags_s[10] == pytest.approx(2.3, abs=0.1)
    assert max(lags_s) < 6


def test_a_closed_clip_ends(clip: Path):
    source = open_source(str(clip), settings=camera(f"file:{clip}"), clock=FakeClock())
    frames = source.frames()
    next(frames)
    source.close()
    assert list(frames) == []


def test_an_unknown_scheme_is_a_fault_of_the_configuration():
    with pytest.raises(ConfigError, match=r"ftp.*: must begin with rtsp://") as caught:
        open_source("ftp://anpr:s3cret@192.0.2.1/x", settings=camera("rtsp://192.0.2.1/"), clock=FakeClock())
    assert "s3cret" not in str(caught.value)


def test_a_decoder_that_forgot_goes_on_with_a_key_frame(tmp_path: Path):
    clip = write_clip(tmp_path / "ball.mp4", moving_ball(40), fps=20, bf="0", g="20")
    stream = container.open_file(str(clip))
    packets = list(stream.packets())
    decoding = decoder.Decoder(stream, Counter())
    assert sum(len(decoding.decode(packet)) for packet in packets[:10]) == 10
    decoding.forget()
    decoding.forget()
    assert [len(decoding.decode(packet)) for packet in packets[20:25]] == [1] * 5
    stream.close()
