"""So many live cameras on this machine: what they cost, and whether everything that passed was told in time.

The whole installation runs here, the cameras included: rendered films over RTSP, the real daemon, a Redis. Each camera
is at another place of the film, so traffic comes evenly.
"""

import os
import statistics
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from anprd import scratch
from anprd.bench import playlist, processes, server, site, truth
from anprd.bench.film import Film
from anprd.bench.floor import Floor
from anprd.bench.playlist import Due, Showing
from anprd.bench.search import FULL_RATIO
from anprd.bench.site import CameraServer, Daemon, Site
from anprd.bench.truth import Told
from anprd.bench.window import Cast, Window

Wake = Literal["floor", "always", "substream", "keyframes"]
"""How cameras are decoded, as `wake:` in cameras.yaml; "floor" is a bare decoding loop without a daemon."""
WAKES: tuple[Wake, ...] = get_args(Wake)

LATENCY_S_MAX = 2.0  # docs/reliability.md: an event is due so long after its best frame
DECODED_RATIO_MIN = 0.98  # of the frames due, for the floor to have kept up
_START_S, _START_S_EACH = 60.0, 3.0  # how long cameras may take to stream: networks are loaded one after the other
_SETTLE_S, _SETTLE_STEP_S = 4.0, 2.0
_GRACE_S_MAX = 10.0  # for what is late; how late it came is told
_LOOK_S = 0.2
_HELD_UP = {"late", "held", "overrun", "unserved"}
"""Reasons of `drops` that mean too little CPU."""
_PERCENTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}


@dataclass(frozen=True, slots=True)
class Load:
    """What is tried."""

    cameras: int
    wake: Wake
    busy: float
    """Share of the time, 0..1, in which a vehicle is in view."""
    seconds: float
    settle_s_max: float = 90.0
    """How long to wait, once all cameras stream, for a daemon that held them back at its start: it gives all back
    within a minute."""


def measure(film: Film, load: Load, weights_dir: Path | None) -> dict[str, Any]:
    """Run the load, and say how it fared: an object of `bench cameras --json`.

    Raises:
        ConfigError: there is no redis-server.
        SourceError: the cameras or the daemon did not start.
    """
    with scratch.folder(prefix="anprd-bench-") as folder:
        played, showings = _begun(folder, film, load)
        try:
            if load.wake == "floor":
                found = _floor(film, load, played, showings)
            else:
                found = _daemon(folder, film, load, played, showings, weights_dir)
        finally:
            sent = played.stop()
    own = found["cpu"]["workers"] + found["cpu"]["daemon"]
    said = {name: getattr(load, name) for name in ("cameras", "wake", "busy", "seconds")}
    found = {**said, **found, "sent": sent, "cpu_per_camera": round(own / load.cameras, 5)}
    troubles = _troubles(found)
    return {**found, "fits": not troubles, "troubles": troubles}


def _begun(folder: Path, film: Film, load: Load) -> tuple[CameraServer, list[Showing]]:
    """The cameras, each at its place of the film."""
    idle, *passes = film.pieces
    cuts = playlist.circle(idle.gop_count, [piece.gop_count for piece in passes], load.busy)
    names = [f"camera-{number:03d}" for number in range(1, load.cameras + 1)]
    showings = playlist.showings(names, cuts, time.monotonic())
    return CameraServer(folder, film, cuts, showings), showings


def _floor(film: Film, load: Load, played: CameraServer, showings: Sequence[Showing]) -> dict[str, Any]:
    with Floor([played.url(server.main_path(showing.camera)) for showing in showings]) as floor:
        floor.until_all_play(_START_S + _START_S_EACH * load.cameras)
        time.sleep(_SETTLE_S)
        window, before = Window(Cast(floor.pids, None, None, played.pid)), floor.decoded()
        time.sleep(load.seconds)
        due = load.cameras * film.plan.fps * (time.monotonic() - window.from_s)
        cpu, after = window.cores(), floor.decoded()
        memory = {"pss_mb": _megabytes(processes.shared_out_bytes(floor.pids))}
    return {"cpu": cpu, "decoded_ratio": round((after - before) / due, 4), "memory": memory}


def _daemon(
    folder: Path, film: Film, load: Load, played: CameraServer, showings: Sequence[Showing], weights_dir: Path | None
) -> dict[str, Any]:
    names = [showing.camera for showing in showings]
    with site.running(folder, played, names, {"wake": load.wake}, weights_dir) as running:
        running.daemon.until(_all_stream, _START_S + _START_S_EACH * load.cameras)
        begun = _settled(running.daemon, load.settle_s_max)
        cast = Cast([row["pid"] for row in begun["cameras"]], running.daemon.pid, running.redis.pid, played.pid)
        window = Window(cast)
        time.sleep(load.seconds)
        cpu, to_s = window.cores(), time.monotonic()
        ended = running.daemon.status() or begun
        memory = _memory(cast, ended)
        due = [one for showing in showings for one in showing.due(film.passes, window.from_s, to_s)]
        told = _told(running, due)
    return {
        "cpu": cpu,
        "memory": memory,
        **_judged(due, told, film, window.from_s),
        "drops": _grown(begun, ended, "drops"),
        "skipped": _grown(begun, ended, "skipped"),
        "load": ended["daemon"]["load"],
        "restarts": sum(row["restarts"] for row in ended["cameras"]),
        "streaming": sum(row["state"] == "streaming" for row in ended["cameras"]),
    }


def _all_stream(status: Mapping[str, Any]) -> bool:
    return all(row["state"] == "streaming" for row in status["cameras"])


def _settled(daemon: Daemon, limit_s: float) -> dict[str, Any]:
    """The status once no camera is behind or held back any more: the start took all cores."""
    deadline_s = time.monotonic() + limit_s
    time.sleep(min(_SETTLE_S, limit_s))
    before = daemon.until(lambda _: True, _START_S)
    while True:
        time.sleep(_SETTLE_STEP_S)
        after = daemon.until(lambda _: True, _START_S)
        held = after["daemon"]["load"]["cameras_held"] or _HELD_UP & _grown(before, after, "drops").keys()
        if not held or time.monotonic() > deadline_s:
            return after
        before = after


def _told(running: Site, due: Sequence[Due]) -> list[Told]:
    """Everything that was told; what is due is waited for."""
    deadline_s = time.monotonic() + _GRACE_S_MAX
    while True:
        found = running.told()
        if {(one.camera, one.plate) for one in due} <= {(one.camera, one.plate) for one in found}:
            return found
        if time.monotonic() > deadline_s:
            return found
        time.sleep(_LOOK_S)


def _judged(due: Sequence[Due], told: Sequence[Told], film: Film, from_s: float) -> dict[str, Any]:
    wall_of_zero_s = time.time() - time.monotonic()
    plates = {shown.plate for shown in film.passes}
    score = truth.score(due, told, plates, wall_of_zero_s=wall_of_zero_s)
    latencies_s = [one.latency_s for one in told if one.at_s >= from_s + wall_of_zero_s]
    return {
        "passes": {
            "due": score.due,
            "confirmed": score.confirmed,
            "missed": [f"{one.camera} {one.plate}" for one in score.missed],
            "doubled": [f"{one.camera} {one.plate}" for one in score.doubled],
            "wrong": score.wrong,
            "recall": None if score.recall is None else round(score.recall, 4),
        },
        "latency_s": {
            "count": len(latencies_s),
            **{name: _rounded(truth.percentile(latencies_s, share)) for name, share in _PERCENTILES.items()},
        },
    }


def _memory(cast: Cast, status: Mapping[str, Any]) -> dict[str, Any]:
    """PSS of the whole daemon, and what workers hold for themselves: of the idlest, the median, of the busiest."""
    assert cast.daemon is not None, "a daemon runs"
    pids = [one.pid for one in processes.family(processes.all_of_them(), cast.daemon)]
    own = [row["memory_bytes"] for row in status["cameras"]]
    return {
        "pss_mb": _megabytes(processes.shared_out_bytes(pids)),
        "own_mb": {
            "min": _megabytes(min(own)),
            "median": _megabytes(round(statistics.median(own))),
            "max": _megabytes(max(own)),
        },
    }


def _grown(before: Mapping[str, Any], after: Mapping[str, Any], key: str) -> dict[str, int]:
    """What was counted from one status to the other, of all cameras."""
    counts: Counter[str] = Counter()
    for row in after["cameras"]:
        counts.update(row[key])
    for row in before["cameras"]:
        counts.subtract(row[key])
    return {reason: count for reason, count in sorted(counts.items()) if count > 0}


def _troubles(found: Mapping[str, Any]) -> list[str]:
    """Why the machine does not carry this load; empty where it does."""
    said = []
    cores = os.cpu_count() or 1
    if found["cpu"]["total"] >= FULL_RATIO * cores:
        said.append("cpu_full")
    if found.get("decoded_ratio", 1.0) < DECODED_RATIO_MIN:
        said.append("frames_not_decoded")
    if "passes" in found:
        said += [trouble for trouble in ("missed", "doubled") if found["passes"][trouble]]
        if (found["latency_s"]["p95"] or 0.0) > LATENCY_S_MAX:
            said.append("late")
        if found["restarts"]:
            said.append("restarted")
    return said


def _megabytes(count: int | None) -> float | None:
    return None if count is None else round(count / 1e6, 1)


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
