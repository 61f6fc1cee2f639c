"""The leak hunt's arithmetic, and that it can find a leak."""

import random

from tests.chaos.soak import Sample, report, sample, slope


def samples(grows_mib=0.0, descriptors=lambda number: 14):
    chance = random.Random(1)
    return [
        Sample(number / 30, 160 + chance.gauss(0, 0.3) + grows_mib * number / 30, 300, descriptors(number), 9)
        for number in range(361)
    ]


def test_a_line_is_found_with_an_interval_around_it():
    found = slope([(one.at, one.own_mib) for one in samples(grows_mib=2.0)])
    assert found.low < 2.0 < found.high
    assert found.high - found.low < 0.05


def test_twelve_quiet_hours_are_flat():
    assert report(samples(), {}, unit="hour")["flat"]


def test_a_leak_of_a_megabyte_an_hour_is_not():
    assert not report(samples(grows_mib=1.0), {}, unit="hour")["flat"]


def test_one_descriptor_more_in_the_second_half_is_a_leak():
    assert not report(samples(descriptors=lambda number: 14 + number // 250), {}, unit="hour")["flat"]


def test_this_process_has_a_size():
    one = sample(0.0)
    assert one.rss_mib > 10
    assert one.descriptors >= 3
    assert one.threads >= 1
