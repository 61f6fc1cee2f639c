import json
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest

from anprd.errors import ConfigError, SinkError
from anprd.records import Box, Detection, Reading, Sighting
from anprd.training.evaluation import cases, measure, page, sheets, summary
from anprd.training.evaluation import report as reports
from anprd.training.evaluation.cases import DetectCase, ReadCase
from anprd.training.evaluation.page import Sheet

PLATE = Box(10, 10, 60, 22)


def read(truth: str, text: str, confidence: float = 0.9, **about: object) -> ReadCase:
    return ReadCase(Path("a.jpg"), truth, Reading(text, (confidence,) * len(text)), **about)


def detected(*confidences: float, truths: tuple[Box, ...] = (PLATE,)) -> DetectCase:
    found = [Detection(PLATE, confidence) for confidence in confidences]
    return DetectCase(Path("a.jpg"), truths, found, cases.hits(found, truths))


READINGS = [
    read("AB1234", "AB1234", country="US", trust="eye"),
    read("AB1234", "A81234", 0.6, country="US", trust="eye"),
    read("K995OX190", "K995OX190", country="RU", trust="exact"),
    read("K995OX19", "", country="RU", trust="exact"),
]


def test_of_two_detections_of_one_plate_only_the_surer_is_right():
    assert cases.hits([Detection(PLATE, 0.9), Detection(PLATE, 0.8)], [PLATE]).tolist() == [[True] * 10, [False] * 10]


def test_a_box_counts_up_to_the_overlap_that_it_has():
    shifted = Box(PLATE.x1, PLATE.y1, PLATE.x2, PLATE.y2 + 3.2)  # 12 of 15.2 px: IoU .79
    assert cases.hits([Detection(shifted, 0.9)], [PLATE])[0].tolist() == [True] * 6 + [False] * 4


def test_detector_figures_are_those_counted_by_hand():
    figures = summary.detector([detected(0.9, 0.8), detected(), detected(0.2)], confidence_min=0.5)
    assert (figures["pictures"], figures["plates"]) == (3, 3)
    assert (figures["precision"], figures["recall"]) == (0.5, pytest.approx(1 / 3, abs=1e-4))
    assert figures["best_f1"]["recall"] == pytest.approx(2 / 3, abs=1e-4)


def test_groups_and_the_whole_are_counted():
    figures = summary.readings(READINGS, lambda case: case.country, confidence_min=0.8)
    assert figures["all"] == {"plates": 4, "exact_match": 0.5, "cer": pytest.approx(9 / 29, abs=1e-4)}
    assert figures["US"]["exact_match"] == 0.5
    assert figures["misread"] == [("a.jpg", "AB1234", "A81234"), ("a.jpg", "K995OX19", "")]
    assert ("B", "8", 1) in figures["confusions"]


def test_regions_are_counted_over_plates_whose_country_is_labelled():
    named = [
        ReadCase(Path("a.jpg"), "A", Reading("A", (0.9,), region=region), country=country)
        for region, country in (("RU", "RU"), ("US", "RU"), ("", "DE"), ("US", "US"), ("US", "XX"), ("US", ""))
    ]
    figures = summary.regions(named)
    assert figures == {"plates": 4, "share_named": 0.75, "precision": pytest.approx(2 / 3, abs=1e-4)}


def test_what_is_told_is_counted_over_all_plates():
    told = summary.told(READINGS, confidence_min=0.8)
    assert (told["share_told"], told["precision"]) == (0.5, 1.0)
    assert (told["share_at_99"], told["confidence_at_99"]) == (0.5, 0.9)


def test_what_no_plate_can_be_is_never_told():
    assert summary.unread([read("", "TAXI", 1.0), read("", "AB1234", 1.0)], confidence_min=0.5)["told"] == 1


def test_what_the_edge_of_its_photo_cuts_off_is_never_told_and_read_all_the_same():
    found = [read("AB1234", "AB1234"), read("AB1234", "AB123", cut_off=True)]
    figures = summary.readings(found, lambda _: "x", confidence_min=0.5)
    assert (figures["confidence"]["share_told"], figures["confidence"]["precision"]) == (0.5, 1.0)
    assert figures["misread"] == [("a.jpg", "AB1234", "AB123")]


class Halved:
    """A vision that finds the same plate in every picture, and reads what is left of it."""

    def __init__(self, box: Box):
        self._found = Sighting(Detection(box, 0.9), box.corners, Reading("AB123", (0.9,) * 5))

    def read_picture(self, _image):
        return [self._found]


@pytest.mark.parametrize(("left", "cut_off"), [(0.5, True), (30.0, False)])
def test_a_photo_knows_which_plate_its_edge_cuts_off(tmp_path, left, cut_off):
    (tmp_path / "images").mkdir()
    cv2.imwrite(str(tmp_path / "images" / "a.jpg"), np.zeros((80, 200, 3), np.uint8))
    (tmp_path / "scenes.csv").write_text(f"image,x,y,w,h,text\na.jpg,{left},20,60,14,AB1234\n")
    (case,) = cases.scene_readings(Halved(Box(left, 20, left + 60, 34)), tmp_path, iter)
    assert (case.reading.text, case.cut_off) == ("AB123", cut_off)


def test_scenes_of_which_none_has_a_labelled_plate_are_not_measured(tmp_path):
    for name in ("images", "labels"):
        (tmp_path / name).mkdir()
    cv2.imwrite(str(tmp_path / "images" / "a.jpg"), np.zeros((80, 200, 3), np.uint8))
    (tmp_path / "index.csv").write_text("image,split\na.jpg,val\n")
    with pytest.raises(ConfigError, match="no plate is labelled in the pictures of the split val"):
        list(cases.detections(None, tmp_path, iter))


def test_fp32_stands_beside_int8_only_where_both_were_measured():
    report = {"reader": summary.readings(READINGS, lambda _: "x", confidence_min=0.5)}
    joined = measure.compared(report, {"reader": {"all": {"exact_match": 0.75, "cer": 0.1}}, "detector": {}})
    assert joined["reader"]["fp32"] == {"exact_match": 0.75, "cer": 0.1}
    assert "detector" not in joined


@pytest.fixture
def report() -> dict:
    found = measure.Found(
        crops=READINGS,
        scenes=READINGS,
        detections=[detected(0.9, 0.3)],
        video=[detected(0.9)],
        unread=[read("", "AB1")],
    )

    class Thresholds:
        read_confidence_min = 0.7
        photo_confidence_min = 0.4

    networks = {"reader": {"int8": {"ms": 0.8, "mb": 1.0}, "fp32": {"ms": 2.0, "mb": 3.0}}}
    return measure.figures(found, Thresholds()) | {"weights": {"reader": "0123abc"}, "networks": networks}


class Page(HTMLParser):
    """Collects every address that a browser would load, and whether each element was closed."""

    VOID = frozenset({"meta", "img", "br", "line", "rect", "circle", "polyline"})

    def __init__(self):
        super().__init__()
        self.loaded, self.open, self.texts = [], [], []

    def handle_starttag(self, tag, attrs):
        assert tag not in {"script", "link", "iframe"}
        self.loaded += [value for name, value in attrs if name in {"src", "href", "xlink:href"}]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def parsed(html: str) -> Page:
    reader = Page()
    reader.feed(html)
    assert reader.open == []
    return reader


def test_the_page_loads_nothing_and_every_element_is_closed(report):
    html = page.page(report, command="anprd evaluate read", sheets={})
    assert parsed(html).loaded == []
    assert "url(" not in html
    assert "@import" not in html


def test_a_page_without_sheets_holds_no_picture(report):
    assert "data:image" not in page.page(report, command="", sheets={})


def test_sheets_are_in_the_page_itself(report):
    shown = {"reader": [Sheet("Worst <misreads>", "data:image/jpeg;base64,AAAA")]}
    reader = parsed(page.page(report, command="", sheets=shown))
    assert reader.loaded == ["data:image/jpeg;base64,AAAA"]
    assert "Worst <misreads>" in reader.texts


def test_what_comes_from_labels_cannot_write_into_the_page(report):
    report["reader"]["<script>alert(1)</script>"] = report["reader"]["all"]
    parsed(page.page(report, command="<script>", sheets={}))


def test_the_default_thresholds_are_marked(report):
    html = page.page(report, command="", sheets={})
    assert html.count("default 0.40") == 4
    assert html.count("default 0.70") == 6


def test_the_figures_are_json(report):
    assert json.loads(json.dumps(report))["unread"]["crops"] == 1


@pytest.mark.parametrize("missing", ["detector", "reader", "read_path", "unread", "networks"])
def test_a_page_needs_no_kind_of_label(report, missing):
    del report[missing]
    parsed(page.page(report, command="", sheets={}))


def test_a_sheet_holds_each_picture_with_its_lines(tmp_path):
    picture = tmp_path / "a.png"
    cv2.imwrite(str(picture), np.full((40, 120, 3), 30, np.uint8))
    cells = [sheets.Cell(picture, None, ("AB1234", "A81234"))] * (sheets.COLUMNS + 1)
    assert sheets.data_url(cells).startswith("data:image/jpeg;base64,")
    cut = sheets.Cell(picture, Box(-10, -10, 5, 5), ("cut by the edge",))
    assert sheets.data_url([cut])
    outside = sheets.Cell(picture, Box(10_000, 10_000, 10_001, 10_001), ("labelled beyond the edge",))
    assert sheets.data_url([outside])


def test_the_surest_misread_comes_first_and_what_is_right_does_not_come():
    found = [read("A1", "A1", 1.0), read("A1", "A2", 0.3), read("A1", "A3", 0.8)]
    assert [cell.lines[1] for cell in sheets.misreads(found)] == ["A3  0.80", "A2  0.30"]


def test_missed_plates_and_false_positives_are_told_by_the_threshold():
    far = Box(200, 200, 300, 230)
    found = [detected(0.9, 0.6, truths=(PLATE, far))]
    assert len(sheets.misses(found, confidence_min=0.5)) == 1
    assert [cell.lines[0] for cell in sheets.false_positives(found, confidence_min=0.5)] == ["0.60"]
    assert sheets.false_positives(found, confidence_min=0.7) == []


def test_a_report_that_cannot_be_written_whole_leaves_the_old_one(report, tmp_path, monkeypatch):
    def broken(path, text, **_):
        path.write_bytes(text[:10].encode())
        if path.name == "report.json":
            raise OSError(28, "No space left on device")

    for name in ("report.html", "report.json"):
        (tmp_path / name).write_text("old")
    monkeypatch.setattr(Path, "write_text", broken)
    with pytest.raises(SinkError, match="No space left"):
        reports.write(reports.Evaluation(None, measure.Found(), report), tmp_path, command="", sheets={})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "report.html": b"old",
        "report.json": b"old",
    }


def test_plates_without_a_country_are_a_group_only_beside_others():
    unknown = [read("AB1234", "AB1234"), read("AB1234", "A81234")]
    of_none = summary.readings(unknown, lambda case: case.country, confidence_min=0.5)
    of_some = summary.readings(unknown + READINGS, lambda case: case.country, confidence_min=0.5)
    assert {"", "?"}.isdisjoint(of_none)
    assert of_some["?"]["plates"] == 2
    assert "" not in of_some


@pytest.mark.parametrize("kind", ["crops", "unread", "labels"])
def test_a_file_is_no_folder_of_labels(tmp_path, kind):
    (tmp_path / kind).touch()
    with pytest.raises(ConfigError, match="nothing to evaluate on"):
        measure.measure(None, [tmp_path])
