"""The whole installation under test: cameras, redis-server, the daemon and its keeper, a small disk, a wrong clock."""

import contextlib
import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import redis

from tests.chaos import daemon
from tests.chaos.camera import Camera
from tests.chaos.film import DETECT_FPS, Film
from tests.chaos.keeper import Keeper
from tests.chaos.watch import STREAM, Ledger, StatusWatch
from tests.redis_server import RedisServer

DISK_MIB = 16
BEGUN_S_MAX = 30.0
DEATH_KNOWN_S = 1.0  # until then the status may tell of one that was just killed
HOLD_S = 8.0  # the films are short: the same vehicle comes again every twenty seconds


class Site:
    """Everything, in one folder. Entering it starts all; leaving it leaves nothing behind."""

    def __init__(self, folder: Path, films: list[Film]) -> None:
        self.folder = folder
        self.state_dir = folder / "state"
        self.config = folder / "cameras.yaml"
        self.log = folder / "log"
        self.clock_file = folder / "clock"
        self.wrong_s = [0.0]
        """Every offset that the wall clock ever had, the present one last."""
        self.kills = threading.Lock()
        """Held by whoever kills a process, and by faults in which a killed process may cost an event by design."""
        self.has_disk = False
        self._films = films
        self._undo = contextlib.ExitStack()

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as undo:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.state_dir.mkdir()
            self.has_disk = undo.enter_context(_small_disk(self.state_dir))
            self.redis = undo.enter_context(RedisServer(self.folder / "redis"))
            undo.callback(self._stop_redis)
            self.ledger = Ledger(self.redis.port)
            self.cameras = {
                f"cam{number}": Camera(f"cam{number}", film, offset_s=film.length_s * number / 7, seed=number)
                for number, film in enumerate(self._films)
            }
            for camera in self.cameras.values():
                undo.callback(camera.switch_off)
            self.set_clock(0.0)
            self.write_config()
            self.keeper = Keeper(self.config, self.log, {daemon.VARIABLE: str(self.clock_file)})
            undo.callback(self.keeper.destroy)
            self.status = StatusWatch(self.folder / "run")
            self.status.start()
            undo.callback(self.status.stop)
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    def _stop_redis(self) -> None:
        self.redis.stop()  # the one that is there at the end

    def write_config(self) -> None:
        """The right one."""
        text = {
            "redis": self.redis.url,
            "stream": STREAM,
            "state_dir": str(self.state_dir),
            "runtime_dir": str(self.folder / "run"),
            "defaults": {"detect_fps_max": DETECT_FPS, "same_plate_hold_s": HOLD_S},
            "cameras": {name: _urls(number, camera) for number, (name, camera) in enumerate(self.cameras.items())},
        }
        self.config.write_text(json.dumps(text))
        self.config.chmod(0o600)  # it holds a password

    def set_clock(self, wrong_s: float) -> None:
        partial = self.clock_file.with_suffix(".partial")
        partial.write_text(str(wrong_s))
        partial.replace(self.clock_file)
        self.wrong_s.append(wrong_s)

    def spool(self, camera: str) -> Path:
        return self.state_dir / "spool" / f"{camera}.sqlite"

    def await_workers(self) -> None:
        """Until every camera has a worker that is past its beginning."""
        time.sleep(DEATH_KNOWN_S)
        until_s = time.monotonic() + BEGUN_S_MAX
        while time.monotonic() < until_s and not all(self._has_begun(name) for name in self.cameras):
            time.sleep(0.1)

    def _has_begun(self, camera: str) -> bool:
        look = self.status.latest(camera)
        fresh = look is not None and time.monotonic() - look.at_s < 1.0
        return fresh and look.state in {"streaming", "waiting"}

    def worker_pid(self, camera: str) -> int | None:
        look = self.status.latest(camera)
        return look.pid if look else None

    def redis_client(self) -> redis.Redis:
        return redis.Redis(port=self.redis.port, decode_responses=True, socket_timeout=10)

    def take_down_remains(self) -> None:
        """Read what a killed server had on its disk: its answers were true."""
        with RedisServer(self.redis.directory) as remains:
            self.ledger.take_down(remains.port)

    def empty_redis(self) -> None:
        """The server is down; its data is gone."""
        for path in self.redis.directory.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.suffix in {".rdb", ".aof"}:
                path.unlink()
        self.ledger.begin_era()


def _urls(number: int, camera: Camera) -> dict[str, str]:
    """Every other camera has a substream and sleeps while nothing moves."""
    return {"url": camera.url} | ({"substream": camera.substream_url} if number % 2 else {})


@contextlib.contextmanager
def _small_disk(at: Path) -> Iterator[bool]:
    """A file system of its own for the state, small enough to fill, where we may mount one."""
    options = f"size={DISK_MIB}m,mode=0750"
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(at)]
    mounted = os.geteuid() == 0 and not subprocess.run(command, check=False, capture_output=True).returncode
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(at)], check=False)
