"""A camera's life: open it, feed the pipeline, tell of plates; and when it fails wait, and open it again, for ever.

Clock, camera, stages and outbox are arguments, so dead cameras and long nights are unit tests.
"""

import contextlib
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from anprd.errors import SourceError
from anprd.events.publisher import Left
from anprd.events.record import Event
from anprd.observe import logs
from anprd.observe.tries import Tries
from anprd.records import Verdict, VerdictKind
from anprd.redaction import redact
from anprd.settings import CameraSettings
from anprd.video.clock import Clock
from anprd.video.frames import Frame
from anprd.video.wakefulness import Wakefulness
from anprd.worker.camera_time import CameraTime
from anprd.worker.kernel import CoreTimes
from anprd.worker.messages import Beat, Facts, State, Stopped
from anprd.worker.tally import Tally

RETRY_FIRST_S = 1.0  # a camera that only hiccuped is back at once
# Every camera is seen again within 30 s of its return (docs/reliability.md). Its return may find us in a try that hangs
# for `open_timeout_s`, 10 s, and then this long before the next, which takes a second or two.
RETRY_CAP_S = 15.0
BEAT_S = 1.0
WAIT_STEP_S = 0.2  # how late a stop may be seen while waiting
PUBLISH_S = 4.0  # at a stop Redis gets so long to take the last events; they are safe on disk anyway
GIVE_BACK_FIRST_S = 10.0  # after opening: the first looks are over, and took more than the rest will
GIVE_BACK_EVERY_S = 30.0
MEMORY_EVERY_S = 30.0  # asking the kernel costs three milliseconds
PAUSE_S_MAX = 5.0  # of an open stream that is looked at: its frames are on their way, and stream time knows of no gap
RESOLVED_S = 6.0  # behind the gap nothing waits any more to become a part of another pass


class Source(Protocol):
    """An open camera (`video.sources`)."""

    @property
    def counts(self) -> Mapping[str, int]: ...

    @property
    def lag_s(self) -> float: ...

    @property
    def wakefulness(self) -> Wakefulness | None: ...

    def frames(self) -> Iterator[Frame]: ...

    def close(self) -> None: ...


class Stages(Protocol):
    """The pipeline, frames in and verdicts out."""

    @property
    def counts(self) -> Mapping[str, int]: ...

    @property
    def unsettled(self) -> bool: ...

    def hold(self, detect_fps: float) -> None: ...

    def feed(self, frame: Frame, *, lag_s: float = 0.0) -> list[Verdict]: ...

    def pass_time(self, t_s: float) -> list[Verdict]: ...

    def settle(self) -> list[Verdict]: ...


class Outbox(Protocol):
    """Where events go (`events.publisher`)."""

    def put(self, event: Event) -> None: ...

    def stop(self, deadline_s: float) -> Left: ...

    def facts(self) -> Mapping[str, object]: ...


@dataclass(frozen=True, slots=True)
class Doors:
    """A worker's ways to the outside."""

    open_source: Callable[[Callable[[], None]], Source]
    """Given what to call while the camera keeps us waiting. Raises SourceError."""
    stages: Stages
    record: Callable[[Verdict], Event]
    outbox: Outbox
    clock: Clock
    say: Callable[[Beat | Stopped], object]
    allowed_fps: Callable[[], float | None]
    """How many frames a second may be looked at now; None: nobody has said."""
    own_memory_bytes: Callable[[], int]
    give_back_memory: Callable[[], object]
    """Returns to the system what is free; it is wanted again only with the next vehicle."""
    core_times: Callable[[], CoreTimes | None]
    """Of the thread that asks."""
    note_plates: Callable[[], object]
    """Writes down, where it is time to, which plates were confirmed: the next worker must not tell them again."""


class Worker:
    """One camera's loop, from the first session to the drain."""

    def __init__(
        self,
        camera: CameraSettings,
        doors: Doors,
        *,
        camera_time: CameraTime,
        stop: threading.Event,
        pid: int,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._camera = camera
        self._doors = doors
        self._time = camera_time
        self._stop = stop
        self._log = logs.get()
        self._tries = Tries("source_lost", self._log, first_s=RETRY_FIRST_S, cap_s=RETRY_CAP_S, chance=chance)
        self._tally = Tally(pid)
        self._opened = False
        self._settled = True
        self._source_counts: Counter[str] = Counter()
        self._source: Source | None = None
        self._beat_s = self._memory_s = float("-inf")
        self._give_back_s = doors.clock.now_s() + GIVE_BACK_EVERY_S
        self._beat_about = self._about
        self._memory_bytes = 0

    def run(self) -> None:
        """Run sessions until stopped, then drain. Only camera trouble is retried; a bug escapes."""
        with contextlib.suppress(_StopSeen):
            while True:
                try:
                    self._run_session()
                except SourceError as error:
                    self._lose(error)
        self._drain()

    def _run_session(self) -> None:
        self._breathe()
        with contextlib.closing(self._doors.open_source(self._breathe)) as source, self._counted(source):
            self._time.begin_session()
            for frame in source.frames():
                self._take(frame, source.lag_s)
                del frame  # it may be long until the next, and its picture and the decoder's memory of it are 4 MB
                self._breathe()
        raise SourceError("the stream ended")

    def _take(self, frame: Frame, lag_s: float) -> None:
        now_s = self._doors.clock.now_s()
        if self._tally.state is not State.STREAMING:
            self._note_stream(frame)
        self._tries.got_through(now_s)  # a delivered frame, not an opened socket
        self._settled = False
        t_s = self._time.place(frame.t_s, frame.at, now_s=now_s, clock=frame.clock)
        placed = replace(frame, t_s=t_s)
        self._tally.lag(now_s, lag_s)
        self._doors.stages.hold(self._detect_fps())
        self._tell(self._doors.stages.feed(placed, lag_s=lag_s))
        # Only now: a frame that took us long (a network compiled, a slow disk) is no gap between frames.
        self._tally.frame(self._doors.clock.now_s())

    def _detect_fps(self) -> float:
        allowed_fps = self._doors.allowed_fps()
        return self._camera.detect_fps_max if allowed_fps is None else min(allowed_fps, self._camera.detect_fps_max)

    def _note_stream(self, frame: Frame) -> None:
        say = self._log.info if self._tries.is_told else self._log.debug
        say("source_opened", width=frame.width, height=frame.height, tries=self._tries.failures + 1)
        if self._opened:
            self._tally.opened_again()
        self._opened = True
        # Never later than it is due: a camera that comes and goes would put it off for ever.
        self._give_back_s = min(self._give_back_s, self._doors.clock.now_s() + GIVE_BACK_FIRST_S)

    def _lose(self, error: SourceError) -> None:
        """Wait before the next try; what was in view may go on with it, as behind any other gap."""
        self._tally.lost(redact(str(error)))
        self._wait(self._tries.failed(error))

    def _wait(self, delay_s: float) -> None:
        until_s = self._doors.clock.now_s() + delay_s
        while (rest_s := until_s - self._doors.clock.now_s()) > 0:
            self._breathe()
            self._doors.clock.sleep(min(WAIT_STEP_S, rest_s))

    def _drain(self) -> None:
        """Settle what is open, publish, say goodbye."""
        self._tally.state = State.STOPPING
        self._settle()
        left = self._doors.outbox.stop(PUBLISH_S)
        self._log.info(
            "worker_drained",
            events_waiting=left.on_disk,
            events_handed_over=left.handed_over,
            events_lost=left.lost,
        )
        self._doors.say(Stopped(self._facts()))

    def _breathe(self) -> None:
        """What is due between two frames, and while none comes: see a stop, let time pass, note, beat.

        A beat a second, and one at once when the state has changed, or the camera asks whether it may wake.

        Raises:
            _StopSeen: it is time to drain.
        """
        if self._stop.is_set():
            raise _StopSeen
        now_s = self._doors.clock.now_s()
        self._pass_time(now_s)
        self._doors.note_plates()
        if now_s - self._beat_s >= BEAT_S or self._about != self._beat_about:
            self._beat_s, self._beat_about = now_s, self._about
            facts = self._facts()
            self._note_heard(facts, now_s)
            self._doors.say(Beat(facts))

    def _note_heard(self, facts: Facts, now_s: float) -> None:
        """A camera that sleeps gets through, too: no frame reaches us, but it is heard."""
        if self._source and facts.state is State.STREAMING and facts.last_frame_age_s is not None:
            self._tries.got_through(now_s - facts.last_frame_age_s)

    @property
    def _about(self) -> tuple[State, Wakefulness | None]:
        return self._tally.state, self._source.wakefulness if self._source else None

    def _pass_time(self, now_s: float) -> None:
        """Settle what was in view when the last frame is long ago; until then time passes between two sessions."""
        age_s = self._tally.frame_age_s(now_s)
        if self._settled or age_s is None:
            return
        if age_s > self._gap_s_max:
            self._settle()
        elif self._source is None:
            self._tell(self._doors.stages.pass_time(self._time.pass_time(now_s)))

    @property
    def _gap_s_max(self) -> float:
        """How long no frame may come before what was in view has left."""
        gap_s = self._camera.track_gap_s_max
        if self._source is None:
            return gap_s + RESOLVED_S
        return max(gap_s, PAUSE_S_MAX) if self._source.wakefulness in {None, Wakefulness.AWAKE} else gap_s

    def _settle(self) -> None:
        """Close the open passes, once for each time that frames have stopped."""
        if not self._settled:
            self._settled = True
            self._tell(self._doors.stages.settle())

    def _tell(self, verdicts: list[Verdict]) -> None:
        for verdict in verdicts:
            event = self._doors.record(verdict)
            self._doors.outbox.put(event)
            self._tally.event(event)
            self._log_event(event)

    def _log_event(self, event: Event) -> None:
        name = "pass_unreadable" if event.type is VerdictKind.UNREADABLE else f"plate_{event.type.value}"
        shown = {} if event.type is VerdictKind.UNREADABLE else {"plate": event.plate, "region": event.region}
        self._log.info(name, **shown, confidence=round(event.confidence, 3), votes=event.votes, reads=event.reads)

    @contextlib.contextmanager
    def _counted(self, source: Source) -> Iterator[None]:
        """Keep the drops of a session when the next one begins to count anew."""
        self._source = source
        try:
            yield
        finally:
            self._source = None
            self._source_counts.update(source.counts)

    def _facts(self) -> Facts:
        now_s = self._doors.clock.now_s()
        self._mind_memory(now_s)
        self._tally.cores(now_s, self._doors.core_times())
        facts = self._tally.facts(
            now_s,
            pipeline=self._doors.stages.counts,
            source=self._source_counts + Counter(self._source.counts if self._source else {}),
            outbox=self._doors.outbox.facts(),
            memory_bytes=self._memory_bytes,
            detect_fps=self._detect_fps(),
        )
        return replace(facts, wakefulness=self._about[1], unsettled=self._doors.stages.unsettled)

    def _mind_memory(self, now_s: float) -> None:
        if now_s >= self._give_back_s:
            self._give_back_s = now_s + GIVE_BACK_EVERY_S
            self._doors.give_back_memory()
            self._memory_s = float("-inf")
        if now_s - self._memory_s >= MEMORY_EVERY_S:
            self._memory_s = now_s
            self._memory_bytes = self._doors.own_memory_bytes()


class _StopSeen(Exception):
    """The way out of a camera that keeps us waiting."""
