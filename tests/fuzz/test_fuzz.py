"""A short, seeded part of the fuzzing; `make fuzz` does it at length."""

import gc
import os
import random
import struct
import subprocess
import sys
import zlib

import pytest

from tests.command import ROOT
from tests.fuzz.targets import TARGETS, Workplace

INPUTS = {"rtsp": 8, "clips": 25, "bitstreams": 25, "spool_rows": 60}
BOMBS = """
import resource, sys
from pathlib import Path
from anprd.cli import read
from anprd.errors import SourceError
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
try:
    read.load_picture(Path(sys.argv[1]))
except SourceError as error:
    print(error)
"""


@pytest.mark.parametrize("target", TARGETS)
def test_no_input_ends_in_anything_but_an_answer_or_a_refusal(target):
    gc.collect()  # what other tests left behind: a finalizer that runs where an input nests deep would be a finding
    place = Workplace()
    one = TARGETS[target][0](place)
    for number in range(INPUTS.get(target, 100)):
        one(random.Random(f"2 {target} {number}"))


def _png(width, height):
    """A whole PNG, black: gigapixels in a few hundred kilobytes."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = b"\0" * (1 + (width + 7) // 8)
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_picture_of_16k_by_16k_is_refused_by_its_header(tmp_path):
    """In a process of its own: OpenCV reads its limit when it is loaded."""
    file = tmp_path / "bomb.png"
    file.write_bytes(_png(16384, 16384))
    assert file.stat().st_size < 200_000
    done = subprocess.run(
        [sys.executable, "-c", BOMBS, str(file)],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout == f"{file}: is damaged or has more than 120 million pixels; save it anew, smaller\n", (
        done.stderr
    )
