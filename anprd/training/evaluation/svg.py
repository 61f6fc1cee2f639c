"""Plots as inline SVG: text stays text, prints sharply, needs no library and weighs a few kilobytes.

Colours and sizes are classes of the page's style (page.py), so that a plot follows the reader's light or dark page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 420, 300
LEFT, RIGHT, TOP, BOTTOM = 48, 14, 12, 42  # room for the axes' labels
LEGEND_PX = HEIGHT - BOTTOM - 24.0
TICKS = 5
CELL = 24  # of a matrix
DARKEST = 0.7  # of its cells: the number in it must stay readable

Range = tuple[float, float]
WHOLE: Range = (0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Series:
    """A line through points; its colour is its place in the plot."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Mark:
    """A point that was chosen: a line across the plot at `x`, with a word."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Axes:
    """What is plotted over what, and from where to where."""

    x: str
    y: str
    x_range: Range = WHOLE
    y_range: Range = WHOLE

    def place(self, x: float, y: float) -> tuple[float, float]:
        """A point of the plot in pixels; what lies outside the range is drawn at its edge."""
        across, up = _share(x, self.x_range), _share(y, self.y_range)
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)


def lines(
    title: str, axes: Axes, series: Sequence[Series], marks: Sequence[Mark] = (), *, legend_px: float = LEGEND_PX
) -> str:
    """Lines over one axis, with a legend of several, whose lowest word is at `legend_px` from the top."""
    parts = [_frame(axes)]
    for number, one in enumerate(series):
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (axes.place(*point) for point in one.points))
        parts.append(f'<polyline class="line s{number}" points="{points}"/>')
    parts += [_mark(axes, mark) for mark in marks]
    if len(series) > 1:
        parts += [_legend(number, one.name, legend_px) for number, one in enumerate(series)]
    return _svg(title, WIDTH, HEIGHT, parts)


def reliability(title: str, axes: Axes, bins: Sequence[Sequence[float]]) -> str:
    """A bar a bin as high as its share of right ones, how many stand in it above, and the diagonal of honesty.

    Args:
        title: what the plot shows.
        axes: confidence across, share of right ones up.
        bins: (from, to, how many, mean confidence, share of right ones).
    """
    parts = [_frame(axes), _segment(axes, (0, 0), (1, 1), "diagonal")]
    for low, high, count, sure, right in bins:
        (x1, y1), (x2, y2) = axes.place(low, right), axes.place(high, 0)
        parts.append(
            f'<rect class="bar" x="{x1 + 1:.1f}" y="{y1:.1f}" width="{x2 - x1 - 2:.1f}" height="{y2 - y1:.1f}"/>'
        )
        x, y = axes.place(sure, right)
        parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>')
        parts.append(f'<text class="count" x="{(x1 + x2) / 2:.1f}" y="{max(TOP + 8, y1 - 4):.1f}">{count:.0f}</text>')
    return _svg(title, WIDTH, HEIGHT, parts)


def matrix(title: str, rows: Sequence[str], columns: Sequence[str], counts: dict[tuple[str, str], int]) -> str:
    """A cell for each pair that was counted, the darker the more often; rows down, columns across."""
    most = max(counts.values(), default=1)
    parts = [
        f'<text class="axis" x="{CELL * (i + 1.5):.0f}" y="16">{escape(name)}</text>' for i, name in enumerate(columns)
    ]
    for down, row in enumerate(rows):
        parts.append(f'<text class="axis" x="{CELL / 2:.0f}" y="{CELL * (down + 1) + 16}">{escape(row)}</text>')
        for across, column in enumerate(columns):
            count = counts.get((row, column), 0)
            x, y = CELL * (across + 1), CELL * (down + 1)
            parts.append(
                f'<rect class="cell" x="{x}" y="{y}" width="{CELL}" height="{CELL}"'
                f' fill-opacity="{DARKEST * (count / most) ** 0.5:.2f}"/>'
            )
            if count:
                parts.append(f'<text class="value" x="{x + CELL / 2:.0f}" y="{y + 16}">{count}</text>')
    return _svg(title, CELL * (len(columns) + 1), CELL * (len(rows) + 1), parts)


def _svg(title: str, width: float, height: float, parts: Sequence[str]) -> str:
    size = f'viewBox="0 0 {width:.0f} {height:.0f}" style="max-width:{width:.0f}px"'
    return f'<svg role="img" {size}><title>{escape(title)}</title>{"".join(parts)}</svg>'


def _frame(axes: Axes) -> str:
    """Grid, numbers and names of both axes."""
    parts = []
    for tick in range(TICKS + 1):
        x = axes.x_range[0] + tick / TICKS * (axes.x_range[1] - axes.x_range[0])
        y = axes.y_range[0] + tick / TICKS * (axes.y_range[1] - axes.y_range[0])
        parts += [
            _segment(axes, (x, axes.y_range[0]), (x, axes.y_range[1]), "grid"),
            _segment(axes, (axes.x_range[0], y), (axes.x_range[1], y), "grid"),
            f'<text class="axis" x="{axes.place(x, 0)[0]:.1f}" y="{HEIGHT - BOTTOM + 16}">{x:.3g}</text>',
            f'<text class="axis end" x="{LEFT - 6}" y="{axes.place(0, y)[1] + 4:.1f}">{y:.3g}</text>',
        ]
    middle = (HEIGHT - BOTTOM + TOP) / 2
    parts += [
        f'<text class="name" x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 6}">{escape(axes.x)}</text>',
        f'<text class="name" transform="translate(12 {middle}) rotate(-90)">{escape(axes.y)}</text>',
    ]
    return "".join(parts)


def _segment(axes: Axes, start: tuple[float, float], end: tuple[float, float], kind: str) -> str:
    (x1, y1), (x2, y2) = axes.place(*start), axes.place(*end)
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _mark(axes: Axes, mark: Mark) -> str:
    x, _ = axes.place(mark.x, 0)
    side = "end" if x > WIDTH / 2 else "start"
    offset = -4 if side == "end" else 4
    line = _segment(axes, (mark.x, axes.y_range[0]), (mark.x, axes.y_range[1]), "mark")
    return (
        line + f'<text class="marked {side}" x="{x + offset:.1f}" y="{HEIGHT - BOTTOM - 8}">{escape(mark.label)}</text>'
    )


def _legend(number: int, name: str, lowest_px: float) -> str:
    y = lowest_px - 15 * number
    return (
        f'<line class="line s{number}" x1="{LEFT + 10}" y1="{y}" x2="{LEFT + 28}" y2="{y}"/>'
        f'<text class="legend" x="{LEFT + 33}" y="{y + 4}">{escape(name)}</text>'
    )


def _share(value: float, limits: Range) -> float:
    low, high = limits
    return min(1.0, max(0.0, (value - low) / (high - low)))
