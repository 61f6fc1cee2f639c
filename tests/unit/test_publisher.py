"""Delivery: in order, as long as it takes, each event once, whatever fails in between."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anprd.events.publisher import HELD_MAX, RETRY_CAP_S, RETRY_FIRST_S, Delivery, Left
from anprd.events.redis_stream import BATCH_MAX
from tests.event_fakes import FakeStream, HandClock, ListLog, MemoryHandOver, MemorySpool, event


class World:
    """A delivery and all that it touches."""

    def __init__(self, chance: float = 0.0) -> None:
        self.spool = MemorySpool()
        self.stream = FakeStream()
        self.clock = HandClock()
        self.log = ListLog()
        self.handover = MemoryHandOver()
        self._chance = chance
        self.begin()

    def begin(self) -> None:
        """The next process of this camera."""
        self.delivery = Delivery(
            self.spool, self.stream, self.clock, self.log, chance=lambda: self._chance, handover=self.handover
        )

    def put(self, *numbers: int) -> None:
        for number in numbers:
            self.delivery.put(event(number))

    def run(self) -> None:
        """Step until nothing waits, letting time pass as asked; but not until a broken disk is well."""
        for _ in range(10_000):
            wait_s = self.delivery.step()
            if wait_s is None or (wait_s == RETRY_CAP_S and self.spool.broken("put")):
                return
            self.clock.s += wait_s
        raise AssertionError("it does not end")

    @property
    def arrived(self) -> list[int]:
        return [entry.track for entry in self.stream.entries]


@pytest.fixture
def world() -> World:
    return World()


def test_an_event_is_on_the_disk_before_anything_is_sent(world):
    world.put(1)
    assert world.spool.depth() == 1
    assert world.arrived == []


def test_events_arrive_in_order_and_leave_the_disk(world):
    world.put(*range(200))
    world.run()
    assert world.arrived == list(range(200))
    assert world.spool.depth() == 0
    assert max(world.stream.batches) == BATCH_MAX


def test_with_nothing_to_do_it_waits_to_be_woken(world):
    assert world.delivery.step() is None


def test_after_a_failure_it_waits_longer_each_time_and_never_above_the_cap(world):
    world.stream.away = True
    world.put(1)
    waits = []
    for _ in range(12):
        wait_s = world.delivery.step()
        waits.append(wait_s)
        world.clock.s += wait_s
    assert waits[:4] == [RETRY_FIRST_S / 2 * factor for factor in (1, 2, 4, 8)]
    assert waits[-1] == RETRY_CAP_S / 2


def test_a_new_event_does_not_make_it_knock_before_its_time(world):
    world.stream.away = True
    world.put(1)
    wait_s = world.delivery.step()
    world.stream.away = False
    world.put(2)
    assert world.delivery.step() == pytest.approx(wait_s)
    assert world.arrived == []
    world.clock.s += wait_s
    assert world.delivery.step() == 0.0
    assert world.arrived == [1, 2]


def test_a_delivered_batch_resets_the_backoff(world):
    world.stream.away = True
    world.put(1)
    for _ in range(5):
        world.clock.s += world.delivery.step()
    world.stream.away = False
    world.run()
    world.stream.away = True
    world.put(2)
    assert world.delivery.step() == RETRY_FIRST_S / 2


def test_a_lost_reply_doubles_nothing(world):
    world.put(1, 2, 3)
    world.stream.lose_reply = True
    world.run()
    assert world.arrived == [1, 2, 3]
    assert world.stream.batches == [3, 3]


def test_an_ack_that_fails_doubles_nothing(world):
    failures = iter([True, True])
    world.spool.broken = lambda operation: operation == "ack" and next(failures, False)
    world.put(1, 2)
    world.run()
    assert world.arrived == [1, 2]
    assert world.spool.depth() == 0


def test_facts_say_what_waits_what_went_and_what_is_wrong(world):
    world.put(1, 2)
    world.run()
    world.stream.away = True
    world.put(3)
    world.delivery.step()
    assert world.delivery.facts() == {
        "pending": 1, "held": 0, "delivered": 2, "failures": 1, "dropped": 0, "last_error": "Redis is away",
    }  # fmt: skip
    world.stream.away = False
    world.run()
    assert world.delivery.facts()["last_error"] is None
    assert world.delivery.facts()["failures"] == 1


def test_an_outage_is_said_once_when_it_begins_and_once_when_it_ends(world):
    world.stream.away = True
    world.put(1)
    for _ in range(20):
        world.clock.s += world.delivery.step()
    world.stream.away = False
    world.run()
    assert world.log.names("warning", "info", "error") == ["delivery_failed", "delivery_resumed"]


def test_while_the_disk_is_full_events_go_from_memory(world):
    world.spool.broken = lambda operation: operation == "put"
    world.put(1, 2)
    assert world.delivery.facts()["held"] == 2
    world.run()
    assert world.arrived == [1, 2]
    assert world.delivery.facts() | {"delivered": 0} == {
        "pending": 0, "held": 0, "delivered": 0, "failures": 0, "dropped": 0, "last_error": "the disk is full",
    }  # fmt: skip
    assert world.log.names("error") == ["events_held_in_memory"]


def test_a_disk_that_stays_full_is_told_once_and_is_well_with_the_first_event_that_it_takes(world):
    world.spool.broken = lambda operation: operation == "put"
    for number in range(1, 9):
        world.put(number)
        world.run()
    assert world.log.names("error") == ["events_held_in_memory"]
    world.spool.broken = lambda _: False
    world.put(9)
    assert world.delivery.facts()["last_error"] is None
    assert world.log.names("info") == ["events_stored_again"]


def test_a_disk_that_has_room_again_is_well_though_no_event_comes(world):
    world.spool.broken = lambda operation: operation == "put"
    world.put(1)
    world.run()
    assert world.delivery.step() == RETRY_CAP_S
    assert world.delivery.facts()["last_error"] == "the disk is full"
    world.spool.broken = lambda _: False
    assert world.delivery.step() is None
    assert world.delivery.facts()["last_error"] is None
    assert world.log.names("info") == ["events_stored_again"]


def test_a_spool_that_could_not_be_opened_at_the_start_is_well_once_it_can(world):
    world.spool.broken = lambda _: True
    world.clock.s += world.delivery.step()
    assert world.delivery.facts()["last_error"] == "the disk is full"
    world.spool.broken = lambda operation: operation == "put"
    assert world.delivery.step() == RETRY_CAP_S
    assert world.delivery.facts()["last_error"] == "the disk is full"
    world.spool.broken = lambda _: False
    assert world.delivery.step() is None
    assert world.delivery.facts()["last_error"] is None


def test_after_such_a_start_the_first_outage_of_redis_is_a_warning_again(world):
    world.spool.broken = lambda _: True
    world.clock.s += world.delivery.step()
    world.spool.broken = lambda _: False
    world.run()
    world.stream.away = True
    world.put(1)
    assert world.delivery.step() == RETRY_FIRST_S / 2
    assert world.log.names("warning", "info") == ["delivery_failed", "delivery_resumed", "delivery_failed"]


def test_with_the_disk_full_and_redis_away_both_are_told_the_disk_first(world):
    world.stream.away = True
    world.spool.broken = lambda operation: operation == "put"
    world.put(1)
    world.delivery.step()
    assert world.delivery.facts()["last_error"] == "the disk is full; Redis is away"


def test_what_was_held_goes_to_the_disk_as_soon_as_it_takes_events_again_and_the_order_is_kept(world):
    world.stream.away = True
    world.put(1)
    world.spool.broken = lambda operation: operation == "put"
    world.put(2, 3)
    world.spool.broken = lambda _: False
    world.put(4)
    assert [waiting.track for waiting in world.spool.events] == [1, 2, 3, 4]
    world.stream.away = False
    world.run()
    assert world.arrived == [1, 2, 3, 4]


def test_what_is_held_goes_to_the_disk_at_the_next_try_though_nothing_is_put(world):
    world.stream.away = True
    world.spool.broken = lambda operation: operation == "put"
    world.put(1, 2)
    world.spool.broken = lambda _: False
    world.delivery.step()
    assert [waiting.track for waiting in world.spool.events] == [1, 2]


def test_a_disk_that_forgets_nothing_is_told(world):
    world.put(1)
    world.spool.broken = lambda operation: operation == "ack"
    world.delivery.step()
    assert world.delivery.facts()["last_error"] == "the disk is full"


def test_what_waits_on_a_full_disk_goes_before_what_is_held(world):
    world.stream.away = True
    world.put(1)
    world.spool.broken = lambda operation: operation == "put"
    world.put(2)
    world.stream.away = False
    world.run()
    assert world.arrived == [1, 2]


def test_what_a_full_disk_cannot_forget_keeps_back_nobody(world):
    world.put(1, 2)
    world.spool.broken = lambda operation: operation in {"put", "ack"}
    world.put(3, 4)
    for _ in range(5):
        world.clock.s += world.delivery.step() or 0.0
    world.put(5)
    world.delivery.step()
    assert world.arrived == [1, 2, 3, 4, 5]
    assert world.delivery.facts() | {"delivered": 0} == {
        "pending": 0, "held": 0, "delivered": 0, "failures": 0, "dropped": 0, "last_error": "the disk is full",
    }  # fmt: skip
    assert world.log.names("warning") == ["events_not_forgotten"]
    world.spool.broken = lambda _: False
    world.run()
    assert world.spool.events == []
    assert world.delivery.facts()["last_error"] is None


def test_a_spool_that_cannot_even_be_read_does_not_keep_back_what_is_at_hand(world):
    world.spool.broken = lambda _: True
    world.put(1, 2)
    world.delivery.step()
    assert world.arrived == [1, 2]


def test_a_spool_that_cannot_be_read_is_tried_again(world):
    failures = iter([True] * 3)
    world.put(1)
    world.spool.broken = lambda operation: operation == "pending" and next(failures, False)
    world.run()
    assert world.arrived == [1]
    assert world.delivery.facts()["failures"] == 3


def test_memory_is_bounded_and_what_is_lost_is_counted(world):
    world.stream.away = True
    world.spool.broken = lambda _: True
    world.put(*range(HELD_MAX + 5))
    assert world.delivery.facts()["held"] == HELD_MAX
    assert world.delivery.facts()["dropped"] == 5
    assert world.log.names("error") == ["events_held_in_memory", "events_dropped"]
    world.stream.away = False
    world.spool.broken = lambda _: False
    world.run()
    assert world.arrived == list(range(5, HELD_MAX + 5))


def test_an_end_with_everything_on_disk_hands_over_nothing(world):
    world.stream.away = True
    world.put(1, 2)
    assert world.delivery.leave() == Left(on_disk=2, handed_over=0, lost=0)
    assert world.handover.events == []
    assert world.log.names() == []


def test_what_is_held_at_the_end_is_handed_over_and_goes_after_what_waits_on_disk(world):
    world.stream.away = True
    world.put(1)
    world.spool.broken = lambda operation: operation == "put"
    world.put(2, 3)
    assert world.delivery.leave() == Left(on_disk=1, handed_over=2, lost=0)
    assert world.log.names("warning") == ["events_handed_over"]
    world.begin()
    world.put(4)
    assert (world.delivery.waiting(), world.delivery.held()) == (4, 3)
    world.stream.away = False
    world.run()
    assert world.arrived == [1, 2, 3, 4]
    assert world.handover.events == []
    assert world.delivery.facts()["dropped"] == 0


def test_what_is_delivered_after_it_was_handed_over_is_forgotten_there(world):
    world.spool.broken = lambda operation: operation == "put"
    world.put(1, 2)
    assert world.delivery.hand_over() == 2
    world.delivery.step()
    assert world.handover.events == []
    assert world.delivery.leave() == Left(on_disk=0, handed_over=0, lost=0)


def test_what_was_handed_over_is_on_the_disk_at_once_where_there_is_room_again(world):
    world.handover.events = [event(1), event(2)]
    world.begin()
    assert [waiting.track for waiting in world.spool.events] == [1, 2]
    assert world.handover.events == []
    assert world.log.names() == ["events_taken_over"]


def test_what_was_handed_over_is_forgotten_only_as_it_arrives(world):
    world.spool.broken = lambda operation: operation == "put"
    world.handover.events = [event(number) for number in range(BATCH_MAX + 1)]
    world.begin()
    assert world.log.names("error") == ["events_held_in_memory"]
    world.delivery.step()
    assert world.handover.events == [event(BATCH_MAX)]


def test_what_finds_no_place_at_the_end_is_counted_and_told(world):
    world.stream.away = True
    world.spool.broken = lambda operation: operation == "put"
    world.handover.room = 2
    world.put(1, 2, 3, 4, 5)
    assert world.delivery.leave() == Left(on_disk=0, handed_over=2, lost=3)
    assert world.delivery.facts()["dropped"] == 3
    assert world.delivery.waiting() == 2
    (told,) = (fields for _, name, fields in world.log.lines if name == "events_dropped")
    assert told == {"reason": "held_at_the_end", "count": 3, "event_id": "gate-3"}


def test_a_disk_that_takes_events_again_at_the_end_has_them(world):
    world.stream.away = True
    world.spool.broken = lambda operation: operation == "put"
    world.put(1, 2)
    world.spool.broken = lambda _: False
    assert world.delivery.leave() == Left(on_disk=2, handed_over=0, lost=0)


def test_without_a_place_to_hand_over_to_what_is_held_is_lost_and_counted():
    spool, log = MemorySpool(), ListLog()
    spool.broken = lambda operation: operation == "put"
    delivery = Delivery(spool, FakeStream(), HandClock(), log, chance=lambda: 0.0)
    delivery.put(event(1))
    assert delivery.leave() == Left(on_disk=0, handed_over=0, lost=1)


_TROUBLE = st.sampled_from(
    ["put", "step", "next", "away", "back", "lost reply", "disk full", "disk unreadable", "disk well"]
)


@settings(max_examples=300, deadline=None)
@given(story=st.lists(_TROUBLE, max_size=60))
def test_without_a_crash_nothing_is_lost_doubled_or_out_of_order_whatever_fails(story):
    world = World(chance=0.5)
    count = 0
    unreadable = False
    for what in story:
        match what:
            case "put":
                world.put(count)
                count += 1
            case "step":
                world.clock.s += world.delivery.step() or 0.0
            case "next":
                world.delivery.leave()
                world.begin()
            case "away" | "back":
                world.stream.away = what == "away"
            case "lost reply":
                world.stream.lose_reply = True
            case "disk full":
                world.spool.broken = lambda operation: operation in {"put", "ack"}
            case "disk unreadable":
                world.spool.broken = lambda _: True
                unreadable = True
            case "disk well":
                world.spool.broken = lambda _: False
    world.stream.away = False
    world.spool.broken = lambda _: False
    world.run()
    # What waits in a file that cannot be read comes later than what was put meanwhile: there is no other way.
    assert (sorted(world.arrived) if unreadable else world.arrived) == list(range(count))
