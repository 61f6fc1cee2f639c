"""A small server inside the supervisor's own loop: one request, one answer, goodbye.

It never waits for a client and never asks a worker, so it answers at once whatever the cameras do.
"""

import selectors
import socket
from collections.abc import Callable
from functools import partial

CLIENT_COUNT_MAX = 64  # a status and a metrics scraper are one each; more at once is a mistake or an attack
REQUEST_BYTES_MAX = 8192  # the usual limit for the head of an HTTP request
CLIENT_S_MAX = 5.0  # who has not asked or listened by then is sent away
DEAF_S = 1.0  # out of descriptors, a client that waits would wake the loop without end
_CHUNK_BYTES = 65536

Watch = selectors.BaseSelector
"""The loop's selector: the data of each key is a function without arguments, called when the key is ready."""


class Responder:
    """Answers whoever connects to `listener`; it owns the listener and the connections."""

    def __init__(
        self, listener: socket.socket, watch: Watch, *, request_end: bytes, answer: Callable[[bytes], bytes]
    ) -> None:
        self._listener = listener
        self._watch = watch
        self._request_end = request_end
        self._answer = answer
        self._clients: dict[socket.socket, _Client] = {}
        self._deaf = False
        self._listen_at_s: float | None = None
        listener.setblocking(False)
        self._hear()

    def expire(self, now_s: float) -> None:
        """Send slow clients away, and listen again after a while of having no descriptor. Call it now and then."""
        if self._deaf and self._listen_at_s is None:
            self._listen_at_s = now_s + DEAF_S
        elif self._listen_at_s is not None and now_s >= self._listen_at_s:
            self._hear()
        for connection, client in list(self._clients.items()):
            if client.since_s is None:
                client.since_s = now_s
            elif now_s - client.since_s > CLIENT_S_MAX:
                self._drop(connection)

    def close(self) -> None:
        for connection in list(self._clients):
            self._drop(connection)
        if not self._deaf:
            self._watch.unregister(self._listener)
        self._listener.close()

    def _hear(self) -> None:
        self._deaf, self._listen_at_s = False, None
        self._watch.register(self._listener, selectors.EVENT_READ, self._accept)

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except (BlockingIOError, ConnectionAbortedError, InterruptedError):
            return  # it left again: the next one is served
        except OSError:  # no descriptor or memory to spare: it waits, and the loop must not spin meanwhile
            self._deaf = True
            self._watch.unregister(self._listener)
            return
        if len(self._clients) >= CLIENT_COUNT_MAX:
            connection.close()
            return
        connection.setblocking(False)
        self._clients[connection] = _Client()
        self._watch.register(connection, selectors.EVENT_READ, partial(self._read, connection))

    def _read(self, connection: socket.socket) -> None:
        client = self._clients[connection]
        try:
            chunk = connection.recv(REQUEST_BYTES_MAX)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        client.request += chunk
        if not chunk or len(client.request) > REQUEST_BYTES_MAX:
            self._drop(connection)
        elif self._request_end in client.request:
            client.rest = memoryview(self._answer(client.request))
            self._watch.modify(connection, selectors.EVENT_WRITE, partial(self._write, connection))
            self._write(connection)

    def _write(self, connection: socket.socket) -> None:
        client = self._clients[connection]
        try:
            sent = connection.send(client.rest[:_CHUNK_BYTES])
        except BlockingIOError:
            return
        except OSError:
            sent = len(client.rest)  # it left: there is nobody to hear the rest
        client.rest = client.rest[sent:]
        if not client.rest:
            self._drop(connection)

    def _drop(self, connection: socket.socket) -> None:
        del self._clients[connection]
        self._watch.unregister(connection)
        connection.close()


class _Client:
    """How far one connection has come."""

    def __init__(self) -> None:
        self.request = b""
        self.rest = memoryview(b"")
        self.since_s: float | None = None
