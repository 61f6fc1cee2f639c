"""Networks compiled before the fork: the fork's answers are the same, at once, and hardly any of the memory is its own.

In processes of their own: this one has threads, and a fork would take along what they hold.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = """
import json, os, sys, time
from anprd.video.clock import SystemClock
from anprd.video.sources import open_clip
from anprd.worker import kernel, networks

def read(vision, picture):
    found = vision.detect(picture, confidence_min=0.5)
    return [vision.read(picture, detection).reading.text for detection in found]

def look(vision, picture):
    begun_s = time.process_time()
    told = {"texts": read(vision, picture), "cpu_s": time.process_time() - begun_s, "own": kernel.own_memory_bytes()}
    networks.Eyes(vision).give_back_memory()
    return told | {"left": kernel.own_memory_bytes(), "again": read(vision, picture)}

def forked(picture):
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writer, json.dumps(look(networks.load(None), picture)).encode())
        os._exit(0)
    told = json.loads(os.read(reader, 65536))
    assert os.waitpid(pid, 0)[1] == 0
    return told

frames = open_clip("config/demo.mp4", clock=SystemClock()).frames()
picture = next(frame.bgr() for frame in frames if frame.t_s >= 2.0)
if sys.argv[1] == "shared":
    networks.prepare(None)
print(json.dumps([forked(picture) for _ in range(3)]))
"""


def looks(how):
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, how], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    return json.loads(run.stdout)


@pytest.mark.weights
def test_a_fork_reads_with_the_networks_of_its_parent_and_owns_a_third_of_them():
    own, shared = looks("own"), looks("shared")
    assert len({tuple(look["texts"]) for look in own + shared}) == 1
    assert all(own[0]["texts"]), "the clip shows a plate here"
    assert max(look["own"] for look in shared) < min(look["own"] for look in own) / 2
    assert all(look["again"] == look["texts"] for look in own + shared), "though it has given back memory"
    assert all(look["left"] < 0.75 * look["own"] for look in shared), "it gives back a quarter"
    assert max(look["cpu_s"] for look in shared) < min(look["cpu_s"] for look in own) / 2
