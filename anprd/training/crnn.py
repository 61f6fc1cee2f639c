"""The baseline that every other reader is measured against: a CRNN with CTC, as number plates were read before.

VGG-like convolutions squeeze the picture into one line of columns, two bidirectional LSTM layers read along it (Shi et
al., "An end-to-end trainable neural network for image-based sequence recognition", TPAMI 2017, table 1, with batch norm
after each convolution). One line of columns has no place for a second row of text: that is the known limit of this
family and part of what the comparison shows.
"""

from torch import Tensor, nn

from anprd.training.reader_net import CLASSES, ConvBlock

HEIGHT_PX = 32
WIDTH_PX = 128
HIDDEN = 256


class Crnn(nn.Module):
    """(n, 1, h, w) grey pictures, 0..255, of any size, to (n, 33, 37) logits over the blank and A-Z 0-9.

    The width comes out as a quarter and one: two poolings pad it, and the last convolution takes 2x2 without.
    """

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            ConvBlock(1, 64),
            nn.MaxPool2d(2),
            ConvBlock(64, 128),
            nn.MaxPool2d(2),
            ConvBlock(128, 256),
            ConvBlock(256, 256),
            nn.MaxPool2d(2, (2, 1), (0, 1)),
            ConvBlock(256, 512),
            ConvBlock(512, 512),
            nn.MaxPool2d(2, (2, 1), (0, 1)),
            nn.Conv2d(512, 512, 2, bias=False),
            nn.BatchNorm2d(512),
            nn.ReLU(inplace=True),
        )
        self.context = nn.LSTM(512, HIDDEN, 2, batch_first=True, bidirectional=True)
        self.classify = nn.Linear(2 * HIDDEN, CLASSES)

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits; size and scale of the input are part of the network, so that it learns from the reader's own data."""
        small = nn.functional.interpolate(pictures, (HEIGHT_PX, WIDTH_PX), mode="bilinear", align_corners=False)
        columns = self.features(small / 127.5 - 1.0).squeeze(2).transpose(1, 2)
        return self.classify(self.context(columns)[0])  # type: ignore[no-any-return]
