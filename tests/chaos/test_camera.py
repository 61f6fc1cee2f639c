"""The suite's own camera is a camera to FFmpeg, in each codec and with each kind of trouble."""

import time
from collections.abc import Iterator

import numpy as np
import pytest

from anprd.bench import rtp
from anprd.errors import SourceError
from anprd.video.clock import SystemClock
from anprd.video.sources import open_source
from tests.chaos import film
from tests.chaos.camera import Camera
from tests.chaos.film import FPS, HEVC, PLAIN, SMALL, Film
from tests.video_clips import camera as settings_of


@pytest.fixture(scope="module")
def shown() -> Film:
    pictures = [np.full((540, 960, 3), 40 + 5 * number, np.uint8) for number in range(25)]
    for number, picture in enumerate(pictures):
        picture[100:200, 20 * number : 20 * number + 100] = np.random.default_rng(number).integers(
            0, 255, (100, 100, 3)
        )
    return Film((), {name: film._encode(pictures, *how) for name, how in film._CODECS.items()})


@pytest.fixture
def camera(shown) -> Iterator[Camera]:
    made = Camera("gate", shown, offset_s=0.0)
    yield made
    made.switch_off()


def seen(camera, count):
    """So many frames of a session, and its source."""
    settings = settings_of(camera.url)
    source = open_source(camera.url, settings=settings, clock=SystemClock())
    found = []
    try:
        for frame in source.frames():
            found.append((frame.width, frame.t_s))
            if len(found) == count:
                break
    finally:
        source.close()
    return found


@pytest.mark.parametrize(("variant", "width"), [(PLAIN, 960), (SMALL, 768), (HEVC, 960)])
def test_it_plays_its_film_evenly(camera, variant, width):
    camera.behave(variant=variant)
    frames = seen(camera, 20)
    assert {one for one, _ in frames} == {width}
    steps = np.diff([t_s for _, t_s in frames])
    assert np.allclose(steps, 1 / FPS, atol=0.002)


def test_what_it_sent_is_noted_with_its_place_in_the_film(camera):
    seen(camera, 15)
    numbers = [sent.number for sent in camera.sent]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert all(sent.whole and abs(sent.at_s - camera.due_s(sent.number)) < 1.0 for sent in camera.sent)


@pytest.mark.parametrize(("status", "says"), [(401, "401"), (453, "4xx"), (503, "5xx")])
def test_it_refuses(camera, status, says):
    camera.behave(status=status)
    with pytest.raises(SourceError, match=says):
        seen(camera, 1)


def test_a_picture_whose_packets_were_lost_is_not_noted_as_whole(camera):
    camera.behave(lost=0.2)
    seen(camera, 5)
    assert not any(sent.whole for sent in camera.sent)


def test_a_cut_ends_the_session_and_another_one_can_begin(camera):
    source = open_source(camera.url, settings=settings_of(camera.url), clock=SystemClock())
    frames = source.frames()
    next(frames)
    camera.cut()
    with pytest.raises(SourceError):
        for _ in frames:
            pass
    assert seen(camera, 3)
    deadline_s = time.monotonic() + 5
    while not camera.left and time.monotonic() < deadline_s:
        time.sleep(0.02)
    assert [session for _, session in camera.left] == [2]


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_fragments_hold_the_whole_unit(codec):
    unit = bytes([0x65, 0x01]) + bytes(range(256)) * 20
    head = 2 if codec == "h264" else 3
    pieces = rtp.payloads(codec, [unit])
    assert b"".join(piece[head:] for piece in pieces) == unit[head - 1 :]
    assert all(len(piece) <= rtp.PAYLOAD_BYTES_MAX for piece in pieces)


def test_units_are_told_apart_by_start_codes_of_both_lengths():
    assert rtp.nal_units(b"\0\0\0\1abc\0\0\1def\0\0\0\1g") == [b"abc", b"def", b"g"]
