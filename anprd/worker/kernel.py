"""What the daemon asks of the Linux kernel: death with the parent, a name, privacy, its memory and time on cores."""

import ctypes
import signal
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
_PR_SET_DUMPABLE = 4
_PR_SET_NAME = 15
_ROLLUP = Path("/proc/self/smaps_rollup")
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # <malloc.h>
_LARGE_BYTES = 128 << 10  # as glibc begins
_KEPT_BYTES_MAX = 32 << 20  # the most that glibc lets M_MMAP_THRESHOLD be; a 4K picture in colour has 25 MB
_HOLES_BYTES = (*(1 << power for power in range(16, 10, -1)), *range(1024, 0, -16))
_SCHEDSTAT = Path("/proc/thread-self/schedstat")


def die_with_parent() -> None:
    """Be killed when the fork server, our parent, dies. The supervisor's death is seen at the pipe's end."""
    _prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL))


def keep_memory_private() -> None:
    """Let no other process of this user look into our memory or environment, and leave no core file: prctl(2).

    All workers run as one user: without this one whose decoder was taken over by a hostile camera could read the
    others' passwords and pictures. It ends with an exec.
    """
    _prctl(_PR_SET_DUMPABLE, ctypes.c_ulong(0))


def name_process(name: str) -> None:
    """The name in `top` and `ps -o comm`, cut to 15 bytes."""
    _prctl(_PR_SET_NAME, ctypes.c_char_p(name.encode()[:15]))


def own_memory_bytes() -> int:
    """What one more worker like this costs: written to by it alone, in memory or swapped out; 0 where nobody says.

    Pages of files and of the fork server are shared by all workers and do not count.
    """
    try:
        lines = _ROLLUP.read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("Private_Dirty:", "SwapPss:")))


def lay_out_heap() -> None:
    """Fill the holes between this process's blocks for good: what a fork put into one would make the page its own.

    With the page goes all that it shared in it. At the heap's end, the only room that is left, its blocks lie together:
    4 MB less in each worker (docs/measured.md#memory). Of glibc alone, from 2.33 on; others are left as they are.
    """
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "mallinfo2"):
        return
    libc.mallinfo2.restype = _MallInfo
    libc.malloc.restype = libc.sbrk.restype = ctypes.c_size_t
    end = libc.sbrk(ctypes.c_size_t(0)) - libc.mallinfo2().keepcost
    for size_bytes in _HOLES_BYTES:
        while 0 < (block := libc.malloc(ctypes.c_size_t(size_bytes))) < end:
            pass
        libc.free(ctypes.c_size_t(block))


def keep_freed_memory() -> None:
    """Let what is freed stay in this process for what is needed next, until `give_back_memory`.

    Pictures of one look after the other, each taken from the kernel anew, cost 3 ms of CPU a look.
    """
    _mallopt(_KEPT_BYTES_MAX)


def give_back_memory() -> None:
    """Return to the kernel what is free in this process, in the middle of its heap too: malloc_trim(3).

    And from now on what is large, as soon as it is freed: by itself glibc keeps it once it has seen such a block freed.
    """
    _mallopt(_LARGE_BYTES)
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc alone
    if trim is not None:
        trim(0)


@dataclass(frozen=True, slots=True)
class CoreTimes:
    """What a thread had of the cores since it began, seconds."""

    run_s: float
    wait_s: float
    """Ready to run, and no core was free."""


def core_times() -> CoreTimes | None:
    """Those of the calling thread; None where the kernel does not count them."""
    try:
        run_ns, wait_ns, _ = _SCHEDSTAT.read_text().split()
    except (OSError, ValueError):
        return None
    return CoreTimes(int(run_ns) / 1e9, int(wait_ns) / 1e9)


class _MallInfo(ctypes.Structure):
    """mallinfo(3); `keepcost` is what is free at the heap's end."""

    _fields_ = (("others", ctypes.c_size_t * 9), ("keepcost", ctypes.c_size_t))


def _mallopt(kept_bytes_max: int) -> None:
    """Blocks of this size on are the kernel's again once they are freed, and so is as much at the heap's end."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, kept_bytes_max)
        mallopt(_M_TRIM_THRESHOLD, kept_bytes_max)


def _prctl(option: int, argument: ctypes.c_ulong | ctypes.c_char_p) -> None:
    # A refusal (seccomp) is no reason to fail: the pipe still tells of the supervisor's end.
    ctypes.CDLL(None, use_errno=True).prctl(option, argument, 0, 0, 0)
