"""What systemd is to the daemon: starts it, and starts it again two seconds after it died (`RestartSec=2`)."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from tests.daemon_process import ROOT, alive, descendants

RESTART_S = 2.0
ORPHANS_S_MAX = 5.0
_PR_CAPBSET_DROP = 24  # <linux/prctl.h>
_OVERRIDES = (1, 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH: with them no directory is read-only to root


class Keeper:
    """Keeps one daemon running."""

    def __init__(self, config: Path, log: Path, environ: dict[str, str]) -> None:
        self._config = config
        self._log = log
        self._environ = environ
        self._stop = threading.Event()
        self.starts = 0
        self.orphans_s: list[float] = []
        """How long each killed supervisor's processes outlived it."""
        self.unasked: list[int] = []
        """Exit codes of daemons that ended though nobody killed them."""
        self._killed = False
        self._process = self._start()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """kill -9 of the supervisor alone. Says when its last orphan is gone."""
        left = descendants(self._process.pid)
        self._killed = True
        begun_s = time.monotonic()
        self._process.kill()
        while any(map(alive, left)) and time.monotonic() < begun_s + 3 * ORPHANS_S_MAX:
            time.sleep(0.02)
        self.orphans_s.append(time.monotonic() - begun_s)

    def reload(self) -> None:
        self._process.send_signal(signal.SIGHUP)

    def stop(self, timeout_s: float = 40.0) -> int:
        """Ask it to leave and return its exit code."""
        self._stop.set()
        self._thread.join()
        if self._process.poll() is None:
            self._process.terminate()
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.destroy()
            return -1

    def destroy(self) -> None:
        """Leave nothing behind, whatever happened."""
        self._stop.set()
        if self._process.poll() is None:
            left = descendants(self._process.pid)
            self._process.kill()
            self._process.wait()
            for pid in filter(alive, left):
                os.kill(pid, signal.SIGKILL)

    def _start(self) -> "subprocess.Popen[bytes]":
        self.starts += 1
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.daemon", str(self._config)],
                cwd=ROOT, stdin=subprocess.DEVNULL, stderr=log, env=os.environ | self._environ,
                preexec_fn=_drop_overrides,  # noqa: PLW1509  calls the kernel alone
            )  # fmt: skip

    def _keep(self) -> None:
        while not self._stop.wait(0.05):
            code = self._process.poll()
            if code is None:
                continue
            if not self._killed:
                self.unasked.append(code)
            self._killed = False
            if not self._stop.wait(RESTART_S):
                self._process = self._start()


def _drop_overrides() -> None:
    """Obey the permissions of files, though we may be root."""
    for capability in _OVERRIDES:
        ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
