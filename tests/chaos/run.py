"""`python -m tests.chaos.run`: break everything, over and over, and count what was lost.

Lanes break things side by side: one for each camera, one for the machine. A lane waits until what it broke is well
again before it breaks the next.
"""

import argparse
import contextlib
import itertools
import json
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from tests.chaos import faults, film, schedule, verdict
from tests.chaos.camera import Camera
from tests.chaos.film import FPS, Film
from tests.chaos.schedule import Planned
from tests.chaos.site import Site
from tests.chaos.verdict import Account, CameraNotes, Record, WallOfRun
from tests.chaos.watch import until

BACK_S_MAX = 30.0
GIVE_UP_S = 120.0
BEGIN_S_MAX = 120.0
BACK_FRAMES = round(FPS)
STEADY_S = 3.0
DELIVERED_S_MAX = 60.0
BUILD = Path(__file__).parents[2] / "var" / "chaos"
FILM_SEEDS = (11, 12, 13, 14)


class Run:
    """One run on a site that stands."""

    def __init__(self, site: Site, seed: int) -> None:
        self.records: list[Record] = []
        self._site = site
        self._seed = seed
        self._ends = threading.Event()
        self._lock = threading.Lock()
        self._struck_s = 0.0  # when the last fault ended that touched every camera
        self._failed: list[BaseException] = []
        self._in_fault: Counter[str] = Counter()
        self.span_s = (0.0, 0.0)

    def go(self, lasts_s: float) -> None:
        """Wait until all cameras stream, break things for so long, and wait until all is well and delivered."""
        site = self._site
        started = until(lambda: all(self._streams(name) for name in site.cameras), BEGIN_S_MAX)
        if started is None:
            raise RuntimeError(f"the cameras did not begin: {site.log.read_text()[-3000:]}")
        if not site.has_disk:
            say("disk_full is left out: only root can mount a small disk")
        begun_s = time.monotonic()
        lanes = [threading.Thread(target=self._break_camera, args=(camera,)) for camera in site.cameras.values()]
        lanes.append(threading.Thread(target=self._break_machine))
        for lane in lanes:
            lane.start()
        time.sleep(lasts_s)
        self._ends.set()
        for lane in lanes:
            lane.join()
        if self._failed:
            raise self._failed[0]
        time.sleep(verdict.TAIL_S)
        self.span_s = (begun_s, time.monotonic() - verdict.TAIL_S)
        until(lambda: self._delivered(time.monotonic() - 1.0), DELIVERED_S_MAX)

    def account(self) -> Account:
        site, looks = self._site, self._site.status.looks
        cameras = [
            CameraNotes(camera.name, camera.film, camera.begun_s, camera.sent, camera.left, looks[camera.name])
            for camera in site.cameras.values()
        ]
        wall = WallOfRun(datetime.now(UTC), time.monotonic(), site.wrong_s)
        return verdict.judge(cameras, site.ledger.entries, self.records, span_s=self.span_s, wall=wall)

    def _break_camera(self, camera: Camera) -> None:
        for planned in schedule.lane(f"{self._seed} {camera.name}", faults.OF_CAMERAS, schedule.PAUSE_S):
            if self._ends.wait(planned.pause_s) or not self._carry_out(planned, camera, camera.name):
                return

    def _break_machine(self) -> None:
        site = self._site
        kinds = [kind for kind in faults.OF_THE_MACHINE if site.has_disk or kind.name != "disk_full"]
        cameras = itertools.cycle(site.cameras.values())
        for planned in schedule.lane(f"{self._seed}", kinds, schedule.MACHINE_PAUSE_S):
            camera = next(cameras)
            one = planned.kind.name in {"state_read_only", "spool_corrupted"}
            if self._ends.wait(planned.pause_s) or not self._carry_out(planned, camera, camera.name if one else "all"):
                return

    def _carry_out(self, planned: Planned, camera: Camera, target: str) -> bool:
        """One fault from its beginning until what it touched is well; False where the run has failed."""
        site, kind = self._site, planned.kind
        begun_s = time.monotonic()
        self._in_fault[target] += 1
        try:
            with kind.inject(site, camera, planned.chance):
                time.sleep(planned.lasts_s)
        except BaseException as error:  # noqa: BLE001  the run is void, and says why
            self._failed.append(error)
            self._ends.set()
            return False
        ended_s = time.monotonic()
        if target == "all" and kind.blinds:
            self._struck_s = ended_s
        back_s = self._await_back(kind.blinds, target, ended_s)
        bound_from_s = max(ended_s, self._struck_s if target != "all" and begun_s <= self._struck_s else ended_s)
        self._in_fault[target] -= 1
        with self._lock:
            self.records.append(Record(kind.name, target, kind.blinds, begun_s, ended_s, back_s, bound_from_s))
        say(f"{kind.name:20} {target:6} {ended_s - begun_s:5.1f} s, well after {_shown(back_s, ended_s)}")
        return True

    def _await_back(self, blinds: bool, target: str, ended_s: float) -> float | None:
        names = list(self._site.cameras) if target == "all" else [target]
        if blinds:
            before = {name: self._frames(name) for name in names}

            def well() -> bool:
                # Of all cameras, those that have a fault of their own as well are its lane's to wait for.
                own = self._in_fault if target == "all" else Counter[str]()
                return all(self._is_back(name, before[name], ended_s) for name in names if not own[name])

        else:

            def well() -> bool:
                return self._delivered(ended_s)

        return _steadily(well, GIVE_UP_S)

    def _frames(self, camera: str) -> tuple[int | None, int]:
        look = self._site.status.latest(camera)
        return (None, 0) if look is None else (look.pid, look.frames)

    def _is_back(self, camera: str, before: tuple[int | None, int], ended_s: float) -> bool:
        """It sees frames that were sent after the fault: a slow worker has older ones to show for a while."""
        look = self._site.status.latest(camera)
        pid, frames = before
        fresh = look is not None and time.monotonic() - look.at_s < 2.0
        enough = fresh and look.frames >= BACK_FRAMES + (frames if look.pid == pid else 0)
        return enough and look.streams and look.sent_s > ended_s

    def _streams(self, camera: str) -> bool:
        look = self._site.status.latest(camera)
        return look is not None and look.streams

    def _delivered(self, since_s: float) -> bool:
        """Whether nothing waits any more, as of a look after the moment."""
        looks = [self._site.status.latest(name) for name in self._site.cameras]
        return all(look is not None and look.at_s > since_s and look.waiting == 0 for look in looks)


def _steadily(well: Callable[[], bool], timeout_s: float) -> float | None:
    """From when on it was well, and stayed so for `STEADY_S`; None: not in time.

    A worker that was held up has frames to show for a moment, though the camera is gone.
    """
    begun_s = time.monotonic()
    since_s = None
    while since_s is None or time.monotonic() - since_s < STEADY_S:
        now_s = time.monotonic()
        since_s = None if not well() else since_s or now_s
        if since_s is None and now_s - begun_s > timeout_s:
            return None
        time.sleep(0.05)
    return since_s


def say(text: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {text}", flush=True)


def _shown(back_s: float | None, ended_s: float) -> str:
    return "NEVER" if back_s is None else f"{back_s - ended_s:.1f} s"


def films(count: int) -> list[Film]:
    """So many films, no two with a plate in common."""
    ours = film.demo_films()
    return (ours + film.rendered_films(BUILD, FILM_SEEDS[: max(0, count - len(ours))]))[:count]


def report(run: Run, account: Account, site: Site, exit_code: int, seed: int) -> dict:
    """Everything as one JSON object; `passed` is the verdict."""
    recoveries = sorted(one.recovery_s for one in run.records if one.recovery_s is not None)
    sights = sorted(one.recovery_s for one in run.records if one.recovery_s is not None and one.blinds)
    never = [one for one in run.records if one.recovery_s is None]
    late = [one for one in run.records if (one.recovery_s or 0.0) > BACK_S_MAX]
    kinds = Counter(one.kind for one in run.records)
    orphans_s = max(site.keeper.orphans_s, default=0.0)
    trouble = {
        "lost": account.lost, "doubled": account.doubled, "disordered": account.disordered, "strange": account.strange,
        "blind": account.blind, "left": account.left,
        "not_back": [f"{one.kind} {one.target} {one.recovery_s}" for one in never + late],
        "orphans": [f"{one:.1f} s" for one in site.keeper.orphans_s if one > 5.0],
        "ended_unasked": site.keeper.unasked,
        "exit_code": [] if exit_code == 0 else [exit_code],
    }  # fmt: skip
    return {
        "seed": seed,
        "seconds": round(run.span_s[1] - run.span_s[0], 1),
        "cameras": len(site.cameras),
        "faults": len(run.records),
        "kinds": dict(sorted(kinds.items())),
        "passes": {
            "shown": account.shown,
            "owed": account.owed,
            "delivered": account.delivered,
            "cut": account.cut,
            "delivered_of_cut": account.delivered_of_cut,
            "cut_by": dict(account.cut_by),
        },
        "entries": len(site.ledger.entries),
        "misread": account.misread,
        "misread_in_faults": account.misread_in_faults,
        "sent_again_to_an_empty_redis": account.sent_again_to_an_empty_redis,
        "sight_back_s": {"max": _at(sights, 1.0), "p95": _at(sights, 0.95), "median": _at(sights, 0.5)},
        "all_back_s": {"max": _at(recoveries, 1.0), "p95": _at(recoveries, 0.95)},
        "never_back": len(never),
        "orphans_gone_s_max": round(orphans_s, 2),
        "trouble": trouble,
        "passed": not any(trouble.values()),
    }


def _at(values: Sequence[float], share: float) -> float | None:
    return round(values[min(len(values) - 1, int(share * len(values)))], 1) if values else None


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Break everything, over and over, and count what was lost.")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cameras", type=int, default=4)
    parser.add_argument("--json", type=Path, help="where the report goes as well")
    parser.add_argument("--keep", type=Path, help="a folder for the log and all that is left, for a look afterwards")
    options = parser.parse_args(arguments)
    found = chaos(options.minutes * 60, options.seed, films(options.cameras), keep=options.keep)
    text = json.dumps(found, indent=2)
    print(text)
    if options.json is not None:
        options.json.write_text(text + "\n")
    return 0 if found["passed"] else 1


def chaos(lasts_s: float, seed: int, shown: list[Film], *, keep: Path | None = None) -> dict:
    """One run in a folder of its own; its report."""
    folder = Path(tempfile.mkdtemp(prefix="anprd-chaos-"))
    try:
        with Site(folder / "site", shown) as site:
            run = Run(site, seed)
            run.go(lasts_s)
            exit_code = site.keeper.stop()
            site.ledger.take_down()
            found = report(run, run.account(), site, exit_code, seed)
            if keep is not None or not found["passed"]:
                _keep(site, run, keep or BUILD / f"failed-{seed}")
            return found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _keep(site: Site, run: Run, target: Path) -> None:
    """What one needs to find out why."""
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(site.log, target / "log")
    (target / "entries.json").write_text(json.dumps([asdict(entry) for entry in site.ledger.entries], indent=1))
    (target / "records.json").write_text(json.dumps([asdict(record) for record in run.records], indent=1))
    looks = {name: [[look.at_s, look.row] for look in looks] for name, looks in site.status.looks.items()}
    (target / "looks.json").write_text(json.dumps(looks))
    say(f"kept in {target}")


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
