from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from anprd.supervisor.balance import Balance
from anprd.supervisor.load import CameraLoad

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Street:
    """Cameras whose queues are set by hand, and what they were allowed."""

    def __init__(self, count=3):
        self.now_s = 1000.0
        self.standing_s = 0.0
        self.waits = 0.5
        self.count = count
        self.allowed = []
        self.balance = Balance(loads=self.loads, allow=self.allow, wall=lambda: NOON)

    def loads(self, now_s):
        assert now_s == self.now_s
        return [
            CameraLoad(f"camera {number}", 8.0, "normal", self.standing_s, 1 - self.waits, self.waits)
            for number in range(self.count)
        ]

    def allow(self, rates, leaves):
        self.allowed.append(rates)

    def run(self, seconds):
        """Turn the loop five times a second."""
        with capture_logs() as lines:
            for _ in range(seconds * 5):
                self.balance.tick(self.now_s)
                self.now_s += 0.2
        return [line["event"] for line in lines]


@pytest.fixture
def street():
    return Street()


def test_it_looks_once_a_second(street):
    street.run(10)
    assert len(street.allowed) == 10


def test_nothing_is_said_while_all_is_well(street):
    assert street.run(60) == []
    assert street.balance.facts() == {
        "overloaded": False,
        "since": None,
        "level": 1.0,
        "cameras_held": 0,
        "awake_max": None,
        "cameras_asking": 0,
    }


def test_overload_is_told_once_when_it_begins_and_once_when_it_is_over(street):
    street.standing_s = 0.9
    assert street.run(60) == ["overload_began"]
    facts = street.balance.facts()
    assert (facts["overloaded"], facts["since"], facts["cameras_held"]) == (True, "2026-01-01T12:00:00Z", 3)
    assert facts["level"] < 0.3
    street.standing_s = 0.0
    assert street.run(120) == ["overload_ended"]
    assert street.balance.facts()["overloaded"] is False


def test_a_camera_that_wants_more_than_its_core_is_told_by_name():
    street = Street(count=1)
    street.standing_s, street.waits = 0.9, 0.0
    assert street.run(60) == ["camera_held"]
    assert street.balance.facts()["overloaded"] is False
    street.standing_s = 0.0
    assert street.run(120) == ["camera_freed"]


def test_a_camera_that_is_taken_out_of_the_file_is_not_told_to_be_free():
    street = Street(count=1)
    street.standing_s, street.waits = 0.9, 0.0
    street.run(60)
    street.count = 0
    assert street.run(5) == []
