import errno
import os
import tomllib
from pathlib import Path

import pytest

from anprd.errors import ConfigError, SinkError
from anprd.training import manifest
from anprd.vision import weights


def network(folder: Path, name: str) -> Path:
    for ending in (".xml", ".bin"):
        (folder / f"{name}{ending}").write_bytes(f"{name}{ending}".encode())
    return folder / f"{name}.xml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("detector", "reader"):
        manifest.register(tmp_path, name, network(tmp_path, name), {"input": "grey", "metrics": {"cer": 0.01}})
    return tmp_path


def test_what_is_registered_is_what_the_daemon_loads(folder):
    entries = weights.load(folder)
    assert set(entries) == {"detector", "reader"}
    assert entries["reader"].about["metrics"] == {"cer": 0.01}


def test_what_is_added_to_one_network_stands_beside_what_was_said_and_leaves_the_others_alone(folder):
    numbers = {"plate": [-1.25, 0.5, 1e-07], "data": 'crops "eye"'.replace('"', "'"), "whole": True}
    manifest.amend(folder, "reader", {"calibration": numbers})
    entries = weights.load(folder)
    assert entries["reader"].about["calibration"] == numbers
    assert entries["reader"].about["input"] == "grey"
    assert "calibration" not in entries["detector"].about


def test_a_replaced_network_forgets_what_was_measured_of_the_old_one(folder):
    manifest.amend(folder, "reader", {"calibration": {"plate": [1.0]}})
    manifest.register(folder, "reader", network(folder, "reader"), {"input": "grey"})
    assert "calibration" not in weights.load(folder)["reader"].about


def test_another_networks_export_keeps_a_calibration(folder):
    manifest.amend(folder, "reader", {"calibration": {"plate": [1.0]}})
    manifest.register(folder, "detector", network(folder, "detector"), {})
    assert weights.load(folder)["reader"].about["calibration"] == {"plate": [1.0]}


def test_a_network_that_is_not_listed_cannot_be_amended(folder):
    with pytest.raises(ConfigError, match=r"\[corners\]"):
        manifest.amend(folder, "corners", {})


def test_nothing_but_the_manifest_and_the_networks_is_left(folder):
    manifest.amend(folder, "reader", {"whole": 3})
    assert {path.suffix for path in folder.iterdir()} == {".xml", ".bin", ".toml"}
    assert tomllib.loads((folder / "MANIFEST.toml").read_text())["reader"]["whole"] == 3


def test_any_text_and_any_name_is_written_so_that_it_can_be_read(folder):
    about = {"report": 'a "b"\\c/report.html', "metrics": {"mAP@50": 0.9, "cer": 0.1}, "empty": {}}
    manifest.amend(folder, "reader", about)
    assert weights.load(folder)["reader"].about.items() >= about.items()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture
def made(folder: Path) -> Path:
    """A new reader, beside the folder that is to get it."""
    beside = folder / ".made"
    beside.mkdir()
    for ending in (".xml", ".bin"):
        (beside / f"reader{ending}").write_bytes(b"new")
    return beside


def test_a_network_is_installed_with_its_manifest(folder, made):
    manifest.install(folder, "reader", made, {"input": "grey"})
    assert weights.load(folder)["reader"].file.read_bytes() == b"new"
    assert list(made.iterdir()) == []


def test_a_network_is_not_installed_beside_one_that_is_damaged(folder, made):
    (folder / "detector.bin").write_bytes(b"damaged")
    before = contents(folder)
    with pytest.raises(ConfigError, match="sha256"):
        manifest.install(folder, "reader", made, {})
    assert contents(folder) == before


def test_a_commit_that_nobody_can_tell_is_unknown(folder, made, monkeypatch):
    monkeypatch.setenv("PATH", "")
    manifest.install(folder, "reader", made, {})
    assert weights.load(folder)["reader"].about["commit"] == "unknown"


@pytest.mark.parametrize(
    ("code", "family", "sentence"),
    [
        (errno.EROFS, ConfigError, r"\(Read-only file system\); copy the folder and name the copy"),
        (errno.ENOSPC, SinkError, r"\(No space left on device\)$"),
    ],
)
def test_a_folder_that_takes_nothing_is_told_before_the_long_work(folder, monkeypatch, code, family, sentence):
    def refuse(*_, **__):
        raise OSError(code, os.strerror(code))

    manifest.check_writable(folder)
    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(family, match=sentence):
        manifest.check_writable(folder)
