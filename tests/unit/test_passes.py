from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from anprd.records import Box, Detection, Sighting, Verdict, VerdictKind
from anprd.tracks.passes import Passes
from tests.traffic import Camera, Vehicle, crossing, driving, settings, sighting

PLATE, OTHER = "K995OX190", "P429OO197"
FPS = 8.0
UNREAD_S = 5.0  # after so long an unread end is no part of what comes next, and told
CONFIRMED, UPDATED, UNREADABLE = VerdictKind.CONFIRMED, VerdictKind.UPDATED, VerdictKind.UNREADABLE


def box(x: float, y: float = 500, width: float = 100) -> Box:
    return Box(x, y, x + width, y + width / 4)


def drive(
    texts: Iterable[str | None], *, x: float = 100, step: float = 40, width: float = 100, **how: float
) -> list[Sighting]:
    """A plate that moves on by `step` from frame to frame and is read so."""
    return [sighting(box(x + step * index, width=width), text, **how) for index, text in enumerate(texts)]


def stand(texts: Iterable[str | None], *, x: float = 100, **how: float) -> list[Sighting]:
    return drive(texts, x=x, step=0, **how)


class Stage:
    """Feeds frames to passes and keeps what was said."""

    def __init__(self, **changes: object) -> None:
        self.passes = Passes(settings(**changes))
        self.t_s = 0.0
        self.said: list[Verdict] = []

    def show(self, *lanes: Sequence[Sighting]) -> list[Verdict]:
        """The lanes side by side, frame by frame."""
        before = len(self.said)
        for index in range(max(map(len, lanes))):
            self._feed([lane[index] for lane in lanes if index < len(lane)])
        return self.said[before:]

    def idle(self, seconds: float) -> list[Verdict]:
        before = len(self.said)
        for _ in range(int(seconds * FPS)):
            self._feed([])
        return self.said[before:]

    def watch(self, vehicles: Sequence[Vehicle], seconds: float, **how: float) -> None:
        for t_s, seen in Camera(**how).frames(vehicles, seconds):
            self.said += self.passes.feed([found for _, found in seen], t_s)
        self.said += self.passes.settle()

    def told(self, kind: VerdictKind = CONFIRMED) -> list[str]:
        return [verdict.plate for verdict in self.said if verdict.kind is kind]

    def _feed(self, sightings: Sequence[Sighting]) -> None:
        self.said += self.passes.feed(sightings, self.t_s)
        self.t_s += 1 / FPS


@pytest.fixture
def stage() -> Stage:
    return Stage()


# One pass, one verdict.


def test_a_pass_is_confirmed_with_the_third_reading_that_agrees(stage: Stage) -> None:
    assert stage.show(drive([PLATE] * 2)) == []
    (verdict,) = stage.show(drive([PLATE], x=180))
    assert (verdict.kind, verdict.plate, verdict.votes, verdict.reads) == (CONFIRMED, PLATE, 3, 3)
    assert (verdict.first_t_s, verdict.last_t_s) == (0.0, 2 / FPS)
    assert verdict.confidence == pytest.approx(0.95)


def test_a_confirmed_pass_is_not_told_again(stage: Stage) -> None:
    stage.show(drive([PLATE] * 20))
    stage.idle(3)
    assert stage.passes.settle() == []
    assert stage.told() == [PLATE]
    assert stage.passes.counts == Counter(confirmed=1)


def test_the_best_frame_is_that_of_the_surest_reading_that_agrees(stage: Stage) -> None:
    lane = drive([PLATE] * 3)
    lane[1] = sighting(lane[1].box, PLATE, confidence=0.99)
    (verdict,) = stage.show(lane)
    assert (verdict.box, verdict.best_t_s) == (lane[1].box, 1 / FPS)


@pytest.mark.parametrize(
    ("regions", "region"), [(("RU", "UA", "RU"), "RU"), (("", "RU", ""), ""), (("RU", "UA", ""), "")]
)
def test_the_region_is_what_most_of_the_agreeing_readings_name(stage: Stage, regions, region) -> None:
    lane = drive([PLATE] * 3)
    named = [
        replace(seen, reading=replace(seen.reading, region=name)) for seen, name in zip(lane, regions, strict=True)
    ]
    (verdict,) = stage.show(named)
    assert verdict.region == region


def test_votes_min_is_the_cameras() -> None:
    stage = Stage(votes_min=5)
    assert stage.show(drive([PLATE] * 4)) == []
    assert stage.show(drive([PLATE], x=260))[0].votes == 5


def test_a_plate_that_others_were_read_on_is_as_sure_as_the_camera_asks_before_it_is_told_in_view() -> None:
    stage = Stage(reading_confidence_min=0.9)
    assert stage.show(drive(["K996OX190"] * 2 + [PLATE] * 5)) == []
    stage.idle(2)
    assert stage.told() == [PLATE]


def test_unsure_readings_never_vote(stage: Stage) -> None:
    stage.show(drive([PLATE] * 10, confidence=0.49))
    stage.idle(UNREAD_S)
    assert stage.told(UNREADABLE) == [""]
    assert stage.said[0].reads == 0
    assert (stage.passes.counts["unsure"], stage.passes.counts["unreadable"]) == (10, 1)


def test_weak_readings_among_more_that_did_not_trust_themselves_are_not_told(stage: Stage) -> None:
    blurs = drive(["K995OX180", "K985OX190"] * 3, confidence=0.4)
    stage.show(
        [*blurs[:4], *drive([PLATE] * 5, x=260, confidence=0.6), *drive(["K995OX180"] * 2, x=460, confidence=0.4)]
    )
    stage.idle(UNREAD_S)
    assert (stage.told(), stage.told(UNREADABLE)) == ([], [""])


@pytest.mark.parametrize(("unsure", "confidence"), [(2, 0.6), (6, 0.75)])
def test_weak_readings_alone_and_strong_ones_among_others_are_told(
    stage: Stage, unsure: int, confidence: float
) -> None:
    stage.show(
        [*drive([None] + ["K995OX180"] * unsure, confidence=0.4), *drive([PLATE] * 5, x=380, confidence=confidence)]
    )
    stage.idle(UNREAD_S)
    assert stage.told() == [PLATE]


@pytest.mark.parametrize("text", ["190", "K9", "20200522", "K995OX190K9"])
def test_scraps_and_dates_never_confirm(stage: Stage, text: str) -> None:
    stage.show(drive([text] * 20))
    assert stage.told() == []
    assert stage.passes.counts["implausible"] == 20


def test_first_readings_that_are_wrong_do_not_win(stage: Stage) -> None:
    stage.show(drive(["K995OX19", "X9950X19", "K99SOX190", PLATE, PLATE, "K995QX190", PLATE, PLATE, PLATE]))
    assert stage.told() == [PLATE]


def test_far_plates_need_more_votes(stage: Stage) -> None:
    """From afar the same wrong text may be read time and again."""
    assert stage.show(drive(["K99SOX190"] * 4, width=45, step=20)) == []
    stage.show(drive([PLATE] * 10, x=180, width=64))
    assert stage.told() == [PLATE]


def test_what_was_read_from_afar_is_forgotten_when_the_plate_has_come_near(stage: Stage) -> None:
    widths = [36 + 3 * index for index in range(7)] + [60 + 8 * index for index in range(10)]
    texts = ["K996OX190"] * 7 + [PLATE] * 10
    boxes = [box(900 - 20 * index, width=width) for index, width in enumerate(widths)]
    stage.show([sighting(where, text) for where, text in zip(boxes, texts, strict=True)])
    assert stage.told() == [PLATE]
    assert stage.told(VerdictKind.UPDATED) == []


@pytest.mark.parametrize(("confidence", "told"), [(0.7, []), (0.8, [PLATE])])
def test_a_plate_that_still_grows_is_told_at_once_only_where_it_is_sure(
    stage: Stage, confidence: float, told: list[str]
) -> None:
    boxes = [box(900 - 20 * index, width=70 + 10 * index) for index in range(8)]
    stage.show([sighting(where, PLATE, confidence=confidence) for where in boxes])
    assert stage.told() == told
    stage.idle(2)
    assert stage.told() == [PLATE]


@pytest.mark.parametrize(("others", "votes", "told"), [(0, 4, []), (4, 6, ["Q1Q1Q1Q"])])
def test_a_text_that_no_country_writes_needs_two_votes_more_at_the_end_too(
    stage: Stage, others: int, votes: int, told: list[str]
) -> None:
    assert stage.show(drive(["Q2Q1Q1Q"] * others + ["Q1Q1Q1Q"] * votes)) == []
    stage.idle(UNREAD_S)
    assert stage.told() == told


def test_a_text_that_no_country_writes_needs_two_votes_more(stage: Stage) -> None:
    stage.show(drive(["Q1Q1Q1Q"] * 4))
    assert stage.told() == []
    stage.show(drive(["Q1Q1Q1Q"] * 2, x=100 + 4 * 60))
    assert stage.told() == ["Q1Q1Q1Q"]


def test_a_vehicle_followed_as_another_becomes_a_pass_of_its_own(stage: Stage) -> None:
    stage.show(drive([PLATE] * 6, x=100, step=20))
    stage.show(drive(["B777TM77"] * 6, x=220, step=20))
    assert stage.told() == [PLATE, "B777TM77"]


def test_far_plates_that_come_no_nearer_are_told_all_the_same(stage: Stage) -> None:
    stage.show(drive([PLATE] * 5, width=45, step=20))
    assert stage.told() == [PLATE]


def test_one_reading_of_quite_another_plate_may_be_a_blur_and_begins_no_pass(stage: Stage) -> None:
    stage.show(drive([PLATE] * 4) + drive([OTHER], x=260, confidence=0.55) + drive([PLATE] * 4, x=300))
    stage.idle(UNREAD_S)
    assert stage.told() == [PLATE]
    assert stage.passes.counts["switched"] == 0


def test_readings_older_than_the_window_vote_no_more() -> None:
    stage = Stage(votes_window=4)
    assert stage.show(drive(["K996OX190", PLATE] * 10)) == []
    stage.show(drive([PLATE] * 3, x=900))
    assert stage.told() == [PLATE]


def test_a_fast_car_with_two_readings_is_unreadable(stage: Stage) -> None:
    stage.show(drive([None, PLATE, PLATE, None], step=300))
    stage.idle(UNREAD_S)
    assert (stage.told(), stage.told(UNREADABLE)) == ([], [""])


@pytest.mark.parametrize(("plate", "wrong"), [(PLATE, "K996OX190"), ("ABC123", "ABC128")])  # one country, and many
def test_three_readings_against_two_are_told_at_the_end_only(stage: Stage, plate: str, wrong: str) -> None:
    assert stage.show(drive([wrong, plate, wrong, plate, plate])) == []
    stage.idle(2)
    assert stage.told() == [plate]


def test_a_tie_is_unreadable(stage: Stage) -> None:
    stage.show(drive(["K996OX190", PLATE] * 5))
    assert [verdict.kind for verdict in stage.idle(UNREAD_S)] == [UNREADABLE]


def test_settling_tells_what_is_open_and_then_nothing(stage: Stage) -> None:
    stage.show(drive(["K996OX190", PLATE, "K996OX190", PLATE, PLATE]))
    assert [verdict.plate for verdict in stage.passes.settle()] == [PLATE]
    assert stage.passes.settle() == []
    assert stage.idle(5) == []


def test_settling_tells_what_nobody_could_read(stage: Stage) -> None:
    stage.show(drive([PLATE] * 10, confidence=0.3))
    assert [verdict.kind for verdict in stage.passes.settle()] == [UNREADABLE]


# Corrections.


def test_a_clearly_better_reading_is_an_update_of_the_same_track(stage: Stage) -> None:
    stage.show(drive(["K996OX190"] * 3 + [PLATE] * 15))
    assert [(verdict.kind, verdict.plate) for verdict in stage.said] == [(CONFIRMED, "K996OX190"), (UPDATED, PLATE)]
    assert [plate for plate, _ in stage.passes.held(stage.t_s)] == [PLATE]
    assert len({verdict.track for verdict in stage.said}) == 1
    assert len({verdict.first_t_s for verdict in stage.said}) == 1


def test_what_was_corrected_is_never_taken_back(stage: Stage) -> None:
    stage.show(drive((["K996OX190"] * 15 + [PLATE] * 15) * 4, step=5))
    assert len(stage.said) <= 2


def test_a_pass_is_corrected_twice_at_most(stage: Stage) -> None:
    """Each of the four is far stronger than the one before."""
    stage.show(drive(["K996OX190"] * 3 + [PLATE] * 5 + ["K994OX190"] * 9 + ["K992OX190"] * 15))
    assert [verdict.plate for verdict in stage.said] == ["K996OX190", PLATE, "K994OX190"]


def test_a_plate_that_was_read_often_is_not_corrected_by_fewer_readings(stage: Stage) -> None:
    stage.show(drive([PLATE] * 12 + ["K996OX190"] * 12, step=20))
    assert [verdict.plate for verdict in stage.said] == [PLATE]


def test_a_pass_is_not_corrected_to_a_plate_that_was_told_before(stage: Stage) -> None:
    stage.show(drive([PLATE] * 6))
    stage.idle(10)
    stage.show(drive(["K996OX190"] * 3 + [PLATE] * 15))
    assert [verdict.plate for verdict in stage.said] == [PLATE, "K996OX190"]


def test_what_was_withdrawn_is_not_told_as_another_vehicle(stage: Stage) -> None:
    stage.show(drive(["K996OX190"] * 3 + [PLATE] * 17, confidence=0.8))
    assert stage.told(UPDATED) == [PLATE]
    stage.idle(6)
    stage.show(drive(["K996OX190"] * 5, x=1500, step=-40))
    assert stage.told() == ["K996OX190"]


def test_a_last_reading_that_was_cut_changes_nothing(stage: Stage) -> None:
    stage.show(drive([PLATE] * 6 + ["K995OX19"] * 4))
    assert stage.told() == [PLATE]
    assert stage.told(UPDATED) == []


# The same vehicle again.


def test_a_broken_track_is_one_pass(stage: Stage) -> None:
    stage.show(drive([PLATE] * 5))
    stage.idle(4)
    stage.show(drive([PLATE] * 5, x=900))
    assert stage.told() == [PLATE]
    assert stage.passes.counts["repeated"] == 1


def test_a_plate_that_comes_back_after_the_hold_is_another_pass(stage: Stage) -> None:
    stage.show(drive([PLATE] * 5))
    stage.idle(32)
    stage.show(drive([PLATE] * 5))
    assert stage.told() == [PLATE, PLATE]
    assert len({verdict.track for verdict in stage.said}) == 2


def test_the_hold_begins_with_the_last_sighting(stage: Stage) -> None:
    for _ in range(4):
        stage.show(drive([PLATE] * 5))
        stage.idle(25)
    assert stage.told() == [PLATE]


def test_a_look_alike_of_a_held_plate_is_the_same_vehicle(stage: Stage) -> None:
    stage.show(drive([PLATE] * 8))
    stage.idle(10)
    stage.show(drive(["K9950X190"] * 8, x=900))
    assert stage.told() == [PLATE]


def test_the_next_van_of_a_fleet_is_another_vehicle(stage: Stage) -> None:
    """One digit apart, elsewhere, and ten seconds later: not the rest of a broken track."""
    stage.show(drive(["A123BC77"] * 8))
    stage.idle(10)
    stage.show(drive(["A124BC77"] * 4))
    assert stage.told() == ["A123BC77", "A124BC77"]


def test_two_vans_of_a_fleet_side_by_side_are_two(stage: Stage) -> None:
    stage.show(drive(["A123BC77"] * 8), drive(["A124BC77"] * 6, x=400))
    assert sorted(stage.told()) == ["A123BC77", "A124BC77"]


@pytest.mark.parametrize("rest", ["K99OX190", "K998OX190", "K995OX1", "95OX190", "OX190"])
def test_the_rest_of_a_broken_track_may_be_misread_or_cut(stage: Stage, rest: str) -> None:
    stage.show(drive([PLATE] * 8))
    stage.idle(1.8)
    stage.show(drive([rest] * 6, x=1000))
    assert stage.told() == [PLATE]
    assert stage.passes.counts["repeated"] == 1


def test_the_rest_of_a_broken_track_may_know_better(stage: Stage) -> None:
    stage.show(drive(["K996OX190"] * 3))
    stage.idle(1.8)
    stage.show(drive([PLATE] * 8, x=800))
    assert [(verdict.kind, verdict.plate) for verdict in stage.said] == [(CONFIRMED, "K996OX190"), (UPDATED, PLATE)]
    assert len({verdict.track for verdict in stage.said}) == 1


MEETINGS = [(PLATE, "K412OX197"), ("K995OX197", "K412OM197"), ("MH12AB1234", "MH12CD5678"), ("34ABC123", "34BVD957")]


@pytest.mark.parametrize(("first", "second"), MEETINGS)
@pytest.mark.parametrize("step", [20, -20])
def test_vehicles_of_one_place_that_meet_are_two(stage: Stage, first: str, second: str, step: float) -> None:
    """Their plates share half of the characters."""
    stage.show(drive([first] * 6, step=20))
    stage.idle(0.5)
    stage.show(drive([second] * 12, x=260, step=step))
    stage.idle(UNREAD_S)
    assert stage.told() == [first, second]
    assert stage.said[1].first_t_s > stage.said[0].last_t_s
    assert stage.told(UPDATED) == []


def test_all_that_was_read_of_a_vehicle_that_was_followed_as_another_counts_for_it(stage: Stage) -> None:
    stage.show(drive([PLATE] * 4, step=10))
    stage.show(drive([OTHER] * 4, x=150, step=20, confidence=0.55))  # too unsure to be held against the track
    stage.idle(UNREAD_S)
    assert stage.told() == [PLATE, OTHER]
    assert (stage.passes.counts["switched"], stage.said[1].votes, stage.said[1].first_t_s) == (1, 4, 4 / FPS)


def test_readings_of_both_parts_of_a_broken_track_count_together(stage: Stage) -> None:
    stage.show(drive([PLATE] * 2))
    stage.idle(1.4)
    stage.show(drive([PLATE, None, None, PLATE, None, None], x=1500, step=30))
    stage.idle(UNREAD_S)
    assert stage.told() == [PLATE]
    assert stage.told(UNREADABLE) == []


def test_a_row_of_a_plate_is_no_vehicle_of_its_own(stage: Stage) -> None:
    whole = [Box(100 + 20 * index, 400, 180 + 20 * index, 460) for index in range(8)]
    rows = [Box(spot.x1, spot.y1 + 29, spot.x2, spot.y2) for spot in whole]
    for sure, unsure in ((whole, rows), (rows, whole)):
        texts = ("59X112345", "12345") if sure is whole else ("12345", "59X112345")
        lanes = [
            [sighting(spot, text, detection=detection) for spot in spots]
            for spots, text, detection in zip((sure, unsure), texts, (0.9, 0.6), strict=True)
        ]
        stage.show(*lanes)
        stage.idle(UNREAD_S)
    assert stage.told() == ["59X112345"]
    assert stage.passes.counts["duplicate"] == 16


def test_a_plate_remembered_from_before_a_restart_is_not_told(stage: Stage) -> None:
    stage.passes.remember(PLATE, -10.0)
    stage.show(drive([PLATE] * 8))
    assert stage.said == []
    stage.idle(31)
    stage.show(drive([PLATE] * 8))
    assert stage.told() == [PLATE]


def test_the_next_process_can_be_told_which_plates_were_in_view(stage: Stage) -> None:
    stage.passes.remember("B456OX99", -1.0)
    stage.show(drive([PLATE] * 8))
    last_s = stage.t_s - 1 / FPS
    assert stage.passes.seen_since(0.0, now_t_s=stage.t_s) == [(PLATE, last_s)]
    assert stage.passes.seen_since(stage.t_s, now_t_s=stage.t_s) == []


def test_a_vehicle_that_is_known_again_at_the_end_of_its_pass_was_seen_until_then(stage: Stage) -> None:
    stage.show(drive([PLATE] * 5))
    stage.idle(4)
    stage.show(drive(["K996OX190", PLATE, "K996OX190", PLATE, PLATE], x=900))
    last_s = stage.t_s - 1 / FPS
    stage.idle(2)
    assert (stage.told(), stage.passes.held(stage.t_s)) == ([PLATE], [(PLATE, last_s)])


# One behind the other.


@pytest.mark.parametrize(("speed_m_s", "start_m"), [(8.0, 40.0), (-8.0, 6.0), (14.0, 55.0)])
@pytest.mark.parametrize("headway_s", [4, 6, 8])
def test_vehicles_in_a_row_that_nobody_can_read_are_each_told(speed_m_s: float, start_m: float, headway_s: int) -> None:
    plates = [f"K{number}9{number}OX190" for number in range(10)]
    row = [
        driving(plate, lane_m=0, speed_m_s=speed_m_s, start_m=start_m, begin_s=1 + headway_s * number)
        for number, plate in enumerate(plates)
    ]
    passes, said = Passes(settings()), []
    for t_s, seen in Camera(seed=3).frames(row, 10 * headway_s + 12):
        unsure = [
            replace(found, reading=found.reading and replace(found.reading, text_confidence=0.1)) for _, found in seen
        ]
        said += passes.feed(unsure, t_s)
    said += passes.settle()
    assert [verdict.kind for verdict in said] == [UNREADABLE] * 10


@pytest.mark.parametrize("seed", range(4))
def test_two_vans_of_a_fleet_are_two_though_their_plates_differ_by_one(seed: int) -> None:
    row = [
        driving(plate, lane_m=0, speed_m_s=4.0, start_m=12.0, begin_s=begin_s)
        for plate, begin_s in ((PLATE, 0.0), ("K996OX190", 4.0))
    ]
    passes, said = Passes(settings()), []
    for t_s, seen in Camera(seed=seed).frames(row, 20):
        said += passes.feed([found for _, found in seen], t_s)
    said += passes.settle()
    assert [(verdict.kind, verdict.plate) for verdict in said] == [(CONFIRMED, PLATE), (CONFIRMED, "K996OX190")]


def test_a_plate_that_nobody_is_known_to_write_needs_no_more_readings_than_the_window_holds() -> None:
    stage = Stage(votes_min=3, votes_window=3)
    stage.show(drive(["QQ9QQ9QQ"] * 20))
    stage.idle(3)
    assert stage.told() == ["QQ9QQ9QQ"]


# What stands still.


def test_a_parked_car_is_told_once_however_often_it_is_woken(stage: Stage) -> None:
    for _ in range(5):
        stage.show(stand([PLATE] * 30))
        stage.idle(120)
    assert stage.told() == [PLATE]


def test_a_parked_car_that_leaves_and_returns_is_told_again(stage: Stage) -> None:
    stage.show(stand([PLATE] * 30))
    stage.show(drive([PLATE] * 20))
    stage.idle(60)
    stage.show(drive([PLATE] * 20))
    assert stage.told() == [PLATE, PLATE]


def test_a_parked_car_is_told_once_where_looks_are_more_than_a_second_apart(stage: Stage) -> None:
    for _ in range(3):
        for _ in range(15):
            stage.show(stand([PLATE]))
            stage.idle(1.1)
        stage.idle(120)
    assert stage.told() == [PLATE]


def test_a_car_that_left_unseen_is_not_parked_where_others_have_stood_since(stage: Stage) -> None:
    for plate in (PLATE, "P429OO197", "M777MM77", PLATE):
        stage.show(stand([plate] * 20))
        stage.idle(600)
    assert stage.told() == [PLATE, "P429OO197", "M777MM77", PLATE]


def test_who_drove_up_to_a_barrier_ends_the_belief_that_another_stands_there(stage: Stage) -> None:
    for plate in (PLATE, OTHER, PLATE):
        stage.show([*drive([None] * 10), *stand([plate] * 20, x=500)])
        stage.idle(600)
    assert stage.told() == [PLATE, OTHER, PLATE]


def test_who_drives_to_where_another_stood_and_is_not_read_is_told_as_unreadable(stage: Stage) -> None:
    stage.show(stand([PLATE] * 20, x=500))
    stage.idle(600)
    stage.show([*drive([PLATE] * 10, confidence=0.3), *stand([PLATE] * 10, x=500, confidence=0.3)])
    stage.idle(5)
    assert stage.told(UNREADABLE) == [""]


def test_each_that_drives_up_to_a_barrier_and_is_not_read_is_told_as_unreadable(stage: Stage) -> None:
    for _ in range(3):
        stage.show([*drive([PLATE] * 10, confidence=0.3), *stand([PLATE] * 20, x=500, confidence=0.3)])
        stage.idle(600)
    assert len(stage.told(UNREADABLE)) == 3


def test_an_unread_car_that_stands_in_its_place_is_told_once(stage: Stage) -> None:
    stage.show([*drive([PLATE] * 10, confidence=0.3), *stand([PLATE] * 20, x=500, confidence=0.3)])
    for _ in range(3):
        stage.idle(600)
        stage.show(stand([PLATE] * 20, x=500, confidence=0.3))
    stage.idle(600)
    stage.show([*stand([PLATE] * 20, x=500, confidence=0.3), *drive([PLATE] * 10, x=540, confidence=0.3)])
    stage.idle(UNREAD_S)
    assert len(stage.told(UNREADABLE)) == 1
    assert (stage.passes.counts["overlay"], stage.passes.counts["repeated"]) == (3, 1)


def test_what_is_not_read_where_a_parked_car_stands_is_that_car(stage: Stage) -> None:
    stage.show(stand([PLATE] * 20))
    stage.idle(600)
    stage.show(stand([PLATE] * 20, confidence=0.3))
    stage.idle(5)
    assert stage.told(UNREADABLE) == []


def clock(seconds: int, text: str = "0804{:02d}") -> list[str]:
    """Read eight times a second, right each time."""
    return [text.format(second) for second in range(seconds) for _ in range(int(FPS))]


@pytest.mark.parametrize("text", ["0804{:02d}", "O804{:02d}", "2020052208{:02d}", "AM0804{:02d}"])
def test_a_clock_is_neither_a_plate_nor_unreadable(stage: Stage, text: str) -> None:
    stage.show(stand(clock(30, text)))
    stage.idle(UNREAD_S)
    assert stage.said == []
    assert stage.passes.counts["overlay"] == 1


def test_a_standing_car_takes_longer_but_is_told(stage: Stage) -> None:
    stage.idle(2)
    assert stage.show(stand([PLATE] * 8)) == []
    stage.show(stand([PLATE] * 8))
    assert stage.told() == [PLATE]


@pytest.mark.parametrize(("plate", "wrong"), [("ABC123", "ABC128"), ("2999961", "2999968")])  # of many, of digits
def test_at_the_end_too_what_stands_must_have_lasted_and_digits_alone_are_never_told(plate: str, wrong: str) -> None:
    for pause, told in ((0, []), (14, [] if plate.isdigit() else [plate])):
        stage = Stage()
        stage.idle(2)
        stage.show(stand([wrong, plate, wrong, plate] + [None] * pause + [plate]))
        stage.idle(UNREAD_S)
        assert stage.told() == told


def test_a_car_that_arrived_and_stands_does_not_wait(stage: Stage) -> None:
    stage.show(drive([None] * 4), [])
    stage.show(stand([PLATE] * 4, x=260))
    assert stage.told() == [PLATE]


def test_what_never_moved_and_nobody_can_read_is_a_part_of_the_scene(stage: Stage) -> None:
    for _ in range(4):
        stage.show(stand([PLATE] * 30, confidence=0.3))
        stage.idle(120)
    assert stage.said == []
    assert stage.passes.counts["overlay"] == 4


def test_a_car_that_stops_and_drives_on_unread_is_told_once(stage: Stage) -> None:
    stage.show(
        drive([PLATE] * 4, confidence=0.3)
        + stand([PLATE] * 30, x=220, confidence=0.3)
        + drive([PLATE] * 4, x=260, confidence=0.3)
    )
    stage.idle(10)
    assert stage.told(UNREADABLE) == [""]


# What ends unread.


def test_flicker_is_not_told(stage: Stage) -> None:
    stage.show(drive([PLATE] * 2))
    stage.idle(UNREAD_S)
    assert stage.said == []
    assert stage.passes.counts["flicker"] == 1


def test_a_plate_that_was_always_cut_is_not_told(stage: Stage) -> None:
    stage.show(drive([None] * 10))
    stage.idle(UNREAD_S)
    assert stage.said == []


def test_what_was_always_tiny_is_not_told(stage: Stage) -> None:
    stage.show(drive([None] * 10, width=20, step=8))  # nobody tries to read it
    stage.idle(UNREAD_S)
    assert stage.said == []
    assert stage.passes.counts["tiny"] == 1
    assert stage.passes.counts["flicker"] == 0


def test_what_the_detector_doubted_is_not_told(stage: Stage) -> None:
    stage.show(drive([PLATE] * 10, confidence=0.3, detection=0.52))
    stage.idle(UNREAD_S)
    assert stage.passes.counts["doubtful"] == 1


def test_lettering_is_neither_a_plate_nor_unreadable(stage: Stage) -> None:
    stage.show(drive(["PEUGEOT"] * 10))
    stage.idle(UNREAD_S)
    assert stage.said == []
    assert stage.passes.counts["lettering"] == 1


def test_a_word_on_a_plate_of_a_country_that_issues_such_is_told(stage: Stage) -> None:
    stage.show([replace(seen, reading=replace(seen.reading, region="US")) for seen in drive(["TOOLAZY"] * 10)])
    assert [(said.plate, said.region) for said in stage.said] == [("TOOLAZY", "US")]


def test_a_word_that_the_detector_hardly_takes_for_a_plate_is_lettering(stage: Stage) -> None:
    badge = drive(["OVERSIZE"] * 10, detection=0.55)
    stage.show([replace(seen, reading=replace(seen.reading, region="US")) for seen in badge])
    stage.idle(UNREAD_S)
    assert stage.said == []


def test_a_line_of_text_is_no_plate(stage: Stage) -> None:
    line = [sighting(Box(800, 10, 1900, 60), PLATE)] * 20
    stage.show(line)
    assert stage.said == []
    assert stage.passes.counts["misshapen"] == 20


def test_a_badge_above_a_confirmed_plate_is_a_fragment(stage: Stage) -> None:
    badge = [sighting(box(110 + 40 * index, 380, 80), "B8O", confidence=0.4) for index in range(10)]
    stage.show(drive([PLATE] * 12), badge)
    stage.idle(UNREAD_S)
    assert [verdict.plate for verdict in stage.said] == [PLATE]
    assert stage.passes.counts["fragment"] == 1


def test_a_rider_that_stays_unread_when_the_one_beside_has_gone_is_told_as_unreadable(stage: Stage) -> None:
    beside = drive([OTHER] * 6, x=350, step=20, confidence=0.3) + stand([OTHER] * 40, x=450, confidence=0.3)
    stage.show(drive([PLATE] * 12, step=20), beside)
    stage.idle(UNREAD_S)
    assert sorted(verdict.plate for verdict in stage.said) == ["", PLATE]


def test_what_is_beside_a_told_plate_and_goes_with_it_is_a_fragment(stage: Stage) -> None:
    beside = drive([OTHER] * 6, x=350, step=20, confidence=0.3) + stand([OTHER] * 20, x=450, confidence=0.3)
    stage.show(drive([PLATE] * 6, step=20) + stand([PLATE] * 14, x=200), beside)
    stage.idle(UNREAD_S)
    assert [verdict.plate for verdict in stage.said] == [PLATE]


def test_an_unread_beginning_of_a_confirmed_pass_is_a_fragment(stage: Stage) -> None:
    stage.show(drive([PLATE] * 6, confidence=0.3))
    stage.idle(1.6)
    stage.show(drive([PLATE] * 6, x=900))
    stage.idle(3)
    assert [verdict.plate for verdict in stage.said] == [PLATE]


@pytest.mark.parametrize("hidden_s", [1.8, 2.5, 3.5])
def test_a_vehicle_that_is_hidden_before_it_can_be_read_is_told_once(stage: Stage, hidden_s: float) -> None:
    stage.show(drive([PLATE] * 8, confidence=0.3, step=20))
    stage.idle(hidden_s)
    stage.show(drive([PLATE] * 6, x=260 + 160 * hidden_s, step=20))
    stage.idle(UNREAD_S)
    assert [verdict.plate for verdict in stage.said] == [PLATE]
    assert stage.passes.counts["fragment"] == 1


def test_two_unread_parts_of_a_pass_are_one_event(stage: Stage) -> None:
    stage.show(drive([PLATE] * 6, confidence=0.3))
    stage.idle(1.6)
    stage.show(drive([PLATE] * 6, x=900, confidence=0.3))
    stage.idle(8)
    assert stage.told(UNREADABLE) == [""]
    assert stage.passes.counts["fragment"] == 1


def test_the_best_frame_of_a_broken_track_that_nobody_could_read_may_be_of_its_first_part(stage: Stage) -> None:
    first = drive(["K996OX190", PLATE], width=110)
    stage.show(first)
    stage.idle(1.6)
    stage.show(drive(["K998OX190", PLATE, "K998OX190"], x=700, detection=0.55))
    stage.idle(8)
    assert [(verdict.kind, verdict.box) for verdict in stage.said] == [(UNREADABLE, first[1].box)]
    assert stage.passes.counts["fragment"] == 1


def test_an_unread_end_waits_some_seconds_at_most_for_what_may_be_its_rest(stage: Stage) -> None:
    stage.show(drive([PLATE] * 8, confidence=0.3))
    stage.idle(1.6)
    assert len(stage.show(stand([PLATE] * 60, x=900, confidence=0.3))) == 1


def test_an_unread_end_does_not_wait_for_what_is_elsewhere(stage: Stage) -> None:
    stage.show(drive([PLATE] * 8, confidence=0.3))
    stage.idle(1.6)
    assert len(stage.show(stand([PLATE] * 24, x=1800, confidence=0.3))) == 1


@pytest.mark.parametrize("gap_s", [2, 3])
def test_an_oncoming_vehicle_that_nobody_can_read_is_told_behind_one_that_was_told(stage: Stage, gap_s: int) -> None:
    stage.show(drive([PLATE] * 16, step=100))
    stage.idle(gap_s)
    stage.show(drive([OTHER] * 16, x=1600, step=-100, confidence=0.2))
    stage.idle(6)
    assert stage.told() == [PLATE]
    assert len(stage.told(UNREADABLE)) == 1


@pytest.mark.parametrize("gap_s", [0.25, 0.375, 0.5, 0.75, 1.0])
@pytest.mark.parametrize("off_px", range(-450, 500, 150))
def test_a_vehicle_whose_rest_was_hardly_seen_is_told_as_unreadable(stage: Stage, gap_s: float, off_px: int) -> None:
    stage.show(drive([PLATE, OTHER, None, "A123BC77", None, None, None, None]))
    stage.idle(gap_s - 1 / FPS)
    stage.show(drive([None, PLATE], x=420 + 320 * gap_s + off_px, step=30))
    stage.idle(8)
    assert len(stage.said) == 1


def test_an_unread_car_on_another_lane_is_told(stage: Stage) -> None:
    other = [sighting(box(900 - 40 * index, 900), OTHER, confidence=0.3) for index in range(10)]
    stage.show(drive([PLATE] * 12), other)
    stage.idle(UNREAD_S)
    assert sorted(verdict.plate for verdict in stage.said) == ["", PLATE]


# What the pipeline asks.


def test_a_new_plate_is_read(stage: Stage) -> None:
    assert stage.passes.wants_reading(Detection(box(100), 0.9), 0.0)


def test_a_told_plate_with_votes_to_spare_is_read_once_a_second(stage: Stage) -> None:
    stage.show(drive([PLATE] * 3))
    assert stage.passes.wants_reading(Detection(box(220), 0.9), stage.t_s)
    stage.show(drive([PLATE], x=220))
    ahead = Detection(box(260), 0.9)
    assert not stage.passes.wants_reading(ahead, stage.t_s)
    assert stage.passes.wants_reading(Detection(box(250, 900), 0.9), stage.t_s)
    stage.show(drive([None] * 7, x=260))
    assert stage.passes.wants_reading(Detection(box(540), 0.9), stage.t_s)


def test_a_told_plate_whose_readings_disagreed_is_read_on(stage: Stage) -> None:
    stage.show(drive(["K996OX190", PLATE, PLATE, PLATE, PLATE]))
    assert stage.told() == [PLATE]
    assert stage.passes.wants_reading(Detection(box(300), 0.9), stage.t_s)
    stage.show(drive([PLATE] * 2, x=300))
    assert not stage.passes.wants_reading(Detection(box(380), 0.9), stage.t_s)


def test_a_told_plate_that_was_just_read_as_quite_another_is_read_on(stage: Stage) -> None:
    stage.show(drive([PLATE] * 6))
    assert not stage.passes.wants_reading(Detection(box(340), 0.9), stage.t_s)
    stage.show(drive([OTHER], x=340, confidence=0.55))
    assert stage.passes.wants_reading(Detection(box(380), 0.9), stage.t_s)


def test_a_told_plate_that_has_come_nearer_is_read_again(stage: Stage) -> None:
    stage.show(drive([PLATE] * 5))
    stage.show([sighting(box(300 + 40 * index, width=100 + 10 * index), None) for index in range(1, 4)])
    assert stage.passes.wants_reading(Detection(box(460, width=140), 0.9), stage.t_s)


def test_a_told_plate_beside_another_is_read(stage: Stage) -> None:
    """They may be taken for each other."""
    stage.show(drive([PLATE] * 5), drive([None] * 5, x=160))
    assert stage.passes.wants_reading(Detection(box(300), 0.9), stage.t_s)


def test_an_unread_plate_in_view_is_unsettled_for_a_while(stage: Stage) -> None:
    assert not stage.passes.unsettled(0.0)
    stage.show(stand([PLATE] * 8, confidence=0.3))
    assert stage.passes.unsettled(stage.t_s)
    assert not stage.passes.unsettled(stage.t_s + 2)  # it has gone
    stage.show(stand([PLATE] * 40, confidence=0.3))
    assert not stage.passes.unsettled(stage.t_s)


def test_an_unread_plate_is_awaited_where_it_should_be_by_now(stage: Stage) -> None:
    stage.show(drive([PLATE] * 8, confidence=0.3))
    (awaited,) = stage.passes.awaited(stage.t_s)
    assert awaited.centre == pytest.approx(box(100 + 8 * 40).centre, abs=5)


def test_a_told_plate_is_settled(stage: Stage) -> None:
    stage.show(drive([PLATE] * 4))
    assert not stage.passes.unsettled(stage.t_s)


# Whole streets.


@pytest.mark.parametrize("fps", [25, 12, 8])
def test_every_car_of_a_street_is_told_once(fps: float) -> None:
    plates = ["K995OX190", "P429OO197", "H474XM197", "E707EB77", "X618YB190"]
    street = [
        *(driving(plate, lane_m=-1.8, speed_m_s=9, start_m=35, begin_s=i * 1.2) for i, plate in enumerate(plates[:3])),
        *(
            driving(plate, lane_m=1.8, speed_m_s=-8, start_m=7, begin_s=0.7 + i * 1.5)
            for i, plate in enumerate(plates[3:])
        ),
    ]
    for seed in range(3):
        stage = Stage()
        stage.watch(street, 12, fps=fps, seed=seed)
        assert sorted(stage.told()) == sorted(plates)
        assert stage.told(UNREADABLE) == []


@pytest.mark.parametrize("fps", [25, 12, 8, 5, 3])
def test_no_wrong_plate_is_told_at_any_rate(fps: float) -> None:
    cars = [
        crossing(PLATE, away_m=16, speed_m_s=7, start_m=-7),
        crossing(OTHER, away_m=13, speed_m_s=-6, start_m=6),
        driving("X618YB190", lane_m=0, speed_m_s=16, start_m=45),
    ]
    for seed in range(4):
        stage = Stage()
        stage.watch(cars, 4, fps=fps, seed=seed)
        assert set(stage.told()) <= {vehicle.plate for vehicle in cars}


def test_a_day_keeps_its_memory_small(stage: Stage) -> None:
    for number in range(200):
        stage.show(drive([f"K{number * 37 % 1000:03d}OX190"] * 4))
        stage.idle(2)
    assert len(stage.told()) == 200
    assert len(stage.passes._memory._known) < 30
    assert stage.passes._open == {}
    assert stage.passes._waiting == []


TEXTS = st.sampled_from([None, PLATE, "K9950X190", "K996OX190", "K995OX19", OTHER, "TAXI", "19"])
SIGHTINGS = st.builds(
    lambda x, y, width, text, confidence: sighting(box(x, y, width), text, confidence=confidence),
    st.sampled_from([100, 130, 300, 800]),
    st.sampled_from([400, 420, 800]),
    st.sampled_from([30, 90, 100, 110]),
    TEXTS,
    st.sampled_from([0.4, 0.6, 0.9]),
)
FRAMES = st.lists(st.lists(SIGHTINGS, max_size=3), max_size=40)


def play(frames: Sequence[Sequence[Sighting]]) -> list[Verdict]:
    passes, said = Passes(settings(votes_min=2, track_gap_s_max=0.4, same_plate_hold_s=1.0)), []
    for index, frame in enumerate(frames):
        said += passes.feed(frame, index / FPS)
    return said + passes.settle()


@profile(max_examples=60, deadline=None)
@given(FRAMES)
def test_a_track_is_confirmed_at_most_once_and_updated_to_other_plates_only(frames: list[list[Sighting]]) -> None:
    by_track: dict[int, list[Verdict]] = {}
    for verdict in play(frames):
        by_track.setdefault(verdict.track, []).append(verdict)
    for verdicts in by_track.values():
        assert verdicts[0].kind in {CONFIRMED, UNREADABLE}
        assert all(verdict.kind is UPDATED for verdict in verdicts[1:])
        assert len({verdict.plate for verdict in verdicts}) == len(verdicts)
        assert verdicts[0].kind is CONFIRMED or len(verdicts) == 1


@profile(max_examples=60, deadline=None)
@given(FRAMES)
def test_a_told_plate_was_read_often_enough_and_surely(frames: list[list[Sighting]]) -> None:
    readings = [
        found.reading for frame in frames for found in frame if found.reading and found.reading.confidence >= 0.5
    ]
    for verdict in play(frames):
        assert verdict.first_t_s <= verdict.best_t_s <= verdict.last_t_s
        if verdict.kind is not UNREADABLE:
            assert verdict.reads >= verdict.votes >= 2
            assert sum(reading.text == verdict.plate for reading in readings) >= verdict.votes
            assert 0 < verdict.confidence <= 1


@profile(max_examples=60, deadline=None)
@given(FRAMES, st.randoms(use_true_random=False))
def test_the_order_of_sightings_in_a_frame_changes_nothing(frames: list[list[Sighting]], chance: object) -> None:
    assert play(frames) == play([chance.sample(frame, len(frame)) for frame in frames])


@profile(max_examples=40, deadline=None)
@given(FRAMES)
def test_settling_twice_is_settling_once(frames: list[list[Sighting]]) -> None:
    passes = Passes(settings())
    for index, frame in enumerate(frames):
        passes.feed(frame, index / FPS)
    passes.settle()
    counts = passes.counts.copy()
    assert passes.settle() == []
    assert passes.counts == counts
