"""Write the manifest of a weights folder: which file is which network, and what is known of each."""

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from anprd.errors import ConfigError
from anprd.vision import weights


def register(folder: Path, name: str, network: Path, about: Mapping[str, Any]) -> None:
    """Write a network's table, beside those of the others; what was said of the network it replaces is forgotten.

    Args:
        folder: the weights folder; its manifest is made where there is none.
        name: the table: `detector`, `corners` or `reader`.
        network: its .xml, the .bin beside it.
        about: what to say of it.

    Raises:
        ConfigError: the folder's manifest or another network is damaged.
    """
    others = weights.load(folder, but=name).values() if (folder / weights.MANIFEST).exists() else []
    tables = {entry.name: (entry.about, entry.file) for entry in others}
    _write(folder, tables | {name: (dict(about) | {"commit": _commit()}, network)})


def amend(folder: Path, name: str, about: Mapping[str, Any]) -> None:
    """Add to what is said of a network that the manifest lists, or replace it.

    Raises:
        ConfigError: the manifest does not list it, is damaged or cannot be written.
    """
    entries = weights.load(folder)
    weights.require(entries, name)
    tables = {entry.name: (entry.about, entry.file) for entry in entries.values()}
    _write(folder, tables | {name: (entries[name].about | dict(about), entries[name].file)})


def _write(folder: Path, tables: Mapping[str, tuple[dict[str, Any], Path]]) -> None:
    """Write all beside the old manifest and swap: an interruption leaves one of the two."""
    lines = [
        "# Written by 'anprd export' and 'anprd calibrate'. The daemon checks every sha256 before it reads a plate."
    ]
    for name, (about, network) in sorted(tables.items()):
        lines += ["", f"[{name}]", *(f"{_key(key)} = {_toml(value)}" for key, value in about.items()), ""]
        files = (network, network.with_suffix(".bin"))
        lines += [f"[{name}.files]", *(f'"{file.name}" = "{weights.sha256(file)}"' for file in files)]
    target = folder / weights.MANIFEST
    partial = target.with_suffix(".partial")
    try:
        partial.write_text("\n".join(lines) + "\n", encoding="utf-8")
        partial.replace(target)
    except OSError as error:
        raise ConfigError(
            f"{target}: cannot be written ({error.strerror}); copy the folder and name the copy"
        ) from error


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


def _commit() -> str:
    """The commit that this was made from, or `unknown` outside a checkout."""
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return answer.stdout.strip() or "unknown"
