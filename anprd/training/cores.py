"""How many threads a training may use."""

import os


def thread_count() -> int:
    """Every core, or what `OMP_NUM_THREADS` says: two trainings beside each other are faster with one thread each."""
    return int(os.environ.get("OMP_NUM_THREADS", "0")) or os.cpu_count() or 1
