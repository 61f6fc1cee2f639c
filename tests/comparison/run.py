"""`python -m tests.comparison.run`: trackers on the same sightings at 25, 12, 8, 5 and 3 looks a second.

Needs the training environment with the packages of `make compare-trackers`. Prints a table for each rate; `--json`
takes every count.
"""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import anprd.training.yolo  # noqa: F401  (ultralytics phones home unless this was there before it)
from tests.comparison import scenes
from tests.comparison.contestants import CONTESTANTS, Start
from tests.comparison.outcome import Outcome, measure
from tests.comparison.recording import Look
from tests.comparison.scenes import Scene
from tests.comparison.telling import Told, tell

RATES = (25, 12, 8, 5, 3)
HEADS = ("vehicles", "switches", "fragments", "merges", "lost", "untracked")


def compare(some: Sequence[Scene], rate: float, start: Start) -> tuple[dict[str, Outcome], float]:
    """What a tracker made of each scene, and the CPU milliseconds that it took for a look."""
    outcomes, looks, spent_s = {}, 0, 0.0
    for scene in some:
        total = Outcome()
        for run in scene.runs(rate):
            outcome, run_s = _follow(run, rate, start)
            total, looks, spent_s = total + outcome, looks + len(run), spent_s + run_s
        outcomes[scene.name] = total
    return outcomes, 1000 * spent_s / max(1, looks)


def _follow(run: Sequence[Look], rate: float, start: Start) -> tuple[Outcome, float]:
    follow, pairs, spent_s = start(rate), [], 0.0
    for look in run:
        sightings = [sighting for _, sighting in look.seen]
        before_s = time.process_time()
        tracks = follow(sightings, look.t_s)
        spent_s += time.process_time() - before_s
        pairs.append([(vehicle, track) for (vehicle, _), track in zip(look.seen, tracks, strict=True)])
    return measure(pairs), spent_s


def _report(some: Sequence[Scene]) -> list[dict[str, Any]]:
    rows = []
    for rate in RATES:
        print(f"\n{rate} looks a second\n{'':44}{''.join(f'{head:>10}' for head in HEADS)}      IDF1  ms a look")
        for name, start in CONTESTANTS.items():
            outcomes, look_ms = compare(some, rate, start)
            total = sum(outcomes.values(), Outcome())
            counts = "".join(f"{getattr(total, head):>10}" for head in HEADS)
            print(f"{name:44}{counts}{total.idf1:>10.3f}{look_ms:>11.2f}", flush=True)
            scenes_of = {scene: asdict(outcome) | {"idf1": outcome.idf1} for scene, outcome in outcomes.items()}
            rows.append({"rate": rate, "tracker": name, "look_ms": look_ms, "scenes": scenes_of})
    return rows


def _report_told(some: Sequence[Scene]) -> list[dict[str, Any]]:
    heads = [field.name for field in fields(Told)]
    print(f"\nWhat anprd tells\n{'looks a second':16}{''.join(f'{head:>10}' for head in heads)}")
    rows = []
    for rate in RATES:
        told = sum((tell(run) for scene in some for run in scene.runs(rate)), Told())
        print(f"{rate:<16}{''.join(f'{getattr(told, head):>10}' for head in heads)}", flush=True)
        rows.append({"rate": rate} | asdict(told))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("var/comparison"), help="keeps films and recordings")
    parser.add_argument("--demo", type=Path, default=Path("config/demo.mp4"), help="a rendered film with its truth")
    parser.add_argument("--clips", type=Path, nargs="*", default=[], help="real clips, without truth")
    parser.add_argument("--json", type=Path, help="write every count here")
    options = parser.parse_args()
    for clip in options.clips:
        if not (options.folder / clip.name).with_suffix(".truth.json").exists():
            parser.error(f"{clip}: what is where in it must be told in {options.folder}/{clip.stem}.truth.json")
    options.folder.mkdir(parents=True, exist_ok=True)
    read = [*scenes.drawn(), *scenes.detected(options.folder, options.demo)]
    seen = [*scenes.true_boxes(options.folder, options.demo), *scenes.clips(options.clips, options.folder)]
    report = {"trackers": _report([*read, *seen]), "told": _report_told(read)}
    if options.json is not None:
        options.json.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
