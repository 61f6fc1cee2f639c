"""The top of a worker process: signals, threads, one `except Exception`, exit codes.

The supervisor imports this module, so it stays light; what is heavy is `composition`, which the fork server has loaded.
"""

import errno
import importlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Mapping
from typing import Any

from anprd.errors import EXIT_CONFIG, EXIT_FAILED, ConfigError
from anprd.faults import display
from anprd.observe import logs
from anprd.redaction import redact
from anprd.settings import CameraSettings, Settings
from anprd.worker import kernel, outlet
from anprd.worker.messages import Misconfigured, clip_text
from anprd.worker.tether import Tether

COMPOSITION = "anprd.worker.composition"
LOG_LEVEL = "ANPRD_LOG_LEVEL"
SHARED_WEIGHTS = "ANPRD_SHARED_WEIGHTS"  # tells the fork server whose networks it shall have; empty: the shipped ones
_PASSING = (errno.ENOMEM, errno.EMFILE, errno.ENFILE)  # the machine's troubles, which may be over at the next try


def main(camera: CameraSettings, settings: Settings, pipe: socket.socket, composition: str = COMPOSITION) -> None:
    """Be the worker of one camera until told to stop. Ends in exit code 0, 1 (a bug) or 78 (the operator must act).

    `composition` names the module whose `build` puts the worker together.
    """
    stop = threading.Event()
    _take_signals(stop)
    kernel.die_with_parent()
    kernel.keep_memory_private()
    kernel.name_process(f"anprd:{camera.name}")
    logs.configure(log_level(os.environ), "worker", stream=outlet.standard_error(), camera=camera.name)
    log = logs.get()
    tether = Tether(pipe, stop)
    tether.listen()
    try:
        build = _load(composition).build
        build(
            camera,
            settings,
            stop=stop,
            say=tether.say,
            allowed_fps=lambda: tether.detect_fps,
            leave=lambda: tether.leave,
        ).run()
    except ConfigError as error:
        reason = clip_text(redact(str(error)))
        if not tether.say(Misconfigured(reason)):  # the supervisor logs it
            log.error("worker_misconfigured", error=reason)  # noqa: TRY400  # a sentence, not a traceback
        sys.exit(EXIT_CONFIG)
    except Exception:
        log.error("worker_failed", exc_info=True)  # noqa: G201
        sys.exit(EXIT_FAILED)


def _load(composition: str) -> Any:  # noqa: ANN401, a module
    try:
        return importlib.import_module(composition)
    except ImportError as error:
        if any(os.strerror(number) in str(error) for number in _PASSING):  # it has no errno
            raise
        raise ConfigError(f"this installation is broken ({error}): install anprd and its dependencies again") from error


def log_level(environ: Mapping[str, str]) -> logs.Level:
    """How much the daemon and its workers log: ANPRD_LOG_LEVEL, "info" where it is unset or no level."""
    match environ.get(LOG_LEVEL, "").lower():
        case "debug" | "info" | "warning" | "error" as level:
            return level
        case _:
            return "info"


def log_level_fault(environ: Mapping[str, str]) -> str | None:
    """What is wrong with ANPRD_LOG_LEVEL, which counts as "info" then; None where nothing is."""
    asked = environ.get(LOG_LEVEL, "")
    if asked.lower() in {"", log_level(environ)}:
        return None
    return f"{display(asked)} is not debug, info, warning or error; it counts as info"


def _take_signals(stop: threading.Event) -> None:
    """SIGTERM drains. SIGINT and SIGHUP of a terminal go to the whole group: the supervisor decides what they mean."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
