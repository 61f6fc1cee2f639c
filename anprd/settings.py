"""What `cameras.yaml` may say: frozen values with a unit in the name, a default and a limit each.

The file `config/cameras.yaml` is the manual; every key here stands there with its default.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from anprd.errors import ConfigError
from anprd.redaction import redact

CAMERA_COUNT_MAX = 1000  # one process a camera: more than this is a mistake in the file
EMBEDDED = "embedded"
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_CAMERA_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")

Seconds = Annotated[float, Field(gt=0, le=3600)]
Ratio = Annotated[float, Field(ge=0, le=1)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class CameraDefaults(_Model):
    """What may stand under `defaults:` and, camera by camera, override it."""

    transport: Literal["tcp", "udp"] = "tcp"
    open_timeout_s: Seconds = 10.0
    read_timeout_s: Seconds = 10.0
    detect_fps_max: Annotated[float, Field(gt=0, le=60)] = 8.0
    detector_confidence_min: Ratio = 0.5
    reading_confidence_min: Ratio = 0.5
    plate_width_px_min: Annotated[int, Field(ge=8, le=4096)] = 32
    motion_area_ratio_min: Ratio = 0.001
    motion_hold_s: Seconds = 2.0
    votes_min: Annotated[int, Field(ge=1, le=100)] = 3
    votes_window: Annotated[int, Field(ge=1, le=1000)] = 15
    track_gap_s_max: Seconds = 1.5
    same_plate_hold_s: Seconds = 30.0


class CameraSettings(CameraDefaults):
    """One camera. `name` is its key in the file."""

    name: str
    url: Annotated[str, Field(min_length=1, max_length=2048)]
    substream: Annotated[str, Field(min_length=1, max_length=2048)] | None = None
    enabled: bool = True

    @field_validator("name")
    @classmethod
    def _name_is_plain(cls, name: str) -> str:
        if not _CAMERA_NAME.fullmatch(name):
            raise ValueError("a camera's name is up to 63 letters, digits, '-', '_' or '.', beginning with a letter or digit")
        return name


class Settings(_Model):
    """The whole file."""

    redis: str = "redis://localhost:6379/0"
    stream: Annotated[str, Field(min_length=1, max_length=255)] = "anprd:events"
    stream_length_max: Annotated[int, Field(ge=100, le=100_000_000)] = 100_000
    spool_events_max: Annotated[int, Field(ge=100, le=10_000_000)] = 100_000
    state_dir: Path = Path("/var/lib/anprd")
    runtime_dir: Path = Path("/run/anprd")
    weights_dir: Path | None = None
    metrics_address: str | None = None
    cameras: tuple[CameraSettings, ...] = ()
