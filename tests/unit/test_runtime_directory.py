import pytest

from anprd import runtime_directory, settings
from anprd.faults import SettingsError


@pytest.fixture
def said(tmp_path):
    """What is found by a file of this text, or the faults that keep it from being found."""

    def of(text: str, environ: dict[str, str] | None = None) -> object:
        file = tmp_path / "cameras.yaml"
        file.write_text(text)
        try:
            return runtime_directory.load(file, environ or {})
        except SettingsError as error:
            return str(error).replace(f"{file}:", "")

    return of


def test_a_relative_one_is_meant_from_the_files_folder(said, tmp_path):
    assert said("runtime_dir: ../run") == tmp_path.parent / "run"


def test_where_the_file_does_not_say_it_is_the_default(said):
    assert said("cameras: {}") == said("") == runtime_directory.DEFAULT == settings.Settings().runtime_dir


def test_a_variable_in_it_is_filled_in(said, tmp_path):
    assert said("runtime_dir: ${RUN}/anprd", {"RUN": "/run/user/7"}).as_posix() == "/run/user/7/anprd"
    assert "needs the environment variable RUN" in said("runtime_dir: ${RUN}/anprd")


@pytest.mark.parametrize(
    "text",
    [
        "streem: x",
        "redis: ${UNSET}",
        "stream: a\nstream: b",
        "cameras: {gate: {url: 'rtsp://u:${UNSET}@h/', detect_fps_max: fast}}",
    ],
)
def test_what_else_is_wrong_with_the_file_does_not_matter(said, tmp_path, text):
    assert said(f"runtime_dir: run\n{text}") == tmp_path / "run"


@pytest.mark.parametrize(
    "value",
    ["5", "true", "", "''", "[a]", "{a: b}", "{a: b, a: c}", "/" + "r" * 100, "${", "a\nruntime_dir: b", "&a x"],
)
def test_the_whole_files_check_says_the_same_of_it(said, tmp_path, value):
    file = tmp_path / "cameras.yaml"
    file.write_text(f"runtime_dir: {value}")
    with pytest.raises(SettingsError) as caught:
        settings.load(file, {})
    assert said(file.read_text()) == str(caught.value).replace(f"{file}:", "")


def test_a_file_that_cannot_be_read_is_said_to_be_so(tmp_path):
    with pytest.raises(SettingsError, match="does not exist"):
        runtime_directory.load(tmp_path / "none.yaml", {})
