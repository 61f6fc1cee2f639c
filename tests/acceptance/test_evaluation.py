"""`anprd evaluate` and `anprd calibrate` as their users have them, on a few frames of the bundled clip."""

import csv
import json
import re
import shutil
from pathlib import Path

import cv2
import pytest

from tests.command import DEMO_CLIP, DEMO_TRUTH, ROOT, anprd

pytestmark = pytest.mark.weights


def frame(number: float):
    clip = cv2.VideoCapture(str(DEMO_CLIP))
    clip.set(cv2.CAP_PROP_POS_FRAMES, round(number))
    there, image = clip.read()
    assert there
    return image


def write(path: Path, rows: list[dict]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, rows[0].keys())
        table.writeheader()
        table.writerows(rows)


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """Three vehicles of the demo, labelled in every way that there is."""
    folder = tmp_path_factory.mktemp("data")
    for name in ("images", "labels", "crops", "unread"):
        (folder / name).mkdir()
    truth = json.loads(DEMO_TRUTH.read_text())
    scenes, index = [], []
    for number, vehicle in enumerate([one for one in truth["vehicles"] if one["first_s"] is not None][:3]):
        image = frame(vehicle["best_s"] * truth["fps"])
        box = next(item["box"] for item in vehicle["frames"] if abs(item["t_s"] - vehicle["best_s"]) < 0.02)
        x1, y1, x2, y2 = box
        name, height, width = f"{number}.png", *image.shape[:2]
        cv2.imwrite(str(folder / "images" / name), image)
        cv2.imwrite(str(folder / "crops" / name), image[round(y1) : round(y2), round(x1) : round(x2)])
        cv2.imwrite(str(folder / "unread" / name), image[:40, :120])
        shares = ((x1 + x2) / 2 / width, (y1 + y2) / 2 / height, (x2 - x1) / width, (y2 - y1) / height)
        (folder / "labels" / f"{number}.txt").write_text("0 " + " ".join(f"{value:.6f}" for value in shares) + "\n")
        about = {"text": vehicle["plate"], "country": vehicle["country"]}
        scenes.append({"image": name, "x": x1, "y": y1, "w": x2 - x1, "h": y2 - y1, **about})
        index.append({"image": name, "rows": vehicle["rows"], "trust": "exact", "split": "val", **about})
    write(folder / "scenes.csv", scenes)
    write(folder / "index.csv", index)
    return folder


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> Path:
    """A copy of the shipped networks, whose manifest may be written."""
    folder = tmp_path_factory.mktemp("copy") / "weights"
    shutil.copytree(ROOT / "weights", folder, ignore=shutil.ignore_patterns("checkpoints"))
    return folder


def test_one_run_measures_every_kind_of_label_and_writes_the_report(data, weights, tmp_path):
    done = anprd("evaluate", "--json", data, "--weights", weights, "--report", tmp_path / "report", "--record")
    assert done.code == 0, done.err
    (figures,) = done.objects
    assert figures["read_path"]["all"]["plates"] == figures["reader"]["all"]["plates"] == 3
    assert figures["detector"]["plates"] == figures["unread"]["crops"] == 3
    assert set(figures["networks"]) == {"detector", "corners", "reader"}
    assert json.loads((tmp_path / "report" / "report.json").read_text()) == figures
    page = (tmp_path / "report" / "report.html").read_text()
    assert "<svg" in page
    assert "http" not in page
    manifest = (weights / "MANIFEST.toml").read_text()
    assert str(figures["reader"]["all"]["exact_match"]) in manifest
    assert "report.html" in manifest


def test_rendered_plates_are_read_at_each_angle(data, tmp_path):
    done = anprd("evaluate", "--json", data, "--tilted", 2, "--report", tmp_path)
    assert done.code == 0, done.err
    (figures,) = done.objects
    assert list(figures["tilt"]) == ["0", "15", "30", "45", "60"]
    assert all(score["plates"] == 2 and 0 <= score["found"] <= 1 for score in figures["tilt"].values())
    page = (tmp_path / "report.html").read_text()
    assert "60 degrees" in page
    assert "--tilted 2" in page


def test_a_report_for_others_holds_no_picture_and_no_plate(data, tmp_path):
    done = anprd("evaluate", data, "--report", tmp_path, "--public")
    assert done.code == 0, done.err
    page = (tmp_path / "report.html").read_text()
    assert "data:image" not in page
    assert str(data) not in page
    assert all("misread" not in part for part in json.loads((tmp_path / "report.json").read_text()).values())


def test_the_detectors_threshold_is_chosen_and_read_back(data, weights):
    only_scenes = data.parent / "scenes-only"
    shutil.copytree(data, only_scenes, ignore=shutil.ignore_patterns("crops", "unread"))
    done = anprd("calibrate", "--json", only_scenes, "--weights", weights)
    assert done.code == 0, done.err
    chosen = done.objects[0]["detector"]["photo_confidence_min"]
    assert f"photo_confidence_min = {chosen}" in (weights / "MANIFEST.toml").read_text()


def test_a_folder_as_ultralytics_has_it_is_measured_and_calibrates_without_an_index(data, weights, tmp_path):
    for kind in ("images", "labels"):
        shutil.copytree(data / kind, tmp_path / kind / "val")
    done = anprd("evaluate", "--json", tmp_path)
    assert done.code == 0, done.err
    assert done.objects[0]["detector"]["plates"] == 3
    done = anprd("calibrate", "--json", tmp_path, "--weights", weights)
    assert done.code == 0, done.err
    assert done.objects[0]["detector"]["photo_confidence_min"] > 0


def test_a_calibration_of_another_version_does_not_stand_in_the_way_of_a_new_one(data, weights, tmp_path):
    scenes, old = tmp_path / "scenes", tmp_path / "weights"
    shutil.copytree(data, scenes, ignore=shutil.ignore_patterns("crops", "unread"))
    shutil.copytree(weights, old)
    manifest = old / "MANIFEST.toml"
    manifest.write_text(re.sub(r"plate = \[.*?\]", "plate = [1.0, 2.0, 3.0]", manifest.read_text()))
    assert "calibrate" in anprd("read", data / "images" / "0.png", "--weights", old).sentence
    assert anprd("calibrate", scenes, "--weights", old).code == 0


def test_a_reader_is_not_calibrated_by_what_is_kept_to_judge_it(data, weights):
    done = anprd("calibrate", data, "--weights", weights)
    assert done.code == 78
    assert "split 'train'" in done.sentence


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("scenes.csv", "image,x,y,w,h\n0.png,1,1,1,1\n", "text"),
        ("scenes.csv", "image,x,y,w,h,text\n0.png,here,1,1,1,AB12\n", "pixels"),
        (
            "scenes.csv",
            "image,x,y,w,h,text\n0.png,.1,.2,.3,.1,AB12\n",
            "are shares of the picture; they must be pixels",
        ),
        ("scenes.csv", "image,x,y,w,h,text\nnone.png,1,1,1,1,AB12\n", "none.png"),
        ("scenes.csv", "image,x,y,w,h,text\n", "lists no picture"),
    ],
)
def test_labels_that_cannot_be_are_one_sentence(data, tmp_path, name, content, told):
    shutil.copytree(data / "images", tmp_path / "images")
    (tmp_path / name).write_text(content)
    done = anprd("evaluate", tmp_path)
    assert done.code == 78
    assert told in done.sentence


def test_a_report_that_cannot_be_written_is_one_sentence(data, tmp_path):
    (tmp_path / "file").write_text("")
    done = anprd("evaluate", data, "--report", tmp_path / "file")
    assert done.code == 1
    assert str(tmp_path / "file") in done.sentence
