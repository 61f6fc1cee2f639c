"""Where one camera's worker is put together: every door is built here and nowhere else.

Heavy to import (networks, decoder, Redis), so the fork server imports it once for all workers.
"""

import contextlib
import os
import socket
import threading
from collections.abc import Callable
from datetime import timedelta

import cv2

from anprd.errors import SinkError
from anprd.events.publisher import Publisher
from anprd.events.record import Recorder
from anprd.events.redis_stream import RedisStream
from anprd.events.spool import Spool
from anprd.observe import logs
from anprd.pipeline import Pipeline
from anprd.plates import syntax
from anprd.settings import CameraSettings, Settings
from anprd.video.clock import Clock, SteadyClock, SystemClock
from anprd.video.sources import open_source
from anprd.worker import kernel, networks
from anprd.worker.camera_time import CameraTime
from anprd.worker.messages import Beat, Stopped
from anprd.worker.session import NOTE_EVERY_S, Doors, Worker


def build(
    camera: CameraSettings,
    settings: Settings,
    *,
    stop: threading.Event,
    say: Callable[[Beat | Stopped], object],
    allowed_fps: Callable[[], float | None],
) -> Worker:
    """The worker of one camera, with everything real; `settings.redis` is a URL.

    `stop`, `say` and `allowed_fps` are the supervisor's end of it (`worker.tether`).

    Raises:
        ConfigError: the networks or the Redis URL cannot be used.
    """
    cv2.setNumThreads(1)  # parallel by workers: pools of threads in each would only fight
    log = logs.get()
    clock = SteadyClock(SystemClock(), on_step=lambda step_s: log.warning("clock_stepped", by_s=round(step_s, 3)))
    pipeline = Pipeline(camera, networks.load(settings.weights_dir))
    stream = RedisStream(settings.redis, settings.stream, settings.stream_length_max)
    spool = Spool(settings.state_dir / "spool" / f"{camera.name}.sqlite", settings.spool_events_max, log=log)
    remember_plates(pipeline, spool, camera, clock, log)
    camera_time = CameraTime(lambda: clock.steps)
    recorder = Recorder(camera=camera.name, host=socket.gethostname(), dates=camera_time.dates, region=syntax.region)
    doors = Doors(
        open_source=lambda waiting: open_source(
            camera.url, settings=camera, clock=clock, waiting=waiting, needed=lambda: pipeline.awaits_more
        ),
        stages=pipeline,
        record=recorder.record,
        outbox=Publisher(spool, stream, clock, log),
        clock=clock,
        say=say,
        allowed_fps=allowed_fps,
        own_memory_bytes=kernel.own_memory_bytes,
        give_back_memory=kernel.give_back_memory,
        core_times=kernel.core_times,
        note_plates=lambda: note_plates(pipeline, spool, camera_time, clock.now_s()),
    )
    return Worker(camera, doors, camera_time=camera_time, stop=stop, pid=os.getpid())


def remember_plates(pipeline: Pipeline, spool: Spool, camera: CameraSettings, clock: Clock, log: logs.Log) -> None:
    """Tell the pipeline which plates were confirmed a moment ago, so that a killed worker tells no pass twice.

    Camera time is about the process's monotonic clock (`CameraTime`), so an age is all that must be known. One from
    the future (the clock was set back) is of now, or it would be held for as long as the clock was wrong.
    """
    now, now_s = clock.wall(), clock.now_s()
    try:
        recent = spool.recent(now - timedelta(seconds=camera.same_plate_hold_s))
    except SinkError as error:
        log.warning("plates_not_remembered", error=str(error))
        return
    for plate, at in recent:
        pipeline.passes.remember(plate, now_s - (now - min(at, now)).total_seconds())


def note_plates(pipeline: Pipeline, spool: Spool, camera_time: CameraTime, now_s: float) -> None:
    """Keep on disk which confirmed plates are in view, for `remember_plates` of the next worker.

    Camera time is about the process's monotonic clock, so `now_s` is a moment of both.
    """
    since_s = now_s - 2 * NOTE_EVERY_S
    with contextlib.suppress(
        SinkError
    ):  # the spool tells of its troubles itself; a plate told twice is the lesser evil
        for plate, t_s in pipeline.passes.seen_since(since_s, now_t_s=now_s):
            spool.remember(plate, camera_time.at(t_s))
