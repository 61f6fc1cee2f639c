"""The store of rendered plates: as many as were asked for, and what is there is kept."""

import numpy as np
import pytest

from anprd.training import rendered
from anprd.training.render import typeface


@pytest.fixture(autouse=True)
def small_shards(monkeypatch):
    monkeypatch.setattr(rendered, "SHARD_COUNT", 4)
    monkeypatch.setattr(typeface, "load_all", lambda _fonts: (typeface.drawn(),))


def store(folder, count):
    rendered.prepare(folder, count=count, fonts=None)
    return rendered.load(folder)


def same(one, other):
    return one.text == other.text and np.array_equal(one.image, other.image)


@pytest.mark.parametrize("count", [1, 4, 7])
def test_a_store_holds_as_many_plates_as_were_asked_for(tmp_path, count):
    assert len(store(tmp_path, count)) == count


def test_a_store_that_grows_begins_with_what_it_was(tmp_path):
    few, more = store(tmp_path, 2), store(tmp_path, 6)
    assert len(more) == 6
    assert all(map(same, few, more))


def test_whole_shards_are_kept(tmp_path):
    store(tmp_path, 4)
    (whole,) = tmp_path.iterdir()
    changed_ns = whole.stat().st_mtime_ns
    assert len(store(tmp_path, 5)) == 5
    assert len(store(tmp_path, 1)) == 5
    assert whole.stat().st_mtime_ns == changed_ns
