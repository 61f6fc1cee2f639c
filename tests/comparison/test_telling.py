"""The count of what anprd tells, on traffic where it can be told beforehand."""

from anprd.records import Box
from tests.comparison.recording import Look
from tests.comparison.telling import Told, tell
from tests.traffic import sighting

PLATE, OTHER = "K995OX190", "P429OO197"


def drive(vehicle: str, text: str, *, count: int, begin_s: float = 0.0) -> list[Look]:
    boxes = [Box(100 + 40 * index, 500, 200 + 40 * index, 525) for index in range(count)]
    return [Look(begin_s + index / 8, ((vehicle, sighting(box, text)),)) for index, box in enumerate(boxes)]


def test_a_vehicle_told_once_is_counted_with_its_readings() -> None:
    told = tell(drive(PLATE, PLATE, count=20))
    assert (told.vehicles, told.once, told.twice, told.wrong, told.missed) == (1, 1, 0, 0, 0)
    assert told.sightings == 20
    assert 4 <= told.read < 12


def test_a_plate_that_nobody_has_is_wrong_and_its_vehicle_missed() -> None:
    told = tell(drive(PLATE, OTHER, count=10))
    assert (told.once, told.wrong, told.missed) == (0, 1, 1)


def test_a_plate_told_after_the_hold_is_told_twice() -> None:
    told = tell([*drive(PLATE, PLATE, count=10), Look(20.0, ()), *drive(PLATE, PLATE, count=10, begin_s=60.0)])
    assert (told.once, told.twice, told.wrong, told.missed) == (0, 1, 0, 0)


def test_a_vehicle_that_was_readable_too_seldom_is_not_owed() -> None:
    assert tell(drive(PLATE, PLATE, count=2)) == Told(sightings=2, read=2)
