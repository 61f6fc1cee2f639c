"""Read a straightened plate: one grey picture in, a text with a confidence per character out."""

from pathlib import Path

from anprd.records import Luma, Reading
from anprd.vision import ctc, noughts
from anprd.vision.inference import Network

INPUT_HEIGHT_PX = 48
INPUT_WIDTH_PX = 160
LINE_COLUMNS = INPUT_WIDTH_PX // 4


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
        reading, rivals = ctc.decode_with_rivals(self._network(plate[None, None])[0], line_columns=LINE_COLUMNS)
        return noughts.settle(reading, rivals)
