"""What stands in `cameras.yaml` in place of a password: a variable, a file or a systemd credential; or else a password.

`${NAME}` is of the environment, `${file:PATH}` the text of a file, `${credential:NAME}` the text of a file that systemd
hands to the service alone (systemd.exec(5), LoadCredential=).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anprd import redaction
from anprd.faults import Faults, Key

SECRET_BYTES_MAX = 4096  # a password or a token; more is the wrong file
CREDENTIALS = "CREDENTIALS_DIRECTORY"

_REFERENCE = re.compile(r"\$\{([^}]*)\}?")
_HOST = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*|\$[^/?#:]*")  # up to its end; or a variable that holds it
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CREDENTIAL = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")
# `://user:password@` and `?password=...`, as they are written and not as `${...}`.
_PASSWORD = re.compile(
    r"://[^\s/:@]*:(?!\$\{)\S+@"
    r"|[?&/_](?:pass(?:word|wd|phrase)?|pwd|loginpas|secret|token|(?:api|access)_?key)=(?!\$\{)[^\s&]+",
    re.IGNORECASE,
)
_SECRET_NAME = re.compile(r"PASS|SECRET|TOKEN|KEY|CREDENTIAL|(?<!OLD)(?<!^)PWD", re.IGNORECASE)  # and no $PWD, $OLDPWD


class NotedEnvironment(Mapping[str, str]):
    """An environment that notes which of its variables were asked for: those are passwords, most of them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self._asked.add(name)
        return self._environ[name]

    @property
    def secrets(self) -> frozenset[str]:
        """What was asked for, and what is called as a password is: a reload may ask for it."""
        return frozenset(self._asked).union(name for name in self._environ if _SECRET_NAME.search(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._environ)

    def __len__(self) -> int:
        return len(self._environ)


@dataclass(frozen=True, slots=True)
class Givers:
    """Where the texts come from."""

    environ: Mapping[str, str]
    folder: Path
    """Relative paths are meant from here."""


def expanded(value: Any, key: Key, givers: Givers, faults: Faults) -> Any:  # noqa: ANN401  # any YAML
    """The value with the references in every text of it filled in; what cannot be is a fault of its key."""
    if isinstance(value, dict):
        return {name: expanded(item, (*key, name), givers, faults) for name, item in value.items()}
    if isinstance(value, list):
        return [expanded(item, (*key, str(index)), givers, faults) for index, item in enumerate(value)]
    if not isinstance(value, str):
        return value
    try:
        return filled_in(value, givers)
    except ValueError as error:
        faults.add(key, str(error))
        return value


def filled_in(text: str, givers: Givers) -> str:
    """The text with its references filled in. Raises ValueError: what is wrong with one, without the text around it."""
    return _REFERENCE.sub(lambda match: _given(match, givers), text)


def covered(text: str, givers: Givers) -> str:
    """The text as it may be shown: what a reference gives to the path or the query of a URL may be a key to the camera
    and is `***`; what it gives to scheme and host is filled in, and a password before the host is for `redaction`.

    What cannot be filled in stays as it was written.
    """
    host = _HOST.match(_REFERENCE.sub(lambda match: "$" * len(match[0]), text))  # ${file:/a} ends no host
    shown_until = len(text) if host is None else host.end()
    try:
        return _REFERENCE.sub(
            lambda match: _given(match, givers) if match.start() < shown_until else redaction.MASK, text
        )
    except ValueError:
        return text


def empty(values: object, environ: Mapping[str, str]) -> Iterator[str]:
    """The names of variables in the texts, as they were written, that are set to nothing."""
    names = (match[1] for _, text in _texts(values, ()) for match in _REFERENCE.finditer(text))
    return (name for name in names if _NAME.fullmatch(name) and environ.get(name) == "")


def passwords(values: object) -> Iterator[Key]:
    """The keys whose text, as it was written, holds a password."""
    return (key for key, text in _texts(values, ()) if holds_password(text))


def _texts(values: object, key: Key) -> Iterator[tuple[Key, str]]:
    if isinstance(values, str):
        yield key, values
    elif isinstance(values, dict):
        for name, item in values.items():
            yield from _texts(item, (*key, str(name)))
    elif isinstance(values, list):
        for index, item in enumerate(values):
            yield from _texts(item, (*key, str(index)))


def holds_password(text: str) -> bool:
    """Whether the text, as it was written, holds a password and not a reference to one."""
    return _PASSWORD.search(text) is not None


def _given(match: re.Match[str], givers: Givers) -> str:
    reference = match[1]
    kind, colon, rest = reference.partition(":")
    if not match[0].endswith("}"):
        colon, kind = "", ""
    if colon and kind == "file" and rest.strip():
        return _secret(givers.folder / rest, f"the file {rest}")
    if colon and kind == "credential" and _CREDENTIAL.fullmatch(rest):
        return _credential(rest, givers.environ)
    if not colon and _NAME.fullmatch(kind):
        if kind not in givers.environ:
            raise ValueError(f"needs the environment variable {kind}, which is not set; set it before the start")
        return givers.environ[kind]
    raise ValueError(
        "holds a '${' that is no variable; write ${NAME} with letters, digits and '_', ${file:PATH} or"
        " ${credential:NAME}"
    )


def _credential(name: str, environ: Mapping[str, str]) -> str:
    if not environ.get(CREDENTIALS):
        raise ValueError(
            f"needs the systemd credential {name}, which only the service has; "
            f"LoadCredential={name}:PATH belongs into its unit"
        )
    return _secret(Path(environ[CREDENTIALS], name), f"the systemd credential {name}")


def _secret(path: Path, what: str) -> str:
    """The file's text without the line break at its end. Raises ValueError, with nothing of the text in it."""
    try:
        if not path.is_file():
            raise ValueError(f"needs {what}, which is not there or no file")
        with path.open("rb") as file:
            content = file.read(SECRET_BYTES_MAX + 1)
        text = content.decode()
    except UnicodeDecodeError:
        raise ValueError(f"needs {what}, which is not UTF-8 text") from None
    except OSError as error:
        raise ValueError(f"needs {what}, which cannot be read: {error.strerror}") from error
    text = text.rstrip("\r\n")
    if not text or len(content) > SECRET_BYTES_MAX or not text.isprintable():
        raise ValueError(f"needs {what}, which must hold one line of text, at most {SECRET_BYTES_MAX} bytes")
    return text
