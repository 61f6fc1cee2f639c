"""The reader's network: a slim convolutional CTC network that reads plates of one row and of two.

The picture is squeezed into two lines of columns, and the lines are put one after the other, top line first. A plate of
two rows is then one text like any other; for a plate of one row the network learns to leave the second line blank.
Three small transformer layers let every column see the others: `O` and `0` look alike, and only the place tells.

Beside the text the network says which country's plate it looks like, from typeface, band and spacing.
"""

import torch
from torch import Tensor, nn

from anprd.vision.ctc import ALPHABET
from anprd.vision.reader import INPUT_HEIGHT_PX, INPUT_WIDTH_PX, LINE_COLUMNS, REGIONS

LINES = 2
CLASSES = len(ALPHABET) + 1  # the blank is class 0
WIDTH = 128
CONTEXT_LAYERS = 3
DROPOUT = 0.1


class ConvBlock(nn.Sequential):
    """3x3 convolution, batch norm, ReLU: what INT8 fuses into one operation."""

    def __init__(self, inputs: int, outputs: int, stride: int | tuple[int, int] = 1) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
        )


class Residual(nn.Module):
    """Two convolutions and a way around them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = ConvBlock(width, width)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width))
        self.activation = nn.ReLU(inplace=True)

    def forward(self, features: Tensor) -> Tensor:
        """(n, width, h, w) to the same."""
        return self.activation(features + self.second(self.first(features)))  # type: ignore[no-any-return]


class TwoLines(nn.Module):
    """Each column's rows are weighed twice, once for the upper and once for the lower line of text."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weigh = nn.Conv2d(width, LINES, 3, 1, 1)

    def forward(self, features: Tensor) -> Tensor:
        """(n, width, h, w) to (n, LINES * w, width), the upper line's columns first."""
        weights = self.weigh(features).softmax(dim=2)
        lines = [(features * weights[:, line : line + 1]).sum(dim=2) for line in range(LINES)]
        return torch.cat(lines, dim=2).transpose(1, 2)


class ReaderNet(nn.Module):
    """(n, 1, 48, 160) grey pictures, 0..255, to logits: (n, 80, 37) of the blank and A-Z 0-9, (n, 46) of `REGIONS`."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            ConvBlock(1, 32, 2),
            ConvBlock(32, 64, 2),
            Residual(64),
            Residual(64),
            ConvBlock(64, WIDTH, (2, 1)),
            Residual(WIDTH),
            Residual(WIDTH),
        )
        self.lines = TwoLines(WIDTH)
        self.position = nn.Parameter(torch.randn(1, LINES * LINE_COLUMNS, WIDTH) * 0.02)
        layer = nn.TransformerEncoderLayer(
            WIDTH, 4, 2 * WIDTH, DROPOUT, "relu", batch_first=True, norm_first=True, layer_norm_eps=1e-5
        )
        self.context = nn.TransformerEncoder(layer, CONTEXT_LAYERS, enable_nested_tensor=False)
        self.classify = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, CLASSES))
        self.place = nn.Sequential(
            nn.BatchNorm1d(3 * WIDTH),  # maxima are several times as large as means
            nn.Linear(3 * WIDTH, 2 * WIDTH),
            nn.ReLU(inplace=True),
            nn.Dropout(2 * DROPOUT),
            nn.Linear(2 * WIDTH, len(REGIONS)),
        )

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Logits; the scale of the input is part of the network, so that no caller can get it wrong."""
        features = self.features(pictures / 127.5 - 1.0)
        columns = self.context(self.lines(features) + self.position)
        looks = torch.cat([features.mean(dim=(2, 3)), features.amax(dim=(2, 3)), columns.mean(dim=1)], dim=1)
        return self.classify(columns), self.place(looks)


def example() -> Tensor:
    """An input of the right shape, for tracing."""
    return torch.zeros(1, 1, INPUT_HEIGHT_PX, INPUT_WIDTH_PX)
