import queue
import signal
import threading

from anprd.errors import SinkError
from anprd.supervisor.redis_probe import INTERVAL_S, RedisProbe
from anprd.supervisor.signals import HANDLED


def test_before_the_first_answer_nothing_is_claimed():
    assert RedisProbe("redis://h/0", lambda: None).facts()["state"] == "unknown"


def test_an_answer_is_up():
    probe = RedisProbe("redis://:secret@h/0", lambda: None)
    probe.ask()
    assert probe.facts() == {"url": "redis://:***@h/0", "state": "up", "error": None}


def test_an_error_is_down_and_says_why():
    def ping():
        raise SinkError("Redis at redis://:secret@h/0: refused")

    probe = RedisProbe("redis://h/0", ping)
    probe.ask()
    assert probe.facts()["state"] == "down"
    assert "refused" in probe.facts()["error"]
    assert "secret" not in probe.facts()["error"]


def test_its_thread_takes_no_signal_that_the_main_thread_may_be_holding_back():
    blocked = queue.Queue()
    probe = RedisProbe("redis://h/0", lambda: blocked.put(signal.pthread_sigmask(signal.SIG_BLOCK, [])))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    probe.start()
    try:
        assert blocked.get(timeout=5) >= set(HANDLED)
        assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == before
    finally:
        probe.stop()


def test_of_a_redis_that_a_reload_names_nothing_is_claimed_before_it_was_asked():
    probe = RedisProbe("redis://old/0", lambda: None)
    probe.ask()
    probe.adopt("redis://:secret@new/0", lambda: None)
    assert probe.facts() == {"url": "redis://:***@new/0", "state": "unknown", "error": None}
    probe.ask()
    assert probe.facts()["state"] == "up"


def test_a_late_answer_of_the_old_one_says_nothing_of_the_new():
    probe = RedisProbe("redis://old/0", lambda: probe.adopt("redis://new/0", lambda: None))
    probe.ask()
    assert probe.facts() == {"url": "redis://new/0", "state": "unknown", "error": None}


def test_the_new_one_is_asked_at_once_by_the_same_thread():
    asked = queue.Queue()
    probe = RedisProbe("redis://old/0", lambda: asked.put(("old", threading.get_ident())))
    probe.start()
    try:
        _, thread = asked.get(timeout=5)
        probe.adopt("redis://new/0", lambda: asked.put(("new", threading.get_ident())))
        assert asked.get(timeout=0.75 * INTERVAL_S) == ("new", thread)
    finally:
        probe.stop()
