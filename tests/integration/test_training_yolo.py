"""What ultralytics keeps of itself, in a process of its own: in this one somebody may have imported it."""

import os
import subprocess

import pytest

from tests.command import ROOT
from tests.conftest import train_python

pytestmark = pytest.mark.training


def test_it_follows_no_link_that_another_user_has_laid(tmp_path):
    """In TMPDIR anybody may make a folder of any name, before the first training does."""
    precious = tmp_path / "precious"
    precious.write_text("kept")
    laid = tmp_path / "tmp" / f"anprd-ultralytics-{os.getuid()}"
    for folder in (laid, laid / "Ultralytics"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "settings.json").symlink_to(precious)
    environ = {name: value for name, value in os.environ.items() if name != "YOLO_CONFIG_DIR"}
    command = [str(train_python()), "-c", "import anprd.training.yolo"]
    subprocess.run(command, env={**environ, "TMPDIR": str(laid.parent), "PYTHONPATH": str(ROOT)}, check=True)
    assert precious.read_text() == "kept"
    assert list(laid.parent.iterdir()) == [laid], "nothing of ours is left"
