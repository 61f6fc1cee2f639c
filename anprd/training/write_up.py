"""The pipeline that the comparison is with, as its write-up has it: every frame through ultralytics and torch.

YOLOv8n in FP32 finds plates at 640 px, each is straightened by four corners, and a CRNN in INT8 (torch FX) reads it.
One thread, as a camera's worker has. What it costs does not hang on what the reader has learned, which is nothing.
"""

from pathlib import Path

import numpy as np
import torch

from anprd.records import Bgr, Box
from anprd.training import compiler, fx_int8
from anprd.training.crnn import Crnn
from anprd.training.yolo import YOLO
from anprd.vision import ctc, straighten
from anprd.vision.reader import INPUT_HEIGHT_PX, INPUT_WIDTH_PX, LINE_COLUMNS

SIDE_PX = 640
CONFIDENCE_MIN = 0.5  # the write-up's own
_CALIBRATION_COUNT = 20


class WriteUp:
    """Frames in, texts out."""

    def __init__(self, detector: Path, seed: int = 1) -> None:
        """`detector` is an ultralytics checkpoint (.pt)."""
        compiler.load()
        torch.set_num_threads(1)
        rng = np.random.default_rng(seed)
        shape = (1, 1, INPUT_HEIGHT_PX, INPUT_WIDTH_PX)
        crops = [rng.uniform(0, 255, shape).astype(np.float32) for _ in range(_CALIBRATION_COUNT)]
        self._detector = YOLO(str(detector))
        self._reader = fx_int8.quantise(Crnn().eval(), crops)

    def read(self, frame: Bgr) -> list[str]:
        """The text of each plate of a frame, (h, w, 3) uint8."""
        found = self._detector.predict(frame, imgsz=SIDE_PX, conf=CONFIDENCE_MIN, device="cpu", verbose=False)[0]
        return [self._text(frame, Box(*corners)) for corners in found.boxes.xyxy.tolist()]

    def _text(self, frame: Bgr, box: Box) -> str:
        crop = straighten.straight(frame, box.corners, (INPUT_WIDTH_PX, INPUT_HEIGHT_PX))
        with torch.no_grad():
            logits = self._reader(torch.from_numpy(crop[None, None].astype(np.float32)))
        return ctc.decode(np.asarray(logits[0].numpy(), np.float32), line_columns=LINE_COLUMNS).text
