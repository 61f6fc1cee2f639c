import pytest

from anprd.errors import ConfigError
from anprd.worker import entry, kernel


@pytest.mark.parametrize(
    ("environ", "level"),
    [({}, "info"), ({"ANPRD_LOG_LEVEL": "DEBUG"}, "debug"), ({"ANPRD_LOG_LEVEL": "loud"}, "info")],
)
def test_the_environment_sets_how_much_is_logged(environ, level):
    assert entry.log_level(environ) == level


@pytest.mark.parametrize("asked", [{}, {"ANPRD_LOG_LEVEL": ""}, {"ANPRD_LOG_LEVEL": "Debug"}])
def test_a_level_that_there_is_is_no_fault(asked):
    assert entry.log_level_fault(asked) is None


def test_a_level_that_there_is_not_is_a_fault():
    fault = entry.log_level_fault({"ANPRD_LOG_LEVEL": "verbose"})
    assert fault == "'verbose' is not debug, info, warning or error; it counts as info"


def test_a_broken_installation_is_the_operators_to_mend():
    with pytest.raises(ConfigError, match="install anprd and its dependencies again"):
        entry._load("anprd.worker.no_such_module")


def test_a_library_that_finds_no_memory_is_no_broken_installation(monkeypatch):
    def starved(_):
        raise ImportError("libopenvino.so: failed to map segment from shared object: Cannot allocate memory")

    monkeypatch.setattr(entry.importlib, "import_module", starved)
    with pytest.raises(ImportError, match="libopenvino"):
        entry._load("anprd.worker.composition")


def test_a_process_knows_what_memory_is_its_own():
    assert kernel.own_memory_bytes() > 0
