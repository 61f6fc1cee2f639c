"""What is behind `make`: what the scripts must never do, and what is in the wheel."""

import json
import subprocess
import sys
import zipfile

import pytest

from tests.command import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, unpacked: the program without its checkout."""
    pytest.importorskip("hatchling", reason="hatchling builds the wheel")
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as packed:
        packed.extractall(folder / "unpacked")
    return folder / "unpacked"


def command(wheel, *words):
    """What a command of the unpacked wheel does, from a folder in which nothing of the checkout lies."""
    start = "import sys; sys.path.insert(0, sys.argv.pop(1)); from anprd.__main__ import main; main()"
    return subprocess.run(
        [sys.executable, "-P", "-c", start, wheel, *words], cwd=wheel, capture_output=True, text=True, check=False
    )


def test_the_wheel_brings_the_manual_and_names_it_where_there_is_no_configuration(wheel):
    done = command(wheel, "check", "-c", "none.yaml")
    manual = wheel / "anprd" / "config" / "cameras.yaml"
    assert (done.returncode, done.stderr) == (78, f"anprd: none.yaml: does not exist; copy {manual} and edit it\n")
    assert manual.read_bytes() == (ROOT / "config" / "cameras.yaml").read_bytes()


@pytest.mark.weights
def test_the_wheel_reads_with_its_own_networks_and_brings_nothing_else(wheel):
    done = command(wheel, "read", "--json", ROOT / "docs" / "images" / "demo.png")
    assert [plate["plate"] for plate in json.loads(done.stdout)["plates"]] == ["M822BC24"]
    packed = {path.name for path in wheel.rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc"}}
    networks = {f"{name}.{kind}" for name in ("corners", "detector", "reader") for kind in ("xml", "bin")}
    about = {"METADATA", "WHEEL", "RECORD", "LICENSE", "entry_points.txt"}
    assert packed == networks | about | {"MANIFEST.toml", "cameras.yaml"}
    assert sorted(path.suffix for path in wheel.iterdir()) == ["", ".dist-info"]


def test_a_folder_that_is_no_environment_is_not_emptied(tmp_path):
    """`make install PREFIX=/usr`, from habit: making an environment there would empty it first."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "theirs").write_text("kept")

    done = subprocess.run(
        ["sh", ROOT / "tools" / "venv", sys.executable, tmp_path], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr == f"{tmp_path} is not empty and no virtual environment: choose a folder of its own\n"
    assert (tmp_path / "bin" / "theirs").read_text() == "kept"


def test_the_bill_names_what_is_installed_here_with_its_hashes_and_nothing_of_other_systems(tmp_path):
    lock = tmp_path / "requirements.lock"
    digest = "0" * 64
    lock.write_text(
        f"# A comment.\nnumpy==2.4.6 \\\n    --hash=sha256:{digest}\n"
        f"colorama==0.4.6 ; sys_platform == 'win32' \\\n    --hash=sha256:{digest}\n"
    )
    bill = subprocess.run(
        [sys.executable, ROOT / "tools" / "sbom.py", lock], capture_output=True, text=True, check=True
    ).stdout
    numpy, *networks = json.loads(bill)["components"]
    assert (numpy["purl"], numpy["type"]) == ("pkg:pypi/numpy@2.4.6", "library")
    assert numpy["externalReferences"][0]["hashes"] == [{"alg": "SHA-256", "content": digest}]
    assert {network["type"] for network in networks} == {"machine-learning-model"}
