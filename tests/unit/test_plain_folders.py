"""A detector's folder as other tools have it, without an index: which pictures count, and what is held back."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from anprd.errors import ConfigError
from anprd.training import detector_data, index, reader_data

PICTURE = np.full((24, 96, 3), 200, np.uint8)
PLATE = "0 .5 .5 .25 .5\n"


def put(data: Path, *names: str) -> Path:
    """Pictures of these names, each with a plate."""
    for name in names:
        picture, label = data / "images" / name, data / "labels" / Path(name).with_suffix(".txt")
        for file in (picture, label):
            file.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(picture), PICTURE)
        label.write_text(PLATE)
    return data


def sides(data: Path) -> dict[str, str]:
    return {row["image"]: row["split"] for row in index.scenes(data)}


def test_a_tenth_is_held_back_the_same_as_an_index_of_these_names_would_hold_back(tmp_path):
    names = [f"{number}.jpg" for number in range(40)]
    drawn = sides(put(tmp_path, *names))
    (tmp_path / "index.csv").write_text("\n".join(["image", *names]) + "\n")
    assert drawn == sides(tmp_path)
    assert [name for name, split in drawn.items() if split == index.VAL] == ["26.jpg", "34.jpg", "36.jpg", "38.jpg"]


def test_pictures_in_folders_count_and_have_their_labels(tmp_path):
    put(tmp_path, "a.jpg", "north/1.JPG", "north/far/2.webp")
    scenes = detector_data.scenes(tmp_path)
    assert [scene.name for scene in scenes] == ["a", "north--1", "north--far--2"]
    assert all(detector_data.boxes(scene.label, 96, 24) for scene in scenes)


def test_the_folders_of_ultralytics_are_the_split_and_test_is_left_alone(tmp_path):
    put(tmp_path, "train/a.jpg", "train/night/b.jpg", "val/c.jpg", "test/d.jpg")
    scenes = detector_data.scenes(tmp_path)
    assert {scene.name: scene.split for scene in scenes} == {
        "train--a": "train",
        "train--night--b": "train",
        "val--c": "val",
    }
    detector_data.prepare(tmp_path, tmp_path / "work", side_px=48)
    copies = sorted(copy.relative_to(tmp_path / "work" / "images") for copy in (tmp_path / "work").rglob("*.jpg"))
    assert list(map(str, copies)) == ["train/train--a.jpg", "train/train--night--b.jpg", "val/val--c.jpg"]


def test_the_same_name_may_stand_in_train_and_in_val(tmp_path):
    assert len(detector_data.scenes(put(tmp_path, "train/1.jpg", "val/1.jpg"))) == 2


def test_folders_may_be_written_in_capitals_and_be_links_to_elsewhere(tmp_path):
    put(tmp_path / "disk", "a.jpg")
    put(tmp_path / "data", "Val/b.jpg")
    (tmp_path / "data" / "images" / "Train").symlink_to(tmp_path / "disk" / "images")
    (tmp_path / "data" / "labels" / "Train").symlink_to(tmp_path / "disk" / "labels")
    assert sides(tmp_path / "data") == {"Train/a.jpg": "train", "Val/b.jpg": "val"}


def test_what_is_kept_for_a_test_alone_is_not_learnt_from(tmp_path):
    assert set(sides(put(tmp_path, "test/a.jpg", "b.jpg", "c.jpg"))) == {"b.jpg", "c.jpg"}


@pytest.mark.parametrize("name", ["validation/c.jpg", "c.jpg"])
def test_a_picture_beside_train_and_val_is_of_no_split_that_could_be_guessed(tmp_path, name):
    with pytest.raises(ConfigError, match=r"c\.jpg: is neither in train/ nor in val/"):
        index.scenes(put(tmp_path, "train/a.jpg", "val/b.jpg", name))


def test_what_is_hidden_or_no_picture_does_not_count(tmp_path):
    put(tmp_path, "a.jpg", "b.jpg", "._a.jpg", ".thumbnails/a.jpg")
    (tmp_path / "images" / "notes.txt").write_text("")
    assert set(sides(tmp_path)) == {"a.jpg", "b.jpg"}


def test_an_index_that_is_there_decides(tmp_path):
    put(tmp_path, "train/a.jpg", "val/b.jpg", "val/c.jpg")
    (tmp_path / "index.csv").write_text("image,split\ntrain/a.jpg,val\nval/b.jpg,train\n")
    assert sides(tmp_path) == {"train/a.jpg": "val", "val/b.jpg": "train"}


def test_a_folder_without_pictures_is_one_sentence(tmp_path):
    with pytest.raises(ConfigError, match=r"none: no such folder$"):
        index.scenes(tmp_path / "none")
    with pytest.raises(ConfigError, match=r"holds no index\.csv and no images/$"):
        index.scenes(tmp_path)
    (tmp_path / "images").mkdir()
    with pytest.raises(ConfigError, match=r"images: holds no picture \(\.jpg, \.jpeg, \.png, \.webp\)$"):
        index.scenes(tmp_path)


def test_an_index_that_leads_nowhere_is_not_passed_over(tmp_path):
    put(tmp_path, "a.jpg", "b.jpg")
    (tmp_path / "index.csv").symlink_to(tmp_path / "none")
    with pytest.raises(ConfigError, match=r"index\.csv: cannot be read"):
        index.scenes(tmp_path)


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["train/a.jpg"], r"images: has no picture of the split val, which is needed"),
        (["test/a.jpg"], r"images: has no picture of the split train and val, which is needed"),
        (["a.jpg", "a.png"], r"images: a\.png is listed twice, or another has the same label file"),
    ],
)
def test_folders_that_cannot_be_trained_on_are_one_sentence(tmp_path, names, sentence):
    with pytest.raises(ConfigError, match=sentence):
        detector_data.prepare(put(tmp_path, *names), tmp_path / "work", side_px=48)


def test_crops_need_their_index(tmp_path):
    (tmp_path / "crops").mkdir()
    with pytest.raises(ConfigError, match=r"index\.csv: cannot be read"):
        reader_data.load(tmp_path, index.TRAIN)
