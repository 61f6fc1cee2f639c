"""How much of a plate an eye still sees: what is done to a picture stops where nobody could read it."""

import cv2
import numpy as np

from anprd.records import Bgr

CONTRAST_MIN = 8.0  # of `contrast`, in grey levels: less and no eye would read it


def contrast(image: Bgr) -> float:
    """Standard deviation of what is finer than a few characters, in the middle of the picture, where the plate is."""
    height, width = image.shape[:2]
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    fine = cv2.subtract(grey, cv2.blur(grey, (width // 5 + 1, height // 2 + 1)), dtype=cv2.CV_16S)
    _, deviation = cv2.meanStdDev(fine[height // 4 : height - height // 4, width // 8 : width - width // 8])
    return float(deviation[0, 0])


def visible(toned: Bgr, image: Bgr) -> Bgr:
    """`toned`, or where nothing could be seen in it, the picture before, stretched to where a good eye begins to."""
    if contrast(toned) >= CONTRAST_MIN:
        return toned
    gain = max(1.0, CONTRAST_MIN / max(contrast(image), 1.5))
    middle = float(np.mean(cv2.mean(image)[:3]))
    return cv2.convertScaleAbs(image, alpha=gain, beta=float(np.clip(middle, 30, 225)) - gain * middle).astype(np.uint8)
