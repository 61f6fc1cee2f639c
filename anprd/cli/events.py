"""`anprd events`: what the daemon published, read back from Redis as any other reader of the stream does."""

import os
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from anprd import settings, variables
from anprd.cli import console, places
from anprd.cli.console import Printer
from anprd.errors import EXIT_DONE, ConfigError, SinkError
from anprd.events.record import typed
from anprd.events.redis_stream import Entry, RedisStream
from anprd.settings import Settings
from anprd.supervisor import embedded_redis
from anprd.variables import Givers

BLOCK_S = 2.0  # how long one question to Redis waits; Ctrl-C ends it at once
RETRY_S = 1.0  # a question that Redis refuses costs it nothing, and nobody waits long once it is back


def source(config: Path | None, redis: str | None, stream: str | None) -> RedisStream:
    """The stream that the options mean: those given, and the configuration's for the rest.

    Raises:
        ConfigError: the file is wrong, or the URL.
    """
    said = _settings(config)
    url = _filled_in(redis) if redis else embedded_redis.resolve(said)
    return RedisStream(url, stream or said.stream, said.stream_length_max)


def _settings(config: Path | None) -> Settings:
    """What the file says of the daemon, without its cameras."""
    if places.stands_for_defaults(config):
        return Settings()
    return settings.load_without_cameras(places.config_file(config), places.environ(config))


def _filled_in(url: str) -> str:
    try:
        return variables.filled_in(url, Givers(os.environ, Path()))
    except ValueError as error:
        raise ConfigError(f"--redis: {error}") from error


def show(stream: RedisStream, count: int, printer: Printer) -> int:
    """Print the latest `count` events. Raises SinkError."""
    entries = stream.read(count)
    if count and not entries:
        console.complain(f"the stream '{stream.name}' holds no event")
    _print(entries, printer)
    return EXIT_DONE


def follow(
    stream: RedisStream, count: int, printer: Printer, *, sleep: Callable[[float], None] = time.sleep
) -> NoReturn:
    """Print the latest `count` events and then each new one until Ctrl-C. Redis may go and come back meanwhile.

    Raises:
        SinkError: Redis cannot be read at the very start.
    """
    latest = stream.read(max(count, 1))  # one at least: its id is where to go on
    last_id = latest[-1].entry_id if latest else "0-0"
    _print(latest[-count:] if count else (), printer)
    away = False
    while True:
        try:
            entries = stream.follow(last_id, BLOCK_S)
        except SinkError as error:
            if not away:
                console.complain(f"{error}; waiting until it is back")
            away = True
            sleep(RETRY_S)
            continue
        away = False
        _print(entries, printer)
        last_id = entries[-1].entry_id if entries else last_id


def _print(entries: Iterable[Entry], printer: Printer) -> None:
    for entry in entries:
        printer(typed(entry.fields))


class EventLines:
    """A table of events, a row as each comes."""

    def __init__(self) -> None:
        self._lines = console.Lines(
            ("at", 19), ("camera", 16), ("plate", 10), ("region", 6), ("confidence", 10), ("votes", 6), ("type", 10)
        )

    def add(self, event: dict[str, Any]) -> None:
        """Add an event as `typed` gives it; what another program wrote without our fields stays empty."""
        confidence = event.get("confidence")
        known = isinstance(confidence, int | float) and 0 <= confidence <= 1
        shown = f"{confidence:.2f}" if known else None
        votes = f"{event.get('votes')}/{event.get('reads')}" if "votes" in event else None
        at, camera, plate, region, kind = (event.get(key) for key in ("at", "camera", "plate", "region", "type"))
        self._lines.add(_local(at), camera, plate or "-", region, shown, votes, kind)


def _local(at: object) -> str:
    """An event's time in this machine's time zone; empty where it has none."""
    if at is None:
        return ""
    try:
        return datetime.fromisoformat(str(at)).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError):  # no time; or the first day there is, which begins before that in our zone
        return str(at)
