"""Rendered frames to an H.264 file, one after the other at an even pace."""

from pathlib import Path
from types import TracebackType
from typing import Self

from anprd.records import Bgr
from anprd.video.clip_writer import ClipWriter


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
            SinkError: the file cannot be written.
        """
        if size[0] % 2 or size[1] % 2:
            raise ValueError(f"{size[0]}x{size[1]}: H.264 needs an even width and height")
        self._writer = ClipWriter(path, size=size, fps=fps, crf=crf, preset="medium")
        self._fps = fps
        self._written = 0

    def write(self, frame: Bgr) -> None:
        """Add one frame of the size given at the start. Raises SinkError."""
        self._writer.write(frame, self._written / self._fps)
        self._written += 1

    def close(self) -> None:
        """Write what is still in the encoder, and the file's index. Raises SinkError."""
        self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
