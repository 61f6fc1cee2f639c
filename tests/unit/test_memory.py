from anprd.records import Box
from anprd.tracks.memory import KNOWN_MAX, PARKED_HOLD_S, TRACKS_MAX, Known, Memory
from anprd.tracks.track import Track
from tests.traffic import sighting

HOLD_S = 30.0
PLATE = "K995OX190"


def track(*, x: float = 100, begin_s: float = 0.0, step: float = 40, count: int = 6, number: int = 1) -> Track:
    boxes = [Box(x + step * index, 500, x + step * index + 100, 525) for index in range(count)]
    found = Track(number, sighting(boxes[0]), begin_s)
    for index, box in enumerate(boxes[1:], start=1):
        found.take(sighting(box), begin_s + index / 8)
    return found


def known(plate: str = PLATE, *, of: Track | None = None, last_t_s: float = 1.0) -> Known:
    return Known(plate, votes=5, weight=4.5, last_t_s=last_t_s, told_as=of, track=of, told=[plate])


def test_a_plate_is_found_while_it_is_held() -> None:
    memory, one = Memory(HOLD_S), known(of=track())
    memory.add(one)
    assert memory.find(PLATE, track(x=900, begin_s=20.0, number=2)) is one
    assert memory.find(PLATE, track(x=900, begin_s=40.0, number=2)) is None
    assert memory.find("P429OO197", track(begin_s=20.0, number=2)) is None
    assert (memory.told(PLATE, 20.0), memory.told(PLATE, 40.0)) == (True, False)


def test_the_same_text_goes_before_a_similar_one() -> None:
    memory, alike, same = Memory(HOLD_S), known("K9950X190", last_t_s=5.0), known(last_t_s=1.0)
    memory.add(alike)
    memory.add(same)
    assert memory.find(PLATE, track(begin_s=6.0)) is same


def test_of_two_that_look_alike_it_is_the_one_that_was_seen_last() -> None:
    memory, earlier, later = Memory(HOLD_S), known("K9950X190", last_t_s=5.0), known("K995QX190", last_t_s=6.0)
    for one in (later, earlier):
        memory.add(one)
    assert memory.find(PLATE, track(begin_s=7.0)) is later


def test_a_plain_mistake_is_forgiven_only_where_the_track_goes_on() -> None:
    memory, one = Memory(HOLD_S), known(of=track())
    memory.add(one)
    assert memory.find("K996OX190", track(x=420, begin_s=1.6, number=2)) is one
    assert memory.find("K996OX190", track(x=1600, begin_s=1.6, number=2)) is None
    assert memory.find("K996OX190", track(begin_s=15.0, number=2)) is None


def test_who_was_seen_to_drive_to_where_it_once_stood_was_away() -> None:
    memory = Memory(HOLD_S)
    memory.add(known(of=track(x=300, step=0)))
    assert memory.find(PLATE, track(x=100, begin_s=3600.0, number=2)) is None
    assert memory.find(PLATE, track(x=300, step=0, begin_s=3600.0, number=3)) is not None


def test_a_parked_car_may_be_misread_by_night() -> None:
    memory, one = Memory(HOLD_S), known(of=track(step=0))
    memory.add(one)
    assert memory.find("K996OX100", track(step=0, begin_s=3600.0, number=2)) is one
    assert memory.find("K412OM190", track(step=0, begin_s=3600.0, number=3)) is None
    assert memory.find("K996OX100", track(x=400, step=0, begin_s=3600.0, number=4)) is None


def test_what_is_old_is_forgotten_but_a_parked_car_is_not() -> None:
    memory = Memory(HOLD_S)
    memory.add(known(of=track()))
    memory.add(known("P429OO197", of=track(x=800, step=0, number=2)))
    memory.forget(3600.0)
    assert memory.find(PLATE, track(begin_s=3600.0, number=3)) is None
    assert memory.find("P429OO197", track(x=800, step=0, begin_s=3600.0, number=4)) is not None
    memory.forget(PARKED_HOLD_S + 60)
    assert memory.find("P429OO197", track(x=800, step=0, begin_s=3600.0, number=5)) is None


def test_a_parked_car_is_in_view_now_for_as_long_as_it_is_believed_to_stand() -> None:
    memory = Memory(HOLD_S)
    memory.add(known(of=track()))
    memory.add(known("P429OO197", of=track(x=800, step=0, number=2)))
    assert memory.seen_since(3590.0, now_t_s=3600.0) == [("P429OO197", 3600.0)]
    assert memory.seen_since(PARKED_HOLD_S, now_t_s=PARKED_HOLD_S + 60) == []


def test_what_is_held_is_listed_with_its_last_sighting_and_a_parked_car_with_now() -> None:
    memory = Memory(HOLD_S)
    for one in (known(of=track()), known("P429OO197", of=track(x=800, step=0, number=2)), known("M777MM77")):
        memory.add(one)
    assert memory.held(20.0) == [(PLATE, 1.0), ("P429OO197", 20.0), ("M777MM77", 1.0)]
    assert memory.held(3600.0) == [("P429OO197", 3600.0)]


def test_only_who_stands_in_its_place_ends_the_belief_that_a_car_is_parked_there() -> None:
    memory = Memory(HOLD_S)
    parked, elsewhere = known(of=track(step=0)), known("P429OO197", of=track(x=800, step=0, number=2))
    passing, standing = (known("M777MM77", of=track(step=step, number=3)) for step in (40, 0))
    for one in (parked, elsewhere, standing):
        memory.add(one)
    memory.displace(passing)
    assert parked.track is not None
    memory.displace(standing)
    assert [one.track is None for one in (parked, elsewhere, standing)] == [True, False, False]


def test_where_there_are_too_many_the_longest_unseen_gives_way() -> None:
    memory = Memory(HOLD_S)
    for number in range(KNOWN_MAX + 1):
        memory.add(known(f"K{number:05d}X190", last_t_s=float(number) / 10_000))
    assert not memory.told("K00000X190", 1.0)
    assert memory.told("K00001X190", 1.0)
    assert memory.told(f"K{KNOWN_MAX:05d}X190", 1.0)


def test_a_plate_is_held_as_long_as_was_asked_however_many_come_after_it() -> None:
    memory = Memory(3600.0)
    for number in range(2 * TRACKS_MAX):
        memory.add(known(f"K{number:03d}OX190", of=track(number=number, begin_s=float(number)), last_t_s=float(number)))
    assert memory.find("K000OX190", track(number=9999, begin_s=1000.0)) is not None


def test_of_too_many_places_a_parked_cars_is_kept_and_that_of_the_longest_unseen_is_let_go() -> None:
    memory, parked = Memory(HOLD_S), known(of=track(step=0), last_t_s=0.0)
    others = [known(f"K{number:03d}OX190", of=track(), last_t_s=1.0 + number) for number in range(TRACKS_MAX)]
    for one in (parked, *others):
        memory.add(one)
    assert [one.plate for one in (parked, *others) if one.track is None] == ["K000OX190"]
