from pathlib import Path

import openvino
import pytest

from anprd.errors import ConfigError
from anprd.vision import inference, weights
from anprd.vision.inference import Network

CORNERS = weights.default_folder() / "corners.xml"


class Core:
    """OpenVINO where no network can be loaded."""

    def __init__(self, error):
        self.error = error

    def read_model(self, _file):
        raise self.error


def load(monkeypatch, error):
    monkeypatch.setattr(inference, "_core", lambda: Core(error))
    Network(Path("detector.xml"))


def test_a_network_that_cannot_be_read_is_the_operators_to_mend(monkeypatch):
    with pytest.raises(ConfigError, match=r"detector\.xml: .*\(Unable to read the model\); restore it"):
        load(monkeypatch, RuntimeError("Exception from src/core.cpp:97:\nUnable to read the model\n"))


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("Exception from src/inference/src/cpp/core.cpp:112:\nstd::bad_alloc\n"),
        RuntimeError("bad allocation"),
        RuntimeError("Cannot allocate memory"),
        RuntimeError("Check failed:\nResource temporarily unavailable\nwhile compiling\n"),
        MemoryError(),
        BlockingIOError("Resource temporarily unavailable"),
    ],
)
def test_a_moment_without_memory_or_threads_is_no_fault_of_the_file(monkeypatch, error):
    with pytest.raises(type(error)) as raised:
        load(monkeypatch, error)
    assert raised.value is error


@pytest.mark.weights
def test_fp32_is_fp32_where_it_is_asked_for_and_not_after():
    usual = Network(CORNERS)._compiled.get_property(inference.PRECISION)
    with inference.full_precision():
        assert Network(CORNERS)._compiled.get_property(inference.PRECISION) == openvino.Type.f32
    assert Network(CORNERS)._compiled.get_property(inference.PRECISION) == usual
