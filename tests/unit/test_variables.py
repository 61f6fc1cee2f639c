"""What may stand in the file in place of a password, and what is a password after all."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.variables import (
    CREDENTIALS,
    SECRET_BYTES_MAX,
    Givers,
    NotedEnvironment,
    covered,
    filled_in,
    holds_password,
    passwords,
)


@pytest.fixture
def fill(tmp_path):
    (tmp_path / "gate").write_text("s3cret\n")

    def filled(text: str, **environ: str) -> str:
        return filled_in(text, Givers(environ, tmp_path))

    return filled


def test_a_variable_is_of_the_environment(fill):
    assert fill("a${X}b${Y}", X="1", Y="2") == "a1b2"


def test_what_is_filled_in_is_not_looked_into_again(fill):
    assert fill("${X}", X="${Y}") == "${Y}"


@pytest.mark.parametrize("path", ["gate", "./gate", "{folder}/gate"])
def test_a_file_is_its_text_without_the_line_break_and_meant_from_the_configurations_folder(fill, tmp_path, path):
    assert fill("rtsp://u:${file:" + path.format(folder=tmp_path) + "}@h/") == "rtsp://u:s3cret@h/"


def test_a_credential_is_a_file_that_systemd_hands_over(fill, tmp_path):
    assert fill("${credential:gate}", **{CREDENTIALS: str(tmp_path)}) == "s3cret"


def test_a_credential_outside_the_service_says_what_is_missing(fill):
    with pytest.raises(ValueError, match="only the service has; LoadCredential=gate:PATH belongs into its unit"):
        fill("${credential:gate}")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "is not there"),
        (b"", "one line of text"),
        (b"two\nlines", "one line of text"),
        (b"\xff\xfe", "not UTF-8"),
        (b"x" * (SECRET_BYTES_MAX + 1), "one line of text"),
        (b"\x00", "one line of text"),
    ],
)
def test_a_file_that_holds_no_password_is_named_and_nothing_of_it_said(fill, tmp_path, content, said):
    if content is not None:
        (tmp_path / "odd").write_bytes(content)
    with pytest.raises(ValueError, match=said) as caught:
        fill("${file:odd}")
    assert "odd" in str(caught.value)
    assert "two" not in str(caught.value)


@pytest.mark.parametrize("text", ["${file:.}", "${file:/dev/zero}"])
def test_a_folder_or_a_device_is_no_file(fill, text):
    with pytest.raises(ValueError, match="no file"):
        fill(text)


@pytest.mark.parametrize(
    "text", ["${", "${}", "${X", "${file:}", "${credential:../x}", "${other:x}", "${1}", "${file:gate"]
)
def test_what_is_no_reference_is_refused(fill, text):
    with pytest.raises(ValueError, match="that is no variable"):
        fill(text, X="1")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtsps://192.0.2.1:7441/${KEY}?enableSrtp", "rtsps://192.0.2.1:7441/***?enableSrtp"),
        ("http://${HOST}/video?x=${KEY}", "http://cam/video?x=***"),
        ("rtsp://u:${file:./gate}@${HOST}/${KEY}/1", "rtsp://u:s3cret@cam/***/1"),
        ("${BASE}/${KEY}", "rtsp://cam/***"),
        ("${BASE}", "rtsp://cam"),
        ("file:clips/${HOST}.mp4", "file:clips/cam.mp4"),
        ("rtsp://${NONE}/x", "rtsp://${NONE}/x"),
    ],
)
def test_a_key_in_a_path_is_covered_and_the_host_is_shown(fill, tmp_path, text, shown):
    assert covered(text, Givers({"KEY": "k3y", "HOST": "cam", "BASE": "rtsp://cam"}, tmp_path)) == shown


@pytest.mark.parametrize(
    "text", ["rtsp://u:p@h/", "redis://:p@h/0", "http://h/?pwd=p", "unix:///s?password=p", "rtsp://u:p${X}@h/"]
)
def test_a_password_is_seen(text):
    assert holds_password(text)


@pytest.mark.parametrize(
    "text",
    ["rtsp://h/", "rtsp://u@h/", "rtsp://u:${X}@h/", "rtsp://u:${file:/a b}@h/", "redis://:${credential:r}@h/0",
     "http://h/?pwd=${X}", "gate", "redis://h:6379/0"],
)  # fmt: skip
def test_a_reference_is_no_password(text):
    assert not holds_password(text)


def test_the_keys_of_passwords_are_told():
    values = {
        "redis": "redis://:p@h/0",
        "cameras": {"a": {"url": "rtsp://u:p@h/"}, "b": {"url": "rtsp://h/"}},
        "l": ["x"],
    }
    assert list(passwords(values)) == [("redis",), ("cameras", "a", "url")]


def test_what_a_text_needed_of_the_environment_is_noted(tmp_path):
    environ = NotedEnvironment({"GATE": "p", "YARD": "q"})
    assert filled_in("rtsp://u:${GATE}@h/", Givers(environ, tmp_path)) == "rtsp://u:p@h/"
    assert environ.secrets == {"GATE"}
    assert dict(environ) == {"GATE": "p", "YARD": "q"}
    assert len(environ) == 2


@pytest.mark.parametrize(
    "name", ["B_PASSWORD", "b_passwd", "CAMERA_PWD", "GATE_KEY", "X_TOKEN", "CREDENTIALS_DIRECTORY"]
)
def test_what_is_called_as_a_password_is_a_secret_before_it_is_asked_for(name):
    assert NotedEnvironment({name: "p", "PWD": "/", "OLDPWD": "/", "LANG": "C", "TZ": "UTC"}).secrets == {name}


@given(st.text(), st.dictionaries(st.text(), st.text()))
def test_no_text_is_trouble(tmp_path_factory, text, environ):
    with contextlib.suppress(ValueError):
        assert isinstance(filled_in(text, Givers(environ, tmp_path_factory.getbasetemp())), str)
