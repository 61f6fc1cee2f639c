"""Fine-tune the reader on the crops of one site, gently: a low learning rate, and rendered plates beside.

Half of what it sees are rendered plates of all countries, so that it does not forget what this site never shows, and
its batch norms keep what they measured on many sites; how much it forgot is measured on other rendered plates. All that
is made on the way lies in a temporary folder, which goes when the call ends, however it ends.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader

from anprd import scratch
from anprd.errors import ConfigError
from anprd.training import checkpoints, cores, folders, reader, reader_data, rendered
from anprd.training.evaluation import texts
from anprd.training.index import TRAIN, VAL
from anprd.training.progress import Progress, silent
from anprd.training.reader_data import LabelledCrop
from anprd.training.reader_net import ReaderNet
from anprd.training.tuning import ELSEWHERE, HELD_BACK, Figures, Outcome, Part, Site

NAME = "reader"
STEPS = 300
BATCH = 64
LEARNING_RATE = 5e-5  # docs/models.md#fine-tuning
LOOKS_LEARNING_RATE = 1e-3  # of naming countries alone: nothing that is read can be forgotten by it
RENDERED_SHARE = 0.5
RENDERED_COUNT = 2000  # rendered in some seconds
SEED = 7  # none of the plates that a whole training rendered: it would know them by heart
CHECKED_RATIO, CHECKED_COUNT_MAX = 0.2, 400  # of them, not trained on
PLAN = reader.Plan(
    steps=STEPS,
    batch=BATCH,
    rendered_share=RENDERED_SHARE,
    background_share=0.0,
    rendered_count=RENDERED_COUNT,
    learning_rate=LEARNING_RATE,
    norms_measure=False,
)
LOOKS_PLAN = replace(PLAN, part="place", learning_rate=LOOKS_LEARNING_RATE, norms_measure=True)


def tune(site: Site, out: Path, plan: reader.Plan, *, progress: Progress = silent) -> Outcome:
    """Go on training a reader on the site's crops; a result is written only when all is done.

    Args:
        site: the checkpoint, `crops/` and `index.csv`.
        out: the folder that gets `reader.pt`.
        plan: length and mixture; see `PLAN`.
        progress: told how far it is.

    Raises:
        ConfigError: the checkpoint or a folder cannot be used.
        SinkError: nothing can be written to `out`.
    """
    torch.set_num_threads(cores.thread_count())
    checkpoint = checkpoints.find(site.start, NAME)
    network = ReaderNet()
    checkpoints.restore(network, checkpoint)
    real, parts = _crops(site)
    folders.check(out)
    with scratch.folder() as work:
        with progress("rendering", 1) as advance:
            rendered.prepare(work, count=plan.rendered_count, fonts=site.fonts, seed=SEED)
            advance()
        store = rendered.load(work)
        checked_count = min(math.ceil(CHECKED_RATIO * len(store)), CHECKED_COUNT_MAX)
        parts["rendered"] = store[:checked_count]
        before = _measure(network, parts, plan.part, progress)
        run = reader.Run(plan, work, start=checkpoint)
        _learn(run, reader.Samples(real, store[checked_count:]), plan, progress)
        after = _measure(run.average, parts, plan.part, progress)
        target = checkpoints.save(run.average.state_dict(), folders.make(out) / f"{NAME}.pt")
    return Outcome(target, tuple(Part(name, len(crops), before[name], after[name]) for name, crops in parts.items()))


def _crops(site: Site) -> tuple[list[LabelledCrop], dict[str, Sequence[LabelledCrop]]]:
    """What is trained on, and the named parts that are measured."""
    real = reader_data.load(site.data, TRAIN)
    if not real:
        raise ConfigError(f"{site.data}: index.csv has no crop of the split {TRAIN} to learn from")
    measured = {HELD_BACK: site.data} | ({ELSEWHERE: site.elsewhere} if site.elsewhere else {})
    parts: dict[str, Sequence[LabelledCrop]] = {}
    for name, folder in measured.items():
        parts[name] = reader_data.load(folder, VAL, trust=reader_data.VALIDATION_TRUST)
        if not parts[name]:
            raise ConfigError(f"{folder}: index.csv has no crop of the split {VAL} to measure on")
    return real, parts


def _learn(run: reader.Run, samples: reader.Samples, plan: reader.Plan, progress: Progress) -> None:
    loader = DataLoader(reader.Stream(samples, plan, 0), batch_size=plan.batch, num_workers=1, prefetch_factor=6)
    with progress("training", plan.steps) as advance:
        for batch in islice(loader, plan.steps):
            run.learn(*batch)
            advance()


def _measure(
    network: nn.Module, parts: Mapping[str, Sequence[LabelledCrop]], learning: str, progress: Progress
) -> dict[str, Figures]:
    """Exact match, CER and the share of plates whose country is named right: first whichever `learning` is about."""
    figures: dict[str, Figures] = {}
    with progress("measuring", sum(map(len, parts.values()))) as advance:
        for name, crops in parts.items():
            pairs, named = [], []
            for crop, (text, region) in zip(crops, reader.read(network, crops), strict=True):
                pairs.append((crop.text, text))
                place = reader.region_class(crop.country)
                if place != reader.UNKNOWN_REGION:
                    named.append(place == region)
                advance()
            right = sum(truth == text for truth, text in pairs)
            text_figures = {"exact_match": right / len(pairs), "cer": texts.error_rate(pairs)}
            region_figures = {"region": sum(named) / len(named)} if named else {}
            looks_learn = learning == LOOKS_PLAN.part
            figures[name] = region_figures | text_figures if looks_learn else text_figures | region_figures
    return figures
