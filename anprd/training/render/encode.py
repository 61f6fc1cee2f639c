"""Pictures to an H.264 file. The only module of the training side that touches PyAV."""

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np

from anprd.records import Bgr

KEY_EVERY_S = 2.0  # as cameras do: a decoder that joins late waits no longer


class Encoder:
    """Writes frames of one size to an mp4 file; a context manager, so that the file is always closed properly."""

    def __init__(self, path: Path, *, size: tuple[int, int], fps: float, crf: float) -> None:
        """Open the file.

        Args:
            path: where to; overwritten.
            size: width and height in pixels, both even (4:2:0 has no half pixels).
            fps: frames a second.
            crf: x264's quality: 18 is near lossless, 28 is a frugal camera.

        Raises:
            ValueError: width or height is odd.
            OSError: the file cannot be written.
        """
        if size[0] % 2 or size[1] % 2:
            raise ValueError(f"{size[0]}x{size[1]}: H.264 needs an even width and height")
        rate = Fraction(fps).limit_denominator(1001)
        self._container = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        options = {"crf": f"{crf:g}", "preset": "medium", "g": str(max(1, round(fps * KEY_EVERY_S)))}
        self._stream = self._container.add_stream("libx264", rate=rate, options=options)
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = "yuv420p"
        self._stream.thread_count = 2

    def write(self, frame: Bgr) -> None:
        """Add one frame of the size given at the start."""
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="bgr24")
        self._container.mux(self._stream.encode(picture))

    def close(self) -> None:
        """Write what is still in the encoder, and the file's index."""
        self._container.mux(self._stream.encode(None))
        self._container.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
