"""The camera's side of an RTSP session over TCP (RFC 2326), without sockets: bytes in, requests out, answers back."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN"
REQUEST_BYTES_MAX = 16_384
_REASONS = {
    200: "OK",
    401: "Unauthorized",
    404: "Not Found",
    453: "Not Enough Bandwidth",
    461: "Unsupported Transport",
    503: "Service Unavailable",
}


class ProtocolError(Exception):
    """What came is no RTSP."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a viewer asks. `path` is its URL's, without the slash at either end."""

    method: str
    path: str
    sequence: str
    over_tcp: bool
    """Whether a SETUP wants the packets within this connection; True for all else."""


class Inbox:
    """What a viewer sends, cut into requests. Its receiver reports are left out: nobody reads them."""

    def __init__(self) -> None:
        self._heard = b""

    def feed(self, chunk: bytes) -> Iterator[Request]:
        """The requests that `chunk` completes. Raises ProtocolError."""
        self._heard += chunk
        while self._heard:
            if self._heard[:1] == b"$":
                length = 4 + int.from_bytes(self._heard[2:4], "big") if len(self._heard) >= 4 else 4
                if len(self._heard) < length:
                    return
                self._heard = self._heard[length:]
                continue
            head, end, rest = self._heard.partition(b"\r\n\r\n")
            if not end:
                if len(self._heard) > REQUEST_BYTES_MAX:
                    raise ProtocolError("a request without end")
                return
            self._heard = rest
            yield _request(head.decode(errors="replace"))


def answer(request: Request, *, status: int = 200, headers: tuple[str, ...] = (), body: str = "") -> bytes:
    """An answer on the wire."""
    length = (f"Content-Length: {len(body)}",) if body else ()
    lines = (f"RTSP/1.0 {status} {_REASONS[status]}", f"CSeq: {request.sequence}", *headers, *length, "", body)
    return "\r\n".join(lines).encode()


def reply(request: Request, description: str) -> bytes:
    """The answer of a camera that gives what it is asked for; `description` is the stream's (SDP)."""
    match request.method:
        case "OPTIONS":
            return answer(request, headers=(f"Public: {METHODS}",))
        case "DESCRIBE":
            return answer(request, headers=("Content-Type: application/sdp",), body=description)
        case "SETUP" if not request.over_tcp:
            return answer(request, status=461)
        case "SETUP":
            transport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"
            return answer(request, headers=(transport, "Session: 1;timeout=60"))
        case _:
            return answer(request, headers=("Session: 1",))


def _request(head: str) -> Request:
    lines = head.split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or not words[2].startswith("RTSP/"):
        raise ProtocolError("not a request of RTSP")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    over_tcp = words[0] != "SETUP" or "/TCP" in headers.get("transport", "").upper()
    return Request(words[0], urlsplit(words[1]).path.strip("/"), headers.get("cseq", "0"), over_tcp)
