"""Contact sheets of what went wrong: small pictures in rows, under each what stood there and what was said.

They show pictures of the user's own data, and belong into the user's own report alone.
"""

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from anprd.records import Bgr, Box
from anprd.training import pictures
from anprd.training.evaluation.cases import DetectCase, ReadCase
from anprd.vision.straighten import grown

PLATES_MAX = 60  # of one sheet: more is not looked at
COLUMNS = 6
CELL_WIDTH, CELL_HEIGHT = 190, 92  # pixels of the picture in it
LINE = 16  # of lettering
INK, PAPER = (40, 40, 40), (250, 250, 250)
JPEG_QUALITY = 80
READ_MARGIN = 0.1  # of the plate's side, around it
SCENE_MARGIN = 1.0  # what a detector took for a plate is known by what is around it
SCALE_MAX = 4.0


@dataclass(frozen=True, slots=True)
class Cell:
    """One picture of a sheet: a part of a file, or all of it, and what is written under it."""

    picture: Path
    box: Box | None
    lines: tuple[str, ...]


def misreads(found: Iterable[ReadCase]) -> list[Cell]:
    """The wrong readings, the surest first: these cost most."""
    wrong = sorted((case for case in found if not case.right), key=lambda case: -case.reading.confidence)
    return [
        Cell(
            case.picture,
            case.box and grown(case.box, READ_MARGIN, READ_MARGIN),
            (case.truth, f"{case.reading.text or '-'}  {case.reading.confidence:.2f}", case.picture.name),
        )
        for case in wrong[:PLATES_MAX]
    ]


def told_unread(found: Iterable[ReadCase], *, confidence_min: float) -> list[Cell]:
    """What no eye could read and is told all the same, the surest first."""
    aloud = sorted((case for case in found if case.told(confidence_min)), key=lambda case: -case.reading.confidence)
    return [
        Cell(case.picture, None, (f"{case.reading.text}  {case.reading.confidence:.2f}", case.picture.name))
        for case in aloud[:PLATES_MAX]
    ]


def misses(found: Iterable[DetectCase], *, confidence_min: float) -> list[Cell]:
    """Plates that no detection of such confidence took, the largest first."""
    missed = [(truth, case) for case in found for truth in _missed(case, confidence_min)]
    missed.sort(key=lambda pair: -pair[0].area)
    return [
        Cell(case.picture, grown(truth, SCENE_MARGIN, SCENE_MARGIN), (f"{truth.width:.0f} px wide", case.picture.name))
        for truth, case in missed[:PLATES_MAX]
    ]


def false_positives(found: Iterable[DetectCase], *, confidence_min: float) -> list[Cell]:
    """Detections where no plate is labelled, the surest first."""
    wrong = [
        (detection, case)
        for case in found
        for detection, hit in zip(case.found, case.hits[:, 0], strict=True)
        if not hit and detection.confidence >= confidence_min
    ]
    wrong.sort(key=lambda pair: -pair[0].confidence)
    return [
        Cell(
            case.picture,
            grown(detection.box, SCENE_MARGIN, SCENE_MARGIN),
            (f"{detection.confidence:.2f}", case.picture.name),
        )
        for detection, case in wrong[:PLATES_MAX]
    ]


def data_url(cells: Sequence[Cell]) -> str:
    """The sheet as a JPEG inside a `data:` URL; at least one cell."""
    rows = [_row(part) for part in _parts(cells)]
    _, packed = cv2.imencode(".jpg", np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return "data:image/jpeg;base64," + base64.b64encode(packed.tobytes()).decode()


def _missed(case: DetectCase, confidence_min: float) -> Iterator[Box]:
    """Labelled plates that no sure detection overlaps by half."""
    sure = [detection.box for detection in case.found if detection.confidence >= confidence_min]
    return (truth for truth in case.truths if all(box.iou(truth) < 0.5 for box in sure))


def _parts(cells: Sequence[Cell]) -> Iterator[list[Cell]]:
    rest = iter(cells)
    while part := list(islice(rest, COLUMNS)):
        yield part


def _row(cells: Sequence[Cell]) -> Bgr:
    height = CELL_HEIGHT + LINE * max(len(cell.lines) for cell in cells) + 10
    row = np.full((height, COLUMNS * (CELL_WIDTH + 10), 3), PAPER, np.uint8)
    for place, cell in enumerate(cells):
        left = place * (CELL_WIDTH + 10)
        picture = _fitted(cell)
        row[: picture.shape[0], left : left + picture.shape[1]] = picture
        for line, text in enumerate(cell.lines):
            bottom = CELL_HEIGHT + LINE * (line + 1) - 3
            cv2.putText(row, text, (left, bottom), cv2.FONT_HERSHEY_SIMPLEX, 0.42, INK, 1, cv2.LINE_AA)
    return row


def _fitted(cell: Cell) -> Bgr:
    """The cell's part of its picture, scaled into the cell."""
    image = pictures.colour(cell.picture)
    if cell.box is not None:
        height, width = image.shape[:2]
        left, top = min(max(0, round(cell.box.x1)), width - 1), min(max(0, round(cell.box.y1)), height - 1)
        image = image[top : max(top + 1, round(cell.box.y2)), left : max(left + 1, round(cell.box.x2))]
    scale = min(CELL_WIDTH / image.shape[1], CELL_HEIGHT / image.shape[0], SCALE_MAX)
    size = (max(1, int(image.shape[1] * scale)), max(1, int(image.shape[0] * scale)))
    return np.asarray(
        cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR), np.uint8
    )
