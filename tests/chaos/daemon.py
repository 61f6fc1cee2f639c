"""The daemon as it is, but for one thing: its wall clock may be wrong. `python -m tests.chaos.daemon CONFIG`.

How wrong stands in the file that ANPRD_CHAOS_CLOCK names, in seconds. Only this process and its workers see it: the
machine's own clock is left alone.
"""

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

from anprd.errors import ConfigError
from anprd.supervisor import daemon
from anprd.video.clock import SystemClock
from anprd.worker import composition

VARIABLE = "ANPRD_CHAOS_CLOCK"


class WrongClock(SystemClock):
    """The machine's clock, and so many seconds beside it."""

    def wall(self) -> datetime:
        try:
            wrong_s = float(Path(os.environ[VARIABLE]).read_text())
        except (OSError, ValueError):
            wrong_s = 0.0  # there is none
        return super().wall() + timedelta(seconds=wrong_s)


composition.SystemClock = WrongClock
build = composition.build

if __name__ == "__main__":
    try:
        sys.exit(daemon.run(Path(sys.argv[1]), composition="tests.chaos.daemon"))
    except ConfigError as error:
        print(error, file=sys.stderr)
        sys.exit(78)
