"""The heap that workers are forked with, in processes of their own: this one's is anybody's guess.

The figures are in docs/measured.md#memory; here it is only that it works, and how much at the least.
"""

import ctypes
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOLES = """
import ctypes, json, sys
from anprd.worker import composition, kernel

def between_blocks():
    libc = ctypes.CDLL(None)
    libc.mallinfo2.restype = kernel._MallInfo
    said = libc.mallinfo2()
    return said.others[8] - said.keepcost

blocks = [bytes(2000) for _ in range(400)]
del blocks[::2]
before = between_blocks()
kernel.lay_out_heap()
print(json.dumps([before, between_blocks()]))
"""
LARGE = """
import json
import numpy as np
from anprd.worker import kernel

def left(size):
    before = kernel.own_memory_bytes()
    blocks = [np.ones(size, np.uint8) for _ in range(8)]
    small = [bytes(1000) for _ in range(8)]
    del blocks
    return kernel.own_memory_bytes() - before

kernel.give_back_memory()
given_back = left(2 << 20)
kernel.keep_freed_memory()
print(json.dumps([given_back, left(2 << 20)]))
"""

pytestmark = pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="needs glibc 2.33 or later")


def told(script):
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def test_a_heap_that_is_laid_out_has_no_holes():
    before, after = told(HOLES)
    assert before > 200_000
    assert after < before / 10


def test_large_blocks_go_back_as_they_are_freed_or_stay_for_the_next():
    given_back, kept = told(LARGE)
    assert given_back < 2 << 20
    assert kept > 8 << 20
