"""Feed each target its inputs, each in a process of its own: `python -m tests.fuzz.run --inputs 100000`.

An input is made of the seed, the target and its number alone: a finding is told by these three, and is made again with
`--only TARGET --first NUMBER --inputs 1`. A crash, five seconds without an answer and memory that grows are findings.
"""

import argparse
import mmap
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

HANG_S = 5.0
START_S_MAX = 120.0  # imports on a loaded machine
GROWTH_BYTES_MAX = 48 << 20  # the allocator's own caches level out below this
WARM_RATIO = 0.3  # from here on memory must be level
_PLACE = struct.Struct("=qq")  # how many inputs are done (-1: not begun), and the process's own memory at the warm mark


@dataclass
class Outcome:
    """What came of a target."""

    target: str
    inputs: int = 0
    seconds: float = 0.0
    growth_bytes: int = 0
    findings: list[str] = field(default_factory=list)


def fuzz(target: str, *, seed: int, inputs: int, first: int = 0) -> Outcome:
    """Run a target over its inputs, going on behind those that end the process."""
    outcome = Outcome(target)
    begun_s = time.monotonic()
    at, end = first, first + inputs
    while at < end:
        at = _run_child(outcome, seed=seed, first=at, end=end) + 1
    outcome.inputs = inputs
    outcome.seconds = time.monotonic() - begun_s
    return outcome


def _run_child(outcome: Outcome, *, seed: int, first: int, end: int) -> int:
    """Feed from `first` on; the number of the input at which it ended, `end` - 1 where all went well."""
    with tempfile.NamedTemporaryFile() as shared, tempfile.TemporaryFile() as said:
        shared.write(_PLACE.pack(-1, 0))
        shared.flush()
        child = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.fuzz.run",
                "--child",
                outcome.target,
                shared.name,
                *map(str, (seed, first, end)),
            ],
            stderr=said,
            env=os.environ | {"OMP_NUM_THREADS": "1", "ASAN_OPTIONS": ""},
        )
        with mmap.mmap(shared.fileno(), _PLACE.size) as place:
            hung = _await(child, place)
            number, grown = _PLACE.unpack(place[:])
        said.seek(0)
        last = said.read().decode(errors="replace").strip().splitlines()[-1:]
    if hung or child.returncode:
        what = f"no answer for {HANG_S:g} s" if hung else f"exit {child.returncode}: {' '.join(last)}"
        outcome.findings.append(f"{outcome.target} seed {seed} input {max(number, first)}: {what}")
        return max(number, first)
    outcome.growth_bytes = max(outcome.growth_bytes, grown)
    if grown > GROWTH_BYTES_MAX:
        outcome.findings.append(f"{outcome.target} seed {seed}: memory grew by {grown >> 20} MiB")
    return end - 1


def _await(child: subprocess.Popen[bytes], place: mmap.mmap) -> bool:
    """Wait for the child; whether it had to be killed for its silence."""
    seen, since_s, limit_s = -2, time.monotonic(), START_S_MAX
    while child.poll() is None:
        number = _PLACE.unpack(place[:])[0]
        if number != seen:
            seen, since_s, limit_s = number, time.monotonic(), START_S_MAX if number < 0 else HANG_S * _overbooked()
        elif time.monotonic() - since_s > limit_s:
            child.kill()
            child.wait()
            return True
        time.sleep(0.05)
    return False


def _overbooked() -> float:
    """How many times longer everything takes, because others use this machine as well."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def _be_child(target: str, shared: str, seed: int, first: int, end: int) -> None:
    import anprd.cli.read  # noqa: F401, PLC0415  before anything that loads OpenCV, as in the command: it sets its limits
    from tests.fuzz.targets import TARGETS, Workplace  # noqa: PLC0415  heavy, and only the child's

    place_of_work = Workplace()  # kept: its files go with it
    one = TARGETS[target][0](place_of_work)
    warm, warm_bytes = first + int((end - first) * WARM_RATIO), 0
    with Path(shared).open("r+b") as file, mmap.mmap(file.fileno(), _PLACE.size) as place:
        for number in range(first, end):
            place[:] = _PLACE.pack(number, 0)
            one(random.Random(f"{seed} {target} {number}"))
            if number == warm:
                warm_bytes = _own_bytes()
        place[:] = _PLACE.pack(end - 1, _own_bytes() - warm_bytes)


def _own_bytes() -> int:
    """Resident memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * mmap.PAGESIZE


def main() -> int:
    if sys.argv[1:2] == ["--child"]:
        target, shared, *numbers = sys.argv[2:]
        _be_child(target, shared, *map(int, numbers))
        return 0
    from tests.fuzz.targets import TARGETS  # noqa: PLC0415

    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--inputs", type=int, default=100_000, help="of all targets together, or of the one named")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=TARGETS, help="this target alone")
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    words = parser.parse_args()
    names = [words.only] if words.only else list(TARGETS)
    findings: list[str] = []
    total = 0
    for name in names:
        share = 1.0 if words.only else TARGETS[name][1]
        outcome = fuzz(name, seed=words.seed, inputs=max(1, round(words.inputs * share)), first=words.first)
        total += outcome.inputs
        findings += outcome.findings
        grown = f"memory {outcome.growth_bytes / 2**20:+6.1f} MiB, {len(outcome.findings)} findings"
        print(f"{name:14} {outcome.inputs:8} inputs {outcome.seconds:7.1f} s  {grown}", flush=True)
    print(f"{'together':14} {total:8} inputs, seed {words.seed}, {len(findings)} findings")
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
