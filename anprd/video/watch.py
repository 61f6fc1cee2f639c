"""A camera's small stream, watched for motion so that the large one need not be decoded while nothing moves.

It may be away, for a moment or for ever: then nobody watches, and whoever relies on it decodes the large one.

Where the cores are not enough its key frames alone are judged (`glance`), a half of what an idle camera costs. What
moves is then seen up to a key frame interval later, so `since_s` reaches back as far.
"""

import random
from collections import deque
from collections.abc import Callable

from anprd.errors import SourceError
from anprd.observe import logs
from anprd.observe.tries import Tries
from anprd.video.clock import Clock
from anprd.video.frames import Picture
from anprd.video.motion import Motion, MotionGate
from anprd.video.reader import Arrival
from anprd.video.session import Session

LOOK_S = 0.25  # a car is in view for half a second at the least, and what was before the motion is looked at too
_EARLY_S = 0.03  # pictures do not come evenly
_LEAP_S = 10.0  # by which times of the stream may go forward and mean it
LEAD_S = 1.0  # what is looked at before the first motion; cameras send their two streams up to half a second apart
BLIND_S = 2.0  # so long without a picture while the large stream has some, and nobody watches
RETRY_FIRST_S = 1.0
RETRY_CAP_S = 60.0  # the large stream is decoded meanwhile: nothing is missed, it only costs
GLANCE_KEY_S_MAX = 2.5  # a vehicle is in view for two seconds and more; where key frames are rarer all is decoded
_SEEN_MAX = 256  # judgements: a minute, five times what a buffer may hold


class SubstreamWatch:
    """Opens the small stream again and again, and judges its pictures. Moments are those of arrival, monotonic."""

    def __init__(
        self,
        open_session: Callable[[], Session],
        gate: MotionGate,
        clock: Clock,
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`open_session` begins to open it and returns at once."""
        self._open_session = open_session
        self._gate = gate
        self._clock = clock
        self._log = logs.get()
        self._session: Session | None = None
        self._tries = Tries("substream_lost", self._log, first_s=RETRY_FIRST_S, cap_s=RETRY_CAP_S, chance=chance)
        self._retry_s = clock.now_s()
        self._judged_s: float | None = None  # by arrival
        self._shown_s: float | None = None  # by the stream's own time
        self._gate_s = 0.0
        self._seen: deque[tuple[float, Motion]] = deque(maxlen=_SEEN_MAX)
        self._glances = False
        self._awaits_key = False  # pictures before it cannot be decoded, those that they refer to were let go
        self._key_s = float("-inf")
        self._keys_apart_s = float("inf")
        self._known_s = float("-inf")
        self._stills_fail = False
        self._quiet_s = float("-inf")
        self.moved_s = float("-inf")
        """When a picture last came that was worth looking at."""

    def is_blind(self, heard_s: float) -> bool:
        """Whether nobody watches, though the large stream was heard at that moment.

        Moments of arrival are compared, never now: a machine that is too slow for us must not have us decode more.
        """
        return self._session is None or not self._seen or heard_s - self._known_s > BLIND_S

    @property
    def since_s(self) -> float:
        """From here on the large stream is of interest, should it be so at all."""
        if not self._seen:
            return self._clock.now_s() - LEAD_S
        seen_s = self._seen[-1][0]
        return (max(self._quiet_s, seen_s - GLANCE_KEY_S_MAX) if self._glances else seen_s) - LEAD_S

    def look(self, wait_s: float) -> None:
        """Judge what has come, four times a second; waits for it at most `wait_s`, or not at all while it is away."""
        self._glances = False
        self._take(wait_s)

    def glance(self, wait_s: float) -> None:
        """Judge the key frames of what has come; as `look` where they are rare."""
        self._glances = self._keys_apart_s <= GLANCE_KEY_S_MAX
        self._take(wait_s)

    def _take(self, wait_s: float) -> None:
        try:
            session = self._opened()
            if session is not None:
                self._judge_all(session, session.take_all(wait_s, rest_s=min(wait_s, LOOK_S)))
        except SourceError as error:
            self._lose(error)

    def motion(self, arrived_s: float) -> Motion | None:
        """What was seen about that moment, a little before and after; None: nobody watched."""
        about = [motion for moment_s, motion in self._seen if abs(moment_s - arrived_s) <= LEAD_S]
        return Motion.of_several(about) if about else None

    def close(self) -> None:
        """End the connection."""
        if self._session is not None:
            self._session.close()

    def _opened(self) -> Session | None:
        if self._session is None and self._clock.now_s() >= self._retry_s:
            self._session = self._open_session()
        return self._session if self._session is not None and self._session.is_open(0.0) else None

    def _judge_all(self, session: Session, arrivals: list[Arrival]) -> None:
        for arrival in arrivals:
            if arrival.packet.is_keyframe:
                self._keys_apart_s, self._key_s = arrival.arrived_s - self._key_s, arrival.arrived_s
            if self._glances:
                self._glance_at(session, arrival)
            elif self._awaits_key and not arrival.packet.is_keyframe:
                self._known_s = arrival.arrived_s
            else:
                self._look_at(session, arrival)

    def _look_at(self, session: Session, arrival: Arrival) -> None:
        if self._awaits_key:
            self._awaits_key = False
            session.begin_anew()
        for picture in session.pictures(arrival):
            self._judge(picture, arrival.arrived_s, picture.pts_s)

    def _glance_at(self, session: Session, arrival: Arrival) -> None:
        self._awaits_key = True
        if arrival.packet.is_keyframe:
            frame = session.still(arrival)
            self._stills_fail = frame is None
            if frame is not None:
                self._judge(frame.picture, arrival.arrived_s, frame.t_s)
        elif not self._stills_fail:
            self._known_s = arrival.arrived_s

    def _judge(self, picture: Picture, arrived_s: float, shown_s: float | None) -> None:
        """Judge a picture, if it is time to; `shown_s`: when it was taken by the stream's own time, if that has one."""
        self._note_back(arrived_s)
        if self._is_due(arrived_s, shown_s):
            motion = self._gate.feed(picture.luma(), self._gate_s)
            if self._glances and motion.active and self._seen and not self._seen[-1][1].active:
                self._seen.append((self._seen[-1][0], Motion.unknown()))  # it began in between, and anywhere
            self._seen.append((arrived_s, motion))
            self._known_s = arrived_s
            if motion.active:
                self.moved_s = arrived_s
            else:
                self._quiet_s = arrived_s

    def _is_due(self, arrived_s: float, shown_s: float | None) -> bool:
        """Whether it lies long enough after the last one judged, by arrival or by the stream's own time.

        After a pause of the network many come at once, and what happened meanwhile is in all of them.
        """
        later_s = float("inf") if self._judged_s is None else arrived_s - self._judged_s
        if shown_s is not None and self._shown_s is not None and shown_s - self._shown_s <= _LEAP_S:
            later_s = max(later_s, shown_s - self._shown_s)
        if later_s < LOOK_S - _EARLY_S:
            return False
        self._gate_s += min(later_s, _LEAP_S)
        self._judged_s, self._shown_s = arrived_s, shown_s
        return True

    def _note_back(self, arrived_s: float) -> None:
        if self._tries.failures:
            say = self._log.info if self._tries.is_told else self._log.debug
            say("substream_back", tries=self._tries.failures + 1)
        self._tries.got_through(arrived_s)

    def _lose(self, error: SourceError) -> None:
        self.close()
        self._session = None
        self._retry_s = self._clock.now_s() + self._tries.failed(error)
