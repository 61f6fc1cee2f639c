"""From light to picture: a sensor's noise, the jolt when a camera switches to infrared, the clock burned in."""

from datetime import datetime, timedelta

import cv2
import numpy as np

from anprd.records import Bgr

SPARE_PX = 64  # the noise picture is larger than a frame by this: shifted at random, it never repeats visibly
CLOCK_START = datetime(2026, 5, 14, 20, 41, 17)  # noqa: DTZ001 (a camera's clock has no zone)


class Grain:
    """Sensor noise, drawn once and laid over every frame at another offset: a tenth of the cost of drawing it."""

    def __init__(self, width: int, height: int, deviation: float, rng: np.random.Generator) -> None:
        shape = (height + SPARE_PX, width + SPARE_PX)
        bright = rng.standard_normal(shape, np.float32) * deviation
        colour = rng.standard_normal((*shape, 3), np.float32) * (deviation * 0.5)
        noise = cv2.GaussianBlur(bright[:, :, None] + colour, (0, 0), 0.6) * 1.7
        self._more = np.clip(np.round(noise), 0, 255).astype(np.uint8)
        self._less = np.clip(np.round(-noise), 0, 255).astype(np.uint8)

    def over(self, frame: Bgr, rng: np.random.Generator) -> Bgr:
        """The frame with noise; the same `rng` state gives the same noise."""
        height, width = frame.shape[:2]
        y, x = (int(value) for value in rng.integers(0, SPARE_PX, 2))
        window = np.s_[y : y + height, x : x + width]
        return np.asarray(cv2.subtract(cv2.add(frame, self._more[window]), self._less[window]), dtype=np.uint8)


def switching(since_s: float) -> float:
    """Gain of the exposure `since_s` seconds after a camera went over to infrared: too bright, then settling."""
    if since_s < 0:
        return 1.0
    return 1.0 + 0.9 * float(np.exp(-since_s / 0.12))


def burn_in(frame: Bgr, name: str, t_s: float) -> None:
    """Write the camera's name and its clock into the upper left corner, as many cameras do."""
    scale = frame.shape[0] / 1250
    at = CLOCK_START + timedelta(seconds=int(t_s))
    text = f"{name}  {at:%Y-%m-%d %H:%M:%S}"
    spot = (round(14 * scale * 1.7), round(30 * scale * 1.7))
    width = max(1, round(scale * 1.7))
    for colour, shift in (((20, 20, 20), width), ((245, 245, 245), 0)):
        place = (spot[0] + shift, spot[1] + shift)
        cv2.putText(frame, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, colour, width, cv2.LINE_AA)
