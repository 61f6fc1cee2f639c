"""Every kind of fault: how it begins, how long it lasts, how it ends.

A fault is a context: entered it is there, left it is over. Faults of a camera touch that camera alone, faults of the
machine all of them.
"""

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import redis

from tests.chaos.camera import Camera
from tests.chaos.film import HEVC, PLAIN, SMALL
from tests.chaos.site import Site
from tests.redis_server import RedisServer

HOUR_S = 3600.0
NOTED_S = 2.0  # a worker sees a step with the next frame and writes down anew what it knows; the disk may be slow
NONSENSE = (
    "cameras: [", "cameras: {cam0: {url: 7}}", "camreas: {}", "redis: 12\ncameras: {}", "\0\1\2", "- a\n- b\n",
    "cameras: {cam0: {url: 'rtsp://h/s', detect_fps_max: -4}}", "cameras: {cam0: {url: '${NOWHERE}'}}",
)  # fmt: skip

Inject = Callable[[Site, Camera, random.Random], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `inject` is given the site, the camera (any, for a fault of the machine) and chance."""

    name: str
    inject: Inject
    lasts_s: tuple[float, float]
    blinds: bool
    """Cameras may lose sight: they must be back in time. Otherwise they must not notice."""


@contextlib.contextmanager
def worker_killed(site: Site, camera: Camera, chance: random.Random) -> Iterator[None]:
    with site.kills:
        _kill(site.worker_pid(camera.name))
    yield


@contextlib.contextmanager
def camera_stopped(site: Site, camera: Camera, chance: random.Random) -> Iterator[None]:
    camera.switch_off()
    yield
    camera.switch_on()


@contextlib.contextmanager
def camera_cut(site: Site, camera: Camera, chance: random.Random) -> Iterator[None]:
    time.sleep(chance.uniform(0.0, 1.0))  # anywhere in a group of pictures
    camera.cut()
    yield


@contextlib.contextmanager
def timestamps_wrap(site: Site, camera: Camera, chance: random.Random) -> Iterator[None]:
    camera.behave(wraps=True)
    camera.cut()
    yield


@contextlib.contextmanager
def timestamps_back(site: Site, camera: Camera, chance: random.Random) -> Iterator[None]:
    camera.behave(shift_ticks=camera.mood.shift_ticks - round(chance.uniform(1, 3600) * 90_000))
    yield


@contextlib.contextmanager
def resolution_changed(site: Site, camera: Camera, chance: random.Random) -> Iterator[None]:
    camera.behave(variant=PLAIN if camera.mood.variant == SMALL else SMALL)
    yield


@contextlib.contextmanager
def codec_changed(site: Site, camera: Camera, chance: random.Random) -> Iterator[None]:
    camera.behave(variant=PLAIN if camera.mood.variant == HEVC else HEVC)
    yield


def _mood(**changes: object) -> Inject:
    """The camera behaves so for a while."""

    @contextlib.contextmanager
    def inject(site: Site, camera: Camera, chance: random.Random) -> Iterator[None]:
        before = {key: getattr(camera.mood, key) for key in changes}
        camera.behave(**changes)
        yield
        camera.behave(**before)

    return inject


def _refused(status: int) -> Inject:
    """It breaks the connection and answers every new one with the status."""

    @contextlib.contextmanager
    def inject(site: Site, camera: Camera, chance: random.Random) -> Iterator[None]:
        camera.behave(status=status)
        camera.cut()
        yield
        camera.behave(status=None)

    return inject


@contextlib.contextmanager
def supervisor_killed(site: Site, camera: Camera, chance: random.Random) -> Iterator[None]:
    with site.kills:
        site.keeper.kill()
    yield


@contextlib.contextmanager
def redis_stopped(site: Site, camera: Camera, chance: random.Random) -> Iterator[None]:
    site.redis.kill()
    yield
    site.redis.start()


@contextlib.contextmanager
def redis_emptied(site: Site, camera: Camera, chance: random.Random) -> Iterator[None]:
    site.redis.kill()
    site.take_down_remains()
    site.empty_redis()
    yield
    site.redis.start()


@contextlib.contextmanager
def redis_out_of_memory(site: Site, camera: Camera, chance: random.Random) -> Iterator[None]:
    with contextlib.closing(site.redis_client()) as client:
        client.config_set("maxmemory-policy", "noeviction")
        client.config_set("maxmemory", "1")
        yield
        client.config_set("maxmemory", "0")


@contextlib.contextmanager
def redis_read_only(site: Site, camera: Camera, chance: random.Random) -> Iterator[None]:
    with contextlib.closing(site.redis_client()) as client:
        client.config_set("replica-serve-stale-data", "yes")
        client.replicaof("127.0.0.1", 1)
        yield
        client.replicaof("NO", "ONE")


@contextlib.contextmanager
def redis_slow(site: Site, camera: Camera, chance: random.Random) -> Iterator[None]:
    """Answers stay away for longer than they are waited for, and the commands are carried out all the same."""
    site.redis.pause()
    yield
    site.redis.resume()


@contextlib.contextmanager
def redis_failed_over(site: Site, camera: Camera, chance: random.Random) -> Iterator[None]:
    """The server dies, and its replica takes over at the same address."""
    first = site.redis
    second = RedisServer(site.folder / f"redis-{time.monotonic_ns()}")
    second.start()
    with contextlib.closing(redis.Redis(port=second.port, decode_responses=True, socket_timeout=10)) as client:
        client.replicaof("127.0.0.1", first.port)
        until_s = time.monotonic() + 20
        while client.info("replication")["master_link_status"] != "up" and time.monotonic() < until_s:
            time.sleep(0.05)
        first.kill()
        site.take_down_remains()
        yield
        client.replicaof("NO", "ONE")
        site.ledger.era += 1  # what the first had and the second did not yet have may come again
        client.config_set("port", first.port)
    second.port = first.port
    site.redis = second


@contextlib.contextmanager
def disk_full(site: Site, camera: Camera, chance: random.Random) -> Iterator[None]:
    filler = site.state_dir / "filler"
    with site.kills:
        with filler.open("wb") as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(1 << 16))
                file.flush()
        yield
        filler.unlink()
        time.sleep(1.0)  # until what was held is on the disk


@contextlib.contextmanager
def state_read_only(site: Site, camera: Camera, chance: random.Random) -> Iterator[None]:
    """The directory and its files may only be read, and the camera's worker has to open them anew."""
    folder = site.state_dir / "spool"
    with site.kills:
        _permit(folder, 0o400, 0o500)
        _kill(site.worker_pid(camera.name))
        yield
        _permit(folder, 0o600, 0o700)
        time.sleep(1.0)


@contextlib.contextmanager
def spool_corrupted(site: Site, camera: Camera, chance: random.Random) -> Iterator[None]:
    """A part of the spool's file is overwritten while it is open; for every other one the worker is killed as well."""
    path = site.spool(camera.name)
    with site.kills:
        with contextlib.suppress(OSError), path.open("r+b") as file:
            size = path.stat().st_size
            file.seek(chance.choice((0, min(4096, size // 2))))
            file.write(chance.randbytes(2 * 4096))
        yield
        if chance.random() < 0.5:
            _kill(site.worker_pid(camera.name))


def _clock(step_s: float) -> Inject:
    @contextlib.contextmanager
    def inject(site: Site, camera: Camera, chance: random.Random) -> Iterator[None]:
        with site.kills:
            site.await_workers()  # one that is away cannot see the step, and keeps the old times: docs/reliability.md
            site.set_clock(site.wrong_s[-1] + step_s)
            time.sleep(NOTED_S)
        yield

    return inject


@contextlib.contextmanager
def config_nonsense(site: Site, camera: Camera, chance: random.Random) -> Iterator[None]:
    site.config.write_text(chance.choice(NONSENSE))
    site.keeper.reload()
    yield
    site.write_config()
    site.keeper.reload()


def _kill(pid: int | None) -> None:
    if pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _permit(folder: Path, file_mode: int, folder_mode: int) -> None:
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            path.chmod(file_mode)
    folder.chmod(folder_mode)


OF_CAMERAS = (
    Kind("worker_killed", worker_killed, (0.0, 0.0), blinds=True),
    Kind("camera_stopped", camera_stopped, (1.0, 10.0), blinds=True),
    Kind("camera_stalled", _mood(silent=True), (3.0, 14.0), blinds=True),
    Kind("camera_slow", _mood(pace=0.4), (3.0, 8.0), blinds=True),
    Kind("camera_cut", camera_cut, (0.0, 0.0), blinds=True),
    Kind("packets_lost", _mood(lost=0.1), (2.0, 6.0), blinds=True),
    Kind("packets_damaged", _mood(damaged=0.1), (2.0, 6.0), blinds=True),
    Kind("resolution_changed", resolution_changed, (0.0, 0.0), blinds=True),
    Kind("codec_changed", codec_changed, (0.0, 0.0), blinds=True),
    Kind("timestamps_back", timestamps_back, (0.0, 0.0), blinds=True),
    Kind("timestamps_wrap", timestamps_wrap, (0.0, 0.0), blinds=True),
    Kind("answer_401", _refused(401), (1.0, 8.0), blinds=True),
    Kind("answer_453", _refused(453), (1.0, 8.0), blinds=True),
    Kind("answer_503", _refused(503), (1.0, 8.0), blinds=True),
)
OF_THE_MACHINE = (
    Kind("supervisor_killed", supervisor_killed, (0.0, 0.0), blinds=True),
    Kind("redis_stopped", redis_stopped, (2.0, 10.0), blinds=False),
    Kind("redis_emptied", redis_emptied, (1.0, 5.0), blinds=False),
    Kind("redis_out_of_memory", redis_out_of_memory, (2.0, 8.0), blinds=False),
    Kind("redis_read_only", redis_read_only, (2.0, 8.0), blinds=False),
    Kind("redis_slow", redis_slow, (4.0, 8.0), blinds=False),
    Kind("redis_failed_over", redis_failed_over, (0.5, 3.0), blinds=False),
    Kind("disk_full", disk_full, (3.0, 8.0), blinds=False),
    Kind("state_read_only", state_read_only, (3.0, 8.0), blinds=True),
    Kind("spool_corrupted", spool_corrupted, (1.0, 3.0), blinds=True),
    Kind("clock_forward", _clock(HOUR_S), (0.0, 0.0), blinds=False),
    Kind("clock_back", _clock(-HOUR_S), (0.0, 0.0), blinds=False),
    Kind("config_nonsense", config_nonsense, (1.0, 3.0), blinds=False),
)
