"""What a training may ask of this machine's cores: how many threads, and in which numbers."""

import functools
import os
from pathlib import Path

BF16_FLAGS = frozenset({"avx512_bf16", "amx_bf16", "bf16"})  # as Linux names what x86 and ARM can do
CPUINFO = Path("/proc/cpuinfo")


def thread_count() -> int:
    """Every core, or what `OMP_NUM_THREADS` says: two trainings beside each other are faster with one thread each.

    To OpenMP it may be a list, a number for each level of nesting: the first is meant. What is no number says nothing.
    """
    first = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    asked = int(first) if first.isdecimal() else 0
    return asked or os.cpu_count() or 1


@functools.cache
def multiply_bf16() -> bool:
    """Whether to compute in bf16 here: torch emulates it on other CPUs, ten times slower than FP32 is there.

    Source: docs/measured.md#training.
    """
    return CPUINFO.is_file() and says_bf16(CPUINFO.read_text(encoding="utf-8"))


def says_bf16(cpuinfo: str) -> bool:
    """Whether a CPU of which Linux says this (`/proc/cpuinfo`) multiplies in bf16."""
    lines = (line.partition(":") for line in cpuinfo.splitlines())
    return any(
        name.strip().lower() in {"flags", "features"} and BF16_FLAGS & set(said.split()) for name, _, said in lines
    )
