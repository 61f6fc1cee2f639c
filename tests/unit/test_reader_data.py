"""What is done to crops in training: light is neither made nor lost, and no point goes further than it may."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.training import reader_data
from anprd.training.reader_data import MOTION_PX_MAX

SIDE, MIDDLE = 31, 15


def point() -> np.ndarray:
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[MIDDLE, MIDDLE] = 255
    return image


@pytest.mark.parametrize("blur", [reader_data.motion_blur, reader_data.defocus])
@given(seed=st.integers(0, 2**32))
def test_a_blur_spreads_a_point_without_making_or_losing_light(blur, seed):
    blurred = blur(point(), np.random.default_rng(seed))
    assert blurred.shape == (SIDE, SIDE)
    assert blurred.sum(dtype=int) == pytest.approx(255, abs=30)  # each of some sixty pixels is rounded
    distances = np.argwhere(blurred) - MIDDLE
    assert np.abs(distances).max() <= MOTION_PX_MAX / 2 + 1


@given(seed=st.integers(0, 2**32))
def test_an_even_picture_stays_even_in_any_blur(seed):
    rng = np.random.default_rng(seed)
    even = np.full((48, 160), 90, np.uint8)
    for blur in (reader_data.motion_blur, reader_data.defocus):
        assert np.abs(blur(even, rng).astype(int) - 90).max() <= 1


@given(seed=st.integers(0, 2**32))
def test_a_damaged_crop_is_of_the_networks_size(seed):
    crop = reader_data.LabelledCrop(np.full((24, 96), 128, np.uint8), "A1", "RU", 1)
    damaged = reader_data.augmented(crop, np.random.default_rng(seed))
    assert (damaged.shape, damaged.dtype) == ((48, 160), np.uint8)
