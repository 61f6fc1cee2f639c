"""A worker's memory is its own: no other process of the same user, another camera's worker say, can look into it."""

import contextlib
import ctypes
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest

from anprd.worker import kernel
from tests.command import ROOT

NOBODY = 65534
SECRET = b"rtsp://u:hunter2@h/"


def _hold(pipe, private):
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    if private:
        kernel.keep_memory_private()
    else:
        ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # what a change of user took away, as it is for a process of systemd's
    kept = ctypes.create_string_buffer(SECRET)
    pipe.send((ctypes.addressof(kept), kernel.own_memory_bytes() > 0))
    pipe.recv()


def _look(pipe, pid, address):
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    seen = []
    with contextlib.suppress(OSError), Path(f"/proc/{pid}/mem").open("rb") as memory:
        memory.seek(address)
        seen.append(memory.read(len(SECRET)))
    with contextlib.suppress(OSError):
        seen.append(Path(f"/proc/{pid}/environ").read_bytes()[:1])
    pipe.send(seen)


def _looked_into(*, private):
    """What a process of the same user sees of another's memory, and whether that one can still count its own."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    holder = context.Process(target=_hold, args=(theirs, private))
    holder.start()
    address, counts_itself = ours.recv()
    result, end = context.Pipe()
    looker = context.Process(target=_look, args=(end, holder.pid, address))
    looker.start()
    seen = result.recv()
    ours.send("done")
    holder.join()
    looker.join()
    return seen, counts_itself


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become another user")
def test_a_process_of_the_same_user_sees_nothing_of_a_workers_memory():
    if not _looked_into(private=False)[0]:
        pytest.skip("this machine lets no process look into another anyway (yama)")
    assert _looked_into(private=True) == ([], True)


@pytest.mark.weights
def test_nor_of_the_fork_servers_which_all_later_workers_come_from():
    script = "import ctypes, anprd.worker.forkserver; print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"  # PR_GET_DUMPABLE
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"
