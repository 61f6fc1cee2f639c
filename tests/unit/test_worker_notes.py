from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from anprd.errors import SinkError
from anprd.tracks.passes import Passes
from anprd.video.clock import SteadyClock
from anprd.worker.camera_time import CameraTime
from anprd.worker.notes import NOTE_EVERY_S, PlateNotes
from tests.event_fakes import ListLog
from tests.traffic import Box, settings, sighting

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PLATE = "K995OX190"
FPS = 8.0
HOLD_S = 30.0


class NotedPlates:
    """What the spool keeps of plates."""

    def __init__(self):
        self.at = {}
        self.noted = []
        self.is_broken = False

    def remember(self, seen):
        if self.is_broken:
            raise SinkError("the disk is full")
        self.noted.append(dict(seen))
        self.at.update(seen)

    def remember_only(self, seen):
        self.at = {}
        self.remember(seen)

    def recent(self, since):
        return [(plate, at) for plate, at in self.at.items() if at >= since]


class Machine:
    """A clock and a disk that outlive the worker; a worker is its passes and its camera time."""

    def __init__(self):
        self.now = 1000.0
        self.set_back_s = 0.0
        self.camera_rate = 1.0
        self.spool = NotedPlates()
        self.camera = settings(same_plate_hold_s=HOLD_S)
        self.confirmed = []
        self.start()

    def now_s(self):
        return self.now

    def wall(self):
        return NOON + timedelta(seconds=self.now - self.set_back_s)

    def start(self):
        """Another worker takes the place of the one that was killed."""
        self.passes = Passes(self.camera)
        clock = SteadyClock(self, on_step=lambda _step_s: None)
        self.time = CameraTime(lambda: clock.steps)
        self.time.begin_session()
        self.notes = PlateNotes(self.passes, self.spool, clock, hold_s=HOLD_S, camera_now=self.time.now)
        self.notes.recall(ListLog())

    def show(self, step, frames=40):
        for index in range(frames):
            box = Box(100 + step * index, 500, 200 + step * index, 525)
            self._feed([sighting(box, PLATE)])

    def idle(self, seconds):
        for _ in range(int(seconds * FPS)):
            self._feed([])

    def _feed(self, sightings):
        self.now += 1 / FPS
        t_s = self.time.place(self.camera_rate * self.now, self.wall(), now_s=self.now)
        self.confirmed += [verdict.plate for verdict in self.passes.feed(sightings, t_s) if self._spools(verdict)]
        self.notes.keep()

    def _spools(self, verdict):
        """As the spool does when the event is put."""
        self.spool.at[verdict.plate] = self.time.at(verdict.last_t_s)
        return True


@pytest.fixture
def machine():
    return Machine()


def test_a_parked_car_is_not_told_again_by_the_next_worker_nor_by_the_one_after_it(machine):
    machine.show(step=0)
    for _ in range(3):
        machine.idle(600)  # nobody looks while nothing moves
        machine.start()
        machine.show(step=0)
    assert machine.confirmed == [PLATE]


def test_a_parked_car_that_leaves_and_comes_back_after_the_hold_is_told_again(machine):
    machine.show(step=0)
    machine.idle(600)
    machine.show(step=40)
    machine.idle(2 * HOLD_S)
    machine.start()
    machine.show(step=40)
    assert machine.confirmed == [PLATE, PLATE]


def test_a_parked_car_that_left_unseen_is_held_no_longer_than_the_hold(machine):
    machine.show(step=0)
    machine.idle(600)
    machine.start()
    machine.idle(HOLD_S + 1)
    machine.start()  # the worker before it saw nobody stand there, so it noted nothing
    machine.show(step=40)
    assert machine.confirmed == [PLATE, PLATE]


def test_a_plate_from_the_future_is_held_no_longer_than_the_hold(machine):
    machine.show(step=40)
    machine.set_back_s = 3600.0
    machine.start()
    machine.idle(HOLD_S + 1)
    machine.show(step=40)
    assert machine.confirmed == [PLATE, PLATE]


@pytest.mark.parametrize("set_back_s", [3600.0, -3600.0, 5 * 3600.0])
def test_a_vehicle_in_view_is_not_told_again_though_the_clock_was_set_before_its_worker_died(machine, set_back_s):
    machine.show(step=1)
    machine.set_back_s = set_back_s
    machine.show(step=1, frames=2)
    machine.start()
    machine.show(step=1)
    assert machine.confirmed == [PLATE]


@pytest.mark.parametrize("set_back_s", [3600.0, -3600.0])
def test_a_plate_out_of_its_hold_is_told_again_though_the_clock_was_set_before_its_worker_died(machine, set_back_s):
    machine.show(step=40)
    machine.idle(HOLD_S - 5)
    machine.set_back_s = set_back_s
    machine.idle(8)
    machine.start()
    machine.show(step=40)
    assert machine.confirmed == [PLATE, PLATE]


def test_a_plate_from_before_two_restarts_keeps_its_age_when_the_clock_is_set(machine):
    machine.show(step=40)
    machine.start()
    machine.set_back_s = 3600.0
    machine.idle(HOLD_S / 2)
    machine.start()
    machine.idle(HOLD_S / 2 - 6)
    machine.show(step=40, frames=20)
    assert machine.confirmed == [PLATE]
    machine.idle(6 + HOLD_S)
    machine.show(step=40)
    assert machine.confirmed == [PLATE, PLATE]


def test_a_vehicle_in_view_is_not_told_again_though_the_cameras_clock_is_slow(machine):
    machine.camera_rate = 0.9
    machine.idle(400)  # camera time is 40 s behind; a real clock takes days for that
    machine.show(step=8, frames=int(2 * HOLD_S * FPS))
    machine.start()
    machine.show(step=8)
    assert machine.confirmed == [PLATE]


def test_a_plate_out_of_its_hold_is_told_again_though_the_cameras_clock_is_fast(machine):
    machine.camera_rate = 1.1
    machine.idle(400)
    machine.show(step=40)
    machine.idle(HOLD_S - 5)
    machine.start()
    machine.idle(8)
    machine.show(step=40)
    assert machine.confirmed == [PLATE, PLATE]


def test_plates_in_view_are_noted_every_ten_seconds(machine):
    machine.show(step=0, frames=int(31 * FPS))
    times = [noted[PLATE] for noted in machine.spool.noted if noted]
    pauses = {later - earlier for earlier, later in pairwise(times)}
    assert len(times) == 3
    assert pauses == {timedelta(seconds=NOTE_EVERY_S)}


def test_a_disk_that_takes_nothing_stops_nobody(machine):
    machine.spool.is_broken = True
    machine.show(step=40)
    machine.set_back_s = 3600.0
    machine.show(step=40)
    assert machine.confirmed == [PLATE]
