"""Write the manifest of a weights folder: which file is which network, and what is known of each."""

import errno
import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from anprd import scratch
from anprd.errors import ConfigError, SinkError
from anprd.training import swap
from anprd.vision import weights

Tables = dict[str, tuple[dict[str, Any], Path]]
"""By network, what is said of it, and its .xml, the .bin beside it."""


def others(folder: Path, name: str) -> Tables:
    """What the folder's manifest lists but `name`; nothing where there is no manifest yet.

    Raises:
        ConfigError: the manifest or another network is damaged.
    """
    entries = weights.load(folder, but=name).values() if (folder / weights.MANIFEST).exists() else []
    return {entry.name: (entry.about, entry.file) for entry in entries}


def check_writable(folder: Path) -> None:
    """Say before the long work, not after it, what keeps the manifest of `folder` from being written.

    Raises:
        ConfigError: it is missing or damaged, or nothing may be written there.
        SinkError: the disk is full.
    """
    weights.load(folder)
    with _writing(folder), scratch.folder(folder, prefix="."):
        pass


def register(folder: Path, name: str, network: Path, about: Mapping[str, Any]) -> None:
    """Write a network's table, beside those of the others; what was said of the network it replaces is forgotten.

    Args:
        folder: the weights folder; its manifest is made where there is none.
        name: the table: `detector`, `corners` or `reader`.
        network: its .xml, the .bin beside it.
        about: what to say of it.

    Raises:
        ConfigError: the folder's manifest or another network is damaged, or the manifest cannot be written.
        SinkError: the disk is full.
    """
    _write(folder, others(folder, name) | {name: (_made_here(about), network)})


def install(folder: Path, name: str, made: Path, about: Mapping[str, Any]) -> None:
    """As `register`, of a network that is still in the folder `made`: its files and the manifest change together.

    Args:
        folder: the weights folder.
        name: the table, and the name of the network's files.
        made: holds the .xml and the .bin, on the disk of `folder`; what is in it is moved.
        about: what to say of it.

    Raises:
        ConfigError: the folder's manifest or another network is damaged; `folder` is as it was.
        SinkError: the manifest cannot be written; `folder` is as it was.
    """
    network = made / f"{name}.xml"
    text = _text(others(folder, name) | {name: (_made_here(about), network)})
    with swap.told(folder / weights.MANIFEST):
        (made / weights.MANIFEST).write_text(text, encoding="utf-8")
        for file in (network.with_suffix(".bin"), network, made / weights.MANIFEST):
            file.replace(folder / file.name)


def amend(folder: Path, name: str, about: Mapping[str, Any]) -> None:
    """Add to what is said of a network that the manifest lists, or replace it.

    Raises:
        ConfigError: the manifest does not list it, is damaged or cannot be written.
        SinkError: the disk is full.
    """
    entries = weights.load(folder)
    weights.require(entries, name)
    tables = {entry.name: (entry.about, entry.file) for entry in entries.values()}
    _write(folder, tables | {name: (entries[name].about | dict(about), entries[name].file)})


def _write(folder: Path, tables: Tables) -> None:
    """Write all beside the old manifest and swap: an interruption leaves one of the two."""
    text = _text(tables)
    with _writing(folder), scratch.folder(folder, prefix=".") as made:
        (made / weights.MANIFEST).write_text(text, encoding="utf-8")
        (made / weights.MANIFEST).replace(folder / weights.MANIFEST)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        sentence = f"{folder / weights.MANIFEST}: cannot be written ({error.strerror})"
        if error.errno == errno.ENOSPC:
            raise SinkError(sentence) from error
        raise ConfigError(f"{sentence}; copy the folder and name the copy") from error


def _text(tables: Tables) -> str:
    lines = [
        "# Written by 'anprd export' and 'anprd calibrate'. The daemon checks every sha256 before it reads a plate."
    ]
    for name, (about, network) in sorted(tables.items()):
        lines += ["", f"[{name}]", *(f"{_key(key)} = {_toml(value)}" for key, value in about.items()), ""]
        files = (network, network.with_suffix(".bin"))
        lines += [f"[{name}.files]", *(f'"{file.name}" = "{weights.sha256(file)}"' for file in files)]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value, ensure_ascii=False)  # TOML's basic strings have the same escapes
        case dict():
            entries = ", ".join(f"{_key(key)} = {_toml(entry)}" for key, entry in value.items())
            return f"{{ {entries} }}" if entries else "{}"
        case list() | tuple():
            return "[" + ", ".join(_toml(entry) for entry in value) + "]"
        case _:
            return str(value)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)


def _made_here(about: Mapping[str, Any]) -> dict[str, Any]:
    return dict(about) | {"commit": _commit()}


def _commit() -> str:
    """The commit that this was made from, or `unknown` outside a checkout and without git."""
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:  # there is no git
        return "unknown"
    return answer.stdout.strip() or "unknown"
