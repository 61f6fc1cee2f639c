"""Options that several commands have, and what all numbers must be.

A path here has readable=False, and should everywhere: typer would refuse a forbidden file as wrong usage, and with it
all files of the call. Whoever opens the file has a better sentence, and the exit code of the right family.
"""

import functools
import math
from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
weights_option = functools.partial(typer.Option, "--weights", metavar="DIR", readable=False)
Weights = Annotated[Path | None, weights_option(help="A folder with other networks and their MANIFEST.toml.")]


def finite(value: float | None) -> float | None:
    """The callback of a number: `nan` is within all bounds, and no time is up after so many seconds."""
    if value is not None and not math.isfinite(value):
        raise typer.BadParameter(f"{value} is not a number to reckon with")
    return value
