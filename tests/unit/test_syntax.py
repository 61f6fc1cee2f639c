import string
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.plates import lookalikes, syntax
from anprd.plates.formats import COUNTRIES

TEXTS = st.text(string.ascii_uppercase + string.digits, max_size=12)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("K995OX190", "RU"),
        ("E707EB77", "RU"),
        ("0038SC7", ""),  # S is not written in Belarus
        ("0038CC7", "BY"),
        ("AA0013BM", "UA"),
        ("646AT14", "KZ"),
        ("617PHO10", "KZ"),
        ("01A123BC", "UZ"),
        ("FBCA1098", "DE"),
        ("SRB06FR", "PL"),
        ("4AT7962", "CZ"),
        ("97HSR2", "NL"),
        ("ST51HUP", "GB"),
        ("1234BCD", "ES"),
        ("ZG5687AR", "HR"),
        ("B208GAB", "RO"),
        ("TX0754TX", "BG"),
        ("131D12345", "IE"),
        ("34TZD06", "TR"),
        ("MH20DJ0419", "IN"),
        ("34A36837", "VN"),
        ("59P211206", "VN"),
        ("ABC1D23", "BR"),
        ("KU57ABC", "GB"),
        ("ZH445789", "CH"),
        ("KD51GZT", "GB"),
        ("LS12ZRK", "GB"),
        ("23BH8151FP", "IN"),
        ("TG09AB1234", "IN"),
        ("PSZ1234A", "PL"),
        ("A12K345", "BA"),
        ("01159KS", "XK"),
    ],
)
def test_a_plate_that_one_country_writes_has_its_region(text: str, region: str) -> None:
    assert syntax.region(text) == region


@pytest.mark.parametrize("text", ["AB123CD", "ABC123", "ABC1234", "AB12345", "", "?", "TOYOTA"])
def test_a_text_of_many_countries_or_none_has_no_region(text: str) -> None:
    assert syntax.region(text) == ""


@pytest.mark.parametrize("text", ["MAB123E", "MAB1234E", "MBJ1063H", "MCW3007H", "FSAZ69E", "FBA199H"])
def test_electric_and_historic_plates_are_german_where_they_look_it(text: str) -> None:
    assert syntax.region(text, {"DE": 0.97, "MX": 0.01, "": 0.02}) == "DE"


def test_a_country_that_the_looks_rule_out_is_not_named_though_nobody_else_writes_so() -> None:
    assert syntax.region("STARK11", {"PL": 0.3, "US": 0.7}) == "PL"
    assert syntax.region("STARK11", {"PL": 0.0001, "US": 0.9999}) == ""
    assert syntax.region("01159KS", {"US": 0.9, "": 0.1}) == "XK"  # the reader has no word for Kosovo
    assert syntax.region("01159KS", {"US": 0.9999, "": 0.0001}) == ""
    assert syntax.region("B100300", {"DE": 0.97, "": 0.02}) != "DO"  # which the reader does not know either


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("KA1234YA", "UA"),  # electric
        ("12345B2", "US"),  # California's commercial vehicles
        ("171BWF974", "FR"),  # La Reunion
        ("V01DBB", "NL"),  # vans since 2024
        ("WPIA12C", "PL"),
        ("KR1234", "PL"),  # a motorcycle
        ("A123477", "RU"),  # the police
        ("MTTX30", "NL"),  # a motorcycle
        ("42MJZS", "NL"),
        ("OK95JJ", "NL"),  # a semi-trailer
        ("WZBL10", "NL"),  # a caravan
        ("Q123ABC", "GB"),
        ("51FB4779", "VN"),
    ],
)
def test_rare_series_are_known_where_the_plate_looks_the_part(text: str, country: str) -> None:
    assert syntax.region(text, {country: 0.99, "": 0.01}) == country


def test_every_series_is_a_text_that_may_be_told() -> None:
    for country in COUNTRIES:
        for pattern in country.series | country.rare:
            longest = max(len(_written(pattern, country.classes, choice)) for choice in (min, max))
            assert longest <= syntax.LENGTH_MAX, (country.region, pattern)


def _written(pattern: str, classes: dict[str, str], choose: Callable[[list[int]], int]) -> str:
    """A text that follows the pattern, with the shortest or longest of its codes."""
    length = 0
    for character in pattern.replace(" ", ""):
        words = classes.get(character, "x").split()
        length += choose([len(word) for word in words]) if len(words) > 1 else 1
    return "x" * length


def test_an_ambiguous_text_still_tells_who_could_have_written_it() -> None:
    assert {"FR", "IT", "AR"} <= syntax.regions("AB123CD")


@pytest.mark.parametrize("text", ["K995OX190", "34A36837", "14B02819T", "1DAN", "MH20DJ0419", "2999961", "A370"])
def test_plates_are_plausible(text: str) -> None:
    assert syntax.plausible(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "K9", "190", "TOYOTA", "TAXI", "20200522", "22052020", "20200522080435", "K995OX190XX", "k995ox190",
        "K 995", "\u041a995OX190",
    ],
)  # fmt: skip
def test_scraps_lettering_and_dates_are_not(text: str) -> None:
    assert not syntax.plausible(text)


@given(TEXTS)
def test_a_region_is_one_of_those_that_fit(text: str) -> None:
    assert syntax.region(text) in {"", *syntax.regions(text)}


def test_shares_of_a_country_do_not_exceed_the_whole() -> None:
    assert all(sum((country.series | country.rare).values()) <= 1.001 for country in COUNTRIES)
    assert not any(country.series.keys() & country.rare.keys() for country in COUNTRIES)
    assert len({country.region for country in COUNTRIES}) == len(COUNTRIES)


def _sure_but(text: str, *unsure: int) -> tuple[float, ...]:
    return tuple(0.5 if index in unsure else 0.95 for index in range(len(text)))


@pytest.mark.parametrize(
    ("text", "unsure", "plate"),
    [
        ("K9950X190", (4,), "K995OX190"),
        ("E7O7EB77", (2,), "E707EB77"),
        ("X6I8YB190", (2,), "X618YB190"),
        ("K9950X19O", (4, 8), "K995OX190"),
    ],
)
def test_unsure_look_alikes_are_repaired_where_one_country_results(
    text: str, unsure: tuple[int, ...], plate: str
) -> None:
    assert syntax.repair(text, _sure_but(text, *unsure)) == plate


def test_a_sure_character_is_never_repaired() -> None:
    assert syntax.repair("K9950X190", (0.95,) * 9) == "K9950X190"


def test_a_text_that_fits_a_series_is_never_repaired() -> None:
    assert syntax.repair("AB123CD", (0.1,) * 7) == "AB123CD"


def test_lettering_is_never_made_a_plate() -> None:
    assert syntax.repair("TOYOTA", (0.1,) * 6) == "TOYOTA"


@given(st.text("ABEHKMOPTXY0123456789ISZDQ", max_size=10), st.data())
def test_a_repair_swaps_at_most_two_unsure_look_alikes(text: str, data: st.DataObject) -> None:
    confidences = tuple(data.draw(st.lists(st.floats(0, 1), min_size=len(text), max_size=len(text))))
    repaired = syntax.repair(text, confidences)
    changed = [index for index, (old, new) in enumerate(zip(text, repaired, strict=True)) if old != new]
    assert lookalikes.twins(text, repaired)
    assert len(changed) <= syntax.REPAIR_POSITIONS_MAX
    assert all(confidences[index] < syntax.REPAIR_CONFIDENCE_MAX for index in changed)
    assert syntax.repair(repaired, confidences) == repaired


def test_a_text_that_some_country_writes_is_likelier_than_one_that_none_does() -> None:
    assert syntax.likelihood("X069XP36") > syntax.likelihood("XO69XP36") > 0


def test_a_word_is_likelier_than_the_same_with_a_figure_that_no_country_writes_there() -> None:
    assert syntax.likelihood("VOCEGOSTA") > syntax.likelihood("VOCEG0STA")


def test_a_word_is_no_likelier_than_a_plate_that_one_country_writes() -> None:
    assert syntax.likelihood("K995OX190") > syntax.likelihood("TOOLAZYCAR") > syntax.likelihood("T00LAZYCAR")


def test_looks_name_the_country_that_a_text_leaves_open() -> None:
    assert syntax.region("AB123CD", {"FR": 0.1, "IT": 0.9}) == "IT"
    assert syntax.region("AB123CD", {"FR": 0.5, "IT": 0.5}) == ""


def test_looks_never_name_a_country_that_cannot_write_the_text() -> None:
    assert syntax.region("K995OX190", {"DE": 1.0}) in {"", "RU"}


@pytest.mark.parametrize(
    ("text", "country"),
    [("AIZ1234", "GB"), ("1DAN", "GB"), ("W2PYSIO", "PL"), ("A123BC", "US"), ("KUMOPS1", "AT"), ("Y280871", "DE")],
)
def test_a_rare_series_is_known_only_of_a_plate_that_looks_the_part(text: str, country: str) -> None:
    assert country not in syntax.regions(text)
    assert syntax.region(text, {country: 0.9}) == country


def test_what_follows_a_rare_series_is_likelier_where_the_plate_looks_the_part() -> None:
    looks = {"US": 1.0}
    assert syntax.likelihood("Z860VT", looks) > syntax.likelihood("Z86O0T", looks)
    assert syntax.likelihood("Z860VT", looks) > syntax.likelihood("Z860VT", {"DE": 1.0})


def test_a_plate_that_looks_polish_begins_with_a_polish_code() -> None:
    looks = {"PL": 0.9, "UA": 0.1}
    assert syntax.likelihood("SO7183K", looks) > syntax.likelihood("S07183K", looks)


def test_chinese_plates_are_known_by_what_follows_the_province() -> None:
    assert syntax.region("A12345") == "CN"
    assert syntax.regions("AD12345") >= {"CN"}
