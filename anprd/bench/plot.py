"""Cost against the number of cameras, as one SVG file that needs nothing else: a plot for each share of busy time."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from anprd.bench.cameras import WAKES
from anprd.training.evaluation import svg
from anprd.training.evaluation.svg import HEIGHT, TOP, WIDTH, Axes, Series

STYLE = """
svg{font:12px system-ui,sans-serif}text{fill:#5c6670}.grid{stroke:#d9dee3}.axis{text-anchor:middle}
.axis.end{text-anchor:end}.name,.title{text-anchor:middle;fill:#1b1f24}.line{fill:none;stroke-width:2}
.s0{stroke:#5c6670}.s1{stroke:#c2410c}.s2{stroke:#1667c1}.s3{stroke:#15803d}circle{fill:#fff;stroke-width:2}
circle.full{fill:#c2410c}
"""
_TITLE_PX = 26
_LEGEND_PX = TOP + 15.0 * len(WAKES)  # cost rises to the right: at the left there is room above


def cost(runs: Sequence[Mapping[str, Any]]) -> str:
    """The file's text.

    Args:
        runs: rows of `bench cameras`; those without a live measurement (the baseline) are left out. A load that the
            machine did not carry is a filled point.
    """
    live = sorted((run for run in runs if run["wake"] in WAKES), key=lambda run: (run["busy"], run["cameras"]))
    most = max((run["cameras"] for run in live), default=1)
    highest = max((run["cpu"]["total"] for run in live), default=1.0)
    axes = Axes("cameras", "cores busy, RTSP server included", (0, _even(most)), (0, _even(highest)))
    wakes = [wake for wake in WAKES if any(run["wake"] == wake for run in live)]
    plots = [_plot(list(group), busy, axes, wakes) for busy, group in groupby(live, key=lambda run: run["busy"])]
    width, height = WIDTH * max(1, len(plots)), HEIGHT + _TITLE_PX
    placed = (
        plot.replace("<svg ", f'<svg x="{WIDTH * place}" width="{WIDTH}" height="{height}" ', 1)
        for place, plot in enumerate(plots)
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    paper = f'<rect width="{width}" height="{height}" fill="#fff"/>'
    return f"{head}<style>{STYLE}</style>{paper}{''.join(placed)}</svg>\n"


def _plot(runs: Sequence[Mapping[str, Any]], busy: float, axes: Axes, wakes: Sequence[str]) -> str:
    series = [
        Series(wake, [(run["cameras"], run["cpu"]["total"]) for run in runs if run["wake"] == wake]) for wake in wakes
    ]
    overloaded = any(not run["fits"] for run in runs)
    title = f"{100 * busy:.0f} % of the time busy{' (filled: did not fit)' if overloaded else ''}"
    drawn = svg.lines(title, axes, series, legend_px=_LEGEND_PX)
    points = [
        f'<circle class="s{wakes.index(run["wake"])}{"" if run["fits"] else " full"}" r="3.5"'
        ' cx="{:.1f}" cy="{:.1f}"/>'.format(*axes.place(run["cameras"], run["cpu"]["total"]))
        for run in runs
    ]
    heading = f'<text class="title" x="{WIDTH / 2}" y="{HEIGHT + 14}">{title}</text>'
    whole = drawn.replace(f"0 0 {WIDTH} {HEIGHT}", f"0 0 {WIDTH} {HEIGHT + _TITLE_PX}", 1)
    return whole.removesuffix("</svg>") + "".join(points) + heading + "</svg>"


def _even(value: float) -> float:
    """An axis' end: a little above the value, so that its fifths are short numbers."""
    for step in (0.5, 1, 2, 2.5, 5, 10, 25, 50, 100, 250, 500):
        if value <= step:
            return float(step)
    return value
