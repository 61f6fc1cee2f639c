import hashlib
import os
from pathlib import Path

import pytest

from anprd.errors import ConfigError
from anprd.vision import weights


def folder_with(tmp_path: Path, *, content: bytes = b"network", recorded: bytes = b"network") -> Path:
    (tmp_path / "reader.xml").write_bytes(content)
    digest = hashlib.sha256(recorded).hexdigest()
    (tmp_path / "MANIFEST.toml").write_text(
        f'[reader]\nalphabet = "AB"\n\n[reader.files]\n"reader.xml" = "{digest}"\n', encoding="utf-8"
    )
    return tmp_path


def test_a_file_that_is_as_shipped_is_loaded_with_what_is_said_of_it(tmp_path: Path) -> None:
    entry = weights.load(folder_with(tmp_path))["reader"]
    assert entry.file == tmp_path / "reader.xml"
    assert entry.about == {"alphabet": "AB"}


def test_a_changed_file_is_a_configuration_fault_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"reader\.xml: sha256 is"):
        weights.load(folder_with(tmp_path, content=b"other"))


def test_a_missing_file_is_a_configuration_fault(tmp_path: Path) -> None:
    (folder_with(tmp_path) / "reader.xml").unlink()
    with pytest.raises(ConfigError, match=r"reader\.xml: cannot be read"):
        weights.load(tmp_path)


def test_a_missing_manifest_asks_for_weights_dir(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="weights_dir"):
        weights.load(tmp_path)


def test_a_manifest_that_is_no_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "MANIFEST.toml").write_text("[reader", encoding="utf-8")
    with pytest.raises(ConfigError, match="not valid TOML"):
        weights.load(tmp_path)


def test_a_network_that_the_manifest_does_not_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"\[detector\]"):
        weights.require(weights.load(folder_with(tmp_path)), "detector")


def test_the_network_to_be_replaced_is_not_checked(tmp_path: Path) -> None:
    assert weights.load(folder_with(tmp_path, content=b"new"), but="reader") == {}


@pytest.mark.parametrize("file", ["reader.xml", "MANIFEST.toml"])
def test_a_pipe_in_the_place_of_a_file_holds_nobody_up(tmp_path: Path, file: str) -> None:
    (folder_with(tmp_path) / file).unlink()
    os.mkfifo(tmp_path / file)
    with pytest.raises(ConfigError, match="it is no ordinary file"):
        weights.load(tmp_path)


@pytest.mark.parametrize("name", ["/dev/zero", "../reader.xml"])
def test_a_manifest_lists_files_of_its_own_folder_alone(tmp_path: Path, name: str) -> None:
    manifest = folder_with(tmp_path) / "MANIFEST.toml"
    manifest.write_text(manifest.read_text().replace('"reader.xml"', f'"{name}"'))
    with pytest.raises(ConfigError, match="no name of a file in this folder"):
        weights.load(tmp_path)
