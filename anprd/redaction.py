"""Passwords never leave: every text that may hold a URL goes through here before anybody sees it.

A password may hold anything, `@`, `:`, `/` and blanks included, because `${VARIABLE}` puts it into a URL as it is.
Where a URL ends is then a guess, so every rule here takes rather too much than too little: a line of a log may lose a
host's name, never show half a password.
"""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

MASK = "***"
TEXT_LENGTH_MAX = 16384  # a traceback with its causes fits
_URL_LENGTH_MAX = 4096
DEPTH_MAX = 8  # fields of a log line nest two or three deep; what lies deeper is shown as text

_WORDS = (
    r"pass(?:word|wd|phrase)?|pwd|loginpas|secret|client_secret|(?:auth|access|api|refresh)_?token|token"
    r"|(?:api|access|secret|private)_?key|auth|authorization|credentials?"
)
# `//user:password@`, greedy to the last `@` of the line, but never past the next URL.
_USER_INFO = re.compile(r"(?P<user>://[^\s:]*:)(?:(?!://)[^\r\n])*@")
# The same within another URL's query, where it is percent-encoded.
_ENCODED_USER_INFO = re.compile(r"(?P<user>%3A%2F%2F(?:(?!%3A)\S)*?%3A)(?:(?!%3A%2F%2F)\S)*%40", re.IGNORECASE)
# A URL whose scheme was forgotten: `user:password@host`.
_BARE_USER_INFO = re.compile(r"(?<![^\s'\"=(\[{,])(?P<user>[\w.+%-]{1,64}:)(?!//)\S*@")
# `?password=...`, `&pwd=...`, and the paths of some cameras, `/user=admin_password=..._channel=1`.
_PARAMETER = re.compile(rf"(?<![a-z])(?P<name>(?:{_WORDS})=)[^\s&#;'\"]+", re.IGNORECASE)
# `'password': '...'` of a printed mapping, JSON or Python.
_ITEM = re.compile(
    rf"(?P<name>(?P<quote>['\"])(?:{_WORDS})(?P=quote)\s*:\s*)(?:'[^']*'|\"(?:[^\"\\]|\\.)*\")", re.IGNORECASE
)
_HEADER = re.compile(r"(?P<name>authorization:\s*(?:basic|digest|bearer)\s).*", re.IGNORECASE)
_SECRET_KEY = re.compile(rf"(?:.*_)?(?:{_WORDS})", re.IGNORECASE)


def redact(text: str) -> str:
    """The text with every password replaced by `***`; names of users, hosts and paths stay where that is safe.

    What goes beyond `TEXT_LENGTH_MAX` characters is cut off: the rules below take quadratic time, minutes for a hostile
    megabyte.
    """
    if len(text) > TEXT_LENGTH_MAX:
        # A URL at the cut may have lost the `@` by which its password is known: it goes as a whole.
        whole = text.rfind("//", TEXT_LENGTH_MAX - _URL_LENGTH_MAX, TEXT_LENGTH_MAX)
        text = text[: whole if whole >= 0 else TEXT_LENGTH_MAX] + " ... (cut)"
    text = _USER_INFO.sub(rf"\g<user>{MASK}@", text)
    text = _ENCODED_USER_INFO.sub(rf"\g<user>{MASK}%40", text)
    text = _BARE_USER_INFO.sub(rf"\g<user>{MASK}@", text)
    text = _HEADER.sub(rf"\g<name>{MASK}", text)
    text = _ITEM.sub(rf"\g<name>'{MASK}'", text)
    return _PARAMETER.sub(rf"\g<name>{MASK}", text)


def redacted(value: object) -> object:
    """The value in a form that may be logged: of plain mappings, lists, texts and numbers, no password anywhere.

    What stands under a key that is named like a secret is masked whole. An exception becomes its type and text, any
    other object what `repr` says of it.
    """
    return _redacted(value, DEPTH_MAX)


def _redacted(value: object, depth: int) -> object:  # noqa: PLR0911, one a kind of value
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return redact(value)
        case bytes() | bytearray():
            return redact(value.decode(errors="replace"))
        case BaseException():
            return redact(f"{type(value).__name__}: {value}")
        case Mapping() if depth > 0:
            return {redact(str(key)): _item(key, item, depth - 1) for key, item in value.items()}
        case Sequence() | AbstractSet() if depth > 0:
            return [_redacted(item, depth - 1) for item in value]
        case _:
            return redact(repr(value))


def _item(key: object, value: object, depth: int) -> object:
    if isinstance(key, str) and _SECRET_KEY.fullmatch(key) and value:
        return MASK
    return _redacted(value, depth)
