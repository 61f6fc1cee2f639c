"""The camera's side of the protocol: bytes in, requests out, answers back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.bench import rtsp

ASKED = (
    b"OPTIONS rtsp://127.0.0.1:1/cam/main RTSP/1.0\r\nCSeq: 1\r\n\r\n"
    b"$\x01\x00\x04abcd"
    b"SETUP rtsp://127.0.0.1:1/cam/main/track1 RTSP/1.0\r\n"
    b"Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nCSeq: 2\r\n\r\n"
)


def of(text):
    (request,) = rtsp.Inbox().feed(text)
    return request


@given(st.integers(1, 40))
def test_requests_are_heard_however_they_are_cut(size):
    inbox = rtsp.Inbox()
    heard = [one for at in range(0, len(ASKED), size) for one in inbox.feed(ASKED[at : at + size])]
    assert [(one.method, one.path, one.sequence) for one in heard] == [
        ("OPTIONS", "cam/main", "1"),
        ("SETUP", "cam/main/track1", "2"),
    ]


@pytest.mark.parametrize("text", [b"GET / HTTP/1.1\r\n\r\n", b"\r\n\r\n", b"x" * (rtsp.REQUEST_BYTES_MAX + 1)])
def test_what_is_no_rtsp_is_refused(text):
    with pytest.raises(rtsp.ProtocolError):
        list(rtsp.Inbox().feed(text))


def test_the_description_is_given_with_its_length():
    answer = rtsp.reply(of(b"DESCRIBE rtsp://h/a RTSP/1.0\r\nCSeq: 5\r\n\r\n"), "v=0\r\n")
    assert answer.startswith(b"RTSP/1.0 200 OK\r\nCSeq: 5\r\n")
    assert answer.endswith(b"Content-Length: 5\r\n\r\nv=0\r\n")


def test_packets_come_within_the_connection_or_not_at_all():
    over_udp = of(b"SETUP rtsp://h/a RTSP/1.0\r\nCSeq: 5\r\nTransport: RTP/AVP;unicast;client_port=1-2\r\n\r\n")
    assert rtsp.reply(over_udp, "").startswith(b"RTSP/1.0 461 ")
    over_tcp = of(b"SETUP rtsp://h/a RTSP/1.0\r\nCSeq: 5\r\nTransport: RTP/AVP/TCP;interleaved=0-1\r\n\r\n")
    assert b"interleaved=0-1" in rtsp.reply(over_tcp, "")
