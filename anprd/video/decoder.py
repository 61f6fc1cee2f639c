"""The door in of PyAV (FFmpeg): containers to packets, packets to pictures, foreign errors to our own.

The door out, pictures to a file, is `clip_writer`.

FFmpeg's own messages are switched off for the whole process: they go to standard error by themselves and may hold a
camera's URL with its password. What they would have told is said by `troubles`.
"""

import ctypes
import errno
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, cast
from urllib.parse import urlsplit

import av
import av._core
import av.error
import av.logging
import numpy as np
from av.codec.context import ThreadType
from av.container import InputContainer
from av.packet import Packet as AvPacket
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from anprd.errors import SourceError
from anprd.records import Bgr, Luma, Window
from anprd.redaction import redact
from anprd.video import hosts
from anprd.video.sender import SenderReports
from anprd.video.troubles import Trouble, seconds, sentence

av.logging.set_level(None)

if TYPE_CHECKING:
    Packet = AvPacket[VideoStream]  # generic in its stub only
else:
    Packet = AvPacket
"""One compressed picture. Others hand it on; only `Decoder` looks inside, save for `is_keyframe` and `size`."""

SIDE_PX_MAX = 8192
# An 8K frame has 33 million; a picture this large is three times its size in memory before anyone looks.
PIXELS_MAX = 40_000_000
PACKET_BYTES_MAX = 16 << 20  # one compressed picture: a key frame of 8K at the highest quality has a quarter of it
# What FFmpeg may ask for in one piece: the largest picture in colour takes 120 MB. Without this a picture that never
# ends is gathered until the time limit: 1.3 GiB were seen.
BLOCK_BYTES_MAX = 128 << 20
# Containers without times: FFmpeg gives their frames the PTS of 25 a second, however many come.
_UNTIMED = frozenset({"mpjpeg", "mjpeg", "jpeg_pipe", "h264", "hevc", "m4v"})
_PROBE_S = 0.5  # FFmpeg looks this long for the frame rate before the first packet; its own default takes 1-2 s
_UDP_BUFFER_BYTES = 1 << 21  # a 4K key frame comes as one burst; the kernel may grant less
_SECOND_LOOK_S = 3.0
_SECOND_LOOK_AFTER_S = 0.5  # cameras need a moment to end the first session
# No file: a camera names no local file.
_NETWORK_PROTOCOLS = "rtsp,rtsps,rtp,srtp,udp,tcp,tls,crypto,http,https,httpproxy"
# Without this list FFmpeg plays text as terminal art, pictures as video, and playlists that name other files.
_FILE_FORMATS = (
    "mov,mp4,matroska,webm,avi,mpegts,mpeg,mpegvideo,h264,hevc,flv,asf,mjpeg,mpjpeg,ogg,m4v,ivf,dhav,nut,mxf,obu"
)
_LUMA_FIRST = frozenset(
    {"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "nv21", "nv16", "gray"}
)
EXACTLY: Mapping[str, str] = MappingProxyType({})
ROUGHLY: Mapping[str, str] = MappingProxyType({"skip_loop_filter": "all"})
"""Blocky, for a fifth less; enough to see that something moves (docs/measured.md#waking)."""
_PLANAR_420 = frozenset({"yuv420p", "yuvj420p"})
_REFUSALS: dict[type[Exception], Trouble] = {
    av.error.HTTPUnauthorizedError: Trouble.WRONG_PASSWORD,
    av.error.HTTPForbiddenError: Trouble.FORBIDDEN,
    av.error.HTTPNotFoundError: Trouble.NOT_FOUND,
}

# PyAV has no word for it; a library that is loaded already is not loaded twice, and its own libraries are searched too.
ctypes.CDLL(av._core.__file__).av_max_alloc(ctypes.c_size_t(BLOCK_BYTES_MAX))  # noqa: SLF001  # libavutil/mem.h


class OpenStream:
    """An open container and its first video stream. Reading and closing belong to one thread."""

    def __init__(
        self,
        container: InputContainer,
        name: str,
        error_of: Callable[[Exception], SourceError],
        *,
        live: bool = False,
        waits: bool = True,
    ) -> None:
        """Takes the container over; `live`: a camera's; `waits`: whether what is not read at once is still there later.

        Raises:
            SourceError: no video in it, a codec FFmpeg lacks, or pictures over the size limit.
        """
        self.name = name
        self.waits = waits
        self._container = container
        self._error_of = error_of
        try:
            self._stream = _first_video(container, name)
            _refuse_absurd(self._stream.width, self._stream.height, name)
        except SourceError:
            container.close()
            raise
        self.codec = self._stream.codec_context
        self.width, self.height = self._stream.width, self._stream.height  # 0 where the stream has not said it yet
        rate = self._stream.average_rate or self._stream.guessed_rate
        self.fps = float(rate) if rate else 0.0  # 0: unknown
        self.duration_s = container.duration / 1_000_000 if container.duration else None
        self.tick_s = float(self._stream.time_base or 0) or 1 / 90_000
        self._pts_made_up = live and container.format.name in _UNTIMED

    def packets(self) -> Iterator[Packet]:
        """Compressed pictures in stream order, to the stream's end.

        Raises:
            SourceError: the connection failed, or nothing came for `read_timeout_s`.
        """
        try:
            for packet in self._container.demux(self._stream):
                if packet.size > PACKET_BYTES_MAX:
                    raise SourceError(sentence(Trouble.PACKET_TOO_LARGE, self.name, f"{packet.size >> 20} MiB"))
                if self._pts_made_up:
                    packet.pts = packet.dts = None
                if packet.size:  # the empty one at the end only says that it is the end
                    yield packet
        except (av.error.FFmpegError, OSError) as error:
            raise self._error_of(error) from _clean(error)

    def close(self) -> None:
        """Close the connection. RTSP sends TEARDOWN: without it cameras keep the old session and answer 453."""
        self._container.close()


def open_network(
    url: str, *, transport: Literal["tcp", "udp"], open_timeout_s: float, read_timeout_s: float
) -> OpenStream:
    """Connect to a camera. Blocks for `open_timeout_s` to connect and as long again for the first pictures, at most.

    Raises:
        SourceError: whatever kept it from opening, in one sentence without the password.
    """
    begun_s = time.monotonic()

    def error_of_open(error: Exception) -> SourceError:
        waited_out = time.monotonic() - begun_s >= open_timeout_s
        return _network_trouble(error, url, open_timeout_s if waited_out else None)

    def error_of_read(error: Exception) -> SourceError:
        if isinstance(error, av.error.ExitError | av.error.TimeoutError):
            return SourceError(sentence(Trouble.STALLED, url, seconds(read_timeout_s)))
        return SourceError(sentence(Trouble.BROKEN_OFF, url, _words(error)))

    options = {
        "protocol_whitelist": _NETWORK_PROTOCOLS,
        "analyzeduration": str(int(_PROBE_S * 1_000_000)),
        # Not `fflags=nobuffer`: it throws away the packets looked at while opening, and the first key frame with them.
        "max_pixels": str(PIXELS_MAX),
    }
    if urlsplit(url).scheme in ("rtsp", "rtsps"):
        # Video only: with a second stream FFmpeg moves PTS at the first RTCP report, and sound would hide silence.
        options |= {"rtsp_transport": transport, "allowed_media_types": "video", "buffer_size": str(_UDP_BUFFER_BYTES)}
    try:
        container = av.open(url, options=options, timeout=(open_timeout_s, read_timeout_s), metadata_errors="replace")
    except (av.error.FFmpegError, OSError) as error:
        raise error_of_open(error) from _clean(error)
    waits = transport == "tcp" or urlsplit(url).scheme != "rtsp"
    return OpenStream(container, url, error_of_read, live=True, waits=waits)


def open_file(path: str) -> OpenStream:
    """Open a recording.

    Raises:
        SourceError: FFmpeg cannot read it; why the file cannot be read at all is the caller's to find out beforehand.
    """

    def error_of(_error: Exception) -> SourceError:
        return SourceError(sentence(Trouble.FILE_CUT_OFF if _begins_as_mp4(path) else Trouble.FILE_NOT_VIDEO, path))

    options = {
        "protocol_whitelist": "file,crypto,data",
        "format_whitelist": _FILE_FORMATS,
        "max_pixels": str(PIXELS_MAX),
    }
    try:
        # "file:" keeps a name such as `concat:a|b` from being more than a name.
        container = av.open(f"file:{path}", options=options, metadata_errors="replace")
    except (av.error.FFmpegError, OSError) as error:
        raise error_of(error) from _clean(error)
    return OpenStream(container, path, error_of)


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
            _refuse_absurd(frame.width, frame.height, self._name)
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


def _first_video(container: InputContainer, name: str) -> VideoStream:
    for stream in container.streams.video:
        if not stream.disposition & av.stream.Disposition.attached_pic:  # a sound file's cover
            if stream.codec_context is None:
                raise SourceError(sentence(Trouble.UNKNOWN_CODEC, name))
            return stream
    raise SourceError(sentence(Trouble.NO_VIDEO, name))


def _refuse_absurd(width: int, height: int, name: str) -> None:
    if max(width, height) > SIDE_PX_MAX or width * height > PIXELS_MAX:
        raise SourceError(sentence(Trouble.TOO_LARGE, name, f"{width}x{height}"))


def _network_trouble(error: Exception, url: str, waited_s: float | None) -> SourceError:
    """Which sentence an error while opening is. `waited_s`: the time limit that ran out, if one did."""
    detail = _words(error)
    match error:
        case av.error.HTTPUnauthorizedError() | av.error.HTTPForbiddenError() | av.error.HTTPNotFoundError():
            trouble = _REFUSALS[type(error)]
        case av.error.HTTPClientError():
            trouble, detail = (Trouble.NO_VIDEO if _has_only_sound(url) else Trouble.NOT_GIVEN), "an answer 4xx"
        case av.error.HTTPServerError():
            trouble = Trouble.SERVER_ERROR
        case av.error.ConnectionRefusedError():
            trouble = Trouble.REFUSED
        case _ if waited_s is not None:  # before the rest: FFmpeg calls an answer cut short by the limit invalid data
            trouble, detail = (Trouble.SILENT if hosts.accepts(url) else Trouble.NO_ANSWER), seconds(waited_s)
        case av.error.TimeoutError():
            trouble, detail = Trouble.NO_ANSWER, "the system's own limit"
        case av.error.InvalidDataError() | av.error.ArgumentError() | av.error.EOFError():
            trouble = Trouble.NOT_A_CAMERA
        case OSError() if not hosts.is_known(url):  # FFmpeg says only "input/output error"
            trouble = Trouble.UNKNOWN_HOST
        case OSError() if error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH):
            trouble = Trouble.NO_ROUTE
        case _:
            trouble = Trouble.OTHER
    return SourceError(sentence(trouble, url, detail))


def _has_only_sound(url: str) -> bool:
    """Whether the camera gives the stream once sound is taken too: asked for video alone it says a bare 455."""
    time.sleep(_SECOND_LOOK_AFTER_S)
    try:
        with av.open(
            url, options={"rtsp_transport": "tcp", "analyzeduration": "1"}, timeout=_SECOND_LOOK_S
        ) as container:
            return not container.streams.video
    except (av.error.FFmpegError, OSError):
        return False


def _begins_as_mp4(path: str) -> bool:
    with Path(path).open("rb") as file:
        return file.read(8)[4:] == b"ftyp"


def _words(error: Exception) -> str:
    return redact(str(getattr(error, "strerror", None) or error)).lower()


def _clean(error: Exception) -> Exception:
    """The same error with the password taken out of its arguments: a traceback prints the cause as well."""
    error.args = tuple(redact(arg) if isinstance(arg, str) else arg for arg in error.args)
    return error
