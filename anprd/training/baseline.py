"""The baseline in FP32 and INT8, in torch and OpenVINO, beside the shipped reader: how well, how fast, how large.

All are timed in one run, in turn, on one thread, and beside a YOLOv8n of 640 px in torch FP32: milliseconds differ from
machine to machine, their ratio to that hardly does.
"""

import io
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openvino
import torch
from numpy.typing import NDArray
from torch import nn

from anprd import scratch
from anprd.training import checkpoints, floating, fx_int8, quantise, reader, reader_data
from anprd.training.crnn import Crnn
from anprd.training.evaluation import texts
from anprd.training.reader_data import LabelledCrop
from anprd.vision import ctc
from anprd.vision.inference import FULL, ONE_THREAD
from anprd.vision.reader import INPUT_HEIGHT_PX, INPUT_WIDTH_PX, LINE_COLUMNS

PLAN = reader.Plan(steps=12_000, batch=32, background_share=0.0, learning_rate=1e-3)
SHAPE = (1, 1, INPUT_HEIGHT_PX, INPUT_WIDTH_PX)
ROUNDS = 60  # of timing; a median of so many bears that some are disturbed
YARDSTICK = "YOLOv8n 640, torch FP32"

Infer = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""(1, 1, 48, 160) grey, 0..255, to (1, columns, 37) logits."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One network in one form: what it computes with, and what it takes on disk."""

    name: str
    infer: Infer
    byte_count: int


@dataclass(frozen=True, slots=True)
class Row:
    """What a variant reached. `exact_match` and `cer` are ratios, `by_group` exact match by country and rows."""

    name: str
    exact_match: float
    cer: float
    by_group: Mapping[str, float]
    ms: float
    mb: float


@dataclass(frozen=True, slots=True)
class Table:
    """The rows, and what the yardstick took in the same run."""

    rows: tuple[Row, ...]
    yardstick_ms: float


def compare(
    checkpoint: Path, shipped: Path, calibration: Sequence[LabelledCrop], validation: Sequence[LabelledCrop]
) -> Table:
    """Measure every form of the baseline, and the shipped reader.

    Args:
        checkpoint: the trained baseline's weights.
        shipped: the reader's network of a weights folder (`reader.xml`).
        calibration: crops of the training split, which set the ranges of INT8.
        validation: crops whose text is known, never trained on.

    Raises:
        ConfigError: the checkpoint holds another network.
    """
    torch.set_num_threads(1)
    network = Crnn()
    checkpoints.restore(network, checkpoint)
    inputs = [_input(crop) for crop in calibration[: quantise.CALIBRATION_COUNT]]
    variants = [*_torch_variants(network, inputs), *_openvino_variants(network, inputs), _shipped(shipped)]
    times_ms = _times_ms({variant.name: variant.infer for variant in variants}, inputs)
    rows = (_row(variant, validation, times_ms[variant.name]) for variant in variants)
    return Table(tuple(rows), times_ms[YARDSTICK])


def _torch_variants(network: nn.Module, inputs: Sequence[NDArray[np.float32]]) -> list[Variant]:
    forms = {"CRNN, torch FP32": network, "CRNN, torch FX INT8": fx_int8.quantise(network, inputs)}
    return [Variant(name, _torch(form), _torch_byte_count(form)) for name, form in forms.items()]


def _torch(network: nn.Module) -> Infer:
    def infer(picture: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.no_grad():
            return np.asarray(network(torch.from_numpy(picture)).numpy(), np.float32)

    return infer


def _torch_byte_count(network: nn.Module) -> int:
    file = io.BytesIO()
    torch.save(network.state_dict(), file)
    return file.getbuffer().nbytes


def _openvino_variants(network: nn.Module, inputs: Sequence[NDArray[np.float32]]) -> list[Variant]:
    model = floating.converted(network, SHAPE)
    small = quantise.quantise(model, inputs, transformer=False)
    return [
        Variant("CRNN, OpenVINO FP32", _openvino(model, FULL), _openvino_byte_count(model)),
        Variant("CRNN, OpenVINO INT8", _openvino(small, {}), _openvino_byte_count(small)),
    ]


def _openvino(model: openvino.Model, precision: Mapping[str, str]) -> Infer:
    request = openvino.Core().compile_model(model, "CPU", {**ONE_THREAD, **precision}).create_infer_request()

    def infer(picture: NDArray[np.float32]) -> NDArray[np.float32]:
        request.infer([picture])
        return np.array(request.get_output_tensor(0).data, np.float32)

    return infer


def _openvino_byte_count(model: openvino.Model) -> int:
    with scratch.folder() as folder:
        quantise.save_fp32(model, folder / "network.xml")
        return sum(file.stat().st_size for file in folder.iterdir())


def _shipped(file: Path) -> Variant:
    infer = _openvino(openvino.Core().read_model(file), {})
    size = sum(part.stat().st_size for part in (file, file.with_suffix(".bin")))
    return Variant("shipped reader, OpenVINO INT8", lambda picture: infer(picture.astype(np.uint8)), size)


def _times_ms(variants: Mapping[str, Infer], inputs: Sequence[NDArray[np.float32]]) -> dict[str, float]:
    """The median of each, called in turn, so that a disturbance meets all alike; the yardstick among them."""
    spans_ms: dict[str, list[float]] = {name: [] for name in (*variants, YARDSTICK)}
    yardstick = _yardstick()
    for number in range(ROUNDS):
        picture = inputs[number % len(inputs)]
        for name, infer in variants.items():
            infer(picture)  # the caches are another network's after each turn
            spans_ms[name].append(_span_ms(infer, picture))
        spans_ms[YARDSTICK].append(_span_ms(*yardstick))
    return {name: statistics.median(spans) for name, spans in spans_ms.items()}


def _yardstick() -> tuple[Infer, NDArray[np.float32]]:
    from anprd.training.yolo import YOLO  # late: it takes seconds

    network = YOLO("yolov8n.yaml", verbose=False).model.eval().fuse(verbose=False)

    def infer(picture: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.no_grad():
            return np.asarray(network(torch.from_numpy(picture))[0].numpy(), np.float32)

    return infer, np.zeros((1, 3, 640, 640), np.float32)


def _span_ms(infer: Infer, picture: NDArray[np.float32]) -> float:
    """CPU time: on one thread it is the time that passes on an idle machine, and others' work does not count."""
    started_s = time.process_time()
    infer(picture)
    return (time.process_time() - started_s) * 1000


def _row(variant: Variant, crops: Sequence[LabelledCrop], ms: float) -> Row:
    readings = [ctc.decode(variant.infer(_input(crop))[0], line_columns=LINE_COLUMNS).text for crop in crops]
    groups: dict[str, list[bool]] = {}
    for crop, text in zip(crops, readings, strict=True):
        groups.setdefault(f"{crop.country} {crop.rows}-row".strip(), []).append(crop.text == text)
    return Row(
        name=variant.name,
        exact_match=sum(map(sum, groups.values())) / len(crops),
        cer=texts.error_rate((crop.text, text) for crop, text in zip(crops, readings, strict=True)),
        by_group={
            name: sum(hits) / len(hits) for name, hits in sorted(groups.items(), key=lambda group: -len(group[1]))
        },
        ms=ms,
        mb=variant.byte_count / 1e6,
    )


def _input(crop: LabelledCrop) -> NDArray[np.float32]:
    return reader_data.plain(crop)[None, None].astype(np.float32)
