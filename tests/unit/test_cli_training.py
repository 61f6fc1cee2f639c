import pytest
import typer

from anprd.cli import training


def test_a_missing_extra_says_what_to_install(capsys):
    with pytest.raises(typer.Exit) as leaving, training.needs_extra():
        raise ModuleNotFoundError("No module named 'torch'", name="torch")
    assert leaving.value.exit_code == 1
    assert (
        capsys.readouterr().err == "anprd: training needs torch, which is not installed: pip install 'anprd[train]'\n"
    )


def test_a_module_of_our_own_that_is_missing_is_a_bug():
    with pytest.raises(ModuleNotFoundError), training.needs_extra():
        raise ModuleNotFoundError("No module named 'anprd.nothing'", name="anprd.nothing")
