import io
from contextlib import redirect_stdout

from rich.console import Console

from anprd.cli import fine_tuning


def test_a_bar_does_not_bring_back_what_was_silenced(monkeypatch):
    screen, silenced = io.StringIO(), io.StringIO()
    monkeypatch.setattr(fine_tuning, "Console", lambda **_: Console(file=screen, force_terminal=True))
    with redirect_stdout(silenced), fine_tuning._bar("training", 2) as advance:
        print("1/15  box_loss")
        advance()
    assert "box_loss" in silenced.getvalue()
    assert "training" in screen.getvalue()
    assert "box_loss" not in screen.getvalue()
