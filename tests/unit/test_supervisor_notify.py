import re

from anprd.supervisor.notify import Notifier


def test_without_systemd_nothing_is_said():
    notifier = Notifier.from_environ({}, pid=1)
    notifier.ready("fine")
    assert notifier.watchdog_s is None


def test_the_variables_are_taken_away_from_children():
    environ = {"NOTIFY_SOCKET": "@nobody", "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7", "HOME": "/"}
    assert Notifier.from_environ(environ, pid=7).watchdog_s == 15.0
    assert environ == {"HOME": "/"}


def test_a_watchdog_meant_for_another_process_is_not_beaten():
    environ = {"NOTIFY_SOCKET": "@nobody", "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"}
    assert Notifier.from_environ(environ, pid=8).watchdog_s is None


def test_a_watchdog_without_a_pid_is_meant_for_us():
    assert Notifier.from_environ({"NOTIFY_SOCKET": "@nobody", "WATCHDOG_USEC": "1000000"}, pid=8).watchdog_s == 0.5


def test_messages_are_lines_of_key_and_value():
    said = []
    notifier = Notifier(said.append)
    notifier.ready("2 of 2 cameras streaming")
    notifier.stopping("draining")
    notifier.watchdog()
    notifier.status("1 of 2 cameras streaming")
    assert said == [
        b"READY=1\nSTATUS=2 of 2 cameras streaming",
        b"STOPPING=1\nSTATUS=draining",
        b"WATCHDOG=1",
        b"STATUS=1 of 2 cameras streaming",
    ]


def test_a_reload_is_announced_with_the_monotonic_time():
    said = []
    Notifier(said.append).reloading()
    assert re.fullmatch(rb"RELOADING=1\nMONOTONIC_USEC=\d+", said[0])


def test_a_systemd_that_is_gone_is_no_reason_to_fall():
    Notifier.from_environ({"NOTIFY_SOCKET": "/nowhere/at/all"}, pid=1).ready("fine")
