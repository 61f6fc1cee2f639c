"""The daemon: one loop that wakes for signals, workers, status questions and the clock, and never waits for anybody.

Boot may wait (the fork server's imports, the embedded Redis); from READY on everything is an event of the loop, which
also beats systemd's watchdog: a loop that hangs is a daemon that hangs.
"""

import contextlib
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from anprd import settings as settings_file
from anprd import variables
from anprd.errors import EXIT_DONE, ConfigError
from anprd.events.redis_stream import RedisStream
from anprd.observe import logs
from anprd.redaction import redact
from anprd.settings import EMBEDDED, Settings
from anprd.supervisor import decisions, embedded_redis, metrics_page, notify, places, status
from anprd.supervisor.balance import Balance
from anprd.supervisor.children import ForkserverSpawner
from anprd.supervisor.decisions import NO_CHANGE, Reload
from anprd.supervisor.embedded_redis import EmbeddedRedis
from anprd.supervisor.fleet import Fleet
from anprd.supervisor.notify import Notifier
from anprd.supervisor.orphans import Orphans
from anprd.supervisor.redis_probe import RedisProbe
from anprd.supervisor.responder import Responder
from anprd.supervisor.signals import SignalQueue, StopAsked
from anprd.version import version
from anprd.worker import entry, kernel, outlet
from anprd.worker.messages import State

TICK_S = 0.2  # how late a start, a restart or a kill may come
STOOD_STILL_S = 5.0  # a loop that was stopped for so long was not alone: `docker pause`, `systemctl freeze`, a VM moved
SUMMARY_S = 5.0  # how often systemd's status line is renewed


def run(config_path: Path, *, composition: str = entry.COMPOSITION) -> int:
    """Be the daemon, in the foreground, until SIGTERM or SIGINT. Returns the exit code 0.

    `composition` names the module that puts workers together (see `worker.entry`).

    Raises:
        ConfigError, StartError: it cannot start; nothing of it is left running.
    """
    logs.configure(entry.log_level(os.environ), "supervisor", stream=outlet.standard_error())
    kernel.keep_memory_private()
    environ = variables.NotedEnvironment(os.environ)
    settings = settings_file.load(config_path, environ)
    config_path = config_path.absolute()
    os.chdir("/")  # the folder that it was called in may be removed, and without one multiprocessing begins no worker
    places.prepare(settings.runtime_dir, key="runtime_dir")
    places.prepare(settings.state_dir, key="state_dir")
    if (fault := places.weights_fault(settings.weights_dir)) is not None:
        raise ConfigError(fault)
    places.raise_descriptor_limit()
    notifier = notify.Notifier.from_environ(os.environ, pid=os.getpid())
    spawner = ForkserverSpawner(composition, hidden=environ.secrets, folder=settings.runtime_dir)
    with (
        places.lock(settings.runtime_dir, key="runtime_dir"),
        # Another daemon's spools would be taken for those of removed cameras.
        places.lock(settings.state_dir, key="state_dir"),
        contextlib.suppress(StopAsked),
        Daemon(config_path, settings, notifier, spawner) as daemon,
    ):
        daemon.serve()
    return EXIT_DONE


class Daemon:
    """Everything that the supervisor holds, and the loop over it. Entering it boots, leaving it ends all children."""

    def __init__(self, config_path: Path, settings: Settings, notifier: Notifier, spawner: ForkserverSpawner) -> None:
        self._config_path = config_path
        self._settings = settings
        self._notifier = notifier
        self._spawner = spawner
        self._log = logs.get()
        self._watch = selectors.DefaultSelector()
        self._started_s = time.monotonic()
        self._had_terminal = _terminal_answers()
        self._stopping = False
        self._in_haste = False
        self._last_reload: dict[str, Any] | None = None
        self._tick_due_s = self._watchdog_due_s = self._summary_due_s = 0.0
        self._responders: list[Responder] = []
        self._redis_server: EmbeddedRedis | None = None
        self._undo = contextlib.ExitStack()

    def __enter__(self) -> Self:
        """Boot, in the order in which things need each other; what was begun is ended where a later step fails.

        Raises:
            StopAsked: a signal came while others were waited for.
        """
        with self._undo:
            self._undo.callback(self._watch.close)
            signals = SignalQueue(self._watch, self._take_signal)
            self._undo.callback(signals.close)
            with signals.booting():
                self._listen_for_metrics()
                self._boot_servers()
            self._turned_s = time.monotonic()
            self._fleet = Fleet(
                _for_workers(self._settings), spawner=self._spawner, watch=self._watch, now_s=time.monotonic
            )
            self._balance = Balance(loads=self._fleet.loads, allow=self._fleet.allow, wall=lambda: datetime.now(UTC))
            spools = [self._settings.state_dir / "spool", self._settings.runtime_dir / "handover"]
            self._orphans = Orphans(spools, _stream(self._settings), owned=self._fleet.names)
            self._orphans.start()
            self._undo.callback(self._orphans.stop)
            self._undo.callback(self._end_workers)
            self._answer(status.listen(self._settings.runtime_dir), status.REQUEST_END, self._status_answer)
            self._undo.callback(status.clear, self._settings.runtime_dir)
            self._undo = self._undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._undo.close()

    def _listen_for_metrics(self) -> None:
        """First of all: an address that is not there yet shall not cost a boot each time it is tried."""
        if self._settings.metrics_address is not None:
            listener = metrics_page.listen(self._settings.metrics_address)
            self._answer(listener, metrics_page.REQUEST_END, metrics_page.Page(self.facts).answer)

    def _boot_servers(self) -> None:
        """What others must be waited for: seconds, on a busy machine many."""
        if self._settings.redis == EMBEDDED:
            self._redis_server = EmbeddedRedis(self._settings, port=self._settings.embedded_redis_port)
            self._undo.callback(self._redis_server.stop)
            self._redis_server.start()
        self._probe = RedisProbe(embedded_redis.resolve(self._settings), _stream(self._settings).ping)
        self._probe.start()
        self._undo.callback(self._probe.stop)
        self._undo.callback(self._spawner.close)
        self._spawner.warm(self._settings.weights_dir)

    def serve(self) -> None:
        """Run until told to stop and every worker has left."""
        settings = _for_workers(self._settings)
        self._log.info(
            "daemon_started",
            version=version(),
            cameras=len(settings.cameras),
            redis=settings.redis,
            stream=settings.stream,
        )
        if (fault := entry.log_level_fault(os.environ)) is not None:
            self._log.warning("log_level_unknown", error=f"{entry.LOG_LEVEL}: {fault}")
        if not self._settings.cameras:
            self._log.warning("no_cameras", config=str(self._config_path), advice="add one under `cameras:` and reload")
        self._notifier.ready(self._summary())
        while not (self._stopping and self._fleet.empty):
            self._turn()
        self._log.info("daemon_stopped")

    def facts(self) -> dict[str, Any]:
        """The whole status."""
        return {"daemon": self._own_facts(), "cameras": self._fleet.rows()}

    def _turn(self) -> None:
        wait_s = 0.0 if self._in_haste else max(0.0, self._tick_due_s - time.monotonic())
        for key, _ in self._watch.select(wait_s):
            # A callback of this very turn may have closed this one, and its number may be another's by now.
            if self._watch.get_map().get(key.fd) is key:
                key.data()
        now_s = time.monotonic()
        if now_s - self._turned_s > STOOD_STILL_S:
            self._log.warning("stood_still", seconds=round(now_s - self._turned_s, 1))
            self._fleet.excuse(now_s - self._turned_s)
        self._turned_s = now_s
        # Not for each word of each camera: it asks all of them, and of 200 that would be 40,000 answers a second.
        if self._fleet.stirred or now_s >= self._tick_due_s:
            self._tick_due_s = now_s + TICK_S
            self._tick(now_s)

    def _tick(self, now_s: float) -> None:
        """Do what is due."""
        self._in_haste = self._fleet.tick()
        self._balance.tick(now_s)
        if self._redis_server is not None:
            self._redis_server.tick()
        listed = {camera.name for camera in self._settings.cameras}
        self._orphans.tick(owned=self._fleet.names, listed=listed)
        for responder in self._responders:
            responder.expire(now_s)
        self._tell_systemd(now_s)

    def _take_signal(self, number: signal.Signals) -> None:
        match number:
            case signal.SIGHUP if not self._terminal_left():
                self._reload()
            case _ if self._stopping:
                self._log.warning("daemon_hastened", signal=number.name)
                self._fleet.kill()
            case _:
                self._log.info("daemon_stopping", signal=number.name)
                self._stopping = True
                self._notifier.stopping("draining")
                self._fleet.drain()

    def _reload(self) -> None:
        """Read the file again. A broken one changes nothing and says why."""
        if self._stopping:
            self._note_reload(error="the daemon is stopping")
            return
        self._notifier.reloading()
        try:
            settings = self._read_again()
            change = decisions.compare(self._settings, settings)
            kept = {key: getattr(self._settings, key) for key in change.ignored_keys}
            settings = settings.model_copy(update=kept)
            stream = _stream(settings)
        except ConfigError as error:
            self._note_reload(error=redact(str(error)))
            self._log.error("reload_refused", error=str(error), advice="the daemon goes on with what it had")
        else:
            self._adopt(settings, change, stream)
        self._notifier.ready(self._summary())

    def _read_again(self) -> Settings:
        settings = settings_file.load(self._config_path, os.environ)
        refused = decisions.refusal(self._settings, settings) or places.weights_fault(settings.weights_dir)
        if refused is not None:
            raise ConfigError(f"{self._config_path}: {refused}")
        return settings

    def _adopt(self, settings: Settings, change: Reload, stream: RedisStream) -> None:
        self._settings = settings
        self._fleet.adopt(_for_workers(settings), change)
        self._orphans.adopt(_stream(settings))
        self._probe.adopt(embedded_redis.resolve(settings), stream.ping)
        self._note_reload(change=change)
        if change.ignored_keys:
            self._log.warning("restart_needed", keys=change.ignored_keys, advice="these change only with a restart")
        self._log.info("reloaded", started=change.started, stopped=change.stopped, changed=change.changed)

    def _note_reload(self, *, error: str | None = None, change: Reload = NO_CHANGE) -> None:
        untouched = len(decisions.enabled(self._settings)) - len(change.started) - len(change.changed)
        self._last_reload = decisions.outcome(
            self._config_path, datetime.now(UTC), untouched=untouched, error=error, change=change
        )

    def _answer(self, listener: socket.socket, request_end: bytes, answer: Callable[[bytes], bytes]) -> None:
        responder = Responder(listener, self._watch, request_end=request_end, answer=answer)
        self._undo.callback(responder.close)
        self._responders.append(responder)

    def _status_answer(self, request: bytes) -> bytes:
        if request == status.RELOAD:
            self._reload()
            assert self._last_reload is not None, "a reload leaves word"
            return status.encode(self._last_reload)
        return status.encode(self.facts())

    def _own_facts(self) -> dict[str, Any]:
        redis = self._probe.facts()
        if self._redis_server is not None:
            redis = {**redis, "embedded": self._redis_server.facts()}
        return {
            "pid": os.getpid(),
            "version": version(),
            "state": "stopping" if self._stopping else "running",
            "uptime_s": round(time.monotonic() - self._started_s, 1),
            "config": str(self._config_path),
            "stream": self._settings.stream,
            "redis": redis,
            "last_reload": self._last_reload,
            "cameras": len(self._settings.cameras),
            "orphaned_events": self._orphans.waiting,
            "load": self._balance.facts(),
        }

    def _summary(self) -> str:
        """What `systemctl status` shows."""
        states = self._fleet.states()
        return f"{states.count(State.STREAMING)} of {len(states)} cameras streaming"

    def _tell_systemd(self, now_s: float) -> None:
        if self._notifier.watchdog_s is not None and now_s >= self._watchdog_due_s:
            self._watchdog_due_s = now_s + self._notifier.watchdog_s
            self._notifier.watchdog()
        if now_s >= self._summary_due_s and not self._stopping:
            self._summary_due_s = now_s + SUMMARY_S
            self._notifier.status(self._summary())

    def _end_workers(self) -> None:
        """Nobody is left behind, whatever made us leave."""
        self._fleet.drain()
        self._fleet.kill()
        while not self._fleet.empty:
            self._turn()

    def _terminal_left(self) -> bool:
        """A SIGHUP may mean that the terminal was closed: then nobody is there for whom to go on."""
        return self._had_terminal and not _terminal_answers()


def _for_workers(settings: Settings) -> Settings:
    """Workers are told where Redis is, not how it came there."""
    return settings.model_copy(update={"redis": embedded_redis.resolve(settings)})


def _stream(settings: Settings) -> RedisStream:
    return RedisStream(embedded_redis.resolve(settings), settings.stream, settings.stream_length_max)


def _terminal_answers() -> bool:
    try:
        os.tcgetpgrp(2)
    except OSError:
        return False
    return True
