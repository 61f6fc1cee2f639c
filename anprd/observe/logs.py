"""Logs: structlog to standard error, lines for people on a terminal and JSON for everything else.

Libraries that log through the standard library (PyAV hands on what FFmpeg says, URLs included) take the same way out,
so that no text reaches the outside unredacted.
"""

import logging
import sys
import threading
from collections.abc import MutableMapping
from typing import Any, Literal, Protocol, TextIO

import structlog
from structlog.typing import EventDict, Processor

from anprd.redaction import redacted

Level = Literal["debug", "info", "warning", "error"]

TEXT_LENGTH_MAX = 8192  # characters of one value: a traceback fits, a packet dump does not
_CUT = " ... (cut)"


class Log(Protocol):
    """What rooms need of a logger: a past-tense snake_case name and fields."""

    def debug(self, event: str, **fields: object) -> object: ...
    def info(self, event: str, **fields: object) -> object: ...
    def warning(self, event: str, **fields: object) -> object: ...
    def error(self, event: str, **fields: object) -> object: ...


def get(**fields: object) -> Log:
    """A logger with these fields in each of its lines."""
    log: Log = structlog.get_logger(**fields)
    return log


def configure(level: Level, process: str, *, stream: TextIO | None = None, **fields: str) -> None:
    """Set up the logs of this process; to be called once, first thing.

    Args:
        level: the least that is shown.
        process: what this process is, in each line: "supervisor", "worker", "cli".
        stream: where to, standard error unless told.
        fields: more of what every line says; a worker gives `camera=`.
    """
    out = stream or sys.stderr
    always: dict[str, str] = {"process": process, **fields}
    chain: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.format_exc_info,
        _Always(always),
        redact_fields,
    ]
    structlog.configure(
        processors=[*chain, *_renderers(out)],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    _take_over_standard_logging(out, chain, _LEVELS[level])
    threading.excepthook = _log_dead_thread


def redact_fields(_logger: object, _method: str, fields: EventDict) -> EventDict:
    """The last processor before the renderer: no value leaves unredacted, or longer than `TEXT_LENGTH_MAX`."""
    shown: MutableMapping[str, Any] = {}
    for key, value in fields.items():
        if key.startswith("_"):  # what structlog's formatter keeps for itself; it is removed before rendering
            shown[key] = value
            continue
        text = redacted({key: value})
        assert isinstance(text, dict)
        shown.update({name: _cut(item) for name, item in text.items()})
    return shown


_LEVELS: dict[Level, int] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


class _Always:
    """Adds what every line of this process says; the line's own fields win."""

    def __init__(self, fields: dict[str, str]) -> None:
        self._fields = fields

    def __call__(self, _logger: object, _method: str, fields: EventDict) -> EventDict:
        return {**self._fields, **fields}


def _renderers(out: TextIO) -> list[Processor]:
    if out.isatty():
        # Plain tracebacks: rich ones print the local variables, passwords among them.
        return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback, timestamp_key="at")]
    return [structlog.processors.JSONRenderer(default=str, ensure_ascii=False)]


def _take_over_standard_logging(out: TextIO, chain: list[Processor], level: int) -> None:
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *chain],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(out)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # What libraries say below a warning is about themselves, not about this program.
    root.setLevel(max(level, logging.WARNING))
    logging.captureWarnings(capture=True)


def _log_dead_thread(dead: threading.ExceptHookArgs) -> None:
    if dead.exc_type is SystemExit or dead.exc_value is None:
        return
    name = dead.thread.name if dead.thread else "unknown"
    structlog.get_logger().error("thread_died", thread=name, exc_info=dead.exc_value)


def _cut(value: object) -> object:
    if isinstance(value, str) and len(value) > TEXT_LENGTH_MAX:
        return value[: TEXT_LENGTH_MAX - len(_CUT)] + _CUT
    return value
