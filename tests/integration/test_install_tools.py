"""The shell scripts behind `make`: what they must never do."""

import subprocess
import sys

from tests.command import ROOT


def test_a_folder_that_is_no_environment_is_not_emptied(tmp_path):
    """`make install PREFIX=/usr`, from habit: making an environment there would empty it first."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "theirs").write_text("kept")

    done = subprocess.run(
        ["sh", ROOT / "tools" / "venv", sys.executable, tmp_path], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr == f"{tmp_path} is not empty and no virtual environment: choose a folder of its own\n"
    assert (tmp_path / "bin" / "theirs").read_text() == "kept"
