import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.records import Box, Detection, Reading, Sighting
from anprd.vision import looks

DETECTION = Detection(Box(10, 20, 110, 40), 0.9)


def seen(*texts: tuple[str, float]) -> list[Sighting]:
    return [
        Sighting(DETECTION, Box(i, 0, 9, 9).corners, Reading(text, (sure,) * len(text), 1, sure))
        for i, (text, sure) in enumerate(texts)
    ]


def test_the_first_look_is_at_the_box_itself_and_the_others_share_its_middle() -> None:
    found = looks.boxes(DETECTION)
    assert found[0] == DETECTION
    assert all(other.box.centre == pytest.approx(DETECTION.box.centre) for other in found)
    assert found[1].box.area > DETECTION.box.area > found[2].box.area


def test_looks_that_agree_are_as_sure_as_they_are_on_average() -> None:
    sighting = looks.agreed(seen(("AB123", 0.9), ("AB123", 0.6), ("AB123", 0.9)))
    assert sighting.reading is not None
    assert sighting.reading.text == "AB123"
    assert sighting.reading.confidence == pytest.approx(0.8)


def test_two_looks_outvote_a_surer_one_and_are_no_surer_than_two_thirds() -> None:
    sighting = looks.agreed(seen(("AB123", 0.9), ("AB128", 0.8), ("AB128", 0.7)))
    assert sighting.reading is not None
    assert (sighting.reading.text, sighting.reading.confidence) == ("AB128", pytest.approx(0.5))
    assert sighting.corners[0] == (1, 0)
    assert sighting.reading.confidences == (0.8,) * 5


def test_where_no_look_reads_anything_nothing_is_read() -> None:
    sighting = looks.agreed([Sighting(DETECTION, DETECTION.box.corners, None)] * 2)
    assert sighting.reading is not None
    assert (sighting.reading.text, sighting.reading.confidence) == ("", 0.0)


def test_upside_down_a_plate_is_read_from_its_last_corner_on() -> None:
    first, second, third, fourth = DETECTION.box.corners
    assert looks.turned(DETECTION.box.corners) == (third, fourth, first, second)
    assert looks.turned(looks.turned(DETECTION.box.corners)) == DETECTION.box.corners


def test_a_plate_on_its_head_is_told_as_it_reads_the_right_way_up() -> None:
    (told, turned) = seen(("88LLHS", 0.84), ("SH7788A", 0.99))
    assert not looks.is_upright(told)
    assert looks.is_upright(turned)
    assert looks.upright(told, turned) is turned


@pytest.mark.parametrize(("own", "other"), [(0.2, 0.89), (0.95, 0.95), (0.0, 0.0)])
def test_what_is_hardly_surer_upside_down_stays_as_it_is(own: float, other: float) -> None:
    (told, turned) = seen(("AB123", own), ("EZ18V", other))
    assert looks.upright(told, turned) is told


def test_what_was_not_read_gives_way_to_what_was() -> None:
    nothing, (turned,) = Sighting(DETECTION, DETECTION.box.corners, None), seen(("AB123", 0.99))
    assert looks.upright(nothing, turned) is turned
    assert looks.upright(nothing, nothing) is nothing


@given(st.lists(st.tuples(st.sampled_from(["", "AB1", "AB7"]), st.floats(0, 1)), min_size=1, max_size=5))
def test_the_text_is_one_of_those_read_and_its_confidence_a_probability(texts: list[tuple[str, float]]) -> None:
    reading = looks.agreed(seen(*texts)).reading
    assert reading is not None
    assert reading.text in {text for text, _ in texts}
    assert 0 <= reading.confidence <= 1 + 1e-9
