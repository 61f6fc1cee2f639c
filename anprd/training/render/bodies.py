"""Shapes of vehicles, as one table of data: what a side view and a few cross-sections say.

Every body is described from the end that the camera sees: y runs from that end away from the camera. Measures are
metres, after common cars of each kind.
"""

from dataclasses import dataclass
from enum import StrEnum


class End(StrEnum):
    """Which end of the vehicle the camera sees."""

    FRONT = "front"
    REAR = "rear"


@dataclass(frozen=True, slots=True)
class Station:
    """One cross-section: where, how wide (share of the full width), how high the belt line and the top are."""

    y: float
    width: float
    belt: float
    top: float
    skin: str = "paint"
    """What covers the top from here to the next station: paint or glass."""
    side: str = "paint"
    """The same for the side above the belt line."""


@dataclass(frozen=True, slots=True)
class Body:
    """A kind of vehicle, seen from one end."""

    name: str
    end: End
    width: float
    stations: tuple[Station, ...]
    wheels: tuple[float, ...]
    """Where the axles are."""
    plate_z: float
    """Height of the plate's middle."""
    face: tuple[tuple[float, float], ...]
    """Side view of the end itself, bottom to top: (y, z)."""
    wheel_radius: float = 0.32


P, G = "paint", "glass"


def _cabin(points: tuple[tuple[float, float, float, float, str, str], ...]) -> tuple[Station, ...]:
    return tuple(Station(*point) for point in points)


BODIES: tuple[Body, ...] = (
    Body(
        "saloon",
        End.FRONT,
        1.80,
        _cabin(
            (
                (0.00, 0.93, 0.74, 0.78, P, P),
                (0.30, 0.97, 0.80, 0.86, P, P),
                (0.75, 0.99, 0.87, 0.92, P, P),
                (1.15, 1.00, 0.92, 0.97, G, P),
                (1.90, 1.00, 0.95, 1.36, P, P),
                (2.05, 1.00, 0.95, 1.41, P, G),
                (2.60, 1.00, 0.96, 1.44, P, P),
                (2.68, 1.00, 0.96, 1.44, P, G),
                (3.30, 0.99, 0.98, 1.40, G, P),
                (3.95, 0.97, 1.00, 1.06, P, P),
                (4.50, 0.93, 0.96, 1.00, P, P),
            )
        ),
        (0.85, 3.55),
        0.47,
        ((0.06, 0.19), (0.0, 0.32), (-0.02, 0.50), (0.02, 0.60), (0.05, 0.70), (0.14, 0.78)),
    ),
    Body(
        "hatchback",
        End.FRONT,
        1.75,
        _cabin(
            (
                (0.00, 0.92, 0.78, 0.82, P, P),
                (0.25, 0.97, 0.86, 0.92, P, P),
                (0.60, 0.99, 0.93, 0.99, P, P),
                (0.90, 1.00, 0.97, 1.03, G, P),
                (1.60, 1.00, 1.00, 1.40, P, P),
                (1.75, 1.00, 1.00, 1.46, P, G),
                (2.30, 1.00, 1.01, 1.50, P, P),
                (2.38, 1.00, 1.01, 1.50, P, G),
                (3.20, 0.99, 1.03, 1.47, P, P),
                (3.95, 0.93, 1.00, 1.38, P, P),
            )
        ),
        (0.78, 3.25),
        0.46,
        ((0.05, 0.20), (0.0, 0.34), (-0.02, 0.52), (0.02, 0.63), (0.05, 0.74), (0.12, 0.82)),
        0.31,
    ),
    Body(
        "suv",
        End.FRONT,
        1.88,
        _cabin(
            (
                (0.00, 0.95, 0.94, 0.98, P, P),
                (0.30, 0.98, 1.00, 1.06, P, P),
                (0.75, 1.00, 1.05, 1.11, P, P),
                (1.10, 1.00, 1.08, 1.15, G, P),
                (1.75, 1.00, 1.10, 1.60, P, P),
                (1.92, 1.00, 1.10, 1.66, P, G),
                (2.55, 1.00, 1.11, 1.70, P, P),
                (2.65, 1.00, 1.11, 1.70, P, G),
                (3.60, 0.99, 1.12, 1.67, P, P),
                (4.55, 0.94, 1.10, 1.52, P, P),
            )
        ),
        (0.88, 3.60),
        0.58,
        ((0.05, 0.24), (0.0, 0.40), (-0.02, 0.60), (0.02, 0.72), (0.03, 0.86), (0.10, 0.98)),
        0.37,
    ),
    Body(
        "van",
        End.FRONT,
        1.96,
        _cabin(
            (
                (0.00, 0.94, 0.98, 1.02, P, P),
                (0.25, 0.98, 1.05, 1.12, P, P),
                (0.60, 1.00, 1.12, 1.20, P, P),
                (0.72, 1.00, 1.15, 1.24, G, P),
                (1.40, 1.00, 1.20, 1.90, P, P),
                (1.60, 1.00, 1.20, 2.00, P, G),
                (2.25, 1.00, 1.20, 2.05, P, P),
                (5.10, 0.98, 1.20, 2.05, P, P),
            )
        ),
        (0.90, 3.95),
        0.54,
        ((0.05, 0.24), (0.0, 0.38), (-0.02, 0.58), (0.02, 0.72), (0.05, 0.88), (0.12, 1.02)),
        0.34,
    ),
    Body(
        "saloon",
        End.REAR,
        1.80,
        _cabin(
            (
                (0.00, 0.94, 0.95, 1.00, P, P),
                (0.25, 0.97, 0.97, 1.04, P, P),
                (0.50, 0.98, 0.98, 1.06, G, P),
                (1.15, 0.99, 0.97, 1.36, P, P),
                (1.30, 1.00, 0.97, 1.41, P, G),
                (1.95, 1.00, 0.96, 1.44, P, P),
                (2.05, 1.00, 0.96, 1.44, P, G),
                (2.70, 1.00, 0.95, 1.38, G, P),
                (3.35, 1.00, 0.92, 0.98, P, P),
                (4.45, 0.94, 0.78, 0.80, P, P),
            )
        ),
        (0.98, 3.70),
        0.76,
        ((0.06, 0.22), (0.0, 0.34), (-0.03, 0.54), (0.03, 0.60), (0.05, 0.80), (0.04, 1.00)),
    ),
    Body(
        "hatchback",
        End.REAR,
        1.75,
        _cabin(
            (
                (0.00, 0.94, 0.98, 1.00, G, P),
                (0.38, 0.97, 1.02, 1.36, P, P),
                (0.50, 0.98, 1.02, 1.44, P, G),
                (1.20, 1.00, 1.01, 1.49, P, P),
                (1.28, 1.00, 1.01, 1.50, P, G),
                (2.10, 1.00, 1.00, 1.44, G, P),
                (2.90, 1.00, 0.97, 1.03, P, P),
                (3.95, 0.93, 0.80, 0.82, P, P),
            )
        ),
        (0.72, 3.18),
        0.74,
        ((0.05, 0.22), (0.0, 0.34), (-0.03, 0.54), (0.02, 0.60), (0.02, 0.80), (0.03, 1.00)),
        0.31,
    ),
    Body(
        "suv",
        End.REAR,
        1.88,
        _cabin(
            (
                (0.00, 0.95, 1.08, 1.10, G, P),
                (0.34, 0.97, 1.12, 1.54, P, P),
                (0.48, 0.98, 1.12, 1.64, P, G),
                (1.30, 1.00, 1.11, 1.69, P, P),
                (1.40, 1.00, 1.11, 1.70, P, G),
                (2.50, 1.00, 1.10, 1.62, G, P),
                (3.30, 1.00, 1.08, 1.15, P, P),
                (4.55, 0.95, 0.94, 0.98, P, P),
            )
        ),
        (0.92, 3.65),
        0.82,
        ((0.05, 0.26), (0.0, 0.40), (-0.03, 0.62), (0.02, 0.68), (0.02, 0.90), (0.03, 1.10)),
        0.37,
    ),
    Body(
        "van",
        End.REAR,
        1.96,
        _cabin(
            (
                (0.00, 0.96, 1.15, 1.98, P, P),
                (0.15, 0.98, 1.18, 2.04, P, P),
                (3.60, 1.00, 1.20, 2.05, G, P),
                (4.40, 1.00, 1.15, 1.24, P, P),
                (5.10, 0.94, 0.98, 1.02, P, P),
            )
        ),
        (1.10, 4.15),
        0.62,
        ((0.05, 0.26), (0.0, 0.34), (-0.03, 0.48), (0.02, 0.52), (0.02, 1.20), (0.06, 1.98)),
        0.34,
    ),
)
