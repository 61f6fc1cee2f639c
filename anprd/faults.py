"""What is wrong with a file, one fault a key, each with its line and its value, and no password in any of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from anprd.errors import ConfigError
from anprd.redaction import redact

Key = tuple[str, ...]
"""The way to a value from the top of the file: `("cameras", "gate-north", "url")`."""

VALUE_CHARACTERS_MAX = 80
KEY_CHARACTERS_MAX = 200  # a camera's name has 63, and no key is longer than that
MESSAGE_CHARACTERS_MAX = 1500  # it may quote a name from the file, which may have a megabyte


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. `line` counts from 1 and is None where no line is to blame."""

    key: str
    message: str
    line: int | None = None

    def sentence(self, file: str) -> str:
        """`cameras.yaml:7: cameras.gate.url: is missing`."""
        place = f"{file}:{self.line}" if self.line else file
        key, message = _cut(self.key, KEY_CHARACTERS_MAX), _cut(self.message, MESSAGE_CHARACTERS_MAX)
        return f"{place}: {key}: {message}" if key else f"{place}: {message}"


class SettingsError(ConfigError):
    """A configuration file that cannot be used; `faults` is everything that is wrong with it, in the file's order."""

    def __init__(self, path: Path, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(fault.sentence(str(path)) for fault in faults))
        self.path = path
        self.faults = faults


class Faults:
    """Collects what is wrong; the first fault of a key is told, what follows from it is not."""

    def __init__(self, values: Mapping[str, object], lines: Mapping[Key, int]) -> None:
        """Begin with none.

        Args:
            values: the file's values as they were written, variables not filled in: these are shown.
            lines: the line of each key.
        """
        self._values = values
        self._lines = lines
        self._found: dict[str, Fault] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, key: Key, message: str, *, shown: bool = True) -> None:
        """Note a fault of the value at `key`; `shown` puts that value in front of the message."""
        value = self._value(key) if shown else None
        text = message if value is None else f"{display(value)} {message}"
        self.add_fault(Fault(".".join(key), text, self._line(key)))

    def add_fault(self, fault: Fault) -> None:
        """Note a fault that is complete."""
        self._found.setdefault(fault.key, fault)

    def in_order(self) -> tuple[Fault, ...]:
        """The faults in the order of the file."""
        return tuple(sorted(self._found.values(), key=lambda fault: (fault.line or 0, fault.key)))

    def _value(self, key: Key) -> object:
        value: object = self._values
        for name in key:
            if not isinstance(value, dict) or name not in value:
                return None
            value = value[name]
        return value

    def _line(self, key: Key) -> int | None:
        """The line of the key, or of the closest key around it."""
        ways = (key[:length] for length in range(len(key), 0, -1))
        return next((self._lines[way] for way in ways if way in self._lines), None)


def display(value: object) -> str:
    """A value as a fault shows it: passwords covered, cut where it is long."""
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if isinstance(value, bool):
        return str(value).lower()
    text = _cut(redact(str(value)), VALUE_CHARACTERS_MAX)
    return repr(text) if isinstance(value, str) else text


def _cut(text: str, length_max: int) -> str:
    return text if len(text) <= length_max else text[:length_max] + "..."
