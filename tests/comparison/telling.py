"""What anprd tells of traffic whose vehicles are known, and how many plates it reads for that."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from anprd.records import Sighting
from anprd.settings import CameraSettings
from anprd.tracks.passes import Passes
from tests.comparison.recording import Look


@dataclass(frozen=True, slots=True)
class Told:
    """Counts, which add up over scenes."""

    vehicles: int = 0
    """That could be read as often as a verdict needs."""
    once: int = 0
    twice: int = 0
    """Verdicts of a plate that was told before."""
    wrong: int = 0
    """Verdicts of a plate that no vehicle has, corrections heeded."""
    missed: int = 0
    sightings: int = 0
    """Of plates that could be read."""
    read: int = 0

    def __add__(self, other: "Told") -> "Told":
        return Told(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


def tell(looks: Sequence[Look]) -> Told:
    """Play one scene, whose vehicles are known by their plates, as the pipeline would: what is settled is not read."""
    camera = CameraSettings(name="comparison", url="file:comparison")
    passes, readable, read = Passes(camera), Counter[str](), 0
    plates: dict[int, str] = {}
    for look in looks:
        seen = [_seen(passes, sighting, look.t_s) for _, sighting in look.seen]
        readable.update(vehicle for vehicle, sighting in look.seen if vehicle and sighting.reading)
        read += sum(sighting.reading is not None for sighting in seen)
        for verdict in passes.feed(seen, look.t_s):
            plates[verdict.track] = verdict.plate
    plates |= {verdict.track: verdict.plate for verdict in passes.settle()}
    told = Counter(plate for plate in plates.values() if plate)
    there = {vehicle for look in looks for vehicle, _ in look.seen if vehicle}
    owed = [vehicle for vehicle, count in readable.items() if count >= camera.votes_min]
    return Told(
        vehicles=len(owed),
        once=sum(told[vehicle] == 1 for vehicle in owed),
        twice=sum(count - 1 for count in told.values()),
        wrong=sum(count for plate, count in told.items() if plate not in there),
        missed=sum(told[vehicle] == 0 for vehicle in owed),
        sightings=sum(sighting.reading is not None for look in looks for _, sighting in look.seen),
        read=read,
    )


def _seen(passes: Passes, sighting: Sighting, t_s: float) -> Sighting:
    return sighting if passes.wants_reading(sighting.detection, t_s) else replace(sighting, reading=None)
