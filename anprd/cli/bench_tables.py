"""What `anprd bench` measured, for people."""

import os
import sys
from collections.abc import Mapping
from typing import Any

from anprd.cli import console
from anprd.cli.console import Lines

_COLUMNS = (
    ("cameras", 7), ("wake", 9), ("busy", 5), ("cores", 5), ("of which RTSP", 13), ("cores/camera", 12),
    ("MB", 5), ("own MB", 9), ("plates told", 11), ("p50 s", 5), ("p95 s", 5), ("verdict", 7),
)  # fmt: skip


def print_stages(report: Mapping[str, Any]) -> None:
    """What each stage costs."""
    table = console.table("stage", "median ms", "90 % below ms", "times", "share", "floor ms")
    for stage, figures in report["stages"].items():
        floor = "" if figures["floor_ms"] is None else f"{figures['floor_ms']:.2f}"
        median, ninth = f"{figures['median_ms']:.2f}", f"{figures['p90_ms']:.2f}"
        table.add_row(stage, median, ninth, str(figures["count"]), f"{100 * figures['share']:.1f} %", floor)
    out = console.console()
    out.print(table)
    cameras = report["cameras_per_core"]
    out.print(
        f"\n{100 * report['overhead']:.1f} % is neither decoding nor the inference of detector and reader.\n"
        f"{report['width']}x{report['height']}, {report['fps']:g} frames a second, of which {report['detect_fps']:g}"
        f" are looked at while something moves:\na core carries {cameras['idle']:g} cameras without motion,"
        f" {cameras['busy']:g} with motion all the time, without a substream ({report['cpu']}, {os.cpu_count()} cores)",
        soft_wrap=True,
    )


class Rows:
    """A line for each run, as it ends."""

    def __init__(self) -> None:
        self._lines = Lines(*_COLUMNS)

    def add(self, row: Mapping[str, Any]) -> None:
        """A row of `bench.series`."""
        busy = f"{100 * row['busy']:.0f} %"
        if "capacity" in row:
            print(f"most that fit: {row['capacity']} ({row['wake']}, {busy} busy)", flush=True)
        elif "cpu" not in row:
            cost = f"{row['cpu_per_camera']:.3f}"
            self._lines.add(
                row["cameras"], row["wake"], busy, None, None, cost, *[None] * 5, f"{row['frame_ms']} ms a frame"
            )
        else:
            self._lines.add(row["cameras"], row["wake"], busy, *_cost(row), *_fate(row))


def _cost(row: Mapping[str, Any]) -> list[str]:
    cpu, memory = row["cpu"], row["memory"]
    own = memory.get("own_mb")
    return [
        f"{cpu['total']:.2f}",
        f"{cpu['cameras']:.2f}",
        f"{row['cpu_per_camera']:.3f}",
        "" if memory["pss_mb"] is None else f"{memory['pss_mb']:.0f}",
        "" if own is None else f"{own['min']:.0f} - {own['max']:.0f}",
    ]


def _fate(row: Mapping[str, Any]) -> list[str]:
    verdict = "fits" if row["fits"] else ", ".join(row["troubles"])
    if "passes" not in row:
        return [f"{100 * row['decoded_ratio']:.1f} % dec.", "", "", verdict]
    passes, latency = row["passes"], row["latency_s"]
    seconds = ("" if latency[name] is None else f"{latency[name]:.2f}" for name in ("p50", "p95"))
    return [f"{passes['confirmed']} of {passes['due']}", *seconds, verdict]


class Progress:
    """How far something is that takes minutes, on standard error where that is a terminal."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._told = -1

    def __call__(self, done: int, total: int) -> None:
        percent = 100 * done // total
        if percent != self._told and sys.stderr.isatty():
            self._told = percent
            print(f"\r{self._doing}: {percent} %", end="" if done < total else "\n", file=sys.stderr, flush=True)
