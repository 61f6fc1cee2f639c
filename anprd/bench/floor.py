"""The floor: processes that pull and decode one stream each and do nothing else. What they cannot carry, nobody can."""

import contextlib
import multiprocessing
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Protocol, Self

from anprd.errors import SourceError
from anprd.video import container
from anprd.video.decoder import Decoder

_TIMEOUT_S = 20.0  # where there are more of them than the machine carries, opening takes its time
_STOP_S_MAX = 5.0
_LOOK_S = 0.1


class Floor:
    """The processes. A context; leaving it ends them."""

    def __init__(self, urls: Sequence[str]) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        self._counts = [context.Value("Q", 0) for _ in urls]
        self._processes = [
            context.Process(target=_decode, args=(url, count), daemon=True)
            for url, count in zip(urls, self._counts, strict=True)
        ]
        for process in self._processes:
            process.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join(_STOP_S_MAX)
            if process.is_alive():
                process.kill()
                process.join()

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self._processes if process.pid is not None]

    def decoded(self) -> int:
        """Frames of all streams so far."""
        return sum(count.value for count in self._counts)

    def until_all_play(self, limit_s: float) -> None:
        """Wait for the first frame of each. Raises SourceError where one does not come."""
        deadline_s = time.monotonic() + limit_s
        while not all(count.value for count in self._counts):
            if time.monotonic() > deadline_s:
                raise SourceError(f"not every stream could be decoded within {limit_s:.0f} s")
            time.sleep(_LOOK_S)


class _Count(Protocol):
    """A number that two processes see."""

    value: int


def _decode(url: str, count: _Count) -> None:
    """Decode until killed, or until the stream ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))  # nothing is to be tidied up, and FFmpeg may be waiting
    with contextlib.suppress(SourceError):
        for _ in _pictures(url):
            count.value += 1


def _pictures(url: str) -> Iterator[None]:
    stream = container.open_network(url, transport="tcp", open_timeout_s=_TIMEOUT_S, read_timeout_s=_TIMEOUT_S)
    decoding = Decoder(stream, Counter())
    for packet in stream.packets():
        for _ in decoding.decode(packet):
            yield
