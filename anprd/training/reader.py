"""Train the plate reader: real crops and rendered ones, CTC loss, on a CPU, resumable at any moment."""

import copy
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

from anprd.errors import ConfigError
from anprd.training import checkpoints, compiler, cores, reader_data
from anprd.training.average import follow
from anprd.training.index import is_country
from anprd.training.reader_data import LabelledCrop
from anprd.training.reader_net import ReaderNet
from anprd.vision import ctc
from anprd.vision.reader import LINE_COLUMNS, REGIONS

LEARNING_RATE = 1.5e-3
WEIGHT_DECAY = 0.02
GRADIENT_NORM_MAX = 5.0
AVERAGE_DECAY = 0.998  # of the weights that are kept: a plateau of 500 steps
CHECKPOINT_STEPS = 200
REGION_WEIGHT = 0.1  # of naming the country, beside reading the text
UNKNOWN_REGION = -100  # not learnt from: `torch.nn.functional.cross_entropy` passes over it
RENDERED_COUNT = 40_000  # in the store that a training draws from: five times the real crops


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and on what mixture to train. `steps` is the whole length: the learning rate falls to nothing there."""

    steps: int = 12_000
    batch: int = 96
    rendered_share: float = 0.35
    background_share: float = 0.03
    rendered_count: int = RENDERED_COUNT
    learning_rate: float = LEARNING_RATE
    seed: int = 1
    part: str = ""
    """The part of the network that learns, by its name, while the rest stays as the start has it; empty: all of it."""
    norms_measure: bool = True
    """Whether batch norms go on measuring what passes; False: they keep the statistics that the start has."""


@dataclass(slots=True)
class Samples:
    """What there is to train on. Backgrounds hold no plate: the reader must say nothing there."""

    real: Sequence[LabelledCrop]
    rendered: Sequence[LabelledCrop] = ()
    backgrounds: Sequence[LabelledCrop] = ()


@dataclass(slots=True)
class Score:
    """Right and all, by country."""

    right: dict[str, int] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)

    def add(self, country: str, *, right: bool) -> None:
        self.seen[country] = self.seen.get(country, 0) + 1
        self.right[country] = self.right.get(country, 0) + int(right)

    @property
    def exact_match(self) -> float:
        return sum(self.right.values()) / max(1, sum(self.seen.values()))

    def __str__(self) -> str:
        largest = sorted(self.seen, key=lambda country: -self.seen[country])[:8]
        shares = " ".join(f"{country} {100 * self.right[country] / self.seen[country]:.0f}" for country in largest)
        return f"{100 * self.exact_match:.2f} % exact ({shares})"


class Stream(IterableDataset[tuple[Tensor, str, int]]):
    """Augmented samples without end."""

    def __init__(self, samples: Samples, plan: Plan, first_step: int) -> None:
        super().__init__()
        self._samples = samples
        self._plan = plan
        self._first_step = first_step

    def __iter__(self) -> Iterator[tuple[Tensor, str, int]]:
        """Draw by the plan's shares; where there is nothing rendered, real crops take its place."""
        rng = np.random.default_rng((self._plan.seed, self._first_step))
        weights = reader_data.sampling_weights(self._samples.real)
        while True:
            for index in rng.choice(len(weights), 1024, p=weights):
                crop = self._draw(int(index), rng)
                yield torch.from_numpy(reader_data.augmented(crop, rng)), crop.text, region_class(crop.country)

    def _draw(self, index: int, rng: np.random.Generator) -> LabelledCrop:
        dice = rng.random()
        if self._samples.backgrounds and dice < self._plan.background_share:
            return self._samples.backgrounds[int(rng.integers(len(self._samples.backgrounds)))]
        if self._samples.rendered and dice < self._plan.background_share + self._plan.rendered_share:
            return self._samples.rendered[int(rng.integers(len(self._samples.rendered)))]
        return self._samples.real[index]


def train(
    samples: Samples,
    validation: Sequence[LabelledCrop],
    out: Path,
    plan: Plan,
    *,
    start: Path | None = None,
    architecture: Callable[[], nn.Module] = ReaderNet,
) -> Path:
    """Train, or go on where an interrupted run in `out` stopped; returns the path of the averaged weights.

    One that has ended is not begun again, which is said on standard error.

    Args:
        samples: what to learn from.
        validation: crops read at each checkpoint; never trained on.
        out: folder for `checkpoint.pt` (to resume) and `reader.pt` (the weights).
        plan: length and mixture.
        start: weights to begin with; None begins at random. An interrupted run goes on from its own.
        architecture: makes the network: pictures of the reader's size in; out come logits over columns and, if it names
            countries, over `REGIONS`.

    Raises:
        SinkError: nothing can be written to `out`.
    """
    torch.set_num_threads(cores.thread_count())
    out.mkdir(parents=True, exist_ok=True)
    run = Run(plan, out, start=start, architecture=architecture)
    if run.step >= plan.steps:
        print(f"{out}: this training has ended; another one needs another --out", file=sys.stderr)
    loader = DataLoader(Stream(samples, plan, run.step), batch_size=plan.batch, num_workers=1, prefetch_factor=6)
    started_s = time.monotonic()
    first = run.step
    for batch in loader:
        if run.step >= plan.steps:
            break
        loss = run.learn(*batch)
        if run.step % CHECKPOINT_STEPS == 0 or run.step == plan.steps:
            rate = plan.batch * (run.step - first) / (time.monotonic() - started_s)
            run.save()
            print(f"step {run.step} loss {loss:.3f} {rate:.0f} crops/s {evaluate(run.average, validation)}", flush=True)
    return checkpoints.save(run.average.state_dict(), out / "reader.pt")


class Run:
    """One training: network, its running average, optimiser and schedule; saved and loaded as a whole."""

    def __init__(
        self, plan: Plan, out: Path, *, start: Path | None, architecture: Callable[[], nn.Module] = ReaderNet
    ) -> None:
        compiler.load()
        torch.manual_seed(plan.seed)
        self._path = out / "checkpoint.pt"
        self._steps = plan.steps
        self.step = 0
        self.network = architecture()
        if start is not None:
            checkpoints.restore(self.network, start)
        self.network = self.network.to(memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.network).eval()
        self._learning = self.network.get_submodule(plan.part)
        self._norms = [] if plan.norms_measure else [part for part in self._learning.modules() if _is_batch_norm(part)]
        self.network.requires_grad_(requires_grad=False)
        self._learning.requires_grad_(requires_grad=True)
        parameters = self._learning.parameters()
        self._optimiser = torch.optim.AdamW(parameters, lr=plan.learning_rate, weight_decay=WEIGHT_DECAY)
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(
            self._optimiser, plan.learning_rate, total_steps=plan.steps + 1, pct_start=0.06
        )
        self._loss = nn.CTCLoss(blank=ctc.BLANK, zero_infinity=True)
        if self._path.exists():
            self._restore()

    def learn(self, pictures: Tensor, texts: Sequence[str], regions: Tensor) -> float:
        """One step on (n, 48, 160) uint8 pictures, their texts and the classes of their countries; returns the loss."""
        self.network.eval()
        self._learning.train()
        for norm in self._norms:
            norm.eval()
        batch = pictures[:, None].float().contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=cores.multiply_bf16()):
            logits, places = outputs(self.network, batch)
        loss = torch.zeros(())
        if logits.requires_grad:  # not where only the naming of countries is learnt
            loss = loss + self._text_loss(logits.float(), texts)
        if places is not None:
            known = max(1, int((regions != UNKNOWN_REGION).sum()))
            loss = loss + REGION_WEIGHT / known * nn.functional.cross_entropy(places.float(), regions, reduction="sum")
        self._optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), GRADIENT_NORM_MAX)
        self._optimiser.step()
        self._schedule.step()
        self.step += 1
        # Early on the average follows closely, or it would remember the first random weights.
        follow(self.average, self.network, decay=min(AVERAGE_DECAY, self.step / (self.step + 20)))
        return float(loss.detach())

    def _text_loss(self, logits: Tensor, texts: Sequence[str]) -> Tensor:
        targets = torch.tensor([ctc.ALPHABET.index(character) + 1 for text in texts for character in text])
        lengths = torch.tensor([len(text) for text in texts])
        columns = torch.full((len(texts),), logits.shape[1])
        loss: Tensor = self._loss(logits.log_softmax(2).transpose(0, 1), targets, columns, lengths)
        return loss

    def save(self) -> None:
        """Write the whole state in place of the old one. Raises SinkError."""
        state = {
            "step": self.step,
            "steps": self._steps,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "schedule": self._schedule.state_dict(),
        }
        checkpoints.save(state, self._path)

    def _restore(self) -> None:
        state = checkpoints.load(self._path)
        if state.get("steps", self._steps) != self._steps:
            raise ConfigError(
                f"{self._path}: is of a training of {state['steps']} steps, which cannot become one of {self._steps}; "
                "name another folder"
            )
        self.step = state["step"]
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._schedule.load_state_dict(state["schedule"])


def _is_batch_norm(part: nn.Module) -> bool:
    return isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d)


def region_class(country: str) -> int:
    """The class of what an index says of the country (ISO 3166-1 alpha-2); `UNKNOWN_REGION` where that tells nothing.

    Countries that `REGIONS` does not name are one class, the first.
    """
    if not is_country(country):
        return UNKNOWN_REGION
    return REGIONS.index(country) if country in REGIONS else 0


def outputs(network: nn.Module, pictures: Tensor) -> tuple[Tensor, Tensor | None]:
    """The logits over columns, and those over countries; None for an architecture that names none."""
    out = network(pictures)
    return (out, None) if isinstance(out, Tensor) else out


def evaluate(network: nn.Module, crops: Sequence[LabelledCrop]) -> Score:
    """Exact match of the network, in FP32, on whole crops."""
    score = Score()
    for crop, (text, _) in zip(crops, read(network, crops), strict=True):
        score.add(f"{crop.country}{crop.rows}", right=text == crop.text)
    return score


@torch.no_grad()
def read(network: nn.Module, crops: Sequence[LabelledCrop], *, batch: int = 128) -> Iterator[tuple[str, int]]:
    """What the network reads, in FP32, on each whole crop, and the class of the country that it takes it for.

    The class is `UNKNOWN_REGION` of an architecture that names no countries.
    """
    network.eval()
    for first in range(0, len(crops), batch):
        pictures = np.stack([reader_data.plain(crop) for crop in crops[first : first + batch]])
        columns, places = outputs(network, torch.from_numpy(pictures)[:, None].float())
        regions = [UNKNOWN_REGION] * len(pictures) if places is None else places.argmax(dim=1).tolist()
        for logits, region in zip(columns.numpy(), regions, strict=True):
            yield ctc.decode(logits, line_columns=LINE_COLUMNS).text, region
