"""Read a straightened plate: one grey picture in, a text with a confidence per character out, and its country."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from anprd.plates import syntax
from anprd.records import Luma, Reading
from anprd.vision import ctc, rescoring, spacing
from anprd.vision.inference import Network

INPUT_HEIGHT_PX = 48
INPUT_WIDTH_PX = 160
LINE_COLUMNS = INPUT_WIDTH_PX // 4
_COUNTRIES = (
    "RU UA BY KZ UZ DE PL CZ SK NL GB FR IT ES HR RO BG AT SI GR HU BE SE FI LT LV EE DK NO LU PT IE TR "
    "IN VN CN PH BR AR CL CO MX IL ZA US"
)
REGIONS = ("", *_COUNTRIES.split())
"""The countries (ISO 3166-1 alpha-2) that the reader tells apart, in the order of its output; first is any other."""

OUTPUTS = {"alphabet": ctc.ALPHABET, "regions": _COUNTRIES}
"""What a network's outputs stand for, as the manifest says it: weights of another version would be misunderstood."""


class Reader:
    """The reading network with its decoder."""

    def __init__(self, file: Path) -> None:
        """Load the network `file`, OpenVINO IR.

        Raises:
            ConfigError: it cannot be loaded.
        """
        self._network = Network(file)

    def give_back_memory(self) -> None:
        """As `Network.give_back_memory`."""
        self._network.give_back_memory()

    def read(self, plate: Luma) -> Reading:
        """What stands on the plate.

        Args:
            plate: (48, 160) uint8, the plate stretched over the whole of it.
        """
        columns, places = self._network.outputs(plate[None, None], 2)
        looks = _looks(places[0])
        said = spacing.spoken(columns[0], line_columns=LINE_COLUMNS)
        settled = rescoring.settle(ctc.hypotheses(columns[0]), looks, said)
        return replace(settled, rows=ctc.rows(columns[0], line_columns=LINE_COLUMNS))


def _looks(logits: NDArray[np.float32]) -> syntax.Looks:
    shares = np.exp(logits - logits.max())
    return dict(zip(REGIONS, (shares / shares.sum()).tolist(), strict=True))
