"""The training side: `anprd train ...` and `anprd export`.

What they need (torch, ultralytics, nncf) is an extra, and is imported once a command is called.
"""

import contextlib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from anprd.errors import EXIT_FAILED

train = typer.Typer(
    help="Train the networks (needs the extra: pip install 'anprd\\[train]').",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Out = Annotated[
    Path,
    typer.Option(
        "--out",
        metavar="DIR",
        help="The working folder: copies, rendered plates, checkpoints. An interrupted run goes on.",
    ),
]
Scenes = Annotated[
    Path | None,
    typer.Option("--scenes", metavar="DIR", help="A detector's data: its photos surround the rendered plates."),
]
Fonts = Annotated[
    Path | None,
    typer.Option("--fonts", metavar="DIR", help="Plate typefaces (.ttf, .otf); the project's own by default."),
]


Rendered = Annotated[int, typer.Option("--rendered", min=0, max=10_000_000, help="How many plates to render.")]


class Kind(StrEnum):
    """A network of the weights folder."""

    DETECTOR = "detector"
    CORNERS = "corners"
    READER = "reader"


@train.command("detector", epilog="Example: anprd train detector data/detect --out work --epochs 30")
def train_detector(
    data: Annotated[
        Path, typer.Argument(metavar="DATA", help="images/, labels/ (YOLO text) and index.csv (image, split).")
    ],
    out: Out,
    epochs: Annotated[int, typer.Option("--epochs", min=1, max=10_000, help="Passes over the data.")] = 30,
    side_px: Annotated[
        int, typer.Option("--side-px", min=32, max=2048, help="The input's side; a multiple of 32.")
    ] = 416,
    model: Annotated[
        str, typer.Option("--model", help="An ultralytics architecture, or a .pt to start from.")
    ] = "yolov8n.yaml",
    name: Annotated[str, typer.Option("--name", help="The run's folder under --out.")] = "detector",
    rendered: Rendered = 500,
    fonts: Fonts = None,
) -> None:
    """Train the plate detector (YOLOv8, bf16 on a CPU) on photos and some rendered scenes."""
    if side_px % 32:
        raise typer.BadParameter("must be a multiple of 32", param_hint="--side-px")
    with needs_extra():
        from anprd.training import detector
    plan = detector.Plan(model=model, side_px=side_px, epochs=epochs, rendered_count=rendered, name=name)
    print(detector.train(data, out, plan, fonts=fonts))


@train.command("reader", epilog="Example: anprd train reader data/read --out work --scenes data/detect")
def train_reader(
    data: Annotated[
        Path, typer.Argument(metavar="DATA", help="crops/ and index.csv (image, text, country, rows, trust, split).")
    ],
    out: Out,
    scenes: Scenes = None,
    fonts: Fonts = None,
    steps: Annotated[
        int, typer.Option("--steps", min=1, max=10_000_000, help="The whole length, in batches.")
    ] = 12_000,
    batch: Annotated[int, typer.Option("--batch", min=1, max=4096, help="Crops a step.")] = 96,
    rendered: Annotated[
        int, typer.Option("--rendered", min=1, max=10_000_000, help="Plates to render beside.")
    ] = 40_000,
) -> None:
    """Train the reader (CTC over A-Z 0-9) on real and rendered crops."""
    with needs_extra():
        from anprd.training import jobs, reader
    plan = reader.Plan(steps=steps, batch=batch, rendered_count=rendered)
    print(jobs.train_reader(data, out, plan, scenes=scenes, fonts=fonts))


@train.command("corners", epilog="Example: anprd train corners --out work --scenes data/detect")
def train_corners(
    out: Out,
    scenes: Scenes = None,
    fonts: Fonts = None,
    steps: Annotated[int, typer.Option("--steps", min=1, max=10_000_000, help="The whole length, in batches.")] = 4000,
    rendered: Rendered = 40_000,
) -> None:
    """Train the corner finder on rendered plates alone: their corners are known exactly."""
    with needs_extra():
        from anprd.training import jobs
    print(jobs.train_corners(out, scenes=scenes, fonts=fonts, steps=steps, count=rendered))


@train.command("render", epilog="Example: anprd train render scene.mp4 --seconds 60 --vehicles-per-min 20")
def render(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="The .mp4; the truth goes beside it as .truth.json.")],
    size: Annotated[str, typer.Option("--size", metavar="WxH", help="Pixels, both even.")] = "1280x720",
    fps: Annotated[float, typer.Option("--fps", min=1, max=120, help="Frames a second.")] = 25.0,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, max=86_400, help="Length.")] = 40.0,
    vehicles_per_min: Annotated[float, typer.Option("--vehicles-per-min", min=0, max=60, help="Traffic.")] = 9.0,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same scene.")] = 1,
    night: Annotated[float | None, typer.Option("--night", help="Second at which night falls; none: day.")] = None,
    fonts: Fonts = None,
) -> None:
    """Film a rendered scene: vehicles pass a fixed camera, and each plate's place is written beside the clip."""
    width, _, height = size.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise typer.BadParameter("must be WIDTHxHEIGHT, such as 1280x720", param_hint="--size")
    with needs_extra():
        from anprd.training.render import clip
    try:
        truth = clip.render_clip(
            out,
            width=int(width),
            height=int(height),
            fps=fps,
            seconds=seconds,
            vehicles_per_min=vehicles_per_min,
            seed=seed,
            night=night,
            fonts=fonts,
        )
    except ValueError as error:  # a size or length that cannot be
        raise typer.BadParameter(str(error)) from error
    print(truth)


def export(
    kind: Annotated[Kind, typer.Argument(metavar="NETWORK", help="detector, corners or reader.")],
    checkpoint: Annotated[
        Path, typer.Argument(metavar="CHECKPOINT", help="What training wrote; an ultralytics .pt, too.")
    ],
    data: Annotated[
        Path,
        typer.Option("--data", metavar="DIR", help="What it was trained on; for corners the --out of its training."),
    ],
    weights: Annotated[
        Path, typer.Option("--weights", metavar="DIR", help="The folder that gets the network and its manifest entry.")
    ] = Path("weights"),
    metric: Annotated[
        list[str] | None,
        typer.Option(
            "--metric", metavar="NAME=NUMBER", help="What it reached (see evaluate), for the manifest. Often."
        ),
    ] = None,
) -> None:
    """Turn a trained network into an INT8 one of the weights folder."""
    metrics = dict(_metric(text) for text in metric or ())
    with needs_extra():
        from anprd.training import export as exports
        from anprd.training import jobs
    match kind:
        case Kind.DETECTOR:
            print(exports.detector(checkpoint, data, weights, metrics=metrics))
        case Kind.CORNERS:
            print(jobs.export_corners(checkpoint, data, weights, metrics=metrics))
        case Kind.READER:
            print(jobs.export_reader(checkpoint, data, weights, metrics=metrics))


def _metric(text: str) -> tuple[str, float]:
    name, _, number = text.partition("=")
    try:
        return name, float(number)
    except ValueError as error:
        raise typer.BadParameter(f"'{text}' is not NAME=NUMBER", param_hint="--metric") from error


@contextlib.contextmanager
def needs_extra() -> Iterator[None]:
    """Where an import fails for want of the extra, say what to install."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] == "anprd":
            raise
        from anprd.cli import console

        console.complain(f"training needs {error.name}, which is not installed: pip install 'anprd[train]'")
        raise typer.Exit(EXIT_FAILED) from error
