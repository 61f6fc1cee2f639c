"""Every training command once, on next to nothing, in the environment of its own: from pictures to networks that run."""

import csv

import cv2
import numpy as np
import pytest

from anprd.training.render import degrade, paste, typeface
from tests.command import Done, anprd
from tests.conftest import train_python

pytestmark = pytest.mark.training

CROPS, SCENES = 24, 8


def command(*arguments: object) -> Done:
    done = anprd(*arguments, python=train_python(), YOLO_VERBOSE="false", OMP_NUM_THREADS="2")
    assert done.code == 0, done.err[-3000:]
    return done


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("training")


@pytest.fixture(scope="module")
def scenes(work):
    """A detector's folder: rendered plates on a plain road."""
    folder = work / "scenes"
    (folder / "images").mkdir(parents=True)
    (folder / "labels").mkdir()
    faces = typeface.load_all(None)
    rows = []
    for index in range(SCENES):
        rng = np.random.default_rng(index)
        road = np.clip(rng.normal(110, 12, (240, 320, 3)), 0, 255).astype(np.uint8)
        scene = paste.paste_scene(rng, road, faces)
        cv2.imwrite(str(folder / "images" / f"{index}.jpg"), scene.image)
        lines = [
            f"0 {box.centre[0] / 320} {box.centre[1] / 240} {box.width / 320} {box.height / 240}" for box in scene.boxes
        ]
        (folder / "labels" / f"{index}.txt").write_text("\n".join(lines))
        rows.append({"image": f"{index}.jpg", "split": "val" if index % 4 == 0 else "train"})
    write_index(folder / "index.csv", rows)
    return folder


@pytest.fixture(scope="module")
def crops(work):
    """A reader's folder: rendered crops with their texts."""
    folder = work / "crops"
    (folder / "crops").mkdir(parents=True)
    faces = typeface.load_all(None)
    rows = []
    for index in range(CROPS):
        sample = degrade.sample(np.random.default_rng(index), faces)
        cv2.imwrite(str(folder / "crops" / f"{index}.jpg"), sample.image)
        split = "val" if index % 4 == 0 else "train"
        rows.append(
            {
                "image": f"{index}.jpg",
                "text": sample.text,
                "country": sample.country,
                "rows": sample.rows,
                "trust": "exact",
                "split": split,
            }
        )
    write_index(folder / "index.csv", rows)
    return folder


def write_index(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def trained(work, scenes, crops):
    """The three checkpoints, by network."""
    out = work / "out"
    detector = command(
        "train", "detector", scenes, "--out", out, "--epochs", 1, "--side-px", 64, "--rendered", 2, "--name", "tiny"
    )
    reader = command("train", "reader", crops, "--out", out, "--steps", 2, "--batch", 4, "--rendered", 8)
    corners = command("train", "corners", "--out", out, "--steps", 2, "--rendered", 8)
    return {
        "detector": detector.out.splitlines()[-1],
        "reader": reader.out.splitlines()[-1],
        "corners": corners.out.splitlines()[-1],
    }


@pytest.fixture(scope="module")
def weights(work, scenes, crops, trained):
    """A weights folder with all three, exported."""
    folder = work / "weights"
    command("export", "detector", trained["detector"], "--data", scenes, "--weights", folder)
    command("export", "reader", trained["reader"], "--data", crops, "--weights", folder)
    command("export", "corners", trained["corners"], "--data", work / "out", "--weights", folder)
    return folder


def test_what_was_trained_and_exported_reads_pictures(weights, scenes):
    done = anprd("read", "--json", "--weights", weights, scenes / "images" / "0.jpg")
    assert done.code == 0, done.err
    (answer,) = done.objects
    assert answer["width"] == 320


def test_the_manifest_names_every_file_with_its_hash(weights):
    text = (weights / "MANIFEST.toml").read_text(encoding="utf-8")
    for name in ("detector", "corners", "reader"):
        assert f"[{name}.files]" in text
        assert f'"{name}.bin" = "' in text


def test_a_training_called_again_goes_on_and_ends_at_once(work, crops, trained):
    done = command("train", "reader", crops, "--out", work / "out", "--steps", 2, "--batch", 4, "--rendered", 8)
    assert done.out.splitlines()[-1] == trained["reader"]


def test_the_networks_can_be_evaluated_on_their_data(weights, crops, scenes):
    (reader,) = command("evaluate", crops, "--weights", weights, "--json").objects
    assert reader["reader"]["all"]["plates"] == CROPS // 4
    (detector,) = command("evaluate", scenes, "--weights", weights, "--json").objects
    assert detector["detector"]["pictures"] == SCENES // 4
    assert 0 <= detector["detector"]["map50"] <= 1


def test_a_folder_that_is_no_data_is_one_sentence_and_78(tmp_path):
    done = anprd("train", "detector", tmp_path, "--out", tmp_path / "out", python=train_python())
    assert done.code == 78
    assert "index.csv" in done.sentence
