"""What every command says, and where: results on standard output, everything else on standard error."""

import json
import sys
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from anprd.redaction import printable, shown

CELL_MAX = 200  # characters; what is longer is none of ours, and floods the terminal
PIPE_WIDTH = 250  # columns of a table that goes into a file or a pipe: nothing is cut to the width of no terminal


Printer = Callable[[dict[str, Any]], None]
"""How a command's answers are shown: `say_json`, or rows of a table for people."""


def say_json(value: object) -> None:
    """One object on a line of its own, at once: a reader at the other end of a pipe waits for it.

    Text that standard output has no bytes for, the name of a file that is no UTF-8, say, is written in JSON's escapes,
    and so is what would command a terminal.
    """
    text = json.dumps(value, ensure_ascii=False)
    if not text.isprintable():
        text = "".join(character if character.isprintable() else json.dumps(character)[1:-1] for character in text)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value)
    print(text, flush=True)


def complain(text: str) -> None:
    """A sentence on standard error."""
    print(f"anprd: {shown(text)}", file=sys.stderr, flush=True)


def say(text: str) -> None:
    """A sentence on standard output."""
    print(printable(text), flush=True)


def harmless(value: Any) -> Any:  # noqa: ANN401  # any JSON
    """The value with every text in it `printable`: another process said it, and it goes to a terminal."""
    match value:
        case str():
            return printable(value)
        case dict():
            return {harmless(key): harmless(item) for key, item in value.items()}
        case list():
            return [harmless(item) for item in value]
        case _:
            return value


class Lines:
    """A table that is written as its rows come, for output that has no end.

    What rows hold may come from elsewhere: a control character in it is shown as `?` and commands no terminal.
    """

    def __init__(self, *columns: tuple[str, int]) -> None:
        """Each column is a title and its least width in characters."""
        self._columns = columns
        self._begun = False

    def add(self, *cells: object) -> None:
        """Write a row; the titles stand above the first. None is an empty cell."""
        if not self._begun:
            self._write([title for title, _ in self._columns])
            self._begun = True
        self._write(["" if cell is None else str(cell) for cell in cells])

    def _write(self, cells: list[str]) -> None:
        padded = (cell[:CELL_MAX].ljust(width) for cell, (_, width) in zip(cells, self._columns, strict=True))
        line = "  ".join(padded).rstrip()
        print("".join(character if character.isprintable() else "?" for character in line), flush=True)


def console() -> Console:
    """Standard output, for tables."""
    return Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=PIPE_WIDTH)


def table(*columns: Column | str) -> Table:
    """A table without rows and without lines."""
    return Table(*columns, box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
