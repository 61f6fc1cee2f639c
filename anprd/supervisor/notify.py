"""systemd's notification protocol (sd_notify(3)), by hand: one datagram of `KEY=value` lines."""

import socket
import time
from collections.abc import Callable, MutableMapping
from typing import Self

_MICROSECONDS = 1_000_000


class Notifier:
    """Says to systemd what the daemon is doing; says nothing where there is no systemd."""

    def __init__(self, send: Callable[[bytes], None] | None, *, watchdog_s: float | None = None) -> None:
        self._send = send
        self.watchdog_s = watchdog_s
        """Beat at least this often (half of what the unit allows); None: nobody waits for it."""

    @classmethod
    def from_environ(cls, environ: MutableMapping[str, str], *, pid: int) -> Self:
        """Take systemd's variables out of `environ`, so that no child believes that they are meant for it."""
        address = environ.pop("NOTIFY_SOCKET", "")
        interval = environ.pop("WATCHDOG_USEC", "")
        meant_for = environ.pop("WATCHDOG_PID", "") or str(pid)
        if not address:
            return cls(None)
        watched = interval.isdigit() and int(interval) > 0 and meant_for == str(pid)
        return cls(_datagrams_to(address), watchdog_s=int(interval) / _MICROSECONDS / 2 if watched else None)

    def ready(self, status: str) -> None:
        self._say(f"READY=1\nSTATUS={status}")

    def reloading(self) -> None:
        """A reload began; `ready` ends it. systemd (253 and up) wants the time on its own clock with it."""
        self._say(f"RELOADING=1\nMONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self, status: str) -> None:
        self._say(f"STOPPING=1\nSTATUS={status}")

    def watchdog(self) -> None:
        self._say("WATCHDOG=1")

    def status(self, text: str) -> None:
        self._say(f"STATUS={text}")

    def _say(self, message: str) -> None:
        if self._send is not None:
            self._send(message.encode())


def _datagrams_to(address: str) -> Callable[[bytes], None]:
    """A sender to the socket at this address; `@` begins an abstract one. A lost message is no reason to fall."""
    door = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
    target = "\0" + address[1:] if address.startswith("@") else address

    def send(message: bytes) -> None:
        try:
            door.sendto(message, target)
        except OSError:
            # systemd is gone or its queue is full: the watchdog, if it matters, says so by itself.
            return

    return send
