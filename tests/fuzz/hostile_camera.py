"""A camera that means harm: an RTSP server whose every answer, description and packet may be wrong, by a seed.

It lives in a thread of the process that is tested, serves one connection after the other, and always hangs up: what
waits for ever is tested elsewhere (tests/integration/test_daemon_reload.py).
"""

import base64
import contextlib
import random
import re
import socket
import struct
import threading
from pathlib import Path

from tests.fuzz.mutate import mutate

REQUESTS_MAX = 12
PACKETS_MAX = 40
HANG_UP_S = 0.3  # a client that waits for more has had what there is
_MTU = 1400
# Without X-PN-REALVIDEO: FFmpeg 8.1.2 ends the process on its first packet (docs/operations.md#known).
_CODECS = (
    b"H264/90000", b"H265/90000", b"JPEG/90000", b"MP4V-ES/90000", b"VP8/90000", b"VP9/90000", b"AV1/90000",
    b"H263-1998/90000", b"H261/90000", b"MPV/90000", b"MP2T/90000", b"theora/90000", b"raw/90000", b"X-QT/90000",
    b"vorbis/44100", b"MPEG4-GENERIC/48000", b"QCELP/8000", b"DV/90000",
)  # fmt: skip
_SDP_WORDS = (
    b"\r\n", b"m=video 0 RTP/AVP 96\r\n", b"m=audio 0 RTP/AVP 0\r\n", b"m=application 0 RTP/AVP 107\r\n", b"c=IN IP4 ",
    b"a=control:", b"a=control:rtsp://127.0.0.1:1/x\r\n", b"a=control:file:///etc/passwd\r\n", b"a=fmtp:96 ",
    b"a=rtpmap:96 ",
    b"sprop-parameter-sets=", b"sprop-vps=", b"config=", b"a=range:npt=now-\r\n", b"a=range:clock=1-2\r\n",
    b"a=crypto:1 ",
    b"a=x-dimensions:99999,99999\r\n", b"a=framesize:96 16384-16384\r\n", b"a=source-filter: incl IN IP4 * 1.2.3.4\r\n",
    b"width=99999; height=99999; sampling=YCbCr-4:2:2; depth=8\r\n", b"packetization-mode=99", b"0" * 4000, b"%n%s",
    b"\x00",
    *(b"a=rtpmap:96 " + codec + b"\r\n" for codec in _CODECS),
)  # fmt: skip
_HEAD_WORDS = (
    b"\r\n", b"\r\n\r\n", b"Content-Length: 2147483647\r\n", b"Content-Length: -1\r\n",
    b"Content-Length: 99999999999\r\n",
    b"RTSP/1.0 200 OK\r\n", b"RTSP/1.0 999 \r\n", b"HTTP/1.1 200 OK\r\n", b"Session: ", b"Session: ;timeout=0\r\n",
    b"Transport: RTP/AVP/UDP;unicast;client_port=1-2;server_port=1-2\r\n",
    b"Transport: x-pn-tng/tcp;interleaved=254-255\r\n",
    b"Location: file:///etc/passwd\r\n", b"Location: rtsp://127.0.0.1:1/\r\n", b"CSeq: 99999\r\n", b"Public: ",
    b"$\x00\xff\xff",
    b'WWW-Authenticate: Digest realm="', b"RTP-Info: url=;seq=;rtptime=\r\n", b"Content-Base: \r\n", b"A" * 5000,
    b"\x00",
    b"Server: Real/1.0\r\nRealChallenge1: \r\n", b"X-Accept-Dynamic-Rate: 1\r\n", b"Range: npt=-1--1\r\n",
)  # fmt: skip


class HostileCamera:
    """Listens from the moment it is made. `rng` decides what the next session gets."""

    def __init__(self, elementary: Path) -> None:
        """`elementary`: H.264 with start codes."""
        self._units = [unit for unit in re.split(rb"\x00\x00\x00?\x01", elementary.read_bytes()) if unit]
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.rng = random.Random(0)
        self.url = f"rtsp://u:p@127.0.0.1:{self._listener.getsockname()[1]}/x"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            with contextlib.suppress(OSError, ValueError), connection:
                connection.settimeout(HANG_UP_S)
                self._session(connection, random.Random(self.rng.random()))

    def _session(self, connection: socket.socket, rng: random.Random) -> None:
        wrong = rng.choice(("head", "sdp", "rtp", "rtp", "all"))
        for _ in range(REQUESTS_MAX):
            request = connection.recv(4096)
            if not request:
                return
            connection.sendall(self._answer(request, rng, wrong))
            if request.startswith(b"PLAY"):
                for packet in self._packets(rng, wrong):
                    connection.sendall(packet)
                return

    def _answer(self, request: bytes, rng: random.Random, wrong: str) -> bytes:
        cseq = re.search(rb"CSeq: *(\d+)", request)
        head = b"RTSP/1.0 200 OK\r\nCSeq: " + (cseq[1] if cseq else b"1") + b"\r\nSession: 7\r\n"
        body = b""
        if request.startswith(b"DESCRIBE"):
            body = self._sdp(rng)
            if wrong in ("sdp", "all"):
                body = mutate(body, rng, _SDP_WORDS)
            head += b"Content-Type: application/sdp\r\nContent-Length: %d\r\n" % len(body)
        elif request.startswith(b"SETUP"):
            head += b"Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
        else:
            head += b"Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER\r\n"
        head += b"\r\n"
        if wrong in ("head", "all") and rng.random() < 0.5:
            head = mutate(head, rng, _HEAD_WORDS)
        return head + body

    def _sdp(self, rng: random.Random) -> bytes:
        sets = b",".join(base64.b64encode(unit) for unit in self._units if unit[0] & 31 in (7, 8))
        codec = rng.choice(_CODECS) if rng.random() < 0.3 else _CODECS[0]
        return (
            b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
            b"a=rtpmap:96 " + codec + b"\r\na=fmtp:96 packetization-mode=1;sprop-parameter-sets=" + sets + b"\r\n"
            b"a=control:track0\r\n"
        )

    def _packets(self, rng: random.Random, wrong: str) -> list[bytes]:
        packets, sequence = [], rng.randrange(65536)
        for number, unit in enumerate(self._units[:PACKETS_MAX]):
            for payload in _fragments(unit):
                sequence = (sequence + 1) % 65536
                rtp = struct.pack(">BBHII", 0x80, 96 | 0x80, sequence, number * 3600 % 2**32, 7) + payload
                packets.append(_framed(0, rtp))
            if number % 8 == 0:
                packets.append(
                    _framed(1, struct.pack(">BBHIQIII", 0x80, 200, 6, 7, rng.getrandbits(64), number * 3600, 1, 1))
                )
        if wrong in ("rtp", "all"):
            packets = [mutate(packet, rng) if rng.random() < 0.3 else packet for packet in packets]
        return packets


def _fragments(unit: bytes) -> list[bytes]:
    """The payloads of one NAL unit: itself, or FU-A (RFC 6184, 5.8)."""
    if len(unit) <= _MTU:
        return [unit]
    parts = [unit[at : at + _MTU] for at in range(1, len(unit), _MTU)]
    first, last = 0, len(parts) - 1
    return [
        bytes([unit[0] & 0xE0 | 28, (unit[0] & 31) | (index == first) << 7 | (index == last) << 6]) + part
        for index, part in enumerate(parts)
    ]


def _framed(channel: int, packet: bytes) -> bytes:
    return b"$" + struct.pack(">BH", channel, len(packet)) + packet
