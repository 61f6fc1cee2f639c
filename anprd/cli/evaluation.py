"""`anprd evaluate` and `anprd calibrate`: how good the networks are, and from which confidence on they are believed."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from anprd.cli.options import Json, Weights, finite, weights_option
from anprd.cli.training import TRAINING_ENVIRONMENT, needs_extra
from anprd.redaction import printable

Folders = Annotated[
    list[Path], typer.Argument(metavar="DATA...", help="Folders with scenes.csv, crops/, unread/ or labels/.")
]


def evaluate(
    data: Folders,
    weights: Weights = None,
    checkpoints: Annotated[
        Path | None,
        typer.Option("--checkpoints", metavar="DIR", help="Compare with these, in FP32 (in the training environment)."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="DIR", help="Write report.html and report.json there.")
    ] = None,
    public: Annotated[
        bool, typer.Option("--public", help="A report without your pictures and plates, that may be passed on.")
    ] = False,
    record: Annotated[
        bool, typer.Option("--record", help="Write the figures into the manifest of the weights.")
    ] = False,
    tilted: Annotated[
        int,
        typer.Option(
            "--tilted",
            metavar="N",
            min=0,
            max=100_000,
            help="Read N rendered plates besides, at each of 0 to 60 degrees.",
        ),
    ] = 0,
    fonts: Annotated[
        Path | None,
        typer.Option("--fonts", metavar="DIR", help="Plate typefaces for those; the project's own by default."),
    ] = None,
    json: Json = False,
) -> None:
    """Measure the networks on labelled pictures, through the runtime's own code.

    Of crops/ and labels/ the part val is measured, as index.csv or the folder
    images/val says it; else the tenth that a training would hold back.
    """
    from anprd.cli import console, interruption
    from anprd.training import folders, manifest
    from anprd.training.evaluation import report as reports
    from anprd.vision.weights import default_folder

    if fonts is not None and not tilted:
        raise typer.BadParameter("needs --tilted: only those plates are rendered", param_hint="--fonts")
    folder = weights or default_folder()
    if report is not None:
        folders.check(report)
    if record:
        manifest.check_writable(folder)
    rendered = reports.Rendered(tilted, fonts) if tilted else None
    interruption.tidy_up()
    with needs_extra():  # Pillow, where plates are rendered
        evaluation = reports.measure(folder, data, checkpoints=_usable(checkpoints), tilted=rendered, progress=progress)
    shown = reports.without_plates(evaluation) if public else evaluation
    _tell(shown.figures, json=json)  # first: what took so long is not lost with a report that cannot be written
    if report is not None:
        sheets = {} if public else reports.contact_sheets(evaluation)
        reports.write(shown, report, command=_command(data, checkpoints, tilted, report), sheets=sheets)
    if record and not reports.record(evaluation, folder, report):
        console.complain("nothing of it belongs into the manifest; it takes figures of crops/ and labels/")


def calibrate(
    data: Annotated[list[Path], typer.Argument(metavar="DATA...", help="Folders with crops/ or labels/.")],
    weights: Annotated[
        Path | None, weights_option(help="The folder whose manifest is written; the shipped networks by default.")
    ] = None,
    precision: Annotated[
        float,
        typer.Option(
            "--precision",
            callback=finite,
            min=0.5,
            max=1,
            help="Of the plates told in photos, the share to be right.",
        ),
    ] = 0.99,
    fonts: Annotated[
        Path | None, typer.Option("--fonts", metavar="DIR", help="Plate typefaces; the project's own by default.")
    ] = None,
    json: Json = False,
) -> None:
    """Fit what makes confidences honest, choose from where on a plate is told, and write both into the manifest.

    A folder with crops/ calibrates the reader, by its training split and freshly rendered plates; one with labels/
    chooses the detector's threshold, by the F1 of its validation split.
    """
    from anprd.cli import interruption
    from anprd.training import calibration, manifest
    from anprd.vision.weights import default_folder

    folder = weights or default_folder()
    manifest.check_writable(folder)
    interruption.tidy_up()
    with needs_extra():
        chosen = calibration.calibrate(folder, data, precision=precision, fonts=fonts, progress=progress)
    _tell(chosen, json=json)


def _tell(figures: dict[str, Any], *, json: bool) -> None:
    from rich.text import Text

    from anprd.cli import console

    if json:
        console.say_json(figures)
        return
    table = console.table("what", "figure")
    for name, figure in flat(figures):
        table.add_row(Text(printable(name)), Text(figure))  # names of groups are the user's, and no markup
    console.console().print(table)


def progress(pictures: Iterable[Any]) -> Iterable[Any]:
    """A bar on standard error, where that is a terminal."""
    from rich.console import Console
    from rich.progress import track

    error = Console(stderr=True)
    return track(list(pictures), console=error, transient=True) if error.is_terminal else pictures


def flat(report: dict[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """`{"reader": {"RU": {"cer": 0.01}}}` as `reader RU cer`, `0.01`, without what could not be measured.

    Lists are for machines, and so is `by`.
    """
    for name, value in report.items():
        if isinstance(value, dict) and name != "by":
            yield from flat(value, f"{before}{name} ")
        elif value is not None and not isinstance(value, list | dict):
            yield f"{before}{name}", str(value)


def _usable(checkpoints: Path | None) -> Path | None:
    """The checkpoints, or None where there is nothing to run them with: INT8 can be measured all the same."""
    if checkpoints is None:
        return None
    from importlib.util import find_spec

    from anprd.cli import console

    missing = [name for name in ("torch", "ultralytics", "nncf") if find_spec(name) is None]
    if not missing:
        return checkpoints
    console.complain(f"FP32 needs {missing[0]}, which is not installed: {TRAINING_ENVIRONMENT}; INT8 alone is measured")
    return None


def _command(data: list[Path], checkpoints: Path | None, tilted: int, report: Path) -> str:
    """What was asked for, folders by their last name: the page goes to others, who have other paths."""
    options = [*(["--checkpoints", checkpoints.name] if checkpoints else [])]
    options += [*(["--tilted", str(tilted)] if tilted else []), "--report", report.name]
    return " ".join(["anprd evaluate", *(folder.name for folder in data), *options])
