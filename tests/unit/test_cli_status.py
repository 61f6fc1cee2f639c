import json
import os
from datetime import datetime

import pytest
from rich.console import Console

from anprd.cli import console, places, status
from anprd.faults import SettingsError
from anprd.settings import Settings
from anprd.supervisor.status import NotRunningError

CAMERA = {
    "name": "gate",
    "state": "streaming",
    "fps": 24.96,
    "confirmed": 7,
    "unreadable": 1,
    "last_plate": "K995OX190",
    "last_plate_at": "2026-03-01T12:00:00.123Z",
    "drops": {"late": 3, "corrupt": 1},
    "spool_depth": 0,
    "restarts": 2,
    "memory_bytes": 64 * 2**20,
    "last_error": None,
    "sink_error": None,
}
DAEMON = {
    "pid": 42,
    "version": "0.1.0",
    "state": "running",
    "uptime_s": 3725.0,
    "config": "/etc/anprd/cameras.yaml",
    "stream": "anprd:events",
    "redis": {"url": "redis://localhost:6379/0", "state": "up", "error": None},
    "last_reload": None,
    "cameras": 1,
}


def shown(daemon=DAEMON, cameras=(CAMERA,)) -> str:
    out = Console(width=200)
    with out.capture() as capture:
        out.print(status.view({"daemon": daemon, "cameras": list(cameras)}))
    return capture.get()


def test_the_daemon_has_its_line_and_each_camera_a_row():
    first, second, _, titles, row = (line.rstrip() for line in shown().rstrip().splitlines())
    assert first == "anprd 0.1.0 running for 1 h 2 min, pid 42, /etc/anprd/cameras.yaml"
    assert second == "redis redis://localhost:6379/0 up; stream anprd:events"
    assert titles.split()[:3] == ["camera", "state", "fps"]
    cells = row.split()
    assert cells[:6] == ["gate", "streaming", "25.0", "7", "1", "K995OX190"]
    assert cells[6] == "2026-03-01", "not today"
    assert cells[8:] == ["4", "0", "2", "64", "MiB"], "nothing is said of lag by an older daemon"


def test_on_a_small_terminal_cameras_in_trouble_stand_first_and_the_rest_is_counted():
    cameras = [CAMERA | {"name": f"gate{number}"} for number in range(50)]
    cameras[47] |= {"state": "waiting", "last_error": "the camera broke off"}
    out = Console(width=200)
    with out.capture() as capture:
        out.print(status.view({"daemon": DAEMON, "cameras": cameras}, lines_max=24))
    lines = capture.get().rstrip().splitlines()
    assert len(lines) == 24
    assert lines[4].startswith("gate47")
    assert lines[-1] == "and 31 more"


@pytest.mark.parametrize("width", [60, 80, 120])
def test_on_a_narrow_terminal_columns_give_way_and_what_is_wrong_stands_below(width):
    away = CAMERA | {
        "name": "gate-north-2",
        "state": "waiting",
        "last_error": "nothing answered within 10 s; " + "x" * 40,
    }
    out = Console(width=width)
    with out.capture() as capture:
        out.print(status.view({"daemon": DAEMON, "cameras": [CAMERA, away]}, width=width))
    titles, first, second, *below = capture.get().partition("\n\n")[2].rstrip().splitlines()
    assert titles.split()[:2] == ["camera", "state"]
    assert first.split()[:2] == [CAMERA["name"], CAMERA["state"]]
    assert second.split()[:2] == ["gate-north-2", "waiting"]
    assert CAMERA["last_plate"] in first
    assert " ".join(below).startswith("gate-north-2: nothing answered within 10 s;")
    assert all(len(line) <= width for line in (titles, first, second))


def test_sentences_that_take_two_lines_leave_room_for_fewer_cameras():
    cameras = [CAMERA | {"name": f"gate{number}", "last_error": "the camera broke off; " * 5} for number in range(20)]
    out = Console(width=80)
    with out.capture() as capture:
        out.print(status.view({"daemon": DAEMON, "cameras": cameras}, width=80, lines_max=24))
    lines = capture.get().rstrip().splitlines()
    assert len(lines) <= 24
    assert lines[-1] == "and 14 more"


def test_a_camera_that_never_saw_a_plate_has_empty_cells():
    assert "None" not in shown(cameras=[CAMERA | {"last_plate": None, "last_plate_at": None, "memory_bytes": 0}])


def test_of_a_worker_that_has_not_spoken_nothing_is_counted():
    silent = CAMERA | {"state": "starting", "fps": 0.0, "detect_fps": None, "last_plate": None, "last_plate_at": None}
    assert shown(cameras=[silent]).rstrip().splitlines()[-1].split() == ["gate", "starting", "2", "64", "MiB"]


def test_what_is_wrong_with_a_camera_stands_at_the_end_of_its_row():
    assert (
        shown(cameras=[CAMERA | {"state": "waiting", "last_error": "no route [to] host"}])
        .rstrip()
        .endswith("no route [to] host")
    )


def test_a_camera_that_is_held_back_says_to_what_and_how_far_it_lags():
    row = shown(cameras=[CAMERA | {"detect_fps": 4.04, "detect_fps_max": 8.0, "lag_s": 0.31}])
    assert row.rstrip().endswith("held to 4.0 of 8 fps")
    assert "0.3 s" in row
    assert "held" not in shown(cameras=[CAMERA | {"detect_fps": 8.0, "detect_fps_max": 8.0, "lag_s": None}])


def test_trouble_and_hold_stand_together():
    held = CAMERA | {"detect_fps": 1.0, "detect_fps_max": 8.0, "sink_error": "no Redis"}
    assert shown(cameras=[held]).rstrip().endswith("no Redis; held to 1.0 of 8 fps")


def test_an_overloaded_machine_says_so():
    load = {"overloaded": True, "since": "2026-03-01T12:00:00Z", "level": 0.521, "cameras_held": 17}
    assert "17 cameras held back, 52% of the wanted frames are looked at" in shown(DAEMON | {"load": load})
    assert "overloaded" not in shown(DAEMON | {"load": load | {"overloaded": False}})


def test_cameras_that_take_turns_are_told_of():
    load = {"overloaded": True, "since": "2026-03-01T12:00:00Z", "level": 0.25, "cameras_held": 80}
    turns = {"awake_max": 6, "cameras_asking": 3}
    assert "are looked at; 6 at a time may wake, 3 wait for it" in shown(DAEMON | {"load": load | turns})
    row = shown(cameras=[CAMERA | {"detect_fps": 4.0, "detect_fps_max": 8.0, "wakefulness": "asks"}])
    assert row.rstrip().endswith("held to 4.0 of 8 fps; something moves, waits for its turn")


def test_redis_that_is_down_is_said_with_its_reason():
    redis = {"url": "redis://h", "state": "down", "error": "connection refused"}
    assert "redis://h down: connection refused" in shown(DAEMON | {"redis": redis})


def test_a_refused_reload_and_keys_that_need_a_restart_are_told():
    refused = {"ok": False, "at": "2026-03-01T12:00:00Z", "error": "line 3", "needs_restart": []}
    assert "reload refused at 2026-03-01T12:00:00Z: line 3" in shown(DAEMON | {"last_reload": refused})
    partly = {"ok": True, "at": "2026-03-01T12:00:00Z", "error": None, "needs_restart": ["state_dir"]}
    assert "needs a restart: state_dir" in shown(DAEMON | {"last_reload": partly})


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59.9, "59 s"), (60, "1 min"), (3725, "1 h 2 min"), (183_600, "2 d 3 h")]
)
def test_a_duration_is_said_as_people_say_it(seconds, text):
    assert status.duration(seconds) == text


def test_no_daemon_is_one_sentence_and_a_failure(tmp_path, capsys):
    assert status.show(tmp_path, console.say_json) == 1
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err.count("\n") == 1
    assert str(tmp_path) in out.err


def test_json_is_the_whole_status_on_one_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(status, "fetch", lambda _: {"daemon": DAEMON, "cameras": [CAMERA]})
    assert status.show(tmp_path, console.say_json) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["cameras"][0]["name"] == "gate"


def test_watching_ends_with_the_daemon(tmp_path, monkeypatch):
    answers = iter([{"daemon": DAEMON}, {"daemon": DAEMON}])
    seen = []

    def fetch(_):
        try:
            return next(answers)
        except StopIteration:
            raise NotRunningError("no daemon") from None

    monkeypatch.setattr(status, "fetch", fetch)
    monkeypatch.setattr(status.time, "sleep", lambda _: None)
    assert status.watch(tmp_path, seen.append) == 1
    assert len(seen) == 2


def test_a_default_file_that_is_missing_or_forbidden_stands_for_the_defaults(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "DEFAULT_CONFIG", tmp_path / "none.yaml")
    assert places.runtime_dir(None) == Settings().runtime_dir


def test_a_service_file_that_was_broken_keeps_nobody_from_asking(tmp_path, monkeypatch, capsys):
    file = tmp_path / "cameras.yaml"
    file.write_text("runtime_dir: /elsewhere\ncameras: [\n")
    monkeypatch.setattr(places, "DEFAULT_CONFIG", file)
    assert places.runtime_dir(None) == Settings().runtime_dir
    first, last = capsys.readouterr().err.splitlines()
    assert first.startswith(f"anprd: {file}:3: is not valid YAML")
    assert last == "anprd: looking for the daemon in /run/anprd"
    with pytest.raises(SettingsError):
        places.runtime_dir(file)


def test_the_daemon_is_looked_for_where_its_file_says(tmp_path):
    file = tmp_path / "cameras.yaml"
    file.write_text("runtime_dir: run\ncameras: {gate: {url: 'rtsp://u:${UNSET}@h/'}}")
    assert "UNSET" not in os.environ
    assert places.runtime_dir(file) == tmp_path / "run"


def test_a_plate_of_today_has_its_time_alone():
    now = datetime.now().astimezone()
    text = shown(cameras=[CAMERA | {"last_plate_at": now.isoformat()}])
    assert now.strftime("%H:%M:%S") in text
    assert now.strftime("%Y-%m-%d") not in text


def test_events_of_cameras_that_are_gone_are_not_forgotten():
    assert "100 events wait for cameras no longer in the file" in shown(daemon=DAEMON | {"orphaned_events": 100})


def test_nothing_that_the_daemon_says_commands_the_terminal_of_whoever_asks():
    redis = DAEMON["redis"] | {"state": "down", "error": "\x1b]0;owned\x07 \x9b31m"}
    text = shown(
        DAEMON | {"redis": redis, "config": "\x1b[2J"}, [CAMERA | {"last_error": "\u202egone", "state": "\x1b[8m"}]
    )
    assert text.replace("\n", "").isprintable()
    assert "\\u202egone" in text
