import json
from pathlib import Path

import pytest

from anprd.cli import evaluation, interruption
from anprd.errors import ConfigError, SinkError
from anprd.training import calibration, manifest
from anprd.training.evaluation import report as reports
from anprd.training.evaluation.measure import Found

FIGURES = {"weights": {"reader": "0123abc"}}


def test_a_report_is_laid_out_as_rows():
    report = {"reader": {"RU": {"cer": 0.01, "misread": [1, 2]}, "by": {"rows": {}}}, "detector": {"map50": 0.9}}
    assert list(evaluation.flat(report)) == [("reader RU cer", "0.01"), ("detector map50", "0.9")]


def test_what_could_not_be_measured_is_no_row():
    report = {"reader": {"exact_match": 0.5, "region": {"plates": 0, "share_named": None}}}
    assert list(evaluation.flat(report)) == [("reader exact_match", "0.5"), ("reader region plates", "0")]


@pytest.fixture(autouse=True)
def signals(monkeypatch) -> None:
    """What a command does of them is its process's, not this one's."""
    monkeypatch.setattr(interruption, "tidy_up", lambda: None)


@pytest.fixture
def measured(monkeypatch) -> None:
    """All was measured, in no time."""
    measurement = reports.Evaluation(None, Found(), FIGURES)
    monkeypatch.setattr(reports, "measure", lambda *_, **__: measurement)
    monkeypatch.setattr(reports, "contact_sheets", lambda _: {})


@pytest.mark.usefixtures("measured")
def test_figures_are_told_though_the_report_finds_no_place(tmp_path, capsys):
    (tmp_path / "report.html").mkdir()
    with pytest.raises(SinkError, match=r"report\.html: cannot be written"):
        evaluation.evaluate([tmp_path], weights=tmp_path, report=tmp_path, json=True)
    assert json.loads(capsys.readouterr().out) == FIGURES


@pytest.mark.usefixtures("measured")
def test_figures_are_told_though_the_manifest_cannot_be_written(tmp_path, monkeypatch, capsys):
    def is_full(*_) -> None:
        raise SinkError("no space")

    monkeypatch.setattr(manifest, "check_writable", lambda _: None)
    monkeypatch.setattr(reports, "record", is_full)
    with pytest.raises(SinkError):
        evaluation.evaluate([tmp_path], weights=tmp_path, record=True, json=True)
    assert json.loads(capsys.readouterr().out) == FIGURES


def refuse(*_, **__):
    raise AssertionError("the long work was begun")


@pytest.mark.parametrize(
    "command",
    [
        lambda data, weights: evaluation.evaluate([data], weights=weights, record=True),
        lambda data, weights: evaluation.calibrate([data], weights=weights),
    ],
    ids=["evaluate", "calibrate"],
)
def test_a_manifest_that_cannot_be_written_is_told_before_the_long_work(command, tmp_path, monkeypatch):
    def is_read_only(folder: Path) -> None:
        raise ConfigError(f"{folder}: read-only")

    monkeypatch.setattr(manifest, "check_writable", is_read_only)
    monkeypatch.setattr(reports, "measure", refuse)
    monkeypatch.setattr(calibration, "calibrate", refuse)
    with pytest.raises(ConfigError, match="read-only"):
        command(tmp_path, tmp_path)


def test_what_a_label_says_is_no_markup(capsys):
    evaluation._tell({"read_path": {"[/B]": {"exact_match": 0.5}, "\x1b[2J": {"exact_match": 0.5}}}, json=False)
    said = capsys.readouterr().out
    assert "read_path [/B] exact_match" in said
    assert "read_path \\x1b[2J exact_match" in said
