"""Which passes of a film an unhurried pipeline confirms: with the others, speed has nothing to do."""

import json
from dataclasses import replace
from pathlib import Path

from anprd.bench.film import Film, Piece, Progress
from anprd.errors import ConfigError
from anprd.pipeline import Pipeline
from anprd.records import Verdict, VerdictKind
from anprd.settings import CameraSettings
from anprd.video.clock import SystemClock
from anprd.video.sources import open_clip
from anprd.vision import weights
from anprd.vision.plates import Vision

JUDGEMENT = "judged.json"


def sure(film: Film, weights_dir: Path | None, progress: Progress) -> Film:
    """The film with as many passes as its plan has, each of which these networks confirm correctly and once.

    What was judged is kept beside the film, until the networks change.

    Raises:
        ConfigError: the networks cannot be loaded, or read too few of the passes.
    """
    folder = weights_dir or weights.default_folder()
    networks = weights.sha256(folder / weights.MANIFEST)
    known = _known(film.folder / JUDGEMENT, networks)
    if known is None:
        known = _judged(film, Vision.load(folder), progress)
        (film.folder / JUDGEMENT).write_text(json.dumps({"networks": networks, "sure": known}) + "\n")
    idle, *passes = film.pieces
    chosen = [piece for piece in passes if piece.name in known][: film.plan.pass_count]
    if len(chosen) < film.plan.pass_count:
        raise ConfigError(f"these networks read only {len(chosen)} of {len(passes)} vehicles of the film, unhurried")
    return replace(film, pieces=(idle, *chosen))


def _known(file: Path, networks: str) -> list[str] | None:
    if not file.is_file():
        return None
    about = json.loads(file.read_text())
    return list(about["sure"]) if about["networks"] == networks else None


def _judged(film: Film, vision: Vision, progress: Progress) -> list[str]:
    """The names of the pieces that are sure: all in a row, the empty road between them, as a camera shows them."""
    idle, *passes = film.pieces
    showing = _Showing(film, vision)
    showing.verdicts(idle)
    found = []
    for number, piece in enumerate(passes, 1):
        told = [*showing.verdicts(piece), *showing.verdicts(idle)]
        assert piece.shown is not None, "it is a pass"
        if [verdict.plate for verdict in told if verdict.kind is VerdictKind.CONFIRMED] == [piece.shown.plate]:
            found.append(piece.name)
        progress(number, len(passes))
    return found


class _Showing:
    """A film before a pipeline that has all the time it wants."""

    def __init__(self, film: Film, vision: Vision) -> None:
        self._film = film
        self._pipeline = Pipeline(CameraSettings(name="film", url=f"file:{film.folder}"), vision)
        self._shown = 0

    def verdicts(self, piece: Piece) -> list[Verdict]:
        """What is told while the piece is shown."""
        told: list[Verdict] = []
        for frame in open_clip(self._film.main(piece), clock=SystemClock()).frames():
            told += self._pipeline.feed(replace(frame, t_s=self._shown / self._film.plan.fps))
            self._shown += 1
        return told
