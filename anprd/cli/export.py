"""`anprd export`: a trained network becomes one of a weights folder."""

from enum import StrEnum
from math import isfinite
from pathlib import Path
from typing import Annotated

import typer

from anprd.cli.options import finite
from anprd.cli.training import given, labelled_folder, needs_extra, result_alone


class Kind(StrEnum):
    """A network of the weights folder."""

    DETECTOR = "detector"
    CORNERS = "corners"
    READER = "reader"


def export(
    kind: Annotated[Kind, typer.Argument(metavar="NETWORK", help="detector, corners or reader.")],
    checkpoint: Annotated[
        Path, typer.Argument(metavar="CHECKPOINT", help="What training wrote; an ultralytics .pt, too.")
    ],
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", metavar="DIR", help="What it was trained on, to calibrate by; the corner finder needs none."
        ),
    ] = None,
    weights: Annotated[
        Path, typer.Option("--weights", metavar="DIR", help="The folder that gets the network and its manifest entry.")
    ] = Path("weights"),
    metric: Annotated[
        list[str] | None,
        typer.Option(
            "--metric", metavar="NAME=NUMBER", help="What it reached (see evaluate), for the manifest. Often."
        ),
    ] = None,
    loss_max: Annotated[
        float | None,
        typer.Option(
            "--loss-max",
            callback=finite,
            min=0,
            max=1,
            help="mAP50-95 that INT8 may cost a detector, in photos and in video.",
            show_default="0.005",
        ),
    ] = None,
) -> None:
    """Turn a trained network into one of the weights folder, detector and reader in INT8.

    The folder's checkpoints/ gets a copy of CHECKPOINT, for 'train --from' and
    'evaluate --checkpoints'. A detector that INT8 costs too much, on what DATA
    holds back, is refused; with few plates there it cannot be told.
    """
    metrics = dict(_metric(text) for text in metric or ())
    with result_alone():
        with needs_extra():
            from anprd.training import export as exports
            from anprd.training import jobs
        match kind:
            case Kind.DETECTOR:
                allowed = given(loss_max=loss_max)
                target = exports.detector(checkpoint, labelled_folder(data, None), weights, metrics=metrics, **allowed)
            case Kind.CORNERS:
                target = exports.corners(checkpoint, weights, metrics=metrics)
            case Kind.READER:
                target = jobs.export_reader(checkpoint, labelled_folder(data, None), weights, metrics=metrics)
    print(target)
    if kind is not Kind.CORNERS:
        from anprd.cli import console

        console.complain(f"what was calibrated for the {kind.value} before is forgotten; next: anprd calibrate")


def _metric(text: str) -> tuple[str, float]:
    name, _, number = text.partition("=")
    try:
        value = float(number)
    except ValueError:
        name, value = "", 0.0
    if not name or not isfinite(value):
        raise typer.BadParameter(f"'{text}' is not NAME=NUMBER", param_hint="--metric")
    return name, value
