"""A user's own folder of labelled pictures: what may be left out, what is held back, and what cannot be."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from anprd.errors import ConfigError
from anprd.training import detector_data, index, reader_data

PICTURE = np.full((24, 96, 3), 200, np.uint8)


@pytest.fixture
def folder(tmp_path) -> Path:
    for name in ("crops", "images", "labels"):
        (tmp_path / name).mkdir()
    for name in ("a.png", "b.png"):
        cv2.imwrite(str(tmp_path / "crops" / name), PICTURE)
        cv2.imwrite(str(tmp_path / "images" / name), PICTURE)
    return tmp_path


def write(folder: Path, columns: str, *lines: str) -> Path:
    with (folder / "index.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(line.split(",") for line in (columns, *lines))
    return folder


def test_without_a_split_a_tenth_is_held_back_whatever_the_order(folder):
    lines = [f"{number}.jpg,AB{number}" for number in range(40)]
    forward = index.read(write(folder, "image,text", *lines), needs=("image",), group="text")
    backward = index.read(write(folder, "image,text", *reversed(lines)), needs=("image",), group="text")
    held_back = {row["text"] for row in forward if row["split"] == index.VAL}
    assert len(held_back) == 4
    assert held_back == {row["text"] for row in backward if row["split"] == index.VAL}


def test_crops_of_one_plate_stand_on_one_side(folder):
    lines = [f"{number}.jpg,AB{number // 5}" for number in range(40)]
    rows = index.read(write(folder, "image,text", *lines), needs=("image",), group="text")
    assert {len({row["split"] for row in rows if row["text"] == text}) for text in ("AB0", "AB3", "AB7")} == {1}


def test_of_two_pictures_one_is_held_back(folder):
    rows = index.read(write(folder, "image", "a.png", "b.png"), needs=("image",), group="image")
    assert sorted(row["split"] for row in rows) == ["train", "val"]


@pytest.mark.parametrize(
    ("columns", "line", "sentence"),
    [
        ("text", "AB123", "needs the column image"),
        ("picture", "a.png", "needs the columns image and text"),
        ("image,text", "a.png, ", "line 2 has no text"),
        ("image,text,split", "a.png,AB123", "line 2 has no split"),
    ],
)
def test_an_index_that_lacks_something_says_what(folder, columns, line, sentence):
    with pytest.raises(ConfigError, match=sentence):
        index.read(write(folder, columns, line), needs=("image", "text"), group="text")


def test_an_index_without_lines_or_that_is_no_text_is_refused(folder):
    with pytest.raises(ConfigError, match="lists no picture"):
        index.read(write(folder, "image,text"), needs=("image",), group="image")
    (folder / "index.csv").write_bytes(b"image,text\n\xff\xfe,1\n")
    with pytest.raises(ConfigError, match="is no CSV in UTF-8"):
        index.read(folder, needs=("image",), group="image")


def test_a_crop_needs_only_its_text(folder):
    (crop,) = reader_data.load(write(folder, "image,text,split", "a.png,ab-12 3,train"), "train")
    assert (crop.text, crop.rows, crop.country, crop.trust) == ("AB123", 1, "", "exact")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("c.png,AB123,1", r"c.png: is missing or no picture"),
        ("a.png,---,1", "the text of a.png has no character of A-Z 0-9"),
        ("a.png,AB123,3", "a.png has '3' rows of text"),
    ],
)
def test_a_crop_that_cannot_be_is_one_sentence(folder, line, sentence):
    with pytest.raises(ConfigError, match=sentence):
        reader_data.load(write(folder, "image,text,rows,split", f"{line},train"), "train")


@pytest.mark.parametrize(
    ("label", "sentence"),
    [
        ("0 .5 .5 .2", "is not 'class x y width height'"),
        ("plate .5 .5 .2 .2", "is not 'class x y width height'"),
        ("2 .5 .5 .2 .2", "is of class 2"),
        ("0 .9 .5 .4 .2", "is no box in the picture"),
        ("0 48 12 20 6", "is no box in the picture"),
        ("0 .5 .5 0 .2", "is no box in the picture"),
        ("0 nan .5 .2 .2", "is no box in the picture"),
    ],
)
def test_a_label_that_cannot_be_is_one_sentence(folder, label, sentence):
    (folder / "labels" / "a.txt").write_text(label + "\n")
    with pytest.raises(ConfigError, match=sentence):
        detector_data.boxes(folder / "labels" / "a.txt", 96, 24)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["a.png,train", "b.png,train"], "no picture of the split val"),
        (["a.png,train", "b.png,val"], "no plate is labelled in the pictures of the split train"),
        (["a.png,train", "c.png,val"], "c.png: is not there"),
    ],
)
def test_scenes_need_pictures_and_plates_on_both_sides(folder, lines, sentence):
    with pytest.raises(ConfigError, match=sentence):
        detector_data.prepare(write(folder, "image,split", *lines), folder / "work", side_px=64)


def test_a_scene_that_is_no_picture_is_one_sentence(folder):
    (folder / "images" / "a.png").write_text("none")
    with pytest.raises(ConfigError, match=r"a.png: is no picture"):
        detector_data.prepare(write(folder, "image,split", "a.png,train", "b.png,val"), folder / "work", side_px=64)


def test_a_prepared_folder_holds_copies_and_their_labels(folder):
    for name in ("a", "b"):
        (folder / "labels" / f"{name}.txt").write_text("0 .5 .5 .25 .5\n")
    description = detector_data.prepare(write(folder, "image", "a", "b"), folder / "work", side_px=48)
    copies = sorted((folder / "work" / "images").glob("*/*.jpg"))
    assert {copy.parent.name for copy in copies} == {"train", "val"}
    assert cv2.imread(str(copies[0])).shape == (12, 48, 3)
    assert "names: {0: plate}" in description.read_text()
