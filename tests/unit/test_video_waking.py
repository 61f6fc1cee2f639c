"""Sleeping cameras: numbered pictures, a substream of the same scene, and a decoder that minds the order."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import structlog.testing
from hypothesis import given, settings
from hypothesis import strategies as st

from anprd.errors import SourceError
from anprd.records import Bgr, Luma
from anprd.settings import CameraSettings
from anprd.video.frames import Frame
from anprd.video.live import Call, LiveSource
from anprd.video.motion import MotionGate
from anprd.video.reader import Arrival
from anprd.video.session import WAIT_S
from anprd.video.wakefulness import Leave, Wakefulness
from anprd.video.waking import CATCH_UP_HZ, WAITED_S_MAX, KeyframeSource, Lookback, SubstreamSource
from anprd.video.watch import RETRY_FIRST_S, SubstreamWatch

MAIN, SUB = "rtsp://192.0.2.1/main", "rtsp://192.0.2.1/sub"
FPS, SUB_FPS, GOP = 25, 10, 50
ROAD = np.random.default_rng(3).integers(60, 160, (90, 160)).astype(np.uint8)


class Time:
    """A clock that runs as fast as it is waited on."""

    def __init__(self) -> None:
        self.t_s = 0.0

    def now_s(self) -> float:
        return self.t_s

    def wall(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.t_s)

    def sleep(self, seconds: float) -> None:
        self.t_s += seconds


@dataclass(frozen=True)
class Scene:
    """A road on which a car drives at some times."""

    spans_s: tuple[tuple[float, float], ...] = ()

    def moves(self, t_s: float) -> bool:
        return any(begin <= t_s <= end for begin, end in self.spans_s)

    def luma(self, t_s: float) -> Luma:
        picture = ROAD.copy()
        if self.moves(t_s):
            x = int(t_s * 60) % 120
            picture[30:60, x : x + 40] = 250
        return picture


@dataclass(frozen=True)
class Packet:
    number: int
    is_keyframe: bool
    t_s: float
    size: int = 10_000


class Shown:
    """A picture of the scene that knows its packet."""

    def __init__(self, scene: Scene, packet: Packet) -> None:
        self.packet = packet
        self.pts_s = packet.t_s
        self._scene = scene

    def luma(self) -> Luma:
        return self._scene.luma(self.packet.t_s)

    def bgr(self) -> Bgr:
        return np.repeat(self.luma()[..., None], 3, axis=2)


class Stream:
    """Stands in for `Session`: packets by the clock, and a decoder that must be fed in order."""

    def __init__(self, site: "Site", clock: Time, *, fps: float, gop: int, delay_s: float) -> None:
        self.name, self.width, self.height, self.fps = "test", 160, 90, fps
        self.decoded: list[int] = []
        self.passed: list[int] = []  # undecoded, and told to the clock
        self.closed = False
        self.held = False  # the memory of its pictures
        self.gop = gop
        self._site, self._clock, self._delay_s = site, clock, delay_s
        self._next = int(max(0.0, clock.now_s()) * fps)
        self._next += -self._next % gop  # FFmpeg gives packets from the first key frame on
        self._position: int | None = None
        self._live_s = clock.now_s()

    def await_open(self, waiting: Any) -> None:
        pass

    def is_open(self, wait_s: float) -> bool:
        return True

    @property
    def lag_s(self) -> float:
        return self._clock.now_s() - self._live_s

    def take(self, wait_s: float, late_s: float = 0.0) -> Arrival | None:
        arrivals = self._come(wait_s, 1)
        return arrivals[0] if arrivals else None

    def take_all(self, wait_s: float, *, rest_s: float = 0.0) -> list[Arrival]:
        if rest_s and wait_s and self._due_s() > self._clock.now_s():
            self._clock.sleep(min(rest_s, wait_s))  # several are handed over at once
        return self._come(wait_s, 10_000)

    def pictures(self, arrival: Arrival) -> list[Shown]:
        packet = arrival.packet
        if self._clock.now_s() < self._site.dark_until_s:
            return []
        follows = packet.is_keyframe if self._position is None else packet.number == self._position + 1
        assert follows, "a picture that cannot be decoded"
        self._position = packet.number
        self.held = True
        self.decoded.append(packet.number)
        self._live_s = arrival.arrived_s
        return [Shown(self._site.scene, packet)]

    def decode(self, arrival: Arrival) -> list[Frame]:
        return [Frame(shown.packet.t_s, self._clock.wall(), 160, 90, shown) for shown in self.pictures(arrival)]

    def still(self, arrival: Arrival) -> Frame | None:
        self._position = None
        (frame,) = self.decode(arrival)
        self._position = None
        return frame if self._site.stills else None

    def begin_anew(self) -> None:
        self._position = None

    def forget(self) -> None:
        self._position = None
        self.held = False

    def pass_over(self, arrival: Arrival) -> None:
        self.passed.append(arrival.packet.number)

    def close(self) -> None:
        self.closed = True

    def _due_s(self) -> float:
        """When the next packet comes: none does while the network stands still, and then all at once."""
        due_s = self._next / self.fps + self._delay_s
        begin_s, end_s = self._site.stall_s
        return end_s if begin_s <= due_s < end_s else due_s

    def _come(self, wait_s: float, count: int) -> list[Arrival]:
        if self.closed:
            return []
        if self._due_s() > self._clock.now_s():
            self._clock.sleep(min(wait_s, self._due_s() - self._clock.now_s()))
        come = []
        while len(come) < count and (due_s := self._due_s()) <= self._clock.now_s() + 1e-9:
            t_s = self._next / self.fps
            come.append(Arrival(Packet(self._next, self._next % self.gop == 0, t_s), due_s))
            self._next += 1
        if self._clock.now_s() > self._site.until_s:
            raise SourceError("the stream ended")
        return come


class Site:
    """The camera and its two streams; the substream may be away at times."""

    def __init__(
        self,
        scene: Scene,
        *,
        until_s: float,
        sub_delay_s: float = 0.0,
        gop: int = GOP,
        sub_gop: int = 20,
        away_s: tuple[float, float] = (1e9, 1e9),
        stall_s: tuple[float, float] = (1e9, 1e9),
        stills: bool = True,
        dark_until_s: float = 0.0,
    ) -> None:
        self.stall_s, self.stills, self.dark_until_s = stall_s, stills, dark_until_s
        self.scene, self.until_s, self._sub_delay_s, self._gop = scene, until_s, sub_delay_s, gop
        self._sub_gop = sub_gop
        self._away_s = away_s
        self.clock = Time()
        self.main: Stream | None = None
        self.subs: list[Stream] = []

    def open(
        self, url: str, _settings: CameraSettings, clock: Time, _counts: Counter[str], decoding: Mapping[str, str] = {}
    ) -> Stream:
        if url == MAIN:
            self.main = Stream(self, clock, fps=FPS, gop=self._gop, delay_s=0.0)
            return self.main
        self.subs.append(
            Substream(self, clock, self._away_s, fps=SUB_FPS, gop=self._sub_gop, delay_s=self._sub_delay_s)
        )
        return self.subs[-1]


class Substream(Stream):
    """It fails while it is away."""

    def __init__(self, site: Site, clock: Time, away_s: tuple[float, float], **how: Any) -> None:
        super().__init__(site, clock, **how)
        self._away_s = away_s

    def take_all(self, wait_s: float, *, rest_s: float = 0.0) -> list[Arrival]:
        if self._away_s[0] <= self._clock.now_s() <= self._away_s[1]:
            raise SourceError("the substream is away")
        return super().take_all(wait_s, rest_s=rest_s)


def nobody() -> bool:
    return False


def watched(site: Site, needed: Any = nobody) -> list[Frame]:
    """What the substream's source shows until the stream ends."""
    camera = CameraSettings(name="gate", url=MAIN, substream=SUB)
    source = SubstreamSource(Call(MAIN, camera, site.clock, lambda: None, needed, site.open))
    frames = []
    with pytest.raises(SourceError):
        frames.extend(frame for frame in iter_into(frames, source))
    return frames


def iter_into(frames: list[Frame], source: Any) -> Any:
    for frame in source.frames():
        frames.append(frame)
        yield from ()


def times(frames: list[Frame], begin_s: float, end_s: float) -> list[float]:
    return [round(frame.t_s, 2) for frame in frames if begin_s <= frame.t_s <= end_s]


def test_while_nothing_moves_nothing_is_decoded():
    site = Site(Scene(), until_s=60.0)
    watched(site)
    assert site.main is not None
    assert not [number for number in site.main.decoded if 5.0 < number / FPS < 58.0]  # the first look, and the end
    assert set(range(5 * FPS, 54 * FPS)) <= set(site.main.passed)


def test_while_nothing_moves_no_pictures_are_held():
    site = Site(Scene(), until_s=60.0)
    held = []

    def waiting() -> None:
        if site.main is not None and 10.0 < site.clock.now_s() < 55.0:
            held.append(site.main.held)

    camera = CameraSettings(name="gate", url=MAIN, substream=SUB)
    with pytest.raises(SourceError):
        iter_all(SubstreamSource(Call(MAIN, camera, site.clock, waiting, nobody, site.open)))
    assert held
    assert not any(held)


def test_what_moves_is_seen_from_before_it_moved():
    site = Site(Scene(((31.3, 33.0),)), until_s=45.0)
    frames = watched(site)
    seen_s = times(frames, 30.8, 33.0)
    assert seen_s == [round(number / FPS, 2) for number in range(int(30.8 * FPS), int(33.0 * FPS) + 1)]


def test_it_sleeps_again_once_the_motion_is_over():
    frames = watched(Site(Scene(((20.0, 21.0),)), until_s=60.0))
    assert not times(frames, 10.0, 18.5)
    assert not times(frames, 27.0, 58.0)


def test_frames_carry_what_the_substream_showed():
    frames = watched(Site(Scene(((20.0, 21.0),)), until_s=40.0))
    (frame,) = [frame for frame in frames if abs(frame.t_s - 20.6) < 0.01]
    assert frame.motion is not None
    assert frame.motion.active
    assert frame.motion.area_ratio > 0


def test_a_substream_that_comes_late_or_early_is_waited_for():
    for delay_s in (-0.5, 0.5):
        frames = watched(Site(Scene(((31.3, 33.0),)), until_s=45.0, sub_delay_s=delay_s))
        assert len(times(frames, 31.3, 33.0)) == 43, delay_s


def test_without_the_substream_everything_is_decoded():
    site = Site(Scene(), until_s=60.0, away_s=(20.0, 30.0))
    frames = watched(site)
    assert len(times(frames, 23.0, 29.0)) == 151
    assert [stream.closed for stream in site.subs[:-1]] == [True] * (len(site.subs) - 1)
    assert all(frame.motion is None for frame in frames if 23.0 < frame.t_s < 29.0)


def test_motion_in_the_moment_in_which_the_substream_fails_is_not_missed():
    frames = watched(Site(Scene(((20.1, 21.9),)), until_s=40.0, away_s=(20.05, 30.0)))
    assert len(times(frames, 20.1, 21.9)) == 45


def test_while_somebody_waits_for_frames_it_stays_awake():
    site = Site(Scene(((20.0, 21.0),)), until_s=60.0)
    frames = watched(site, lambda: site.clock.now_s() > 20.5)
    assert len(times(frames, 22.0, 59.0)) == 37 * FPS + 1


def test_key_frames_ten_minutes_apart_cost_decoding_and_lose_nothing():
    site = Site(Scene(((71.3, 73.0),)), until_s=80.0, gop=15_000)
    frames = watched(site)
    assert len(times(frames, 71.3, 73.0)) == 43
    assert not times(frames, 20.0, 70.0)


def test_a_machine_that_is_too_slow_does_not_make_the_watch_blind():
    site = Site(Scene(), until_s=60.0)
    gate = MotionGate(area_ratio_min=0.001, hold_s=2.0)
    begin = partial(site.open, SUB, CameraSettings(name="gate", url=MAIN), site.clock, Counter())
    watch = SubstreamWatch(begin, gate, site.clock)
    assert watch.is_blind(0.0)
    site.clock.sleep(1.0)
    watch.look(1.0)
    heard_s = site.clock.now_s()
    site.clock.sleep(5.0)  # nobody gave us a core
    assert not watch.is_blind(heard_s)
    assert watch.is_blind(heard_s + 5.0)  # the large stream goes on, the small one does not


@pytest.mark.parametrize("length_s", [1.5, 2.0, 3.0])
def test_what_passed_while_the_network_stood_still_is_seen_when_it_comes(length_s):
    site = Site(Scene(((31.3, 32.4),)), until_s=60.0, stall_s=(31.05, 31.05 + length_s))
    frames = watched(site)
    assert len(times(frames, 31.3, 32.4)) == 28
    assert not times(frames, 42.0, 58.0)


@pytest.mark.parametrize("wake", ["always", "substream", "keyframes"])
def test_while_packets_give_no_picture_stops_are_seen_and_hearts_beat(wake):
    site = Site(Scene(), until_s=30.0, dark_until_s=20.0)
    sources = {"always": LiveSource, "substream": SubstreamSource, "keyframes": KeyframeSource}
    beats: list[float] = []
    camera = CameraSettings(name="gate", url=MAIN, substream=SUB if wake == "substream" else None)
    call = Call(MAIN, camera, site.clock, lambda: beats.append(site.clock.now_s()), lambda: True, site.open)
    with pytest.raises(SourceError):
        iter_all(sources[wake](call))
    early = [beat_s for beat_s in beats if beat_s < 20.0]
    assert len(early) >= 38
    assert max(later - earlier for earlier, later in pairwise(early)) <= WAIT_S


@pytest.mark.parametrize("wake", ["substream", "keyframes"])
def test_while_an_awake_camera_is_silent_stops_are_seen_and_hearts_beat(wake):
    site = Site(Scene(((19.0, 40.0),)), until_s=45.0, stall_s=(25.0, 29.0))
    sources = {"substream": SubstreamSource, "keyframes": KeyframeSource}
    beats: list[float] = []
    camera = CameraSettings(name="gate", url=MAIN, substream=SUB if wake == "substream" else None)
    call = Call(MAIN, camera, site.clock, lambda: beats.append(site.clock.now_s()), nobody, site.open)
    frames: list[Frame] = []
    with pytest.raises(SourceError):
        frames.extend(iter_into(frames, sources[wake](call)))
    assert len([beat_s for beat_s in beats if 25.0 <= beat_s <= 29.0]) >= 4.0 / WAIT_S - 1
    assert len(times(frames, 20.0, 40.0)) == 20 * FPS + 1


def test_closing_ends_it():
    site = Site(Scene(), until_s=60.0)
    camera = CameraSettings(name="gate", url=MAIN, substream=SUB)
    source = SubstreamSource(Call(MAIN, camera, site.clock, lambda: None, nobody, site.open))
    frames = source.frames()
    next(frames)
    source.close()
    assert list(frames) == []
    assert site.main is not None
    assert [stream.closed for stream in (site.main, *site.subs)] == [True, True]


def test_looking_back_is_not_lag():
    site = Site(Scene(((31.3, 33.0),)), until_s=45.0)
    camera = CameraSettings(name="gate", url=MAIN, substream=SUB)
    source = SubstreamSource(Call(MAIN, camera, site.clock, lambda: None, nobody, site.open))
    lags_s = []
    for frame in source.frames():
        lags_s.append(source.lag_s)
        if frame.t_s > 33.0:
            break
    assert 0 <= min(lags_s) <= max(lags_s) < 0.5


def test_who_is_too_slow_is_seen_to_lag_though_it_has_looked_back():
    site = Site(Scene(((20.0, 60.0),)), until_s=90.0)
    camera = CameraSettings(name="gate", url=MAIN, substream=SUB)
    source = SubstreamSource(Call(MAIN, camera, site.clock, lambda: None, nobody, site.open))
    for frame in source.frames():
        if frame.t_s > 15.0:
            site.clock.sleep(0.1)  # of each 0.04
        if frame.t_s > 30.0:
            break
    assert source.lag_s == pytest.approx(10 * FPS * 0.06, abs=2.0)


@settings(max_examples=40, deadline=None)
@given(
    begin_s=st.floats(8.0, 30.0),
    gaps_s=st.lists(st.tuples(st.floats(0.5, 3.0), st.floats(0.1, 9.0)), min_size=1, max_size=4),
    gop=st.integers(5, 120),
    sub_delay_s=st.floats(-0.5, 0.5),
)
def test_whenever_a_car_comes_all_of_it_is_shown_once_and_in_order(
    begin_s: float, gaps_s: list[tuple[float, float]], gop: int, sub_delay_s: float
):
    spans = []
    for length_s, gap_s in gaps_s:
        spans.append((begin_s, begin_s + length_s))
        begin_s += length_s + gap_s
    frames = watched(Site(Scene(tuple(spans)), until_s=begin_s + 5.0, gop=gop, sub_delay_s=sub_delay_s))
    stamps = [frame.t_s for frame in frames]
    assert stamps == sorted(set(stamps))
    for begin, end in spans:
        assert len(times(frames, begin, end)) >= int((end - begin) * FPS) - 1


class Permit:
    """The supervisor's leave, by the clock."""

    def __init__(self, clock: Time, *, from_s: float = 1e9, until_s: float = 1e9, watch_all: bool = True) -> None:
        self._clock, self._from_s, self._until_s, self._watch_all = clock, from_s, until_s, watch_all

    def __call__(self) -> Leave:
        now_s = self._clock.now_s()
        return Leave(wake=now_s < 10.0 or self._from_s <= now_s < self._until_s, watch_all=self._watch_all)


def held(site: Site, permit: Permit, needed: Any = nobody) -> tuple[list[Frame], SubstreamSource]:
    """What is shown of a camera that may not always wake, and its source."""
    camera = CameraSettings(name="gate", url=MAIN, substream=SUB)
    source = SubstreamSource(Call(MAIN, camera, site.clock, lambda: None, needed, site.open, permit))
    frames: list[Frame] = []
    with pytest.raises(SourceError):
        frames.extend(frame for frame in iter_into(frames, source))
    return frames, source


def test_who_is_let_a_little_later_still_sees_all_of_it():
    site = Site(Scene(((31.3, 33.0),)), until_s=60.0)
    frames, source = held(site, Permit(site.clock, from_s=35.0))
    assert times(frames, 30.8, 33.0) == [round(number / FPS, 2) for number in range(int(30.8 * FPS), 33 * FPS + 1)]
    assert not times(frames, 42.0, 58.0)
    assert source.counts["unserved"] == 0
    assert source.counts["asleep"] + len(frames) == pytest.approx(60 * FPS, abs=GOP)


def test_who_is_never_let_lets_it_pass_and_counts_it():
    site = Site(Scene(((31.3, 33.0), (40.0, 44.0))), until_s=60.0)
    frames, source = held(site, Permit(site.clock))
    assert not times(frames, 10.0, 58.0)
    assert source.counts["unserved"] > 4 * FPS
    assert source.counts["asleep"] + source.counts["unserved"] + len(frames) == pytest.approx(60 * FPS, abs=2 * GOP)
    assert site.main is not None
    assert not [number for number in site.main.decoded if 10.0 < number / FPS < 58.0]


def test_it_asks_while_something_moves_and_for_as_long_as_that_is_kept():
    site = Site(Scene(((30.0, 32.0),)), until_s=60.0)
    camera = CameraSettings(name="gate", url=MAIN, substream=SUB)
    states: dict[int, Wakefulness] = {}
    call = Call(MAIN, camera, site.clock, lambda: states.update({int(site.clock.t_s): source.wakefulness}), nobody,
                site.open, Permit(site.clock))  # fmt: skip
    source = SubstreamSource(call)
    with pytest.raises(SourceError):
        iter_all(source)
    assert states[25] is Wakefulness.ASLEEP
    assert {states[second] for second in range(31, 39)} == {Wakefulness.ASKS}
    assert states[50] is Wakefulness.ASLEEP


def iter_all(source: Any) -> None:
    for _ in source.frames():
        pass


def test_what_came_more_than_a_few_seconds_ago_is_let_go():
    site = Site(Scene(((20.0, 50.0),)), until_s=60.0)
    frames, _ = held(site, Permit(site.clock, from_s=40.0))
    assert not times(frames, 10.0, 40.0 - WAITED_S_MAX - GOP / FPS)
    assert len(times(frames, 40.0 - WAITED_S_MAX, 50.0)) >= (10 + WAITED_S_MAX) * FPS


def test_who_must_give_way_goes_on_where_it_stopped():
    site = Site(Scene(((20.0, 30.0),)), until_s=60.0)
    frames, _ = held(site, Permit(site.clock, from_s=10.0, until_s=25.0))
    assert times(frames, 25.5, 58.0) == []
    site = Site(Scene(((20.0, 30.0),)), until_s=60.0)
    until_s = 25.0

    def leave() -> Leave:
        return Leave(wake=not until_s <= site.clock.now_s() < until_s + 3.0)

    frames, source = held(site, leave, nobody)  # type: ignore[arg-type]
    assert len(times(frames, 20.0, 30.0)) == 10 * FPS + 1
    assert source.counts["unserved"] == 0


def test_who_woke_late_must_come_nearer_to_live_or_is_seen_to_lag():
    lookback = Lookback(6.0, begun_s=100.0, shrinks_hz=CATCH_UP_HZ)
    assert lookback.allowed_s(100.0) == 6.0
    assert lookback.allowed_s(110.0) == pytest.approx(3.0)
    assert lookback.allowed_s(200.0) == 0.0
    assert Lookback(2.0).allowed_s(500.0) == 2.0


def test_key_frames_of_the_substream_are_enough_to_wake_before_the_motion():
    for begin_s in (30.1, 31.3, 31.9):
        site = Site(Scene(((begin_s, begin_s + 4.0),)), until_s=60.0)
        frames, _ = held(site, Permit(site.clock, from_s=10.0, watch_all=False))
        first, last = int(begin_s * FPS) + 1, int((begin_s + 4.0) * FPS)
        assert times(frames, first / FPS, last / FPS) == [round(n / FPS, 2) for n in range(first, last + 1)]
        assert not times(frames, 12.0, 26.0)
        assert not times(frames, 44.0, 56.0)
        seen = [frame.motion for frame in frames if begin_s <= frame.t_s <= begin_s + 4.0]
        assert all(motion is None or motion.active for motion in seen)


def test_where_its_key_frames_are_rare_all_of_the_substream_is_watched():
    site = Site(Scene(((31.3, 32.5),)), until_s=50.0, sub_gop=100)
    frames, _ = held(site, Permit(site.clock, from_s=10.0, watch_all=False))
    assert len(times(frames, 31.3, 32.5)) == 30


def test_a_glance_takes_the_key_frames_alone_and_is_not_blind_between_them():
    site = Site(Scene(), until_s=60.0)
    gate = MotionGate(area_ratio_min=0.001, hold_s=2.0)
    opened: list[Substream] = []

    def begin() -> Any:
        opened.append(site.open(SUB, CameraSettings(name="gate", url=MAIN), site.clock, Counter()))  # type: ignore[arg-type]
        return opened[-1]

    watch = SubstreamWatch(begin, gate, site.clock)
    for _ in range(50):
        site.clock.sleep(0.2)
        watch.look(0.0)
    before = len(opened[0].decoded)
    for _ in range(50):
        site.clock.sleep(0.2)
        watch.glance(0.0)
        assert not watch.is_blind(site.clock.now_s())
    assert len(opened[0].decoded) - before <= 6
    for _ in range(50):
        site.clock.sleep(0.2)
        watch.look(0.0)
        assert not watch.is_blind(site.clock.now_s())
    assert len(opened[0].decoded) - before >= 8 * SUB_FPS


def test_key_frames_that_cannot_be_shown_alone_watch_nothing():
    site = Site(Scene(((30.1, 34.1),)), until_s=60.0, stills=False)
    frames, _ = held(site, Permit(site.clock, from_s=10.0, watch_all=False))
    assert len(times(frames, 30.1, 34.1)) == 100


def test_a_camera_that_may_not_wake_shows_that_it_is_there():
    site = Site(Scene(), until_s=30.0)
    frames, source = held(site, lambda: Leave(wake=False))  # type: ignore[arg-type]
    assert len(frames) == 1
    assert source.wakefulness is not Wakefulness.AWAKE


def test_a_substream_that_ends_after_each_picture_is_not_hammered_and_does_not_fill_the_log():
    site = Site(Scene(), until_s=1e6)

    class Short(Stream):
        def take_all(self, wait_s: float, *, rest_s: float = 0.0) -> list[Arrival]:
            if self.decoded:
                raise SourceError("it broke off")
            return super().take_all(wait_s, rest_s=rest_s)[:1]

    opened_s: list[float] = []

    def begin() -> Any:
        opened_s.append(site.clock.now_s())
        return Short(site, site.clock, fps=SUB_FPS, gop=20, delay_s=0.0)

    watch = SubstreamWatch(begin, MotionGate(area_ratio_min=0.001, hold_s=2.0), site.clock, chance=lambda: 1.0)
    with structlog.testing.capture_logs() as said:
        while site.clock.now_s() < 600.0:
            watch.look(WAIT_S)
            site.clock.sleep(0.1)
    loud = [line for line in said if line["log_level"] != "debug"]
    assert 5 <= len(loud) <= 25
    assert min(later - earlier for earlier, later in pairwise(opened_s)) >= RETRY_FIRST_S


def peeped(site: Site, needed: Any = nobody) -> list[Frame]:
    camera = CameraSettings(name="gate", url=MAIN, wake="keyframes")
    frames: list[Frame] = []
    source = KeyframeSource(Call(MAIN, camera, site.clock, lambda: None, needed, site.open))
    with pytest.raises(SourceError):
        frames.extend(frame for frame in iter_into(frames, source))
    return frames


def test_of_a_quiet_stream_key_frames_alone_are_decoded():
    site = Site(Scene(), until_s=60.0)
    frames = peeped(site)
    assert site.main is not None
    assert all(number % GOP == 0 for number in site.main.decoded if number > 5 * FPS)
    assert not times(frames, 10.0, 60.0)


def test_between_two_key_frames_of_a_quiet_stream_no_pictures_are_held():
    site = Site(Scene(), until_s=60.0)
    held = []

    def waiting() -> None:
        if site.main is not None and site.clock.now_s() > 10.0:
            held.append(site.main.held)

    camera = CameraSettings(name="gate", url=MAIN, wake="keyframes")
    with pytest.raises(SourceError):
        iter_all(KeyframeSource(Call(MAIN, camera, site.clock, waiting, nobody, site.open)))
    assert held
    assert not any(held)


def test_a_car_in_a_key_frame_is_let_pass_where_it_may_not_wake():
    site = Site(Scene(((19.0, 24.0),)), until_s=60.0)
    camera = CameraSettings(name="gate", url=MAIN, wake="keyframes")
    source = KeyframeSource(Call(MAIN, camera, site.clock, lambda: None, nobody, site.open, Permit(site.clock)))
    with pytest.raises(SourceError):
        iter_all(source)
    assert source.counts["unserved"] > 3 * FPS
    assert site.main is not None
    assert all(number % GOP == 0 for number in site.main.decoded if number > 10 * FPS)


def test_a_car_in_a_key_frame_wakes_it_and_is_seen_from_there_on():
    frames = peeped(Site(Scene(((19.0, 24.0),)), until_s=60.0))
    assert len(times(frames, 20.0, 24.0)) >= 4 * FPS + 1
    assert not times(frames, 32.0, 60.0)


def test_a_car_that_somebody_waits_to_read_keeps_it_awake():
    site = Site(Scene(((19.0, 24.0),)), until_s=60.0)
    frames = peeped(site, lambda: site.clock.now_s() < 50.0)
    assert len(times(frames, 24.0, 49.0)) == 25 * FPS + 1


def test_what_passes_between_two_key_frames_is_missed():
    assert not times(peeped(Site(Scene(((18.2, 19.6),)), until_s=40.0)), 10.0, 40.0)


@pytest.mark.parametrize("apart_s", [10, 60])
def test_where_key_frames_are_rare_it_does_not_sleep_and_says_so(apart_s):
    with structlog.testing.capture_logs() as said:
        frames = peeped(Site(Scene(((118.2, 121.6),)), until_s=300.0, gop=apart_s * FPS))
    assert len(times(frames, 118.2, 121.6)) == 86
    warned = [line for line in said if line["event"] == "key_frames_rare"]
    assert [line["apart_s"] for line in warned] == [apart_s]


def test_where_key_frames_stop_coming_it_wakes():
    site = Site(Scene(), until_s=60.0)
    states: list[tuple[float, Wakefulness]] = []

    def waiting() -> None:
        states.append((site.clock.now_s(), source.wakefulness))
        if site.main is not None and site.clock.now_s() > 20.0:
            site.main.gop = 10**9

    camera = CameraSettings(name="gate", url=MAIN, wake="keyframes")
    source = KeyframeSource(Call(MAIN, camera, site.clock, waiting, nobody, site.open))
    with pytest.raises(AssertionError, match="cannot be decoded"):  # a session gives up after a while
        iter_all(source)
    assert {state for at_s, state in states if 10.0 < at_s < 24.0} == {Wakefulness.ASLEEP}
    assert site.clock.now_s() < 28.0


def test_a_wait_is_no_longer_than_a_heartbeat():
    assert WAIT_S <= 0.5
