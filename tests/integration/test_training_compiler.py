"""torch's compiler, in a process of its own: in this one somebody may have loaded it."""

import os
import subprocess

import pytest

from anprd.training import compiler
from tests.command import ROOT
from tests.conftest import train_python

pytestmark = pytest.mark.training

LOADED = """
import os
from anprd.training import compiler
before = dict(os.environ)
compiler.load()
assert dict(os.environ) == before
import torch
weight = torch.nn.Parameter(torch.zeros(1))
torch.optim.AdamW([weight])
import torchvision
"""


def test_an_optimiser_leaves_no_folder_behind(tmp_path):
    environ = {name: value for name, value in os.environ.items() if name != compiler.FOLDER}
    command = [str(train_python()), "-c", LOADED]
    subprocess.run(command, env={**environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}, check=True)
    assert list(tmp_path.iterdir()) == []
