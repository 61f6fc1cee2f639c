"""What can be wrong with a camera or a clip, each in one sentence that names it and says what to do. Pure."""

from enum import Enum, auto

from anprd.redaction import redact


class Trouble(Enum):
    """Every way a source is known to fail."""

    UNKNOWN_HOST = auto()
    NO_ROUTE = auto()
    NO_ANSWER = auto()
    REFUSED = auto()
    WRONG_PASSWORD = auto()
    FORBIDDEN = auto()
    NOT_FOUND = auto()
    NOT_GIVEN = auto()
    SERVER_ERROR = auto()
    NOT_A_CAMERA = auto()
    SILENT = auto()
    STALLED = auto()
    ENDED = auto()
    BROKEN_OFF = auto()
    NO_VIDEO = auto()
    UNKNOWN_CODEC = auto()
    UNDECODABLE = auto()
    TOO_LARGE = auto()
    PACKET_TOO_LARGE = auto()
    FILE_MISSING = auto()
    FILE_FORBIDDEN = auto()
    FILE_NOT_A_FILE = auto()
    FILE_EMPTY = auto()
    FILE_IS_PICTURE = auto()
    FILE_CUT_OFF = auto()
    FILE_NOT_VIDEO = auto()
    FILE_UNDECODABLE = auto()
    OTHER = auto()


_SENTENCES = {
    # No sentence holds an `@`: whatever stands before one is taken for a password later on.
    Trouble.UNKNOWN_HOST: "no host of that name is known; check the name in the url, or this machine's DNS",
    Trouble.NO_ROUTE: "there is no way to that network from here; check the address and this machine's network",
    Trouble.NO_ANSWER: "nothing answered within {detail}; check that the camera is on and its address is right",
    Trouble.REFUSED: "the host refused the connection; check the port, and that the camera offers this protocol",
    Trouble.WRONG_PASSWORD: "the camera refused the user name or the password (401); check both in the url, where"
    " special characters of a password are written as % and two digits",
    Trouble.FORBIDDEN: "the camera does not let this user watch (403); give the user the right to live video",
    Trouble.NOT_FOUND: "the camera has no stream of that path (404); check the path in the url",
    Trouble.NOT_GIVEN: "the camera refused to send the stream ({detail}); it may have too many viewers, or lack this"
    " transport",
    Trouble.SERVER_ERROR: "the camera failed by itself (5xx); restart it if this goes on",
    Trouble.NOT_A_CAMERA: "what answered does not speak this protocol; check the port and the beginning of the url",
    Trouble.SILENT: "it takes the connection and then says nothing for {detail}; restart the camera, or check the port",
    Trouble.STALLED: "the camera sent nothing for {detail}; check the network and the camera's power",
    Trouble.ENDED: "the camera ended the stream; it may have been restarted",
    Trouble.BROKEN_OFF: "the connection broke off ({detail}); check the network",
    Trouble.NO_VIDEO: "there is no video in it; choose one with video",
    Trouble.UNKNOWN_CODEC: "its video format cannot be decoded here; use H.264 or H.265",
    Trouble.UNDECODABLE: "{detail} could not be decoded; restart the camera, or set it to plain H.264",
    Trouble.TOO_LARGE: "its picture is {detail}, more than is taken (8192 on a side, 40 megapixels); make it smaller",
    Trouble.PACKET_TOO_LARGE: "it sent one picture of {detail}, more than any has (16 MiB); check what sends there",
    Trouble.FILE_MISSING: "there is no such file; check the path",
    Trouble.FILE_FORBIDDEN: "the file may not be read; give the user that anprd runs as the right to read it",
    Trouble.FILE_NOT_A_FILE: "this is no regular file; name a video file",
    Trouble.FILE_EMPTY: "the file is empty; record or copy it again",
    Trouble.FILE_IS_PICTURE: "this is a picture, not a video; read pictures with 'anprd read'",
    Trouble.FILE_CUT_OFF: "the file is cut off and its index is missing; record or copy it again",
    Trouble.FILE_NOT_VIDEO: "this is no video that can be read; give MP4, MKV, AVI, TS or another recording",
    Trouble.FILE_UNDECODABLE: "no picture of it could be decoded; the file is damaged, record or copy it again",
    Trouble.OTHER: "it failed: {detail}",
}


def sentence(trouble: Trouble, name: str, detail: str = "") -> str:
    """One sentence about the source `name` (a URL or a path; passwords are taken out), without a full stop."""
    return f"{redact(name)}: {_SENTENCES[trouble].format(detail=redact(detail))}"


def seconds(value_s: float) -> str:
    """A span as it stands in a sentence."""
    return f"{value_s:g} s"
