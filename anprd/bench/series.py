"""Measurements one after the other: each wake mode, busy as often as wanted, at given counts or until it is full."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anprd.bench import cameras, search
from anprd.bench.cameras import Load, Wake
from anprd.bench.film import Film
from anprd.bench.search import Trial
from anprd.settings import CAMERA_COUNT_MAX

BASELINE = "baseline"
WAKES = (BASELINE, *cameras.WAKES)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured."""

    wakes: Sequence[str]
    """Of `WAKES`; the baseline is no live run, and needs the training environment."""
    busy: Sequence[float]
    """Shares, 0..1."""
    counts: Sequence[int]
    seconds: float
    until_full: bool = False
    """Go on from the first count until the machine is full, in place of the others."""
    weights_dir: Path | None = None


Told = Callable[[dict[str, Any]], object]


def measure(film: Film, plan: Plan, tell: Told) -> list[dict[str, Any]]:
    """Measure everything, tell of each run as it ends, and give them all.

    With `until_full` a row follows each search: `{"wake", "busy", "capacity"}`, the most cameras that fit.

    Raises:
        ConfigError, SourceError: as `cameras.measure`.
        ModuleNotFoundError: the baseline is wanted, and this is not the training environment.
    """
    runs: list[dict[str, Any]] = []
    for row in _rows(film, plan):
        if "cpu_per_camera" in row:
            runs.append(row)
        tell(row)
    return runs


def _rows(film: Film, plan: Plan) -> Iterator[dict[str, Any]]:
    for busy in plan.busy:
        for wake in plan.wakes:
            if wake == BASELINE:
                from anprd.bench import baseline  # noqa: PLC0415  # late: torch, which only that needs

                yield baseline.measure(film, busy, plan.weights_dir)
            elif plan.until_full:
                yield from _search(film, plan, _wake(wake), busy)
            else:
                for count in plan.counts:
                    yield cameras.measure(film, Load(count, _wake(wake), busy, plan.seconds), plan.weights_dir)


def _search(film: Film, plan: Plan, wake: Wake, busy: float) -> Iterator[dict[str, Any]]:
    tried: list[Trial] = []
    cores = os.cpu_count() or 1
    while (count := search.next_count(tried, first=plan.counts[0], limit=CAMERA_COUNT_MAX)) is not None:
        row = cameras.measure(film, Load(count, wake, busy, plan.seconds), plan.weights_dir)
        tried.append(Trial(count, row["fits"], row["cpu"]["total"] / cores))
        yield row
    yield {"wake": wake, "busy": busy, "capacity": search.largest(tried)}


def _wake(word: str) -> Wake:
    return next(wake for wake in cameras.WAKES if wake == word)
