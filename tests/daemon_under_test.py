"""The real daemon with workers whose cameras are played by a script: `python -m tests.daemon_under_test CONFIG`.

Everything is real (processes, pipes, signals, spool, Redis) but the camera and the networks.
"""

import sys
from pathlib import Path

from anprd.errors import ConfigError
from anprd.supervisor import child, daemon, decisions, orphans

if __name__ == "__main__":
    decisions.STUCK_S = 3.0
    decisions.BOOT_S = 20.0
    decisions.DRAIN_S = 3.0
    orphans.INTERVAL_S = 0.5
    child.SETTLED_S = 1.0
    try:
        sys.exit(daemon.run(Path(sys.argv[1]), composition="tests.scripted_workers"))
    except ConfigError as error:
        print(error, file=sys.stderr)
        sys.exit(78)
