"""`python -m tests.chaos.outage`: Redis is away for ten minutes, and comes back to more than any street could bring.

Publishers, spools, script and redis-server are real; the events are made up, several a second and camera.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from anprd.events.publisher import Publisher
from anprd.events.redis_stream import RedisStream
from anprd.events.spool import Spool
from anprd.observe import logs
from anprd.video.clock import SystemClock
from anprd.worker import outlet
from tests.event_fakes import event
from tests.redis_server import RedisServer

STREAM = "anprd:events"
BACK_S_MAX = 60.0


def outage(away_s: float, cameras: Sequence[str], rate_hz: float) -> dict:
    """Events before, while and after Redis is away; what became of them."""
    with tempfile.TemporaryDirectory(prefix="anprd-outage-") as name, RedisServer(Path(name) / "redis") as server:
        publishers = {camera: _publisher(Path(name), camera, server.url) for camera in cameras}
        counts = dict.fromkeys(cameras, 0)
        _put(publishers, counts, min(10.0, away_s), rate_hz)
        server.kill()
        _put(publishers, counts, away_s, rate_hz)
        waiting = sum(int(one.facts()["pending"] or 0) for one in publishers.values())
        server.start()
        back_s = time.monotonic()
        _put(publishers, counts, 2.0, rate_hz)  # it does not rain only before
        while any(one.facts()["pending"] for one in publishers.values()) and time.monotonic() < back_s + 5 * BACK_S_MAX:
            time.sleep(0.05)
        took_s = time.monotonic() - back_s
        for publisher in publishers.values():
            publisher.stop(5.0)
        return _account(server, counts, waiting) | {"away_s": away_s, "delivered_within_s": round(took_s, 1)}


def _publisher(folder: Path, camera: str, url: str) -> Publisher:
    spool = Spool(folder / f"{camera}.sqlite", 100_000)
    return Publisher(spool, RedisStream(url, STREAM, 1_000_000), SystemClock(), logs.get())


def _put(publishers: dict[str, Publisher], counts: dict[str, int], lasts_s: float, rate_hz: float) -> None:
    until_s = time.monotonic() + lasts_s
    due_s = time.monotonic()
    while time.monotonic() < until_s:
        for camera, publisher in publishers.items():
            publisher.put(event(counts[camera], camera=camera))
            counts[camera] += 1
        due_s += 1 / rate_hz
        time.sleep(max(0.0, due_s - time.monotonic()))


def _account(server: RedisServer, counts: dict[str, int], waiting: int) -> dict:
    stream = RedisStream(server.url, STREAM, 1_000_000)
    arrived: dict[str, list[int]] = {camera: [] for camera in counts}
    last = "0-0"
    while entries := stream.follow(last, 0.1):
        last = entries[-1].entry_id
        for entry in entries:
            arrived[entry.fields["camera"]].append(int(entry.fields["track"]))
    return {
        "events": sum(counts.values()),
        "waited": waiting,
        "lost": sum(len(set(range(count)) - set(arrived[camera])) for camera, count in counts.items()),
        "doubled": sum(len(numbers) - len(set(numbers)) for numbers in arrived.values()),
        "in_order": all(numbers == sorted(numbers) for numbers in arrived.values()),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Take Redis away and see what arrives when it is back.")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--cameras", type=int, default=8)
    parser.add_argument("--rate", type=float, default=2.0, help="events a second and camera")
    options = parser.parse_args(arguments)
    logs.configure("error", "outage", stream=outlet.standard_error())
    found = outage(options.minutes * 60, [f"cam{number}" for number in range(options.cameras)], options.rate)
    print(json.dumps(found, indent=2))
    well = not found["lost"] and not found["doubled"] and found["in_order"]
    return 0 if well and found["delivered_within_s"] <= BACK_S_MAX else 1


if __name__ == "__main__":
    sys.exit(main())
