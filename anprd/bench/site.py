"""The installation under test, in a folder of its own: cameras, a Redis, the real daemon. Leaving it leaves nothing."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from anprd.bench import server, truth
from anprd.bench.film import Film
from anprd.bench.playlist import Cut, Showing
from anprd.bench.truth import Told
from anprd.errors import SourceError
from anprd.events.redis_stream import Entry, RedisStream
from anprd.supervisor import embedded_redis, status
from anprd.supervisor.status import NotRunningError

STREAM = "anprd:bench"
STREAM_LENGTH_MAX = 100_000
_START_S_MAX = 30.0
_STOP_S_MAX = 20.0
_LOOK_S = 0.1
_BLOCK_S = 0.001  # Redis waits for nothing: what is there is wanted
_T = TypeVar("_T")


class CameraServer:
    """The process that plays the cameras."""

    def __init__(self, folder: Path, film: Film, cuts: tuple[Cut, ...], showings: Sequence[Showing]) -> None:
        told = folder / "cameras.json"
        told.write_text(server.specification(film, cuts, {one.camera: one.begun_s for one in showings}))
        command = embedded_redis.tied([sys.executable, "-m", "anprd.bench.server", str(told)])
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None, "it is a pipe"
        self._says = self._process.stdout
        word, _, port = self._says.readline().partition(" ")
        if word != "READY":
            raise SourceError("the cameras did not start; what they said stands above")
        self.port = int(port)
        self.pid = self._process.pid

    def url(self, path: str) -> str:
        return f"rtsp://127.0.0.1:{self.port}/{path}"

    def stop(self) -> dict[str, Any]:
        """End it, and say what it sent; an empty answer where it died before."""
        self._process.terminate()
        said, _ = self._process.communicate(timeout=_STOP_S_MAX)
        return dict(json.loads(said)) if said else {}


class Redis:
    """A server of its own on a Unix socket."""

    def __init__(self, folder: Path) -> None:
        """Raises ConfigError where there is no redis-server, or it does not start."""
        folder.mkdir()
        binary, socket = embedded_redis.find_server(), folder / "redis.sock"
        command = embedded_redis.arguments(binary, directory=folder, unix_socket=socket, port=0)
        self._process = subprocess.Popen(
            embedded_redis.tied(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.pid = self._process.pid
        self.url = f"unix://{quote(str(socket))}?db=0"
        _until(
            lambda: embedded_redis.answers(socket) or None,
            self._process,
            f"{binary} did not start",
            folder / "redis.log",
        )

    def stop(self) -> None:
        _end(self._process)


class Daemon:
    """`anprd run`, with its log in the folder."""

    def __init__(self, folder: Path, settings: dict[str, Any]) -> None:
        self.folder = folder
        self._runtime_dir = folder / "run"
        config = folder / "cameras.yaml"
        whole = {"state_dir": str(folder / "state"), "runtime_dir": str(self._runtime_dir), **settings}
        config.write_text(json.dumps(whole))  # JSON is YAML
        command = embedded_redis.tied([sys.executable, "-m", "anprd", "run", "-c", str(config)])
        with (folder / "daemon.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stderr=log, env=os.environ | {"ANPRD_LOG_LEVEL": "warning"}
            )
        self.pid = self._process.pid

    def until(self, condition: Callable[[dict[str, Any]], bool], limit_s: float) -> dict[str, Any]:
        """Wait until the status is as wanted, and give it. Raises SourceError where that does not come about."""

        def wanted() -> dict[str, Any] | None:
            found = self.status()
            return found if found is not None and condition(found) else None

        complaint = f"the daemon did not get so far in {limit_s:.0f} s"
        return _until(wanted, self._process, complaint, self.folder / "daemon.log", limit_s)

    def status(self) -> dict[str, Any] | None:
        """How it fares; None where it does not answer."""
        try:
            return status.fetch(self._runtime_dir)
        except NotRunningError:
            return None

    def stop(self) -> None:
        """Have it drain and leave."""
        _end(self._process)


def _end(process: "subprocess.Popen[Any]") -> None:
    """Ask it to end, and end it where it does not."""
    process.terminate()
    try:
        process.wait(_STOP_S_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@dataclass(frozen=True, slots=True)
class Site:
    """What runs."""

    daemon: Daemon
    redis: Redis
    stream: RedisStream

    def told(self) -> list[Told]:
        """Every plate confirmed so far."""
        found: list[Entry] = []
        while batch := self.stream.follow(found[-1].entry_id if found else "0-0", _BLOCK_S):
            found += batch
        told = (truth.told(entry.entry_id, entry.fields) for entry in found)
        return [one for one in told if one is not None]


@contextlib.contextmanager
def running(
    folder: Path,
    cameras: CameraServer,
    names: Sequence[str],
    defaults: Mapping[str, Any],
    weights_dir: Path | None,
) -> Iterator[Site]:
    """Redis and the daemon, with these cameras.

    Args:
        folder: an empty one.
        cameras: where they are found.
        names: of the cameras.
        defaults: as in `cameras.yaml`; with "wake" at "substream" each camera has its own.
        weights_dir: other networks than those shipped.
    """
    with contextlib.ExitStack() as undo:
        redis = Redis(folder / "redis")
        undo.callback(redis.stop)
        stream = RedisStream(redis.url, STREAM, STREAM_LENGTH_MAX)
        undo.callback(stream.close)
        settings = {"redis": redis.url, "stream": STREAM, "defaults": defaults}
        if weights_dir is not None:
            settings["weights_dir"] = str(weights_dir.absolute())
        daemon = Daemon(folder, {**settings, "cameras": _listed(cameras, names, defaults)})
        undo.callback(daemon.stop)
        yield Site(daemon, redis, stream)


def _listed(cameras: CameraServer, names: Sequence[str], defaults: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    listed = {name: {"url": cameras.url(server.main_path(name))} for name in names}
    if defaults.get("wake") == "substream":
        for name, camera in listed.items():
            camera["substream"] = cameras.url(server.small_path(name))
    return listed


def _until(
    condition: Callable[[], _T | None],
    process: subprocess.Popen[Any],
    complaint: str,
    log: Path,
    limit_s: float = _START_S_MAX,
) -> _T:
    deadline_s = time.monotonic() + limit_s
    while (found := condition()) is None:
        if process.poll() is not None or time.monotonic() > deadline_s:
            process.kill()
            process.wait()
            raise SourceError(f"{complaint}; {_end_of(log)}")
        time.sleep(_LOOK_S)
    return found


def _end_of(log: Path) -> str:
    """What a log says last: its folder is gone when anybody could look."""
    try:
        lines = log.read_text(errors="replace").split("\n")
    except OSError:
        return "it logged nothing"
    said = [line.strip() for line in lines if line.strip()]
    return f"its log ends: {said[-1]}" if said else "it logged nothing"
