from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from anprd.tracks.passes import Passes
from anprd.worker.camera_time import CameraTime
from anprd.worker.composition import note_plates, remember_plates
from anprd.worker.session import NOTE_EVERY_S
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

    def remember(self, plate, at):
        self.at[plate] = at

    def recent(self, since):
        return [(plate, at) for plate, at in self.at.items() if at >= since]


class Machine:
    """A clock and a disk that outlive the worker; a worker is its passes and its camera time."""

    def __init__(self):
        self.now = 1000.0
        self.set_back_s = 0.0
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
        self.worker = SimpleNamespace(passes=Passes(self.camera))
        self.time = CameraTime()
        self.time.begin_session()
        remember_plates(self.worker, self.spool, self.camera, self, ListLog())

    def show(self, step, frames=40):
        for index in range(frames):
            box = Box(100 + step * index, 500, 200 + step * index, 525)
            self._feed([sighting(box, PLATE)])

    def idle(self, seconds):
        for _ in range(int(seconds * FPS)):
            self._feed([])

    def _feed(self, sightings):
        self.now += 1 / FPS
        t_s = self.time.place(self.now, self.wall(), now_s=self.now)
        self.confirmed += [verdict.plate for verdict in self.worker.passes.feed(sightings, t_s)]
        if self.now % NOTE_EVERY_S < 1 / FPS:
            note_plates(self.worker, self.spool, self.time, self.now)


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
