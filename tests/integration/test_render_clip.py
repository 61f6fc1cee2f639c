"""A rendered clip as a file: what was filmed can be decoded, and its truth lies beside it."""

import json
import re

import av
import cv2
import numpy as np
import pytest

from anprd.errors import SinkError
from anprd.training.render import clip
from anprd.training.render.scene import SceneSettings, Stage
from anprd.training.render.typeface import drawn


def frames_of(path):
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]


def test_a_clip_has_its_frames_and_its_truth(tmp_path):
    settings = SceneSettings(320, 180, fps=10, seconds=1.5, vehicles_per_min=40, seed=2)
    out = tmp_path / "road.mp4"
    truth = clip.write_clip(out, settings, (drawn(),))
    assert truth == tmp_path / "road.truth.json"
    told = json.loads(truth.read_text())
    pictures = frames_of(out)
    assert len(pictures) == told["frames"] == 15
    assert pictures[0].shape == (180, 320, 3)


def test_the_same_options_give_the_same_truth(tmp_path):
    one, two = (
        clip.render_clip(tmp_path / name, width=320, height=180, fps=5, seconds=1, vehicles_per_min=30, seed=9, night=0)
        for name in ("one.mp4", "two.mp4")
    )
    assert one.read_text() == two.read_text()
    picture = frames_of(tmp_path / "one.mp4")[0].astype(int)
    assert np.abs(picture[:, :, 0] - picture[:, :, 2]).mean() < 2


def test_an_interrupted_film_leaves_the_old_clip_and_its_truth(tmp_path, monkeypatch):
    filmed = Stage.frame

    def frame(stage, index):
        if index == 3:
            raise KeyboardInterrupt
        return filmed(stage, index)

    monkeypatch.setattr(Stage, "frame", frame)
    names = ("road.mp4", "road.truth.json")
    for name in names:
        (tmp_path / name).write_text("old")
    settings = SceneSettings(320, 180, fps=10, seconds=1, vehicles_per_min=40, seed=2)
    with pytest.raises(KeyboardInterrupt):
        clip.write_clip(tmp_path / "road.mp4", settings, (drawn(),))
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == dict.fromkeys(names, "old")


@pytest.mark.parametrize("name", ["none/road.mp4", "road.text"])
def test_a_clip_that_cannot_be_written_is_named_as_the_user_did(tmp_path, name):
    settings = SceneSettings(320, 180, fps=10, seconds=1)
    with pytest.raises(SinkError, match=f"^{re.escape(str(tmp_path / name))}: .*cannot be written"):
        clip.write_clip(tmp_path / name, settings, (drawn(),))


def test_an_odd_size_is_refused(tmp_path):
    with pytest.raises(ValueError, match="even"):
        clip.write_clip(tmp_path / "odd.mp4", SceneSettings(321, 180), (drawn(),))


def test_the_bundled_clip_shows_the_plates_of_its_truth():
    """Each plate's region differs from the empty road just where the truth says."""
    told = json.loads(open("config/demo.truth.json").read())  # noqa: PTH123, SIM115
    assert len({vehicle["plate"] for vehicle in told["vehicles"]}) == len(told["vehicles"]) >= 5
    assert {vehicle["rows"] for vehicle in told["vehicles"]} == {1, 2}
    wanted = {round(vehicle["best_s"] * told["fps"]): vehicle for vehicle in told["vehicles"]}
    with av.open("config/demo.mp4") as container:
        for index, frame in enumerate(container.decode(video=0)):
            if index in wanted:
                best = next(f for f in wanted[index]["frames"] if f["t_s"] == wanted[index]["best_s"])
                mask = np.zeros((told["height"], told["width"]), np.uint8)
                cv2.fillConvexPoly(mask, np.round(best["corners"]).astype(np.int32), 1)
                grey = cv2.cvtColor(frame.to_ndarray(format="bgr24"), cv2.COLOR_BGR2GRAY)
                assert np.ptp(np.percentile(grey[mask > 0], [5, 95])) > 70  # dark ink on bright paper
