"""The training side: `anprd train ...`.

What it needs (torch, ultralytics, nncf) is an extra, and is imported once a command is called.
"""

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from anprd.cli import interruption
from anprd.cli.options import Json, finite
from anprd.errors import EXIT_FAILED

train = typer.Typer(
    help="Train the networks (in the training environment: make train-env).",
    epilog="Example: anprd train detector data/detect --out work",
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
Data = Annotated[
    Path | None, typer.Argument(metavar="DATA", help="The folder of labelled pictures.", show_default=False)
]
NamedData = Annotated[Path | None, typer.Option("--data", metavar="DIR", help="DATA, by name.")]
TunedOut = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="DIR",
        help="The working folder: copies, rendered plates, checkpoints; an interrupted run goes on. With --from, the "
        "folder that gets the result.",
        show_default="with --from fine-tuned",
    ),
]
Start = Annotated[
    Path | None,
    typer.Option("--from", metavar="PATH", help="Fine-tune this checkpoint, or that of this weights folder."),
]
Elsewhere = Annotated[
    Path | None,
    typer.Option(
        "--elsewhere", metavar="DIR", help="With --from: labelled pictures of other places, measured before and after."
    ),
]
ReaderSteps = Annotated[
    int | None,
    typer.Option(
        "--steps", min=1, max=10_000_000, help="The whole length, in batches.", show_default="12000; with --from 300"
    ),
]
ReaderBatch = Annotated[
    int | None,
    typer.Option("--batch", min=2, max=4096, help="Crops a step.", show_default="96; with --from 64"),
]
ReaderRendered = Annotated[
    int | None,
    typer.Option(
        "--rendered", min=1, max=10_000_000, help="Plates to render beside.", show_default="40000; with --from 2000"
    ),
]
CheckedBy = Annotated[
    Path | None,
    typer.Option(
        "--checked-by", metavar="DIR", help="Hold the labels against the networks of this weights folder first."
    ),
]
Rendered = Annotated[int, typer.Option("--rendered", min=0, max=10_000_000, help="How many plates to render.")]


# No name for pip: anprd is on no index, and the extra alone would bring an OpenCV that needs X11.
TRAINING_ENVIRONMENT = "`make train-env` in a checkout of anprd brings it"
_LOOKS_ALONE = "--looks-alone"


@train.command("detector", epilog="Example: anprd train detector --from weights --data my-pictures --out tuned")
def train_detector(
    data: Data = None,
    named_data: NamedData = None,
    out: TunedOut = None,
    start: Start = None,
    elsewhere: Elsewhere = None,
    epochs: Annotated[
        int | None,
        typer.Option("--epochs", min=1, max=10_000, help="Passes over the data.", show_default="30; with --from 15"),
    ] = None,
    side_px: Annotated[
        int, typer.Option("--side-px", min=32, max=2048, help="The input's side; a multiple of 32.")
    ] = 512,
    model: Annotated[
        str, typer.Option("--model", help="An ultralytics architecture, which gets Hardswish, or a .pt to start from.")
    ] = "yolov8n.yaml",
    name: Annotated[str, typer.Option("--name", help="The run's folder under --out.")] = "detector",
    rendered: Rendered = 500,
    fonts: Fonts = None,
) -> None:
    """Train the plate detector (YOLOv8, on a CPU) on photos and some rendered scenes.

    DATA holds images/ and labels/ (YOLO text, one class). The split is the
    folder's, images/train or images/val, or that of an index.csv (image,
    split); where neither says it, a tenth of the pictures is held back.

    With --from, a trained detector is fine-tuned for a site: a low learning
    rate, rendered scenes beside, minutes in place of hours. A table shows
    mAP, precision and recall before and after, on what is held back. --out
    gets detector.pt; interrupted, nothing is left behind. --model, --name and
    --rendered are of no use then.
    """
    if side_px % 32:
        raise typer.BadParameter("must be a multiple of 32", param_hint="--side-px")
    folder = labelled_folder(data, named_data)
    if start is None:
        work = _needed(out, elsewhere)
        with result_alone():
            with needs_extra():
                from anprd.training import detector
            asked = given(epochs=epochs)
            whole = detector.Plan(model=model, side_px=side_px, rendered_count=rendered, name=name, **asked)
            best = detector.train(folder, work, whole, fonts=fonts)
        print(best)
        return
    interruption.tidy_up()  # first: ultralytics' own folder is made as it is loaded
    with needs_extra():
        from anprd.cli import fine_tuning
        from anprd.training import detector_tuning, tuning
    site = tuning.Site(start, folder, elsewhere, fonts)
    plan = detector_tuning.Plan(side_px=side_px, **given(epochs=epochs))
    fine_tuning.run(partial(detector_tuning.tune, site, out or fine_tuning.OUT, plan))


@train.command("reader", epilog="Example: anprd train reader --from weights --data my-crops --out tuned")
def train_reader(
    data: Data = None,
    named_data: NamedData = None,
    out: TunedOut = None,
    start: Start = None,
    elsewhere: Elsewhere = None,
    scenes: Scenes = None,
    fonts: Fonts = None,
    steps: ReaderSteps = None,
    batch: ReaderBatch = None,
    rendered: ReaderRendered = None,
    checked_by: CheckedBy = None,
    looks_alone: Annotated[
        bool,
        typer.Option(_LOOKS_ALONE, help="With --from: learn to name countries alone; what is read stays as it is."),
    ] = False,
) -> None:
    """Train the reader (CTC over A-Z 0-9) on real and rendered crops.

    DATA holds crops/ and index.csv: image and text and, if there are any,
    country, rows (1 or 2), trust and split. Without a column split, the crops
    of a tenth of the texts are held back.

    Pieces of the photos of --scenes that hold no plate teach it to say
    nothing. --checked-by leaves out labels that a trained reader surely reads
    otherwise, twice; labels of the trust 'noisy' (a machine's) are then learnt
    from, too, where it agrees or knows better. What its detector takes for a
    plate in --scenes, and is none, is learnt as well.

    With --from, a trained reader is fine-tuned for a site: a low learning
    rate, rendered plates beside, minutes in place of hours. A table shows
    exact match, CER and the share of plates whose country is named right,
    before and after, on what is held back and on rendered plates of all
    countries, which tell what it forgets. --out gets reader.pt; interrupted,
    nothing is left behind. --scenes and --checked-by are of no use then.
    """
    folder = labelled_folder(data, named_data)
    asked = given(steps=steps, batch=batch, rendered_count=rendered)
    if start is None:
        work = _needed(out, elsewhere)
        if looks_alone:
            raise typer.BadParameter(
                "needs --from: a network that was never trained sees nothing", param_hint=_LOOKS_ALONE
            )
        with needs_extra():
            from anprd.training import jobs, reader
        plan = replace(reader.Plan(), **asked)
        with result_alone():
            weights = jobs.train_reader(folder, work, plan, scenes=scenes, fonts=fonts, checked_by=checked_by)
        print(weights)
        return
    interruption.tidy_up()
    with needs_extra():
        from anprd.cli import fine_tuning
        from anprd.training import reader_tuning, tuning
    plan = replace(reader_tuning.LOOKS_PLAN if looks_alone else reader_tuning.PLAN, **asked)
    site = tuning.Site(start, folder, elsewhere, fonts)
    fine_tuning.run(partial(reader_tuning.tune, site, out or fine_tuning.OUT, plan))


@train.command("baseline", epilog="Example: anprd train baseline data/read --out work")
def train_baseline(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="As of 'anprd train reader'.")],
    out: Out,
    scenes: Scenes = None,
    fonts: Fonts = None,
    steps: Annotated[
        int, typer.Option("--steps", min=1, max=10_000_000, help="The whole length, in batches.")
    ] = 12_000,
    batch: Annotated[int, typer.Option("--batch", min=2, max=4096, help="Crops a step.")] = 32,
    rendered: Annotated[
        int, typer.Option("--rendered", min=1, max=10_000_000, help="Plates to render beside.")
    ] = 40_000,
    weights: Annotated[
        Path | None,
        typer.Option("--weights", metavar="DIR", help="The reader to stand beside; the shipped by default."),
    ] = None,
    json: Json = False,
) -> None:
    """Train the baseline, a CRNN with CTC, and set it beside the reader: exact match, CER, time and size.

    The CRNN is measured in torch FP32 and INT8 (FX graph mode) and in
    OpenVINO FP32 and INT8, on one thread, in one run with the reader and with
    YOLOv8n 640 in torch FP32 as a yardstick. A training that has ended is
    only measured.
    """
    with needs_extra():
        from anprd.cli import baseline as command
        from anprd.cli import console
        from anprd.training import baseline, jobs
        from anprd.vision.weights import default_folder
    plan = replace(baseline.PLAN, steps=steps, batch=batch, rendered_count=rendered)
    with result_alone():
        checkpoint = jobs.train_baseline(data, out, plan, scenes=scenes, fonts=fonts)
        measured = jobs.compare_baseline(checkpoint, data, weights or default_folder())
    (console.say_json if json else command.print_table)(asdict(measured))


@train.command("corners", epilog="Example: anprd train corners --out work --scenes data/detect")
def train_corners(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="The working folder: rendered plates and the checkpoint.")
    ],
    scenes: Scenes = None,
    fonts: Fonts = None,
    steps: Annotated[int, typer.Option("--steps", min=1, max=10_000_000, help="The whole length, in batches.")] = 4000,
    rendered: Annotated[
        int, typer.Option("--rendered", min=1, max=10_000_000, help="How many plates to render.")
    ] = 40_000,
) -> None:
    """Train the corner finder on rendered plates alone: their corners are known exactly.

    An interrupted training begins anew, with the plates that were rendered.
    """
    with needs_extra():
        from anprd.training import jobs
    with result_alone():
        weights = jobs.train_corners(out, scenes=scenes, fonts=fonts, steps=steps, count=rendered)
    print(weights)


@train.command("render", epilog="Example: anprd train render scene.mp4 --seconds 60 --vehicles-per-min 20")
def render(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="The .mp4; the truth goes beside it as .truth.json.")],
    size: Annotated[str, typer.Option("--size", metavar="WxH", help="Pixels, both even.")] = "1280x720",
    fps: Annotated[float, typer.Option("--fps", callback=finite, min=1, max=120, help="Frames a second.")] = 25.0,
    seconds: Annotated[float, typer.Option("--seconds", callback=finite, min=0.1, max=86_400, help="Length.")] = 40.0,
    vehicles_per_min: Annotated[
        float, typer.Option("--vehicles-per-min", callback=finite, min=0, max=60, help="Traffic.")
    ] = 9.0,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same scene.")] = 1,
    night: Annotated[
        float | None, typer.Option("--night", callback=finite, help="Second at which night falls; none: day.")
    ] = None,
    fonts: Fonts = None,
) -> None:
    """Film a rendered scene: vehicles pass a fixed camera, and each plate's place is written beside the clip."""
    width, _, height = size.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise typer.BadParameter("must be WIDTHxHEIGHT, such as 1280x720", param_hint="--size")
    interruption.tidy_up()
    try:
        with needs_extra():  # Pillow is loaded with the first typeface
            from anprd.training.render import clip

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


def labelled_folder(data: Path | None, named: Path | None) -> Path:
    """The data, which is given once: by its place or by its name."""
    if data is not None and named is not None:
        raise typer.BadParameter("is given twice", param_hint="DATA")
    folder = data or named
    if folder is None:
        raise typer.BadParameter("is missing: name the folder of labelled pictures", param_hint="DATA or --data")
    return folder


def _needed(out: Path | None, elsewhere: Path | None) -> Path:
    """The working folder of a whole training."""
    if out is None:
        raise typer.BadParameter("is missing: name the working folder", param_hint="--out")
    if elsewhere is not None:
        raise typer.BadParameter("needs --from: only fine-tuning compares", param_hint="--elsewhere")
    return out


def given(**options: float | None) -> dict[str, Any]:
    """The options that were given; the rest is as the plan has it."""
    return {name: value for name, value in options.items() if value is not None}


@contextlib.contextmanager
def result_alone() -> Iterator[None]:
    """Steps, losses and what NNCF and ultralytics report go to standard error; ended, temporary folders go."""
    interruption.tidy_up()
    with contextlib.redirect_stdout(sys.stderr):
        yield


@contextlib.contextmanager
def needs_extra() -> Iterator[None]:
    """Where an import fails for want of the extra, say what to install."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] == "anprd":
            raise
        from anprd.cli import console

        console.complain(f"training needs {error.name}, which is not installed: {TRAINING_ENVIRONMENT}")
        raise typer.Exit(EXIT_FAILED) from error
