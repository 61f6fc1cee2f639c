import contextlib
import os
import selectors
import signal
import threading
import time

import pytest

from anprd.supervisor import signals
from anprd.supervisor.signals import SignalQueue, StopAsked


@pytest.fixture
def queue():
    with selectors.DefaultSelector() as watch:
        queue = SignalQueue(watch, lambda number: None)
        yield queue
        queue.close()


@pytest.fixture
def thread_that_takes_signals():
    """As a library's pool of threads is: nothing is held back in it."""
    leave = threading.Event()
    thread = threading.Thread(target=leave.wait)
    thread.start()
    yield
    leave.set()
    thread.join()


@pytest.mark.usefixtures("thread_that_takes_signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_that_another_thread_takes_waits_until_signals_are_held_back_no_longer(queue, number):
    steps = []
    with contextlib.suppress(StopAsked), queue.booting():
        with signals.held():
            os.kill(os.getpid(), number)
            time.sleep(0.1)  # the other thread has it by now, and Python's handler has run
            steps.append("done what must not be left half")
        steps.append("gone on with the boot")
    assert steps == ["done what must not be left half"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_ends_the_boot_at_once(queue, number):
    steps = []
    with contextlib.suppress(StopAsked), queue.booting():
        os.kill(os.getpid(), number)
        time.sleep(10)
        steps.append("gone on with the boot")
    assert steps == []
