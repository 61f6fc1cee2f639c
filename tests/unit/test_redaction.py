"""Passwords never leave, whatever they are made of and whatever holds them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.redaction import MASK, TEXT_LENGTH_MAX, printable, redact, redacted

SECRET = "S3kr1t"

# Whatever an environment variable may put into a URL; a line break ends a log line and a URL alike.
_ANYTHING = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=12)
_USERS = st.text("abcXYZ019._%@/-", max_size=8)
_SCHEMES = st.sampled_from(["rtsp", "rtsps", "http", "https", "redis", "rediss", "unix", "RTSP"])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtsp://anpr:S3kr1t@192.0.2.11/Streaming/Channels/101", "rtsp://anpr:***@192.0.2.11/Streaming/Channels/101"),
        ("rtsp://anpr:S3k:S3kr1t@192.0.2.11:554/a", "rtsp://anpr:***@192.0.2.11:554/a"),
        ("rtsp://anpr:S3k@S3kr1t@192.0.2.11/a", "rtsp://anpr:***@192.0.2.11/a"),
        ("rtsp://anpr:S3k/S3kr1t@192.0.2.11/a", "rtsp://anpr:***@192.0.2.11/a"),
        ("rtsp://anpr:S3k?S3kr1t#S3kr1t@192.0.2.11/a", "rtsp://anpr:***@192.0.2.11/a"),
        ("rtsp://anpr:S3k%40%2FS3kr1t@192.0.2.11/a", "rtsp://anpr:***@192.0.2.11/a"),
        ("rtsp://anpr:two S3kr1t words@192.0.2.11/a", "rtsp://anpr:***@192.0.2.11/a"),
        ("rtsp://me@firm.example:S3kr1t@192.0.2.11/a", "rtsp://me@firm.example:***@192.0.2.11/a"),
        ("redis://:S3kr1t@localhost:6379/0", "redis://:***@localhost:6379/0"),
        ("rediss://u:S3kr1t@[2001:db8::1]:6380/1", "rediss://u:***@[2001:db8::1]:6380/1"),
        ("unix:///run/redis.sock?db=0&password=S3kr1t", "unix:///run/redis.sock?db=0&password=***"),
        ("redis://localhost?password=S3kr1t&db=1", "redis://localhost?password=***&db=1"),
        ("http://192.0.2.7/video.cgi?user=admin&pwd=S3kr1t#x", "http://192.0.2.7/video.cgi?user=admin&pwd=***#x"),
        ("http://192.0.2.7/v?Token=S3kr1t;a=1", "http://192.0.2.7/v?Token=***;a=1"),
        ("http://192.0.2.7/v?loginuse=admin&loginpas=S3kr1t", "http://192.0.2.7/v?loginuse=admin&loginpas=***"),
        ("http://proxy/?url=rtsp%3A%2F%2Fu%3AS3kr1t%40host", "http://proxy/?url=rtsp%3A%2F%2Fu%3A***%40host"),
        ("url 'admin:S3kr1t@192.0.2.7/live' has no scheme", "url 'admin:***@192.0.2.7/live' has no scheme"),
        ("rtsp://a:S3kr1t@h1/x and rtsp://b:S3kr1t@h2/y differ", "rtsp://a:***@h1/x and rtsp://b:***@h2/y differ"),
        ("rtsp://:S3kr1t://@192.0.2.11/a", "rtsp://:***@192.0.2.11/a"),
        ("rtsp://u:http://S3kr1t@192.0.2.11/a", "rtsp://u:***@192.0.2.11/a"),
        ("http://h:80/x, rtsp://b:S3kr1t@h2/y", "http://h:80/x, rtsp://b:***@h2/y"),
        ("http://p/?a=rtsp%3A%2F%2Fu%3AS3kr1t%3A%2F%2F%40h", "http://p/?a=rtsp%3A%2F%2Fu%3A***%40h"),
        ("{'password': 'S3kr1t', 'user': 'a'}", "{'password': '***', 'user': 'a'}"),
        ("Authorization: Basic S3kr1t==", "Authorization: Basic ***"),
        ("Authorization: Digest username='a', response='S3kr1t'", "Authorization: Digest ***"),
    ],
)
def test_a_password_is_masked_and_the_rest_stays(text, shown):
    assert redact(text) == shown


def test_the_paths_of_cameras_that_put_the_password_there_are_masked():
    shown = redact("rtsp://192.0.2.9:554/user=admin_password=S3kr1t_channel=1_stream=0.sdp")
    assert SECRET not in shown
    assert shown.startswith("rtsp://192.0.2.9:554/user=admin_password=***")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rtsp://192.0.2.11:554/Streaming/Channels/101",
        "rtsp://anpr@192.0.2.11/a",
        "redis://localhost:6379/0",
        "unix:///run/anprd/redis.sock?db=0",
        "gate-north: wrong password (401): check the user and the password in cameras.yaml",
        "2026-03-01T12:00:00.000Z mail ops@example.org",
        "pass=",
        "compass=north bypass=1",
    ],
)
def test_a_text_without_a_password_is_left_alone(text):
    assert redact(text) == text


@given(scheme=_SCHEMES, user=_USERS, before=_ANYTHING, after=_ANYTHING)
def test_no_password_survives_in_a_url(scheme, user, before, after):
    url = f"{scheme}://{user}:{before}{SECRET}{after}@camera.example:554/live"
    assert SECRET not in redact(f"cannot open {url}: timed out")


@given(text=st.text("ab:/@? =*%\n", max_size=60))
def test_redacting_twice_is_redacting_once(text):
    assert redact(redact(text)) == redact(text)


def test_a_very_long_text_does_not_take_long():
    for piece in ("a", "://", "a:", "%3A%2F%2F", "password=", "@", "://a:", "://a:1/", " http://a:1/", "://a:1/@"):
        redact(piece * 1600 + "@")
        redact(piece * 1600 + " http://x@")
        redact(piece * 4000)  # a pattern that backtracks without end would hang here


def test_nested_structures_are_redacted_wherever_a_text_hides():
    url = f"rtsp://u:{SECRET}@h/x"
    fields = {
        "url": url,
        "cameras": [{"url": url}, (url, {url})],
        "password": SECRET,
        "redis_password": SECRET,
        "raw": url.encode(),
        "error": OSError(f"cannot open {url}"),
        "key": {url: 1},
        "object": type("Opaque", (), {"__repr__": lambda _: url})(),
    }
    shown = json.dumps(redacted(fields))
    assert SECRET not in shown
    assert shown.count(MASK) == 10


def test_numbers_flags_and_nothing_stay_what_they_are():
    assert redacted({"a": 1, "b": 2.5, "c": True, "d": None, "password": ""}) == {
        "a": 1,
        "b": 2.5,
        "c": True,
        "d": None,
        "password": "",
    }


def test_what_nests_too_deep_is_shown_as_text_and_still_redacted():
    value: object = f"rtsp://u:{SECRET}@h/x"
    for _ in range(30):
        value = [value]
    assert SECRET not in json.dumps(redacted(value))


def test_an_exception_keeps_its_type():
    assert redacted(ValueError(f"redis://:{SECRET}@h")) == "ValueError: redis://:***@h"


@pytest.mark.parametrize("hostile", ["//a:", "a:", "://", "[{'password': '", "%3A%2F%2F", '"a'])
def test_a_long_hostile_text_is_cut_before_it_takes_minutes(hostile: str):
    assert len(redact(hostile * 200_000)) <= 2 * TEXT_LENGTH_MAX


@pytest.mark.parametrize(
    "secret",
    [
        "rtsp://user:hunter2-and-more@192.0.2.1/",
        "rtsp://user:hunter2//and//more@192.0.2.1/",
        "user:hunter2-and-more@192.0.2.1",
        "{'password': 'hunter2-and-more'}",
        '{"password": "hunter2 and more"}',
    ],
)
@pytest.mark.parametrize("shown", range(8, 40, 4))
def test_nothing_of_a_password_at_the_cut_is_shown(secret: str, shown: int):
    text = "x" * (TEXT_LENGTH_MAX - shown - 1) + " " + secret + "y" * 100
    assert "hun" not in redact(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x07", "\\x1b[2J\\x07"),
        ("\x9b31m", "\\x9b31m"),  # the same in one character
        ("gpj.\u202eX", "gpj.\\u202eX"),
        ("a\rb\x7f", "a\\rb\\x7f"),
        ("no\udcffname", "no\\udcffname"),
        ("one line\n\tand another, größer, 甲A12345", "one line\n\tand another, größer, 甲A12345"),
    ],
)
def test_no_text_commands_a_terminal(text, shown):
    assert printable(text) == shown
    assert redacted({text: [text, OSError(text)]}) == {shown: [shown, f"OSError: {shown}"]}
