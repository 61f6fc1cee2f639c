"""RTP for H.264 (RFC 6184) and H.265 (RFC 7798) within an RTSP connection, with sender reports. Pure."""

import base64
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

PAYLOAD_BYTES_MAX = 1400
TYPE = 96
RATE_HZ = 90_000
DATA_CHANNEL, REPORT_CHANNEL = 0, 1
_SOURCE = 0x5EED  # SSRC; a connection carries one stream
_NTP_EPOCH_S = 2_208_988_800  # from 1900 to 1970: RFC 5905, figure 4
_SENDER_REPORT = 200
_HEAD_BYTES = 4  # of an interleaved packet, before the RTP header
_PATCHED = struct.Struct(">HI")  # an RTP header's sequence number and timestamp, from its third byte on


@dataclass(frozen=True, slots=True)
class Coded:
    """A stream as it was encoded: the NAL units of each frame, key frames with their parameter sets."""

    codec: str
    """"h264" or "h265"."""
    frames: tuple[tuple[bytes, ...], ...]


@dataclass(frozen=True, slots=True)
class Packed:
    """A frame as it goes over the wire, but for its numbers."""

    wire: bytes
    starts: tuple[int, ...]
    """Where the RTP headers begin."""

    def stamped(self, sequence: int, timestamp: int) -> bytearray:
        """The frame with its packets numbered from `sequence` on: one buffer, to be sent at once."""
        wire = bytearray(self.wire)
        timestamp &= 0xFFFFFFFF
        for number, start in enumerate(self.starts, sequence):
            _PATCHED.pack_into(wire, start + 2, number & 0xFFFF, timestamp)
        return wire


def packed(codec: str, nal_units: Sequence[bytes]) -> Packed:
    """One frame, interleaved and without numbers yet."""
    parts = payloads(codec, nal_units)
    starts, size = [], 0
    for part in parts:
        starts.append(size + _HEAD_BYTES)
        size = starts[-1] + 12 + len(part)
    last = len(parts) - 1
    packets = (packet(part, sequence=0, timestamp=0, marker=index == last) for index, part in enumerate(parts))
    return Packed(b"".join(map(interleaved, packets)), tuple(starts))


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
    head = struct.pack(">BBHII", 0x80, marker << 7 | TYPE, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, _SOURCE)
    return head + payload


def interleaved(rtp: bytes, *, channel: int = DATA_CHANNEL) -> bytes:
    """A packet within the RTSP connection (RFC 2326, section 10.12)."""
    return struct.pack(">cBH", b"$", channel, len(rtp)) + rtp


def sender_report(*, wall_s: float, timestamp: int) -> bytes:
    """A report (RFC 3550, section 6.4.1) that the frame of this RTP timestamp was taken at `wall_s`, since 1970."""
    whole_s = int(wall_s)
    fraction = int((wall_s - whole_s) * (1 << 32))
    words = (whole_s + _NTP_EPOCH_S & 0xFFFFFFFF, fraction, timestamp & 0xFFFFFFFF, 0, 0)  # the counts: nobody asks
    return struct.pack(">BBHI5I", 0x80, _SENDER_REPORT, 6, _SOURCE, *words)


def description(coded: Coded) -> str:
    """The session description (SDP) of a stream."""
    units = [unit for unit in coded.frames[0] if _is_parameter_set(coded.codec, unit)]
    texts = [base64.b64encode(unit).decode() for unit in units]
    if coded.codec == "h264":
        profile = next(unit for unit in units if unit[0] & 0x1F == 7)[1:4].hex()
        details = f"packetization-mode=1;profile-level-id={profile};sprop-parameter-sets={','.join(texts)}"
    else:
        names = {32: "vps", 33: "sps", 34: "pps"}
        details = ";".join(f"sprop-{names[unit[0] >> 1]}={text}" for unit, text in zip(units, texts, strict=True))
    lines = (
        "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=film", "t=0 0", "a=range:npt=now-", f"m=video 0 RTP/AVP {TYPE}",
        "c=IN IP4 0.0.0.0", f"a=rtpmap:{TYPE} {coded.codec.upper()}/{RATE_HZ}", f"a=fmtp:{TYPE} {details}",
        "a=control:track1",
    )  # fmt: skip
    return "\r\n".join(lines) + "\r\n"


def nal_units(annex_b: bytes) -> list[bytes]:
    """The NAL units between start codes of three or four bytes (H.264 and H.265, Annex B)."""
    starts = []
    at = annex_b.find(b"\0\0\1")
    while at >= 0:
        starts.append(at + 3)
        at = annex_b.find(b"\0\0\1", at + 3)
    ends = [following - 3 for _, following in pairwise(starts)] + [len(annex_b)]
    return [annex_b[start:end].rstrip(b"\0") for start, end in zip(starts, ends, strict=True)]


def frames(units: Iterable[bytes]) -> list[tuple[bytes, ...]]:
    """The H.264 units of each frame: what comes before a picture's first slice belongs to it (H.264, 7.4.1.2.3)."""
    found: list[list[bytes]] = [[]]
    pictured = False
    for unit in units:
        slice_of_picture = 1 <= unit[0] & 0x1F <= 5
        # The slice header begins with first_mb_in_slice, Exp-Golomb coded: 0 is a single set bit.
        begins = bool(unit[1] & 0x80) if slice_of_picture else unit[0] & 0x1F in {6, 7, 8, 9}
        if pictured and begins:
            found.append([])
            pictured = False
        pictured = pictured or slice_of_picture
        found[-1].append(unit)
    return [tuple(frame) for frame in found if frame]


def _is_parameter_set(codec: str, unit: bytes) -> bool:
    return unit[0] & 0x1F in {7, 8} if codec == "h264" else unit[0] >> 1 & 0x3F in {32, 33, 34}
