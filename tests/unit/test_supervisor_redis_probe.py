import queue
import signal

from anprd.errors import SinkError
from anprd.supervisor.redis_probe import RedisProbe
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
