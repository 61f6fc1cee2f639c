"""Passwords never leave: every text that may hold a URL goes through here before anybody sees it."""

import re

_USER_INFO = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)(?P<user>[^\s/:@]*):(?P<password>[^\s/]*)@", re.IGNORECASE)


def redact(text: str) -> str:
    """The text with every password of a URL replaced by `***`; the user's name stays."""
    return _USER_INFO.sub(r"\g<scheme>\g<user>:***@", text)
