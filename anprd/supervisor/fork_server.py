"""The process that workers are forked from: it does the heavy imports once for all of them.

multiprocessing would begin it wherever a worker is asked for, and wait there for its imports: seconds in which the
daemon answers nobody. Here it is begun by itself, and where it fell a thread waits until the next one is warm.

Its socket has no name. One in /tmp is removed by whatever cleans there, after ten days or today, and no worker could be
started again; one in the runtime directory would make its path too long. A descriptor reaches it as well.
"""

import contextlib
import multiprocessing
import os
import random
import signal
import sys
import threading
import time
import types
from collections.abc import Collection, Iterator, Sequence
from multiprocessing import forkserver, popen_forkserver, resource_tracker
from pathlib import Path
from typing import Any

from anprd import scratch
from anprd.errors import StartError
from anprd.observe import logs
from anprd.supervisor import decisions, signals

WARM_S_MAX = 120.0  # as long as systemd waits for the start; what takes longer is stuck
_NOT_READY = "the fork server fell; the next one is not ready yet"


class ForkServer:
    """multiprocessing's one, begun and ended here alone."""

    def __init__(self, preload: Sequence[str], *, hidden: Collection[str], folder: Path) -> None:
        """`hidden`: variables that it shall not inherit. `folder`: where something may be made for a moment."""
        self._hidden = frozenset(hidden)
        self._folder = folder
        self._log = logs.get()
        self._server: Any = forkserver._forkserver  # noqa: SLF001  # there is no public way to ask
        self._server.set_forkserver_preload(list(preload))
        self._door: int | None = None
        self._warming: threading.Thread | None = None
        self._begun_s = self._begin_at_s = 0.0
        self._failures = 0

    def warm(self) -> None:
        """Begin it and wait until its imports are done.

        Raises:
            StartError: it did not come up; no process or memory to spare, say.
        """
        try:
            self._begin()
            self._wait()  # a signal may end that
        except (OSError, EOFError) as error:
            raise StartError(
                f"the fork server did not come up ({type(error).__name__}: {error}); free what it lacks"
            ) from error

    def hindrance(self) -> str | None:
        """Why it cannot fork now; None: it can. Never waits: where it fell another is begun, and is ready later."""
        now_s = time.monotonic()
        if self._warming is not None and self._warming.is_alive():
            if now_s - self._begun_s > WARM_S_MAX:
                self._kill()
            return _NOT_READY
        if self._fell():
            return self._begin_again(now_s)
        if self._warming is not None:
            self._warming = None
            self._failures = 0
            self._log.info("fork_server_ready", took_s=round(now_s - self._begun_s, 1))
        return None

    def close(self) -> None:
        """End it, once all workers have ended, and its tracker; else they end after the supervisor.

        It has nothing to lose, and by itself it would first take its libraries apart: seconds on a busy machine.
        """
        self._end()
        if self._warming is not None:
            self._warming.join()
        resource_tracker._resource_tracker._stop()  # type: ignore[attr-defined]  # noqa: SLF001  # nor here

    def _begin_again(self, now_s: float) -> str:
        if now_s < self._begin_at_s:
            return "the fork server fell again and again; the next one is begun in a moment"
        self._failures += 1
        self._begin_at_s = now_s + decisions.restart_delay_s(self._failures, chance=random.random())  # noqa: S311
        self._log.warning("fork_server_fell", advice="every worker has ended with it; another one is begun")
        try:
            self._begin()
            with signals.held():
                self._warming = threading.Thread(target=self._wait_apart, name="fork server", daemon=True)
                self._warming.start()
        except (OSError, RuntimeError) as error:  # a thread that cannot be had is a RuntimeError
            self._warming = None
            self._end()
            self._log.error("fork_server_not_begun", error=f"{type(error).__name__}: {error}")
            return f"the fork server fell, and no other could be begun ({type(error).__name__}: {error})"
        return _NOT_READY

    def _begin(self) -> None:
        """Begin one; milliseconds, after which it imports. Raises OSError."""
        self._begun_s = time.monotonic()
        self._shut_door()
        with _nameless_folder(self._folder), variables_hidden(self._hidden), _signals_held(), main_hidden():
            forkserver.ensure_running()
            try:
                self._door = os.open(self._server._forkserver_address, os.O_PATH | os.O_CLOEXEC)  # noqa: SLF001
            except OSError:
                self._end()
                raise
        self._server._forkserver_address = f"/proc/self/fd/{self._door}"  # noqa: SLF001
        # Who asks it for a worker would else begin the next one where it has just fallen.
        self._server.ensure_running = lambda: None

    def _wait(self) -> None:
        """Wait until it forks, which it does once its imports are done.

        Not by starting a process: that looks after all that have ended, as the loop may do at the same time.

        Raises:
            OSError, EOFError: it fell, or has no process to spare.
        """
        with main_hidden():
            probe = popen_forkserver.Popen(multiprocessing.context.ForkServerProcess(target=os.getpid, daemon=True))
        probe.wait()
        probe.close()

    def _wait_apart(self) -> None:
        with contextlib.suppress(OSError, EOFError):  # whether it fell the loop sees, and the next worker what it lacks
            self._wait()

    def _fell(self) -> bool:
        pid = self._server._forkserver_pid  # noqa: SLF001
        return pid is None or os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _kill(self) -> None:
        if self._server._forkserver_pid is not None:  # noqa: SLF001
            os.kill(self._server._forkserver_pid, signal.SIGKILL)  # noqa: SLF001

    def _end(self) -> None:
        self._kill()
        with contextlib.suppress(OSError):  # last of all it would remove the socket's name
            self._server._stop()  # noqa: SLF001
        vars(self._server).pop("ensure_running", None)
        self._shut_door()

    def _shut_door(self) -> None:
        if self._door is not None:
            os.close(self._door)
            self._door = None


@contextlib.contextmanager
def variables_hidden(names: Collection[str]) -> Iterator[None]:
    """Keep them out of the processes that start here: workers would have each other's passwords."""
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


@contextlib.contextmanager
def main_hidden() -> Iterator[None]:
    """Hide `__main__`: multiprocessing would import the command line into every worker again."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextlib.contextmanager
def _signals_held() -> Iterator[None]:
    """Hold back the signals of a terminal or of `kill -- -GROUP`; the fork server, which starts here, inherits that.

    Only the supervisor answers them, or the fork server would die under workers that still drain.
    """
    resource_tracker.ensure_running()  # otherwise begun inside, where it would unblock what is held back here
    with signals.held():
        yield


@contextlib.contextmanager
def _nameless_folder(parent: Path) -> Iterator[None]:
    """Have multiprocessing make its socket in a folder of our own, for us alone, that is gone again afterwards.

    Under the name of its descriptor: a Unix socket's path has 107 bytes at most.
    """
    config = multiprocessing.current_process()._config  # type: ignore[attr-defined]  # noqa: SLF001
    with scratch.folder(parent, prefix="fork-server-") as folder:
        descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        config["tempdir"] = f"/proc/self/fd/{descriptor}"
        try:
            yield
        finally:
            del config["tempdir"]
            os.close(descriptor)
