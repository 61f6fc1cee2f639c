"""The daemon as a subprocess of a test, its status and its log."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from anprd.supervisor.status import NotRunningError, fetch

ROOT = Path(__file__).parents[1]


def url_of(camera):
    """A URL as it is; a bare word is what a scripted camera shall do."""
    return camera if ":" in camera else f"rtsp://u:secret@h.invalid/{camera}"


class DaemonProcess:
    """One daemon with directories of its own, run as `python -m MODULE CONFIG`. A context: nothing of it is left."""

    def __init__(self, folder, module):
        self.module = module
        self.folder = folder
        self.config = folder / "cameras.yaml"
        self.runtime_dir = folder / "run"
        self.log = folder / "log"
        self.process = None
        self.cwd = ROOT

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process is None or self.process.poll() is not None:
            return
        left = self.descendants()
        self.process.kill()
        self.process.wait()
        for pid in filter(alive, left):
            os.kill(pid, signal.SIGKILL)

    def write(self, cameras, *, substreams=None, redis="redis://127.0.0.1:1/0", **top):
        lines = {"redis": redis, "state_dir": str(self.folder / "state"), "runtime_dir": str(self.runtime_dir), **top}
        lines["cameras"] = {name: {"url": url_of(camera)} for name, camera in cameras.items()}
        for name, url in (substreams or {}).items():
            lines["cameras"][name]["substream"] = url
        self.config.write_text(json.dumps(lines))  # JSON is YAML
        self.config.chmod(0o600)  # it holds a password

    def start(self, **environ):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.module, str(self.config)],
                cwd=self.cwd, stderr=log, stdin=subprocess.DEVNULL, env=os.environ | environ, start_new_session=True,
            )  # fmt: skip
        return self

    def until(self, condition, timeout_s=20.0):
        """Wait until `condition(status)` holds and return that status."""
        deadline_s = time.monotonic() + timeout_s
        status = None
        while time.monotonic() < deadline_s:
            assert self.process.poll() is None, self.said()
            try:
                status = fetch(self.runtime_dir)
            except NotRunningError:
                status = None
            if status is not None and condition(status):
                return status
            time.sleep(0.05)
        raise AssertionError(f"it did not happen; status {status}\n{self.said()}")

    def until_states(self, timeout_s=20.0, **states):
        return self.until(lambda status: {row["name"]: row["state"] for row in status["cameras"]} == states, timeout_s)

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self, timeout_s=15.0):
        """Ask it to leave; its exit code and how long it took."""
        begun_s = time.monotonic()
        self.signal(signal.SIGTERM)
        return self.process.wait(timeout_s), time.monotonic() - begun_s

    def said(self):
        return self.log.read_text() if self.log.exists() else ""

    def events(self, name):
        lines = [json.loads(line) for line in self.said().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == name]

    def descendants(self):
        return descendants(self.process.pid)


def descendants(pid):
    """Every process below this one."""
    below = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        below += [int(child), *descendants(int(child))]
    return below


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def gone(pids, timeout_s=1.0):
    """Whether they all end in time; multiprocessing's resource tracker is a moment later than its parent."""
    deadline_s = time.monotonic() + timeout_s
    while any(map(alive, pids)) and time.monotonic() < deadline_s:
        time.sleep(0.02)
    return not any(map(alive, pids))


def row(status, name):
    return next(camera for camera in status["cameras"] if camera["name"] == name)
