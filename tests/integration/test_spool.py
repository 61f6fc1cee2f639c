"""The spool on a real file: what was put is there, in order, whatever happens to the process and the file."""

import sqlite3
import threading
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from anprd.errors import SinkError
from anprd.events import spool as spool_module
from anprd.events.spool import CORRUPT_FILES_KEPT, PLATES_KEPT_H, Spool
from anprd.records import VerdictKind
from tests.event_fakes import START, ListLog, event


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "spool" / "gate.sqlite"


@pytest.fixture
def log() -> ListLog:
    return ListLog()


@pytest.fixture
def spool(path, log) -> Spool:
    return Spool(path, 1000, log=log)


def put_all(spool: Spool, numbers: Iterable[int]) -> None:
    for number in numbers:
        spool.put(event(number))


def numbers(spool: Spool, limit: int = 10_000) -> list[int]:
    return [waiting.track for waiting in spool.pending(limit)]


def test_events_wait_in_order_until_they_are_acknowledged(spool):
    for number in range(5):
        spool.put(event(number))
    assert spool.pending(3) == [event(0), event(1), event(2)]
    spool.ack([event(0), event(1)])
    assert numbers(spool) == [2, 3, 4]
    assert spool.depth() == 3


def test_what_was_put_survives_a_process_that_never_closed_the_file(path, spool):
    spool.put(event(1))
    spool.put(event(2))
    again = Spool(path, 1000)
    assert numbers(again) == [1, 2]
    assert again.depth() == 2


def test_the_directory_and_the_file_are_for_their_owner(path, spool):
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_each_put_is_synced(spool):
    (synchronous,) = spool._connection.execute("PRAGMA synchronous").fetchone()
    (journal,) = spool._connection.execute("PRAGMA journal_mode").fetchone()
    assert (synchronous, journal) == (2, "wal")


def test_the_same_event_does_not_wait_twice(spool):
    spool.put(event(1))
    spool.put(event(1))
    spool.put(event(1, revision=1))
    assert [(waiting.track, waiting.revision) for waiting in spool.pending(10)] == [(1, 0), (1, 1)]
    assert spool.depth() == 2


def test_acknowledging_what_is_not_there_does_no_harm(spool):
    spool.put(event(1))
    spool.ack([event(7)])
    spool.ack([])
    assert spool.depth() == 1


def test_beyond_the_limit_the_oldest_is_dropped_counted_and_said_once(path, log):
    spool = Spool(path, 100, log=log)
    for number in range(130):
        spool.put(event(number))
    assert numbers(spool) == list(range(30, 130))
    assert (spool.depth(), spool.dropped) == (100, 30)
    assert log.names("error") == ["events_dropped"]
    assert Spool(path, 100).dropped == 30


def test_a_spool_with_a_lower_limit_than_it_holds_comes_down_to_it(path, spool):
    for number in range(20):
        spool.put(event(number))
    smaller = Spool(path, 5)
    smaller.put(event(20))
    assert numbers(smaller) == [16, 17, 18, 19, 20]
    assert (smaller.depth(), smaller.dropped) == (5, 16)


def test_confirmed_plates_are_remembered_across_restarts_and_after_delivery(path, spool):
    spool.put(event(1))
    spool.put(event(2, kind=VerdictKind.UNREADABLE))
    spool.put(event(3, kind=VerdictKind.UPDATED))
    spool.ack(spool.pending(10))
    again = Spool(path, 1000)
    assert again.recent(START) == [("A00001", START + timedelta(seconds=1)), ("A00003", START + timedelta(seconds=3))]
    assert again.recent(START + timedelta(seconds=2)) == [("A00003", START + timedelta(seconds=3))]


def test_a_plate_that_stays_is_remembered_as_it_was_last_seen(spool):
    spool.put(event(1))
    spool.remember([("A00001", START + timedelta(minutes=5))])
    assert spool.recent(START) == [("A00001", START + timedelta(minutes=5))]


def test_plates_can_be_noted_anew_all_at_once(spool):
    spool.put(event(1))
    spool.put(event(2))
    spool.remember_only([("A00002", START - timedelta(hours=1))])
    assert spool.recent(START - timedelta(days=1)) == [("A00002", START - timedelta(hours=1))]
    assert spool.depth() == 2


def test_the_memory_of_plates_is_bounded_in_both_directions_of_time(spool):
    spool.remember([("OLD", START - timedelta(hours=PLATES_KEPT_H, seconds=1))])
    spool.remember([("FUTURE", START + timedelta(days=400))])
    spool.put(event(0))
    assert [plate for plate, _ in spool.recent(START - timedelta(days=1000))] == ["A00000"]


@pytest.mark.parametrize("garbage", [b"this is no database" * 300, b"SQLite format 3\0" + b"\xff" * 5000, b"\0" * 4096])
def test_a_file_that_is_no_database_is_set_aside_and_a_new_one_begun(path, log, garbage):
    path.parent.mkdir(parents=True)
    path.write_bytes(garbage)
    spool = Spool(path, 1000, log=log)
    spool.put(event(1))
    assert numbers(spool) == [1]
    assert path.with_name("gate.sqlite.corrupt-1").read_bytes() == garbage
    assert log.names("error") == ["spool_set_aside"]


def test_a_file_that_breaks_while_it_is_used_is_set_aside(path, spool, log):
    for number in range(300):
        spool.put(event(number))
    spool.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)
    spool.put(event(999))
    assert numbers(spool) == [999]
    assert log.names("error") == ["spool_set_aside"]
    assert spool.dropped == 300
    spool.close()
    assert (numbers(spool), spool.dropped) == ([999], 300)  # what was carried over is carried once
    assert Spool(path, 1000).dropped == 300


def test_a_page_that_breaks_under_an_open_file_is_no_crash(path, spool, log, monkeypatch):
    for number in range(300):
        spool.put(event(number))
    spool.close()
    monkeypatch.setattr(spool_module, "CHECKED_BYTES_MAX", 0)  # as for a file that is too large to check
    assert spool.pending(1) == [event(0)]
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (path.stat().st_size - 4096))
    spool._connection.execute("PRAGMA shrink_memory")
    assert numbers(spool) == []
    spool.put(event(999))
    assert numbers(spool) == [999]
    assert log.names("error") == ["spool_set_aside"]


def break_page_of(path: Path, number: int) -> None:
    """Overwrite the page that holds this event."""
    content = bytearray(path.read_bytes())
    page = content.index(event(number).key.encode() + b"{") // 4096 * 4096
    content[page : page + 4096] = b"\xa5" * 4096
    path.write_bytes(content)


def test_of_a_broken_file_everything_before_and_behind_the_damage_is_saved_in_order(path, spool, log):
    put_all(spool, range(300))
    spool.ack(spool.pending(10))
    spool.remember([("PARKED", START)])
    spool.close()
    break_page_of(path, 150)
    spool.put(event(999))
    saved = numbers(spool)
    assert saved == sorted(saved)
    assert set(range(10, 140)) | set(range(160, 300)) | {999} <= set(saved)
    assert 150 not in saved
    assert not set(range(10)) & set(saved)
    assert spool.dropped == 290 - (len(saved) - 1)
    assert ("PARKED", START) in spool.recent(START)
    (said,) = (fields for level, name, fields in log.lines if name == "spool_set_aside")
    assert said["events_saved"] == len(saved) - 1
    assert said["events_lost"] == spool.dropped
    again = Spool(path, 1000)
    assert numbers(again) == saved


def test_a_file_that_was_broken_while_nobody_had_it_open_is_saved_as_well(path, spool):
    put_all(spool, range(300))
    spool.close()
    break_page_of(path, 7)
    again = Spool(path, 1000, log=ListLog())
    assert set(range(20, 300)) <= set(numbers(again))
    assert again.depth() == len(numbers(again))


def test_a_file_of_a_later_version_is_set_aside(path, spool, log):
    spool.put(event(1))
    spool._connection.execute("PRAGMA user_version=99")
    spool.close()
    spool.put(event(2))
    assert numbers(spool) == [1, 2]
    assert path.with_name("gate.sqlite.corrupt-1").exists()


def test_a_file_says_which_version_it_is_of(path, spool):
    assert sqlite3.connect(path).execute("PRAGMA user_version").fetchone() == (1,)


def test_plates_are_saved_from_a_broken_file_though_no_event_waits_in_it(path, spool):
    spool.remember([("PARKED", START)])
    spool._connection.execute("PRAGMA user_version=99")
    spool.close()
    assert spool.recent(START) == [("PARKED", START)]


def test_files_set_aside_do_not_fill_the_disk(path):
    for _ in range(CORRUPT_FILES_KEPT + 3):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"no database at all" * 100)
        Spool(path, 1000).close()
        path.unlink()
    assert len(list(path.parent.glob("*.corrupt-?"))) == CORRUPT_FILES_KEPT


def test_a_record_that_cannot_be_read_does_not_hold_up_the_others(path, spool, log):
    for number in range(3):
        spool.put(event(number))
    spool._connection.execute('UPDATE events SET fields = \'{"id": "x"}\' WHERE seq = 1')
    spool._connection.execute("UPDATE events SET fields = 'no json' WHERE seq = 2")
    assert numbers(spool) == [2]
    assert (spool.depth(), spool.dropped) == (1, 2)
    assert log.names("error") == ["events_dropped", "events_dropped"]


def damage(path: Path, place: bytes, at: int, *, becomes: bytes) -> None:
    """Overwrite what is `at` bytes behind the beginning of the only such place of the file."""
    content = bytearray(path.read_bytes())
    assert content.count(place) == 1
    start = content.index(place) + at
    content[start : start + len(becomes)] = becomes
    path.write_bytes(content)


def test_a_damaged_byte_that_is_no_text_costs_one_record_and_holds_up_nobody(path, spool, log):
    put_all(spool, range(3))
    spool.close()
    damage(path, b'"plate":"A00001"', 9, becomes=b"\xc1")
    assert numbers(spool) == [0, 2]
    assert (spool.depth(), spool.dropped) == (2, 1)
    assert [(name, fields["reason"]) for _, name, fields in log.lines] == [("events_dropped", "record_damaged")]


def test_damaged_bytes_that_are_no_text_do_not_stop_the_saving(path, spool, log):
    put_all(spool, range(5))
    spool._connection.execute("PRAGMA user_version=99")
    spool.close()
    for number in (1, 3):
        damage(path, f'"plate":"A0000{number}"'.encode(), 9, becomes=b"\xc1")
    assert numbers(spool) == [0, 2, 4]
    assert (log.names("error"), spool.dropped) == (["spool_set_aside"], 2)


@pytest.mark.parametrize(
    "damaged", ["CAST(x'41c13031' AS TEXT), 1772366400000", "'A1', 'soon'", "'A1', 9e18", "'A1', 9000000000000000000"]
)
def test_a_damaged_plate_is_left_out(path, spool, damaged):
    spool.put(event(1))
    spool._connection.execute(f"INSERT INTO plates VALUES ({damaged})")
    assert [plate for plate, _ in spool.recent(START)] == ["A00001"]
    spool._connection.execute("PRAGMA user_version=99")
    spool.close()
    assert [plate for plate, _ in spool.recent(START)] == ["A00001"]


@pytest.mark.parametrize(("place", "becomes"), [(b"NULL UNIQUE", b"\xce"), (b"seq INT", b"r"), (b"plate T", b"\xf0")])
def test_a_damaged_schema_is_a_broken_file(path, spool, place, becomes):
    spool.put(event(1))
    spool.close()
    damage(path, place, 0, becomes=becomes)
    log = ListLog()
    again = Spool(path, 1000, log=log)
    again.put(event(2))
    assert numbers(again)[-1] == 2
    assert log.names("error") == ["spool_set_aside"]


@pytest.mark.parametrize("place", [b'"id":"gate-1"', event(1).key.encode() + b"{"])
def test_an_event_whose_record_and_key_differ_is_damaged(path, spool, place):
    put_all(spool, range(3))
    spool.close()
    damage(path, place, place.index(b"gate"), becomes=b"f")
    first = spool.pending(10)
    spool.ack(first)
    assert first == [event(0), event(2)]
    assert (numbers(spool), spool.depth(), spool.dropped) == ([], 0, 1)


def test_a_damaged_index_is_a_broken_file_and_what_has_arrived_is_not_saved_from_it(path, spool, log):
    put_all(spool, range(4))
    spool.close()
    damage(path, event(1).key.encode() + b"\x02", 0, becomes=b"f")  # behind the key stands the number of its row
    spool.ack(spool.pending(3))
    assert log.names("error") == ["spool_set_aside"]
    assert numbers(spool) == [3]
    assert (spool.depth(), spool.dropped) == (1, 0)


def test_what_was_passed_over_is_not_saved_from_a_broken_file(path, spool, log):
    put_all(spool, range(4))
    arrived = spool.pending(3)
    spool._connection.execute("PRAGMA query_only=1")
    with pytest.raises(SinkError, match="readonly"):
        spool.ack(arrived)
    sqlite3.connect(path, isolation_level=None).execute("PRAGMA user_version=99")
    spool.close()
    assert numbers(spool) == [3]
    assert (log.names("error"), spool.dropped) == (["spool_set_aside"], 0)


@pytest.mark.parametrize(("record", "left"), [("fields", 295), ("'no json'", 290)])
def test_rows_that_are_listed_but_not_found_do_not_come_for_ever(path, spool, log, monkeypatch, record, left):
    put_all(spool, range(300))
    spool._connection.execute(f"UPDATE events SET fields = {record} WHERE seq <= 5")
    (root,) = spool._connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'events'").fetchone()
    spool.close()
    monkeypatch.setattr(spool_module, "CHECKED_BYTES_MAX", 0)  # as for a file that is too large to check
    content = bytearray(path.read_bytes())
    page = (root - 1) * 4096
    first_cell = page + int.from_bytes(content[page + 12 : page + 14], "big")
    content[first_cell + 4] = 1  # the highest number below it; what is above 1 is looked for elsewhere
    path.write_bytes(content)
    spool.ack(spool.pending(5))
    assert log.names("error")[-1] == "spool_set_aside"
    assert numbers(spool) == list(range(300 - left, 300))


def test_another_process_may_have_put_something_else_in_the_place_of_what_arrived(path, spool):
    put_all(spool, range(2))
    arrived = spool.pending(10)
    other = Spool(path, 1000)
    other.ack(other.pending(10))
    other.put(event(2))
    spool.ack(arrived)
    assert numbers(spool) == [2]


def test_what_was_saved_of_a_broken_file_waits_for_room_on_the_disk(path, spool, monkeypatch):
    put_all(spool, range(300))
    spool.close()
    break_page_of(path, 150)
    with monkeypatch.context() as disk:
        disk.setattr(spool_module, "_SCHEMA", spool_module._SCHEMA + "PRAGMA max_page_count=12;")
        again = Spool(path, 1000, log=ListLog())
        with pytest.raises(SinkError, match=r"gate\.sqlite.* full"):
            again.put(event(999))
        waiting = again.depth()
        assert waiting + again.dropped == 300
        assert waiting > 250
    again.put(event(999))
    assert again.depth() == waiting + 1
    assert set(range(160, 300)) | {999} <= set(numbers(again))
    again.close()
    later = Spool(path, 1000)
    assert (later.depth(), later.dropped) == (waiting + 1, 300 - waiting)


def test_a_full_disk_is_a_sink_error_and_reading_and_acknowledging_go_on(path, spool):
    put_all(spool, range(200))
    db = spool._connection
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    db.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(SinkError, match=r"gate\.sqlite.* full"):
        put_all(spool, range(200, 400))
    assert spool._connection is db
    assert numbers(spool)[0] == 0
    assert spool.depth() == len(numbers(spool))
    spool.ack(spool.pending(100))
    spool.put(event(999))
    assert numbers(spool)[-1] == 999


def test_a_probe_tells_whether_the_disk_takes_an_event_and_leaves_nothing(path, spool):
    spool.put(event(1))
    spool.probe()
    assert numbers(spool) == [1]
    assert spool._connection.execute("SELECT * FROM counters").fetchall() == []
    db = spool._connection
    db.execute("VACUUM")  # the pages that the probe had are free, and it would find them
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    db.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(SinkError, match="full"):
        spool.probe()
    db.execute("PRAGMA query_only=1")
    with pytest.raises(SinkError, match="readonly"):
        spool.probe()
    assert Spool(path, 1000).pending(9) == [event(1)]


def test_a_read_only_file_is_a_sink_error(spool):
    spool.put(event(1))
    spool._connection.execute("PRAGMA query_only=1")
    with pytest.raises(SinkError, match="readonly"):
        spool.put(event(2))


def test_what_cannot_be_forgotten_is_passed_over_and_goes_with_the_next(path, spool):
    for number in range(4):
        spool.put(event(number))
    first = spool.pending(2)
    spool._connection.execute("PRAGMA query_only=1")
    with pytest.raises(SinkError, match="readonly"):
        spool.ack(first)
    assert spool.depth() == 2
    rest = spool.pending(9)
    assert rest == [event(2), event(3)]
    spool.ack(rest[:1])
    assert spool.depth() == 1
    spool.close()
    assert Spool(path, 1000).pending(9) == [event(3)]


def test_what_arrived_and_was_not_forgotten_makes_room_and_is_not_counted_as_lost(path, log):
    spool = Spool(path, 4, log=log)
    put_all(spool, range(4))
    arrived = spool.pending(2)
    spool._connection.execute("PRAGMA query_only=1")
    with pytest.raises(SinkError, match="readonly"):
        spool.ack(arrived)
    put_all(spool, [4, 5])
    assert numbers(spool) == [2, 3, 4, 5]
    assert (spool.depth(), spool.dropped) == (4, 0)
    assert log.names("error") == []
    spool.put(event(6))
    assert numbers(spool) == [3, 4, 5, 6]
    assert (spool.depth(), spool.dropped) == (4, 1)


def test_what_waits_before_what_cannot_be_forgotten_is_not_passed_over(spool):
    for number in range(3):
        spool.put(event(number))
    waiting = spool.pending(9)
    spool._connection.execute("PRAGMA query_only=1")
    with pytest.raises(SinkError):
        spool.ack(waiting[1:])
    assert spool.pending(9) == waiting


def test_a_place_that_cannot_be_used_is_said_and_tried_again(tmp_path, log):
    in_the_way = tmp_path / "spool"
    in_the_way.write_text("a file where the directory should be")
    spool = Spool(in_the_way / "gate.sqlite", 1000, log=log)
    assert log.names("warning") == ["spool_unavailable"]
    with pytest.raises(SinkError, match=r"gate\.sqlite cannot be used"):
        spool.put(event(1))
    assert spool.depth() == 0
    in_the_way.unlink()
    spool.put(event(1))
    assert numbers(spool) == [1]


def test_a_file_that_another_holds_for_too_long_is_a_sink_error(path, spool, monkeypatch):
    spool.put(event(1))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    spool._connection.execute("PRAGMA busy_timeout=10")
    with pytest.raises(SinkError, match="locked"):
        spool.put(event(2))
    other.execute("ROLLBACK")
    spool.put(event(2))
    assert numbers(spool) == [1, 2]
    other.close()


def test_two_threads_put_and_take_at_the_same_time(spool):
    taken: list[int] = []

    def take() -> None:
        while len(taken) < 150:
            batch = spool.pending(16)
            taken.extend(waiting.track for waiting in batch)
            spool.ack(batch)

    thread = threading.Thread(target=take)
    thread.start()
    for number in range(150):
        spool.put(event(number))
    thread.join(30)
    assert taken == list(range(150))
    assert spool.depth() == 0


def test_a_closed_spool_opens_again_when_it_is_used(spool):
    spool.put(event(1))
    spool.close()
    spool.close()
    assert numbers(spool) == [1]


def test_what_a_broken_file_lost_is_counted_though_nobody_had_counted_its_events(path, spool):
    put_all(spool, range(300))
    spool.close()
    break_page_of(path, 150)
    log = ListLog()
    again = Spool(path, 1000, log=log)
    saved = numbers(again)
    assert again.dropped == 300 - len(saved) > 0
    (said,) = (fields for _, name, fields in log.lines if name == "spool_set_aside")
    assert said["events_lost"] == again.dropped


def test_what_was_lost_before_is_still_known_when_a_file_breaks(path, spool):
    small = Spool(path, 10)
    put_all(small, range(300))
    assert small.dropped == 290
    small._connection.execute("PRAGMA user_version=99")
    small.close()
    assert Spool(path, 10, log=ListLog()).dropped == 290


def test_any_number_of_damaged_records_holds_up_nobody(path, spool, log):
    put_all(spool, range(100))
    spool._connection.execute("UPDATE events SET fields = 'no json' WHERE seq <= 70")
    assert numbers(spool, 64) == list(range(70, 100))[:64]
    assert (spool.depth(), spool.dropped) == (30, 70)
