"""Where in a photo there is room for what is put into it."""

from collections.abc import Callable, Sequence

import numpy as np

from anprd.records import Box

TRIES = 12  # a place is looked for this often before it is given up


def free(
    rng: np.random.Generator,
    photo: tuple[int, int],
    sized: Callable[[float], tuple[int, int]],
    *,
    width_px_min: float,
    width_ratio_max: float,
    taken: Sequence[Box],
) -> tuple[Box, float] | None:
    """A place beside what is taken, and the width that was drawn for it: small ones are as likely as large ones.

    Args:
        rng: chance.
        photo: its height and width in pixels.
        sized: width and height of what is to be placed, whole pixels, for a width drawn.
        width_px_min: the least width drawn.
        width_ratio_max: the most, of the photo's width.
        taken: what it must not touch.
    """
    height, width = photo
    most = max(width_px_min + 1, width * width_ratio_max)
    for _ in range(TRIES):
        drawn_px = float(np.exp(rng.uniform(np.log(width_px_min), np.log(most))))
        wide, tall = sized(drawn_px)
        if tall >= height or wide >= width:
            continue
        x, y = int(rng.integers(width - wide)), int(rng.integers(height - tall))
        place = Box(x, y, x + wide, y + tall)
        if not any(place.intersection(box) > 0 for box in taken):
            return place, drawn_px
    return None
