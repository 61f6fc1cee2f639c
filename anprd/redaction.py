"""Passwords never leave: every text that may hold a URL goes through here before anybody sees it.

A password may hold anything, `@`, `:`, `/` and blanks included, because `${VARIABLE}` puts it into a URL as it is.
Where a URL ends is then a guess, so every rule here takes rather too much than too little: a line of a log may lose a
host's name, never show half a password.
"""

import bisect
import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

MASK = "***"
TEXT_LENGTH_MAX = 16384  # a traceback with its causes fits
_URL_LENGTH_MAX = 4096
DEPTH_MAX = 8  # fields of a log line nest two or three deep; what lies deeper is shown as text

_WORDS = (
    r"pass(?:word|wd|phrase)?|pwd|loginpas|secret|client_secret|(?:auth|access|api|refresh)_?token|token"
    r"|(?:api|access|secret|private)_?key|auth|authorization|credentials?"
)
_SCHEMES = r"(?:rtsps?|rtmps?|https?|rediss?|unix|file|tcp|udp|srt)"
_BEFORE_URL = r"(?<![^\s'\"=(\[{<,;|&?])"
# A URL whose scheme was forgotten: `user:password@host`.
_BARE_USER_INFO = re.compile(r"(?<![^\s'\"=(\[{,])(?P<user>[\w.+%-]{1,64}:)(?!//)\S*@")
# `?password=...`, `&pwd=...`, and the paths of some cameras, `/user=admin_password=..._channel=1`.
_PARAMETER = re.compile(rf"(?<![a-z])(?P<name>(?:{_WORDS})=)[^\s&#;'\"]+", re.IGNORECASE)
# `'password': '...'` of a printed mapping, JSON or Python; its end may have been cut off.
_ITEM = re.compile(
    rf"(?P<name>(?P<quote>['\"])(?:{_WORDS})(?P=quote)\s*:\s*)(?:'[^']*(?:'|\Z)|\"(?:[^\"\\]|\\.)*(?:\"|\Z))",
    re.IGNORECASE,
)
_HEADER = re.compile(r"(?P<name>authorization:\s*(?:basic|digest|bearer)\s).*", re.IGNORECASE)
_SECRET_KEY = re.compile(rf"(?:.*_)?(?:{_WORDS})", re.IGNORECASE)


class _Notation(NamedTuple):
    """How a URL may be written: where a password begins, what ends it, and what cannot be part of it."""

    start: re.Pattern[str]
    """`://user:`"""
    at: str
    """`@`, the last of which ends a password."""
    url: re.Pattern[str]
    """The beginning of another URL; its scheme is a known one, for a password may hold `://`."""
    port: re.Pattern[str]
    """What says that `user` is a host: a port after it."""
    parts: re.Pattern[str]
    """What no URL reaches across."""


_PLAIN = _Notation(
    re.compile(r"://[^\s:]*:"),
    "@",
    re.compile(rf"{_BEFORE_URL}{_SCHEMES}://", re.IGNORECASE),
    re.compile(r"[0-9]{1,5}(?:[/\s?#'\")\]},;]|$)"),
    re.compile(r"([\r\n])"),
)
# As it stands in another URL's query.
_ENCODED = _Notation(
    re.compile(r"%3A%2F%2F(?:(?!%3A)\S)*%3A", re.IGNORECASE),
    "%40",
    re.compile(rf"{_BEFORE_URL}{_SCHEMES}%3A%2F%2F", re.IGNORECASE),
    re.compile(r"[0-9]{1,5}(?:%2F|[\s&]|$)", re.IGNORECASE),
    re.compile(r"(\s)"),
)


def redact(text: str) -> str:
    """The text with every password replaced by `***`; names of users, hosts and paths stay where that is safe.

    What goes beyond `TEXT_LENGTH_MAX` characters is cut off: the rules below take quadratic time, minutes for a hostile
    megabyte.
    """
    if len(text) > TEXT_LENGTH_MAX:
        text = text[: _whole_until(text)] + " ... (cut)"
    text = _without_user_info(text, _PLAIN)
    text = _without_user_info(text, _ENCODED)
    text = _BARE_USER_INFO.sub(rf"\g<user>{MASK}@", text)
    text = _HEADER.sub(rf"\g<name>{MASK}", text)
    text = _ITEM.sub(rf"\g<name>'{MASK}'", text)
    return _PARAMETER.sub(rf"\g<name>{MASK}", text)


def printable(text: str) -> str:
    """The text with what commands a terminal, or turns the direction of reading, as Python's escapes; lines stay lines.

    Whatever a text quotes may hold such: a file's name, what answers in the place of Redis.
    """
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character in "\n\t" else character.encode("unicode_escape").decode()
        for character in text
    )


def _whole_until(text: str) -> int:
    """Where a text that is too long is cut: what reaches across may have lost the `@` by which its password is known.

    So a URL goes as a whole, from the first `//` that is near, since a password may hold others; else a word does.
    """
    near = TEXT_LENGTH_MAX - _URL_LENGTH_MAX
    url = text.find("//", near, TEXT_LENGTH_MAX)
    word = max(text.rfind(blank, near, TEXT_LENGTH_MAX) for blank in " \t\r\n")
    return next((place for place in (url, word) if place >= 0), TEXT_LENGTH_MAX)


def _without_user_info(text: str, notation: _Notation) -> str:
    """The text with what stands between `://user:` and the last `@` masked."""
    return "".join(_masked(part, notation) for part in notation.parts.split(text))


def _masked(part: str, notation: _Notation) -> str:
    """One part; the last `@` is that before another URL, but what seems one was of the password if there is none."""
    last = part.rfind(notation.at)
    urls = [found.start() for found in notation.url.finditer(part)] if last >= 0 else []
    pieces, done, at = [], 0, 0
    while (found := notation.start.search(part, at)) and found.end() <= last:
        following = bisect.bisect_left(urls, found.end())
        end = part.rfind(notation.at, found.end(), urls[following] if following < len(urls) else None)
        if end < 0 and not notation.port.match(part, found.end()):
            end = last
        if end < 0:
            at = found.start() + 1
        else:
            pieces += [part[done : found.end()], MASK]
            done = at = end
    return "".join([*pieces, part[done:]])


def redacted(value: object) -> object:
    """The value in a form that may be logged: of plain mappings, lists, texts and numbers, no password anywhere.

    Every text is `printable`. What stands under a key that is named like a secret is masked whole. An exception becomes
    its type and text, any other object what `repr` says of it.
    """
    return _redacted(value, DEPTH_MAX)


def _redacted(value: object, depth: int) -> object:  # noqa: PLR0911, one a kind of value
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return shown(value)
        case bytes() | bytearray():
            return shown(value.decode(errors="replace"))
        case BaseException():
            return shown(f"{type(value).__name__}: {value}")
        case Mapping() if depth > 0:
            return {shown(str(key)): _item(key, item, depth - 1) for key, item in value.items()}
        case Sequence() | AbstractSet() if depth > 0:
            return [_redacted(item, depth - 1) for item in value]
        case _:
            return shown(repr(value))


def shown(text: str) -> str:
    """The text as it may be shown to anybody: without passwords, and `printable`."""
    return printable(redact(text))


def _item(key: object, value: object, depth: int) -> object:
    if isinstance(key, str) and _SECRET_KEY.fullmatch(key) and value:
        return MASK
    return _redacted(value, depth)
