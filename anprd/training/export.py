"""Trained checkpoints become the INT8 networks of a weights folder, with the manifest that the daemon checks."""

import pickle
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import openvino
import torch
from numpy.typing import NDArray
from torch import nn

from anprd.errors import ConfigError
from anprd.training import detector_data, manifest, quantise, reader_data
from anprd.training.corners import CornerNet
from anprd.training.corners import jittered as corner_sample
from anprd.training.reader_data import LabelledCrop
from anprd.training.reader_net import ReaderNet
from anprd.vision import ctc
from anprd.vision.letterbox import GREY, Letterbox, input_size
from anprd.vision.reader import INPUT_HEIGHT_PX, INPUT_WIDTH_PX
from anprd.vision.straighten import CROP_HEIGHT_PX, CROP_WIDTH_PX

DETECTOR_SIDE_PX = 640
CALIBRATION = 300
READER_DATA = "labelled crops and rendered plates"
CORNER_DATA = "rendered plates"


_UNREADABLE = (
    pickle.UnpicklingError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    LookupError,
    AttributeError,
    EOFError,
    ImportError,
)
"""What unpickling a file that is no checkpoint may raise."""

Metrics = Mapping[str, float]
"""What a network reached on data it was not trained on, by name: it goes into the manifest."""


def detector(checkpoint: Path, data: Path, folder: Path, *, metrics: Metrics) -> Path:
    """Export an ultralytics `.pt` as an INT8 detector that takes frames of any size.

    Args:
        checkpoint: the trained network.
        data: a labelled folder; pictures of its `train` split calibrate.
        folder: the weights folder; its manifest is brought up to date.
        metrics: what the manifest says of its quality.

    Raises:
        ConfigError: the checkpoint or the data cannot be read.
    """
    if not checkpoint.is_file():
        raise ConfigError(f"{checkpoint}: no such checkpoint; train one with 'anprd train detector'")
    with tempfile.TemporaryDirectory() as work:
        copy = Path(work) / "detector.pt"
        copy.write_bytes(checkpoint.read_bytes())
        exported = _load_yolo(copy, checkpoint).export(format="openvino", dynamic=True, imgsz=DETECTOR_SIDE_PX)
        model = openvino.Core().read_model(next(Path(exported).glob("*.xml")))
        small = quantise.quantise(model, _frames(data), transformer=False, floating=quantise.box_arithmetic(model))
        target = folder / "detector.xml"
        quantise.save(quantise.take_frames(small), target)
    about = {
        "input": "n x height x width x 3, uint8, BGR",
        "data": "labelled and rendered scenes",
        "source": "ultralytics",
    }
    manifest.register(folder, "detector", target, about | {"metrics": dict(metrics)})
    return target


def reader(checkpoint: Path, crops: Sequence[LabelledCrop], folder: Path, *, metrics: Metrics) -> Path:
    """Export a trained reader; `crops` of the training split calibrate.

    Raises:
        ConfigError: the checkpoint cannot be read.
    """
    network = ReaderNet()
    _restore(network, checkpoint)
    inputs = [reader_data.plain(crop)[None, None].astype(np.float32) for crop in crops[:CALIBRATION]]
    target = folder / "reader.xml"
    _export(network, (1, 1, INPUT_HEIGHT_PX, INPUT_WIDTH_PX), inputs, target, transformer=True)
    about = {
        "input": f"1 x 1 x {INPUT_HEIGHT_PX} x {INPUT_WIDTH_PX}, uint8, grey",
        "alphabet": ctc.ALPHABET,
        "data": READER_DATA,
    }
    manifest.register(folder, "reader", target, about | {"metrics": dict(metrics)})
    return target


def corners(checkpoint: Path, crops: Sequence[LabelledCrop], folder: Path, *, metrics: Metrics) -> Path:
    """Export a trained corner finder; rendered `crops` calibrate.

    Raises:
        ConfigError: the checkpoint cannot be read.
    """
    network = CornerNet()
    _restore(network, checkpoint)
    rng = np.random.default_rng(0)
    inputs = [corner_sample(crop, rng)[0][None, None].astype(np.float32) for crop in crops[:CALIBRATION]]
    target = folder / "corners.xml"
    _export(network, (1, 1, CROP_HEIGHT_PX, CROP_WIDTH_PX), inputs, target, transformer=False)
    about = {"input": f"1 x 1 x {CROP_HEIGHT_PX} x {CROP_WIDTH_PX}, uint8, grey", "data": CORNER_DATA}
    manifest.register(folder, "corners", target, about | {"metrics": dict(metrics)})
    return target


def _load_yolo(copy: Path, checkpoint: Path) -> Any:  # noqa: ANN401  # ultralytics is untyped
    """The network of the copy of a checkpoint; a file that ultralytics cannot read is the operator's fault."""
    from anprd.training.yolo import YOLO  # late: it takes seconds and the other exports do not need it

    try:
        return YOLO(str(copy))
    except _UNREADABLE as error:
        raise ConfigError(
            f"{checkpoint}: is no checkpoint of ultralytics; train one with 'anprd train detector'"
        ) from error


def _restore(network: nn.Module, checkpoint: Path) -> None:
    try:
        network.load_state_dict(torch.load(checkpoint, weights_only=True))
    except FileNotFoundError as error:
        raise ConfigError(f"{checkpoint}: no such checkpoint; train one first") from error
    except (OSError, RuntimeError, KeyError) as error:
        raise ConfigError(f"{checkpoint}: holds no weights of this network; train it again") from error
    network.eval()


def _export(
    network: nn.Module, shape: tuple[int, ...], inputs: list[NDArray[np.float32]], target: Path, *, transformer: bool
) -> None:
    example = torch.zeros(shape)
    # Traced here, with gradients on: without them torch takes a fused path through attention that OpenVINO cannot.
    traced = torch.jit.trace(network, example, check_trace=False)
    model = openvino.convert_model(traced, example_input=example, input=[openvino.PartialShape(list(shape))])
    small = quantise.quantise(model, inputs, transformer=transformer)
    quantise.save(quantise.take_grey(small), target)


def _frames(data: Path) -> list[NDArray[np.float32]]:
    """Calibration pictures as the detector sees them: letterboxed, red first, 0..1."""
    scenes = [scene for scene in detector_data.scenes(data) if scene.split == "train"]
    chosen = scenes[:: max(1, len(scenes) // CALIBRATION)][:CALIBRATION]
    images = (cv2.imread(str(scene.picture)) for scene in chosen)
    return [_frame(np.asarray(image, np.uint8)) for image in images if image is not None]


def _frame(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    size = input_size(image.shape[:2], side_px_max=DETECTOR_SIDE_PX)
    canvas = np.full((*size, 3), GREY, np.uint8)
    Letterbox.fit(image.shape[:2], size).apply(image, canvas)
    planes = np.ascontiguousarray(canvas[None, :, :, ::-1].transpose(0, 3, 1, 2), np.float32)
    return planes / np.float32(255)
