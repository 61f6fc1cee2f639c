import sqlite3
from contextlib import closing

import pytest

from anprd.errors import SinkError
from anprd.events import spool as spool_module
from anprd.events.redis_stream import BATCH_MAX
from anprd.events.spool import Spool
from anprd.supervisor.orphans import Orphans
from tests.event_fakes import FakeStream, event

HANDED = "handed"
FULL = "CREATE TRIGGER full BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"


class House:
    """A folder of spools, and the loop by hand."""

    def __init__(self, folder):
        self.folder = folder
        self.stream = FakeStream()
        self.owned = {"gate"}
        self.listed = {"gate"}
        for name in ("gate", "gone"):
            self.put(name, 1)
        self.orphans = Orphans([folder, folder / HANDED], self.stream, owned=self.owned)

    def put(self, name, *numbers):
        spool = Spool(self.folder / f"{name}.sqlite", 1000)
        for number in numbers:
            spool.put(event(number, camera=name.rpartition("/")[2]))
        spool.close()

    def hand_over(self, name, *numbers):
        self.put(f"{HANDED}/{name}", *numbers)

    def change(self, name, statement):
        with closing(sqlite3.connect(self.folder / f"{name}.sqlite", isolation_level=None)) as db:
            db.execute(statement)

    def turn(self):
        self.orphans.sweep()
        self.orphans.tick(owned=self.owned, listed=self.listed)

    def files(self):
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*.*"))


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


def test_events_of_a_removed_camera_are_delivered_and_its_spool_is_removed(house):
    house.put("gone", *range(2, 600))
    house.turn()
    assert [one.id for one in house.stream.entries] == [f"gone-{number}" for number in range(1, 600)]
    assert house.files() == ["gate.sqlite"]
    assert house.orphans.waiting == 0


def test_what_its_worker_handed_over_comes_after_what_waits_on_disk(house):
    house.hand_over("gone", 2, 3)
    house.hand_over("gate", 2)
    house.stream.away = True
    house.turn()
    assert house.orphans.waiting == 3
    house.stream.away = False
    house.turn()
    assert [one.id for one in house.stream.entries] == ["gone-1", "gone-2", "gone-3"]
    assert house.orphans.waiting == 0
    assert house.files() == ["gate.sqlite", f"{HANDED}/gate.sqlite"]


def test_what_is_younger_does_not_overtake_what_redis_has_just_refused(house, monkeypatch):
    house.hand_over("gone", 2)
    publish, refusals = house.stream.publish, iter([SinkError("Redis is away")])

    def refuse_once(events):
        for refusal in refusals:
            raise refusal
        return publish(events)

    monkeypatch.setattr(house.stream, "publish", refuse_once)
    house.turn()
    assert (house.stream.entries, house.orphans.waiting) == ([], 2)
    house.turn()
    assert [one.id for one in house.stream.entries] == ["gone-1", "gone-2"]


@pytest.mark.parametrize("comes", ["a worker", "a stop"])
def test_no_further_batch_is_sent_once_a_worker_has_come_for_it_or_the_daemon_stops(house, monkeypatch, comes):
    house.put("gone", *range(2, 200))
    publish = house.stream.publish

    def interrupted(events):
        if comes == "a worker":
            house.orphans.tick(owned={"gate", "gone"}, listed={"gate", "gone"})
        else:
            house.orphans.stop()
        return publish(events)

    monkeypatch.setattr(house.stream, "publish", interrupted)
    house.orphans.sweep()
    assert len(house.stream.entries) == BATCH_MAX


def test_what_was_handed_over_alone_is_found(house):
    house.turn()
    house.hand_over("gone", 2)
    house.turn()
    assert [one.id for one in house.stream.entries] == ["gone-1", "gone-2"]
    assert house.files() == ["gate.sqlite"]


def test_they_wait_for_redis_and_are_counted(house):
    house.stream.away = True
    house.turn()
    assert house.orphans.waiting == 1
    assert house.files() == ["gate.sqlite", "gone.sqlite"]
    house.stream.away = False
    house.turn()
    assert house.stream.keys() == [event(1, camera="gone").key]
    assert house.orphans.waiting == 0


def test_a_disk_that_lets_go_of_nothing_holds_up_none_of_them_and_doubles_none(house):
    house.put("gone", *range(2, 400))
    house.change("gone", FULL)
    for _ in range(3):
        house.turn()
        assert [one.id for one in house.stream.entries] == [f"gone-{number}" for number in range(1, 400)]
        assert house.orphans.waiting == 0
        assert house.files() == ["gate.sqlite", "gone.sqlite"]
    house.change("gone", "DROP TRIGGER full")
    house.turn()
    assert len(house.stream.entries) == 399
    assert house.files() == ["gate.sqlite"]


def test_a_spool_that_neither_forgets_nor_passes_over_is_left_for_another_time(house, monkeypatch):
    monkeypatch.setattr(Spool, "_pass_over", lambda *_: None)
    house.change("gone", FULL)
    house.turn()
    assert house.stream.keys() == [event(1, camera="gone").key]
    assert house.files() == ["gate.sqlite", "gone.sqlite"]


def test_what_arrived_is_asked_anew_once_a_worker_has_had_the_spool(house):
    house.change("gone", FULL)
    house.turn()
    house.orphans.tick(owned={"gate", "gone"}, listed={"gate", "gone"})
    house.change("gone", "DROP TRIGGER full")
    house.change("gone", "DELETE FROM events")
    house.put("gone", 2)  # it has the number of the one that arrived
    house.orphans.tick(owned={"gate"}, listed={"gate"})
    house.turn()
    assert [one.id for one in house.stream.entries] == ["gone-1", "gone-2"]


def test_a_damaged_record_does_not_hold_up_the_others(house):
    house.put("gone", 2, 3)
    house.change("gone", "UPDATE events SET fields = CAST(x'c1' AS TEXT) WHERE seq = 1")
    house.change("gone", "UPDATE events SET key = 'another' WHERE seq = 2")
    house.turn()
    assert [one.id for one in house.stream.entries] == ["gone-3"]
    assert house.files() == ["gate.sqlite"]


def test_what_was_saved_of_a_broken_spool_waits_for_room_on_the_disk(house, monkeypatch):
    house.put("gone", *range(2, 100))
    house.change("gone", "PRAGMA user_version=99")
    with monkeypatch.context() as disk:
        disk.setattr(spool_module, "_SCHEMA", spool_module._SCHEMA + "PRAGMA max_page_count=12;")
        house.turn()
        house.turn()
        assert house.orphans.waiting == 99
    house.turn()
    assert len(house.stream.entries) == 99


def test_the_spool_of_a_camera_that_is_only_disabled_is_emptied_but_stays(house):
    house.listed = {"gate", "gone"}
    house.turn()
    assert len(house.stream.entries) == 1
    assert house.files() == ["gate.sqlite", "gone.sqlite"]


def test_a_spool_is_not_removed_once_a_worker_may_open_it(house):
    house.orphans.sweep()
    house.owned = {"gate", "gone"}
    house.orphans.tick(owned=house.owned, listed={"gate"})
    assert house.files() == ["gate.sqlite", "gone.sqlite"]


def test_a_camera_removed_by_a_reload_is_found(house):
    house.owned = {"gate", "gone"}
    house.orphans.tick(owned=house.owned, listed=house.owned)
    house.turn()
    assert house.stream.entries == []
    house.owned = {"gate"}
    house.orphans.tick(owned=house.owned, listed=house.owned)
    house.turn()
    assert len(house.stream.entries) == 1
    assert house.files() == ["gate.sqlite"]


def test_an_emptied_spool_that_a_worker_had_meanwhile_is_looked_at_again(house):
    house.listed = {"gate", "gone"}
    house.turn()
    house.owned = {"gate", "gone"}
    house.turn()
    house.turn()
    house.put("gone", 2)
    house.owned = {"gate"}
    house.turn()
    house.turn()
    assert [one.id for one in house.stream.entries] == ["gone-1", "gone-2"]


def test_a_disabled_camera_that_is_removed_later_leaves_no_file(house):
    house.listed = {"gate", "gone"}
    house.turn()
    house.listed = {"gate"}
    house.orphans.adopt(house.stream)
    house.turn()
    assert house.files() == ["gate.sqlite"]


def test_a_reload_changes_where_they_go(house):
    house.stream.away = True
    house.turn()
    elsewhere = FakeStream()
    house.orphans.adopt(elsewhere)
    house.turn()
    assert len(elsewhere.entries) == 1


def test_a_file_that_cannot_be_read_is_never_taken_for_an_empty_one(house):
    (house.folder / "gone.sqlite").unlink()
    (house.folder / "gone.sqlite").mkdir()
    house.turn()
    assert house.files() == ["gate.sqlite", "gone.sqlite"]


def test_without_a_folder_there_is_nothing_to_do(tmp_path):
    orphans = Orphans([tmp_path / "none"], FakeStream(), owned=())
    orphans.sweep()
    assert orphans.waiting == 0
