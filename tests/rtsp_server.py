"""A real RTSP camera for tests: GStreamer's server as a child process.

It runs under Debian's own Python (`gi` comes from apt, not from pip), so this file has two halves: `serving()` starts
and watches the child from any interpreter, `_serve()` is the child. The child ends with its standard input, so it never
outlives the test run, and it says on standard output what clients do (`EVENT ...`).

    python3 tests/rtsp_server.py --port 8554 /gate=file:clip.mp4 /test=test:640x360@25

A mount is PATH=SOURCE, and a source is one of
    file:CLIP         every client sees the clip from its start; it begins again at its end
    once:CLIP         the same, and the stream ends with the clip
    shared:CLIP       all clients see one endless playback
    test:WxH@FPS      a moving test picture, H.264; test-h265 and mjpeg: the same in H.265 and JPEG
    resize:WxH@FPS    two seconds of it, then two of half the size, and so on
    noisy:WxH@FPS     one picture in twenty overwritten; garbage: every one
    audio:            sound only
Clips are MP4 with H.264 or H.265.
"""

import argparse
import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

SYSTEM_PYTHON = "/usr/bin/python3"
_START_S_MAX = 30
_GOP_FRAMES = 25


# --- the half that tests import ---------------------------------------------------------------------------------------


def reason_missing() -> str | None:
    """Why the server cannot run here, for `pytest.skip`; None if it can."""
    probe = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"
    if not Path(SYSTEM_PYTHON).exists():
        return f"{SYSTEM_PYTHON} is missing"
    if subprocess.run([SYSTEM_PYTHON, "-c", probe], capture_output=True, check=False).returncode != 0:
        return "gir1.2-gst-rtsp-server-1.0 is missing: apt-get install gir1.2-gst-rtsp-server-1.0 python3-gi"
    return None


class RtspServer:
    """A running child. `events` grows as clients come, play and tear down."""

    def __init__(self, child: "subprocess.Popen[str]", port: int) -> None:
        self.child = child
        self.port = port
        self.events: list[str] = []
        self._changed = threading.Condition()
        threading.Thread(target=self._read_events, daemon=True).start()

    def url(self, path: str, user: str = "", password: str = "") -> str:
        credentials = f"{user}:{password}@" if user else ""
        return f"rtsp://{credentials}127.0.0.1:{self.port}{path}"

    def wait_for(self, event: str, timeout_s: float = 10) -> bool:
        """Whether the event (`EVENT ` cut off, or its beginning) has come in time."""
        with self._changed:
            return self._changed.wait_for(lambda: any(e.startswith(event) for e in self.events), timeout_s)

    def pause(self) -> None:
        """Go silent: connections stay open and nothing more is sent."""
        self.child.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.child.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """Die as on a power cut."""
        self.child.kill()
        self.child.wait()

    def _read_events(self) -> None:
        assert self.child.stdout is not None
        for line in self.child.stdout:
            with self._changed:
                self.events.append(line.removeprefix("EVENT ").strip())
                self._changed.notify_all()


@contextlib.contextmanager
def serving(
    *mounts: str, user: str = "", password: str = "", digest: bool = False, port: int = 0
) -> Iterator[RtspServer]:
    """Serve the mounts until the block ends. Port 0 takes a free one."""
    options = ["--port", str(port)]
    if user:
        options += ["--user", user, "--password", password]
    if digest:
        options += ["--digest"]
    command = [SYSTEM_PYTHON, str(Path(__file__).resolve()), *options, *mounts]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, env=environment
    )
    try:
        yield RtspServer(child, _port_of(child))
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(signal.SIGCONT)
            child.kill()
        child.wait()


def _port_of(child: "subprocess.Popen[str]") -> int:
    watchdog = threading.Timer(_START_S_MAX, child.kill)
    watchdog.start()
    try:
        assert child.stdout is not None
        line = child.stdout.readline()
    finally:
        watchdog.cancel()
    word, _, port = line.strip().partition(" ")
    if word != "READY":
        raise RuntimeError(f"the RTSP server did not start: {line!r}")
    return int(port)


# --- the child --------------------------------------------------------------------------------------------------------


def _say(text: str) -> None:
    print(text, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").split("\n", 1)[0],
        epilog=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any free one; it is printed after READY")
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--digest", action="store_true", help="digest instead of basic authentication")
    parser.add_argument("mounts", nargs="+", metavar="PATH=SOURCE")
    return parser.parse_args()


def _serve(arguments: argparse.Namespace) -> int:
    import gi  # noqa: PLC0415  only Debian's Python has it

    gi.require_version("Gst", "1.0")
    gi.require_version("GstApp", "1.0")
    gi.require_version("GstRtspServer", "1.0")
    from gi.repository import GLib, Gst, GstApp, GstRtspServer  # noqa: F401, PLC0415  GstApp gives appsink its methods

    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address(arguments.host)
    server.set_service(str(arguments.port))
    protected = _protect(GstRtspServer, server, arguments)
    for mount in arguments.mounts:
        path, _, source = mount.partition("=")
        factory = _factory(Gst, GstRtspServer, source)
        if protected:
            _permit(GstRtspServer, factory)
        server.get_mount_points().add_factory(path, factory)
    server.connect("client-connected", _watch_client)
    if server.attach(None) == 0:
        _say(f"FAILED to listen on {arguments.host}:{arguments.port}")
        return 1
    loop = GLib.MainLoop()
    threading.Thread(target=lambda: (sys.stdin.read(), loop.quit()), daemon=True).start()
    _say(f"READY {server.get_bound_port()}")
    loop.run()
    return 0


def _protect(rtsp, server, arguments) -> bool:
    if not arguments.user:
        return False
    auth = rtsp.RTSPAuth()
    token = rtsp.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    if arguments.digest:
        auth.set_supported_methods(_auth_method("DIGEST"))
        auth.add_digest(arguments.user, arguments.password, token)
    else:
        auth.add_basic(rtsp.RTSPAuth.make_basic(arguments.user, arguments.password), token)
    server.set_auth(auth)
    return True


def _auth_method(name: str):
    import gi  # noqa: PLC0415

    gi.require_version("GstRtsp", "1.0")
    from gi.repository import GstRtsp  # noqa: PLC0415

    return getattr(GstRtsp.RTSPAuthMethod, name)


def _permit(rtsp, factory) -> None:
    permissions = rtsp.RTSPPermissions()
    permissions.add_permission_for_role("viewer", "media.factory.access", True)
    permissions.add_permission_for_role("viewer", "media.factory.construct", True)
    factory.set_permissions(permissions)


def _watch_client(_server, client) -> None:
    _say("EVENT connected")
    client.connect("play-request", lambda _c, context: _say(f"EVENT play {context.uri.abspath}"))
    client.connect("teardown-request", lambda _c, context: _say(f"EVENT teardown {context.uri.abspath}"))
    client.connect("closed", lambda _c: _say("EVENT closed"))


def _factory(gst, rtsp, source: str):
    kind, _, rest = source.partition(":")
    if kind in ("audio", "mjpeg"):
        factory = rtsp.RTSPMediaFactory()
        sound = "audiotestsrc is-live=true ! audioconvert ! alawenc ! rtppcmapay name=pay0 pt=8"
        factory.set_launch(f"( {sound if kind == 'audio' else _jpeg_line(rest)} )")
        factory.set_shared(True)
        return factory
    return _recorded_factory(gst, rtsp, _record(gst, kind, rest), endless=kind != "once", shared=kind == "shared")


def _jpeg_line(size_and_rate: str) -> str:
    return f"videotestsrc is-live=true pattern=ball ! {_raw(size_and_rate)} ! jpegenc ! rtpjpegpay name=pay0 pt=26"


def _raw(size_and_rate: str, *, divide_by: int = 1) -> str:
    size, _, rate = size_and_rate.partition("@")
    width, height = (int(v) // divide_by for v in size.split("x"))
    return f"video/x-raw,format=I420,width={width},height={height},framerate={rate or 25}/1"


class _Recording:
    """Compressed frames in file order: `frames` holds (bytes, pts, dts, duration), times in nanoseconds."""

    def __init__(self, codec: str, caps, frames) -> None:
        self.codec = codec
        self.caps = caps
        self.frames = frames
        self.first_ns = min(pts for _, pts, _, _ in frames)
        self.length_ns = max(pts for _, pts, _, _ in frames) - self.first_ns + frames[-1][3]


def _record(gst, kind: str, rest: str) -> _Recording:
    if kind in ("file", "once", "shared"):
        if not Path(rest).is_file():
            raise SystemExit(f"no such clip: {rest}")
        codec = "h265" if any(tag in Path(rest).read_bytes() for tag in (b"hvc1", b"hev1")) else "h264"
        return _pull(gst, f'filesrc location="{rest}" ! qtdemux', codec)
    if kind == "test-h265":
        return _pull(gst, f"{_test_picture(rest)} ! x265enc speed-preset=ultrafast key-int-max={_GOP_FRAMES}", "h265")
    if kind not in ("test", "resize", "garbage", "noisy"):
        raise SystemExit(f"unknown source {kind!r}")
    encode = (
        f"x264enc tune=zerolatency sliced-threads=false speed-preset=ultrafast key-int-max={_GOP_FRAMES} bitrate=1500"
    )
    recording = _pull(gst, f"{_test_picture(rest)} ! {encode}", "h264")
    if kind == "resize":
        small = _pull(gst, f"{_test_picture(rest, divide_by=2)} ! {encode}", "h264")
        shift = recording.length_ns + recording.first_ns - small.first_ns
        frames = [(data, pts + shift, dts + shift, length) for data, pts, dts, length in small.frames]
        caps = gst.Caps.from_string("video/x-h264,stream-format=byte-stream,alignment=au")
        return _Recording("h264", caps, recording.frames + frames)
    if kind in ("garbage", "noisy"):
        return _Recording("h264", recording.caps, _spoil(recording.frames, share=1.0 if kind == "garbage" else 0.05))
    return recording


def _test_picture(size_and_rate: str, *, divide_by: int = 1) -> str:
    return f"videotestsrc num-buffers=50 pattern=ball ! {_raw(size_and_rate, divide_by=divide_by)}"


def _spoil(frames, share: float):
    """Overwrite the picture in some frames: the stream stays RTP and H.264 by its headers, and is no video."""
    rng = random.Random(7)
    spoilt = []
    for data, *times in frames:
        keep = max(m.end() for m in re.finditer(rb"\x00\x00\x01[\x21-\x25\x41-\x45\x61-\x65\x01-\x05]", data))
        wrong = data[:keep] + bytes(rng.randrange(1, 256) for _ in range(len(data) - keep))  # no zeros: no start codes
        spoilt.append((wrong if rng.random() < share else data, *times))
    return spoilt


def _pull(gst, front: str, codec: str) -> _Recording:
    """Run a pipeline as fast as it goes and keep what comes out, as a byte stream."""
    pipeline = gst.parse_launch(
        f"{front} ! {codec}parse config-interval=-1 ! video/x-{codec},stream-format=byte-stream,alignment=au "
        "! appsink name=out sync=false"
    )
    pipeline.set_state(gst.State.PLAYING)
    sink = pipeline.get_by_name("out")
    frames = []
    caps = None
    while (sample := sink.try_pull_sample(20 * gst.SECOND)) is not None:  # None: the end
        caps = sample.get_caps()
        buffer = sample.get_buffer()
        dts = buffer.dts if buffer.dts != gst.CLOCK_TIME_NONE else buffer.pts
        frames.append((buffer.extract_dup(0, buffer.get_size()), buffer.pts, dts, buffer.duration))
    pipeline.set_state(gst.State.NULL)
    if not frames:
        raise SystemExit(f"no {codec} came out of: {front}")
    return _Recording(codec, caps, frames)


def _recorded_factory(gst, rtsp, recording: _Recording, *, endless: bool, shared: bool):
    def configure(_factory, media) -> None:
        feeder = _Feeder(gst, recording, endless=endless)
        source = media.get_element().get_by_name("clip")
        source.set_property("caps", recording.caps)
        source.connect("need-data", feeder.push)
        media.feeder = feeder  # lives as long as the media

    factory = rtsp.RTSPMediaFactory()
    factory.set_launch(
        f"( appsrc name=clip is-live=true format=time max-bytes=4000000 ! rtp{recording.codec}pay name=pay0 pt=96 )"
    )
    factory.set_shared(shared)
    factory.connect("media-configure", configure)
    return factory


class _Feeder:
    """Pushes a recording into an appsrc, for ever if `endless`, with times that go on at the seam."""

    def __init__(self, gst, recording: _Recording, *, endless: bool) -> None:
        self._gst = gst
        self._recording = recording
        self._endless = endless
        self._index = 0
        self._shift_ns = -recording.first_ns

    def push(self, source, _bytes) -> None:
        if self._index == len(self._recording.frames):
            if not self._endless:
                source.end_of_stream()
                return
            self._index = 0
            self._shift_ns += self._recording.length_ns
        data, pts, dts, length = self._recording.frames[self._index]
        buffer = self._gst.Buffer.new_wrapped(data)
        buffer.pts = pts + self._shift_ns
        buffer.dts = max(0, dts + self._shift_ns)
        buffer.duration = length
        self._index += 1
        source.push_buffer(buffer)


if __name__ == "__main__":
    sys.exit(_serve(_arguments()))
