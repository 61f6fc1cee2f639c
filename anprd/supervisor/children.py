"""Real worker processes: forked by a fork server that has done the heavy imports once for all of them."""

import multiprocessing
import os
import socket
from collections.abc import Collection
from pathlib import Path
from typing import Protocol

from anprd.settings import CameraSettings, Settings
from anprd.supervisor.fork_server import ForkServer, main_hidden, variables_hidden
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
    def hindrance(self) -> str | None:
        """Why no worker can be started now, in words for the operator; None: one can. Never waits."""

    def spawn(self, camera: CameraSettings, settings: Settings) -> Handle:
        """Start a worker. Raises SpawnError."""


class SpawnError(Exception):
    """The machine has no process or memory to spare right now."""


class ForkserverSpawner:
    """Starts workers through multiprocessing's fork server."""

    def __init__(self, composition: str = entry.COMPOSITION, *, hidden: Collection[str] = (), folder: Path) -> None:
        """`hidden`: variables that no child inherits; passwords of all cameras. `folder`: see `ForkServer`."""
        self._composition = composition
        self._hidden = frozenset(hidden)
        self._context = multiprocessing.get_context("forkserver")
        last = [NETWORKS] if composition == entry.COMPOSITION else []
        self._server = ForkServer([*PRELOAD, composition, FORKING, *last], hidden=self._hidden, folder=folder)

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
        self._server.warm()

    def hindrance(self) -> str | None:
        return self._server.hindrance()

    def spawn(self, camera: CameraSettings, settings: Settings) -> "WorkerHandle":
        try:
            return self._spawn(camera, settings)
        except (EOFError, ConnectionError) as error:  # which of them depends on who was quicker
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
            with variables_hidden(self._hidden), main_hidden():  # a tracker of resources may start here
                process.start()
        except (OSError, EOFError):
            ours.close()
            raise
        finally:
            theirs.close()  # ours would hide the end of the worker's
        return WorkerHandle(process, ours)

    def close(self) -> None:
        """End the fork server, once all workers have ended."""
        self._server.close()


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
