"""Logs: one line an event, never a password, whichever way it came."""

import io
import json
import logging
import sys
import threading
import warnings

import pytest
import structlog

from anprd.observe import logs

SECRET = "S3kr1t"
URL = f"rtsp://anpr:{SECRET}@192.0.2.11/live"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _restore():
    root = logging.getLogger()
    before = (root.handlers[:], root.level, threading.excepthook)
    yield
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    root.handlers[:], root.level, threading.excepthook = before[0], before[1], before[2]


@pytest.fixture
def out() -> io.StringIO:
    return io.StringIO()


def raised(error: Exception) -> Exception:
    password = SECRET  # a local variable that a rich traceback would print
    try:
        raise error if password else RuntimeError
    except (OSError, ValueError) as caught:
        return caught


def lines(out: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_line_says_when_how_bad_what_and_who(out):
    logs.configure("info", "worker", stream=out, camera="gate-north")
    logs.get(part="spool").info("spool_opened", events=3)
    (line,) = lines(out)
    assert line.pop("at").endswith("Z")
    said = {"event": "spool_opened", "level": "info", "process": "worker", "camera": "gate-north"}
    assert line == said | {"part": "spool", "events": 3}


def test_every_thread_says_who_it_is(out):
    logs.configure("info", "worker", stream=out, camera="gate-north")
    thread = threading.Thread(target=lambda: logs.get().info("beaten"))
    thread.start()
    thread.join()
    assert lines(out)[0]["camera"] == "gate-north"


def test_what_is_below_the_level_is_not_shown(out):
    logs.configure("warning", "cli", stream=out)
    logs.get().info("quiet")
    logs.get().warning("loud")
    assert [line["event"] for line in lines(out)] == ["loud"]


def test_passwords_are_masked_in_texts_nested_fields_and_exceptions(out):
    logs.configure("debug", "worker", stream=out)
    log = logs.get(source=URL)
    said = f"lost {URL}"
    log.warning(said, settings={"cameras": [{"url": URL}], "password": SECRET}, error=OSError(URL))
    log.error("source_lost", exc_info=raised(OSError(f"cannot open {URL}")))
    assert SECRET not in out.getvalue()
    assert "OSError: cannot open rtsp://anpr:***@192.0.2.11/live" in lines(out)[1]["exception"]


def test_on_a_terminal_lines_are_for_people_and_show_no_local_variables():
    out = Terminal()
    logs.configure("info", "cli", stream=out)
    logs.get().error("check_failed", exc_info=raised(ValueError(URL)))
    assert "check_failed" in out.getvalue()
    assert "Traceback" in out.getvalue()
    assert SECRET not in out.getvalue()


def test_what_libraries_log_takes_the_same_way_out(out):
    logs.configure("info", "worker", stream=out, camera="gate-north")
    logging.getLogger("libav.rtsp").warning("method DESCRIBE failed: %s", URL)
    logging.getLogger("libav.rtsp").info("not shown")
    (line,) = lines(out)
    assert line["event"] == "method DESCRIBE failed: rtsp://anpr:***@192.0.2.11/live"
    assert (line["logger"], line["level"], line["camera"]) == ("libav.rtsp", "warning", "gate-north")


def test_warnings_of_python_are_lines_too(out):
    logs.configure("info", "cli", stream=out)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn(f"old {URL}", stacklevel=1)
    assert "***" in lines(out)[0]["event"]


def test_a_thread_that_dies_is_logged_and_redacted(out):
    logs.configure("info", "worker", stream=out)

    def die() -> None:
        raise RuntimeError(URL)

    thread = threading.Thread(target=die, name="publisher")
    thread.start()
    thread.join()
    (line,) = lines(out)
    assert (line["event"], line["thread"]) == ("thread_died", "publisher")
    assert "RuntimeError" in line["exception"]
    assert SECRET not in out.getvalue()


def test_a_value_without_end_is_cut(out):
    logs.configure("info", "cli", stream=out)
    logs.get().info("said", text="x" * 1_000_000)
    assert len(lines(out)[0]["text"]) == logs.TEXT_LENGTH_MAX


def test_standard_error_is_where_logs_go_unless_told(capsys):
    logs.configure("info", "cli")
    logs.get().info("started")
    captured = capsys.readouterr()
    assert (captured.out, "started" in captured.err) == ("", True)
    assert sys.stdout is not None
