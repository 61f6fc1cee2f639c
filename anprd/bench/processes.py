"""What processes cost, as the kernel counts it: CPU time of a process with everything below it, and memory."""

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_PARENT, _CPU = 1, slice(11, 15)  # of the fields after the name: proc_pid_stat(5)
_IDLE = slice(3, 5)  # of /proc/stat's numbers: idle, iowait


@dataclass(frozen=True, slots=True)
class Process:
    """One process. `cpu_s` is its own CPU time and that of the children it has buried."""

    pid: int
    parent: int
    cpu_s: float


def all_of_them() -> dict[int, Process]:
    """Every process there is now, by its number."""
    found = (_process(int(entry.name)) for entry in _PROC.iterdir() if entry.name.isdecimal())
    return {one.pid: one for one in found if one is not None}


def family(known: Mapping[int, Process], root: int) -> list[Process]:
    """The process `root` and everything below it; nothing where it has ended."""
    children: dict[int, list[Process]] = defaultdict(list)
    for one in known.values():
        children[one.parent].append(one)
    found = [known[root]] if root in known else []
    for one in found:  # it grows meanwhile
        found += children[one.pid]
    return found


def machine_cpu_s() -> float:
    """CPU time that the whole machine has spent since its start."""
    words = (_PROC / "stat").read_text().split("\n", 1)[0].split()[1:9]  # later ones are counted in these already
    spent = [int(word) for word in words]
    return (sum(spent) - sum(spent[_IDLE])) * _TICK_S


def shared_out_bytes(pids: Iterable[int]) -> int | None:
    """Memory of these processes, each shared page counted once (PSS); None where we may not look into them."""
    total = 0
    for pid in pids:
        try:
            lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue
        except OSError:  # workers let only root look
            return None
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def _process(pid: int) -> Process | None:
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except OSError:  # it has ended
        return None
    words = text.rpartition(")")[2].split()
    return Process(pid, int(words[_PARENT]), sum(map(int, words[_CPU])) * _TICK_S)
