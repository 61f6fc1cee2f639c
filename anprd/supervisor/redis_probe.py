"""Whether Redis answers, for the status: asked by a thread of its own, because asking may block for its timeout.

Only the answer crosses over, one immutable value at a time; the supervisor's loop never waits for it.
"""

import threading
from collections.abc import Callable
from typing import Any

from anprd.errors import SinkError
from anprd.redaction import redact
from anprd.supervisor import signals

INTERVAL_S = 2.0  # a person who looks at the status wants it as of now; one PING every two seconds is nothing


class RedisProbe:
    """Pings until stopped."""

    def __init__(self, url: str, ping: Callable[[], None]) -> None:
        """`ping` raises SinkError where Redis does not answer; it has its own timeout."""
        self._url = redact(url)
        self._ping = ping
        self._stop = threading.Event()
        self._facts: dict[str, Any] = {"url": self._url, "state": "unknown", "error": None}

    def start(self) -> None:
        """Begin; the thread takes no signals, which are the main thread's."""
        with signals.held():
            threading.Thread(target=self._run, name="redis-probe", daemon=True).start()

    def stop(self) -> None:
        """Ask no more; a question that is under way ends by itself."""
        self._stop.set()

    def facts(self) -> dict[str, Any]:
        """The url (redacted), state ("up", "down", "unknown": not asked yet) and error."""
        return self._facts

    def ask(self) -> None:
        """Ask once."""
        try:
            self._ping()
        except SinkError as error:
            self._facts = {"url": self._url, "state": "down", "error": redact(str(error))}
        else:
            self._facts = {"url": self._url, "state": "up", "error": None}

    def _run(self) -> None:
        while not self._stop.is_set():
            self.ask()
            self._stop.wait(INTERVAL_S)
