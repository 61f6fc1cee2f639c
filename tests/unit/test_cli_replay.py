from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from anprd.cli import replay
from anprd.errors import SinkError, SourceError
from anprd.records import Box, Detection, Reading, Sighting
from tests.plain_frames import frame_of

BEGAN_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLATE = Reading("K995OX190", (0.99,) * 9, region="RU")


class FakeVision:
    """Sees one plate that crosses the picture between second 1 and second 3."""

    def __init__(self):
        self.t_s = 0.0

    def detect(self, frame, *, confidence_min, input_size):
        self.t_s = float(frame[0, 0, 0]) / 10  # the clip's frames say their time by their brightness
        if not 1 <= self.t_s <= 3:
            return []
        x = 40 + 60 * (self.t_s - 1)
        return [Detection(Box(x, 60, x + 60, 75), 0.9)]

    def read(self, image, detection):
        return Sighting(detection, detection.box.corners, PLATE)


class ScriptedClip:
    lag_s = 0.0
    fps = 10.0
    duration_s = 5.0

    def __init__(self, *, frames=50, counts=None, error=None):
        self.counts = Counter(counts or {})
        self.closed = False
        self._frames = frames
        self._error = error

    def frames(self):
        for number in range(self._frames):
            t_s = number / 10
            image = np.full((120, 240, 3), number, np.uint8)
            yield frame_of(image, t_s, BEGAN_AT + timedelta(seconds=t_s))
        if self._error:
            raise self._error

    def close(self):
        self.closed = True


class FakeWriter:
    def __init__(self, path, *, size, fps):
        self.path, self.size, self.fps = path, size, fps
        self.times = []
        self.closed = False
        written.append(self)

    def write(self, image, t_s):
        assert image.shape == (self.size[1], self.size[0], 3)
        self.times.append(t_s)

    def close(self):
        self.closed = True


written: list[FakeWriter] = []


@pytest.fixture(autouse=True)
def fakes(monkeypatch):
    written.clear()
    monkeypatch.setattr(replay.Vision, "load", lambda _: FakeVision())
    monkeypatch.setattr(replay, "ClipWriter", FakeWriter)


def run(*clips, output=None):
    """The exit code and the events of clips called a, b, ..."""
    named = {Path(f"{chr(97 + number)}.mp4"): clip for number, clip in enumerate(clips)}
    events = []

    def opened(path):
        if isinstance(named[path], Exception):
            raise named[path]
        return named[path]

    code = replay.replay(list(named), open_source=opened, output=output, weights=None, printer=events.append)
    return code, events


def test_a_pass_is_one_confirmed_event_with_the_clips_times():
    clip = ScriptedClip()
    code, (event,) = run(clip)
    assert code == 0
    assert (event["type"], event["plate"], event["camera"], event["region"]) == ("confirmed", "K995OX190", "a", "RU")
    assert "2026-03-01T12:00:01" <= event["first_seen"] <= event["at"] <= event["last_seen"] <= "2026-03-01T12:00:03.1"
    assert clip.closed


def test_the_id_of_a_pass_is_of_the_clip_and_not_of_when_it_is_played(monkeypatch):
    _, (first,) = run(ScriptedClip())
    monkeypatch.setitem(globals(), "BEGAN_AT", BEGAN_AT + timedelta(days=1))
    _, (again,) = run(ScriptedClip())
    assert first["at"] != again["at"]
    assert first["id"] == again["id"] == f"a-1000-{first['track']}"


def test_the_folder_of_the_annotated_video_is_made(tmp_path):
    code, _ = run(ScriptedClip(), output=tmp_path / "copies" / "new" / "a.mp4")
    assert (code, (tmp_path / "copies" / "new").is_dir()) == (0, True)


def test_no_folder_is_made_for_a_clip_that_cannot_be_opened(tmp_path):
    code, _ = run(SourceError("a.mp4: there is no such file"), output=tmp_path / "copies" / "a.mp4")
    assert (code, (tmp_path / "copies").exists()) == (1, False)


def test_a_pass_that_is_open_at_the_clips_end_is_settled():
    clip = ScriptedClip(frames=17)
    clip.duration_s = 1.7
    _, events = run(clip)
    assert [event["plate"] for event in events] == ["K995OX190"]


def test_each_clip_begins_anew_and_the_same_plate_is_told_again():
    _, events = run(ScriptedClip(), ScriptedClip())
    assert [event["camera"] for event in events] == ["a", "b"]


def test_one_bad_clip_is_told_and_the_others_are_replayed(capsys):
    code, events = run(SourceError("a.mp4: there is no such file"), ScriptedClip())
    assert (code, len(events)) == (1, 1)
    assert capsys.readouterr().err == "anprd: a.mp4: there is no such file\n"


def test_a_clip_that_is_cut_off_gives_its_events_and_fails(capsys):
    code, events = run(ScriptedClip(counts={"cut_off": 1}))
    assert (code, len(events)) == (1, 1)
    assert "the end is missing" in capsys.readouterr().err


def test_a_clip_that_ends_before_its_time_fails(capsys):
    assert run(ScriptedClip(frames=20))[0] == 1
    assert "the end is missing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("t_s", "duration_s", "early"),
    [(39.96, 40.0, False), (37.5, 40.0, False), (26.0, 40.0, True), (0.5, 1.5, False), (5.0, None, False)],
)
def test_a_clip_may_be_a_little_shorter_than_it_says(t_s, duration_s, early):
    assert replay.ends_early(t_s, duration_s) is early


def test_damaged_frames_are_told(capsys):
    assert run(ScriptedClip(counts={"corrupt": 3}))[0] == 0
    assert "damaged frames that were left out: 3" in capsys.readouterr().err


def test_the_annotated_copy_has_every_frame_at_its_time():
    run(ScriptedClip(), output=Path("out.mp4"))
    (writer,) = written
    assert (writer.path, writer.size, writer.fps, writer.closed) == (Path("out.mp4"), (240, 120), 10.0, True)
    assert len(writer.times) == 50
    assert writer.times == sorted(writer.times)


def test_the_annotated_copy_is_closed_when_the_clip_fails():
    code, _ = run(ScriptedClip(error=SourceError("damaged")), output=Path("out.mp4"))
    assert code == 1
    assert written[0].closed


def test_a_copy_that_cannot_be_written_is_told_and_the_clip_closed(monkeypatch, capsys):
    def full(*_, **__):
        raise SinkError("out.mp4: the disk is full")

    monkeypatch.setattr(FakeWriter, "write", full)
    clip = ScriptedClip()
    assert run(clip, output=Path("out.mp4"))[0] == 1
    assert clip.closed
    assert "the disk is full" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("clip", "name"),
    [
        ("ru_traffic.mp4", "ru_traffic"),
        ("/a/Tor 3 (Süd).mkv", "Tor-3-S-d-"),
        ("--.mp4", "clip"),
        ("x" * 90 + ".mp4", "x" * 63),
    ],
)
def test_the_camera_of_a_clip_is_called_after_its_file(clip, name):
    assert replay.camera_name(Path(clip)) == name
