"""`anprd status`: one row a camera and the daemon's own, from the daemon's socket; Redis is not asked."""

import itertools
import math
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Column
from rich.text import Text

from anprd.cli import console
from anprd.cli.console import Printer
from anprd.errors import EXIT_DONE, EXIT_FAILED
from anprd.observe.rows import has_spoken
from anprd.supervisor.status import NotRunningError, fetch

WATCH_S = 1.0  # a worker tells its facts at most once a second
COLUMNS = (
    *("camera", "state", "fps", "lag", "plates", "unread", "last plate", "at"),
    *("dropped", "waiting", "restarts", "memory", "trouble"),
)
# Which columns go, and in what order, where a terminal is too narrow for all: 80 characters over ssh.
_GIVE_WAY = ("memory", "restarts", "lag", "unread", "fps", "waiting", "dropped", "at", "plates")
_TROUBLE_WIDTH_MIN = 60  # characters; in less a sentence becomes a pillar of words
_GAP = 2  # characters between columns

_STYLES = {
    "streaming": "green",
    "running": "green",
    "failed": "red",
    "restarting": "red",
    "waiting": "yellow",
    "up": "green",
    "down": "red",
}


def show(runtime_dir: Path, printer: Printer) -> int:
    """Print the status once; 1 where no daemon answers."""
    try:
        printer(fetch(runtime_dir))
    except NotRunningError as error:
        console.complain(str(error))
        return EXIT_FAILED
    return EXIT_DONE


def watch(runtime_dir: Path, printer: Printer) -> int:
    """Print the status each second until Ctrl-C or the daemon's end."""
    while (code := show(runtime_dir, printer)) == EXIT_DONE:
        time.sleep(WATCH_S)
    return code


def print_table(status: Mapping[str, Any]) -> None:
    """The status for people."""
    where = console.console()
    where.print(view(status, width=where.width))


class LiveTable:
    """The status for people who watch: on a terminal each one takes the place of the one before."""

    def __init__(self) -> None:
        self._live = Live(console=console.console(), auto_refresh=False)

    def __enter__(self) -> Printer:
        self._live.__enter__()
        return self._update

    def __exit__(self, *error: object) -> None:
        self._live.stop()

    def _update(self, status: Mapping[str, Any]) -> None:
        where = self._live.console
        self._live.update(view(status, width=where.width, lines_max=where.height), refresh=True)


def view(status: Mapping[str, Any], *, width: int = console.PIPE_WIDTH, lines_max: int | None = None) -> RenderableType:
    """The status as people see it: the daemon's line, then the table of cameras.

    On a narrow terminal columns give way, and what is wrong stands below the table. Where there are more lines than
    `lines_max`, cameras that have no trouble give way to a line that counts them.
    """
    status = console.harmless(status)
    above = [*_daemon_lines(status["daemon"]), Text()]
    cameras = list(status["cameras"])
    columns, trouble_width = _columns([_row(camera) for camera in cameras], width)
    lines = partial(_lines, width=width, trouble_width=trouble_width)
    room = None if lines_max is None else lines_max - len(above) - 2  # titles, and what is left out
    shown = _with_room(cameras, lines, room)
    table = console.table(*(Column(COLUMNS[index], no_wrap=True) for index in columns))
    if trouble_width:
        table.add_column(COLUMNS[-1])
    for camera in shown:
        cells = _row(camera)
        table.add_row(*(cells[index] for index in columns), *(cells[-1:] if trouble_width else ()))
    troubled = [] if trouble_width else [camera for camera in shown if _trouble(camera)]
    below = [Text(f"{camera['name']}: {_trouble(camera)}") for camera in troubled]
    if left_out := len(cameras) - len(shown):
        below.append(Text(f"and {left_out} more", style="dim"))
    return Group(*above, table, *below)


def _columns(rows: Sequence[Sequence[Text]], width: int) -> tuple[list[int], int]:
    """The columns that have room, and how much of it is left for what is wrong: 0 where that belongs below."""
    titles = COLUMNS[:-1]
    widths = [max([len(title), *(row[at].cell_len for row in rows)]) + _GAP for at, title in enumerate(titles)]
    columns = list(range(len(titles)))
    for title in _GIVE_WAY:
        if sum(widths[at] for at in columns) - _GAP <= width:
            break
        columns.remove(COLUMNS.index(title))
    left = width - sum(widths[at] for at in columns)
    return columns, left if left >= _TROUBLE_WIDTH_MIN else 0


def _lines(camera: Mapping[str, Any], *, width: int, trouble_width: int) -> int:
    """How many lines a camera takes."""
    trouble = _trouble(camera)
    if trouble_width or not trouble:
        return max(1, math.ceil(len(trouble) / max(trouble_width, 1)))
    return 1 + math.ceil((len(camera["name"]) + _GAP + len(trouble)) / width)


def _with_room(
    cameras: list[Mapping[str, Any]], lines: Callable[[Mapping[str, Any]], int], room: int | None
) -> list[Mapping[str, Any]]:
    """The cameras that have room in so many lines, those in trouble first where that is not all; one at least."""
    if room is None or sum(map(lines, cameras)) <= room:
        return cameras
    by_trouble = sorted(cameras, key=lambda camera: not _trouble(camera))
    ends = itertools.accumulate(map(lines, by_trouble))
    return by_trouble[: max(1, sum(end <= room for end in ends))]


def _trouble(camera: Mapping[str, Any]) -> str:
    """What is wrong with a camera, in words."""
    return "; ".join(filter(None, [camera["last_error"] or camera["sink_error"], _held(camera), _asks(camera)]))


def _row(camera: Mapping[str, Any]) -> list[Text]:
    state = str(camera["state"])
    fps, confirmed, unreadable, dropped, waiting = _counts(camera)
    cells = [
        camera["name"],
        state,
        fps,
        _lag(camera.get("lag_s")),
        confirmed,
        unreadable,
        camera["last_plate"],
        _time(camera["last_plate_at"]),
        dropped,
        waiting,
        camera["restarts"],
        _megabytes(camera["memory_bytes"]),
        _trouble(camera),
    ]
    texts = [Text("" if cell is None else str(cell)) for cell in cells]
    texts[1].stylize(_STYLES.get(state, ""))
    return texts


def _counts(camera: Mapping[str, Any]) -> tuple[object, ...]:
    """Frames a second, passes told and unread, frames dropped, events that wait; none of a worker still to be heard."""
    if not has_spoken(camera):
        return (None,) * 5
    dropped = sum(camera["drops"].values())
    return (f"{camera['fps']:.1f}", camera["confirmed"], camera["unreadable"], dropped, camera["spool_depth"])


def _daemon_lines(daemon: Mapping[str, Any]) -> list[Text]:
    """The daemon's own row, and one more for each thing that is not as it should be."""
    redis = daemon["redis"]
    trouble = f": {redis['error']}" if redis["error"] else ""
    lines = [
        Text.assemble(
            "anprd ",
            str(daemon["version"]),
            " ",
            (str(daemon["state"]), _STYLES.get(str(daemon["state"]), "yellow")),
            f" for {duration(float(daemon['uptime_s']))}, pid {daemon['pid']}, {daemon['config']}",
        ),
        Text.assemble(
            f"redis {redis['url']} ",
            (redis["state"], _STYLES.get(redis["state"], "")),
            f"{trouble}; stream {daemon['stream']}",
        ),
    ]
    load = daemon.get("load")
    if load is not None and load["overloaded"]:
        lines.append(Text(_overload(load), style="yellow"))
    if daemon.get("orphaned_events"):
        lines.append(Text(f"{daemon['orphaned_events']} events wait for cameras no longer in the file", style="yellow"))
    reload = daemon.get("last_reload")
    if reload is not None and not reload["ok"]:
        lines.append(Text(f"reload refused at {reload['at']}: {reload['error']}", style="red"))
    if reload is not None and reload["needs_restart"]:
        lines.append(Text(f"changed, but needs a restart: {', '.join(reload['needs_restart'])}", style="yellow"))
    return lines


def _overload(load: Mapping[str, Any]) -> str:
    held = load["cameras_held"]
    return (
        f"overloaded since {_time(load['since'])}: {held} camera{'' if held == 1 else 's'} held back,"
        f" {load['level']:.0%} of the wanted frames are looked at{_turns(load)}"
    )


def _turns(load: Mapping[str, Any]) -> str:
    """How many cameras may be awake, where not all may."""
    most = load.get("awake_max")
    return "" if most is None else f"; {most} at a time may wake, {load['cameras_asking']} wait for it"


def _held(camera: Mapping[str, Any]) -> str | None:
    """How much less a camera may look than it should; None where it may all."""
    allowed, wanted = camera.get("detect_fps"), camera.get("detect_fps_max")
    return f"held to {allowed:.1f} of {wanted:g} fps" if allowed is not None and allowed < wanted else None


def _asks(camera: Mapping[str, Any]) -> str | None:
    return "something moves, waits for its turn" if camera.get("wakefulness") == "asks" else None


def _lag(lag_s: float | None) -> str:
    return "" if lag_s is None else f"{lag_s:.1f} s"


def duration(seconds: float) -> str:
    """Seconds as people say them: `42 s`, `5 min`, `3 h 12 min`, `8 d 4 h`."""
    minutes, hours, days = int(seconds // 60), int(seconds // 3600), int(seconds // 86400)
    if minutes < 1:
        return f"{int(seconds)} s"
    if hours < 1:
        return f"{minutes} min"
    return f"{hours} h {minutes % 60} min" if days < 1 else f"{days} d {hours % 24} h"


def _time(at: str | None) -> str:
    """With its date, unless that is today's."""
    if at is None:
        return ""
    moment = datetime.fromisoformat(at).astimezone()
    return moment.strftime("%H:%M:%S" if moment.date() == datetime.now().astimezone().date() else "%Y-%m-%d %H:%M:%S")


def _megabytes(count: int) -> str:
    return f"{count / 2**20:.0f} MiB" if count else ""
