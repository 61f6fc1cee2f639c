import stat
import tempfile
from pathlib import Path

import pytest

from anprd import scratch


def test_a_folder_for_this_user_only_is_gone_afterwards_with_all_that_is_in_it(tmp_path):
    with scratch.folder(tmp_path, prefix="film-") as folder:
        assert folder.parent == tmp_path
        assert folder.name.startswith("film-")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "deep").mkdir()
        (folder / "deep" / "file").write_text("something")
    assert list(tmp_path.iterdir()) == []


def test_without_a_parent_it_is_with_the_temporary_files(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with scratch.folder() as folder:
        assert folder.parent == tmp_path
        assert folder.name.startswith("anprd-")


def interrupted() -> None:
    raise KeyboardInterrupt


@pytest.fixture
def interrupted_as_soon_as_made(monkeypatch):
    make = Path.mkdir

    def made(path: Path, **options: object) -> None:
        make(path, **options)
        interrupted()

    monkeypatch.setattr(Path, "mkdir", made)


def test_an_interruption_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt), scratch.folder(tmp_path):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_neither_does_one_as_soon_as_it_is_made(tmp_path, interrupted_as_soon_as_made):
    with pytest.raises(KeyboardInterrupt), scratch.folder(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_made_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError), scratch.folder(tmp_path / "none"):
        pass


def test_one_that_was_moved_away_stays(tmp_path):
    with scratch.folder(tmp_path) as folder:
        folder.rename(tmp_path / "kept")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
