from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from typer.testing import CliRunner

import anprd.training
from anprd.cli import export, main, training


def test_a_missing_extra_says_what_to_install(capsys):
    with pytest.raises(typer.Exit) as leaving, training.needs_extra():
        raise ModuleNotFoundError("No module named 'torch'", name="torch")
    assert leaving.value.exit_code == 1
    assert capsys.readouterr().err == (
        "anprd: training needs torch, which is not installed: `make train-env` in a checkout of anprd brings it\n"
    )


def test_a_module_of_our_own_that_is_missing_is_a_bug():
    with pytest.raises(ModuleNotFoundError), training.needs_extra():
        raise ModuleNotFoundError("No module named 'anprd.nothing'", name="anprd.nothing")


def said_by_the_help_of(*command: str) -> str:
    return " ".join(CliRunner().invoke(main.app, [*command, "--help"], env={"COLUMNS": "200"}).output.split())


def test_the_help_of_the_corner_finders_training_does_not_say_that_it_goes_on():
    help_text = said_by_the_help_of("train", "corners")
    assert "begins anew" in help_text
    assert "goes on" not in help_text


def test_the_help_of_calibrate_names_the_folders_that_it_takes_and_what_it_writes():
    help_text = said_by_the_help_of("calibrate")
    assert "Folders with crops/ or labels/." in help_text
    assert "whose manifest is written" in help_text


def test_the_help_of_train_itself_shows_an_example():
    assert "Example: anprd train " in said_by_the_help_of("train")


def test_the_data_is_named_once_by_place_or_by_name():
    assert training.labelled_folder(Path("data"), None) == training.labelled_folder(None, Path("data")) == Path("data")


@pytest.mark.parametrize("named", [None, Path("data")])
def test_data_named_twice_or_not_at_all_is_wrong_usage(named):
    with pytest.raises(typer.BadParameter):
        training.labelled_folder(named, named)


def test_a_whole_training_needs_its_folder_and_compares_with_nothing():
    with pytest.raises(typer.BadParameter, match="working folder"):
        training._needed(None, None)
    with pytest.raises(typer.BadParameter, match="needs --from"):
        training._needed(Path("work"), Path("elsewhere"))


def test_looks_are_learnt_alone_only_where_the_rest_was_trained():
    with pytest.raises(typer.BadParameter, match="needs --from"):
        training.train_reader(Path("data"), out=Path("work"), looks_alone=True)


@pytest.mark.parametrize("text", ["=1", "cer", "cer=", "cer=much", "cer=nan"])
def test_a_metric_is_a_name_and_a_number(text):
    with pytest.raises(typer.BadParameter, match="is not NAME=NUMBER"):
        export._metric(text)


def test_the_steps_of_a_training_go_to_standard_error_and_its_result_to_standard_output(monkeypatch, capsys):
    def train_corners(*_, **__) -> Path:
        print("step 200")
        return Path("corners.pt")

    monkeypatch.setattr(anprd.training, "jobs", SimpleNamespace(train_corners=train_corners), raising=False)
    training.train_corners(Path("work"))
    said = capsys.readouterr()
    assert (said.out, said.err) == ("corners.pt\n", "step 200\n")
