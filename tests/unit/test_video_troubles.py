"""Every trouble is one sentence that names the source, says what to do, and holds no password."""

import pytest

from anprd.redaction import redact
from anprd.video.troubles import Trouble, seconds, sentence

URL = "rtsp://anpr:s3cret@192.0.2.11:554/Streaming/Channels/101"


@pytest.mark.parametrize("trouble", Trouble)
def test_each_trouble_has_a_sentence_that_names_the_source_without_its_password(trouble: Trouble):
    text = sentence(trouble, URL, "10 s")
    assert text.startswith("rtsp://anpr:***@192.0.2.11:554/Streaming/Channels/101: ")
    assert "s3cret" not in text
    assert "{" not in text
    assert "\n" not in text
    assert not text.endswith(".")


@pytest.mark.parametrize("trouble", Trouble)
def test_a_sentence_is_the_same_when_it_is_redacted_again(trouble: Trouble):
    text = sentence(trouble, URL, "10 s")
    assert redact(text) == text


@pytest.mark.parametrize("trouble", [t for t in Trouble if t is not Trouble.OTHER])
def test_each_sentence_says_what_to_do(trouble: Trouble):
    assert "; " in sentence(trouble, URL)


def test_a_detail_loses_its_password_too():
    assert "s3cret" not in sentence(Trouble.OTHER, "gate.mp4", f"cannot open {URL}")


def test_spans_are_written_short():
    assert (seconds(10.0), seconds(2.5)) == ("10 s", "2.5 s")
