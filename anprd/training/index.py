"""The index of a labelled folder: a line for each picture, and which of them are held back from training.

A large collection says in a column `split` what is `train` and what is `val`. A user's own folder needs no such column:
about a tenth is then held back, the same one every time, so that what was measured on it yesterday can be measured
again, and what was learnt from yesterday is not measured on when pictures are added.
"""

import csv
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from anprd.errors import ConfigError
from anprd.training import spelling

NAME = "index.csv"
TEXT = "text"
HELD_BACK = 0.1
TRAIN, VAL = "train", "val"
_SPLITS = frozenset({TRAIN, VAL, "test", ""})  # the last two are for other uses, and left alone here

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
    found = _numbered(index, needs)
    return _given_split(index, found) if "split" in found[0][1] else _split([row for _, row in found], group)


def rows(table: Path, *, needs: Sequence[str]) -> list[Row]:
    """Every line of a CSV file with a line of titles; titles in small letters, a `country` in capitals.

    Raises:
        ConfigError: the file is missing or no CSV, lacks a column or a value, or lists nothing.
    """
    return [row for _, row in _numbered(table, needs)]


def _numbered(table: Path, needs: Sequence[str]) -> list[tuple[int, Row]]:
    """Every line with its number in the file, as an editor counts: blank lines and those within quotes, too."""
    try:
        with table.open(newline="", encoding="utf-8-sig") as lines:  # spreadsheets write a BOM
            reader = csv.DictReader(lines)
            found = [(reader.line_num, _tidy(table, reader.line_num, row)) for row in reader]
    except OSError as error:
        raise ConfigError(f"{table}: cannot be read ({error.strerror}); the folder needs it") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"{table}: is no CSV in UTF-8 ({error})") from error
    _check(table, found, needs)
    return found


def _tidy(table: Path, number: int, row: dict[str | None, Any]) -> Row:
    if any(row.pop(None, None) or ()):
        raise ConfigError(f"{table}: line {number} has more values than there are titles")
    tidy = {str(title).strip().lower(): value for title, value in row.items()}
    missing = [title for title, value in tidy.items() if value is None]
    if missing:
        raise ConfigError(f"{table}: line {number} has no {missing[0]}")
    tidy = {title: value.strip() for title, value in tidy.items()}
    return tidy | {"country": tidy["country"].upper()} if "country" in tidy else tidy


def _check(table: Path, found: Sequence[tuple[int, Row]], needs: Sequence[str]) -> None:
    if not found:
        raise ConfigError(f"{table}: lists no picture")
    titles = found[0][1]
    missing = [column for column in needs if column not in titles]
    if missing:
        commas = "" if len(titles) > 1 else "; titles stand in the first line, with commas between them"
        raise ConfigError(f"{table}: needs the column{'s' * (len(missing) > 1)} {' and '.join(missing)}{commas}")
    for number, row in found:
        empty = [column for column in needs if not row[column]]
        if empty:
            raise ConfigError(f"{table}: line {number} has no {empty[0]}")


def _given_split(index: Path, found: Sequence[tuple[int, Row]]) -> list[Row]:
    for number, row in found:
        row["split"] = row["split"].lower()
        if row["split"] not in _SPLITS:
            raise ConfigError(f"{index}: line {number} is of the split '{row['split']}'; it must be train or val")
    return [row for _, row in found]


def _split(found: Sequence[Row], column: str) -> list[Row]:
    """Hold back about a tenth of the groups, one at least and half at most, by their names alone: not by the others."""
    groups = sorted({_group(row, column) for row in found}, key=_draw)
    count = sum(_draw(name) < HELD_BACK for name in groups)
    held_back = set(groups[: max(1, min(count, len(groups) // 2))])
    return [row | {"split": VAL if _group(row, column) in held_back else TRAIN} for row in found]


def _draw(name: str) -> float:
    """A number of this name, 0 to 1, as a die would throw it."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) / 2**64


def _group(row: Row, column: str) -> str:
    """One plate is one, however its text is typed: in small letters, with dashes, in Cyrillic."""
    if column != TEXT:
        return row[column]
    try:
        return spelling.plain(row[column])
    except ValueError:  # refused where it is trained on; other lines keep their side
        return "".join(character for character in row[column].upper() if character.isalnum())


def is_country(label: str) -> bool:
    """Whether what an index says of the country names one (ISO 3166-1 alpha-2)."""
    return len(label) == COUNTRY_LETTERS and label != SHOW_PLATES
