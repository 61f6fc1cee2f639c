"""What `cameras.yaml` may say: frozen values with a unit in the name, a default and a limit each.

The file `config/cameras.yaml` is the manual; every key here stands there with its default. `load` reads such a file and
reports everything that is wrong with it at once: file, line, key, value and what is allowed.
"""

import difflib
import itertools
import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from anprd import addresses, document, runtime_directory, variables
from anprd.document import Document
from anprd.faults import Faults, Key, SettingsError
from anprd.redaction import redact
from anprd.variables import Givers

CAMERA_COUNT_MAX = 1000  # one process a camera: more than this is a mistake in the file
EMBEDDED = "embedded"

_CAMERA_KEYS = frozenset({"defaults", "cameras"})
_CAMERA_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")


def _number(value: object) -> object:
    """YAML's `yes` is a boolean, and a boolean is a number to Python; to an operator it is a mistake."""
    if isinstance(value, bool):
        raise ValueError("must be a number, not true or false")  # noqa: TRY004  # pydantic turns a ValueError into a fault
    return value


_Float = Annotated[float, BeforeValidator(_number)]
_Int = Annotated[int, BeforeValidator(_number)]
Seconds = Annotated[_Float, Field(gt=0, le=3600)]
Ratio = Annotated[_Float, Field(ge=0, le=1)]
Priority = Literal["low", "normal", "high"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, hide_input_in_errors=True)


class CameraDefaults(_Model):
    """What may stand under `defaults:` and, camera by camera, override it."""

    transport: Literal["tcp", "udp"] = "tcp"
    open_timeout_s: Seconds = 10.0
    read_timeout_s: Seconds = 10.0
    detect_fps_max: Annotated[_Float, Field(gt=0, le=60)] = 8.0
    priority: Priority = "normal"
    detector_confidence_min: Ratio = 0.5
    reading_confidence_min: Ratio = 0.5
    plate_width_px_min: Annotated[_Int, Field(ge=8, le=4096)] = 32
    motion_area_ratio_min: Ratio = 0.001
    motion_hold_s: Seconds = 2.0
    votes_min: Annotated[_Int, Field(ge=1, le=100)] = 3
    votes_window: Annotated[_Int, Field(ge=1, le=1000, validate_default=True)] = 15
    track_gap_s_max: Seconds = 1.5
    same_plate_hold_s: Seconds = 30.0
    wake: Literal["auto", "always", "substream", "keyframes"] = "auto"

    @field_validator("votes_window")
    @classmethod
    def _window_holds_the_votes(cls, votes_window: int, info: ValidationInfo) -> int:
        votes_min = info.data.get("votes_min", 0)
        if votes_window < votes_min:
            raise ValueError(f"must be at least votes_min, which is {votes_min} (votes_window is {votes_window})")
        return votes_window


class CameraSettings(CameraDefaults):
    """One camera. `name` is its key in the file."""

    name: str
    url: Annotated[str, Field(min_length=1, max_length=2048)]
    substream: Annotated[str | None, Field(min_length=1, max_length=2048, validate_default=True)] = None
    enabled: bool = True
    _shown: dict[str, str] = PrivateAttr(default_factory=dict)

    def model_post_init(self, context: Any, /) -> None:  # noqa: ANN401  # pydantic's own
        """Of `context`, how texts that hold a variable are shown, keep what there is of its URLs."""
        shown: Mapping[str, str] = context or {}
        self._shown = {url: shown[url] for url in (self.url, self.substream) if url is not None and url in shown}

    def shown(self, url: str) -> str:
        """How its URL, or that of its substream, may be shown: no password in it, no key that came from a variable."""
        return redact(self._shown.get(url, url))

    @field_validator("name")
    @classmethod
    def _name_is_plain(cls, name: str) -> str:
        if not _CAMERA_NAME.fullmatch(name):
            raise ValueError(
                "a camera's name is up to 63 letters, digits, '-', '_' or '.', the first a letter or digit"
            )
        return name

    @field_validator("url")
    @classmethod
    def _url_leads_somewhere(cls, url: str) -> str:
        fault = addresses.camera_url_fault(url)
        if fault is not None:
            raise ValueError(fault)
        return url

    @field_validator("substream")
    @classmethod
    def _substream_is_there_to_wake(cls, substream: str | None, info: ValidationInfo) -> str | None:
        fault = None if substream is None else addresses.url_fault(substream, addresses.CAMERA_SCHEMES)
        if fault is not None:
            raise ValueError(fault)
        if substream is None and info.data.get("wake") == "substream":
            raise ValueError("is missing, and wake: substream needs it")
        return substream


class Settings(_Model):
    """The whole file."""

    redis: str = "redis://localhost:6379/0"
    embedded_redis_port: Annotated[_Int, Field(ge=0, le=65535)] = 0
    stream: Annotated[str, Field(min_length=1, max_length=255)] = "anprd:events"
    stream_length_max: Annotated[_Int, Field(ge=100, le=100_000_000)] = 100_000
    spool_events_max: Annotated[_Int, Field(ge=100, le=10_000_000)] = 100_000
    state_dir: Path = Path("/var/lib/anprd")
    runtime_dir: Path = runtime_directory.DEFAULT
    weights_dir: Path | None = None
    metrics_address: str | None = None
    allow_readable_passwords: Annotated[bool, Field(strict=True)] = False
    cameras: tuple[CameraSettings, ...] = ()

    @property
    def speaks_of_cameras(self) -> bool:
        """Whether there is a word of cameras: `cameras: {}` is one; a file that is empty or was cut off has none."""
        return "cameras" in self.model_fields_set

    @field_validator("redis")
    @classmethod
    def _redis_is_an_address(cls, redis: str) -> str:
        if redis != EMBEDDED and (fault := addresses.url_fault(redis, addresses.REDIS_SCHEMES)) is not None:
            raise ValueError(f"must be '{EMBEDDED}' or a URL such as redis://localhost:6379/0: {fault}")
        return redis

    @field_validator("metrics_address", mode="before")
    @classmethod
    def _address_has_a_port(cls, address: object) -> object:
        if address is not None and not (isinstance(address, str) and addresses.is_host_and_port(address)):
            raise ValueError("must be HOST:PORT with a port from 1 to 65535, such as 127.0.0.1:9108")
        return address


def load(path: Path, environ: Mapping[str, str]) -> Settings:
    """The settings that `path` holds.

    `${...}` in a value is replaced (`anprd.variables`); `defaults:` fills what a camera does not say; relative paths
    (`file:` URLs and the folders) are meant from the file's own folder and come back absolute.

    Raises:
        SettingsError: everything that is wrong, at once. No password is in it.
    """
    source, faults = document.read_settings(path)
    folder = path.absolute().parent
    givers = Givers(environ, folder)
    values = variables.expanded(source.values, (), givers, faults)
    _refuse_bared_password(path, source, faults)
    cameras = tuple(_cameras(values, _shown_urls(source.values, values, givers), folder, faults))
    settings = _without_cameras(values, folder, faults)
    if settings is None or faults:
        raise SettingsError(path, faults.in_order())
    return settings if values.get("cameras") is None else settings.model_copy(update={"cameras": cameras})


def load_without_cameras(path: Path, environ: Mapping[str, str]) -> Settings:
    """The settings with no cameras, for commands that look at none: no camera's password need be set.

    Raises:
        SettingsError: what is wrong outside `defaults:` and `cameras:`.
    """
    source, faults = document.read_settings(path)
    folder = path.absolute().parent
    values = {name: value for name, value in source.values.items() if name not in _CAMERA_KEYS}
    settings = _without_cameras(variables.expanded(values, (), Givers(environ, folder), faults), folder, faults)
    if settings is None or faults:
        raise SettingsError(path, faults.in_order())
    return settings


def _refuse_bared_password(path: Path, source: Document, faults: Faults) -> None:
    """A password in a file that every user may read is everybody's, unless the operator says that this is meant."""
    if source.values.get("allow_readable_passwords") is True or not source.mode & stat.S_IROTH:
        return
    for key in itertools.islice(variables.passwords(source.values), 1):
        faults.add(
            key,
            f"holds a password, and every user may read this file; chmod 640 {path}, write ${{VARIABLE}} or"
            " ${file:PATH} in its place, or set allow_readable_passwords: true",
            shown=False,
        )


def _without_cameras(values: dict[str, Any], folder: Path, faults: Faults) -> Settings | None:
    top = {name: value for name, value in values.items() if name not in _CAMERA_KEYS}
    if runtime_directory.KEY in top:
        top[runtime_directory.KEY] = runtime_directory.absolute(top, folder, faults)
    for name in ("state_dir", "weights_dir"):
        if (wrong := runtime_directory.path_fault(top.get(name))) is not None:
            faults.add((name,), wrong)
        elif isinstance(top.get(name), str):
            top[name] = os.path.normpath(folder / top[name])
    return _validated(Settings, top, (), faults)


def _shown_urls(written: object, filled_in: object, givers: Givers) -> dict[str, str]:
    """How each text that a variable changed may be shown, by that text."""
    if isinstance(written, dict) and isinstance(filled_in, dict):
        pairs = [_shown_urls(value, filled_in[name], givers) for name, value in written.items()]
        return {text: shown for pair in pairs for text, shown in pair.items()}
    if isinstance(written, str) and isinstance(filled_in, str) and written != filled_in:
        return {filled_in: variables.covered(written, givers)}
    return {}


def _cameras(
    values: dict[str, Any], shown: Mapping[str, str], folder: Path, faults: Faults
) -> Iterator[CameraSettings]:
    """Each camera with the defaults under it; a faulty default is told once, not once a camera."""
    defaults = _mapping(values, ("defaults",), faults) or {}
    if _validated(CameraDefaults, defaults, ("defaults",), faults) is None:
        defaults = {}
    cameras = _mapping(values, ("cameras",), faults) or {}
    if len(cameras) > CAMERA_COUNT_MAX:
        faults.add(("cameras",), f"holds {len(cameras)} cameras; at most {CAMERA_COUNT_MAX} are allowed", shown=False)
    for name in cameras:
        own = _mapping(cameras, ("cameras", name), faults)
        camera = None if own is None else _camera(name, own, defaults, shown, folder, faults)
        if camera is not None:
            yield camera


def _camera(
    name: str, own: dict[str, Any], defaults: dict[str, Any], shown: Mapping[str, str], folder: Path, faults: Faults
) -> CameraSettings | None:
    key = ("cameras", name)
    if "name" in own:
        faults.add((*key, "name"), f"is not a key here; the camera's name is {name!r}, its key", shown=False)
    if isinstance(own.get("url"), str):
        own["url"] = addresses.absolute_url(own["url"], folder)
    return _validated(CameraSettings, {**defaults, **own, "name": name}, key, faults, context=shown)


def _mapping(values: dict[str, Any], key: Key, faults: Faults) -> dict[str, Any] | None:
    """A copy of the mapping under the key's last name; nothing after the colon is an empty one, None is a fault."""
    value = values.get(key[-1])
    if value is None or isinstance(value, dict):
        return dict(value or {})
    faults.add(key, "must be a mapping: keys and values on lines of their own, indented")
    return None


_AnyModel = TypeVar("_AnyModel", bound=_Model)


def _validated(
    model: type[_AnyModel], values: dict[str, Any], key: Key, faults: Faults, *, context: object = None
) -> _AnyModel | None:
    """The model, or None once its faults are noted."""
    try:
        return model.model_validate(values, context=context)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_context=True):
            name = str(detail["loc"][0])
            is_camera_name = name == "name" and model is CameraSettings  # the key itself
            at = key if is_camera_name else (*key, name)
            shown = not is_camera_name and detail["type"] != "extra_forbidden"
            faults.add(at, _message(model, name, detail), shown=shown)
        return None


def _message(model: type[_Model], name: str, detail: ErrorDetails) -> str:
    if detail["type"] == "extra_forbidden":
        return _unknown(model, name)
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    if detail["type"] == "missing" or (name == "url" and detail["input"] is None):
        return "is missing: write the camera's URL, such as rtsp://192.0.2.11/stream"
    allowed = _allowed(model.model_fields[name])
    if detail["input"] is None:
        return f"has no value: write {allowed}, or remove the key"
    return f"must be {allowed}"


def _unknown(model: type[_Model], name: str) -> str:
    known = [field for field in model.model_fields if field != "name"]
    known += ["defaults"] if model is Settings else []
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"is not a key here; did you mean '{close[0]}'?"
    return f"is not a key here; the keys are {', '.join(sorted(known))}"


def _allowed(field: FieldInfo) -> str:
    """What a value may be, in words: `a number above 0 and at most 60`."""
    kind = field.annotation
    if get_origin(kind) is Literal:
        return " or ".join(f"'{choice}'" for choice in get_args(kind))
    if kind is bool:
        return "true or false"
    if kind in {int, float}:
        return f"a {'whole ' if kind is int else ''}number{_bounds(field)}"
    if Path in (kind, *get_args(kind)):
        return "a path"
    lengths = [item.max_length for item in field.metadata if getattr(item, "max_length", None) is not None]
    return f"text of 1 to {lengths[0]} characters" if lengths else "text"


def _bounds(field: FieldInfo) -> str:
    """The limits in words; every number has an upper and a lower one."""
    limits: dict[str, float] = {}
    for item in field.metadata:
        limits |= {name: getattr(item, name) for name in ("gt", "ge", "le") if hasattr(item, name)}
    return (
        f" above {limits['gt']} and at most {limits['le']}"
        if "gt" in limits
        else f" from {limits['ge']} to {limits['le']}"
    )
