"""Where one camera's worker is put together: every door is built here and nowhere else.

Heavy to import (networks, decoder, Redis), so the fork server imports it once for all workers.
"""

import os
import socket
import threading
from collections.abc import Callable

import cv2

from anprd.events.handover import HandOver
from anprd.events.publisher import HELD_MAX, Publisher
from anprd.events.record import Recorder
from anprd.events.redis_stream import LateStream, RedisStream
from anprd.events.spool import Spool
from anprd.observe import logs
from anprd.pipeline import Pipeline
from anprd.settings import CameraSettings, Settings
from anprd.video.clock import SteadyClock, SystemClock
from anprd.video.sources import open_source
from anprd.video.wakefulness import Leave
from anprd.worker import kernel, networks
from anprd.worker.camera_time import CameraTime
from anprd.worker.messages import Beat, Stopped
from anprd.worker.notes import PlateNotes
from anprd.worker.session import Doors, Worker


def build(
    camera: CameraSettings,
    settings: Settings,
    *,
    stop: threading.Event,
    say: Callable[[Beat | Stopped], object],
    allowed_fps: Callable[[], float | None],
    leave: Callable[[], Leave] = Leave,
) -> Worker:
    """The worker of one camera, with everything real; `settings.redis` is a URL.

    `stop`, `say`, `allowed_fps` and `leave` are the supervisor's end of it (`worker.tether`).

    Raises:
        ConfigError: the networks cannot be used.
    """
    cv2.setNumThreads(1)  # parallel by workers: pools of threads in each would only fight
    log = logs.get()
    clock = SteadyClock(SystemClock(), on_step=lambda step_s: log.warning("clock_stepped", by_s=round(step_s, 3)))
    eyes = networks.Eyes(networks.load(settings.weights_dir))
    pipeline = Pipeline(camera, eyes)
    stream = LateStream(lambda: RedisStream(settings.redis, settings.stream, settings.stream_length_max))
    spool = Spool(settings.state_dir / "spool" / f"{camera.name}.sqlite", settings.spool_events_max, log=log)
    handover = HandOver(settings.runtime_dir / "handover" / f"{camera.name}.sqlite", HELD_MAX, log=log)
    camera_time = CameraTime(lambda: clock.steps)
    notes = PlateNotes(pipeline.passes, spool, clock, hold_s=camera.same_plate_hold_s, camera_now=camera_time.now)
    notes.recall(log)
    recorder = Recorder(camera=camera.name, host=socket.gethostname(), dates=camera_time.dates)
    doors = Doors(
        open_source=lambda waiting: open_source(
            camera.url, settings=camera, clock=clock, waiting=waiting, needed=lambda: pipeline.awaits_more, leave=leave
        ),
        stages=pipeline,
        record=recorder.record,
        outbox=Publisher(spool, stream, clock, log, handover=handover),
        clock=clock,
        say=say,
        allowed_fps=allowed_fps,
        own_memory_bytes=kernel.own_memory_bytes,
        give_back_memory=eyes.give_back_memory,
        core_times=kernel.core_times,
        note_plates=notes.keep,
    )
    return Worker(camera, doors, camera_time=camera_time, stop=stop, pid=os.getpid())
