import resource
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from anprd.errors import SinkError
from anprd.records import Box
from anprd.training import detector_scenes

NOISE = np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)


@contextmanager
def full_disk() -> Iterator[None]:
    """No file may grow beyond 1000 bytes."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_scene_that_finds_no_room_is_one_sentence_and_no_half_picture(tmp_path):
    for kind in ("images", "labels"):
        (tmp_path / kind / "train").mkdir(parents=True)
    with full_disk(), pytest.raises(SinkError, match=r"rendered-1\.jpg: cannot be written"):
        detector_scenes._save(tmp_path, "rendered-1", NOISE, [Box(10, 10, 60, 22)])
    assert list((tmp_path / "images" / "train").iterdir()) == []
    detector_scenes._save(tmp_path, "rendered-1", NOISE, [Box(10, 10, 60, 22)])
    assert [path.name for path in (tmp_path / "images" / "train").iterdir()] == ["rendered-1.jpg"]
