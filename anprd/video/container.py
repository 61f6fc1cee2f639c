"""The door in of PyAV (FFmpeg), its first half: containers to packets, and foreign errors to our own.

The second half, packets to pictures, is `decoder`; the door out, pictures to a file, is `clip_writer`.

FFmpeg's own messages are switched off for the whole process: they go to standard error by themselves and may hold a
camera's URL with its password. What they would have told is said by `troubles`.
"""

import ctypes
import errno
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast
from urllib.parse import urlsplit

import av
import av._core
import av.error
import av.logging
from av.container import InputContainer
from av.packet import Packet as AvPacket
from av.video.stream import VideoStream

from anprd.errors import SourceError
from anprd.redaction import redact
from anprd.video import hosts
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
# Without it a camera over HTTP answers with any of 400: with a description of a session (`sdp`), say, it has the worker
# listen on a UDP port of its choice, for whoever sends there.
_NETWORK_FORMATS = f"{_FILE_FORMATS},rtsp,live_flv,jpeg_pipe,hls"
_REFUSALS: dict[type[Exception], Trouble] = {
    av.error.HTTPUnauthorizedError: Trouble.WRONG_PASSWORD,
    av.error.HTTPForbiddenError: Trouble.FORBIDDEN,
    av.error.HTTPNotFoundError: Trouble.NOT_FOUND,
}

_NETWORK_LIMITS = {
    "protocol_whitelist": _NETWORK_PROTOCOLS,
    "format_whitelist": _NETWORK_FORMATS,
    "max_pixels": str(PIXELS_MAX),
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
            refuse_absurd(self._stream.width, self._stream.height, name)
        except SourceError:
            container.close()
            raise
        self.codec = self._stream.codec_context
        self.width, self.height = self._stream.width, self._stream.height  # 0 where the stream has not said it yet
        rate = self._stream.average_rate or self._stream.guessed_rate
        self.fps = float(rate) if rate else 0.0  # 0: unknown
        self.duration_s = container.duration / 1_000_000 if container.duration else None
        self.tick_s = float(self._stream.time_base or 0) or 1 / 90_000
        self._live = live
        self._pts_made_up = live and container.format.name in _UNTIMED

    def packets(self, stopped: Callable[[], bool] = lambda: False) -> Iterator[Packet]:
        """Compressed pictures in stream order, to the stream's end.

        A camera's sound is read too, and let go: FFmpeg would wait for a picture as long as there is sound.

        Args:
            stopped: asked at each packet of another stream whether anybody still wants pictures.

        Raises:
            SourceError: the connection failed, or nothing came for `read_timeout_s`.
        """
        wanted = () if self._live else (self._stream,)
        try:
            for packet in self._container.demux(*wanted):
                if packet.stream_index != self._stream.index:
                    if stopped():
                        return
                    continue
                if packet.size > PACKET_BYTES_MAX:
                    raise SourceError(sentence(Trouble.PACKET_TOO_LARGE, self.name, f"{packet.size >> 20} MiB"))
                if self._pts_made_up:
                    packet.pts = packet.dts = None
                if packet.size:  # the empty one at the end only says that it is the end
                    yield cast("Packet", packet)
        except (av.error.FFmpegError, OSError) as error:
            raise self._error_of(error) from _clean(error)

    def close(self) -> None:
        """Close the connection. RTSP sends TEARDOWN: without it cameras keep the old session and answer 453."""
        self._container.close()


def open_network(
    url: str,
    *,
    transport: Literal["tcp", "udp"],
    open_timeout_s: float,
    read_timeout_s: float,
    name: str | None = None,
) -> OpenStream:
    """Connect to a camera. Blocks for `open_timeout_s` to connect and as long again for the first pictures, at most.

    `name` is the URL as it may be shown, where covering its password is not enough.

    Raises:
        SourceError: whatever kept it from opening, in one sentence without the password.
    """
    name = redact(url) if name is None else name
    begun_s = time.monotonic()
    scheme, separator, rest = url.partition("://")
    url = scheme.lower() + separator + rest  # FFmpeg knows none in capitals

    def error_of_open(error: Exception) -> SourceError:
        waited_out = time.monotonic() - begun_s >= open_timeout_s
        return _network_trouble(error, url, open_timeout_s if waited_out else None, name=name)

    def error_of_read(error: Exception) -> SourceError:
        if isinstance(error, av.error.ExitError | av.error.TimeoutError):
            return SourceError(sentence(Trouble.STALLED, name, seconds(read_timeout_s)))
        return SourceError(sentence(Trouble.BROKEN_OFF, name, _words(error)))

    # Not `fflags=nobuffer`: it throws away the packets looked at while opening, and the first key frame with them.
    options = {**_NETWORK_LIMITS, "analyzeduration": str(int(_PROBE_S * 1_000_000))}
    if urlsplit(url).scheme in ("rtsp", "rtsps"):
        # Video only: with a second stream FFmpeg moves PTS at the first RTCP report, and sound would hide silence.
        options |= {"rtsp_transport": transport, "allowed_media_types": "video", "buffer_size": str(_UDP_BUFFER_BYTES)}
    try:
        container = av.open(url, options=options, timeout=(open_timeout_s, read_timeout_s), metadata_errors="replace")
    except (av.error.FFmpegError, OSError) as error:
        raise error_of_open(error) from _clean(error, url, name)
    waits = transport == "tcp" or urlsplit(url).scheme != "rtsp"
    return OpenStream(container, name, error_of_read, live=True, waits=waits)


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


def refuse_absurd(width: int, height: int, name: str) -> None:
    """Raise SourceError where a picture is larger than anything is allowed to be."""
    if max(width, height) > SIDE_PX_MAX or width * height > PIXELS_MAX:
        raise SourceError(sentence(Trouble.TOO_LARGE, name, f"{width}x{height}"))


def _first_video(container: InputContainer, name: str) -> VideoStream:
    for stream in container.streams.video:
        if not stream.disposition & av.stream.Disposition.attached_pic:  # a sound file's cover
            if stream.codec_context is None:
                raise SourceError(sentence(Trouble.UNKNOWN_CODEC, name))
            return stream
    raise SourceError(sentence(Trouble.NO_VIDEO, name))


def _network_trouble(error: Exception, url: str, waited_s: float | None, *, name: str) -> SourceError:
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
    return SourceError(sentence(trouble, name, detail))


def _has_only_sound(url: str) -> bool:
    """Whether the camera gives the stream once sound is taken too: asked for video alone it says a bare 455."""
    time.sleep(_SECOND_LOOK_AFTER_S)
    try:
        options = {**_NETWORK_LIMITS, "rtsp_transport": "tcp", "analyzeduration": "1"}
        with av.open(url, options=options, timeout=_SECOND_LOOK_S, metadata_errors="replace") as container:
            return not container.streams.video
    except (av.error.FFmpegError, OSError):
        return False


def _begins_as_mp4(path: str) -> bool:
    try:
        with Path(path).open("rb") as file:
            return file.read(8)[4:] == b"ftyp"
    except OSError:  # it was there a moment ago
        return False


def _words(error: Exception) -> str:
    return redact(str(getattr(error, "strerror", None) or error)).lower()


def _clean(error: Exception, url: str = "", name: str = "") -> Exception:
    """The same error with the password taken out of its arguments, and `name` for `url`: a traceback prints it, too."""
    error.args = tuple(
        redact(arg.replace(url, name) if url else arg) if isinstance(arg, str) else arg for arg in error.args
    )
    return error
