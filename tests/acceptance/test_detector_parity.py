"""The runtime's INT8 detector finds what ultralytics finds with the checkpoint it was exported from."""

import json
import subprocess

import cv2
import pytest

from anprd.records import Box
from anprd.vision import weights
from anprd.vision.plates import video_detector
from anprd.vision.view import WHOLE_SIDE_PX
from tests.command import DEMO_CLIP, ROOT, environment
from tests.conftest import train_python

pytestmark = [pytest.mark.training, pytest.mark.weights]

CHECKPOINT = ROOT / "weights" / "checkpoints" / "detector.pt"
OFFLINE = {"YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false"}  # ultralytics phones home and installs otherwise
SURE = 0.6  # boxes nearer to the threshold may fall on either side of it in INT8
IOU_MIN = 0.8


@pytest.fixture(scope="module")
def stills(tmp_path_factory):
    """A frame of the demo every other second."""
    folder = tmp_path_factory.mktemp("stills")
    clip, files = cv2.VideoCapture(str(DEMO_CLIP)), []
    for second in range(2, 40, 2):
        clip.set(cv2.CAP_PROP_POS_MSEC, 1000 * second)
        _, frame = clip.read()
        files.append(folder / f"{second:02d}.png")
        cv2.imwrite(str(files[-1]), frame)
    return files


def ultralytics_boxes(stills):
    child = [train_python(), ROOT / "tests" / "parity_child.py", CHECKPOINT, WHOLE_SIDE_PX, SURE, *stills]
    done = subprocess.run(
        list(map(str, child)), capture_output=True, text=True, check=True, env=environment(**OFFLINE), timeout=300
    )
    return [[(Box(*row[:4]), row[4]) for row in rows] for rows in json.loads(done.stdout.strip().splitlines()[-1])]


def test_every_sure_box_of_ultralytics_is_found_in_the_same_place(stills):
    detector = video_detector(weights.load(weights.default_folder())["detector"].file)
    theirs = ultralytics_boxes(stills)
    assert sum(map(len, theirs)) >= 10
    for file, rows in zip(stills, theirs, strict=True):
        ours = detector.detect(cv2.imread(str(file)), confidence_min=0.25)
        for box, score in rows:
            best = max((found.box.iou(box) for found in ours), default=0.0)
            assert best >= IOU_MIN, (file.name, box, score, ours)
