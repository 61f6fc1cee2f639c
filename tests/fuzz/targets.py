"""What is fuzzed: each target takes a seeded generator, makes one input of it and hands it to the program.

A target returns where the input was taken or refused as it should be. Whatever else it raises is a finding.
"""

import contextlib
import io
import itertools
import json
import os
import random
import sqlite3
import struct
import tempfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np

from anprd import settings
from anprd.cli import check, events, read
from anprd.errors import SourceError
from anprd.events.record import Event, typed
from anprd.events.spool import Spool
from anprd.faults import SettingsError
from anprd.observe import logs
from anprd.records import Box, VerdictKind
from anprd.supervisor import metrics_page
from anprd.video import container, sources
from anprd.video.clock import SystemClock
from tests.fuzz.hostile_camera import HostileCamera
from tests.fuzz.mutate import mutate
from tests.video_clips import camera, moving_ball, write_clip

MANUAL = Path(__file__).parents[2] / "config" / "cameras.yaml"
SENTENCE_MAX = 4000
PICTURES_A_CLIP_MAX = 40
_YAML_WORDS = tuple(
    word.encode()
    for word in (
        "\n", "\n  ", ": ", "- ", "{", "}", "[", "]", "&a ", "*a", "!!python/object:os.system ", "? ", "---\n",
        "|\n", "'", '"',
        "${", "${X}", "${file:/dev/zero}", "${file:/etc/passwd}", "${credential:x}", ".nan", ".inf", "1e999", "-1",
        "0x", "9" * 5000,
        "!!bool ", "!!int ", "!!timestamp ", "1" + ":00" * 180 + ".0",
        "null", "true", "yes", "2026-02-31", "\ufeff", "\x00", "\u202e", "cameras", "defaults", "redis",
        "rtsp://u:p@h/", "file:",
        "rtsp://[::1", "redis://h:99999999999/", "unix:", "votes_min", "state_dir", "a" * 3000, "- " * 200,
        "{a: " * 200,
    )
)  # fmt: skip
_JSON_WORDS = (
    b"[" * 3000, b'{"a":' * 3000, b"NaN", b"Infinity", b"-1", b"1e999", b"9" * 400, b"9" * 5000, b"null", b"true",
    b'"', b"\\ud800",
    b"0001-01-01T00:00:00+23:59", b"9999-12-31T23:59:59-23:59", b"2026-02-30T00:00:00Z", b"[0,0,0,0]", b"\x00",
    b"\xff", b"\x1b[2J",
)  # fmt: skip
_HTTP_WORDS = (b"GET ", b"/metrics", b"\r\n", b" ", b"HTTP/1.1", b"?", b"%", b"\x00", b"A" * 3000)


class Workplace:
    """Files to begin from, made once a process, in memory where there is such a folder."""

    def __init__(self) -> None:
        base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self._held = tempfile.TemporaryDirectory(prefix="anprd-fuzz-", dir=base)
        self.folder = Path(self._held.name)
        self.file = self.folder / "input"

    def put(self, data: bytes) -> Path:
        self.file.write_bytes(data)
        self.file.chmod(0o600)
        return self.file


def config(place: Workplace) -> Callable[[random.Random], object]:
    """`cameras.yaml`: the manual and shorter files, bent."""
    manual = MANUAL.read_bytes()
    seeds = (
        manual,
        b"cameras:\n  a: {url: 'rtsp://u:${X}@192.0.2.1/', votes_min: 3}\n  b:\n    url: file:x.mp4\n",
        b"redis: rediss://u:${X}@h:6380/0\nstate_dir: a\nruntime_dir: b\ndefaults:\n  read_timeout_s: 1.5\n",
        b'{"cameras": {"gate": {"url": "http://192.0.2.1/mjpg"}}, "metrics_address": "[::1]:9108"}',
    )

    def one(rng: random.Random) -> None:
        # The manual is long: most changes to it fall into comments, so it comes seldom.
        seed = rng.choices(seeds, (1, 6, 6, 6))[0]
        path = place.put(mutate(seed, rng, _YAML_WORDS))
        try:
            list(check.warnings(settings.load(path, {"X": "hunter2"})))
        except SettingsError as error:
            told = error
        else:
            return
        assert told.faults
        assert all(len(fault.sentence("x")) < SENTENCE_MAX for fault in told.faults)
        assert "hunter2" not in str(told)

    return one


def event_fields(_place: Workplace) -> Callable[[random.Random], object]:
    """What comes back from Redis: fields of any text, typed, shown and parsed."""
    base = _event().to_fields()
    names = list(base)

    def one(rng: random.Random) -> None:
        fields = dict(base)
        for name in rng.sample(names, rng.randint(1, 3)):
            text = mutate(fields[name].encode(), rng, _JSON_WORDS).decode(
                errors=rng.choice(("replace", "surrogateescape"))
            )
            fields[rng.choice((name, name, name, text[:50]))] = text
        if rng.random() < 0.2:
            del fields[rng.choice(list(fields))]
        shown = typed(fields)
        json.dumps(shown)
        with contextlib.redirect_stdout(io.StringIO()):
            events.EventLines().add(shown)
        with contextlib.suppress(ValueError):
            taken = Event.from_fields(fields)
            assert Event.from_fields(taken.to_fields()).to_fields() == taken.to_fields()

    return one


def spool_rows(place: Workplace) -> Callable[[random.Random], object]:
    """What a broken disk makes of the spool's rows: damaged ones are dropped and counted, good ones stay."""
    good = json.dumps(_event().to_fields()).encode()
    path = place.folder / "spool.sqlite"
    logs.configure("error", "fuzz", stream=io.StringIO())
    spool = Spool(path, 1000)
    spool.put(_event())
    raw = sqlite3.connect(path, isolation_level=None)

    def one(rng: random.Random) -> None:
        row = mutate(good, rng, _JSON_WORDS)
        value = rng.choice(
            (row, row.decode(errors="replace"), row.decode(errors="replace"), rng.random(), rng.getrandbits(40))
        )
        raw.execute("DELETE FROM events")
        stored = "CAST(? AS TEXT)" if isinstance(value, bytes) and rng.random() < 0.5 else "?"  # text that is no UTF-8
        values = (value, _event().key, good.decode())
        raw.execute(f"INSERT INTO events (key, fields) VALUES ('a', {stored}), (?, ?)", values)
        pending = spool.pending(10)
        assert pending
        assert pending[-1] == _event()
        for event in pending:
            event.to_fields()

    return one


def requests(_place: Workplace) -> Callable[[random.Random], object]:
    """What anybody may send to the metrics page."""

    def one(rng: random.Random) -> None:
        page = metrics_page.Page(lambda: {"daemon": {}})
        answer = page.answer(mutate(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", rng, _HTTP_WORDS))
        assert answer.startswith(b"HTTP/1.1 ")

    return one


def pictures(place: Workplace) -> Callable[[random.Random], object]:
    """`anprd read`: JPEG, PNG, WebP, BMP and TIFF, damaged, cut, and lying about their size."""
    image = cv2.GaussianBlur(np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8), (5, 5), 0)
    suffixes = (".jpg", ".png", ".webp", ".bmp", ".tiff")
    packed = [cv2.imencode(suffix, image)[1].tobytes() for suffix in suffixes]

    def one(rng: random.Random) -> None:
        data = rng.choice(packed)
        data = _resized(data, rng) if rng.random() < 0.15 else mutate(data, rng)
        with contextlib.suppress(SourceError):
            assert read.load_picture(place.put(data)).size <= 3 * 200_000_000

    return one


def clips(place: Workplace) -> Callable[[random.Random], object]:
    """Recordings: MP4, MKV, AVI and MPEG-TS, damaged."""
    made = [
        write_clip(place.folder / f"a{end}", moving_ball(8, 64, 48), fps=10, g="4")
        for end in (".mp4", ".mkv", ".avi", ".ts")
    ]
    contents = [path.read_bytes() for path in made]

    def one(rng: random.Random) -> None:
        path = place.put(mutate(rng.choice(contents), rng))
        with contextlib.suppress(SourceError):
            for frame in itertools.islice(sources.open_clip(path, clock=SystemClock()).frames(), PICTURES_A_CLIP_MAX):
                frame.luma()
                frame.bgr()

    return one


def bitstreams(place: Workplace) -> Callable[[random.Random], object]:
    """H.264 and H.265 as a camera sends them, damaged, through the worker's decoder."""
    ends = {"libx264": ".h264", "libx265": ".hevc"}
    made = [write_clip(place.folder / f"b{ends[codec]}", moving_ball(8, 64, 48), fps=10, codec=codec) for codec in ends]
    contents = [path.read_bytes() for path in made]

    def one(rng: random.Random) -> None:
        path = place.put(mutate(rng.choice(contents), rng))
        with contextlib.suppress(SourceError):
            stream = container.open_file(str(path))
            try:
                for packet in itertools.islice(stream.packets(), PICTURES_A_CLIP_MAX):
                    assert packet.size <= container.PACKET_BYTES_MAX
            finally:
                stream.close()
            for frame in itertools.islice(sources.open_clip(path, clock=SystemClock()).frames(), PICTURES_A_CLIP_MAX):
                frame.bgr()

    return one


def rtsp(place: Workplace) -> Callable[[random.Random], object]:
    """Sessions with a hostile camera, over a real socket and through everything that a worker reads with."""
    hostile = HostileCamera(write_clip(place.folder / "c.h264", moving_ball(12, 96, 64), fps=10, g="6", bf="0"))
    patience = camera(hostile.url, open_timeout_s=1.0, read_timeout_s=0.5)

    def one(rng: random.Random) -> None:
        hostile.rng = rng
        with contextlib.suppress(SourceError):
            source = sources.open_source(hostile.url, settings=patience, clock=SystemClock())
            try:
                for frame in itertools.islice(source.frames(), 20):
                    frame.luma()
                    assert frame.at.tzinfo is not None
            finally:
                source.close()

    return one


TARGETS: dict[str, tuple[Callable[[Workplace], Callable[[random.Random], object]], float]] = {
    "config": (config, 0.32),
    "event_fields": (event_fields, 0.30),
    "spool_rows": (spool_rows, 0.03),
    "requests": (requests, 0.05),
    "pictures": (pictures, 0.26),
    "clips": (clips, 0.01),
    "bitstreams": (bitstreams, 0.02),
    "rtsp": (rtsp, 0.01),
}
"""Each with its share of all inputs: what is parsed by ourselves gets most, what takes a socket least."""


def _event() -> Event:
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    return Event(
        "gate-1-1", 0, VerdictKind.CONFIRMED, "gate", "A123BC77", 0.97, "RU", 1, 3, 4, 1, at, at, at, Box(1, 2, 3,
        4), "edge",
    )  # fmt: skip


def _resized(data: bytes, rng: random.Random) -> bytes:
    """The picture with other sizes in its header: gigapixels, a row, nothing."""
    width, height = (rng.choice((0, 1, 16384, 30000, 65500, 2**31 - 1)) for _ in range(2))
    if data.startswith(b"\x89PNG"):
        head = b"IHDR" + struct.pack(">II", width, height) + data[24:29]
        return data[:12] + head + struct.pack(">I", zlib.crc32(head)) + data[33:]
    if data.startswith(b"\xff\xd8"):
        at = data.find(b"\xff\xc0")
        return data[: at + 5] + struct.pack(">HH", height & 0xFFFF, width & 0xFFFF) + data[at + 9 :]
    if data.startswith(b"BM"):
        return data[:18] + struct.pack("<II", width, height) + data[26:]
    return mutate(data, rng)
