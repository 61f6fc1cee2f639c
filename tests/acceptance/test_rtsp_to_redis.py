"""The promise as a whole, with nothing stood in for: a clip over real RTSP, the shipped networks, a real redis-server.

What the clip shows is known exactly, so every plate must arrive once, in time, whatever dies on the way.
"""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections import Counter
from datetime import UTC, datetime

import pytest
import redis

from anprd.supervisor.status import NotRunningError, fetch
from tests import rtsp_server
from tests.command import DEMO_CLIP, DEMO_TRUTH, argv, environment
from tests.redis_server import RedisServer

pytestmark = [pytest.mark.weights, pytest.mark.rtsp, pytest.mark.redis]

LATENCY_S_MAX = 2.0  # from the best frame to the stream
CLIP_S = 40.0
VEHICLES = json.loads(DEMO_TRUTH.read_text())["vehicles"]


class Reader(threading.Thread):
    """`XREAD BLOCK` as a user has it, with the moment at which each entry came."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.arrived = []
        self._server = server
        self._ends = threading.Event()

    def run(self):
        last = "0"
        while not self._ends.is_set():
            with contextlib.suppress(redis.RedisError):
                client = redis.Redis(port=self._server.port, decode_responses=True, socket_timeout=3)
                for _, entries in client.xread({"anprd:events": last}, block=500):
                    for entry, fields in entries:
                        last = entry
                        self.arrived.append((datetime.now(UTC), fields))

    def stop(self):
        self._ends.set()
        self.join()

    def confirmed(self):
        return [fields["plate"] for _, fields in self.arrived if fields["type"] == "confirmed"]


@pytest.fixture
def server(tmp_path):
    with RedisServer(tmp_path / "redis") as made:
        yield made


@pytest.fixture
def reader(server):
    made = Reader(server)
    made.start()
    yield made
    made.stop()


@contextlib.contextmanager
def daemon(folder, camera, server):
    """`anprd run` on one camera; ends with SIGTERM, and must end with 0."""
    config = folder / "cameras.yaml"
    settings = {"redis": server.url, "state_dir": "state", "runtime_dir": "run", "cameras": {"gate": {"url": camera}}}
    config.write_text(json.dumps(settings))
    with (folder / "log").open("wb") as log:
        child = subprocess.Popen(argv("run", "-c", config), env=environment(), stderr=log, stdin=subprocess.DEVNULL)
    try:
        yield child
        child.send_signal(signal.SIGTERM)
        assert child.wait(30) == 0, (folder / "log").read_text()
    finally:
        child.kill()
        child.wait()


def until(condition, timeout_s, what):
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s, what()
        time.sleep(0.1)


def gate(folder):
    """The camera's row of the status, or nothing yet."""
    with contextlib.suppress(NotRunningError):
        rows = fetch(folder / "run")["cameras"]
        return rows[0] if rows else {}
    return {}


def test_every_true_plate_arrives_once_and_within_two_seconds_of_its_best_frame(tmp_path, server, reader):
    with rtsp_server.serving(f"/gate=once:{DEMO_CLIP}") as camera, daemon(tmp_path, camera.url("/gate"), server):
        until(lambda: len(reader.confirmed()) >= len(VEHICLES), CLIP_S + 40, reader.confirmed)
    assert Counter(reader.confirmed()) == Counter(vehicle["plate"] for vehicle in VEHICLES)
    late = [
        (fields["plate"], waited_s)
        for arrived_at, fields in reader.arrived
        if fields["type"] == "confirmed"
        and (waited_s := (arrived_at - datetime.fromisoformat(fields["at"])).total_seconds()) > LATENCY_S_MAX
    ]
    assert not late


def test_whatever_is_killed_comes_back_and_no_event_is_doubled(tmp_path, server, reader):
    first, second, third, *_ = (vehicle["plate"] for vehicle in VEHICLES)
    mount = f"/gate=shared:{DEMO_CLIP}"
    with contextlib.ExitStack() as stack:
        camera = stack.enter_context(rtsp_server.serving(mount))
        stack.enter_context(daemon(tmp_path, camera.url("/gate"), server))
        said = lambda: f"{reader.confirmed()}\n{(tmp_path / 'log').read_text()}"  # noqa: E731

        until(lambda: first in reader.confirmed(), 40, said)
        os.kill(gate(tmp_path)["pid"], signal.SIGKILL)
        until(lambda: second in reader.confirmed(), 30, said)

        server.kill()
        until(lambda: gate(tmp_path).get("spool_depth", 0) >= 1, 30, said)
        server.start()
        until(lambda: third in reader.confirmed(), 15, said)

        camera.kill()
        until(lambda: gate(tmp_path).get("state") == "waiting", 30, said)
        count = len(reader.confirmed())
        stack.enter_context(rtsp_server.serving(mount, port=camera.port))
        until(lambda: len(reader.confirmed()) > count, 90, said)
    revisions = Counter((fields["id"], fields["revision"]) for _, fields in reader.arrived)
    assert max(revisions.values()) == 1
    assert Counter(reader.confirmed()[:3]) == Counter([first, second, third])
