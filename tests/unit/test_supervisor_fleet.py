import socket
from collections import deque

import pytest
import structlog

from anprd.observe import metrics
from anprd.settings import CameraSettings, Settings
from anprd.supervisor.children import SpawnError
from anprd.supervisor.decisions import BOOT_S, DRAIN_S, OPENINGS_MAX, STEADY_S, STUCK_S, compare
from anprd.supervisor.fleet import Fleet
from anprd.video.wakefulness import Leave, Wakefulness
from anprd.worker import wire
from anprd.worker.messages import Beat, Drain, Facts, Hold, Misconfigured, State, Stopped
from tests.fake_watch import FakeWatch


class FakePipe:
    """The supervisor's end, a socket of packets: the worker's wait in `said`, what it was told is in `told`."""

    def __init__(self):
        self.said = deque()
        self.told = []
        self.broken = False
        self.reset = False
        self.full = False
        self.endless = False

    def recv(self, size, flags):
        assert flags == socket.MSG_DONTWAIT
        if self.reset:
            self.reset = False
            raise ConnectionResetError
        if self.said:
            return (self.said[0] if self.endless else self.said.popleft())[:size]
        if self.broken:
            return b""
        raise BlockingIOError

    def send(self, packet, flags):
        assert flags == socket.MSG_DONTWAIT
        if self.broken:
            raise BrokenPipeError
        if self.full:
            raise BlockingIOError
        self.told.append(wire.supervisor_said(packet))


class FakeHandle:
    def __init__(self, pid, camera, settings):
        self.pid = pid
        self.camera = camera
        self.settings = settings
        self.pipe = FakePipe()
        self.sentinel = f"sentinel {pid}"
        self.kills = 0
        self.closed = False
        self._exit_code = None

    def exit_code(self):
        return self._exit_code

    def kill(self):
        self.kills += 1

    def close(self):
        self.closed = True


class House:
    """A fleet with fake processes and a clock that is set by hand."""

    def __init__(self, *cameras, **values):
        self.now_s = 1000.0
        self.settings = Settings(cameras=cameras, **values)
        self.watch = FakeWatch()
        self.handles = []
        self.out_of_processes = False
        self.trouble = None
        self.fleet = Fleet(self.settings, spawner=self, watch=self.watch, now_s=lambda: self.now_s, chance=lambda: 1.0)

    def hindrance(self):
        return self.trouble

    def spawn(self, camera, settings):
        if self.out_of_processes:
            raise SpawnError("Resource temporarily unavailable")
        handle = FakeHandle(len(self.handles) + 1, camera, settings)
        self.handles.append(handle)
        return handle

    def tick(self, after_s=0.0):
        self.now_s += after_s
        while self.fleet.tick():
            pass

    def says(self, handle, *messages):
        self.sends(handle, *map(wire.encode, messages))

    def sends(self, handle, *packets):
        handle.pipe.said.extend(packets)
        self.watch.keys[handle.pipe]()

    def ends(self, handle, exit_code):
        handle._exit_code = exit_code
        self.watch.keys[handle.sentinel]()

    def reload(self, *cameras, **values):
        new = Settings(cameras=cameras, **values)
        self.fleet.adopt(new, compare(self.settings, new))
        self.settings = new

    def running(self):
        return [handle for handle in self.handles if not handle.closed]

    def row(self, name):
        return next(row for row in self.fleet.rows() if row["name"] == name)

    def names_running(self):
        return [handle.camera.name for handle in self.running()]


def camera(name, **values):
    return CameraSettings(name=name, url=values.pop("url", f"rtsp://u:secret@192.0.2.1/{name}"), **values)


def streaming(**values):
    return Beat(Facts(State.STREAMING, pid=1, **values))


@pytest.fixture
def house():
    made = House(camera("a"), camera("b"))
    made.tick()
    return made


def test_a_worker_is_told_of_no_other_camera(house):
    house.tick()
    handle = house.running()[0]
    assert handle.settings.cameras == ()
    assert handle.settings.stream == house.settings.stream


def test_every_enabled_camera_gets_a_worker():
    house = House(camera("a"), camera("b", enabled=False), camera("c"))
    house.tick()
    assert house.names_running() == ["a", "c"]
    assert [row["state"] for row in house.fleet.rows()] == ["starting", "disabled", "starting"]


def test_cameras_are_started_one_a_tick_so_that_the_loop_can_answer_in_between():
    house = House(camera("a"), camera("b"), camera("c"))
    assert house.fleet.tick()
    assert [row["last_error"] for row in house.fleet.rows()] == [None] * 3
    assert [house.fleet.tick() for _ in range(3)] == [True, False, False]
    assert house.names_running() == ["a", "b", "c"]


def test_where_cores_are_short_few_begin_at_a_time():
    house = House(*(camera(str(number)) for number in range(9)))
    house.tick()
    assert len(house.running()) == OPENINGS_MAX, "they have not spoken yet"
    house.says(house.handles[0], Beat(Facts(State.STARTING, pid=1, wait_ratio=0.4)))
    house.says(house.handles[1], streaming(wait_ratio=0.4))
    house.tick()
    assert len(house.running()) == OPENINGS_MAX
    house.says(house.handles[0], Beat(Facts(State.WAITING, pid=1)))
    house.says(house.handles[1], Beat(Facts(State.STARTING, pid=1, wait_ratio=0.0)))
    house.tick()
    assert len(house.running()) == OPENINGS_MAX + 2


def test_those_that_died_before_they_streamed_keep_nobody_from_beginning():
    house = House(*(camera(str(number)) for number in range(OPENINGS_MAX)))
    house.tick()
    for handle in house.handles[:]:
        house.says(handle, Beat(Facts(State.STARTING, pid=1)))
        house.ends(handle, 1)
    house.tick(1)
    assert len(house.running()) == OPENINGS_MAX


def test_cameras_that_keep_us_waiting_hold_up_nobody():
    house = House(*(camera(str(number)) for number in range(9)))
    for _ in range(9):
        house.tick()
        for handle in house.handles:
            house.says(handle, Beat(Facts(State.STARTING, pid=1, wait_ratio=0.0)))
    assert len(house.running()) == 9


def test_beats_of_those_that_run_need_no_tick_at_once(house):
    house.tick()
    house.says(house.handles[0], streaming())
    assert not house.fleet.stirred


def test_a_beat_needs_a_tick_at_once_where_it_may_make_room_for_another():
    house = House(*(camera(str(number)) for number in range(OPENINGS_MAX + 1)))
    for _ in range(2):
        house.tick()
        assert house.fleet.stirred


def test_an_end_a_reload_and_a_stop_need_a_tick_at_once(house):
    for stir in (lambda: house.ends(house.handles[0], 1), lambda: house.reload(camera("b")), house.fleet.drain):
        house.tick()
        assert not house.fleet.stirred
        stir()
        assert house.fleet.stirred


def test_a_killed_worker_comes_back_after_its_delay_and_the_others_are_left_alone(house):
    house.ends(house.handles[0], -9)
    assert house.row("a")["state"] == "restarting"
    assert house.row("a")["last_exit"] == "signal 9"
    assert house.row("a")["last_error"] == "the worker ended with signal 9; the log says more"
    house.tick(0.9)
    assert house.names_running() == ["b"]
    house.tick(0.2)
    assert house.names_running() == ["b", "a"]
    assert (house.row("a")["restarts"], house.row("a")["last_error"]) == (1, None)


def test_a_machine_without_a_process_to_spare_is_asked_again_later():
    house = House(camera("a"))
    house.out_of_processes = True
    house.tick()
    house.out_of_processes = False
    house.tick(0.9)
    assert house.handles == []
    house.tick(0.2)
    assert house.names_running() == ["a"]


def test_why_a_worker_could_not_be_started_stands_in_its_row_until_it_is():
    house = House(camera("a"))
    house.out_of_processes = True
    house.tick()
    assert house.row("a")["state"] == "starting"
    assert house.row("a")["last_error"] == "no worker could be started: Resource temporarily unavailable"
    house.out_of_processes = False
    house.tick(1.1)
    assert house.row("a")["last_error"] is None


def test_while_something_hinders_it_none_is_started_and_none_has_failed():
    house = House(camera("a"), camera("b"))
    house.trouble = "the fork server fell"
    for _ in range(50):
        house.tick(0.2)
    assert house.handles == []
    assert [row["last_error"] for row in house.fleet.rows()] == ["the fork server fell"] * 2
    assert [row["restart_in_s"] for row in house.fleet.rows()] == [0.0, 0.0]
    house.trouble = None
    house.tick()
    assert house.names_running() == ["a", "b"]
    assert [row["last_error"] for row in house.fleet.rows()] == [None, None]


def test_what_hinders_a_start_hinders_no_stop(house):
    house.ends(house.handles[0], 1)
    house.trouble = "the fork server fell"
    house.fleet.drain()
    house.tick(2)
    house.ends(house.handles[1], 0)
    house.tick()
    assert house.fleet.empty


def test_a_worker_that_keeps_dying_waits_longer_each_time(house):
    delays = []
    for _ in range(4):
        house.ends(house.running()[-1], 1)
        delays.append(next(row["restart_in_s"] for row in house.fleet.rows() if row["restart_in_s"]))
        house.tick(delays[-1])
    assert delays == [1.0, 2.0, 4.0, 8.0]


def test_a_worker_that_streamed_for_a_while_starts_from_the_first_delay(house):
    for _ in range(3):
        house.ends(house.running()[-1], 1)
        house.tick(100)
    house.says(house.running()[-1], streaming())
    house.now_s += STEADY_S
    house.ends(house.running()[-1], 1)
    assert house.row("b")["restart_in_s"] == 1.0


def test_a_camera_that_is_away_is_no_steady_worker(house):
    for _ in range(3):
        house.ends(house.running()[-1], 1)
        house.tick(100)
    worker = house.running()[-1]
    house.says(worker, streaming())
    house.says(worker, Beat(Facts(State.WAITING, pid=1)))
    house.now_s += STEADY_S
    house.ends(worker, 1)
    assert house.row("b")["restart_in_s"] == 8.0


def test_a_worker_without_a_heartbeat_is_killed_once(house):
    house.says(house.handles[0], streaming(frames=1))
    house.now_s += STUCK_S - 1
    house.says(house.handles[1], streaming(frames=1))
    house.tick(2)
    house.tick(1)
    assert [handle.kills for handle in house.handles] == [1, 0]


def test_one_that_was_killed_and_came_back_is_killed_again(house):
    for _ in range(2):
        worker = house.running()[-1]
        house.tick(BOOT_S)
        assert worker.kills == 1
        house.ends(worker, -9)
        house.tick(4)


def test_where_everybody_stood_still_no_worker_is_to_blame(house):
    for handle in house.handles:
        house.says(handle, streaming(frames=1))
    house.now_s += STUCK_S + 60
    house.fleet.excuse(STUCK_S + 60)
    house.tick()
    assert [handle.kills for handle in house.handles] == [0, 0]
    assert house.row("a")["beat_age_s"] == 0.0
    house.tick(STUCK_S + 1)
    assert [handle.kills for handle in house.handles] == [1, 1]


def test_a_worker_is_excused_for_as_long_as_all_stood_still_and_no_longer(house):
    house.says(house.handles[0], streaming(frames=1))
    house.now_s += STUCK_S - 1
    house.fleet.excuse(5)
    assert house.row("a")["beat_age_s"] == STUCK_S - 6


def test_where_everybody_stood_still_a_worker_may_drain_for_longer(house):
    house.fleet.drain()
    house.tick()
    house.now_s += DRAIN_S + 60
    house.fleet.excuse(DRAIN_S + 60)
    house.tick(DRAIN_S - 0.1)
    assert [handle.kills for handle in house.handles] == [0, 0]
    house.tick(0.2)
    assert [handle.kills for handle in house.handles] == [1, 1]


def test_a_worker_that_still_boots_has_more_time(house):
    house.tick(BOOT_S - 1)
    assert [handle.kills for handle in house.handles] == [0, 0]
    assert house.row("a")["last_error"] is None
    house.tick(1)
    assert [handle.kills for handle in house.handles] == [1, 1]


def test_a_worker_that_comes_back_boots_once_more(house):
    house.says(house.handles[0], streaming(frames=1))
    house.ends(house.handles[0], -9)
    house.tick(1)
    assert house.row("a")["state"] == "starting"
    house.tick(BOOT_S - 1)
    assert house.handles[-1].kills == 0


def test_a_worker_whose_camera_has_just_come_may_compile(house):
    house.says(house.handles[0], Beat(Facts(State.STARTING, pid=1)))
    house.tick(BOOT_S - 1)
    assert house.handles[0].kills == 0


def test_a_misconfigured_worker_stays_down_and_says_why(house):
    house.says(house.handles[0], Misconfigured("weights: the hash of detector.xml is wrong"))
    house.ends(house.handles[0], 78)
    house.tick(10_000)
    assert house.names_running() == ["b"]
    assert house.row("a")["state"] == "failed"
    assert house.row("a")["last_error"] == "weights: the hash of detector.xml is wrong"
    assert house.row("a")["restart_in_s"] is None


@pytest.mark.parametrize(("exit_code", "state"), [(1, "restarting"), (78, "failed")])
def test_a_worker_that_ended_before_its_first_word_is_in_no_metric_with_noughts(house, exit_code, state):
    house.says(house.handles[1], streaming(spool_depth=7))
    house.ends(house.handles[0], exit_code)
    assert house.row("a")["state"] == state
    page = metrics.render({"daemon": {}, "cameras": house.fleet.rows()}).decode()
    assert 'anprd_spool_events{camera="b"} 7.0' in page
    for name in ("anprd_spool_events", "anprd_delivery_failing", "anprd_frames_total", "anprd_detections_total"):
        assert f'{name}{{camera="a"}}' not in page


def test_a_camera_that_failed_leaves_its_events_to_others_until_it_is_tried_again(house):
    house.says(house.handles[0], Misconfigured("weights: the hash of detector.xml is wrong"))
    assert house.fleet.names == {"a", "b"}
    house.ends(house.handles[0], 78)
    assert house.fleet.names == {"b"}
    house.reload(camera("a"), camera("b"))
    assert house.fleet.names == {"a", "b"}


def test_last_words_are_heard_even_when_the_end_is_seen_first(house):
    house.handles[0].pipe.said.append(wire.encode(Misconfigured("no such file")))
    house.ends(house.handles[0], 78)
    assert house.row("a")["last_error"] == "no such file"


def test_exit_code_78_without_a_word_is_a_configuration_fault_too(house):
    house.ends(house.handles[0], 78)
    assert house.row("a")["state"] == "failed"


@pytest.mark.parametrize(
    ("exit_code", "wanted", "said"),
    [
        (78, True, ("error", "camera_misconfigured")),
        (1, True, ("warning", "worker_died")),
        (0, False, ("info", "worker_stopped")),
    ],
)
def test_the_log_says_how_a_worker_ended(house, exit_code, wanted, said):
    if not wanted:
        house.fleet.drain()
    with structlog.testing.capture_logs() as lines:
        house.ends(house.handles[0], exit_code)
    assert [(line["log_level"], line["event"]) for line in lines] == [said]


def test_a_reload_tries_a_misconfigured_camera_again(house):
    house.ends(house.handles[0], 78)
    house.reload(camera("a"), camera("b"))
    house.tick()
    assert house.names_running() == ["b", "a"]


def test_what_failed_before_a_reload_made_it_well_is_forgiven(house):
    for exit_code in (1, 1, 78):
        house.ends(house.running()[-1], exit_code)
        house.tick(100)
    house.reload(camera("a"), camera("b"))
    house.tick()
    house.ends(house.running()[-1], 1)
    assert house.row("b")["restart_in_s"] == 1.0


def test_a_reload_forgives_nobody_who_keeps_dying(house):
    for _ in range(2):
        house.ends(house.running()[-1], 1)
        house.tick(100)
    house.reload(camera("a"), camera("b"), camera("c"))
    house.ends(house.running()[-1], 1)
    assert house.row("b")["restart_in_s"] == 4.0


def test_a_reload_touches_only_what_changed(house):
    house.reload(camera("b"), camera("a", detect_fps_max=3), camera("c"))
    house.tick()
    a, b = house.handles[:2]
    assert a.pipe.told == [Drain()]
    assert b.pipe.told == []
    assert house.names_running() == ["a", "b", "c"]
    assert [row["name"] for row in house.fleet.rows()] == ["b", "a", "c"]


def test_a_changed_camera_has_never_two_workers_at_once(house):
    house.reload(camera("a", detect_fps_max=3), camera("b"))
    house.tick(1)
    assert house.names_running() == ["a", "b"]
    house.ends(house.handles[0], 0)
    house.tick()
    house.tick()
    assert house.names_running() == ["b", "a"]
    assert house.handles[-1].camera.detect_fps_max == 3
    assert house.row("a")["restarts"] == 0


def test_a_removed_camera_leaves_the_status_once_it_has_drained(house):
    house.reload(camera("b"))
    house.tick()
    assert [(row["name"], row["state"]) for row in house.fleet.rows()] == [("b", "starting"), ("a", "stopping")]
    house.ends(house.handles[0], 0)
    house.tick()
    assert [row["name"] for row in house.fleet.rows()] == ["b"]


def test_a_camera_taken_out_and_put_back_waits_for_its_old_worker(house):
    house.reload(camera("b"))
    house.tick()
    house.reload(camera("a"), camera("b"))
    house.tick()
    assert house.names_running() == ["a", "b"]
    house.ends(house.handles[0], 0)
    house.tick()
    house.tick()
    assert house.names_running() == ["b", "a"]


def test_a_camera_edited_twice_while_it_drains_gets_the_last_word(house):
    house.reload(camera("a", detect_fps_max=3), camera("b"))
    house.tick()
    house.reload(camera("a", detect_fps_max=4), camera("b"))
    house.ends(house.handles[0], 0)
    house.tick()
    house.tick()
    assert house.handles[-1].camera.detect_fps_max == 4
    assert len(house.handles) == 3


def test_new_workers_get_the_settings_of_the_reload(house):
    house.reload(camera("a"), camera("b"), camera("c"), stream="other")
    house.tick()
    assert house.handles[-1].settings.stream == "other"


def test_a_drain_ends_when_the_last_worker_has_left(house):
    house.fleet.drain()
    house.tick()
    assert [handle.pipe.told for handle in house.handles] == [[Drain()], [Drain()]]
    house.says(house.handles[0], Stopped(Facts(State.STOPPING, pid=1)))
    house.ends(house.handles[0], 0)
    house.tick()
    assert not house.fleet.empty
    house.ends(house.handles[1], 0)
    house.tick()
    assert house.fleet.empty
    assert len(house.handles) == 2
    assert house.watch.keys == {}


def test_a_drain_that_takes_too_long_ends_with_a_kill(house):
    house.fleet.drain()
    house.tick()
    house.tick(DRAIN_S - 0.1)
    assert [handle.kills for handle in house.handles] == [0, 0]
    house.tick(0.2)
    assert [handle.kills for handle in house.handles] == [1, 1]


def test_a_drain_starts_nobody_who_was_waiting_to_start(house):
    house.ends(house.handles[0], -9)
    house.fleet.drain()
    house.tick(100)
    assert len(house.handles) == 2


def test_a_second_stop_kills_at_once(house):
    house.fleet.drain()
    house.tick()
    house.ends(house.handles[0], 0)
    house.fleet.kill()
    assert [handle.kills for handle in house.handles] == [0, 1]


def test_a_worker_that_died_before_it_could_be_told_does_no_harm(house):
    house.handles[0].pipe.broken = True
    house.fleet.drain()
    house.tick()
    house.ends(house.handles[0], -9)
    assert [handle.pipe.told for handle in house.handles] == [[], [Drain()]]


def test_a_broken_pipe_is_not_watched_any_more(house):
    a = house.handles[0]
    a.pipe.broken = True
    house.watch.keys[a.pipe]()
    assert a.pipe not in house.watch.keys
    house.ends(a, 1)
    assert house.row("a")["state"] == "restarting"


def test_no_password_is_in_the_status():
    house = House(camera("a"))
    house.tick()
    house.says(house.handles[0], Misconfigured("cannot use rtsp://u:secret@192.0.2.1/a"))
    assert "secret" not in str(house.fleet.rows())


def test_the_states_are_those_of_the_rows_but_for_disabled_cameras():
    house = House(camera("a"), camera("b", enabled=False), camera("c"))
    house.tick()
    house.says(house.handles[0], streaming())
    house.reload(camera("a"), camera("b", enabled=False))
    shown = [row["state"] for row in house.fleet.rows()]
    assert shown == ["streaming", "disabled", "stopping"]
    assert house.fleet.states() == [State.STREAMING, State.STOPPING]


def test_facts_of_the_worker_are_in_its_row(house):
    house.says(house.handles[0], streaming(frames=10, fps=25.0, drops={"late": 1}, last_frame_age_s=0.1))
    house.now_s += 2
    row = house.row("a")
    assert (row["frames"], row["fps"], row["drops"]) == (10, 25.0, {"late": 1})
    assert (row["beat_age_s"], row["last_frame_age_s"], row["pid"]) == (2.0, 2.1, 1)
    assert (row["uptime_s"], row["restart_in_s"]) == (2.0, None)


def test_a_camera_that_drains_still_has_its_worker(house):
    house.reload(camera("b"))
    house.tick()
    assert house.fleet.names == {"a", "b"}
    house.ends(house.handles[0], 0)
    house.tick()
    assert house.fleet.names == {"b"}


def lagging(**values):
    return streaming(frames=9, standing_lag_s=2.0, run_ratio=0.6, wait_ratio=0.4, **values)


def test_a_worker_tells_its_load_once_it_has_settled(house):
    house.says(house.handles[0], lagging())
    assert house.fleet.loads(house.now_s)[0].standing_s is None
    house.now_s += 10
    house.says(house.handles[0], lagging())
    a, b = house.fleet.loads(house.now_s)
    assert (a.name, a.standing_s, a.run_ratio, a.wait_ratio) == ("a", 2.0, 0.6, 0.4)
    assert (b.name, b.standing_s) == ("b", None)


def test_a_worker_that_was_stopped_tells_nothing(house):
    house.says(house.handles[0], lagging())
    house.now_s += 10
    house.says(house.handles[0], lagging())
    house.now_s += 4
    assert house.fleet.loads(house.now_s)[0].standing_s is None


def test_a_worker_is_told_its_rate_when_it_changes_and_only_then(house):
    house.says(house.handles[0], streaming())
    for rate in (8.0, 4.02, 3.98, 4.0, 8.0):
        house.fleet.allow({"a": rate, "b": rate}, {})
    assert house.handles[0].pipe.told == [Hold(4.0), Hold(8.0)]
    assert house.handles[1].pipe.told == [], "it has not spoken yet"


def test_a_worker_is_told_when_it_may_wake_no_longer(house):
    house.says(house.handles[0], streaming(wakefulness=Wakefulness.AWAKE, unsettled=True, confirmed=2, unreadable=1))
    told = house.fleet.loads(house.now_s)[0]
    assert (told.wakefulness, told.unsettled, told.told) == (Wakefulness.AWAKE, True, 3)
    for leave in (Leave(), Leave(wake=False), Leave(wake=False), Leave()):
        house.fleet.allow({"a": 4.0}, {"a": leave})
    assert house.handles[0].pipe.told == [Hold(4.0), Hold(4.0, Leave(wake=False)), Hold(4.0)]


def test_a_new_process_is_told_again(house):
    house.says(house.handles[0], streaming())
    house.fleet.allow({"a": 4.0}, {})
    house.ends(house.handles[0], -9)
    house.fleet.allow({"a": 3.0}, {})  # there is nobody to tell
    house.tick(2)
    house.fleet.allow({"a": 4.0}, {})
    house.says(house.handles[-1], streaming())
    house.fleet.allow({"a": 4.0}, {})
    assert house.handles[-1].pipe.told == [Hold(4.0)]


def test_a_rate_that_is_no_tenth_is_given_in_full():
    house = House(camera("a", detect_fps_max=7.57))
    house.tick()
    house.says(house.handles[0], streaming())
    house.fleet.allow({"a": 7.57}, {})
    house.fleet.allow({"a": 7.56}, {})
    assert house.handles[0].pipe.told == []


def test_the_row_says_what_is_allowed_of_what_is_wanted(house):
    assert house.row("a")["detect_fps"] is None
    house.says(house.handles[0], streaming(detect_fps=4.0, lag_s=0.3))
    row = house.row("a")
    assert (row["priority"], row["detect_fps"], row["detect_fps_max"], row["lag_s"]) == ("normal", 4.0, 8.0, 0.3)


@pytest.mark.parametrize(
    "packet",
    [b"\x80\x04nonsense", b"{}", b"x" * 5000, b'{"kind":"beat","facts":{"state":"streaming","pid":NaN}}'],
)
def test_a_worker_that_says_what_is_no_message_is_killed_and_comes_back(house, packet):
    with structlog.testing.capture_logs() as lines:
        house.sends(house.handles[0], packet, wire.encode(Misconfigured("not to be believed")))
    assert [(line["event"], line["camera"]) for line in lines] == [("worker_killed", "a")]
    assert lines[0]["reason"].startswith("it said what is no message: ")
    assert [handle.kills for handle in house.handles] == [1, 0]
    assert house.handles[0].pipe not in house.watch.keys
    house.ends(house.handles[0], -9)
    assert (house.row("a")["state"], house.row("a")["restart_in_s"]) == ("restarting", 1.0)
    house.tick(1)
    assert house.names_running() == ["b", "a"]


def test_a_worker_that_always_says_what_is_no_message_waits_longer_each_time(house):
    delays = []
    for _ in range(4):
        worker = house.running()[-1]
        house.sends(worker, b"?")
        house.ends(worker, -9)
        delays.append(house.row("b")["restart_in_s"])
        house.tick(delays[-1])
    assert delays == [1.0, 2.0, 4.0, 8.0]


def test_what_was_said_before_the_nonsense_counts(house):
    house.sends(house.handles[0], wire.encode(streaming(frames=3)), b"?")
    assert house.row("a")["frames"] == 3


def test_nonsense_as_the_last_word_harms_nobody(house):
    house.handles[0].pipe.said.append(b"?")
    house.ends(house.handles[0], 1)
    assert house.row("a")["state"] == "restarting"
    house.tick(1)
    assert house.names_running() == ["b", "a"]


def test_a_worker_that_talks_without_end_holds_up_nobody(house):
    house.handles[0].pipe.endless = True
    with structlog.testing.capture_logs() as lines:
        house.says(house.handles[0], streaming(frames=3))
    assert [line["reason"] for line in lines] == ["it talks without end"]
    assert [handle.kills for handle in house.handles] == [1, 0]


def test_last_words_are_heard_of_a_worker_that_left_without_having_heard_ours(house):
    pipe = house.handles[0].pipe
    pipe.reset = pipe.broken = True
    pipe.said.append(wire.encode(Misconfigured("no such file")))
    house.ends(house.handles[0], 78)
    assert house.row("a")["last_error"] == "no such file"


def test_a_worker_that_reads_nothing_is_told_again_and_killed_in_the_end(house):
    pipe = house.handles[0].pipe
    pipe.full = True
    house.says(house.handles[0], streaming())
    house.fleet.allow({"a": 4.0}, {})
    pipe.full = False
    house.fleet.allow({"a": 4.0}, {})
    house.fleet.allow({"a": 4.0}, {})
    assert pipe.told == [Hold(4.0)]
    pipe.full = True
    house.fleet.drain()
    house.tick()
    house.tick(DRAIN_S)
    assert house.handles[0].kills == 1


def test_a_worker_that_hangs_or_died_does_not_look_well(house):
    for handle in house.handles:
        house.says(handle, streaming(fps=25.0, lag_s=0.1, frames=100))
    assert house.row("a")["fps"] == 25.0
    house.ends(house.handles[1], 1)
    house.now_s += 12.0
    hung, dead = house.row("a"), house.row("b")
    assert (dead["uptime_s"], dead["beat_age_s"], dead["last_exit"]) == (None, None, "exit code 1")
    assert (hung["fps"], hung["lag_s"], hung["frames"]) == (0.0, None, 100)
    assert hung["last_error"] == "no heartbeat for 12 s"
    assert (dead["state"], dead["fps"], dead["lag_s"]) == ("restarting", 0.0, None)
