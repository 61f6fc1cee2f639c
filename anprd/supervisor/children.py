"""Real worker processes: forked by a fork server that has done the heavy imports once for all of them."""

import contextlib
import multiprocessing
import os
import signal
import socket
import sys
import types
from collections.abc import Collection, Iterator
from multiprocessing import forkserver, resource_tracker
from pathlib import Path
from typing import Any, Protocol

from anprd.errors import StartError
from anprd.settings import CameraSettings, Settings
from anprd.supervisor import signals
from anprd.worker import entry, wire

PRELOAD = (
    *("anprd.vision.inference", "cv2", "numpy", "av", "redis", "pydantic", "structlog", "anprd.worker.entry"),
    *("encodings.idna", "email.parser"),  # imported on first use by what looks at URLs: 2 MiB in each worker
)
FORKING = "anprd.worker.forking"  # lets the fork server live where one worker cannot be forked
NETWORKS = "anprd.worker.forkserver"  # compiles them for all workers; tests with stand-ins do without
_ONE_EACH = (
    *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OPENCV_FFMPEG_THREADS"),
    # One heap for all threads of a worker, which take turns anyway: 43.4 MiB instead of 49.2, and no slower (4.1 ms of
    # CPU a frame of the demo over RTSP, either way).
    "MALLOC_ARENA_MAX",
)


class Handle(Protocol):
    """One running process and the pipe to it; `multiprocessing.Process` behind a face that tests can wear."""

    @property
    def pid(self) -> int: ...

    @property
    def pipe(self) -> socket.socket: ...

    @property
    def sentinel(self) -> int:
        """A descriptor that is ready to read once the process has ended."""

    def exit_code(self) -> int | None:
        """None while it runs; -N where signal N ended it. Never waits."""

    def kill(self) -> None: ...

    def close(self) -> None:
        """Give the descriptors back; only after its end."""


class Spawner(Protocol):
    def spawn(self, camera: CameraSettings, settings: Settings) -> Handle:
        """Start a worker. Raises SpawnError."""


class SpawnError(Exception):
    """The machine has no process or memory to spare right now."""


class ForkserverSpawner:
    """Starts workers through multiprocessing's fork server."""

    def __init__(self, composition: str = entry.COMPOSITION, *, hidden: Collection[str] = ()) -> None:
        """`hidden`: variables that no child inherits; passwords of all cameras."""
        self._composition = composition
        self._hidden = frozenset(hidden)
        self._context = multiprocessing.get_context("forkserver")
        last = [NETWORKS] if composition == entry.COMPOSITION else []
        self._context.set_forkserver_preload([*PRELOAD, composition, FORKING, *last])

    def warm(self, weights_dir: Path | None) -> None:
        """Start the fork server and wait until its imports are done: seconds once, then milliseconds a worker.

        The networks of `weights_dir` (None: the shipped ones) are compiled there, for all workers that use them.

        One thread a worker and parallel by workers: thread pools in every worker only fight. The libraries read these
        variables when they are imported, so they must stand before.

        Raises:
            StartError: it did not come up; no process or memory to spare, say.
        """
        for name in _ONE_EACH:
            os.environ[name] = "1"
        os.environ[entry.SHARED_WEIGHTS] = "" if weights_dir is None else str(weights_dir)
        probe = self._context.Process(target=os.getpid, daemon=True)
        try:
            with _main_hidden():
                with _variables_hidden(self._hidden), _signals_held():
                    forkserver.ensure_running()
                probe.start()  # waits for the imports, and a signal may end that wait
        except (OSError, EOFError) as error:
            raise StartError(
                f"the fork server did not come up ({type(error).__name__}: {error}); free memory or processes"
            ) from error
        probe.join()
        probe.close()

    def spawn(self, camera: CameraSettings, settings: Settings) -> "WorkerHandle":
        try:
            return self._spawn(camera, settings)
        except (EOFError, BrokenPipeError) as error:  # which of the two depends on who was quicker
            raise SpawnError("the fork server had no process or memory to spare, or fell") from error
        except OSError as error:
            raise SpawnError(f"{type(error).__name__}: {error}") from error

    def _spawn(self, camera: CameraSettings, settings: Settings) -> "WorkerHandle":
        ours, theirs = wire.pair()
        process = self._context.Process(
            target=entry.main,
            args=(camera, settings, theirs, self._composition),
            name=f"anprd-{camera.name}",
            daemon=True,
        )
        try:
            with _variables_hidden(self._hidden), _signals_held(), _main_hidden():
                process.start()
        except (OSError, EOFError):
            ours.close()
            raise
        finally:
            theirs.close()  # ours would hide the end of the worker's
        return WorkerHandle(process, ours)

    def close(self) -> None:
        """End the fork server, once all workers have ended, and its tracker; else they end after the supervisor.

        It has nothing to lose, and by itself it would first take its libraries apart: seconds on a busy machine.
        """
        server: Any = forkserver._forkserver  # noqa: SLF001  # there is no public way to ask
        if server._forkserver_pid is not None:  # noqa: SLF001
            os.kill(server._forkserver_pid, signal.SIGKILL)  # noqa: SLF001
        server._stop()  # noqa: SLF001
        resource_tracker._resource_tracker._stop()  # type: ignore[attr-defined]  # noqa: SLF001  # nor here


class WorkerHandle:
    """A worker's process and pipe."""

    def __init__(self, process: multiprocessing.context.ForkServerProcess, pipe: socket.socket) -> None:
        assert process.pid is not None, "it was started"
        self._process = process
        self.pid = process.pid
        self.pipe = pipe
        self.sentinel = process.sentinel

    def exit_code(self) -> int | None:
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        self.pipe.close()
        self._process.join()
        self._process.close()


@contextlib.contextmanager
def _signals_held() -> Iterator[None]:
    """Hold back the signals of a terminal or of `kill -- -GROUP`; the fork server, which may start here, inherits that.

    Only the supervisor answers them, or the fork server would die under workers that still drain.
    """
    resource_tracker.ensure_running()  # otherwise begun inside, where it would unblock what is held back here
    with signals.held():
        yield


@contextlib.contextmanager
def _variables_hidden(names: Collection[str]) -> Iterator[None]:
    """Keep them out of the fork server, which may start here: its workers would have each other's passwords."""
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


@contextlib.contextmanager
def _main_hidden() -> Iterator[None]:
    """Hide `__main__`: multiprocessing would import the command line into every worker again."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
