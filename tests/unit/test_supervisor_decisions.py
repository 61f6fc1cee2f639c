import pytest

from anprd.settings import CameraSettings, Settings
from anprd.supervisor.decisions import (
    BOOT_S,
    DRAIN_S,
    OPENED_S,
    RESTART_CAP_S,
    STUCK_S,
    Action,
    ChildFacts,
    Reload,
    burdens,
    compare,
    next_action,
    refusal,
    restart_delay_s,
    stuck_after_s,
)
from anprd.worker.messages import Facts, State

NOW_S = 1000.0


@pytest.mark.parametrize(
    ("facts", "action"),
    [
        (ChildFacts(wanted=False, running=False), Action.FORGET),
        (ChildFacts(wanted=False, running=False, misconfigured=True), Action.FORGET),
        (ChildFacts(wanted=True, running=False, misconfigured=True), Action.WAIT),
        (ChildFacts(wanted=True, running=False, start_at_s=NOW_S), Action.START),
        (ChildFacts(wanted=True, running=False, start_at_s=NOW_S + 0.1), Action.WAIT),
        (ChildFacts(wanted=False, running=True, beat_s=NOW_S), Action.TERMINATE),
        (ChildFacts(wanted=False, running=True, told_s=NOW_S - DRAIN_S + 0.1), Action.WAIT),
        (ChildFacts(wanted=False, running=True, told_s=NOW_S - DRAIN_S), Action.KILL),
        (ChildFacts(wanted=True, running=True, told_s=NOW_S - DRAIN_S), Action.KILL),
        (ChildFacts(wanted=True, running=True, beat_s=NOW_S - STUCK_S + 0.1), Action.WAIT),
        (ChildFacts(wanted=True, running=True, beat_s=NOW_S - STUCK_S), Action.KILL),
    ],
)
def test_each_line_of_the_table_gives_its_action(facts, action):
    assert next_action(facts, NOW_S) is action


def test_a_worker_boots_until_its_first_frame_is_done():
    assert stuck_after_s(None) == BOOT_S
    assert stuck_after_s(Facts(State.STARTING, pid=1)) == BOOT_S
    assert stuck_after_s(Facts(State.STREAMING, pid=1, frames=1)) == STUCK_S


@pytest.mark.parametrize(
    ("facts", "age_s", "streaming_s", "answer"),
    [
        (None, 1.0, None, True),
        (None, STUCK_S, None, False),
        (Facts(State.STARTING, 1), 2.0, None, True),
        (Facts(State.STARTING, 1, wait_ratio=0.3), 2.0, None, True),
        (Facts(State.STARTING, 1, wait_ratio=0.0), 2.0, None, False),
        (Facts(State.WAITING, 1, wait_ratio=0.3), 20.0, None, False),
        (Facts(State.STREAMING, 1, wait_ratio=0.3), 9.0, OPENED_S - 0.1, True),
        (Facts(State.STREAMING, 1, wait_ratio=0.0), 9.0, OPENED_S - 0.1, False),
        (Facts(State.STREAMING, 1, wait_ratio=0.3), 9.0, OPENED_S, False),
    ],
)
def test_who_has_just_begun_and_waits_for_a_core_keeps_others_from_beginning(facts, age_s, streaming_s, answer):
    assert burdens(facts, age_s=age_s, streaming_s=streaming_s) is answer


def test_restarts_are_spread_and_capped():
    assert restart_delay_s(1, chance=0.0) < restart_delay_s(1, chance=1.0) < restart_delay_s(3, chance=0.5)
    assert restart_delay_s(1000, chance=1.0) == RESTART_CAP_S


def test_a_reload_names_only_the_cameras_that_differ():
    old = settings(camera("same"), camera("gone"), camera("edited", detect_fps_max=4))
    new = settings(camera("same"), camera("edited", detect_fps_max=5), camera("new"))
    assert compare(old, new) == Reload(started=("new",), stopped=("gone",), changed=("edited",), ignored_keys=())


@pytest.mark.parametrize("redis", ["embedded", "redis://x:1/0"])
def test_an_equal_file_changes_nothing(redis):
    old, new = (settings(camera("a"), camera("b"), redis=redis) for _ in range(2))
    assert compare(old, new) == Reload((), (), (), ())


def test_the_order_of_cameras_is_no_change():
    assert compare(settings(camera("a"), camera("b")), settings(camera("b"), camera("a"))) == Reload((), (), (), ())


def test_a_disabled_camera_is_stopped_and_an_enabled_one_started():
    old = settings(camera("a"), camera("b", enabled=False))
    new = settings(camera("a", enabled=False), camera("b"))
    assert compare(old, new) == Reload(started=("b",), stopped=("a",), changed=(), ignored_keys=())


def test_another_redis_changes_every_camera():
    old = settings(camera("a"), camera("b"))
    new = settings(camera("a"), camera("b"), redis="redis://elsewhere:6379/0")
    assert compare(old, new).changed == ("a", "b")


@pytest.mark.parametrize(("before", "after"), [("embedded", "redis://x:1/0"), ("redis://x:1/0", "embedded")])
def test_the_embedded_redis_comes_and_goes_only_with_a_restart(before, after):
    change = compare(settings(camera("a"), redis=before), settings(camera("a"), redis=after))
    assert change.ignored_keys == ("redis",)
    assert change.changed == ()


def test_a_file_without_a_word_of_cameras_is_refused_while_some_run():
    assert refusal(settings(camera("a"), camera("b")), Settings()) == (
        "names no camera, and 2 should run; was it cut off? To stop every camera write 'cameras: {}'"
    )


def test_a_file_that_says_that_there_are_no_cameras_is_obeyed():
    assert refusal(settings(camera("a")), settings()) is None


def test_where_no_camera_runs_a_file_without_cameras_is_taken():
    assert refusal(settings(camera("a", enabled=False)), Settings()) is None
    assert refusal(Settings(), Settings(stream="other")) is None


def test_directories_change_only_with_a_restart():
    change = compare(settings(camera("a")), settings(camera("a"), state_dir="/elsewhere", metrics_address="[::1]:9108"))
    assert change.ignored_keys == ("state_dir", "metrics_address")
    assert change.changed == ()


def camera(name, **values):
    return CameraSettings(name=name, url="rtsp://192.0.2.1/", **values)


def settings(*cameras, **values):
    return Settings(cameras=cameras, **values)
