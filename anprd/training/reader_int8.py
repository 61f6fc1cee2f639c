"""The reader learns to bear INT8: training with quantisation in the loop, taught by its own FP32 form.

NNCF puts quantisers into the network and sets their ranges by real crops, as it does for one that is not trained on.
Then the network, quantisers and all, is trained to give the probabilities that it gave in FP32 on the same picture
(Hinton et al., "Distilling the Knowledge in a Neural Network", 2015). No label is needed for that, so that any crop
will do. Running means of the batch norm and dropout stay still: what is exported is what was trained.
"""

import copy
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import torch
from nncf.torch.extensions import ExtensionLoaderTimeoutException
from torch import Tensor, nn
from torch.utils.data import DataLoader

from anprd.errors import ConfigError
from anprd.training import quantise, reader, reader_data
from anprd.training.progress import Progress, silent
from anprd.training.quantise import CALIBRATION_COUNT
from anprd.training.reader_data import LabelledCrop

GRADIENT_NORM_MAX = 1.0
WARM_UP_SHARE = 0.1
BUILD_TOOLS = ("c++", "ninja")  # NNCF builds its quantisers for the CPU on first use, and keeps them in ~/.cache
BUILD_S_MAX = 600  # a minute on an idle machine


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to train with quantisers. 0 steps: their ranges are set, and nothing is learnt."""

    steps: int = 300
    batch: int = 32
    learning_rate: float = 1e-4
    rendered_count: int = 10_000
    fonts: Path | None = None
    """Plate typefaces for what is rendered; None renders in the project's own."""
    seed: int = 4


def taught(network: nn.Module, samples: reader.Samples, plan: Plan, *, progress: Progress = silent) -> nn.Module:
    """A copy of the network with quantisers, trained to say in INT8 what the network says in FP32.

    Args:
        network: the trained reader; it stays as it is.
        samples: what it was trained on; the real crops also set the first ranges.
        plan: length.
        progress: told how far it is.

    Raises:
        ConfigError: there is no compiler to build NNCF's quantisers with.
    """
    student = _with_quantisers(network, samples.real)
    teacher = network.eval()
    optimiser = torch.optim.AdamW(student.parameters(), lr=plan.learning_rate, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, plan.learning_rate, total_steps=plan.steps + 1, pct_start=WARM_UP_SHARE
    )
    with progress("training in INT8", plan.steps) as advance:
        for pictures in _pictures(samples, plan):
            with torch.no_grad():
                wanted = teacher(pictures)
            loss = divergence(student(pictures), wanted)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(student.parameters(), GRADIENT_NORM_MAX)
            optimiser.step()
            schedule.step()
            advance()
    return student.eval()


def divergence(logits: Tensor, wanted: Tensor) -> Tensor:
    """How far the probabilities of `logits` are from those of `wanted` (n, columns, classes), in nats a picture."""
    return nn.functional.kl_div(logits.log_softmax(2), wanted.log_softmax(2), reduction="sum", log_target=True) / len(
        logits
    )


def _with_quantisers(network: nn.Module, crops: Sequence[LabelledCrop]) -> nn.Module:
    tools_found_from = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    os.environ["PATH"] = tools_found_from  # ninja comes with NNCF, beside a Python that may not be activated
    os.environ.setdefault("NNCF_EXTENSION_LOAD_TIMEOUT", str(BUILD_S_MAX))
    missing = [tool for tool in BUILD_TOOLS if shutil.which(tool) is None]
    if missing:
        raise ConfigError(
            f"training in INT8 builds NNCF's quantisers and needs {' and '.join(missing)}: "
            "apt-get install g++ ninja-build, or leave out --steps"
        )
    inputs = [torch.from_numpy(reader_data.plain(crop)[None, None]).float() for crop in crops[:CALIBRATION_COUNT]]
    try:
        return quantise.with_quantisers(copy.deepcopy(network).eval(), inputs)
    except ExtensionLoaderTimeoutException as error:
        raise ConfigError(
            f"NNCF's quantisers were not built in {BUILD_S_MAX} s; if no other process builds them, remove "
            "torch_extensions/ in ~/.cache: an interrupted build leaves a lock there"
        ) from error


def _pictures(samples: reader.Samples, plan: Plan) -> Iterator[Tensor]:
    stream = reader.Plan(batch=plan.batch, seed=plan.seed)
    loader = DataLoader(reader.Stream(samples, stream, 0), batch_size=plan.batch, num_workers=1, prefetch_factor=6)
    for pictures, _ in islice(loader, plan.steps):
        yield pictures[:, None].float()
