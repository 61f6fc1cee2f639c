"""How awake a camera is that sleeps while nothing moves, and how awake it may be. Values only."""

from dataclasses import dataclass
from enum import StrEnum


class Wakefulness(StrEnum):
    """What a camera does that can sleep."""

    ASLEEP = "asleep"
    ASKS = "asks"
    """Something moves, and it may not wake: what comes is kept for a few seconds."""
    AWAKE = "awake"


@dataclass(frozen=True, slots=True)
class Leave:
    """What a camera that can sleep may do now. Without a word it may do all."""

    wake: bool = True
    """Decode its main stream when something moves."""
    watch_all: bool = True
    """Decode every picture of its substream while it sleeps; else its key frames only."""


FREELY = Leave()
