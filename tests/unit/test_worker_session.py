import threading
import weakref
from collections import Counter, deque
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise

import numpy as np
import pytest
import structlog

from anprd.errors import SourceError
from anprd.events.publisher import Left
from anprd.events.record import Recorder
from anprd.records import Box, Verdict, VerdictKind
from anprd.settings import CameraSettings
from anprd.tracks.passes import Passes
from anprd.video.frames import Frame
from anprd.video.wakefulness import Wakefulness
from anprd.worker.camera_time import CameraTime
from anprd.worker.kernel import CoreTimes
from anprd.worker.messages import Beat, State, Stopped
from anprd.worker.session import RETRY_CAP_S, RETRY_FIRST_S, Doors, Worker
from tests.plain_frames import PlainPicture, frame_of
from tests.traffic import settings, sighting

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PICTURE = np.zeros((4, 6, 3), np.uint8)
GAP_S = 1.5


class FakeClock:
    """Time passes only when somebody sleeps."""

    def __init__(self):
        self.now = 1000.0
        self.slept = []

    def now_s(self):
        return self.now

    def wall(self):
        return NOON + timedelta(seconds=self.now - 1000.0)

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


class ScriptedCamera:
    """One script a session: how many frames come (25 a second), how long it is then silent or sleeps, how it ends."""

    def __init__(
        self, house, *, frames=0, silent_s=0.0, sleeps=False, again=0, refuses=None, ends=None, seconds_a_frame=0.04,
        wakefulness=None,
    ):  # fmt: skip
        self.house = house
        self.frame_count = frames
        self.silent_s = silent_s
        self.sleeps = sleeps
        self.refuses = refuses
        self.ends = ends
        self.seconds_a_frame = seconds_a_frame
        self.closed = False
        self.counts = Counter(corrupt=1) if frames else Counter()
        self.lag_s = 0.25
        self.wakefulness = wakefulness
        self.again = again

    def open(self, waiting):
        self.waiting = waiting
        if self.refuses:
            raise SourceError(self.refuses)
        return self

    def frames(self):
        for number in range(self.frame_count):
            self.house.clock.now += self.seconds_a_frame
            yield frame_of(PICTURE, number * self.seconds_a_frame, self.house.clock.wall())
        until_s = self.house.clock.now + self.silent_s
        while self.house.clock.now < until_s:
            self.house.clock.now += 0.5
            self.counts["asleep"] += self.sleeps
            self.waiting()
        for number in range(self.again):
            self.house.clock.now += self.seconds_a_frame
            t_s = (self.frame_count + number) * self.seconds_a_frame
            yield frame_of(PICTURE, t_s, self.house.clock.wall())
        if self.ends:
            raise SourceError(self.ends)

    def close(self):
        self.closed = True


class FakeStages:
    """Frames in; verdicts where the script says so. Remembers what it was given."""

    def __init__(self, house):
        self.house = house
        self.fed = []
        self.held_to = []
        self.settles = []
        self.passed = []
        self.open = 0
        self.takes_s = lambda: 0.0
        self.counts = Counter()
        self.unsettled = False

    def hold(self, detect_fps):
        self.held_to.append(detect_fps)

    def feed(self, frame, *, lag_s=0.0):
        self.fed.append((frame.t_s, lag_s))
        self.counts["frames"] += 1
        self.house.clock.now += self.takes_s()
        self.open = 1
        return []

    def pass_time(self, t_s):
        self.passed.append((len(self.fed), t_s))
        return []

    def settle(self):
        self.settles.append(len(self.fed))
        passes, self.open = self.open, 0
        return [verdict(self.fed[-1][0])] * passes


class FakeOutbox:
    def __init__(self):
        self.put_events = []
        self.stopped_with_s = None

    def put(self, event):
        assert self.stopped_with_s is None, "it is closed"
        self.put_events.append(event)

    def stop(self, deadline_s):
        self.stopped_with_s = deadline_s
        return Left(on_disk=3, handed_over=2, lost=1)

    def facts(self):
        return {"pending": len(self.put_events), "delivered": 0}


class House:
    """A worker between fakes. When the cameras run out, somebody says stop."""

    def __init__(self, *cameras):
        self.clock = FakeClock()
        self.stages = FakeStages(self)
        self.outbox = FakeOutbox()
        self.said = []
        self.noted_at = []
        self.given_back_at = []
        self.stop = threading.Event()
        self.stop_at_s = float("inf")
        self.listens = True
        self.allowed_fps = None
        self.cameras = deque(ScriptedCamera(self, **camera) for camera in cameras)
        self.opened = []
        self.opened_at = []
        time = CameraTime()
        recorder = Recorder(camera="gate", host="host", dates=time.dates)
        doors = Doors(
            open_source=self.open, stages=self.stages, record=recorder.record, outbox=self.outbox, clock=self.clock,
            say=self.say, allowed_fps=lambda: self.allowed_fps, own_memory_bytes=lambda: 1,
            give_back_memory=lambda: self.given_back_at.append(self.clock.now),
            core_times=lambda: CoreTimes(run_s=self.clock.now / 2, wait_s=self.clock.now / 4),
            note_plates=lambda: self.noted_at.append(self.clock.now),
        )  # fmt: skip
        camera = CameraSettings(name="gate", url="rtsp://192.0.2.1/", track_gap_s_max=GAP_S)
        self.worker = Worker(camera, doors, camera_time=time, stop=self.stop, pid=7, chance=lambda: 1.0)

    def open(self, waiting):
        self.opened_at.append(self.clock.now)
        if not self.cameras:
            self.stop.set()
            waiting()
        self.opened.append(self.cameras.popleft())
        return self.opened[-1].open(waiting)

    def say(self, message):
        self.said.append((self.clock.now, message))
        if self.clock.now >= self.stop_at_s:
            self.stop.set()
        return self.listens

    def run(self):
        self.worker.run()
        return self

    def beats(self):
        return [facts for _, facts in self.timed_beats()]

    def timed_beats(self):
        return [(moment, message.facts) for moment, message in self.said if isinstance(message, Beat)]

    def pauses(self):
        return [round(later - earlier, 3) for earlier, later in pairwise(self.opened_at)]


def verdict(t_s):
    return Verdict(VerdictKind.CONFIRMED, 1, "A123BC77", 0.9, 3, 4, 1, Box(0, 0, 1, 1), t_s, t_s, t_s)


def dead(times):
    return [{"refuses": "nothing answered"}] * times


def test_every_frame_reaches_the_pipeline_with_its_lag():
    house = House({"frames": 3}).run()
    assert [round(t_s - 1000, 2) for t_s, _ in house.stages.fed] == [0.04, 0.08, 0.12]
    assert {lag_s for _, lag_s in house.stages.fed} == {0.25}


def test_a_picture_is_let_go_before_the_next_is_waited_for():
    house = House({"frames": 1})
    left = []

    def frames():
        shown = [Frame(0.0, house.clock.wall(), 6, 4, PlainPicture(PICTURE))]
        watched = weakref.ref(shown[0].picture)
        yield shown.pop()
        left.append(watched())

    house.cameras[0].frames = frames
    house.run()
    assert left == [None]


def test_a_dead_camera_is_tried_for_ever_with_longer_and_longer_waits():
    pauses = House(*dead(10)).run().pauses()
    assert pauses[:4] == [RETRY_FIRST_S * 2**number for number in range(4)]
    assert pauses[4:] == [RETRY_CAP_S] * 6


def test_a_camera_is_seen_again_within_thirty_seconds_of_its_return():
    camera = CameraSettings(name="gate", url="rtsp://192.0.2.1/")
    hangs_s = max(camera.open_timeout_s, 1.25 * camera.read_timeout_s)  # in a try that began before it came back
    opens_s = 2.0
    assert hangs_s + RETRY_CAP_S + opens_s < 30.0


def test_a_frame_resets_the_backoff():
    house = House(*dead(4), {"frames": 1, "ends": "reset by peer"}, *dead(1)).run()
    assert house.pauses()[:4] == [1, 2, 4, 8]
    assert house.pauses()[4] == pytest.approx(1.04)


def test_an_opened_socket_without_a_frame_does_not_reset_the_backoff():
    house = House(*dead(3), {"frames": 0, "ends": "no video"}, *dead(1)).run()
    assert house.pauses()[3] == 8


def test_a_stream_that_just_ends_is_opened_again():
    house = House({"frames": 2}, {"frames": 2}).run()
    assert len(house.stages.fed) == 4
    assert all(camera.closed for camera in house.opened)


def test_camera_time_goes_on_over_sessions():
    fed = House({"frames": 2, "ends": "gone"}, {"frames": 2}).run().stages.fed
    times = [round(t_s - 1000, 2) for t_s, _ in fed]
    assert times == [0.04, 0.08, 1.12, 1.16]


def test_a_stop_settles_open_passes_and_publishes_them():
    house = House({"frames": 3}).run()
    assert [event.plate for event in house.outbox.put_events] == ["A123BC77"]
    assert house.outbox.stopped_with_s is not None
    assert isinstance(house.said[-1][1], Stopped)
    assert house.said[-1][1].facts.confirmed == 1


def test_what_is_told_of_a_vehicle_is_in_the_log_and_what_the_process_holds_in_its_facts():
    with structlog.testing.capture_logs() as said:
        house = House({"frames": 3}).run()
    assert [line["plate"] for line in said if line["event"] == "plate_confirmed"] == ["A123BC77"]
    assert house.said[-1][1].facts.memory_bytes == 1


def test_a_stop_tells_what_waits_on_disk_apart_from_what_was_in_memory():
    with structlog.testing.capture_logs() as said:
        House({"frames": 3}).run()
    (drained,) = (line for line in said if line["event"] == "worker_drained")
    told = {key: value for key, value in drained.items() if key.startswith("events_")}
    assert told == {"events_waiting": 3, "events_handed_over": 2, "events_lost": 1}


def test_a_stop_during_a_session_closes_the_camera():
    house = House({"frames": 3})
    house.stop.set()
    house.run()
    assert house.stages.fed == []
    assert house.outbox.stopped_with_s is not None


def test_a_stop_is_seen_while_the_camera_is_silent():
    house = House({"frames": 1, "silent_s": 3600.0})
    house.stop_at_s = 1060.0
    house.run()
    assert house.clock.now < 1063
    assert house.opened[0].closed


def test_a_stop_is_seen_while_waiting_for_the_next_try():
    house = House(*dead(1))
    slept = house.clock.sleep

    def sleep(seconds):
        slept(seconds)
        house.stop.set()

    house.clock.sleep = sleep
    house.run()
    assert len(house.clock.slept) == 1


def test_passes_are_settled_once_the_camera_is_away_for_longer_than_a_gap():
    house = House({"frames": 3, "ends": "gone"}, *dead(3)).run()
    assert house.stages.settles == [3]
    settled = house.outbox.put_events[0]
    assert settled.plate == "A123BC77"


def test_a_short_loss_settles_nothing():
    house = House({"frames": 3, "ends": "gone"}, {"frames": 3}).run()
    assert house.stages.settles == [6]


def test_while_the_camera_is_away_time_passes_until_it_is_back():
    house = House({"frames": 3, "ends": "gone"}, *dead(1), {"frames": 3}).run()
    passed = [t_s for frames, t_s in house.stages.passed if frames == 3]
    assert len(passed) > 1
    assert passed == sorted(passed)
    assert house.stages.fed[2][0] <= passed[0]
    assert passed[-1] < house.stages.fed[3][0]


class DrivingCar:
    """The tracks of one vehicle that drives by, read so from frame to frame."""

    def __init__(self, texts):
        self.texts = iter(texts)
        self.passes = Passes(settings())
        self.counts = self.passes.counts
        self.unsettled = False
        self.began_s = None

    def hold(self, _detect_fps):
        pass

    def feed(self, frame, *, lag_s=0.0):
        self.began_s = self.began_s or frame.t_s
        x = 100 + 320 * (frame.t_s - self.began_s)
        seen = sighting(Box(x, 500, x + 100, 525), next(self.texts))
        return self.passes.feed([seen], frame.t_s)

    def pass_time(self, t_s):
        return self.passes.feed((), t_s)

    def settle(self):
        return self.passes.settle()


@pytest.mark.parametrize("before", [["A123BC77"] * 2, ["A123BC77"] * 2 + [None] * 3])
@pytest.mark.parametrize("again", [2, 5])
@pytest.mark.parametrize("tries", [0, 1])
def test_a_vehicle_that_a_broken_stream_hid_is_told_once(before, again, tries):
    camera = {"seconds_a_frame": 0.125}
    house = House({"frames": len(before), "ends": "gone", **camera}, *dead(tries), {"frames": again, **camera})
    house.worker._doors = replace(house.worker._doors, stages=DrivingCar(before + ["A123BC77"] * again))
    house.run()
    assert [event.plate for event in house.outbox.put_events] == ["A123BC77"]


def test_a_silent_camera_is_settled_without_waiting_for_its_timeout():
    house = House({"frames": 3, "silent_s": 8.0, "ends": "sent nothing for 10 s"}).run()
    assert house.stages.settles == [3]


@pytest.mark.parametrize(
    ("wakefulness", "silent_s", "settles"),
    [(None, 3.0, [6]), (Wakefulness.AWAKE, 3.0, [6]), (Wakefulness.ASLEEP, 3.0, [3, 6]), (None, 6.0, [3, 6])],
)
def test_a_pause_of_the_network_cuts_no_pass_in_two(wakefulness, silent_s, settles):
    house = House({"frames": 3, "silent_s": silent_s, "again": 3, "ends": "gone", "wakefulness": wakefulness}).run()
    assert house.stages.settles == settles


def test_a_frame_that_takes_long_settles_nothing():
    house = House({"frames": 3, "ends": "gone"})
    house.stages.takes_s = lambda: 10 * GAP_S if len(house.stages.fed) == 2 else 0.0
    house.run()
    assert house.stages.settles == [3]


def test_no_frame_is_told_before_it_is_done():
    house = House({"frames": 3, "silent_s": 5.0})
    house.stages.takes_s = lambda: 20.0
    house.run()
    assert [facts.frames for facts in house.beats()][:3] == [0, 1, 2]


def test_beats_come_once_a_second_whatever_the_frame_rate():
    house = House({"frames": 250}).run()
    moments = [moment for moment, facts in house.timed_beats() if facts.state is State.STREAMING]
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert all(1.0 <= gap < 1.1 for gap in gaps)
    assert len(gaps) >= 9


def test_a_change_of_state_is_told_at_once():
    house = House({"frames": 2, "ends": "gone"}).run()
    told = [(facts.state, round(moment - 1000, 2)) for moment, facts in house.timed_beats()]
    assert told[:3] == [(State.STARTING, 0.0), (State.STREAMING, 0.04), (State.WAITING, 0.08)]


def test_beats_go_on_while_the_camera_is_silent_and_between_tries():
    house = House({"frames": 1, "silent_s": 20.0, "ends": "silent"}, *dead(3)).run()
    moments = [moment for moment, message in house.said if isinstance(message, Beat)]
    assert max(later - earlier for earlier, later in pairwise(moments)) <= 1.5


def test_a_supervisor_that_does_not_listen_holds_up_nothing():
    house = House({"frames": 100})
    house.listens = False
    house.run()
    assert len(house.stages.fed) == 100


def test_the_pipeline_is_held_to_what_the_supervisor_allows():
    house = House({"frames": 30})
    house.run()
    assert set(house.stages.held_to) == {8.0}
    assert house.beats()[-1].detect_fps == 8.0
    house = House({"frames": 30})
    house.allowed_fps = 2.5
    house.run()
    assert set(house.stages.held_to) == {2.5}
    assert house.beats()[-1].detect_fps == 2.5


def test_a_beat_tells_how_far_behind_and_how_short_of_a_core_it_is():
    latest = House({"frames": 60}).run().beats()[-1]
    assert (latest.lag_s, latest.standing_lag_s, latest.run_ratio, latest.wait_ratio) == (0.25, 0.25, 0.5, 0.25)


def test_free_memory_is_given_back_soon_after_the_first_looks_and_then_twice_a_minute():
    house = House({"frames": 25 * 150}).run()
    assert house.given_back_at[0] - house.opened_at[0] == pytest.approx(10, abs=2)
    gaps = [later - earlier for earlier, later in pairwise(house.given_back_at)]
    assert gaps == pytest.approx([30] * 4, abs=2)


def test_a_camera_that_comes_and_goes_does_not_put_off_giving_back():
    house = House(*[{"frames": 50, "ends": "gone"}] * 60).run()
    gaps = [later - earlier for earlier, later in pairwise([house.opened_at[0], *house.given_back_at])]
    assert len(gaps) >= 3
    assert max(gaps) <= 31


def test_the_state_follows_the_camera():
    house = House({"frames": 100, "ends": "gone"}, *dead(2), {"frames": 100}).run()
    states = [state for state, _ in groupby(facts.state for facts in house.beats())]
    assert states == [State.STARTING, State.STREAMING, State.WAITING, State.STREAMING, State.WAITING]
    assert house.beats()[-1].reconnects == 1


def test_an_error_in_the_status_holds_no_password():
    house = House({"refuses": "rtsp://u:secret@192.0.2.1/: nothing answered"}, *dead(1)).run()
    errors = [facts.last_error for facts in house.beats() if facts.last_error]
    assert errors
    assert not any("secret" in error for error in errors)


def test_drops_of_all_sessions_are_summed():
    house = House({"frames": 30, "ends": "gone"}, {"frames": 30, "ends": "gone"}, *dead(2)).run()
    assert house.beats()[-1].drops == {"corrupt": 2, "event_dropped": 0}


def test_a_bug_is_not_retried():
    house = House({"frames": 1})

    def feed(_frame, *, lag_s):
        raise ZeroDivisionError

    house.stages.feed = feed
    with pytest.raises(ZeroDivisionError):
        house.run()
    assert house.opened[0].closed


@pytest.mark.parametrize("camera", [{"frames": 31, "seconds_a_frame": 1.0}, {"silent_s": 30.0}])
def test_plates_can_be_noted_every_second_whether_frames_come_or_not(camera):
    house = House(camera).run()
    assert max(later - earlier for earlier, later in pairwise(house.noted_at)) <= 1.5


def test_a_camera_that_gives_a_frame_and_breaks_off_does_not_fill_the_log():
    with structlog.testing.capture_logs() as said:
        House(*[{"frames": 1, "ends": "gone"}] * 64, *dead(1)).run()
    opened = [line for line in said if line["event"] == "source_opened" and line["log_level"] == "info"]
    lost = [line for line in said if line["event"] == "source_lost" and line["log_level"] == "warning"]
    assert (len(opened), len(lost)) == (7, 7)


def lost_lines(*cameras):
    with structlog.testing.capture_logs() as said:
        House(*cameras).run()
    return [line["tries"] for line in said if line["event"] == "source_lost" and line["log_level"] == "warning"]


def test_after_a_night_of_sleep_without_a_frame_a_loss_is_the_first_again():
    night = {"frames": 1, "silent_s": 60.0, "sleeps": True, "ends": "gone", "wakefulness": Wakefulness.ASLEEP}
    assert lost_lines(*dead(2), *[night] * 3) == [1, 2, 1, 1, 1]


@pytest.mark.parametrize("wakefulness", [None, Wakefulness.ASLEEP])
def test_a_camera_that_gives_a_frame_and_falls_silent_until_its_timeout_does_not_fill_the_log(wakefulness):
    dumb = {"frames": 1, "silent_s": 30.0, "ends": "sent nothing for 30 s", "wakefulness": wakefulness}
    assert lost_lines(*[dumb] * 9) == [1, 2, 4, 8]
