"""`anprd status`: one row a camera and the daemon's own, from the daemon's socket; Redis is not asked."""

import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.live import Live
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
    console.console().print(view(status))


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
        self._live.update(view(status, lines_max=self._live.console.height), refresh=True)


def view(status: Mapping[str, Any], *, lines_max: int | None = None) -> RenderableType:
    """The status as people see it: the daemon's line, then the table of cameras.

    Where it has more lines than that, those that have no trouble give way to a line that counts them.
    """
    table = console.table(*COLUMNS)
    above = [*_daemon_lines(status["daemon"]), Text()]
    cameras = list(status["cameras"])
    room = len(cameras) if lines_max is None else max(1, lines_max - len(above) - 2)  # titles, and what is left out
    shown = cameras if len(cameras) <= room else sorted(cameras, key=lambda camera: not _trouble(camera))[:room]
    for camera in shown:
        table.add_row(*_row(camera))
    left_out = len(cameras) - len(shown)
    below = [Text(f"and {left_out} more", style="dim")] if left_out else []
    return Group(*above, table, *below)


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
