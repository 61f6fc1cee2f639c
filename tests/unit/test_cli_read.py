import json
import os
import socket
from pathlib import Path

import cv2
import numpy as np
import pytest

from anprd import ordinary_file
from anprd.cli import console, read
from anprd.records import Box, Detection, Reading, Sighting

BOX = Box(20.04, 10.0, 60.0, 22.0)


class FakeDetector:
    """Sees the same in every picture but one that stands on its short side."""

    def __init__(self, boxes):
        self.boxes = boxes

    def detect(self, image, *, confidence_min):
        assert image.dtype == np.uint8
        assert 0 < confidence_min < 1
        boxes = self.boxes if image.shape[0] <= image.shape[1] else []
        return [Detection(box, 0.87654) for box in boxes]


class FakeVision:
    """Finds the same plates in every picture."""

    read_picture = read.Vision.read_picture

    def __init__(self, *readings):
        self.photo_detector = FakeDetector([BOX] * len(readings))
        self.photo_confidence_min = self.read_confidence_min = 0.5
        self._readings = list(readings)
        self._turn = 0

    def read_still(self, image, detection):
        self._turn += 1
        return Sighting(detection, detection.box.corners, self._readings[(self._turn - 1) % len(self._readings)])


@pytest.fixture
def vision(monkeypatch):
    def use(*readings):
        fake = FakeVision(*readings)
        monkeypatch.setattr(read.Vision, "load", lambda _: fake)

    return use


@pytest.fixture
def picture(tmp_path):
    def written(name="a.jpg", width=80, height=60) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        cv2.imwrite(str(path), np.full((height, width, 3), 128, np.uint8))
        return path

    return written


SURE = Reading("K995OX190", (0.99,) * 9, region="RU")
UNSURE = Reading("K995OX190", (0.99,) * 8 + (0.3,))


def test_a_jpeg_whose_end_is_missing_is_read_as_far_as_it_goes(tmp_path):
    noise = np.random.default_rng(1).integers(0, 255, (480, 640, 3), np.uint8)
    _, whole = cv2.imencode(".jpg", noise)
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(whole.tobytes()[: len(whole) // 2])
    image = read.load_picture(cut)
    assert image.shape == noise.shape
    assert np.array_equal(image[:200], cv2.imdecode(whole, cv2.IMREAD_COLOR)[:200])


def run(*pictures, output=None) -> tuple[int, list[dict]]:
    answers = []
    return read.read(pictures, output=output, weights=None, printer=answers.append), answers


def test_a_picture_is_one_object_of_the_promised_shape(vision, picture, capsys):
    vision(SURE)
    path = picture()
    assert read.read([path], output=None, weights=None, printer=console.say_json) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["source"], answer["width"], answer["height"]) == (str(path), 80, 60)
    assert set(answer["ms"]) == {"detect", "read", "total"}
    assert answer["plates"] == [
        {
            "plate": "K995OX190",
            "status": "read",
            "confidence": 0.99,
            "char_confidences": [0.99] * 9,
            "box": [20.0, 10.0, 60.0, 22.0],
            "corners": [[20.0, 10.0], [60.0, 10.0], [60.0, 22.0], [20.0, 22.0]],
            "rows": 1,
            "region": "RU",
            "detector_confidence": 0.8765,
        }
    ]


def test_an_unsure_reading_is_unreadable_and_its_text_is_not_told(vision, picture):
    vision(UNSURE)
    (plate,) = run(picture())[1][0]["plates"]
    assert (plate["plate"], plate["status"], plate["char_confidences"], plate["region"]) == ("", "unreadable", [], "")
    assert plate["confidence"] == 0.3


@pytest.mark.parametrize(("width", "told"), [(60, "K995OX190"), (120, "")])
def test_what_the_pictures_edge_cuts_off_is_not_told(vision, picture, width, told):
    vision(SURE)
    read.Vision.load(None).photo_detector.boxes = [Box(0.5, 10.0, 40.0, 22.0)]
    (plate,) = run(picture(width=width))[1][0]["plates"]
    assert plate["plate"] == told


def test_lettering_is_no_plate(vision, picture):
    vision(Reading("TRANSIT", (0.99,) * 7))
    (plate,) = run(picture())[1][0]["plates"]
    assert (plate["plate"], plate["status"]) == ("", "unreadable")


def test_a_word_that_looks_like_an_american_plate_is_one(vision, picture):
    vision(Reading("TOOLAZY", (0.99,) * 7, region="US"))
    (plate,) = run(picture())[1][0]["plates"]
    assert (plate["plate"], plate["status"], plate["region"]) == ("TOOLAZY", "read", "US")


def test_a_picture_without_plates_is_an_answer_too(vision, picture):
    vision()
    code, (answer,) = run(picture())
    assert (code, answer["plates"]) == (0, [])


def test_one_bad_picture_is_told_and_the_others_are_read(vision, picture, tmp_path, capsys):
    vision(SURE)
    text = tmp_path / "text.jpg"
    text.write_text("not a picture")
    empty = tmp_path / "empty.png"
    empty.touch()
    code, answers = run(tmp_path / "missing.jpg", text, empty, tmp_path, picture())
    assert code == 1
    assert len(answers) == 1
    missing, no_picture, nothing, folder = capsys.readouterr().err.splitlines()
    assert missing.endswith("missing.jpg: there is no such file; check the path")
    assert "text.jpg: is no picture" in no_picture
    assert "empty.png: is no picture" in nothing
    assert folder.endswith("is a folder; name the pictures in it")


def test_a_phones_own_format_is_named(tmp_path):
    photo = tmp_path / "IMG_0001.HEIC"
    photo.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100))
    with pytest.raises(read.SourceError, match=r"IMG_0001\.HEIC: is a HEIC photo, which cannot be read; save it as"):
        read.load_picture(photo)


def test_a_pipe_a_socket_and_a_device_are_refused_unread(tmp_path):
    pipe, door = tmp_path / "pipe.jpg", tmp_path / "door.jpg"
    os.mkfifo(pipe)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(door))
    for path in (pipe, door, Path("/dev/zero")):
        with pytest.raises(read.SourceError, match="is a pipe or a device; name a file"):
            read.load_picture(path)


def test_a_forbidden_picture_is_told_and_the_others_are_read(vision, picture, monkeypatch, capsys):
    vision(SURE)
    forbidden, fine = picture("forbidden.jpg"), picture("fine.jpg")
    opened = ordinary_file.opened

    def refusing(path):
        if path == forbidden:
            raise PermissionError(13, "Permission denied")
        return opened(path)

    monkeypatch.setattr(ordinary_file, "opened", refusing)  # a mode would not stop root
    code, answers = run(forbidden, fine)
    assert (code, [found["source"] for found in answers]) == (1, [str(fine)])
    assert "forbidden.jpg: this user may not read it" in capsys.readouterr().err


def test_a_picture_that_claims_more_pixels_than_memory_is_refused(tmp_path):
    header = (
        b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + b"IHDR" + (60_000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    )
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(header + b"\0" * 64)
    with pytest.raises(read.SourceError, match=r"bomb\.png"):
        read.load_picture(bomb)


def test_copies_are_written_beside_and_never_over_the_pictures(vision, picture, tmp_path):
    vision(SURE)
    path = picture()
    before = path.read_bytes()
    assert run(path, output=tmp_path)[0] == 0
    assert path.read_bytes() == before
    assert (tmp_path / "a-2.jpg").is_file()


def test_a_file_that_has_a_copys_number_by_chance_is_somebodys_own(vision, picture, tmp_path):
    vision(SURE)
    own = tmp_path / "a-2.jpg"
    own.write_bytes(b"mine")
    assert run(picture(), output=tmp_path)[0] == 0
    assert own.read_bytes() == b"mine"
    assert (tmp_path / "a-3.jpg").is_file()


def test_pictures_of_one_name_get_copies_of_their_own(vision, picture, tmp_path):
    vision(SURE)
    code, _ = run(picture("north/a.jpg"), picture("south/a.jpg"), output=tmp_path / "out")
    assert code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a-2.jpg", "a.jpg"]


def test_a_copy_has_the_size_of_its_picture_and_something_drawn_in_it(vision, picture, tmp_path):
    vision(SURE)
    run(picture("a.gif.png"), output=tmp_path / "out")
    copy = cv2.imread(str(tmp_path / "out" / "a.gif.png"))
    assert copy.shape == (60, 80, 3)
    assert (copy != 128).any()


def test_a_folder_that_cannot_be_made_is_one_sentence(vision, picture, tmp_path, capsys):
    vision(SURE)
    (tmp_path / "file").touch()
    code, answers = run(picture(), output=tmp_path / "file" / "out")
    assert (code, len(answers)) == (1, 1)
    assert capsys.readouterr().err.count("\n") == 1


def test_a_copy_that_its_format_cannot_hold_is_told_and_the_others_are_read(vision, picture, tmp_path, capsys):
    vision(SURE)
    wide = picture("wide.png", width=20_000, height=8).rename(tmp_path / "wide.webp")  # WebP ends at 16,383
    loop = tmp_path / "loop.jpg"
    loop.symlink_to(loop)
    code, answers = run(loop, wide, picture(), output=tmp_path / "out")
    assert (code, len(answers)) == (1, 2)
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith(f"anprd: {loop}: cannot be read")
    assert second == f"anprd: {tmp_path}/out/wide.webp: cannot be written: 20000x8 pixels are too many for this format"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.jpg"]


def test_people_get_a_row_a_plate(vision, picture, capsys):
    vision(SURE, UNSURE)
    path = picture()
    read.read([path], output=None, weights=None, printer=read.PictureLines([path]).add)
    titles, first, second = capsys.readouterr().out.splitlines()
    assert titles.split() == ["picture", "plate", "confidence", "region", "box", "ms"]
    assert first.split()[1:4] == ["K995OX190", "0.99", "RU"]
    assert second.split()[1] == "(unreadable)"
