"""Frames become packets that a viewer can put together again."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from anprd.bench import rtp
from anprd.bench.rtp import Coded

SPS, PPS = bytes([0x67, 0x42, 0x00, 0x1F, 0xAA]), bytes([0x68, 0xCE])
KEY = bytes([0x65, 0x88]) + bytes(range(1, 256)) * 12
NEXT, SECOND_SLICE = bytes([0x41, 0x9A, 1, 2]), bytes([0x41, 0x1A, 1, 2])


def packets(wire):
    """(sequence, timestamp, marker, payload) of each interleaved packet."""
    found = []
    while wire:
        sign, channel, size = struct.unpack_from(">cBH", wire)
        assert (sign, channel) == (b"$", rtp.DATA_CHANNEL)
        head = struct.unpack_from(">BBHII", wire, 4)
        found.append((head[2], head[3], head[1] >> 7, bytes(wire[16 : 4 + size])))
        wire = wire[4 + size :]
    return found


@given(st.integers(0, 1 << 20), st.integers(0, 1 << 40))
def test_packets_count_on_and_share_the_time_and_the_last_is_marked(sequence, timestamp):
    sent = packets(rtp.packed("h264", (SPS, PPS, KEY)).stamped(sequence, timestamp))
    assert [one[0] for one in sent] == [(sequence + number) & 0xFFFF for number in range(len(sent))]
    assert {one[1] for one in sent} == {timestamp & 0xFFFFFFFF}
    assert [one[2] for one in sent] == [0] * (len(sent) - 1) + [1]


def test_the_payloads_are_those_of_the_frame():
    units = (SPS, PPS, KEY)
    assert [one[3] for one in packets(rtp.packed("h264", units).stamped(0, 0))] == rtp.payloads("h264", units)


def test_numbering_a_frame_leaves_the_original_as_it_is():
    frame = rtp.packed("h264", (KEY,))
    frame.stamped(7, 9)
    assert packets(frame.wire)[0][:2] == (0, 0)


def test_a_byte_stream_is_cut_where_pictures_begin():
    stream = b"".join(b"\0\0\0\1" + unit for unit in (SPS, PPS, KEY, NEXT, SECOND_SLICE, SPS, PPS, KEY))
    assert rtp.frames(rtp.nal_units(stream)) == [(SPS, PPS, KEY), (NEXT, SECOND_SLICE), (SPS, PPS, KEY)]


def test_the_description_has_the_parameter_sets():
    text = rtp.description(Coded("h264", ((SPS, PPS, KEY),)))
    assert "profile-level-id=42001f" in text
    assert "sprop-parameter-sets=Z0IAH6o=,aM4=" in text


def test_a_sender_report_dates_a_timestamp():
    report = rtp.sender_report(wall_s=1_800_000_000.5, timestamp=90_000)
    _, kind, length, _, seconds, fraction, timestamp, *_ = struct.unpack(">BBHI5I", report)
    assert (kind, length, timestamp) == (200, len(report) // 4 - 1, 90_000)
    assert seconds == 1_800_000_000 + 2_208_988_800 - (1 << 32) * (seconds < 2_208_988_800)
    assert fraction == 1 << 31
