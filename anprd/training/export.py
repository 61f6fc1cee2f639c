"""Trained checkpoints become the networks of a weights folder, with the manifest that the daemon checks.

The folder's `checkpoints/` gets what each was exported from, to be tuned further and to be compared with.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openvino
from numpy.typing import NDArray

from anprd.errors import ConfigError
from anprd.training import (
    checkpoints,
    detector_data,
    floating,
    folders,
    index,
    int8_loss,
    manifest,
    pictures,
    quantise,
    reader_data,
    swap,
)
from anprd.training.reader_data import LabelledCrop
from anprd.vision.letterbox import GREY, Letterbox, input_size
from anprd.vision.reader import INPUT_HEIGHT_PX, INPUT_WIDTH_PX, OUTPUTS
from anprd.vision.straighten import CROP_HEIGHT_PX, CROP_WIDTH_PX

READER_DATA = "labelled crops and rendered plates"
CORNER_DATA = "rendered plates"

Metrics = Mapping[str, float]
"""What a network reached on data it was not trained on, by name: it goes into the manifest."""


def detector(
    checkpoint: Path, data: Path, folder: Path, *, metrics: Metrics, loss_max: float = int8_loss.LOSS_MAX
) -> Path:
    """Export an ultralytics `.pt` as an INT8 detector that takes frames of any size.

    Args:
        checkpoint: the trained network.
        data: a labelled folder; pictures of its `train` split calibrate, those of `val` tell what INT8 costs.
        folder: the weights folder; its manifest is brought up to date.
        metrics: what the manifest says of its quality.
        loss_max: mAP50-95 that INT8 may cost (`int8_loss.check`).

    Raises:
        ConfigError: the checkpoint, the data or another network of `folder` cannot be read, or INT8 costs too much.
        SinkError: nothing can be written to `folder`.
    """
    _check(folder, "detector")
    model = floating.detector(checkpoint)
    small = quantise.quantise(model, _frames(data), transformer=False, floating=quantise.box_arithmetic(model))
    about = {
        "input": "n x height x width x 3, uint8, BGR",
        "data": "labelled and rendered scenes",
        "source": "ultralytics",
    }
    ready = quantise.take_frames(small)
    int8_loss.check(quantise.take_frames(model), ready, data, loss_max=loss_max)
    described = about | {"metrics": dict(metrics)}
    return _install(ready, "detector", checkpoint, folder, described, put=checkpoints.put_detector)


def reader(checkpoint: Path, crops: Sequence[LabelledCrop], folder: Path, *, metrics: Metrics) -> Path:
    """Export a trained reader in INT8, all but its first convolution and what names the country.

    `crops` of the training split calibrate.

    Raises:
        ConfigError: the checkpoint or another network of `folder` cannot be read.
        SinkError: nothing can be written to `folder`.
    """
    _check(folder, "reader")
    model = floating.reader(checkpoint)
    inputs = [reader_data.plain(crop)[None, None].astype(np.float32) for crop in crops[: quantise.CALIBRATION_COUNT]]
    floating_parts = [*quantise.first_convolution(model), *quantise.looks()]
    small = quantise.quantise(model, inputs, transformer=True, floating=floating_parts)
    about = {
        "input": f"1 x 1 x {INPUT_HEIGHT_PX} x {INPUT_WIDTH_PX}, uint8, grey",
        "data": READER_DATA,
    } | OUTPUTS
    return _install(quantise.take_grey(small), "reader", checkpoint, folder, about | {"metrics": dict(metrics)})


def corners(checkpoint: Path, folder: Path, *, metrics: Metrics) -> Path:
    """Export a trained corner finder, in floating point: INT8 moves corners by one per cent of the plate's side, which
    costs more plates than the reader's own quantisation does, and saves hardly any time (docs/models.md#corners).

    Raises:
        ConfigError: the checkpoint or another network of `folder` cannot be read.
        SinkError: nothing can be written to `folder`.
    """
    _check(folder, "corners")
    model = quantise.take_grey(floating.corners(checkpoint))
    about = {"input": f"1 x 1 x {CROP_HEIGHT_PX} x {CROP_WIDTH_PX}, uint8, grey", "data": CORNER_DATA}
    return _install(model, "corners", checkpoint, folder, about | {"metrics": dict(metrics)})


def _check(folder: Path, name: str) -> None:
    """What is wrong with the folder is said before the long work, not after it."""
    folders.make(folder)
    manifest.others(folder, name)


def _install(
    model: openvino.Model,
    name: str,
    checkpoint: Path,
    folder: Path,
    about: dict[str, Any],
    put: Callable[[Path, Path], Path] = checkpoints.put,
) -> Path:
    """Write the network, the manifest and the checkpoint, and put them into the folder once all of them are written.

    Where it already is the folder's own checkpoint that is exported, it stays.
    """
    target = folder / f"{name}.xml"
    kept = folders.make(folder / checkpoints.FOLDER) / f"{name}.pt"
    with swap.beside(target) as made:
        quantise.save(model, made / target.name)
        if kept.exists() and kept.samefile(checkpoint):
            manifest.install(folder, name, made, about)
        else:
            copy = put(checkpoint, made / kept.name)
            manifest.install(folder, name, made, about)
            with swap.told(kept):
                copy.replace(kept)
    return target


def _frames(data: Path) -> list[NDArray[np.float32]]:
    """Calibration pictures as the detector sees them: letterboxed, red first, 0..1."""
    chosen = detector_data.train_pictures(data, count=quantise.CALIBRATION_COUNT)
    if not chosen:
        raise ConfigError(f"{index.place(data)}: {detector_data.no_picture(index.TRAIN)}, to calibrate by")
    return [_frame(pictures.colour(picture)) for picture in chosen]


def _frame(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    size = input_size(image.shape[:2], side_px_max=floating.DETECTOR_SIDE_PX)
    canvas = np.full((*size, 3), GREY, np.uint8)
    Letterbox.fit(image.shape[:2], size).apply(image, canvas)
    planes = np.ascontiguousarray(canvas[None, :, :, ::-1].transpose(0, 3, 1, 2), np.float32)
    return planes / np.float32(255)
