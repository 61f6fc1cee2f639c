"""The index of a labelled folder: a line for each picture, and which of them are held back from training.

A large collection says in a column `split` what is `train` and what is `val`. A user's own folder needs no such column:
a tenth is then held back, the same one every time, so that what was measured on it yesterday can be measured again.
"""

import csv
import hashlib
from collections.abc import Sequence
from pathlib import Path

from anprd.errors import ConfigError

NAME = "index.csv"
HELD_BACK = 10  # one in ten
TRAIN, VAL = "train", "val"

Row = dict[str, str]

COUNTRY_LETTERS = 2
SHOW_PLATES = "XX"  # what an index says of plates that are of no country


def read(data: Path, *, needs: Sequence[str], group: str) -> list[Row]:
    """Every line of the folder's `index.csv`; each has a `split`.

    Args:
        data: the labelled folder.
        needs: columns that must be there and filled.
        group: the column that is held back as a whole: pictures of one plate stand all on one side.

    Raises:
        ConfigError: the file is missing or no CSV, lacks a column or a value, or lists nothing.
    """
    index = data / NAME
    try:
        with index.open(newline="", encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
    except OSError as error:
        raise ConfigError(f"{index}: cannot be read ({error.strerror}); the folder needs an {NAME}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"{index}: is no CSV in UTF-8 ({error})") from error
    _check(index, rows, needs)
    return rows if "split" in rows[0] else _split(rows, group)


def _check(index: Path, rows: Sequence[Row], needs: Sequence[str]) -> None:
    if not rows:
        raise ConfigError(f"{index}: lists no picture")
    missing = [column for column in needs if column not in rows[0]]
    if missing:
        raise ConfigError(f"{index}: needs the column{'s' * (len(missing) > 1)} {' and '.join(missing)}")
    for number, row in enumerate(rows, start=2):
        for column, value in row.items():
            if value is None or (column in needs and not value.strip()):
                raise ConfigError(f"{index}: line {number} has no {column}")


def _split(rows: Sequence[Row], group: str) -> list[Row]:
    """Hold back a tenth of the groups, at least one, by the hash of their names: neither order nor time matters."""
    groups = sorted({row[group] for row in rows}, key=lambda name: hashlib.sha256(name.encode()).digest())
    held_back = set(groups[: max(1, len(groups) // HELD_BACK)])
    return [row | {"split": VAL if row[group] in held_back else TRAIN} for row in rows]


def is_country(label: str) -> bool:
    """Whether what an index says of the country names one (ISO 3166-1 alpha-2)."""
    return len(label) == COUNTRY_LETTERS and label != SHOW_PLATES
