from pathlib import Path

import pytest

from anprd.errors import SinkError
from anprd.training import swap


def half(error: BaseException):
    def write(path: Path) -> None:
        path.write_text("half")
        raise error

    return write


@pytest.fixture
def target(tmp_path) -> Path:
    (tmp_path / "network.pt").write_text("old")
    return tmp_path / "network.pt"


def test_what_is_written_takes_the_place_of_the_old(target):
    assert swap.save(target, lambda path: path.write_text("new")) == target
    assert target.read_text() == "new"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(28, "No space left on device"), "cannot be written (No space left on device)"),
        (RuntimeError("[enforce fail at inline_container.cc:664] . unexpected pos"), "cannot be written; is the disk"),
    ],
)
def test_a_full_disk_is_one_sentence_and_leaves_the_old_file_alone(target, error, sentence):
    with pytest.raises(SinkError) as refused:
        swap.save(target, half(error))
    assert str(refused.value).startswith(f"{target}: {sentence}")
    assert target.read_text() == "old"
    assert list(target.parent.iterdir()) == [target]


def test_an_interruption_leaves_the_old_file_and_nothing_else(target):
    with pytest.raises(KeyboardInterrupt):
        swap.save(target, half(KeyboardInterrupt()))
    assert target.read_text() == "old"
    assert list(target.parent.iterdir()) == [target]


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(SinkError, match=r"none/network.pt: cannot be written \(No such file or directory\)"):
        swap.save(tmp_path / "none" / "network.pt", Path.touch)
