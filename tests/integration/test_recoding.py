import numpy as np
import pytest

from anprd.video import recoding


def moving(count: int) -> list[np.ndarray]:
    """A chequered square that goes four pixels to the right a picture."""
    pictures = []
    for number in range(count):
        picture = np.full((48, 96, 3), 60, np.uint8)
        picture[8:40, 4 + 4 * number : 36 + 4 * number] = np.kron(np.indices((4, 4)).sum(0) % 2, np.ones((8, 8)))[
            :, :, None
        ] * (200, 180, 160)
        pictures.append(picture)
    return pictures


@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_last_picture_comes_back_nearly_as_it_was(count):
    pictures = moving(count)
    shown = recoding.last_of(pictures, crf=12)
    assert shown.shape == pictures[-1].shape
    assert shown.dtype == np.uint8
    assert np.abs(shown.astype(int) - pictures[-1]).mean() < 8


def test_fewer_bits_leave_less_and_the_same_each_time():
    pictures = moving(4)
    good, bad, again = (recoding.last_of(pictures, crf=crf) for crf in (12, 45, 45))
    assert np.abs(bad.astype(int) - pictures[-1]).mean() > np.abs(good.astype(int) - pictures[-1]).mean()
    assert np.array_equal(bad, again)
