"""Networks become INT8 in OpenVINO's format, by NNCF's post-training quantisation with real calibration pictures."""

import re
from collections.abc import Sequence
from pathlib import Path

import nncf
import numpy as np
import openvino
from numpy.typing import NDArray
from openvino.preprocess import ColorFormat, PrePostProcessor

from anprd.training import swap

CALIBRATION_COUNT = 300  # NNCF's own default subset


def quantise(
    model: openvino.Model,
    calibration: Sequence[NDArray[np.float32]],
    *,
    transformer: bool,
    floating: Sequence[str] = (),
) -> openvino.Model:
    """The model with INT8 weights and activations.

    Args:
        model: FP32, one input.
        calibration: inputs as the model takes them, with the batch axis; their spread sets the ranges.
        transformer: keep what attention needs in floating point (nncf.ModelType.TRANSFORMER), and let every range of
            INT8 be symmetric: OpenVINO's matrix products take twice as long where it is not
            (docs/models.md#reader-speed). Without it biases are corrected layer after layer, each behind those that
            were corrected already: it takes longer, and boxes are nearer to FP32's (docs/models.md#detector-int8).
        floating: patterns of operation names that stay in floating point, where INT8 would cost accuracy.
    """
    ignored = nncf.IgnoredScope(patterns=list(floating), validate=False) if floating else None
    return nncf.quantize(
        model,
        nncf.Dataset(list(calibration)),
        subset_size=min(len(calibration), CALIBRATION_COUNT),
        preset=nncf.QuantizationPreset.PERFORMANCE if transformer else nncf.QuantizationPreset.MIXED,
        model_type=nncf.ModelType.TRANSFORMER if transformer else None,
        fast_bias_correction=transformer,
        ignored_scope=ignored,
    )


def first_convolution(model: openvino.Model) -> list[str]:
    """The pattern of the operation that sees the picture itself.

    One value in 256 for each pixel is no finer than the picture's own: in floating point it costs no time, and what the
    reader then says differs from FP32 half as often (docs/models.md#reader-int8). It is looked up by its place, since
    a convolution that took up a batch norm is called `Multiply_` and a number.
    """
    operations = model.get_ordered_ops()
    names = [one.get_friendly_name() for one in operations if one.get_type_name() == "Convolution"]
    return [re.escape(name) for name in names[:1]]


def looks() -> list[str]:
    """Patterns of what names the country: in INT8 86 of 100 names were right instead of 98, and it takes no time.

    The reader reads six crops of 1,300 more besides, for what its convolutions hand on is then quantised for the text
    alone (docs/models.md#looks).
    """
    return [r"__module\.place.*", r"aten::(avg_pool2d|max_pool2d|mean).*"]


def box_arithmetic(model: openvino.Model) -> list[str]:
    """Patterns of what a YOLO head does after its convolutions: distances become boxes there, in cells of up to 32 px.

    In INT8 a coordinate would fall on one of 256 values across the whole picture: boxes were off by several pixels.
    """
    names = (operation.get_friendly_name() for operation in model.get_ops())
    numbers = [int(found[1]) for name in names if (found := re.match(r"__module\.model\.(\d+)", name))]
    head = rf"__module\.model\.{max(numbers, default=0)}"
    return [rf"{head}/.*", rf"{head}\.dfl.*"]


def take_frames(model: openvino.Model) -> openvino.Model:
    """The detector, changed to take uint8 frames (n, h, w, 3), blue first, as OpenCV and PyAV give them."""
    steps = PrePostProcessor(model)
    steps.input().tensor().set_element_type(openvino.Type.u8).set_layout(openvino.Layout("NHWC"))
    steps.input().tensor().set_color_format(ColorFormat.BGR)
    steps.input().preprocess().convert_element_type(openvino.Type.f32).convert_color(ColorFormat.RGB).scale(255.0)
    steps.input().model().set_layout(openvino.Layout("NCHW"))
    return steps.build()


def take_grey(model: openvino.Model) -> openvino.Model:
    """The reader or corner finder, changed to take uint8 pictures (n, 1, h, w)."""
    steps = PrePostProcessor(model)
    steps.input().tensor().set_element_type(openvino.Type.u8)
    steps.input().preprocess().convert_element_type(openvino.Type.f32)
    return steps.build()


def save(model: openvino.Model, file: Path) -> None:
    """Write `file` (.xml) and its .bin, weights that are not INT8 in 16 bits.

    Raises:
        SinkError: they cannot be written.
    """
    with swap.told(file):
        openvino.save_model(model, file, compress_to_fp16=True)


def save_fp32(model: openvino.Model, file: Path) -> None:
    """As `save`, with every weight as it is."""
    with swap.told(file):
        openvino.save_model(model, file, compress_to_fp16=False)
