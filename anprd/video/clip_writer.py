"""The door out of PyAV (FFmpeg): pictures to a file. The door in is `container` with `decoder`."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

import av
import av.error
import av.logging
import numpy as np

from anprd.errors import SinkError
from anprd.records import Bgr

av.logging.set_level(None)  # as in `container`: FFmpeg writes to standard error by itself

_TICK = Fraction(1, 90_000)  # MPEG's own clock, fine enough for any frame rate
_KEY_EVERY_S = 2.0  # as cameras do: a player that jumps into the middle need not go far back


class ClipWriter:
    """Pictures of one size to an H.264 file; a context manager, so that the file's index is always written."""

    def __init__(
        self,
        path: Path,
        *,
        size: tuple[int, int],
        fps: float,
        crf: float = 23.0,
        preset: str = "veryfast",
        x264: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Begin the file; what was there is overwritten.

        Args:
            path: its ending names the container: .mp4, .mkv, .mov; .h264 is the stream alone.
            size: width and height in pixels, both even: 4:2:0 has no half pixels.
            fps: frames a second, for players; the times given to `write` count.
            crf: x264's quality: 18 is near lossless, 28 is a frugal camera.
            preset: x264's speed against quality: `veryfast`, `medium`, ...
            x264: more of its options.

        Raises:
            SinkError: the file cannot be written, or its ending names no container.
        """
        assert size[0] % 2 == 0, size
        assert size[1] % 2 == 0, size
        self._path = path
        options = {"movflags": "+faststart"} if path.suffix.lower() in {".mp4", ".mov"} else {}
        rate = Fraction(fps).limit_denominator(1001)
        with self._told():
            self._container = av.open(str(path), "w", options=options)
            settings = {"crf": f"{crf:g}", "preset": preset, "g": str(max(1, round(fps * _KEY_EVERY_S))), **x264}
            self._stream = self._container.add_stream("libx264", rate=rate, options=settings)
            self._stream.width, self._stream.height = size
            self._stream.pix_fmt = "yuv420p"
            self._stream.codec_context.time_base = _TICK
            self._container.start_encoding()  # opens the file: whether it can be written shows here
        self._duration = round(1 / fps / _TICK)

    def write(self, image: Bgr, t_s: float) -> None:
        """Add a picture, (h, w, 3) uint8, to be shown at `t_s`, which must grow. Raises SinkError."""
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="bgr24")
        picture.pts, picture.time_base = round(t_s / _TICK), _TICK
        picture.duration = self._duration
        with self._told():
            self._container.mux(self._stream.encode(picture))

    def close(self) -> None:
        """Write what is still in the encoder, and the file's index. Raises SinkError."""
        with self._told():
            self._container.mux(self._stream.encode(None))
            self._container.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (av.error.FFmpegError, OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "its ending names no video format; use .mp4"
            raise SinkError(f"{self._path}: the video cannot be written: {reason}") from error
