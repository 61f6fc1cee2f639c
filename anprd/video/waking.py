"""A camera on the network whose frames are decoded only while there is something to see.

Decoding is nearly all that an idle camera costs. Who sleeps must miss nothing: with a substream the last pictures of
the main stream are kept as they came, and looking begins before the motion did. Without one, key frames alone can be
watched; what passes between two of them is missed, so that is for gates where vehicles stop.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from anprd.observe import logs
from anprd.settings import CameraSettings
from anprd.video import decoder
from anprd.video.frames import Frame
from anprd.video.gop import GopBuffer
from anprd.video.live import Call, NetworkSource
from anprd.video.motion import Motion, MotionGate
from anprd.video.reader import Arrival
from anprd.video.session import WAIT_S
from anprd.video.wakefulness import Wakefulness
from anprd.video.watch import LEAD_S, LOOK_S, SubstreamWatch

_GATE_S = 0.1  # motion need not be judged more often
KEY_S_MAX = 5.0  # between two key frames of a camera that may sleep; a vehicle at a gate stands there for longer
RARE_TOLD = 3  # a pause of the network makes two rare ones
WAITED_S_MAX = 6.0  # who waits to be allowed to wake; a plate that is told later is of little use
CATCH_UP_HZ = 0.3  # seconds a second, at the least, by which one who woke late shall come nearer to live


@dataclass(frozen=True, slots=True)
class Lookback:
    """How far behind live one may be who has looked back. It shrinks, so that who does not catch up is seen to lag."""

    first_s: float = 0.0
    begun_s: float = 0.0
    shrinks_hz: float = 0.0

    def allowed_s(self, now_s: float) -> float:
        return max(0.0, self.first_s - self.shrinks_hz * (now_s - self.begun_s))


class SubstreamSource(NetworkSource):
    """The main stream, decoded while `settings.substream` shows motion, and while nobody watches that.

    Without leave to wake it asks, keeps what comes for `WAITED_S_MAX`, and lets go what is older.
    """

    def __init__(self, call: Call) -> None:
        super().__init__(call)
        settings, clock = call.settings, call.clock
        assert settings.substream is not None
        self.counts["asleep"] = 0
        # Its own counts: a damaged picture of the substream is none lost.
        begin = partial(call.open_session, settings.substream, settings, clock, Counter(), decoding=decoder.ROUGHLY)
        self._watch = SubstreamWatch(begin, _gate(settings), clock)
        self._leave = call.leave
        self._kept = GopBuffer()
        self._awake = True
        self._shown = False
        self._heard_s = clock.now_s()
        self._asks_from_s: float | None = None
        self._lookback = Lookback()

    @property
    def lag_s(self) -> float:
        """How far behind live, less what looking back takes: a frame of before the motion is late on purpose."""
        return max(0.0, self._main.lag_s - self._lookback.allowed_s(self._clock.now_s()))

    @property
    def wakefulness(self) -> Wakefulness:
        if self._awake:
            return Wakefulness.AWAKE
        return Wakefulness.ASLEEP if self._asks_from_s is None else Wakefulness.ASKS

    def frames(self) -> Iterator[Frame]:
        try:
            while not self._closed:
                self._watch_on()
                if not self._shown:  # that there is a picture tells that the camera is back
                    yield from self._go_on()
                elif not self._wanted():
                    self._doze()
                elif not self._leave().wake:
                    self._ask()
                elif self._awake:
                    yield from self._go_on()
                else:
                    yield from self._wake()
        finally:
            self.close()

    def close(self) -> None:
        super().close()
        self._watch.close()

    def _watch_on(self) -> None:
        if self._awake:
            self._watch.look(0.0)
        elif self._leave().watch_all:
            self._watch.look(WAIT_S)
        else:
            self._watch.glance(WAIT_S)

    def _wanted(self) -> bool:
        asks = self._asks_from_s is not None and self._asks_from_s <= self._watch.moved_s + LEAD_S
        moves = self._watch.is_blind(self._heard_s) or self._heard_s <= self._watch.moved_s + LEAD_S
        return moves or asks or (self._awake and self._needed())

    def _go_on(self) -> Iterator[Frame]:
        arrival = self._main.take(WAIT_S, late_s=self._lookback.allowed_s(self._clock.now_s()))
        if arrival is None:
            self._lookback = Lookback()
            self._wait()
            return
        yield from self._decoded(arrival)
        if self._main.lag_s < LEAD_S:
            self._lookback = Lookback()

    def _doze(self) -> None:
        """Keep what came since, undecoded."""
        self._awake, self._asks_from_s = False, None
        self._keep("asleep", keep_from_s=self._watch.since_s)

    def _ask(self) -> None:
        """The same, but something moves that is not to be missed if that can be helped."""
        if self._asks_from_s is None:
            self._asks_from_s = self._heard_s if self._awake else self._watch.since_s
        self._awake = False
        self._asks_from_s = max(self._asks_from_s, self._heard_s - WAITED_S_MAX)
        self._keep("unserved", keep_from_s=self._asks_from_s)

    def _keep(self, reason: str, *, keep_from_s: float) -> None:
        """Take what has come; what is let go counts as `reason`, what is kept as asleep."""
        wait_s = WAIT_S if self._watch.is_blind(self._heard_s) else 0.0  # else the watch has waited
        for arrival in self._main.take_all(wait_s, rest_s=LOOK_S):
            self._heard_s = arrival.arrived_s
            self.counts["asleep"] += 1
            needless, excess = self._kept.put(arrival, keep_from_s=keep_from_s)
            self.counts["asleep"] -= len(needless)
            self.counts[reason] += len(needless)
            for passed in needless:
                self._main.pass_over(passed)
                self._main.forget()  # what is decoded next begins with a later key frame
            self._keep_up(excess)
        self._wait()

    def _wake(self) -> Iterator[Frame]:
        """Decode from the key frame before the motion on, and show what is not older than `LEAD_S` before it."""
        now_s = self._clock.now_s()
        if self._asks_from_s is None:
            since_s = self._watch.since_s
            self._lookback = Lookback(max(0.0, now_s - since_s))
        else:
            since_s = self._asks_from_s
            self._lookback = Lookback(max(0.0, now_s - since_s), begun_s=now_s, shrinks_hz=CATCH_UP_HZ)
        self._awake, self._asks_from_s = True, None
        kept = self._kept.take()
        shown = [arrival for arrival in kept if arrival.arrived_s >= since_s]
        self._keep_up(kept[: len(kept) - len(shown)])
        self._begin_at_key(shown)
        for number, arrival in enumerate(shown):
            if self._closed:
                return
            if not self._leave().wake:
                self._put_back(shown[number:])
                return
            self.counts["asleep"] -= 1
            yield from self._decoded(arrival)

    def _put_back(self, arrivals: list[Arrival]) -> None:
        for arrival in arrivals:
            self._kept.put(arrival, keep_from_s=arrivals[0].arrived_s)

    def _keep_up(self, arrivals: list[Arrival]) -> None:
        """Decode and let go: what comes after refers to it."""
        self._begin_at_key(arrivals)
        for arrival in arrivals:
            self._main.decode(arrival)

    def _begin_at_key(self, arrivals: list[Arrival]) -> None:
        """Packets begin with a key frame, or where the decoder stopped."""
        if arrivals and arrivals[0].packet.is_keyframe:
            self._main.begin_anew()

    def _decoded(self, arrival: Arrival) -> Iterator[Frame]:
        self._heard_s = arrival.arrived_s
        frames = self._main.decode(arrival)
        for frame in frames:
            self._shown = True
            motion = None if self._watch.is_blind(arrival.arrived_s) else self._watch.motion(arrival.arrived_s)
            yield replace(frame, motion=motion)
        if not frames:
            self._wait()


class KeyframeSource(NetworkSource):
    """The stream's key frames while nothing moves, and every frame from one on in which something does."""

    def __init__(self, call: Call) -> None:
        super().__init__(call)
        self.counts["asleep"] = 0
        self._gate = _gate(call.settings)
        self._motion = Motion.unknown()
        self._judged_s = float("-inf")
        self._key_s = float("-inf")
        self._keys_apart_s = float("inf")
        self._rare = 0  # in a row
        self._log = logs.get()
        self._leave = call.leave
        self._wakefulness = Wakefulness.AWAKE

    @property
    def wakefulness(self) -> Wakefulness:
        return self._wakefulness

    def frames(self) -> Iterator[Frame]:
        try:
            while not self._closed:
                if self._wakefulness is Wakefulness.AWAKE:
                    arrival = self._main.take(WAIT_S)
                    yield from self._go_on(arrival) if arrival is not None else ()
                else:
                    yield from self._doze()
                self._wait()
        finally:
            self.close()

    def _go_on(self, arrival: Arrival) -> Iterator[Frame]:
        self._note_key(arrival)
        yield from self._decoded(arrival)
        stays = self._motion.active or self._needed() or not self._may_sleep(arrival)
        self._wakefulness = self._stirred() if stays else Wakefulness.ASLEEP

    def _stirred(self) -> Wakefulness:
        return Wakefulness.AWAKE if self._leave().wake else Wakefulness.ASKS

    def _doze(self) -> Iterator[Frame]:
        for arrival in self._main.take_all(WAIT_S, rest_s=LOOK_S):
            if self._wakefulness is Wakefulness.AWAKE:
                yield from self._go_on(arrival)
            elif arrival.packet.is_keyframe:
                yield from self._peep(arrival)
            else:
                self._let_go()
                if not self._may_sleep(arrival):
                    self._wakefulness = self._stirred()

    def _note_key(self, arrival: Arrival) -> None:
        if arrival.packet.is_keyframe:
            self._keys_apart_s, self._key_s = arrival.arrived_s - self._key_s, arrival.arrived_s
            self._rare = self._rare + 1 if KEY_S_MAX < self._keys_apart_s < float("inf") else 0
            if self._rare == RARE_TOLD:
                advice = "set the camera's key frame interval to one or two seconds; until then every frame is decoded"
                self._log.warning("key_frames_rare", apart_s=round(self._keys_apart_s, 1), advice=advice)

    def _may_sleep(self, arrival: Arrival) -> bool:
        """Whether key frames come often enough to be all that is looked at."""
        return max(self._keys_apart_s, arrival.arrived_s - self._key_s) <= KEY_S_MAX

    def _peep(self, arrival: Arrival) -> Iterator[Frame]:
        self._note_key(arrival)
        frame = self._main.still(arrival)
        if frame is not None:
            self._judge(frame)
        is_quiet = frame is not None and not self._motion.active and self._may_sleep(arrival)
        self._wakefulness = Wakefulness.ASLEEP if is_quiet else self._stirred()
        if self._wakefulness is Wakefulness.AWAKE:
            yield from self._decoded(arrival)
        else:
            self._main.forget()  # the next key frame may be seconds away
            self._let_go()

    def _let_go(self) -> None:
        self.counts["unserved" if self._wakefulness is Wakefulness.ASKS else "asleep"] += 1

    def _decoded(self, arrival: Arrival) -> Iterator[Frame]:
        for frame in self._main.decode(arrival):
            self._judge(frame)
            yield replace(frame, motion=self._motion)

    def _judge(self, frame: Frame) -> None:
        if not 0 <= frame.t_s - self._judged_s < _GATE_S:
            self._judged_s = frame.t_s
            self._motion = self._gate.feed(frame.luma(), frame.t_s)


def _gate(settings: CameraSettings) -> MotionGate:
    return MotionGate(area_ratio_min=settings.motion_area_ratio_min, hold_s=settings.motion_hold_s)
