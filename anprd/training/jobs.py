"""What the training commands do, each as one call: gather the data, train, export.

A working folder holds everything that is made on the way (copies of pictures, rendered plates, checkpoints); called
again with the same folder, a job goes on where it was stopped.
"""

from pathlib import Path

import numpy as np

from anprd.errors import ConfigError
from anprd.records import Bgr
from anprd.training import (
    baseline,
    corners,
    detector_data,
    export,
    folders,
    labels,
    negatives,
    pictures,
    reader,
    reader_data,
    rendered,
)
from anprd.training.crnn import Crnn
from anprd.training.index import TRAIN, VAL
from anprd.training.reader_data import LabelledCrop
from anprd.vision import weights as networks
from anprd.vision.plates import Vision

BACKGROUND_COUNT = 300  # photos kept in memory while rendering
NOISY_TOO = reader_data.TRUSTED | {"noisy"}


def train_reader(
    data: Path,
    out: Path,
    plan: reader.Plan,
    *,
    scenes: Path | None = None,
    fonts: Path | None = None,
    checked_by: Path | None = None,
) -> Path:
    """Train the reader on real crops and on rendered ones; returns the path of its weights.

    Args:
        data: `index.csv` (image, text, country, rows, trust, split) and `crops/`.
        out: the working folder.
        plan: length and mixture.
        scenes: a detector's folder; its photos surround the rendered plates, and pieces of them that hold no plate
            teach the reader to say nothing.
        fonts: plate typefaces; None renders in the project's own.
        checked_by: a weights folder whose networks judge the labels first (`labels.checked`): labels of `noisy` trust
            are then learnt from, too.

    Raises:
        ConfigError: a folder is missing or has no usable label.
        SinkError: nothing can be written to `out`.
    """
    folders.make(out)
    real, validation = _crops(data)
    vision = None if checked_by is None else Vision.load(checked_by)
    if vision is not None:
        real = list(labels.checked(reader_data.load(data, TRAIN, trust=NOISY_TOO), vision))
    if not real:
        raise ConfigError(f"{data}: no label of the split train agrees with what {checked_by} reads")
    store = render(out, scenes=scenes, fonts=fonts, count=plan.rendered_count)
    without_plate = [] if scenes is None else list(negatives.gathered(scenes, vision))
    return reader.train(reader.Samples(real, store, without_plate), validation, out, plan)


def train_baseline(
    data: Path, out: Path, plan: reader.Plan, *, scenes: Path | None = None, fonts: Path | None = None
) -> Path:
    """Train the CRNN as the reader is trained, in a folder of its own under `out`; returns the path of its weights.

    Raises:
        ConfigError: a folder is missing or has no usable label.
        SinkError: nothing can be written to `out`.
    """
    folders.make(out)
    real, validation = _crops(data)
    samples = reader.Samples(real, render(out, scenes=scenes, fonts=fonts, count=plan.rendered_count))
    return reader.train(samples, validation, out / "baseline", plan, architecture=Crnn)


def compare_baseline(checkpoint: Path, data: Path, weights: Path) -> baseline.Table:
    """The trained CRNN in each of its forms beside the reader of the `weights` folder.

    Raises:
        ConfigError: the checkpoint, the data or the weights cannot be read.
    """
    calibration, validation = _crops(data)
    shuffled = [calibration[int(index)] for index in np.random.default_rng(0).permutation(len(calibration))]
    return baseline.compare(checkpoint, networks.load(weights)["reader"].file, shuffled, validation)


def _crops(data: Path) -> tuple[list[LabelledCrop], list[LabelledCrop]]:
    """What is trained on, and what is read to see how well."""
    real = reader_data.load(data, TRAIN)
    validation = reader_data.load(data, VAL, trust=reader_data.VALIDATION_TRUST)
    if not real or not validation:
        raise ConfigError(f"{data}: needs crops of both splits, train and val, with a trusted label")
    return real, validation


def train_corners(
    out: Path,
    *,
    scenes: Path | None = None,
    fonts: Path | None = None,
    steps: int = 4000,
    count: int = reader.RENDERED_COUNT,
) -> Path:
    """Train the corner finder on rendered plates; returns the path of its weights.

    Raises:
        ConfigError: `scenes` is given and is no detector's folder.
        SinkError: nothing can be written to `out`.
    """
    folders.make(out)
    return corners.train(render(out, scenes=scenes, fonts=fonts, count=count), out, steps=steps)


def render(out: Path, *, scenes: Path | None, fonts: Path | None, count: int) -> list[LabelledCrop]:
    """The store of rendered plates under `out`, filled up to `count` first."""
    folder = out / "rendered"
    rendered.prepare(folder, count=count, fonts=fonts, backgrounds=_backgrounds(scenes) if scenes else ())
    return rendered.load(folder)


def export_reader(checkpoint: Path, data: Path, folder: Path, *, metrics: export.Metrics) -> Path:
    """Quantise a trained reader into the weights `folder`; crops of the training split calibrate.

    Raises:
        ConfigError: the checkpoint or the data cannot be read.
    """
    crops = reader_data.load(data, TRAIN)
    if not crops:
        raise ConfigError(f"{data}: no crop of the split train has a label that can be trusted, to calibrate by")
    calibration = [crops[int(index)] for index in np.random.default_rng(0).permutation(len(crops))]
    return export.reader(checkpoint, calibration, folder, metrics=metrics)


def _backgrounds(scenes: Path) -> list[Bgr]:
    return [pictures.colour(photo) for photo in detector_data.train_pictures(scenes, count=BACKGROUND_COUNT)]
