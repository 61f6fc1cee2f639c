"""The index of a labelled folder: a line for each picture, and which of them are held back from training.

A large collection says in a column `split` what is `train` and what is `val`. A user's own folder needs no such column:
about a tenth is then held back, the same one every time, so that what was measured on it yesterday can be measured
again, and what was learnt from yesterday is not measured on when pictures are added. Scenes need no `index.csv` at all:
what lies in `images/` is listed then, and the split is that of ultralytics' folders, or the same tenth.
"""

import csv
import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from anprd.errors import ConfigError
from anprd.training import pictures, spelling

NAME = "index.csv"
IMAGES = "images"
TEXT = "text"
HELD_BACK = 0.1
TRAIN, VAL = "train", "val"
TEST = "test"
_SPLITS = frozenset({TRAIN, VAL, TEST, ""})  # the last two are for other uses, and left alone here

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


def scenes(data: Path) -> list[Row]:
    """A line for each picture of a detector's folder, with `image` and `split`: of its `index.csv` or, without one, of
    `images/` and the folders in it.

    Raises:
        ConfigError: the index is not as it must be; there is neither, or no picture; or `images/train` and `images/val`
            do not hold all pictures.
    """
    return read(data, needs=("image",), group="image") if _is_listed(data) else _split_by_folder(data)


def place(data: Path) -> Path:
    """What says which pictures a detector's folder has: its `index.csv` or, without one, `images/`."""
    return data / (NAME if _is_listed(data) else IMAGES)


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


def _is_listed(data: Path) -> bool:
    """Whether there is an index; a link that leads nowhere is one that cannot be read."""
    return os.path.lexists(data / NAME)


def _split_by_folder(data: Path) -> list[Row]:
    """As ultralytics has it, in `images/train` and `images/val`; where neither is there a tenth is held back."""
    found = _pictures(data)
    tops = [Path(name).parts[0].lower() if "/" in name else "" for name in found]
    listed = [{"image": name, "split": top} for name, top in zip(found, tops, strict=True)]
    if not {TRAIN, VAL} & set(tops):
        return _split([row for row in listed if row["split"] != TEST], "image")
    beside = next((row["image"] for row in listed if row["split"] not in {TRAIN, VAL, TEST}), None)
    if beside is not None:
        raise ConfigError(
            f"{data / IMAGES / beside}: is neither in train/ nor in val/, as others are; move it, or name the split of "
            f"each picture in {NAME}"
        )
    return listed


def _pictures(data: Path) -> list[str]:
    """The pictures of `images/`, called as an index would call them; what is hidden is none."""
    folder = data / IMAGES
    try:
        if not folder.is_dir():
            raise ConfigError(f"{data}: {f'holds no {NAME} and no {IMAGES}/' if data.is_dir() else 'no such folder'}")
        files = [path.relative_to(folder) for path in _files(folder) if pictures.is_picture(path)]
    except OSError as error:
        raise ConfigError(f"{error.filename}: cannot be read ({error.strerror})") from error
    found = sorted(file.as_posix() for file in files if not any(part.startswith(".") for part in file.parts))
    if not found:
        raise ConfigError(f"{folder}: holds no picture ({', '.join(pictures.ENDINGS)})")
    return found


def _files(folder: Path) -> Iterator[Path]:
    """All under it; folders right in it may be links to where the pictures are, those further down are not followed."""
    for top in folder.iterdir():
        if top.is_dir():
            yield from (Path(path, name) for path, _, names in os.walk(top, onerror=_refuse) for name in names)
        else:
            yield top


def _refuse(error: OSError) -> NoReturn:
    raise error


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
