"""The door in of PyAV (FFmpeg), its second half: packets to pictures. Containers are opened by `container`."""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

import av.error
import numpy as np
from av.codec.context import ThreadType
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from anprd.records import Bgr, Luma, Window
from anprd.video.container import PIXELS_MAX, OpenStream, Packet, refuse_absurd
from anprd.video.sender import SenderReports

_LUMA_FIRST = frozenset(
    {"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "nv21", "nv16", "gray"}
)
EXACTLY: Mapping[str, str] = MappingProxyType({})
ROUGHLY: Mapping[str, str] = MappingProxyType({"skip_loop_filter": "all"})
"""Blocky, for a fifth less; enough to see that something moves (docs/measured.md#waking)."""
_PLANAR_420 = frozenset({"yuv420p", "yuvj420p"})


class Decoder:
    """Turns the packets of one stream into pictures, on one thread: workers run side by side, pools would fight."""

    def __init__(self, stream: OpenStream, counts: Counter[str], *, options: Mapping[str, str] = EXACTLY) -> None:
        """`counts` is told of what is skipped, under "corrupt"; `options` are FFmpeg's, for its decoder."""
        self._name = stream.name
        self._options = {"max_pixels": str(PIXELS_MAX), **options}
        self._codec = self._set_up(stream.codec)
        self._is_empty = False
        self._reformatter = VideoReformatter()
        self._counts = counts
        self._tick_s = stream.tick_s
        self._reports = SenderReports()
        # As the first picture says, for good: phones film upright and say so beside the picture; but damage in a stream
        # can say it too, and FFmpeg then believes it of every later picture (docs/reliability.md).
        self._turns: int | None = None

    def begin_anew(self) -> None:
        """Forget the pictures that packets refer to: the next one is a key frame out of order."""
        self._codec.flush_buffers()

    def forget(self) -> None:
        """The same, and give back the memory of its pictures, 10 MB at 1080p: the next packet may be long in coming."""
        if self._is_empty:
            return
        before = self._codec
        fresh = cast("VideoCodecContext", VideoCodecContext.create(before.codec.name, "r"))
        fresh.extradata = before.extradata
        fresh.width, fresh.height = before.width, before.height
        self._codec = self._set_up(fresh)
        self._is_empty = True

    def _set_up(self, codec: VideoCodecContext) -> VideoCodecContext:
        codec.thread_count = 1
        codec.thread_type = ThreadType.NONE
        codec.options = self._options
        return codec

    def decode(self, packet: Packet | None) -> list["DecodedPicture"]:
        """The pictures that the packet completes: mostly one, none where it is damaged or waits. None: the end.

        Raises:
            SourceError: the picture is larger than anything is allowed to be.
        """
        if packet is not None and packet.pts is not None and packet.has_sidedata("prft"):
            self._reports.hear(bytes(packet.get_sidedata("prft")), packet.pts * self._tick_s)
        self._is_empty = False
        try:
            frames = self._codec.decode(packet)
        except av.error.FFmpegError:  # whatever it is called: a source that goes on so is given up for its silence
            self._counts["corrupt"] += 1
            return []
        whole = [frame for frame in frames if not frame.is_corrupt]
        self._counts["corrupt"] += len(frames) - len(whole)
        for frame in whole:
            refuse_absurd(frame.width, frame.height, self._name)
            self._turns = round(frame.rotation / 90) % 4 if self._turns is None else self._turns
        return [
            DecodedPicture(frame, self._turns or 0, self._reformatter, self._tick_s, self._reports.zero_s)
            for frame in whole
        ]


class DecodedPicture:
    """A picture in the decoder's memory, upright. Colours are made once, when asked for."""

    __slots__ = ("_bgr", "_frame", "_reformatter", "_turns", "pts_s", "sender_s")

    def __init__(
        self, frame: VideoFrame, turns: int, reformatter: VideoReformatter, tick_s: float, sender_zero_s: float | None
    ) -> None:
        """
        Args:
            frame: the decoder's.
            turns: quarters of a turn, anticlockwise, until it stands upright.
            reformatter: makes colours.
            tick_s: the unit of the stream's PTS.
            sender_zero_s: the camera's own wall time of PTS 0, seconds since 1970; None: it does not tell.
        """
        self._frame = frame
        self._reformatter = reformatter
        self._bgr: Bgr | None = None
        self._turns = turns
        self.pts_s = frame.pts * tick_s if frame.pts is not None else None
        self.sender_s = None if self.pts_s is None or sender_zero_s is None else self.pts_s + sender_zero_s

    @property
    def width(self) -> int:
        return self._frame.height if self._turns % 2 else self._frame.width

    @property
    def height(self) -> int:
        return self._frame.width if self._turns % 2 else self._frame.height

    def luma(self) -> Luma:
        frame = self._frame
        if frame.format.name not in _LUMA_FIRST:
            frame = self._reformatter.reformat(frame, format="gray", threads=1)
        return self._plane(frame, 1)

    def bgr(self) -> Bgr:
        if self._bgr is None:
            # swscale and not cv2: it knows the stream's range (16..235 or 0..255) and matrix, and costs the same.
            self._bgr = self._plane(self._reformatter.reformat(self._frame, format="bgr24", threads=1), 3)
        return self._bgr

    def part(self, window: Window) -> Bgr:
        if self._bgr is None and self._can_be_cut(window):
            part = self._reformatter.reformat(_cut(self._frame, window), format="bgr24", threads=1)
            return self._plane(part, 3)
        return self.bgr()[window.top : window.bottom, window.left : window.right]

    def _can_be_cut(self, window: Window) -> bool:
        """Whether the part alone gives the same colours: 4:2:0 has one pixel of colour for two by two of light."""
        even = window.left % 2 == window.top % 2 == window.right % 2 == window.bottom % 2 == 0
        whole = (window.width, window.height) == (self._frame.width, self._frame.height)
        return even and not whole and not self._turns and self._frame.format.name in _PLANAR_420

    def _plane(self, frame: VideoFrame, channels: int) -> Luma:
        """The first plane without its padding, as it is in memory: the array keeps the frame alive."""
        plane = frame.planes[0]
        rows = np.frombuffer(cast("bytes", plane), np.uint8).reshape(-1, plane.line_size)
        pixels = rows[: frame.height, : frame.width * channels]
        if channels > 1:
            pixels = pixels.reshape(frame.height, frame.width, channels)
        if self._turns:
            pixels = np.ascontiguousarray(np.rot90(pixels, self._turns))
        pixels.flags.writeable = False  # the decoder refers to it for the next pictures
        return pixels


def _cut(frame: VideoFrame, window: Window) -> VideoFrame:
    """A part of a planar 4:2:0 picture, all sides even, as a picture of its own with the same range and matrix."""
    part = VideoFrame(window.width, window.height, frame.format.name)
    for plane, (source, target) in enumerate(zip(frame.planes, part.planes, strict=True)):
        step = 2 if plane else 1
        rows = np.frombuffer(cast("bytes", source), np.uint8).reshape(-1, source.line_size)
        into = np.frombuffer(cast("bytes", target), np.uint8).reshape(-1, target.line_size)
        top, bottom, left, right = (side // step for side in (window.top, window.bottom, window.left, window.right))
        into[: bottom - top, : right - left] = rows[top:bottom, left:right]
    part.colorspace, part.color_range = frame.colorspace, frame.color_range
    return part
