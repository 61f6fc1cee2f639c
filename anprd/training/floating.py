"""Checkpoints as OpenVINO models in FP32: what is quantised, and what the quantised is compared with."""

import logging
from pathlib import Path

import openvino
import torch
from torch import nn

from anprd import scratch
from anprd.errors import ConfigError
from anprd.training import checkpoints, manifest, quantise
from anprd.training.corners import CornerNet
from anprd.training.reader_net import ReaderNet
from anprd.vision.reader import INPUT_HEIGHT_PX, INPUT_WIDTH_PX, OUTPUTS
from anprd.vision.straighten import CROP_HEIGHT_PX, CROP_WIDTH_PX

DETECTOR_SIDE_PX = 640


def detector(checkpoint: Path) -> openvino.Model:
    """An ultralytics `.pt`; takes pictures (n, 3, h, w), red first, 0..1, of any size.

    Raises:
        ConfigError: there is no such file, or it is no detector of plates.
    """
    if not checkpoint.is_file():
        raise ConfigError(f"{checkpoint}: no such checkpoint; train one with 'anprd train detector'")
    with scratch.folder() as work:
        copy = work / "detector.pt"
        copy.write_bytes(checkpoint.read_bytes())
        network = checkpoints.load_detector(copy, called=checkpoint)
        exported = network.export(format="openvino", dynamic=True, imgsz=DETECTOR_SIDE_PX)
        return openvino.Core().read_model(next(Path(exported).glob("*.xml")))


def reader(checkpoint: Path) -> openvino.Model:
    """A trained reader; takes (1, 1, 48, 160), grey, 0..255.

    Raises:
        ConfigError: the checkpoint cannot be read.
    """
    network = ReaderNet()
    checkpoints.restore(network, checkpoint)
    return converted(network, (1, 1, INPUT_HEIGHT_PX, INPUT_WIDTH_PX))


def corners(checkpoint: Path) -> openvino.Model:
    """A trained corner finder; takes (1, 1, 64, 128), grey, 0..255.

    Raises:
        ConfigError: the checkpoint cannot be read.
    """
    network = CornerNet()
    checkpoints.restore(network, checkpoint)
    return converted(network, (1, 1, CROP_HEIGHT_PX, CROP_WIDTH_PX))


def folder(source: Path, work: Path) -> Path:
    """A weights folder under `work` with the checkpoints of the folder `source`, for the runtime to load.

    Raises:
        ConfigError: a checkpoint is missing or cannot be read.
        SinkError: nothing can be written to `work`.
    """
    from anprd.training import yolo  # sets its own level once it is loaded

    logging.getLogger(yolo.YOLO.__module__.partition(".")[0]).setLevel(logging.ERROR)  # it reports on standard output
    models = {
        "detector": quantise.take_frames(detector(source / "detector.pt")),
        "corners": quantise.take_grey(corners(source / "corners.pt")),
        "reader": quantise.take_grey(reader(source / "reader.pt")),
    }
    for name, model in models.items():
        quantise.save_fp32(model, work / f"{name}.xml")
        manifest.register(work, name, work / f"{name}.xml", {"input": "FP32, to compare with"} | OUTPUTS)
    return work


def converted(network: nn.Module, shape: tuple[int, ...]) -> openvino.Model:
    """A network of torch, with its weights, as a model that takes one input of this shape."""
    example = torch.zeros(shape)
    # Traced here, with gradients on: without them torch takes a fused path through attention that OpenVINO cannot.
    traced = torch.jit.trace(network, example, check_trace=False)
    return openvino.convert_model(traced, example_input=example, input=[openvino.PartialShape(list(shape))])
