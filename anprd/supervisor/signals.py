"""Signals as something to read: handlers only queue, the loop decides. Before there is a loop a stop ends the boot."""

import contextlib
import selectors
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from types import FrameType

HANDLED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
STOPS = frozenset({signal.SIGTERM, signal.SIGINT})


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Hold back HANDLED in this thread; processes and threads that are started here inherit that."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, HANDLED)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class StopAsked(BaseException):
    """A signal asked to stop before the loop runs: the way out of a boot that waits."""


class SignalQueue:
    """Catches SIGTERM, SIGINT and SIGHUP and hands each to `take` when the selector says so."""

    def __init__(self, watch: selectors.BaseSelector, take: Callable[[signal.Signals], None]) -> None:
        self._watch = watch
        self._take = take
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._before_fd = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._boots = False
        self._before = {number: signal.signal(number, self._note) for number in HANDLED}
        watch.register(self._reader, selectors.EVENT_READ, self._read)

    @contextlib.contextmanager
    def booting(self) -> Iterator[None]:
        """Within it SIGTERM and SIGINT raise StopAsked in the main thread, wherever it is but where they are held back.

        A library's thread that takes a signal has Python's handler run in the main thread at once, even where that
        holds signals back: a stop would then leave a fork server behind that nobody knows yet.
        """
        self._boots = True
        try:
            yield
        finally:
            self._boots = False

    def close(self) -> None:
        """Put everything back as it was."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._before_fd)
        self._watch.unregister(self._reader)
        self._reader.close()
        self._writer.close()

    def _read(self) -> None:
        for number in self._reader.recv(4096):
            if number in HANDLED:
                self._take(signal.Signals(number))

    def _note(self, number: int, _frame: FrameType | None) -> None:
        # Its byte is in the wake-up socket; without a handler of Python's there would be none.
        if not (self._boots and number in STOPS):
            return
        if number in signal.pthread_sigmask(signal.SIG_BLOCK, ()):
            signal.pthread_kill(threading.get_ident(), number)  # once more, when it is no longer held back
            return
        self._boots = False
        raise StopAsked
