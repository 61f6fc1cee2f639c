"""Train the plate detector with ultralytics, on a CPU, in bf16.

ultralytics trains in FP32 on a CPU: its mixed precision is for CUDA. With autocast to bf16 and channels_last memory the
same network trains about four times faster on a CPU with AVX512-BF16 (docs/measured.md#training).
"""

import os
from pathlib import Path
from typing import Any

os.environ.setdefault("YOLO_OFFLINE", "true")
os.environ.setdefault("YOLO_AUTOINSTALL", "false")

import torch
import ultralytics.engine.trainer as ultralytics_trainer
from ultralytics import YOLO
from ultralytics.models.yolo.detect import DetectionTrainer

from anprd.training import cores, detector_data

BATCH = 16
LEARNING_RATE = 0.002  # AdamW from scratch; ultralytics picks the same for one class (8.4, build_optimizer)


class CpuBf16Trainer(DetectionTrainer):  # type: ignore[misc]  # ultralytics is untyped
    """ultralytics' detection trainer with the forward pass in bf16 and channels_last."""

    def _setup_train(self, *args: Any, **kwargs: Any) -> None:
        super()._setup_train(*args, **kwargs)
        torch.set_num_threads(cores.thread_count())  # ultralytics leaves one core to a loader that needs a third of it
        self.model = self.model.to(memory_format=torch.channels_last)

    def preprocess_batch(self, batch: dict[str, Any]) -> dict[str, Any]:
        """The batch as ultralytics prepares it, its pictures in channels_last."""
        batch = super().preprocess_batch(batch)
        batch["img"] = batch["img"].to(memory_format=torch.channels_last)
        return batch


def train(
    data: Path, out: Path, *, model: str = "yolov8n.yaml", side_px: int = 416, epochs: int = 30, name: str = "detector"
) -> Path:
    """Train (or go on training) a detector and return the path of its best weights.

    Args:
        data: a labelled folder as `detector_data.prepare` takes it.
        out: the working folder; an interrupted run of the same `name` in it is resumed.
        model: an ultralytics architecture (`yolov8n.yaml`: from scratch) or the `.pt` to start from.
        side_px: the network's square input, a multiple of 32.
        epochs: passes over the data.
        name: the run's folder under `out`.

    Raises:
        ConfigError: `data` is not such a folder.
    """
    description = detector_data.prepare(data, out / f"scenes-{side_px}", side_px=side_px)
    ultralytics_trainer.autocast = lambda *_, **__: torch.autocast("cpu", dtype=torch.bfloat16)
    last = out / name / "weights" / "last.pt"
    if last.exists():
        YOLO(str(last)).train(trainer=CpuBf16Trainer, resume=True)
    else:
        YOLO(model).train(trainer=CpuBf16Trainer, **_arguments(description, out, name, side_px, epochs))
    return out / name / "weights" / "best.pt"


def _arguments(description: Path, out: Path, name: str, side_px: int, epochs: int) -> dict[str, Any]:
    """What ultralytics is told. No flip: a mirrored plate exists nowhere and is what badges and signs look like."""
    return {
        "data": str(description),
        "imgsz": side_px,
        "epochs": epochs,
        "batch": BATCH,
        "nbs": BATCH,  # step after each batch: a short schedule needs its steps
        "optimizer": "AdamW",
        "lr0": LEARNING_RATE,
        "lrf": 0.02,
        "cos_lr": True,
        "warmup_epochs": 1,
        "mosaic": 0.6,
        "close_mosaic": max(1, epochs // 5),
        "scale": 0.6,
        "degrees": 6,
        "shear": 3,
        "fliplr": 0.0,
        "hsv_h": 0.03,
        "amp": False,
        "cache": "ram",
        "workers": 1,
        "device": "cpu",
        "project": str(out.resolve()),
        "name": name,
        "exist_ok": True,
        "plots": False,
        "single_cls": True,
        "verbose": False,
    }
