"""Train the plate detector with ultralytics, on a CPU, in bf16 where it has that.

ultralytics trains in FP32 on a CPU: its mixed precision is for CUDA. With autocast to bf16 and channels_last memory the
same network trains about four times faster on a CPU with AVX512-BF16 (docs/measured.md#training).
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from anprd.errors import ConfigError
from anprd.records import Bgr
from anprd.training import checkpoints, compiler, cores, detector_data, detector_scenes, folders, swap, yolo

BATCH = 16
LEARNING_RATE = 0.002  # AdamW from scratch; ultralytics picks the same for one class (8.4, build_optimizer)
FINE_TUNING_RATE = 0.001  # from trained weights: half, so that the first steps do not undo them (guess, not measured)
RENDERED_COUNT = 500  # a tenth of the photos: enough for rare plates, too few to believe in plates without a car
ACTIVATION = "torch.nn.Hardswish()"  # SiLU but for little, in half of its time in INT8: docs/models.md#activation
PASTED_A_STREET = 17  # so 30 streets of twelve frames beside those: enough to unlearn windows and hedges


class Scenes(yolo.YOLODataset):  # type: ignore[misc]  # ultralytics is untyped
    """Pictures at the size they have: a mosaic cuts windows out of them, in which far plates keep their pixels.

    ultralytics would shrink each to the window first. Without a mosaic the window shows the whole picture, shrunk.
    """

    def load_image(self, i: int, *_: Any, **__: Any) -> tuple[Bgr, tuple[int, int], tuple[int, int]]:
        """Picture number `i`, and twice its height and width: as it was and as it is."""
        cached = self.ims[i]
        image = np.asarray(cached if cached is not None else cv2.imread(self.im_files[i]), np.uint8)
        height, width = image.shape[:2]
        return image, (height, width), (height, width)


class CpuTrainer(yolo.DetectionTrainer):  # type: ignore[misc]  # ultralytics is untyped
    """ultralytics' detection trainer in the best numbers of this CPU and channels_last."""

    last: Path
    best: Path

    def _setup_train(self, *args: Any, **kwargs: Any) -> None:
        super()._setup_train(*args, **kwargs)
        torch.set_num_threads(cores.thread_count())  # ultralytics leaves one core to a loader that needs a third of it
        self.model: torch.nn.Module = self.model.to(memory_format=torch.channels_last)

    def get_model(self, cfg: Any = None, weights: Any = None, verbose: bool = True) -> Any:  # noqa: ANN401, FBT001, FBT002
        """What ultralytics builds, a new network with `ACTIVATION` where its description names none."""
        if weights is None:
            cfg = {"activation": ACTIVATION} | yolo.described(cfg)
        return super().get_model(cfg, weights, verbose)

    def build_dataset(self, img_path: str, mode: str = "train", batch: int | None = None) -> Any:  # noqa: ANN401
        """What ultralytics builds, but for training with pictures at their own size."""
        if mode != "train":
            return super().build_dataset(img_path, mode, batch)
        settings = self.args
        return Scenes(
            img_path=img_path,
            imgsz=settings.imgsz,
            batch_size=batch,
            augment=True,
            hyp=settings,
            cache=settings.cache,
            single_cls=settings.single_cls,
            data=self.data,
            task=settings.task,
        )

    def preprocess_batch(self, batch: dict[str, Any]) -> dict[str, Any]:
        """The batch as ultralytics prepares it, its pictures in channels_last."""
        batch = super().preprocess_batch(batch)
        batch["img"] = batch["img"].to(memory_format=torch.channels_last)
        return batch

    def save_model(self) -> bool:
        """What ultralytics saves, written beside the old ones and then put there.

        Raises:
            SinkError: it cannot be written; the old ones are as they were.
        """
        last, best = self.last, self.best
        with swap.beside(last) as made, swap.told(last):
            self.last, self.best = made / last.name, made / best.name
            try:
                saved = super().save_model()
            finally:
                self.last, self.best = last, best
            for file in sorted(made.iterdir()):
                file.replace(last.with_name(file.name))
        return bool(saved)


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train."""

    model: str = "yolov8n.yaml"
    """An ultralytics architecture (from scratch, Hardswish where it names no other activation), or a `.pt` to go on
    from, with the activation that it has."""
    side_px: int = 512
    """Of the square windows that are trained on."""
    picture_px: int = 576
    """The longest side of the pictures that windows are cut from."""
    epochs: int = 30
    rendered_count: int = RENDERED_COUNT
    """Photos with plates pasted in; filmed streets in proportion."""
    name: str = "detector"


def train(data: Path, out: Path, plan: Plan, *, fonts: Path | None = None) -> Path:
    """Train a detector, or go on where an interrupted run of the same name stopped; returns its best weights.

    A run that was begun keeps its own plan; one that has ended is not begun again: give another name.

    Args:
        data: a labelled folder as `detector_data.prepare` takes it.
        out: the working folder.
        plan: architecture, size and length.
        fonts: plate typefaces for the rendered scenes; None renders in the project's own.

    Raises:
        ConfigError: `data` is not such a folder, ultralytics knows no such network, or what an interrupted run left is
            damaged.
        SinkError: nothing can be written to `out`.
    """
    run = folders.make(out) / plan.name
    last, best = run / "weights" / "last.pt", run / "weights" / "best.pt"
    begun = last.exists()
    if begun and _is_finished(last):
        print(f"{run}: this training has ended; another one needs another --name", file=sys.stderr)
        return best
    network = yolo.YOLO(str(last)) if begun else _network(plan.model)
    scenes = out / f"scenes-{plan.picture_px}"
    description = detector_data.prepare(data, scenes, side_px=plan.picture_px)
    streets = -(-plan.rendered_count // PASTED_A_STREET)
    detector_scenes.add(scenes, side_px=plan.picture_px, pasted=plan.rendered_count, streets=streets, fonts=fonts)
    fit(network, {"resume": True} if begun else arguments(description, out, plan))
    return best


def fit(network: Any, arguments: dict[str, Any]) -> None:  # noqa: ANN401  # ultralytics is untyped
    """Train an `ultralytics.YOLO` with ultralytics' own arguments, in bf16 where the CPU has it."""
    compiler.load()
    yolo.trainer.autocast = lambda *_, **__: torch.autocast("cpu", dtype=torch.bfloat16, enabled=cores.multiply_bf16())
    network.train(trainer=CpuTrainer, **arguments)


def _network(model: str) -> Any:  # noqa: ANN401  # ultralytics is untyped
    """The network to begin with. Raises ConfigError where it is neither an architecture nor a detector's checkpoint."""
    known = f"{model}: is neither an architecture of ultralytics, such as yolov8n.yaml, nor a checkpoint (.pt) of one"
    if model.endswith(".pt"):
        if not Path(model).is_file():
            raise ConfigError(f"{model}: no such checkpoint")
        return checkpoints.load_detector(Path(model), called=Path(model))
    if not model.endswith((".yaml", ".yml")):  # ultralytics would look for weights of that name
        raise ConfigError(known)
    try:
        network = yolo.YOLO(model)
    except checkpoints.UNREADABLE as error:
        raise ConfigError(known) from error
    if network.task != "detect":
        raise ConfigError(f"{model}: is a network for '{network.task}'; a plate detector is for 'detect'")
    return network


def _is_finished(last: Path) -> bool:
    """Whether the run ended by itself: ultralytics then strips the optimiser and writes -1 as the epoch.

    Raises:
        ConfigError: it was cut off as that was written, or is damaged.
    """
    try:
        return bool(torch.load(last, map_location="cpu", weights_only=False)["epoch"] == -1)
    except checkpoints.UNREADABLE as error:
        raise ConfigError(
            f"{last}: is damaged; remove {last.parent.parent}, and the training begins anew, or give another --name"
        ) from error


def arguments(description: Path, out: Path, plan: Plan) -> dict[str, Any]:
    """What ultralytics is told.

    No flip: a mirrored plate exists nowhere and is what badges and signs look like. No rotation and no shear: what goes
    around a rotated box is no box of the rotated plate, but larger, and so were all boxes that were found
    (docs/models.md#tight). Plates that stand askew come from rendered scenes, with boxes of their own.
    """
    return {
        "data": str(description),
        "imgsz": plan.side_px,
        "epochs": plan.epochs,
        "batch": BATCH,
        "nbs": BATCH,  # step after each batch: a short schedule needs its steps
        "optimizer": "AdamW",
        "lr0": FINE_TUNING_RATE if plan.model.endswith(".pt") else LEARNING_RATE,
        "lrf": 0.02,
        "cos_lr": True,
        "warmup_epochs": 1,
        "warmup_bias_lr": 0.0,  # the default, .1, undoes the biases of weights that are trained on
        "mosaic": 0.6,
        "close_mosaic": 1,  # windows of the true size are what far plates are learnt from
        "multi_scale": 0.35,
        "scale": 0.6,
        "fliplr": 0.0,
        "hsv_h": 0.03,
        "amp": False,
        "cache": "ram",
        "workers": 1,
        "device": "cpu",
        "project": str(out.resolve()),
        "name": plan.name,
        "exist_ok": True,
        "plots": False,
        "single_cls": True,
        "verbose": False,
    }
