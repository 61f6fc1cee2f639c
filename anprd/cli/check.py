"""`anprd check`: is the configuration file right, and is there something in it that will hurt later?"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from anprd import addresses, document, settings, variables
from anprd.cli import console, places
from anprd.cli.console import Printer
from anprd.errors import EXIT_CONFIG, EXIT_DONE, ConfigError
from anprd.events.redis_stream import RedisStream
from anprd.faults import Fault, SettingsError
from anprd.redaction import redact
from anprd.settings import EMBEDDED, CameraSettings, Settings
from anprd.supervisor import embedded_redis
from anprd.supervisor.places import weights_fault
from anprd.worker import entry

_BARE_VARIABLE = re.compile(r"://[^/?#@]*:\$[A-Za-z_][A-Za-z0-9_]*@")


def check(path: Path, printer: Printer) -> int:
    """Say every fault of the file, or that there is none, and the warnings; return the exit code."""
    environ = places.environ(path)
    try:
        loaded = settings.load(path, environ)
    except SettingsError as error:
        _tell_faults(path, error.faults, printer)
        return EXIT_CONFIG
    if refused := list(_faults_in_use(path, loaded)):
        _tell_faults(path, refused, printer)
        return EXIT_CONFIG
    printer(
        {
            "file": str(path),
            "ok": True,
            "cameras": [camera.name for camera in loaded.cameras],
            "redis": redact(loaded.redis),
            "warnings": [*warnings(loaded), *_slips_of_environment(path, environ)],
        }
    )
    return EXIT_DONE


def _slips_of_environment(path: Path, environ: Mapping[str, str]) -> Iterator[str]:
    names = variables.empty(document.read(path).values, environ)
    yield from (f"the environment variable {name} is set to nothing" for name in dict.fromkeys(names))
    if (fault := entry.log_level_fault(environ)) is not None:
        yield f"the environment variable {entry.LOG_LEVEL}: {fault}"


def _tell_faults(path: Path, faults: Iterable[Fault], printer: Printer) -> None:
    for fault in faults:
        printer({"file": str(path), "ok": False, "line": fault.line, "key": fault.key or None, "fault": fault.message})


def _faults_in_use(path: Path, loaded: Settings) -> Iterator[Fault]:
    """What shows only when a value is used, an option of the URL that Redis has not, say: `run` would refuse it."""
    for key, message in (("redis", _redis_fault(loaded)), ("weights_dir", weights_fault(loaded.weights_dir))):
        if message is not None:
            yield Fault(key, message.removeprefix(f"{key}: "), document.read(path).lines.get((key,)))


def _redis_fault(loaded: Settings) -> str | None:
    try:
        if loaded.redis == EMBEDDED:
            embedded_redis.find_server()
        else:
            RedisStream(loaded.redis, loaded.stream, loaded.stream_length_max)  # asks nobody yet
    except ConfigError as error:
        return str(error)
    return None


def tell(answer: dict[str, Any]) -> None:
    """An answer of `check` in words."""
    file = answer["file"]
    if not answer["ok"]:
        console.complain(Fault(answer["key"] or "", answer["fault"], answer["line"]).sentence(file))
        return
    for warning in answer["warnings"]:
        console.complain(f"{file}: {warning}")
    count = len(answer["cameras"])
    where = "the embedded Redis" if answer["redis"] == EMBEDDED else answer["redis"]
    console.say(f"{file}: right; {count} camera{'' if count == 1 else 's'}, events go to {where}")


def warnings(loaded: Settings) -> Iterator[str]:
    """What is allowed and probably not meant."""
    cameras = [camera for camera in loaded.cameras if camera.enabled]
    if not cameras:
        yield "no camera is enabled; add one under 'cameras:'"
    for names in _shared((addresses.same_camera(camera.url), camera.name) for camera in cameras):
        yield f"{', '.join(names)} have the same url; each of their plates will be told {len(names)} times"
    for names in _shared((camera.substream, camera.name) for camera in cameras):
        yield f"{', '.join(names)} have the same substream; only the one it belongs to wakes for what it sees"
    for camera in loaded.cameras:
        yield from _missing_clip(camera)
        yield from _slips(camera)


def _shared(pairs: Iterable[tuple[str | None, str]]) -> Iterator[list[str]]:
    """The names that stand beside one and the same text, for each text that stands beside more than one."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    for text, name in pairs:
        if text is not None:
            names[text].append(name)
    return (together for together in names.values() if len(together) > 1)


def _slips(camera: CameraSettings) -> Iterator[str]:
    """What is a URL, and not the one that was meant."""
    if camera.substream is not None and addresses.same_camera(camera.substream) == addresses.same_camera(camera.url):
        yield f"cameras.{camera.name}.substream: is the url itself, which is decoded twice now; name the small stream"
    for key, url in (("url", camera.url), ("substream", camera.substream)):
        if _BARE_VARIABLE.search(url or ""):
            yield f"cameras.{camera.name}.{key}: its password is a '$' and a name; a variable is written ${{NAME}}"


def _missing_clip(camera: CameraSettings) -> Iterator[str]:
    if camera.url.startswith("file:") and not _is_file(Path(camera.url.removeprefix("file:"))):
        path = camera.shown(camera.url).removeprefix("file:")
        yield f"cameras.{camera.name}.url: there is no file {path}; a network camera's URL begins with rtsp://"


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than any file has
        return False
