from pathlib import Path

import numpy as np
import pytest

from anprd.errors import SinkError
from anprd.video.clip_writer import ClipWriter
from anprd.video.clock import SystemClock
from anprd.video.sources import open_clip


def grey(level: int) -> np.ndarray:
    return np.full((48, 64, 3), level, np.uint8)


def test_what_is_written_comes_back_at_its_times(tmp_path):
    path = tmp_path / "out.mp4"
    times = [0.0, 0.04, 0.08, 0.5, 0.54]
    with ClipWriter(path, size=(64, 48), fps=25) as writer:
        for number, t_s in enumerate(times):
            writer.write(grey(40 * number), t_s)
    source = open_clip(path, clock=SystemClock())
    frames = [(frame.t_s, int(frame.bgr().mean())) for frame in source.frames()]
    assert [t_s for t_s, _ in frames] == pytest.approx(times, abs=0.001)
    assert [level for _, level in frames] == pytest.approx([0, 40, 80, 120, 160], abs=6)


def test_an_even_pace_is_the_frame_rate(tmp_path):
    path = tmp_path / "out.mkv"
    with ClipWriter(path, size=(64, 48), fps=10) as writer:
        for number in range(20):
            writer.write(grey(100), number / 10)
    source = open_clip(path, clock=SystemClock())
    assert (source.width, source.height, source.fps) == (64, 48, pytest.approx(10, rel=0.01))


@pytest.mark.parametrize("path", [Path("/nowhere/out.mp4"), Path("/tmp/out.nothing"), Path("/tmp")])
def test_a_file_that_cannot_be_written_is_one_sentence(path):
    with pytest.raises(SinkError, match="cannot be written"):
        ClipWriter(path, size=(64, 48), fps=10)


def test_a_clip_without_a_picture_leaves_no_trouble(tmp_path):
    with ClipWriter(tmp_path / "out.mp4", size=(64, 48), fps=10):
        pass
