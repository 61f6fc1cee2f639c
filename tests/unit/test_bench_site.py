"""What is said when the daemon under test does not come up."""

from pathlib import Path

import pytest

from anprd.bench import site


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("first\nthe last word\n\n", "its log ends: the last word"),
        ("\n", "it logged nothing"),
        (None, "it logged nothing"),
    ],
)
def test_the_end_of_a_log_is_told_as_its_folder_will_be_gone(tmp_path: Path, text: str | None, said: str):
    log = tmp_path / "daemon.log"
    if text is not None:
        log.write_text(text)
    assert site._end_of(log) == said
