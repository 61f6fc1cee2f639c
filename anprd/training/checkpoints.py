"""Checkpoints of training: found by what a user names, and told from what is no such checkpoint."""

import pickle
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from anprd.errors import ConfigError
from anprd.training import folders, swap

FOLDER = "checkpoints"  # of a weights folder

UNREADABLE = (
    pickle.UnpicklingError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    LookupError,
    AttributeError,
    EOFError,
    ImportError,
)
"""What unpickling a file that is no checkpoint may raise, or reading one that is no architecture."""


def find(start: Path, name: str) -> Path:
    """The checkpoint that `start` names: the file itself, or that of the network `name` in a weights folder.

    Raises:
        ConfigError: there is no such file, or it is an exported network.
    """
    if start.suffix in {".xml", ".bin"}:
        raise ConfigError(f"{start}: is an exported network, which cannot be trained; name its checkpoint (.pt)")
    path = start / FOLDER / f"{name}.pt" if start.is_dir() else start
    if not path.is_file():
        raise ConfigError(f"{path}: no such checkpoint; train one with 'anprd train {name}'")
    return path


def load(file: Path) -> dict[str, Any]:
    """What a training wrote to go on from. Raises ConfigError where it is damaged."""
    try:
        state: dict[str, Any] = torch.load(file, weights_only=True)
    except UNREADABLE as error:
        raise ConfigError(f"{file}: is damaged; remove it, and the training begins anew") from error
    return state


def restore(network: nn.Module, checkpoint: Path) -> None:
    """Load the network with a checkpoint's weights, ready to read with.

    Raises:
        ConfigError: there is no such file, or it holds another network's weights.
    """
    try:
        network.load_state_dict(torch.load(checkpoint, weights_only=True))
    except FileNotFoundError as error:
        raise ConfigError(f"{checkpoint}: no such checkpoint; train one first") from error
    except UNREADABLE as error:
        raise ConfigError(f"{checkpoint}: holds no weights of this network; train it again") from error
    network.eval()


def load_detector(file: Path, *, called: Path) -> Any:  # noqa: ANN401  # ultralytics is untyped
    """The `ultralytics.YOLO` of a checkpoint, or of a working copy of the one that the user `called`.

    Raises:
        ConfigError: ultralytics cannot read the file, or it holds no network that finds boxes of one kind.
    """
    from anprd.training.yolo import YOLO  # late: it takes seconds and the other networks do not need it

    try:
        network = YOLO(str(file))
        task, kinds = network.task, len(network.names)
    except UNREADABLE as error:
        raise ConfigError(
            f"{called}: is no checkpoint of ultralytics; train one with 'anprd train detector'"
        ) from error
    if task != "detect" or kinds != 1:
        raise ConfigError(f"{called}: is a network for '{task}' of {kinds} kinds; a plate detector has one kind")
    return network


def save(state: Mapping[str, Any], target: Path) -> Path:
    """Write what `load` and `restore` read, into a folder that is there; an interruption leaves the old or the new.

    Raises:
        SinkError: it cannot be written.
    """
    return swap.save(target, lambda partial: torch.save(state, partial))


def put(file: Path, target: Path) -> Path:
    """Copy a finished checkpoint to where the user wants it; an interruption leaves the old one or the new, no half.

    Raises:
        SinkError: it cannot be written.
    """
    folders.make(target.parent)
    return swap.save(target, lambda partial: shutil.copyfile(file, partial))


def put_detector(file: Path, target: Path) -> Path:
    """As `put`, a detector's checkpoint, without what it tells of the place that it was trained at.

    ultralytics writes the paths of its working folder, pictures and first weights into it, and the state of the git
    repository that it was called in. Of the paths the last names stay, of the repository nothing.

    Raises:
        ConfigError: ultralytics cannot read the file, or it is no detector's.
        SinkError: it cannot be written.
    """
    network = load_detector(file, called=file)
    model = network.model.half()  # as ultralytics writes what it has trained; loaded, it is FP32
    model.args = _without_folders(model.args)
    model.pt_path = file.name
    about = {"model": model, "train_args": _without_folders(network.ckpt.get("train_args", {})), "git": {}}
    folders.make(target.parent)
    return swap.save(target, lambda partial: torch.save(network.ckpt | about, partial))


def _without_folders(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: Path(value).name if isinstance(value, str) else value for name, value in settings.items()}
