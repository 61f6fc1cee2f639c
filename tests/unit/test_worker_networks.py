import pytest
import structlog

from anprd.errors import ConfigError
from anprd.worker import networks


class Weights:
    """Networks that remember how often they were loaded and used."""

    def __init__(self):
        self.loads = 0
        self.looks = 0
        self.broken = False

    def load(self, _folder):
        self.loads += 1
        if self.broken:
            raise ConfigError("detector.xml: its hash is wrong")
        return self

    def use_once(self, _frame):
        self.looks += 1

    def give_back_memory(self):
        """It holds none."""

    def detect(self, _frame, *, confidence_min, input_size):
        self.looks += 1
        return []


def stand_in(monkeypatch):
    made = Weights()
    networks._shared.cache_clear()
    networks._prepared.clear()
    monkeypatch.setattr(networks, "Vision", made)
    monkeypatch.setattr(networks.kernel, "give_back_memory", lambda: None)
    return made


def test_what_was_prepared_is_taken_and_was_used_once(tmp_path, monkeypatch):
    made = stand_in(monkeypatch)
    networks.prepare(tmp_path)
    assert (made.loads, made.looks) == (1, 1)
    assert networks.load(tmp_path) is made
    assert made.loads == 1


def test_other_weights_than_those_prepared_are_loaded(tmp_path, monkeypatch):
    made = stand_in(monkeypatch)
    networks.prepare(tmp_path / "old")
    networks.load(tmp_path)
    assert made.loads == 2


def test_weights_that_were_changed_since_are_loaded_anew(tmp_path, monkeypatch):
    made = stand_in(monkeypatch)
    (tmp_path / "detector.bin").write_bytes(b"old")
    networks.prepare(tmp_path)
    (tmp_path / "detector.bin").write_bytes(b"newer")
    networks.load(tmp_path)
    assert made.loads == 2


def test_weights_that_were_broken_since_are_taken_as_they_were(tmp_path, monkeypatch):
    made = stand_in(monkeypatch)
    (tmp_path / "detector.bin").write_bytes(b"old")
    networks.prepare(tmp_path)
    (tmp_path / "detector.bin").unlink()
    made.broken = True
    with structlog.testing.capture_logs() as said:
        assert networks.load(tmp_path) is made
    assert [(line["event"], line["log_level"]) for line in said] == [("weights_unusable", "warning")]
    with pytest.raises(ConfigError):
        networks.load(tmp_path / "others")


def test_networks_that_cannot_be_used_are_the_workers_to_tell(tmp_path, monkeypatch):
    made = stand_in(monkeypatch)
    made.broken = True
    networks.prepare(tmp_path)
    made.broken = False
    assert networks.load(tmp_path) is made


def test_what_looks_take_is_kept_for_the_next_but_in_the_first_ones(monkeypatch):
    told = []
    monkeypatch.setattr(networks.kernel, "keep_freed_memory", lambda: told.append("keep"))
    monkeypatch.setattr(networks.kernel, "give_back_memory", lambda: told.append("give back"))
    eyes = networks.Eyes(Weights())
    for _ in range(2):
        for _ in range(3):
            eyes.detect(None, confidence_min=0.5, input_size=None)
        eyes.give_back_memory()
    assert told == ["give back", "keep", "give back"]
