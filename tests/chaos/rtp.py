"""RTP payloads and session descriptions for H.264 (RFC 6184) and H.265 (RFC 7798). Pure."""

import base64
import struct
from collections.abc import Iterator, Sequence

from tests.chaos.film import Variant

PAYLOAD_BYTES_MAX = 1400
TYPE = 96
RATE_HZ = 90_000


def payloads(codec: str, nal_units: Sequence[bytes]) -> list[bytes]:
    """One frame as RTP payloads: small units as they are, large ones in fragments."""
    return [payload for unit in nal_units for payload in _fragments(codec, unit)]


def _fragments(codec: str, unit: bytes) -> Iterator[bytes]:
    if len(unit) <= PAYLOAD_BYTES_MAX:
        yield unit
        return
    if codec == "h264":
        head, kind, rest = bytes([unit[0] & 0xE0 | 28]), unit[0] & 0x1F, unit[1:]
    else:
        head, kind, rest = bytes([unit[0] & 0x81 | 49 << 1, unit[1]]), unit[0] >> 1 & 0x3F, unit[2:]
    step = PAYLOAD_BYTES_MAX - len(head) - 1
    for at in range(0, len(rest), step):
        first, last = at == 0, at + step >= len(rest)
        yield head + bytes([first << 7 | last << 6 | kind]) + rest[at : at + step]


def packet(payload: bytes, *, sequence: int, timestamp: int, marker: bool) -> bytes:
    """An RTP packet (RFC 3550, section 5.1)."""
    head = struct.pack(">BBHII", 0x80, marker << 7 | TYPE, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, 0x5EED)
    return head + payload


def interleaved(rtp: bytes) -> bytes:
    """A packet within the RTSP connection, channel 0 (RFC 2326, section 10.12)."""
    return struct.pack(">cBH", b"$", 0, len(rtp)) + rtp


def description(variant: Variant) -> str:
    """The session description (SDP) of a stream."""
    units = [unit for unit in variant.frames[0] if _is_parameter_set(variant.codec, unit)]
    coded = [base64.b64encode(unit).decode() for unit in units]
    if variant.codec == "h264":
        profile = next(unit for unit in units if unit[0] & 0x1F == 7)[1:4].hex()
        details = f"packetization-mode=1;profile-level-id={profile};sprop-parameter-sets={','.join(coded)}"
    else:
        names = {32: "vps", 33: "sps", 34: "pps"}
        details = ";".join(f"sprop-{names[unit[0] >> 1]}={text}" for unit, text in zip(units, coded, strict=True))
    lines = (
        "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=film", "t=0 0", "a=range:npt=now-", f"m=video 0 RTP/AVP {TYPE}",
        "c=IN IP4 0.0.0.0", f"a=rtpmap:{TYPE} {variant.codec.upper()}/{RATE_HZ}", f"a=fmtp:{TYPE} {details}",
        "a=control:track1",
    )  # fmt: skip
    return "\r\n".join(lines) + "\r\n"


def _is_parameter_set(codec: str, unit: bytes) -> bool:
    return unit[0] & 0x1F in {7, 8} if codec == "h264" else unit[0] >> 1 & 0x3F in {32, 33, 34}
