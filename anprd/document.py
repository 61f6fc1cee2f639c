"""A YAML file as the operator wrote it: plain values, and the line on which each stands.

PyYAML's own loaders let the later of two equal keys win in silence, so a camera would vanish, and their C versions
crash on deep nesting (6.0.3: `- - - -` ... overflows the stack). Here values are built from the parser's flat stream of
events: equal keys are faults, the depth has a limit, and anchors are refused because ten lines of them can unfold into
gigabytes.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from anprd import manual, ordinary_file
from anprd.faults import Fault, Faults, Key, SettingsError, display
from anprd.ordinary_file import NotOrdinaryError

FILE_BYTES_MAX = 1_048_576  # a thousand cameras take a tenth of it
DEPTH_MAX = 8  # the deepest key of a cameras.yaml lies at 3
NUMBER_BITS_MAX = 64
AGAIN = "(again)"  # sets the lines under a key that stands twice apart from those of the first

# What PyYAML's constructors raise where the text is none of its kind: 2026-02-31, `!!bool maybe`, `!!int ""`,
# `!!timestamp soon`, and a number of base 60 that no float holds.
_NO_VALUE = (ValueError, LookupError, AttributeError, ArithmeticError, TypeError)

_UNUSUAL_NUMBER = re.compile(r"[-+]?0[0-9xXbB_]|.*[:_]")  # to base 8, 16, 2 and 60: 017, 0x11, 1:30; and 1_000

_STUMBLED = "found character that cannot start any token"  # libyaml's scanner.c; PyYAML's own goes on

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is absent from some builds of PyYAML


@dataclass(slots=True)
class Document:
    """The top mapping, the line of each key, the keys that stand twice, and who may read the file."""

    values: dict[str, object] = field(default_factory=dict)
    lines: dict[Key, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    mode: int = 0
    """The file's, as it was read: by now another may have taken its place (stat.S_IROTH and so on)."""


class DocumentError(Exception):
    """The file cannot be used at all; holds the one fault."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.fault = Fault("", message, line)


def read(path: Path) -> Document:
    """The file's values: mappings, sequences, strings, numbers, booleans and None.

    Raises:
        DocumentError: the file is missing, unreadable, too large, no text or no YAML, nests too deeply, uses anchors,
            or is not one mapping.
    """
    text, mode = _text(path)
    try:
        return _Builder(text, mode).build()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        raise DocumentError(f"is not valid YAML: {_problem(error, text)}", line) from error
    except yaml.YAMLError as error:
        raise DocumentError(f"is not valid YAML: {str(error).splitlines()[0]}") from error


def read_settings(path: Path) -> tuple[Document, Faults]:
    """The file's values, and what is wrong with them so far, for whoever judges them to add to.

    Raises:
        SettingsError: the file cannot be used at all; see `read`.
    """
    try:
        source = read(path)
    except DocumentError as error:
        raise SettingsError(path, (error.fault,)) from error
    faults = Faults(source.values, source.lines)
    for fault in source.faults:
        faults.add_fault(fault)
    return source, faults


def _text(path: Path) -> tuple[str, int]:
    """The file's text and mode; whatever is not an ordinary, small text file is refused before it is parsed."""
    try:
        with ordinary_file.opened(path) as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(FILE_BYTES_MAX + 1)
    except FileNotFoundError as error:
        raise DocumentError(f"does not exist; copy {manual.path()} and edit it") from error
    except IsADirectoryError as error:
        raise DocumentError("is a folder; name the file in it") from error
    except NotOrdinaryError as error:
        raise DocumentError("is no ordinary file") from error
    except OSError as error:
        raise DocumentError(f"cannot be read: {error.strerror}") from error
    if len(content) > FILE_BYTES_MAX:
        raise DocumentError(f"is larger than {FILE_BYTES_MAX // 1024} KiB; is it the right file?")
    try:
        return content.decode("utf-8-sig"), mode
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DocumentError("is not UTF-8 text; save it as UTF-8", line) from error


class _Builder:
    """Builds values from the parser's events."""

    def __init__(self, text: str, mode: int) -> None:
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=_Loader)
        self._scalars: Any = yaml.SafeLoader("")
        self._document = Document(mode=mode)

    def build(self) -> Document:
        """Read the one document of the stream."""
        start = self._next_content()
        if isinstance(start, yaml.StreamEndEvent):
            return self._document  # an empty file is an empty mapping
        value = self._value(start, ())
        if value is not None and not isinstance(value, dict):
            raise DocumentError("must be a mapping of keys to values, such as 'cameras:'", _line(start))
        self._document.values = value or {}
        rest = self._next_content()
        if not isinstance(rest, yaml.StreamEndEvent):
            raise DocumentError("holds more than one document; remove the '---'", _line(rest))
        return self._document

    def _next_content(self) -> yaml.Event:
        frame = (yaml.StreamStartEvent, yaml.DocumentStartEvent, yaml.DocumentEndEvent)
        return next(event for event in self._events if not isinstance(event, frame))

    def _value(self, event: yaml.Event, key: Key) -> object:
        line = _line(event)
        if getattr(event, "anchor", None) is not None:  # of an alias, too
            raise DocumentError("anchors and aliases ('&', '*') are not used here; see 'defaults:'", line)
        if len(key) > DEPTH_MAX:
            raise DocumentError(f"nests deeper than {DEPTH_MAX} levels", line)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(key)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(key)
        assert isinstance(event, yaml.ScalarEvent), "what begins a value is a mapping, a sequence, a scalar or an alias"
        return self._scalar(event)

    def _mapping(self, key: Key) -> dict[str, object]:
        values: dict[str, object] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            name, line = self._name(event)
            value = self._value(next(self._events), (*key, name, *[AGAIN] * (name in values)))
            if name in values:
                first = self._document.lines[(*key, name)]
                message = f"stands twice (first on line {first}); rename or remove one"
                self._document.faults.append(Fault(".".join((*key, name)), message, line))
                continue
            values[name] = value
            self._document.lines[(*key, name)] = line
        return values

    def _name(self, event: yaml.Event) -> tuple[str, int]:
        """A key. YAML takes `1`, `no` and `12:30` for other things than text: as keys they are what was written."""
        line = _line(event)
        if not isinstance(event, yaml.ScalarEvent) or event.anchor is not None:
            raise DocumentError("a key must be plain text", line)
        return str(event.value), line

    def _sequence(self, key: Key) -> list[object]:
        values: list[object] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            values.append(self._value(event, (*key, str(len(values)))))
        return values

    def _scalar(self, event: yaml.ScalarEvent) -> object:
        tag = event.tag or self._scalars.resolve(yaml.ScalarNode, event.value, event.implicit)
        node: Any = yaml.ScalarNode(tag, event.value, event.start_mark, event.end_mark)  # type: ignore[arg-type]
        try:
            value: object = self._scalars.construct_object(node)
        except _NO_VALUE as error:
            kind = str(tag).rpartition(":")[2]
            raise DocumentError(f"{display(event.value)} is no {kind}; put text in quotes", _line(event)) from error
        if isinstance(value, int) and value.bit_length() > NUMBER_BITS_MAX:
            raise DocumentError(f"{display(event.value)} is larger than any number here", _line(event))
        if _is_number(value) and _UNUSUAL_NUMBER.match(str(event.value)):
            raise DocumentError(
                f"{display(event.value)} is {value} in YAML; write that, or put it in quotes", _line(event)
            )
        return value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _problem(error: yaml.MarkedYAMLError, text: str) -> str:
    """What the parser says; where it stumbled over a character that may not begin a word, which one."""
    at = error.problem_mark
    if at is None or error.problem != _STUMBLED:
        return str(error.problem or error.context)
    character = "".join(text.splitlines()[at.line : at.line + 1])[at.column : at.column + 1]
    if character == "\t":
        return "a tab; indent with spaces"
    return f"{character!r} may not begin a value; put the value in quotes"


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 1
