"""Workers whose cameras are played by a script, for `tests.daemon_under_test`.

What a camera does stands in the path of its URL: rtsp://script.invalid/steady.
"""

import contextlib
import errno
import itertools
import os
import pickle
import socket
import struct
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from anprd.errors import ConfigError, SourceError
from anprd.events.handover import HandOver
from anprd.events.publisher import HELD_MAX, Publisher
from anprd.events.record import Recorder
from anprd.events.redis_stream import RedisStream
from anprd.events.spool import Spool
from anprd.observe import logs
from anprd.records import Box, Verdict, VerdictKind
from anprd.video.clock import SystemClock
from anprd.worker import kernel
from anprd.worker.camera_time import CameraTime
from anprd.worker.session import Doors, Worker
from tests.plain_frames import frame_of

PICTURE = np.zeros((36, 64, 3), np.uint8)


def fork_unless_starved(fork=os.fork):
    if Path(os.environ.get("STARVED", "")).is_file():
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
    return fork()


# In the fork server: a machine so busy that its imports take this long, and one that has no process to spare while a
# file is there.
time.sleep(float(os.environ.get("IMPORTS_S", "0")))
os.fork = fork_unless_starved


class ScriptedCamera:
    """steady: 20 frames a second. behind: the same, two seconds late. silent: none.
    stuck: one frame. deaf: streams and never looks up. dying: a bug. hostile: it took the worker over."""

    wakefulness = None

    def __init__(self, script, waiting):
        self.counts = Counter()
        self.lag_s = 2.0 if script == "behind" else 0.0
        self._script = script
        self._waiting = waiting
        if script == "away":
            raise SourceError("camera.invalid: nothing answered")

    def frames(self):
        begun_s = time.monotonic()
        for number in itertools.count():
            time.sleep(0.05)
            match self._script:
                case "silent":
                    self._waiting()
                    continue
                case "stuck" if number > 0:
                    time.sleep(3600)
                case "dying":
                    raise ZeroDivisionError("a bug with rtsp://u:secret@h/ in it")
                case "hostile" if number > 0:
                    attack_supervisor()
            yield frame_of(PICTURE, time.monotonic() - begun_s, datetime.now(UTC))

    def close(self):
        pass


class Order:
    """Makes whoever unpickles it leave a file behind."""

    def __reduce__(self):
        return os.mkdir, (os.environ["TROPHY"],)


def attack_supervisor():
    """Say to it, as `multiprocessing` frames and pickles what is sent, what it should do."""
    order = pickle.dumps(Order())
    for entry in list(Path("/proc/self/fd").iterdir()):
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(int(entry.name))) as door:
            if door.family == socket.AF_UNIX:
                door.send(struct.pack("!i", len(order)) + order)


class Stages:
    """One vehicle stands in view: its pass is settled when the worker drains."""

    unsettled = False

    def __init__(self, script, plate):
        self.counts = Counter()
        self._script = script
        self._plate = plate
        self._last_s = None

    def hold(self, detect_fps):
        pass

    def feed(self, frame, *, lag_s=0.0):
        self.counts["frames"] += 1
        self._last_s = frame.t_s
        while self._script == "deaf":
            time.sleep(1)
        return []

    def settle(self):
        if self._last_s is None:
            return []
        at_s, self._last_s = self._last_s, None
        return [Verdict(VerdictKind.CONFIRMED, 1, self._plate, 0.9, 3, 4, 1, Box(0, 0, 9, 3), at_s, at_s, at_s)]


def build(camera, settings, *, stop, say, allowed_fps, leave):
    """As `anprd.worker.composition.build`."""
    script = camera.url.rsplit("/", 1)[-1]
    if script == "misconfigured":
        raise ConfigError("weights: the hash of detector.xml is wrong; install it again")
    log = logs.get()
    time_of_camera = CameraTime()
    spool = Spool(settings.state_dir / "spool" / f"{camera.name}.sqlite", settings.spool_events_max)
    handover = HandOver(settings.runtime_dir / "handover" / f"{camera.name}.sqlite", HELD_MAX, log=log)
    stream = RedisStream(settings.redis, settings.stream, settings.stream_length_max)
    doors = Doors(
        open_source=lambda waiting: ScriptedCamera(script, waiting),
        stages=Stages(script, camera.name.upper()),
        record=Recorder(camera=camera.name, host="host", dates=time_of_camera.dates).record,
        outbox=Publisher(spool, stream, SystemClock(), log, handover=handover),
        clock=SystemClock(),
        say=say,
        allowed_fps=allowed_fps,
        own_memory_bytes=kernel.own_memory_bytes,
        give_back_memory=kernel.give_back_memory,
        core_times=kernel.core_times if script != "behind" else lambda: None,  # then the lag alone counts
        note_plates=lambda: None,
    )
    return Worker(camera, doors, camera_time=time_of_camera, stop=stop, pid=threading.get_native_id())
