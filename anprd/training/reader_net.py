"""The reader's network: a slim convolutional CTC network that reads plates of one row and of two.

The picture is squeezed into two lines of columns, and the lines are put one after the other, top line first. A plate of
two rows is then one text like any other; for a plate of one row the network learns to leave the second line blank.
Three small transformer layers let every column see the others: `O` and `0` look alike, and only the place tells.

Beside the text the network says which country's plate it looks like, from typeface, band and spacing.

Sums and turns are written as OpenVINO runs them fastest (docs/models.md#reader-speed): as PyTorch's own transformer
layers are converted, a sixth of the time goes into turning heads over.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from anprd.vision.ctc import ALPHABET
from anprd.vision.reader import INPUT_HEIGHT_PX, LINE_COLUMNS, REGIONS

LINES = 2
ROWS = INPUT_HEIGHT_PX // 8
"""Of what the convolutions make of a picture."""
CLASSES = len(ALPHABET) + 1  # the blank is class 0
WIDTH = 128
CONTEXT_LAYERS = 3
HEADS = 4
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
        """(n, width, ROWS, w) to (n, LINES * w, width), the upper line's columns first."""
        weights = ROWS * self.weigh(features).softmax(dim=2)
        lines = torch.cat([features * weights[:, line : line + 1] for line in range(LINES)], dim=3)
        return functional.avg_pool2d(lines, (ROWS, 1)).squeeze(2).transpose(1, 2)


class Attention(nn.Module):
    """Every column looks at all columns, in `HEADS` ways (Vaswani et al., 2017); weights as `nn.MultiheadAttention`."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = nn.Linear(width, width)
        nn.init.xavier_uniform_(self.in_proj_weight)
        nn.init.zeros_(self.out_proj.bias)

    def forward(self, columns: Tensor) -> Tensor:
        """(n, columns, width) to the same."""
        count, length, width = columns.shape
        projected = functional.linear(columns, self.in_proj_weight, self.in_proj_bias)
        parts = projected.view(count, length, 3, HEADS, width // HEADS).permute(2, 0, 3, 1, 4)
        asked, offered, told = parts.unbind(0)
        # Not `scaled_dot_product_attention`: PyTorch's takes four times as long to learn on a CPU.
        shares = (asked @ offered.transpose(2, 3) * (width // HEADS) ** -0.5).softmax(dim=3)
        heard = shares @ told
        return self.out_proj(heard.transpose(1, 2).reshape(count, length, width))  # type: ignore[no-any-return]


class ContextLayer(nn.Module):
    """A transformer layer that normalises first; weights as `nn.TransformerEncoderLayer`."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.self_attn = Attention(width)
        self.linear1 = nn.Linear(width, 2 * width)
        self.linear2 = nn.Linear(2 * width, width)
        self.norm1 = nn.LayerNorm(width)
        self.norm2 = nn.LayerNorm(width)
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, columns: Tensor) -> Tensor:
        """(n, columns, width) to the same."""
        columns = columns + self.dropout(self.self_attn(self.norm1(columns)))
        inner = self.dropout(functional.relu(self.linear1(self.norm2(columns))))
        return columns + self.dropout(self.linear2(inner))  # type: ignore[no-any-return]


class Context(nn.Module):
    """`CONTEXT_LAYERS` transformer layers."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(ContextLayer(width) for _ in range(CONTEXT_LAYERS))

    def forward(self, columns: Tensor) -> Tensor:
        """(n, columns, width) to the same."""
        for layer in self.layers:
            columns = layer(columns)
        return columns


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
        self.context = Context(WIDTH)
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
        whole = (ROWS, LINE_COLUMNS)
        seen = [functional.avg_pool2d(features, whole), functional.max_pool2d(features, whole)]
        looks = torch.cat([*(part.flatten(1) for part in seen), columns.mean(dim=1)], dim=1)
        return self.classify(columns), self.place(looks)
