"""Addresses as people write them: URLs of cameras and of Redis, HOST:PORT. Pure; no answer repeats a password."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

CAMERA_SCHEMES = ("rtsp", "rtsps", "http", "https")  # and file:PATH
REDIS_SCHEMES = ("redis", "rediss", "unix")
USUAL_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}  # as FFmpeg has them
_NO_HOST = re.compile(r"[\s/@?#]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


def camera_url_fault(url: str) -> str | None:
    """What is wrong with a camera's URL, or None. The answer never repeats the URL."""
    if not names_a_file(url):
        return url_fault(url, CAMERA_SCHEMES)
    path = url.removeprefix("file:")
    if not path.strip() or "\0" in path:
        return "must name a file after 'file:'"
    return "must be file:PATH or file:///PATH" if re.match("//[^/]", path) else None


def names_a_file(url: str) -> bool:
    """Whether it is `file:PATH` or a plain path, and no address on the network."""
    return url.startswith("file:") or _SCHEME.match(url) is None


def absolute_url(url: str, folder: Path) -> str:
    """`file:clips/a.mp4` and a plain path become `file:/absolute/path`; other URLs stay."""
    if not names_a_file(url) or camera_url_fault(url) is not None:
        return url
    return "file:" + os.path.normpath(folder / re.sub("^//(?=/)", "", url.removeprefix("file:")))


def same_camera(url: str) -> str:
    """The URL in the one form that all have which mean the same: scheme and host in small letters, no usual port."""
    match = _SCHEME.match(url)
    if match is None:
        return url
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    usual = f":{USUAL_PORTS.get(parts.scheme)}"
    return parts._replace(netloc=user + at + host.lower().removesuffix(usual)).geturl()


def url_fault(url: str, schemes: tuple[str, ...]) -> str | None:
    """What is wrong with a URL that must be of one of the schemes, or None. The answer never repeats the URL."""
    match = _SCHEME.match(url)
    if match is None or match[1].lower() not in schemes:
        return f"must begin with {', '.join(f'{scheme}://' for scheme in schemes)}"
    if any(character.isspace() or not character.isprintable() for character in url):
        return "must not hold a space or a control character; write a space as %20"
    if match[1].lower() != "unix" and not _names_a_host(url):
        return "names no valid host and port; in a password write '/' as %2F, '?' as %3F, '#' as %23, an at sign as %40"
    return None


def is_host_and_port(address: str) -> bool:
    """Whether it is HOST:PORT, the port from 1 to 65535."""
    host, _, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    named = _is_host(host) and _NO_HOST.search(address) is None  # http://HOST:PORT is none, HOST alone is asked for
    return named and port.isascii() and port.isdigit() and 1 <= int(port) <= 65535


def _names_a_host(url: str) -> bool:
    """Whether host and port are plain. A password with a '/', '?' or '#' would end the host's part early, and show."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # a port that is none shows only when it is asked for
    except ValueError:
        return False
    cut_short = "@" in parts.path + parts.query + parts.fragment
    return _is_host(host or "") and not cut_short


def _is_host(host: str) -> bool:
    """Whether it can be looked up at all: for an empty or too long label Python's resolver raises UnicodeError."""
    try:
        return bool(host.encode("idna"))
    except UnicodeError:
        return False
