"""A trained network goes on learning from a user's own pictures: a table, one file, and nothing left behind."""

import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.command import ROOT, TIMEOUT_S, Done, anprd, argv, environment, left_behind
from tests.conftest import train_python

pytestmark = [pytest.mark.training, pytest.mark.weights]

CHECKPOINTS = ROOT / "weights" / "checkpoints"
PICTURES = 12
HELD_BACK = 3  # by the draw of their names
TEXTS = [f"AB{number}CD" for number in range(PICTURES)]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """A dozen pictures of one camera, as crops and as scenes, without a column `split`."""
    folder = tmp_path_factory.mktemp("site")
    for name in ("crops", "images", "labels"):
        (folder / name).mkdir()
    for number, text in enumerate(TEXTS):
        scene = np.full((120, 160, 3), 90, np.uint8)
        scene[50:74, 40:136] = 235
        cv2.putText(scene, text, (44, 68), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (20, 20, 20), 2)
        cv2.imwrite(str(folder / "images" / f"{number}.png"), scene)
        cv2.imwrite(str(folder / "crops" / f"{number}.png"), scene[50:74, 40:136])
        (folder / "labels" / f"{number}.txt").write_text("0 .55 .5166 .6 .2\n")
    lines = [f"{number}.png,{text},PL" for number, text in enumerate(TEXTS)]
    (folder / "index.csv").write_text("\n".join(["image,text,country", *lines]) + "\n")
    return folder


@pytest.fixture(scope="module")
def plain(site, tmp_path_factory) -> Path:
    """Its scenes alone, as a tool for drawing boxes leaves them: without an index."""
    kept = shutil.ignore_patterns("crops", "index.csv")
    return shutil.copytree(site, tmp_path_factory.mktemp("plain") / "site", ignore=kept)


@pytest.fixture
def scratch(tmp_path) -> Path:
    """Where temporary files go, to see what is left of them."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


READER = ("reader", "--steps", 2, "--batch", 4, "--rendered", 20)
DETECTOR = ("detector", "--epochs", 1, "--side-px", 64)
ANEW = partial(anprd, python=train_python())


@pytest.fixture(scope="module")
def tuned_reader(site, tmp_path_factory) -> tuple[Done, Path, Path]:
    """A reader after two steps: what was said, the folder that holds it, and where temporary files went."""
    return tuned(ANEW, tmp_path_factory.mktemp("tuned"), site, *READER)


def tuned(run: Callable[..., Done], folder: Path, site: Path, *few: object) -> tuple[Done, Path, Path]:
    scratch, out = folder / "scratch", folder / "out"
    scratch.mkdir()
    places = ("--from", ROOT / "weights", "--data", site, "--out", out)
    return run("train", *few, *places, TMPDIR=str(scratch)), out, scratch


def test_a_tuned_detector_is_compared_and_one_file(plain, tmp_path):
    figures = ("map50_95", "map50", "precision", "recall")
    compares_and_leaves_one_file("detector", figures, *tuned(ANEW, tmp_path, plain, *DETECTOR))


def test_a_reader_that_learns_looks_alone_is_compared_by_them_first(training, site, tmp_path):
    looks = tuned(training.anprd, tmp_path, site, *READER, "--looks-alone")
    compares_and_leaves_one_file("reader", ("region", "exact_match", "cer"), *looks)


def test_a_tuned_reader_is_compared_and_one_file(tuned_reader):
    compares_and_leaves_one_file("reader", ("exact_match", "cer", "region"), *tuned_reader)
    rendered = [row.split() for row in tuned_reader[0].out.splitlines() if row.startswith("rendered")]
    assert [row[1] for row in rendered] == ["4"] * 3  # a fifth, which is not trained on


def compares_and_leaves_one_file(network: str, figures: tuple[str, ...], done: Done, out: Path, scratch: Path) -> None:
    assert done.code == 0, done.err
    title, *rows, path = done.out.splitlines()
    assert title.split() == ["pictures", "number", "figure", "before", "after"]
    held_back = [row.split() for row in rows if row.startswith("held back")]
    assert [row[3] for row in held_back] == list(figures)
    assert all(row[2] == str(HELD_BACK) and float(row[5]) >= 0 for row in held_back)
    assert path == str(out / f"{network}.pt")
    assert [file.name for file in out.iterdir()] == [f"{network}.pt"]
    assert str(scratch).encode() not in (out / f"{network}.pt").read_bytes()
    assert left_behind(scratch) == []


SAME = """
import sys, torch
start, tuned = (torch.load(path, weights_only=True) for path in sys.argv[1:])
learnt = [name for name, weight in start.items() if not torch.equal(weight, tuned[name])]
print(len([name for name in learnt if "running_" in name]), len(learnt))
"""


def test_a_tuned_readers_batch_norms_keep_what_they_measured_elsewhere(training, tuned_reader):
    _, out, _ = tuned_reader
    told = training.python(SAME, CHECKPOINTS / "reader.pt", out / "reader.pt")
    assert told.code == 0, told.err
    norms, learnt = map(int, told.out.split())
    assert norms == 0
    assert learnt > 50


@pytest.mark.parametrize(
    ("network", "number"),
    [
        ("reader", signal.SIGINT),
        ("reader", signal.SIGTERM),
        ("reader", signal.SIGHUP),
        ("detector", signal.SIGTERM),  # as ultralytics is loaded
    ],
)
def test_an_interruption_leaves_nothing_behind(network, number, site, scratch, tmp_path):
    out = tmp_path / "out"
    command = argv("train", network, "--from", ROOT / "weights", "--data", site, "--out", out, python=train_python())
    process = subprocess.Popen(
        command, env=environment(TMPDIR=str(scratch)), cwd=tmp_path, stderr=subprocess.PIPE, text=True
    )
    ends_s = time.monotonic() + TIMEOUT_S
    while not left_behind(scratch) and process.poll() is None and time.monotonic() < ends_s:
        time.sleep(0.05)
    process.send_signal(number)
    _, complaint = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 130
    assert "Traceback" not in complaint
    assert left_behind(scratch) == []
    assert [path.name for path in tmp_path.iterdir()] == ["scratch"]


@pytest.mark.parametrize(
    ("network", "start", "sentence"),
    [
        ("detector", CHECKPOINTS / "reader.pt", "reader.pt: is no checkpoint of ultralytics"),
        ("reader", CHECKPOINTS / "detector.pt", "detector.pt: holds no weights of this network"),
        ("reader", ROOT / "weights" / "reader.xml", "reader.xml: is an exported network"),
        ("reader", ROOT / "docs", "docs/checkpoints/reader.pt: no such checkpoint"),
    ],
)
def test_what_is_no_such_checkpoint_is_one_sentence(network, start, sentence, training, site, tmp_path):
    done = training.anprd("train", network, "--from", start, "--data", site, "--out", tmp_path / "out")
    assert done.code == 78
    assert sentence in done.sentence
    assert not (tmp_path / "out").exists()


def test_a_box_outside_its_picture_is_one_sentence(training, site, tmp_path):
    broken = shutil.copytree(site, tmp_path / "broken")
    (broken / "labels" / "3.txt").write_text("0 .9 .5 .6 .2\n")
    done, _, scratch = tuned(training.anprd, tmp_path, broken, *DETECTOR)
    assert done.code == 78
    assert "labels/3.txt: '0 .9 .5 .6 .2' is no box in the picture" in done.sentence
    assert left_behind(scratch) == []


@pytest.mark.parametrize("network", ["detector", "reader"])
def test_where_the_result_cannot_be_put_nothing_is_trained(network, training, site, tmp_path):
    out = tmp_path / "file"
    out.write_text("")
    done = training.anprd("train", network, "--from", ROOT / "weights", "--data", site, "--out", out)
    assert done.code == 1
    assert "is no folder" in done.sentence
