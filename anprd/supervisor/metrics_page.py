"""`/metrics` for Prometheus, where `metrics_address` is set: the least of HTTP that a scraper and a browser need."""

import socket
import time
from collections.abc import Callable, Mapping
from typing import Any

from anprd.errors import ConfigError, StartError
from anprd.observe import metrics

REQUEST_END = b"\r\n\r\n"
FRESH_S = 2.0  # a scraper comes every ten seconds or so
_TEXT = "text/plain; charset=utf-8"


def listen(address: str) -> socket.socket:
    """The listening socket at `HOST:PORT`; an IPv6 host stands in brackets.

    Raises:
        ConfigError: no host can be called so.
        StartError: it is not found, is none of this machine's, or the port is taken.
    """
    host, _, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind | socket.SOCK_CLOEXEC, protocol)
    except UnicodeError as error:  # a label of the host is empty or too long
        raise ConfigError(
            f"metrics_address: {address} names no host; write HOST:PORT, such as 127.0.0.1:9108"
        ) from error
    except OSError as error:
        raise StartError(f"metrics_address: {address} is no place to listen: {error.strerror}") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen()
    except OSError as error:
        listener.close()
        raise StartError(
            f"metrics_address: cannot listen at {address}: {error.strerror}; set another address, or leave it out"
        ) from error
    return listener


class Page:
    """The answers. Metrics are made anew only where the last are no longer fresh.

    Those of a thousand cameras take the supervisor's loop most of a second: 64 clients that ask at once, as often as
    they like, would hold it up until systemd takes the daemon for hung.
    """

    def __init__(self, facts: Callable[[], Mapping[str, Any]], now_s: Callable[[], float] = time.monotonic) -> None:
        """`facts` gives the status."""
        self._facts = facts
        self._now_s = now_s
        self._made = b""
        self._stale_at_s = float("-inf")

    def answer(self, request: bytes) -> bytes:
        """The whole response to a request's head."""
        words = request.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        match words:
            case ["GET", path, *_] if path.split("?", 1)[0] == "/metrics":
                return self._metrics()
            case ["GET", *_]:
                return _response("404 Not Found", _TEXT, b"see /metrics\n")
            case _:
                return _response("405 Method Not Allowed", _TEXT, b"only GET\n")

    def _metrics(self) -> bytes:
        if self._now_s() >= self._stale_at_s:
            self._made = _response("200 OK", metrics.CONTENT_TYPE, metrics.render(self._facts()))
            self._stale_at_s = self._now_s() + FRESH_S  # from its end on
        return self._made


def _response(line: str, kind: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {line}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body
