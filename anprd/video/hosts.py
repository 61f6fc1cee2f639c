"""Two questions that FFmpeg's errors leave open: is the host's name known, and does anything take connections there?"""

import socket
from urllib.parse import urlsplit

from anprd.addresses import USUAL_PORTS

_CONNECT_S = 2.0


def is_known(url: str) -> bool:
    """Whether the url's host is an address or a name that DNS knows. Blocks for as long as DNS does."""
    try:
        socket.getaddrinfo(urlsplit(url).hostname, None)
    except (OSError, ValueError):
        return False
    return True


def accepts(url: str) -> bool:
    """Whether a TCP connection to the url's host and port is taken within two seconds."""
    parts = urlsplit(url)
    try:
        address = (parts.hostname or "", parts.port or USUAL_PORTS.get(parts.scheme, 554))
        with socket.create_connection(address, timeout=_CONNECT_S):
            return True
    except (OSError, ValueError):
        return False
