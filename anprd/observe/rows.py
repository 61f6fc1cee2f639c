"""What a camera's row of the status says of itself."""

from collections.abc import Mapping
from typing import Any


def has_spoken(row: Mapping[str, Any]) -> bool:
    """Whether its worker has. In the row of one that has not `detect_fps` is null, and every nought means "unknown"."""
    return row.get("detect_fps", 0.0) is not None
