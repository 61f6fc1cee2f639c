import io
import json
import os
import sys
from pathlib import Path

import pytest

from anprd import settings
from anprd.cli import check, console
from anprd.vision import weights


@pytest.fixture
def file(tmp_path):
    def written(text: str, mode: int = 0o600) -> Path:
        path = tmp_path / "cameras.yaml"
        path.write_text(text)
        path.chmod(mode)
        return path

    return written


@pytest.fixture
def warned(file):
    def of(text: str, mode: int = 0o600) -> list[str]:
        path = file(text, mode)
        return list(check.warnings(settings.load(path, {"PASSWORD": "x"})))

    return of


def test_a_right_file_is_said_to_be_right(file, capsys):
    path = file("cameras: {gate: {url: rtsp://192.0.2.1/}}")
    assert check.check(path, check.tell) == 0
    out = capsys.readouterr()
    assert out.out == f"{path}: right; 1 camera, events go to redis://localhost:6379/0\n"
    assert out.err == ""


def test_every_fault_is_a_line_on_standard_error(file, capsys):
    path = file("streem: x\ncameras: {gate: {url: 5}}")
    assert check.check(path, check.tell) == 78
    out = capsys.readouterr()
    assert out.out == ""
    first, second = out.err.splitlines()
    assert first == f"anprd: {path}:1: streem: is not a key here; did you mean 'stream'?"
    assert second.startswith(f"anprd: {path}:2: cameras.gate.url: 5 must be text")


def test_faults_are_objects_with_json(file, capsys):
    path = file("streem: x")
    assert check.check(path, console.say_json) == 78
    assert json.loads(capsys.readouterr().out) == {
        "file": str(path),
        "ok": False,
        "line": 1,
        "key": "streem",
        "fault": "is not a key here; did you mean 'stream'?",
    }


def test_a_right_file_is_an_object_with_json(file, capsys):
    path = file("redis: redis://:hunter2@h/0\ncameras: {gate: {url: rtsp://192.0.2.1/}}")
    assert check.check(path, console.say_json) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is True
    assert answer["cameras"] == ["gate"]
    assert "hunter2" not in answer["redis"]


@pytest.mark.parametrize("url", ["redis://localhost/zero", "redis://localhost?colour=blue"])
def test_a_redis_url_that_run_would_refuse_is_a_fault(file, capsys, url):
    path = file(f"stream: s\nredis: {url}")
    assert check.check(path, check.tell) == 78
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err.startswith(f"anprd: {path}:2: redis: '{url}' is no Redis URL; write redis://HOST:PORT/DB")


def test_a_weights_dir_without_the_networks_is_a_fault_beside_that_of_redis(file, capsys, tmp_path):
    path = file("weights_dir: none\nredis: unix://run/redis.sock")
    assert check.check(path, check.tell) == 78
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith(f"anprd: {path}:2: redis: 'unix://run/redis.sock' is no Redis URL")
    assert second.startswith(f"anprd: {path}:1: weights_dir: {tmp_path}/none/MANIFEST.toml: cannot be read")
    path.write_text(f"weights_dir: {weights.default_folder()}")
    assert check.check(path, check.tell) == 0


def test_a_file_whose_name_is_no_utf_8_is_named_in_json_all_the_same(tmp_path, monkeypatch):
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="strict")
    monkeypatch.setattr(sys, "stdout", out)
    path = tmp_path / os.fsdecode(b"bad\xff.yaml")
    check.check(path, console.say_json)
    assert json.loads(out.buffer.getvalue())["file"] == str(path)


def test_a_file_without_an_enabled_camera_is_warned_of(warned):
    (warning,) = warned("cameras: {gate: {url: rtsp://192.0.2.1/, enabled: false}}")
    assert "no camera is enabled" in warning


def test_two_cameras_of_one_url_are_warned_of(warned):
    (warning,) = warned("cameras: {a: {url: rtsp://192.0.2.1/}, b: {url: rtsp://192.0.2.1/}}")
    assert warning.startswith("a, b have the same url")


@pytest.mark.parametrize("other", ["RTSP://192.0.2.1:554/x", "rtsp://192.0.2.1/x"])
def test_one_url_is_known_in_every_form(warned, other):
    (warning,) = warned(f"cameras: {{a: {{url: 'rtsp://192.0.2.1/x'}}, b: {{url: '{other}'}}}}")
    assert warning.startswith("a, b have the same url")
    assert not warned("cameras: {a: {url: 'rtsp://h:55/x'}, b: {url: rtsp://h/x}, c: {url: rtsp://h/X}}")


def test_a_variable_that_is_set_to_nothing_is_warned_of(file, capsys, monkeypatch):
    monkeypatch.setenv("NOTHING", "")
    monkeypatch.setenv("USER_NAME", "anpr")
    path = file(
        "cameras: {a: {url: 'rtsp://u:${NOTHING}@192.0.2.1/'}, b: {url: 'rtsp://${USER_NAME}:${NOTHING}@192.0.2.2/'}}"
    )
    assert check.check(path, check.tell) == 0
    assert capsys.readouterr().err == f"anprd: {path}: the environment variable NOTHING is set to nothing\n"


def test_a_log_level_that_there_is_not_is_warned_of(file, capsys, monkeypatch):
    monkeypatch.setenv("ANPRD_LOG_LEVEL", "verbose")
    path = file("cameras: {a: {url: rtsp://192.0.2.1/}}")
    assert check.check(path, check.tell) == 0
    said = "the environment variable ANPRD_LOG_LEVEL: 'verbose' is not debug, info, warning or error; it counts as info"
    assert capsys.readouterr().err == f"anprd: {path}: {said}\n"


def test_two_cameras_of_one_substream_are_warned_of(warned):
    (warning,) = warned("""
cameras:
  a: {url: rtsp://192.0.2.1/1, substream: rtsp://192.0.2.1/2}
  b: {url: rtsp://192.0.2.2/1, substream: rtsp://192.0.2.1/2}
""")
    assert warning.startswith("a, b have the same substream")


def test_a_substream_that_is_the_url_is_warned_of(warned):
    (warning,) = warned("cameras: {a: {url: rtsp://192.0.2.1/1, substream: rtsp://192.0.2.1/1}}")
    assert warning.startswith("cameras.a.substream: is the url itself")


def test_a_variable_without_its_braces_is_warned_of(warned):
    (warning,) = warned(
        "cameras: {a: {url: rtsp://u:$PASSWORD@192.0.2.1/, substream: 'rtsp://u:${PASSWORD}@192.0.2.1/2'}}"
    )
    assert warning == "cameras.a.url: its password is a '$' and a name; a variable is written ${NAME}"


def test_a_clip_that_is_not_there_is_warned_of_since_it_may_be_a_host_without_its_scheme(warned):
    (warning,) = warned("cameras: {a: {url: 192.0.2.1/stream}}")
    assert "a network camera's URL begins with rtsp://" in warning


def test_a_disabled_camera_tells_nothing_twice(file, capsys):
    url = "rtsp://192.0.2.1/"
    path = file(f"cameras: {{a: {{url: {url!r}}}, b: {{url: {url!r}, enabled: false}}}}")
    assert check.check(path, check.tell) == 0
    assert capsys.readouterr().err == ""


def test_an_embedded_redis_that_is_not_installed_is_a_fault(file, capsys, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setenv("PATH", "/nonexistent")
    path = file("redis: embedded\ncameras: {gate: {url: rtsp://192.0.2.1/}}")
    assert check.check(path, check.tell) == 78
    assert "apt-get install redis-server" in capsys.readouterr().err
