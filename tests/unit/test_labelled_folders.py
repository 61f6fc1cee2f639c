"""A user's own folder of labelled pictures: what may be left out, what is held back, and what cannot be."""

import csv
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from anprd.errors import ConfigError, SinkError
from anprd.training import detector_data, folders, index, pictures, reader_data, spelling

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


def test_without_a_split_about_a_tenth_is_held_back_whatever_the_order(folder):
    lines = [f"{number}.jpg,AB{number}" for number in range(400)]
    forward = index.read(write(folder, "image,text", *lines), needs=("image",), group="text")
    backward = index.read(write(folder, "image,text", *reversed(lines)), needs=("image",), group="text")
    held_back = {row["text"] for row in forward if row["split"] == index.VAL}
    assert len(held_back) == 44
    assert held_back == {row["text"] for row in backward if row["split"] == index.VAL}


def test_what_is_learnt_from_is_not_held_back_when_pictures_are_added(folder):
    lines = [f"{number}.jpg,AB{number}" for number in range(120)]
    fewer = index.read(write(folder, "image,text", *lines[:60]), needs=("image",), group="text")
    more = index.read(write(folder, "image,text", *lines), needs=("image",), group="text")
    assert [row["split"] for row in fewer] == [row["split"] for row in more[:60]]


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


def test_a_crop_is_found_without_its_ending_as_a_scene_is(folder):
    (crop,) = reader_data.load(write(folder, "image,text,split", "a,AB123,train"), "train")
    assert crop.image.shape == (24, 96)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("c.png,AB123,1", r"c.png: is not there; the labels name it"),
        ("../b.png,AB123,1", r"b.png: is (outside of|not there)"),
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
    with pytest.raises(ConfigError, match=r"a.png: is missing or no picture"):
        detector_data.prepare(write(folder, "image,split", "a.png,train", "b.png,val"), folder / "work", side_px=64)


def test_a_prepared_folder_holds_copies_and_their_labels(folder):
    for name in ("a", "b"):
        (folder / "labels" / f"{name}.txt").write_text("0 .5 .5 .25 .5\n")
    description = detector_data.prepare(write(folder, "image", "a", "b"), folder / "work", side_px=48)
    copies = sorted((folder / "work" / "images").glob("*/*.jpg"))
    assert {copy.parent.name for copy in copies} == {"train", "val"}
    assert cv2.imread(str(copies[0])).shape == (12, 48, 3)
    assert "names: {0: plate}" in description.read_text()


def labelled(folder: Path, **splits: str) -> Path:
    """The pictures, each with a plate, in the splits that are given."""
    for name in splits:
        cv2.imwrite(str(folder / "images" / f"{name}.png"), PICTURE)
        (folder / "labels" / f"{name}.txt").write_text("0 .5 .5 .25 .5\n")
    return write(folder, "image,split", *(f"{name}.png,{split}" for name, split in splits.items()))


def copies(work: Path) -> list[str]:
    return sorted(f"{copy.parent.name}/{copy.stem}" for copy in (work / "images").glob("*/*.jpg"))


def test_a_second_call_follows_the_index_and_the_labels(folder):
    work = folder / "work"
    detector_data.prepare(labelled(folder, a="train", b="val", c="train"), work, side_px=48)
    pasted = work / "images" / "train" / f"{detector_data.RENDERED}1-00000.jpg"
    pasted.write_bytes(b"made of a photo")
    (work / "labels" / "train" / f"{pasted.stem}.txt").write_text("0 .5 .5 .25 .5\n")
    (folder / "labels" / "b.txt").write_text("0 .5 .5 .5 .5\n")
    detector_data.prepare(write(folder, "image,split", "a.png,val", "b.png,train"), work, side_px=48)
    assert copies(work) == ["train/b", "val/a"]
    assert sorted(path.stem for path in (work / "labels").glob("*/*.txt")) == ["a", "b"]
    assert (work / "labels" / "train" / "b.txt").read_text() == "0 .5 .5 .5 .5\n"


def test_a_photo_that_is_called_as_rendered_scenes_are_is_refused(folder):
    labelled(folder, a="train", b="val", **{f"{detector_data.RENDERED}1-00000": "train"})
    with pytest.raises(ConfigError, match=r"rendered-1-00000\.png: names that begin with 'rendered-'"):
        detector_data.prepare(folder, folder / "work", side_px=48)


@pytest.mark.parametrize(("pictures", "count"), [(6, 4), (7, 4), (11, 4), (4, 4), (3, 4)])
def test_pictures_to_calibrate_by_are_from_all_over_the_index(folder, pictures, count):
    names = {f"p{number:02d}": "train" for number in range(pictures)}
    chosen = [path.stem for path in detector_data.train_pictures(labelled(folder, **names), count=count)]
    places = [int(name[1:]) for name in chosen]
    assert len(places) == min(count, pictures)
    assert max(np.diff([*places, pictures])) - min(np.diff([*places, pictures])) <= 1


def test_what_has_not_changed_is_not_copied_again_and_what_has_is(folder):
    work = folder / "work"
    detector_data.prepare(labelled(folder, a="train", b="val"), work, side_px=48)
    pasted = work / "images" / "train" / f"{detector_data.RENDERED}1-00000.jpg"
    pasted.write_bytes(b"made of a photo")
    first = work / "images" / "train" / "a.jpg"
    first.write_bytes(b"kept")
    os.utime(first, ns=((folder / "images" / "a.png").stat().st_mtime_ns,) * 2)
    detector_data.prepare(folder, work, side_px=48)
    assert first.read_bytes() == b"kept"
    assert pasted.exists()
    os.utime(folder / "images" / "a.png", ns=(1, 1))
    detector_data.prepare(folder, work, side_px=48)
    assert first.read_bytes() != b"kept"
    assert not pasted.exists()


def test_names_with_dots_and_folders_have_their_labels(folder):
    for name in ("cam.12.30", "north/1", "south/1"):
        for kind, ending in (("images", ".PNG"), ("labels", ".txt")):
            (folder / kind / f"{name}{ending}").parent.mkdir(exist_ok=True)
        cv2.imwrite(str(folder / "images" / f"{name}.PNG"), PICTURE)
        (folder / "labels" / f"{name}.txt").write_text("0 .5 .5 .25 .5\n")
    write(folder, "image,split", "cam.12.30,train", "north/1.PNG,train", "south/1,val")
    assert [len(detector_data.boxes(scene.label, 96, 24)) for scene in detector_data.scenes(folder)] == [1, 1, 1]
    detector_data.prepare(folder, folder / "work: a #1", side_px=48)
    assert copies(folder / "work: a #1") == ["train/cam.12.30", "train/north--1", "val/south--1"]


@pytest.mark.parametrize("line", ["../a.png", "/etc/passwd"])
def test_a_picture_outside_of_the_folder_is_refused(folder, line):
    Path(folder, "a.png").write_bytes(b"")
    with pytest.raises(ConfigError, match=r"is outside of|is not there"):
        detector_data.scenes(write(folder, "image,split", f"{line},train"))


def test_two_pictures_that_share_a_label_file_are_refused(folder):
    cv2.imwrite(str(folder / "images" / "a.jpg"), PICTURE)
    with pytest.raises(ConfigError, match=r"a\.jpg is listed twice, or another has the same label file"):
        detector_data.scenes(write(folder, "image,split", "a.png,train", "a.jpg,val"))


def test_a_label_file_is_found_whether_its_name_is_in_capitals_or_not(folder):
    for name in ("A.TXT", "b.Txt"):
        (folder / "labels" / name).write_text("0 .5 .5 .25 .5\n")
    scenes = detector_data.scenes(write(folder, "image,split", "a.png,train", "b.png,val"))
    assert [len(detector_data.boxes(scene.label, 96, 24)) for scene in scenes] == [1, 1]
    detector_data.prepare(folder, folder / "work", side_px=48)
    assert (folder / "work" / "labels" / "train" / "a.txt").read_text() == "0 .5 .5 .25 .5\n"


def test_a_label_file_belongs_to_one_picture(folder):
    cv2.imwrite(str(folder / "images" / "A.png"), PICTURE)
    (folder / "labels" / "a.txt").write_text("0 .5 .5 .25 .5\n")
    with pytest.raises(ConfigError, match=r"A\.png is listed twice, or another has the same label file"):
        detector_data.scenes(write(folder, "image,split", "a.png,train", "A.png,val"))


def test_pictures_without_a_label_file_are_counted_once_on_standard_error(folder, capsys):
    (folder / "labels" / "a.txt").write_text("")
    write(folder, "image,split", "a.png,train", "b.png,val")
    detector_data.scenes(folder)
    detector_data.scenes(folder)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (f"{folder}: 1 of 2 pictures have no file in labels/; they count as pictures without a plate\n")


def test_a_table_from_a_spreadsheet_is_read(folder):
    text = "\ufeffImage, Text ,Country,Split\na.png, ab 123 ,us,VAL \n"
    (folder / "index.csv").write_text(text, encoding="utf-8")
    (line,) = reader_data.lines(folder, index.VAL)
    assert (line["text"], line["country"], line["rows"], line["trust"]) == ("AB123", "US", "1", "exact")
    (folder / "labels" / "a.txt").write_text("\ufeff0 .5 .5 .2 .2\n", encoding="utf-8")
    assert len(detector_data.boxes(folder / "labels" / "a.txt", 96, 24)) == 1
    (folder / "labels" / "a.txt").write_bytes(b"0 .5 .5 .2 .2 \xff\n")
    with pytest.raises(ConfigError, match="cannot be read as text"):
        detector_data.boxes(folder / "labels" / "a.txt", 96, 24)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("image;text\na.png;AB123\n", "needs the columns image and text; titles stand in the first line, with commas"),
        ("image,text,split\na.png,AB123,validation\n", "line 2 is of the split 'validation'; it must be train or val"),
        ("image,text,split\n\na.png,AB123,x\n", "line 3 is of the split 'x'"),
        ('image,text\n"a\n.png",AB1\n\nb.png,\n', "line 5 has no text"),
        ("image,text\na.png,AB,123\n", "line 2 has more values than there are titles"),
        ("image,text,trust\na.png,AB123,sure\n", "the trust of a.png is 'sure', not binarised, exact, eye"),
        ("image,text,split\na.png,Щ123,train\n", "the text of a.png: 'Щ' is none of A-Z and 0-9"),
    ],
)
def test_what_would_silently_be_taken_for_something_else_is_a_sentence(folder, text, sentence):
    (folder / "index.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=sentence):
        reader_data.lines(folder, index.TRAIN)


def test_one_plate_is_on_one_side_however_it_is_typed(folder):
    lines = [f"{number}.jpg,{text}" for number in range(40) for text in (f"AB{number}CD", f"ab-{number} cd")]
    rows = index.read(write(folder, "image,text", *lines), needs=("image",), group=index.TEXT)
    sides = {row["split"] for row in rows if spelling.plain(row["text"]) == "AB7CD"}
    held_back = {spelling.plain(row["text"]) for row in rows if row["split"] == index.VAL}
    assert len(sides) == 1
    assert len(held_back) == 7
    assert not held_back & {spelling.plain(row["text"]) for row in rows if row["split"] == index.TRAIN}


def test_one_plate_is_on_one_side_in_whatever_script_it_is_typed(folder):
    lines = [f"{number}.jpg,{text}" for number in range(40) for text in (f"AB{number}CX", f"АВ{number}СХ")]  # noqa: RUF001
    rows = index.read(write(folder, "image,text", *lines), needs=("image",), group=index.TEXT)
    held_back = {spelling.plain(row["text"]) for row in rows if row["split"] == index.VAL}
    assert not held_back & {spelling.plain(row["text"]) for row in rows if row["split"] == index.TRAIN}


def test_what_was_held_back_yesterday_is_held_back_today(folder):
    lines = [f"{number}.jpg,{text}{number}" for number in range(12) for text in ("AB", "xy ", "皖Щ-")]
    rows = index.read(write(folder, "image,text", *lines), needs=("image",), group=index.TEXT)
    assert {row["text"] for row in rows if row["split"] == index.VAL} == {"AB6", "AB8", "xy 3", "xy 5", "xy 7"}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("х051мо 51", "X051MO51"),  # noqa: RUF001
        ("ΙΖΒ-1234", "IZB1234"),  # noqa: RUF001
        ("TÖL·AB 12", "TOLAB12"),
        ("皖A·12345", "A12345"),
        ("ＡＢ１２", "AB12"),  # noqa: RUF001
        ("", ""),
    ],
)
def test_labels_are_spelled_as_the_reader_reads(text, read):
    assert spelling.plain(text) == read


def test_a_crop_that_is_a_line_is_no_crash(folder):
    cv2.imwrite(str(folder / "crops" / "a.png"), np.zeros((1, 900, 3), np.uint8))
    (crop,) = reader_data.load(write(folder, "image,text,split", "a.png,AB123,train"), "train")
    assert crop.image.shape == (1, reader_data.SIDE_PX_MAX)


def test_a_picture_that_is_too_large_to_open_is_a_sentence(folder):
    header = b"\x89PNG\r\n\x1a\n" + bytes.fromhex("0000000d494844520000c3500000c350080200000000000000")
    (folder / "images" / "a.png").write_bytes(header)
    with pytest.raises(ConfigError, match=r"a\.png: is (damaged|missing)"):
        pictures.colour(folder / "images" / "a.png")


@pytest.mark.parametrize("name", ["file", "file/below", "file/far/below"])
def test_a_folder_that_cannot_be_made_is_said_before_the_work(folder, name):
    (folder / "file").write_text("")
    for ask in (folders.check, folders.make):
        with pytest.raises(SinkError, match=r"file is no folder"):
            ask(folder / name)


def test_a_folder_is_made_only_when_it_is_wanted(folder):
    folders.check(folder / "new" / "one")
    assert not (folder / "new").exists()
    assert folders.make(folder / "new" / "one").is_dir()
