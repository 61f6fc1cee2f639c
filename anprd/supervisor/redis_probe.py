"""Whether Redis answers, for the status: asked by a thread of its own, because asking may block for its timeout.

Only the answer crosses over, one immutable value at a time; the supervisor's loop never waits for it.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from anprd.errors import SinkError
from anprd.redaction import redact
from anprd.supervisor import signals

INTERVAL_S = 2.0  # a person who looks at the status wants it as of now; one PING every two seconds is nothing


@dataclass(frozen=True, slots=True, eq=False)
class _Redis:
    """One that is asked; its url is redacted."""

    url: str
    ping: Callable[[], None]

    def facts(self, state: str, error: str | None = None) -> dict[str, Any]:
        return {"url": self.url, "state": state, "error": error}


class RedisProbe:
    """Pings until stopped."""

    def __init__(self, url: str, ping: Callable[[], None]) -> None:
        """`ping` raises SinkError where Redis does not answer; it has its own timeout."""
        self._stopped = False
        self._due = threading.Event()
        self._redis = _Redis(redact(url), ping)
        self._answer = self._redis, self._redis.facts("unknown")

    def start(self) -> None:
        """Begin; the thread takes no signals, which are the main thread's."""
        with signals.held():
            threading.Thread(target=self._run, name="redis-probe", daemon=True).start()

    def stop(self) -> None:
        """Ask no more; a question that is under way ends by itself."""
        self._stopped = True
        self._due.set()

    def adopt(self, url: str, ping: Callable[[], None]) -> None:
        """A reload: go on with this Redis, of which nothing is known yet, and ask it at once.

        No new thread: a machine may have none to spare just then.
        """
        self._redis = _Redis(redact(url), ping)
        self._due.set()

    def facts(self) -> dict[str, Any]:
        """The url (redacted), state ("up", "down", "unknown": not asked yet) and error."""
        redis, facts = self._answer
        return facts if redis is self._redis else self._redis.facts("unknown")

    def ask(self) -> None:
        """Ask once."""
        redis = self._redis  # another may be adopted meanwhile: then this answer says nothing
        try:
            redis.ping()
        except SinkError as error:
            self._answer = redis, redis.facts("down", redact(str(error)))
        else:
            self._answer = redis, redis.facts("up")

    def _run(self) -> None:
        while not self._stopped:
            self.ask()
            self._due.wait(INTERVAL_S)
            self._due.clear()
