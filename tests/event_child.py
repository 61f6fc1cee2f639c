"""A process that publishes numbered events and may die on the way; tests kill it and start it again.

    python -m tests.event_child SPOOL URL FIRST LAST [PUBLISHES_BEFORE_DEATH]

It says `put N` when event N was promised, and `done` when all has been delivered. With a number at the end it dies by
kill -9 right after Redis has taken that many batches, before the spool hears of it.
"""

import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from anprd.events.publisher import Publisher
from anprd.events.record import Event
from anprd.events.redis_stream import RedisStream
from anprd.events.spool import Spool
from anprd.observe import logs
from tests.event_fakes import event


class SystemClock:
    def now_s(self) -> float:
        return time.monotonic()


class MortalStream(RedisStream):
    """Dies after so many batches."""

    lives = -1

    def publish(self, events: Sequence[Event]) -> int:
        added = super().publish(events)
        self.lives -= 1
        if self.lives == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return added


def main(arguments: list[str]) -> None:
    spool_path, url, first, last, *lives = arguments
    stream = MortalStream(url, "anprd:events", 100_000)
    if lives:
        stream.lives = int(lives[0])
    publisher = Publisher(Spool(Path(spool_path), 100_000), stream, SystemClock(), logs.get())
    for number in range(int(first), int(last)):
        publisher.put(event(number))
        print(f"put {number}", flush=True)
    while publisher.facts()["pending"]:
        time.sleep(0.01)
    publisher.stop(1.0)
    print("done", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
