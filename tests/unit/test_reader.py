"""The reader's decoder around a scripted network."""

from pathlib import Path

import numpy as np
import pytest

from anprd.plates.formats import COUNTRIES
from anprd.records import Reading
from anprd.vision import ctc, reader
from anprd.vision.reader import INPUT_HEIGHT_PX, INPUT_WIDTH_PX, LINE_COLUMNS, REGIONS, Reader

PLATE = np.zeros((INPUT_HEIGHT_PX, INPUT_WIDTH_PX), np.uint8)


class ScriptedNetwork:
    """Says a text in every second column, unsure of some characters, and that the plate looks like one country's."""

    text, country, doubts = "", "", {}

    def __init__(self, file: Path) -> None:
        self.file = file

    def outputs(self, batch, count):
        assert (batch.shape, batch.dtype, count) == ((1, 1, INPUT_HEIGHT_PX, INPUT_WIDTH_PX), np.uint8, 2)
        columns = np.full((1, 2 * LINE_COLUMNS, 1 + len(ctc.ALPHABET)), -12.0, np.float32)
        columns[0, :, ctc.BLANK] = 0.0
        for place, character in enumerate(self.text):
            columns[0, 2 * place, ctc.BLANK] = -12.0
            columns[0, 2 * place, 1 + ctc.ALPHABET.index(character)] = 0.0
            if place in self.doubts:
                columns[0, 2 * place, 1 + ctc.ALPHABET.index(self.doubts[place])] = -0.2
        places = np.where(np.array(REGIONS) == self.country, 5.0, -5.0).astype(np.float32)
        return [columns, places[None]]


@pytest.fixture
def read(monkeypatch):
    monkeypatch.setattr(reader, "Network", ScriptedNetwork)

    def reading(text: str, country: str, doubts: dict[int, str] | None = None) -> Reading:
        for name, value in (("text", text), ("country", country), ("doubts", doubts or {})):
            monkeypatch.setattr(ScriptedNetwork, name, value)
        return Reader(Path("reader.xml")).read(PLATE)

    return reading


def test_what_a_country_writes_is_known_of_each_that_is_told_apart():
    assert REGIONS[0] == ""
    assert {country.region for country in COUNTRIES} >= set(REGIONS[1:])
    assert len(set(REGIONS)) == len(REGIONS)


def test_equal_figures_stay_apart_with_one_blank_between(read):
    assert read("M700AA777", "RU").text == "M700AA777"


def test_the_country_is_what_text_and_looks_agree_on(read):
    assert read("AB123CD", "IT").region == "IT"
    assert read("AB123CD", "FR").region == "FR"
    assert read("QQQQ", "FR").region == ""


def test_a_doubtful_o_is_spelled_as_the_country_of_these_looks_writes_it(read):
    assert read("S07183K", "PL", {1: "O"}).text == "SO7183K"
    assert read("5AO1234", "CZ", {2: "0"}).text == "5A01234"


def test_a_picture_without_a_plate_says_nothing(read):
    empty = read("", "")
    assert (empty.text, empty.confidences, empty.region, empty.confidence) == ("", (), "", 0.0)
