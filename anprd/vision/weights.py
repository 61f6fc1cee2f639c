"""The shipped networks: which file is which, and whether it is the file that was shipped.

`MANIFEST.toml` names each network's files with their sha256. A worker that reads with half-copied or foreign weights
would be wrong in silence, so a hash that differs is a configuration fault.
"""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anprd import ordinary_file
from anprd.errors import ConfigError

MANIFEST = "MANIFEST.toml"
NETWORKS = ("detector", "corners", "reader")
"""What a worker needs."""
_HERE = Path(__file__).resolve().parent.parent
_PLACES = (_HERE / "weights", _HERE.parent / "weights")  # an installed wheel; a checkout


@dataclass(frozen=True, slots=True)
class Entry:
    """One network of the manifest. `about` holds the rest of its table: input, data, metrics, commit."""

    name: str
    file: Path
    about: dict[str, Any]


def default_folder() -> Path:
    """The folder of the shipped weights.

    Raises:
        ConfigError: the package was installed without them.
    """
    for place in _PLACES:
        if (place / MANIFEST).is_file():
            return place
    raise ConfigError(f"no weights: {_PLACES[-1] / MANIFEST} is missing; install anprd again or set weights_dir")


def load(folder: Path, *, but: str | None = None) -> dict[str, Entry]:
    """The manifest's networks by name, every file checked against its sha256.

    Args:
        folder: holds `MANIFEST.toml` and the files that it names.
        but: a network to leave out, unchecked: the one that is about to be replaced.

    Raises:
        ConfigError: the manifest or a file is missing or unreadable, or a hash differs.
    """
    manifest = folder / MANIFEST
    try:
        with ordinary_file.opened(manifest) as file:
            tables = tomllib.load(file)
    except OSError as error:
        raise ConfigError(f"{manifest}: cannot be read ({error.strerror}); is weights_dir right?") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{manifest}: is not valid TOML ({error}); restore the shipped file") from error
    return {
        name: _entry(folder, name, table) for name, table in tables.items() if name != but and isinstance(table, dict)
    }


def networks(folder: Path) -> dict[str, Entry]:
    """As `load`; and none is missing that a worker needs.

    Raises:
        ConfigError: as `load`, or the manifest does not list one of `NETWORKS`.
    """
    entries = load(folder)
    for name in NETWORKS:
        require(entries, name)
    return entries


def require(entries: dict[str, Entry], name: str) -> Entry:
    """The network called `name`.

    Raises:
        ConfigError: the manifest does not list it.
    """
    if name not in entries:
        raise ConfigError(f"{MANIFEST} lists no [{name}]; restore the shipped weights or export the network")
    return entries[name]


def _entry(folder: Path, name: str, table: dict[str, Any]) -> Entry:
    files = table.get("files")
    if not isinstance(files, dict) or not files:
        raise ConfigError(f"{folder / MANIFEST}: [{name}] lists no files; restore the shipped file")
    for file, expected in files.items():
        if Path(file).name != file:
            raise ConfigError(
                f"{folder / MANIFEST}: [{name}] lists {file!r}, no name of a file in this folder; correct it"
            )
        actual = sha256(folder / file)
        if actual != expected:
            raise ConfigError(
                f"{folder / file}: sha256 is {actual[:12]}..., {MANIFEST} says {str(expected)[:12]}...; "
                "restore the shipped file or export the network again"
            )
    network = next((file for file in files if file.endswith(".xml")), next(iter(files)))
    return Entry(name, folder / network, {key: value for key, value in table.items() if key != "files"})


def sha256(file: Path) -> str:
    """The file's sha256, in hexadecimal.

    Raises:
        ConfigError: the file cannot be read.
    """
    try:
        with ordinary_file.opened(file) as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise ConfigError(
            f"{file}: cannot be read ({error.strerror}); restore it or export the network again"
        ) from error
