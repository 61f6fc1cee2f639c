"""Fine-tuning at a terminal: a bar while it runs, then what it changed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from anprd.cli import console
from anprd.training.progress import Advance, silent
from anprd.training.tuning import HELD_BACK, Outcome, Part

OUT = Path("fine-tuned")
"""Where a result goes that was given no folder."""


def run(tune: Callable[..., Outcome]) -> None:
    """Call `tune` with a bar and print its outcome: a table, then the path of the checkpoint.

    Whoever calls has had `interruption.tidy_up` done.

    Args:
        tune: a fine-tuning that still wants its `progress`.
    """
    outcome = tune(progress=_bar if Console(stderr=True).is_terminal else silent)
    table = console.table("pictures", "number", "figure", "before", "after")
    for part in outcome.parts:
        for name, before in part.before.items():
            table.add_row(part.name, str(part.pictures), name, f"{before:.4f}", f"{part.after[name]:.4f}")
    console.console().print(table)
    for part in outcome.parts:
        if part.is_worse:
            console.complain(_warning(part))
    print(outcome.checkpoint)


def _warning(part: Part) -> str:
    if part.name == HELD_BACK:
        return f"it became worse on what was {HELD_BACK}: keep the checkpoint that you have"
    return f"it became worse on pictures {part.name}: weigh that against what the site gained"


@contextmanager
def _bar(what: str, steps: int) -> Iterator[Advance]:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    # Standard output stays as it is: what was silenced there (ultralytics draws its own bars) rich would show.
    terminal = Console(stderr=True)
    with Progress(*columns, console=terminal, transient=True, redirect_stdout=False) as progress:
        task = progress.add_task(what, total=steps)
        yield lambda: progress.advance(task)
