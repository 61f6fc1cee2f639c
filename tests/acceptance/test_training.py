"""Training from data to networks that the runtime reads with, tiny: nothing is learnt, but every step is real."""

import csv
import json
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.command import DEMO_CLIP, DEMO_TRUTH, ROOT, TIMEOUT_S, Done, anprd, argv, environment, left_behind
from tests.conftest import train_python

pytestmark = pytest.mark.training

PICTURES = 12
TRAINED = 8  # of them; the others are the validation split


def trained(*arguments: object) -> Done:
    done = anprd(*arguments, python=train_python())
    assert done.code == 0, done.err
    return done


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """Frames of the demo as a detector's and as a reader's data."""
    folder = tmp_path_factory.mktemp("data")
    for name in ("detect/images", "detect/labels", "read/crops"):
        (folder / name).mkdir(parents=True)
    truth = json.loads(DEMO_TRUTH.read_text())
    vehicles = [vehicle for vehicle in truth["vehicles"] if vehicle["first_s"] is not None]
    scenes, crops = [], []
    for number in range(PICTURES):
        vehicle = vehicles[number % len(vehicles)]
        split = split_of(number)
        image = frame(vehicle["best_s"] * truth["fps"])
        box = next(item["box"] for item in vehicle["frames"] if abs(item["t_s"] - vehicle["best_s"]) < 0.02)
        write_scene(folder / "detect", number, image, box)
        scenes.append({"image": f"{number}.jpg", "split": split})
        x1, y1, x2, y2 = (round(edge) for edge in box)
        cv2.imwrite(str(folder / "read" / "crops" / f"{number}.jpg"), image[y1:y2, x1:x2])
        crops.append(
            {"image": f"{number}.jpg", "text": vehicle["plate"], "country": vehicle["country"], "rows": vehicle["rows"],
             "trust": "exact", "split": split}
        )  # fmt: skip
    write_index(folder / "detect" / "index.csv", scenes)
    write_index(folder / "read" / "index.csv", crops)
    return folder


def split_of(number: int) -> str:
    return "train" if number < TRAINED else "val"


def frame(number: float):
    clip = cv2.VideoCapture(str(DEMO_CLIP))
    clip.set(cv2.CAP_PROP_POS_FRAMES, round(number))
    there, image = clip.read()
    assert there
    return image


def write_scene(folder: Path, number: int, image, box: list[float]) -> None:
    height, width = image.shape[:2]
    x1, y1, x2, y2 = box
    numbers = ((x1 + x2) / 2 / width, (y1 + y2) / 2 / height, (x2 - x1) / width, (y2 - y1) / height)
    cv2.imwrite(str(folder / "images" / f"{number}.jpg"), image)
    (folder / "labels" / f"{number}.txt").write_text("0 " + " ".join(f"{value:.6f}" for value in numbers) + "\n")


def write_index(path: Path, rows: list[dict]) -> None:
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, rows[0].keys())
        table.writeheader()
        table.writerows(rows)


@pytest.fixture(scope="module")
def outputs(data, tmp_path_factory) -> dict[str, Done]:
    """The three networks, trained for a moment: what each training said."""
    work, detect, read = tmp_path_factory.mktemp("work"), data / "detect", data / "read"
    few = ("--steps", 2, "--batch", 4, "--rendered", 8)
    return {
        "detector": trained(
            "train", "detector", detect, "--out", work, "--epochs", 1, "--side-px", 64, "--rendered", 2
        ),
        "corners": trained("train", "corners", "--out", work, "--steps", 2, "--rendered", 8),
        "reader": trained("train", "reader", read, "--out", work, "--scenes", detect, *few),
    }


@pytest.fixture(scope="module")
def checkpoints(outputs) -> dict[str, Path]:
    return {name: Path(done.out.strip()) for name, done in outputs.items()}


@pytest.fixture(scope="module")
def plain(data, tmp_path_factory) -> Path:
    """The detector's data as ultralytics has it, without an index."""
    folder = tmp_path_factory.mktemp("plain")
    for number, kind in product(range(PICTURES), ("images", "labels")):
        (file,) = (data / "detect" / kind).glob(f"{number}.*")
        (folder / kind / split_of(number)).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, folder / kind / split_of(number) / file.name)
    return folder


@pytest.fixture(scope="module")
def weights(checkpoints, data, plain, tmp_path_factory) -> Path:
    """The three networks, exported."""
    folder = tmp_path_factory.mktemp("weights")
    trained("export", "detector", checkpoints["detector"], "--data", plain, "--weights", folder)
    trained("export", "corners", checkpoints["corners"], "--weights", folder)
    trained("export", "reader", checkpoints["reader"], "--data", data / "read", "--weights", folder)
    return folder


def test_the_path_of_the_checkpoint_alone_goes_to_standard_output(outputs):
    for name, done in outputs.items():
        (line,) = done.out.splitlines()
        assert Path(line).is_file(), name
    assert "step 2 loss" in outputs["reader"].err


def test_the_runtime_reads_with_networks_that_were_just_trained(weights, data):
    done = anprd("read", "--json", "--weights", weights, data / "detect" / "images" / "0.jpg")
    assert done.code == 0, done.err
    assert done.objects[0]["width"] > 0


@pytest.fixture
def shipped(tmp_path) -> Path:
    """A copy of the shipped weights, to be exported into."""
    return shutil.copytree(ROOT / "weights", tmp_path / "weights")


CORNERS = ROOT / "weights" / "checkpoints" / "corners.pt"
DETECTOR = ROOT / "weights" / "checkpoints" / "detector.pt"


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.weights
def test_an_export_beside_a_damaged_network_changes_nothing(shipped, training):
    (shipped / "reader.bin").write_bytes(b"damaged")
    (shipped / "corners.bin").write_bytes(b"of another training")
    before = contents(shipped)
    done = training.anprd("export", "corners", CORNERS, "--weights", shipped)
    assert done.code == 78
    assert "reader.bin: sha256 is" in done.sentence
    assert contents(shipped) == before


@pytest.mark.weights
def test_a_detector_that_int8_costs_too_much_is_refused_unless_it_is_allowed(shipped, data, tmp_path):
    """Its calibration pictures are black, and so its ranges of no use."""
    detect = shutil.copytree(data / "detect", tmp_path / "detect")
    for number in range(TRAINED):
        file = str(detect / "images" / f"{number}.jpg")
        cv2.imwrite(file, np.zeros_like(cv2.imread(file)))
    before = contents(shipped)
    refused = judged_by_few("export", "detector", DETECTOR, "--data", detect, "--weights", shipped)
    assert refused.returncode == 78, refused.stderr
    assert re.search(
        r"^anprd: INT8 costs [01]\.\d{4} of mAP50-95 .* is allowed \(--loss-max\)", refused.stderr, re.MULTILINE
    )
    assert contents(shipped) == before
    allowed = judged_by_few("export", "detector", DETECTOR, "--data", detect, "--weights", shipped, "--loss-max", "1")
    assert allowed.returncode == 0, allowed.stderr
    assert contents(shipped) != before


def judged_by_few(*arguments):
    """The command, content with the few plates of the demo."""
    code = "from anprd.training import int8_loss as loss; loss.PLATES_MIN = 1; from anprd.cli.main import main; main()"
    command = [train_python(), "-c", code, *map(str, arguments)]
    return subprocess.run(command, env=environment(), capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.weights
def test_an_export_onto_a_full_disk_is_one_sentence_and_changes_nothing(shipped):
    before = contents(shipped)
    command = argv("export", "corners", CORNERS, "--weights", shipped, python=train_python())
    done = subprocess.run(
        ["prlimit", "--fsize=10000", *command], env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "cannot be written; is the disk full?" in done.stderr
    assert "Traceback" not in done.stderr
    assert contents(shipped) == before
    assert not list(shipped.glob(".*"))


@pytest.mark.weights
@pytest.mark.parametrize("name", ["tuned.pt", "weights/checkpoints/corners.pt"])
def test_an_exported_checkpoint_is_that_of_the_weights_folder_from_then_on(shipped, training, name):
    kept = shipped / "checkpoints" / "corners.pt"
    kept.write_bytes(b"of another training")
    tuned = shipped.parent / name
    shutil.copyfile(CORNERS, tuned)
    done = training.anprd("export", "corners", tuned, "--weights", shipped)
    assert done.code == 0, done.err
    assert kept.read_bytes() == tuned.read_bytes() == CORNERS.read_bytes()


SAME = """
import sys
from anprd.training import yolo
first, second = (yolo.YOLO(name).model.state_dict() for name in sys.argv[1:])
assert first.keys() == second.keys()
assert all(first[name].equal(second[name]) for name in first)
"""


def test_an_exported_detectors_checkpoint_does_not_tell_where_it_was_trained(weights, checkpoints, training):
    best, kept = checkpoints["detector"], weights / "checkpoints" / "detector.pt"
    assert str(best.parents[2]).encode() in best.read_bytes()
    for place in (best.parents[2], ROOT):
        assert str(place).encode() not in kept.read_bytes(), place
    done = training.python(SAME, best, kept)
    assert done.code == 0, done.err


def test_the_manifest_names_each_network_and_its_files(weights):
    manifest = (weights / "MANIFEST.toml").read_text()
    for name in ("detector", "corners", "reader"):
        assert f"[{name}]" in manifest
        assert (weights / f"{name}.xml").is_file()


def test_a_detector_has_the_activation_that_is_cheap_in_int8(weights):
    kinds = set(re.findall(r'type="(\w+)"', (weights / "detector.xml").read_text()))
    assert "HSwish" in kinds, kinds
    assert not {"Swish", "SiLU"} & kinds


def test_they_can_be_evaluated_on_their_data(weights, data):
    (report,) = anprd("evaluate", "--json", "--weights", weights, data / "read").objects
    assert 0 <= report["reader"]["all"]["exact_match"] <= 1


def test_a_training_of_another_length_is_not_gone_on_with(training, checkpoints, data):
    work = checkpoints["reader"].parent
    done = training.anprd("train", "reader", data / "read", "--out", work, "--steps", 3, "--batch", 4, "--rendered", 8)
    assert done.code == 78
    assert "is of a training of 2 steps, which cannot become one of 3" in done.err


def test_a_training_that_has_ended_is_not_begun_again_which_is_said(training, outputs, checkpoints, data):
    work = checkpoints["reader"].parent
    sentence = f"{work}: this training has ended; another one needs another --out\n"
    assert sentence not in outputs["reader"].err
    again = training.anprd("train", "reader", data / "read", "--out", work, "--steps", 2, "--batch", 4, "--rendered", 8)
    assert again.code == 0, again.err
    assert sentence in again.err


def test_a_detectors_training_that_has_ended_is_not_begun_again_which_is_said(training, checkpoints, data):
    best = checkpoints["detector"]
    changed_ns = best.stat().st_mtime_ns
    few = ("--epochs", 1, "--side-px", 64)
    done = training.anprd("train", "detector", data / "detect", "--out", best.parents[2], *few)
    assert done.code == 0, done.err
    assert f"{best.parents[1]}: this training has ended; another one needs another --name\n" in done.err
    assert done.out.strip() == str(best)
    assert best.stat().st_mtime_ns == changed_ns


def test_what_a_detectors_training_left_damaged_is_one_sentence(training, data, tmp_path):
    last = tmp_path / "detector" / "weights" / "last.pt"
    last.parent.mkdir(parents=True)
    last.write_bytes(b"half")
    done = training.anprd("train", "detector", data / "detect", "--out", tmp_path)
    assert (done.code, done.out) == (78, "")
    assert done.err == (
        f"anprd: {last}: is damaged; remove {tmp_path}/detector, and the training begins anew, or give another --name\n"
    )


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("typo.yaml", "typo.yaml: is neither an architecture of ultralytics"),
        ("yolov8n", "yolov8n: is neither an architecture of ultralytics"),
        ("yolov8n-seg.yaml", "yolov8n-seg.yaml: is a network for 'segment'"),
        ("typo.pt", "typo.pt: no such checkpoint"),
    ],
)
def test_an_architecture_that_cannot_be_is_said_before_the_pictures_are_prepared(training, data, tmp_path, model, told):
    done = training.anprd("train", "detector", data / "detect", "--out", tmp_path, "--model", model)
    assert done.code == 78
    assert told in done.err
    assert not list(tmp_path.iterdir())


@pytest.mark.weights
def test_a_trained_reader_judges_the_labels_before_they_are_learnt(training, data, tmp_path):
    few = ("--steps", 1, "--batch", 2, "--rendered", 8)
    networks = ("--checked-by", ROOT / "weights", "--scenes", data / "detect")
    done = training.anprd("train", "reader", data / "read", "--out", tmp_path, *networks, *few)
    assert done.code == 0, done.err
    assert (tmp_path / "reader.pt").is_file()


def test_the_baseline_stands_beside_the_reader_in_each_of_its_forms(weights, data, tmp_path):
    few = ("--steps", 1, "--batch", 2, "--rendered", 8)
    done = trained("train", "baseline", data / "read", "--out", tmp_path, "--weights", weights, "--json", *few)
    (report,) = done.objects
    names = [row["name"] for row in report["rows"]]
    assert names == [
        "CRNN, torch FP32",
        "CRNN, torch FX INT8",
        "CRNN, OpenVINO FP32",
        "CRNN, OpenVINO INT8",
        "shipped reader, OpenVINO INT8",
    ]
    size_mb = dict(zip(names, (row["mb"] for row in report["rows"]), strict=True))
    assert size_mb["CRNN, torch FX INT8"] < size_mb["CRNN, torch FP32"] / 3
    assert report["yardstick_ms"] > 0


def test_checkpoints_that_are_not_there_are_a_sentence_before_anything_is_measured(training, tmp_path):
    nothing = tmp_path / "data"
    done = training.anprd("evaluate", nothing, "--checkpoints", tmp_path)
    assert done.code == 78
    assert "detector.pt: no such checkpoint" in done.sentence


def test_a_folder_that_holds_no_labels_is_one_sentence(weights, tmp_path):
    done = anprd("evaluate", "--weights", weights, tmp_path)
    assert done.code == 78
    assert str(tmp_path) in done.sentence


@pytest.mark.parametrize("command", ["detector", "reader"])
def test_data_that_is_not_there_is_one_sentence(training, command, tmp_path):
    done = training.anprd("train", command, tmp_path, "--out", tmp_path / "work")
    assert done.code == 78
    assert "index.csv" in done.err


def test_a_scene_is_rendered_with_its_truth(tmp_path):
    clip = tmp_path / "scene.mp4"
    trained("train", "render", clip, "--size", "320x180", "--fps", 5, "--seconds", 2, "--vehicles-per-min", 60)
    truth = json.loads((tmp_path / "scene.truth.json").read_text())
    assert (truth["width"], truth["height"], truth["frames"]) == (320, 180, 10)
    assert int(cv2.VideoCapture(str(clip)).get(cv2.CAP_PROP_FRAME_COUNT)) == 10


def interrupted(begun: Callable[[], bool], scratch: Path, *arguments: object) -> tuple[int, str]:
    """A command that SIGTERM ends once it has `begun`; its exit code and what it said."""
    command = argv(*arguments, python=train_python())
    process = subprocess.Popen(command, env=environment(TMPDIR=str(scratch)), stderr=subprocess.PIPE, text=True)
    ends_s = time.monotonic() + TIMEOUT_S
    while not begun() and process.poll() is None and time.monotonic() < ends_s:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    _, complaint = process.communicate(timeout=TIMEOUT_S)
    return process.returncode, complaint


def test_a_film_that_is_ended_leaves_the_old_one(tmp_path):
    (tmp_path / "scene.mp4").write_text("old")
    (tmp_path / "scene.truth.json").write_text("old")
    command = ("train", "render", tmp_path / "scene.mp4", "--size", "320x180", "--seconds", 600)
    code, complaint = interrupted(lambda: len(list(tmp_path.rglob("*"))) > 2, tmp_path, *command)
    assert (code, complaint) == (130, "")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "scene.mp4": "old",
        "scene.truth.json": "old",
    }


@pytest.mark.weights
@pytest.mark.parametrize(
    "command",
    [
        ("evaluate", "read", "--checkpoints", CORNERS.parent),
        ("export", "detector", CORNERS.parent / "detector.pt", "--data", "detect", "--weights", "new"),
        ("calibrate", "read", "--weights", "weights"),
    ],
    ids=lambda command: command[0],
)
def test_a_command_that_is_ended_leaves_no_temporary_folder(command, data, shipped, tmp_path):
    def begun() -> bool:  # Python tries the folder out first, with a file that this would interrupt
        return any(name.startswith("anprd-") and "ultralytics" not in name for name in left_behind(scratch))

    scratch = tmp_path / "scratch"
    scratch.mkdir()
    places = {"read": data / "read", "detect": data / "detect", "weights": shipped, "new": tmp_path / "new"}
    code, complaint = interrupted(begun, scratch, *(places.get(word, word) for word in command))
    assert code == 130, complaint
    assert left_behind(scratch) == []


def test_a_size_that_cannot_be_is_wrong_usage(tmp_path):
    assert anprd("train", "render", tmp_path / "x.mp4", "--size", "321x180", python=train_python()).code == 2


def test_a_training_has_every_core_though_ultralytics_would_have_one(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    code = "import os; from anprd.training import cores, yolo; print(cores.thread_count() == os.cpu_count())"
    done = subprocess.run([train_python(), "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


SAVED_ON_A_FULL_DISK = """
import resource, sys
from pathlib import Path
from anprd.errors import SinkError
from anprd.training import reader
folder = Path(sys.argv[1])
run = reader.Run(reader.Plan(), folder, start=None)
run.save()
old = (folder / "checkpoint.pt").read_bytes()
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    run.save()
except SinkError as error:
    print(error)
assert (folder / "checkpoint.pt").read_bytes() == old
assert len(list(folder.iterdir())) == 1
"""


def test_a_training_on_a_full_disk_is_one_sentence_and_leaves_the_checkpoint_to_go_on_from(training, tmp_path):
    done = training.python(SAVED_ON_A_FULL_DISK, tmp_path)
    assert done.code == 0, done.err
    assert done.out == f"{tmp_path}/checkpoint.pt: cannot be written; is the disk full?\n"


DETECTOR_SAVED_ON_A_FULL_DISK = """
import resource, sys
from pathlib import Path
from anprd.errors import SinkError
from anprd.training import detector, detector_data
data, folder = map(Path, sys.argv[1:])
description = detector_data.prepare(data, folder / "scenes", side_px=64)
plan = detector.Plan(side_px=64, epochs=2)
last = folder / "detector" / "weights" / "last.pt"
network = detector._network(plan.model)
def fill(trainer):
    if trainer.epoch == 1:
        old[:] = [last.read_bytes()]
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
old = []
network.add_callback("on_train_epoch_end", fill)
try:
    detector.fit(network, detector.arguments(description, folder, plan) | {"save_period": -1})
except SinkError as error:
    print(error, file=sys.stderr)
assert [last.read_bytes()] == old
assert sorted(file.name for file in last.parent.iterdir()) == ["best.pt", "last.pt"]
"""


def test_a_detectors_training_on_a_full_disk_keeps_the_checkpoint_whole(training, data, tmp_path):
    done = training.python(DETECTOR_SAVED_ON_A_FULL_DISK, data / "detect", tmp_path)
    assert done.code == 0, done.err
    assert f"{tmp_path}/detector/weights/last.pt: cannot be written (File too large)\n" in done.err


LAYERS_OF_BOTH = """
import torch
from torch import nn
from anprd.training.reader_net import CONTEXT_LAYERS, HEADS, WIDTH, Context
layer = nn.TransformerEncoderLayer(WIDTH, HEADS, 2 * WIDTH, batch_first=True, norm_first=True)
theirs = nn.TransformerEncoder(layer, CONTEXT_LAYERS, enable_nested_tensor=False).eval()
for weight in theirs.parameters():
    nn.init.normal_(weight, std=0.1)
ours = Context(WIDTH).eval()
ours.load_state_dict(theirs.state_dict())
columns = torch.randn(2, 80, WIDTH)
print(float((ours(columns) - theirs(columns)).abs().max()))
"""


def test_the_readers_transformer_computes_what_pytorchs_own_does_with_the_same_weights(training):
    done = training.python(LAYERS_OF_BOTH)
    assert done.code == 0, done.err
    assert float(done.out) < 1e-4
