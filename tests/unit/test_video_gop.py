from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from anprd.video.gop import GopBuffer
from anprd.video.reader import Arrival


@dataclass(frozen=True)
class Packet:
    number: int
    is_keyframe: bool
    size: int = 1000


def arrivals(count: int, *, gop: int, fps: float = 25.0) -> list[Arrival]:
    return [Arrival(Packet(number, number % gop == 0), number / fps) for number in range(count)]


def numbers(some: list[Arrival]) -> list[int]:
    return [arrival.packet.number for arrival in some]


def test_it_begins_with_the_newest_key_frame_that_is_old_enough():
    buffer = GopBuffer()
    for arrival in arrivals(130, gop=50):
        buffer.put(arrival, keep_from_s=arrival.arrived_s - 1.0)
    assert numbers(buffer.take()) == list(range(100, 130))


def test_a_key_frame_that_is_too_new_does_not_drop_the_pictures_before_it():
    buffer = GopBuffer()
    for arrival in arrivals(110, gop=50):
        buffer.put(arrival, keep_from_s=arrival.arrived_s - 1.0)
    assert numbers(buffer.take()) == list(range(50, 110))


def test_what_exceeds_its_seconds_must_be_decoded():
    buffer = GopBuffer(seconds_max=2.0)
    excess = [arrival for one in arrivals(100, gop=1000) for arrival in buffer.put(one, keep_from_s=0.0)[1]]
    assert numbers(excess) == list(range(49))
    assert numbers(buffer.take()) == list(range(49, 100))


def test_what_exceeds_its_bytes_must_be_decoded():
    buffer = GopBuffer(bytes_max=10_000)
    excess = [arrival for one in arrivals(30, gop=1000) for arrival in buffer.put(one, keep_from_s=0.0)[1]]
    assert numbers(excess) == list(range(20))


def test_a_packet_larger_than_the_buffer_passes_through():
    buffer = GopBuffer(bytes_max=10)
    (one,) = arrivals(1, gop=1)
    assert buffer.put(one, keep_from_s=0.0) == ([], [one])
    assert buffer.take() == []


def test_what_was_taken_is_gone():
    buffer = GopBuffer()
    for arrival in arrivals(10, gop=5):
        buffer.put(arrival, keep_from_s=0.0)
    buffer.take()
    assert buffer.take() == []


@given(
    steps=st.lists(st.tuples(st.booleans(), st.integers(1, 5000), st.floats(0.0, 2.0)), max_size=80),
    lead_s=st.floats(0.0, 5.0),
)
def test_everything_comes_out_once_and_what_is_kept_can_be_decoded(steps: list[tuple[bool, int, float]], lead_s: float):
    buffer = GopBuffer(seconds_max=6.0, bytes_max=20_000)
    t_s, needless, out, decoded = 0.0, [], [], -1  # the decoder stopped before packet 0
    for number, (is_key, size, step_s) in enumerate(steps):
        t_s += step_s
        dropped, excess = buffer.put(Arrival(Packet(number, is_key, size), t_s), keep_from_s=t_s - lead_s)
        needless += numbers(dropped)
        out += numbers(dropped)
        for arrival in excess:
            assert arrival.packet.is_keyframe or arrival.packet.number == decoded + 1
            decoded = arrival.packet.number
        out += numbers(excess)
        assert buffer._bytes <= 20_000
    kept = buffer.take()
    assert sorted(out + numbers(kept)) == list(range(len(steps)))
    assert not kept or kept[0].packet.is_keyframe or kept[0].packet.number == decoded + 1
