"""A part of a decoded picture has exactly the colours that it has in the whole one."""

from collections import Counter

import cv2
import numpy as np
import pytest

from anprd.records import Window
from anprd.video.clips import open_checked, pictures
from tests.video_clips import write_clip

WINDOWS = [Window(0, 0, 64, 48), Window(100, 60, 200, 118), Window(0, 0, 320, 240), Window(31, 7, 90, 41)]


def colourful() -> np.ndarray:
    """Every colour, smooth: an encoder keeps it."""
    noise = np.random.default_rng(3).integers(0, 255, (15, 20, 3)).astype(np.uint8)
    return cv2.resize(noise, (320, 240), interpolation=cv2.INTER_CUBIC)


@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv422p", "yuv444p"])
@pytest.mark.parametrize("color_range", ["1", "2"], ids=["limited", "full"])
@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_a_part_equals_that_part_of_the_whole(tmp_path, pix_fmt: str, color_range: str, window: Window):
    clip = write_clip(tmp_path / "a.mp4", [colourful()] * 2, pix_fmt=pix_fmt, color_range=color_range)
    part, whole = (list(pictures(open_checked(str(clip)), Counter()))[1] for _ in range(2))
    expected = whole.bgr()[window.top : window.bottom, window.left : window.right]
    found = part.part(window)
    assert found.shape == (window.height, window.width, 3)
    assert np.array_equal(found, expected)
    assert not found.flags.writeable


def test_a_part_of_a_frame_that_lies_on_its_side_is_upright(tmp_path):
    clip = write_clip(tmp_path / "a.mp4", [colourful()] * 2)
    first = next(iter(pictures(open_checked(str(clip)), Counter())))
    turned = type(first)(first._frame, 1, first._reformatter, 0.1, None)
    assert np.array_equal(turned.part(Window(10, 20, 50, 80)), turned.bgr()[20:80, 10:50])


def test_matrix_and_range_of_hd_are_kept(tmp_path):
    clip = write_clip(
        tmp_path / "a.mp4", [colourful()] * 2, **{"x264-params": "colormatrix=bt709:colorprim=bt709:transfer=bt709"}
    )
    part, whole = (next(iter(pictures(open_checked(str(clip)), Counter()))) for _ in range(2))
    assert part._frame.colorspace == 1
    assert np.array_equal(part.part(Window(2, 4, 162, 124)), whole.bgr()[4:124, 2:162])
