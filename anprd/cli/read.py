"""`anprd read`: the plates of photos, one object or some rows a picture."""

import itertools
import os
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Larger than any camera's picture: what claims more is an attack on the memory. OpenCV reads it when it is loaded.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", "120000000")

import cv2
import numpy as np

from anprd import ordinary_file
from anprd.cli import annotate, console
from anprd.cli.annotate import Label
from anprd.cli.console import Printer
from anprd.errors import EXIT_DONE, EXIT_FAILED, SinkError, SourceError
from anprd.ordinary_file import NotOrdinaryError
from anprd.records import Bgr, Sighting
from anprd.vision.detector import SHAPES_MAX
from anprd.vision.edges import is_cut_off
from anprd.vision.plates import Vision

FILE_BYTES_MAX = 256 * 2**20
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")  # after `ftyp`: ISO 23008-12
_JPEG_BEGINS, _JPEG_ENDS = b"\xff\xd8\xff", b"\xff\xd9"
_WRITABLE = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"}


def read(pictures: Sequence[Path], *, output: Path | None, weights: Path | None, printer: Printer) -> int:
    """Read each picture and print its plates; a picture that cannot be read is told, and the others still are read.

    Args:
        pictures: the files.
        output: a folder for annotated copies.
        weights: a folder with other networks.
        printer: takes the object of each picture.

    Returns:
        0, or 1 where a picture could not be read or an annotated copy not be written.

    Raises:
        ConfigError: the networks cannot be loaded.
    """
    vision = Vision.load(weights)
    copies = None if output is None else Copies(output, pictures)
    prepared: deque[tuple[int, ...]] = deque(maxlen=SHAPES_MAX)  # as many as the detector keeps networks for
    code = EXIT_DONE
    for picture in pictures:
        try:
            image = load_picture(picture)
            if image.shape not in prepared:  # a network is compiled for each shape: once, and no part of what is timed
                prepared.append(image.shape)
                look(vision, image)
            sightings, ms = look(vision, image)
            labels = [_label(found, image, confidence_min=vision.read_confidence_min) for found in sightings]
            printer(answer(str(picture), image, zip(sightings, labels, strict=True), ms))
            if copies is not None:
                copies.save(picture, annotate.draw(image, labels))
        except (SourceError, SinkError) as error:
            console.complain(str(error))
            code = EXIT_FAILED
    return code


def load_picture(file: Path) -> Bgr:
    """The picture, turned upright where it says how it was held (EXIF).

    Raises:
        SourceError: the file is missing, unreadable, no ordinary file, too large or no picture.
    """
    content = _content(file)
    try:
        image = _decoded(content)
        if image is None and content.startswith(_JPEG_BEGINS):  # its end is missing: what there is can be seen
            image = _decoded(content + _JPEG_ENDS)
    except cv2.error as error:
        raise SourceError(f"{file}: is damaged or has more than 120 million pixels; save it anew, smaller") from error
    if image is None and content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        raise SourceError(f"{file}: is a HEIC photo, which cannot be read; save it as JPEG")
    if image is None:
        raise SourceError(f"{file}: is no picture; JPEG, PNG, WebP, BMP and TIFF can be read")
    return np.asarray(image, np.uint8)


def _decoded(content: bytes) -> cv2.typing.MatLike | None:
    return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) if content else None


def _content(file: Path) -> bytes:
    try:
        with ordinary_file.opened(file) as content:
            if os.fstat(content.fileno()).st_size > FILE_BYTES_MAX:
                raise SourceError(f"{file}: is larger than {FILE_BYTES_MAX // 2**20} MiB; scale it down")
            return content.read()
    except IsADirectoryError as error:
        raise SourceError(f"{file}: is a folder; name the pictures in it") from error
    except NotOrdinaryError as error:
        raise SourceError(f"{file}: is a pipe or a device; name a file") from error
    except FileNotFoundError as error:
        raise SourceError(f"{file}: there is no such file; check the path") from error
    except PermissionError as error:
        raise SourceError(f"{file}: this user may not read it; chmod it, or read it as another user") from error
    except OSError as error:
        raise SourceError(f"{file}: cannot be read: {error.strerror}; check the path and the disk") from error


def look(vision: Vision, image: Bgr) -> tuple[list[Sighting], dict[str, float]]:
    """The plates of a photo, and the milliseconds that each part took."""
    spans_s = {"detect": 0.0, "read": 0.0}

    @contextmanager
    def timed(part: str) -> Iterator[None]:
        began_s = time.perf_counter()
        yield
        spans_s[part] += time.perf_counter() - began_s

    found = vision.read_picture(image, timed=timed)
    spans_s["total"] = spans_s["detect"] + spans_s["read"]
    return found, {name: round(1000 * span_s, 2) for name, span_s in spans_s.items()}


def _label(sighting: Sighting, image: Bgr, *, confidence_min: float) -> Label:
    if is_cut_off(sighting.box, image.shape[:2]):
        return Label(sighting.box, sighting.corners)
    return annotate.label(sighting, confidence_min=confidence_min)


def answer(source: str, image: Bgr, found: Iterable[tuple[Sighting, Label]], ms: dict[str, float]) -> dict[str, Any]:
    """The JSON object of one picture; its keys are a contract (docs/interfaces.md)."""
    height, width = image.shape[:2]
    plates = [plate(sighting, label.text) for sighting, label in found]
    return {"source": source, "width": width, "height": height, "plates": plates, "ms": ms}


def plate(sighting: Sighting, text: str) -> dict[str, Any]:
    """One plate of that object; `text` is empty where it was not sure enough: a wrong plate is worse than none."""
    reading, box = sighting.reading, sighting.box
    return {
        "plate": text,
        "status": "read" if text else "unreadable",
        "confidence": round(reading.confidence, 4) if reading else 0.0,
        "char_confidences": [round(value, 4) for value in reading.confidences] if reading and text else [],
        "box": [round(edge, 1) for edge in (box.x1, box.y1, box.x2, box.y2)],
        "corners": [[round(x, 1), round(y, 1)] for x, y in sighting.corners],
        "rows": reading.rows if reading else 1,
        "region": reading.region if reading and text else "",
        "detector_confidence": round(sighting.detection.confidence, 4),
    }


class Copies:
    """Annotated copies in a folder, each under its picture's name."""

    def __init__(self, folder: Path, pictures: Sequence[Path]) -> None:
        """No picture of `pictures` is ever written over, nor is one copy by the next."""
        self._folder = folder
        self._taken = {os.path.realpath(picture) for picture in pictures}

    def save(self, picture: Path, image: Bgr) -> None:
        """Write the copy. Raises SinkError."""
        target = next(path for path in self._names(picture) if os.path.realpath(path) not in self._taken)
        self._taken.add(os.path.realpath(target))
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            target.write_bytes(_packed(target, image))
        except OSError as error:
            raise SinkError(f"{target}: cannot be written: {error.strerror}") from error

    def _names(self, picture: Path) -> Iterator[Path]:
        suffix = picture.suffix if picture.suffix.lower() in _WRITABLE else ".jpg"
        yield self._folder / f"{picture.stem}{suffix}"
        # A number is nobody's idea of a copy's name: where it is taken already, the file is somebody's own.
        numbered = (self._folder / f"{picture.stem}-{number}{suffix}" for number in itertools.count(2))
        yield from (path for path in numbered if not os.path.lexists(path))


def _packed(target: Path, image: Bgr) -> bytes:
    """The picture in the format of the file's name. Raises SinkError where that has no pictures of this size."""
    try:
        done, packed = cv2.imencode(target.suffix.lower(), image)
    except cv2.error:
        done = False
    if not done:
        height, width = image.shape[:2]
        raise SinkError(f"{target}: cannot be written: {width}x{height} pixels are too many for this format")
    return packed.tobytes()


class PictureLines:
    """A table of plates, rows as each picture is read."""

    def __init__(self, pictures: Sequence[Path]) -> None:
        """`pictures`: those that will be read; the longest name is the width of their column."""
        width = max((len(str(picture)) for picture in pictures), default=0)
        self._lines = console.Lines(
            ("picture", min(width, console.CELL_MAX)),
            ("plate", 12),
            ("confidence", 10),
            ("region", 6),
            ("box", 26),
            ("ms", 6),
        )

    def add(self, picture: dict[str, Any]) -> None:
        """Add the plates of an `answer`."""
        source, ms = picture["source"], f"{picture['ms']['total']:.0f}"
        for found in picture["plates"]:
            box = ", ".join(f"{edge:.0f}" for edge in found["box"])
            text = found["plate"] or f"({found['status']})"
            self._lines.add(source, text, f"{found['confidence']:.2f}", found["region"], box, ms)
        if not picture["plates"]:
            self._lines.add(source, "(none)", None, None, None, ms)
