"""The hand-over on a real file: what a worker leaves there the next one has, once."""

import sqlite3
from contextlib import closing

import pytest

from anprd.events import spool as spool_module
from anprd.events.handover import HandOver
from tests.event_fakes import ListLog, event


@pytest.fixture
def path(tmp_path):
    return tmp_path / "handover" / "gate.sqlite"


@pytest.fixture
def log():
    return ListLog()


def made(path, log):
    return HandOver(path, 1000, log=log)


def test_a_worker_without_trouble_makes_no_file(path, log):
    handover = made(path, log)
    assert handover.left() == []
    handover.forget(event(1))
    assert not path.parent.exists()


def test_what_was_left_is_there_for_the_next_in_its_order_until_it_is_forgotten(path, log):
    assert made(path, log).leave([event(2), event(1)]) == 2
    assert [one.name for one in path.parent.iterdir()] == ["gate.sqlite"]
    following = made(path, log)
    assert following.left() == [event(2), event(1)]
    following.forget(event(2))
    assert following.left() == [event(1)]
    following.forget(event(1))
    assert list(path.parent.iterdir()) == []


def test_what_is_left_again_is_there_once(path, log):
    made(path, log).leave([event(1), event(2)])
    following = made(path, log)
    following.forget(following.left()[0])
    assert following.leave([event(2), event(3)]) == 2
    assert made(path, log).left() == [event(2), event(3)]


def test_where_there_is_not_room_for_all_the_oldest_are_kept(path, log, monkeypatch):
    monkeypatch.setattr(spool_module, "_SCHEMA", spool_module._SCHEMA + "PRAGMA max_page_count=12;")
    events = [event(number) for number in range(100)]
    count = made(path, log).leave(events)
    assert 0 < count < 100
    assert made(path, log).left() == events[:count]


def test_a_place_that_cannot_be_used_takes_nothing(path, log):
    path.parent.write_text("a file where the folder should be")
    assert made(path, log).leave([event(1)]) == 0
    assert made(path, log).left() == []


def test_a_broken_file_is_set_aside_and_what_can_be_read_of_it_is_taken(path, log):
    made(path, log).leave([event(1), event(2)])
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version=99")
    assert made(path, log).left() == [event(1), event(2)]
    assert log.names("error") == ["spool_set_aside"]


def test_one_that_cannot_be_read_is_told(path, log):
    path.mkdir(parents=True)
    assert made(path, log).left() == []
    assert log.names("error") == ["handover_not_read"]
