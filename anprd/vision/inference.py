"""The door to OpenVINO: a network file becomes a function from array to array, on one thread.

One thread a worker, parallel by workers: a thread pool in every worker only fights with the others (docs/measured.md).
"""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import openvino
from numpy.typing import NDArray

from anprd.errors import ConfigError

ONE_THREAD = {
    "INFERENCE_NUM_THREADS": 1,
    "NUM_STREAMS": 1,
    "PERFORMANCE_HINT": "LATENCY",
    "ENABLE_CPU_PINNING": False,  # pinned workers would all sit on the first core
}

PRECISION = "INFERENCE_PRECISION_HINT"
FULL = {PRECISION: "f32"}
_SHORTAGES = ("bad_alloc", "bad allocation", "Cannot allocate", "Resource temporarily unavailable")
"""What C++ and the kernel say where memory or threads are short, as it comes through OpenVINO 2026."""


class Network:
    """A compiled network with one input and one output or several."""

    def __init__(self, file: Path, *, input_shape: tuple[int, ...] | None = None) -> None:
        """Compile `file` (OpenVINO IR, its `.bin` beside it), reshaped to `input_shape` where one is given.

        Raises:
            ConfigError: the file is missing, damaged or needs a newer OpenVINO.
            RuntimeError, MemoryError: memory or threads are short; a later try may do.
        """
        try:
            model = _core().read_model(file)
            if input_shape is not None:
                model.reshape(list(input_shape))
            self._compiled = _core().compile_model(model, "CPU", ONE_THREAD)
            self._request = self._compiled.create_infer_request()
            self._has_run = False
        except RuntimeError as error:
            if any(shortage in str(error) for shortage in _SHORTAGES):
                raise
            reason = str(error).strip().splitlines()[-1]
            raise ConfigError(
                f"{file}: OpenVINO cannot load this network ({reason}); restore it or export it again"
            ) from error

    def __call__(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Run the network; its first output, a copy that is safe to keep.

        Args:
            batch: of the input's shape; C-contiguous.
        """
        return self.outputs(batch, 1)[0]

    def outputs(self, batch: NDArray[np.uint8], count: int) -> list[NDArray[np.float32]]:
        """Run the network; copies of its first `count` outputs."""
        self._has_run = True
        # Not `infer([batch], share_inputs=True)`, which is the same and keeps the batch, 740 kB, until the next run.
        self._request.set_input_tensor(openvino.Tensor(batch, shared_memory=True))
        self._request.infer()
        return [np.array(self._request.get_output_tensor(index).data, np.float32) for index in range(count)]

    def give_back_memory(self) -> None:
        """Let go of what lies between the layers; the next run makes it anew. One that has not run is not touched."""
        if self._has_run:
            self._has_run = False
            self._compiled.release_memory()


@contextmanager
def full_precision() -> Iterator[None]:
    """What is loaded inside multiplies in FP32 where its file does: OpenVINO takes bf16 where the CPU has that."""
    before = _core().get_property("CPU", PRECISION)
    _core().set_property("CPU", FULL)
    try:
        yield
    finally:
        _core().set_property("CPU", {PRECISION: before})


@functools.cache
def _core() -> openvino.Core:
    """One runtime a process; made when first needed, after the fork."""
    return openvino.Core()
