"""Train the corner finder: a small regression network, on rendered plates, whose corners are exactly known."""

import copy
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

from anprd.training import checkpoints, compiler, cores, folders, reader_data
from anprd.training.average import follow
from anprd.training.reader_data import Grey, LabelledCrop
from anprd.training.reader_net import ConvBlock, Residual
from anprd.vision.straighten import CROP_HEIGHT_PX, CROP_MARGIN_X, CROP_MARGIN_Y, CROP_WIDTH_PX

BATCH = 128
LEARNING_RATE = 2e-3
BOX_JITTER = 0.05  # of a detector's box, as a share of its side, per edge: one standard deviation
RECTANGLE = torch.tensor([[0.1, 0.17], [0.9, 0.17], [0.9, 0.83], [0.1, 0.83]])
"""Where the corners of a plate seen from the front lie in the crop: the network learns the differences."""


class CornerNet(nn.Module):
    """(n, 1, 64, 128) grey crops, 0..255, to (n, 8): x, y of the four corners, as shares of the crop's sides."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            ConvBlock(1, 16, 2),
            ConvBlock(16, 32, 2),
            Residual(32),
            ConvBlock(32, 64, 2),
            Residual(64),
            ConvBlock(64, 64, 2),
        )
        cells = (CROP_HEIGHT_PX // 16) * (CROP_WIDTH_PX // 16)
        self.regress = nn.Sequential(nn.Flatten(), nn.Linear(64 * cells, 128), nn.ReLU(inplace=True), nn.Linear(128, 8))
        self.register_buffer("rectangle", RECTANGLE.reshape(1, 8))

    def forward(self, crops: Tensor) -> Tensor:
        """The corners; the scale of the input is part of the network."""
        return self.rectangle + 0.1 * self.regress(self.features(crops / 127.5 - 1.0))  # type: ignore[no-any-return,operator]


class Stream(IterableDataset[tuple[Tensor, Tensor]]):
    """Crops as the detector would cut them, with their corners, without end."""

    def __init__(self, crops: Sequence[LabelledCrop], seed: int) -> None:
        super().__init__()
        self._crops = [crop for crop in crops if crop.corners is not None]
        self._seed = seed

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Draw evenly; the box around the true corners is jittered as a detector errs."""
        rng = np.random.default_rng(self._seed)
        while True:
            crop = self._crops[int(rng.integers(len(self._crops)))]
            image, corners = jittered(crop, rng)
            yield torch.from_numpy(image), torch.from_numpy(corners)


def jittered(crop: LabelledCrop, rng: np.random.Generator) -> tuple[Grey, NDArray[np.float32]]:
    """A crop around the plate at the network's size, damaged, and its corners as shares of the crop: (8,) float32."""
    assert crop.corners is not None
    low, high = crop.corners.min(axis=0), crop.corners.max(axis=0)
    side = high - low
    margin = np.array([CROP_MARGIN_X, CROP_MARGIN_Y])
    low = low - side * (margin + rng.normal(0, BOX_JITTER, 2))
    high = high + side * (margin + rng.normal(0, BOX_JITTER, 2))
    scale = np.array([CROP_WIDTH_PX, CROP_HEIGHT_PX]) / (high - low)
    affine = np.array([[scale[0], 0, -low[0] * scale[0]], [0, scale[1], -low[1] * scale[1]]])
    image = cv2.warpAffine(crop.image, affine, (CROP_WIDTH_PX, CROP_HEIGHT_PX), borderMode=cv2.BORDER_REPLICATE)
    ratios = (crop.corners - low) / (high - low)
    return reader_data.damage(np.asarray(image, np.uint8), rng), ratios.astype(np.float32).reshape(8)


def train(crops: Sequence[LabelledCrop], out: Path, *, steps: int = 4000, seed: int = 1) -> Path:
    """Train for `steps` and return the path of the weights, `corners.pt` in `out`.

    Short enough (ten minutes on two cores) to be started again when interrupted.
    """
    compiler.load()
    torch.manual_seed(seed)
    torch.set_num_threads(cores.thread_count())
    network = CornerNet().to(memory_format=torch.channels_last)
    average = copy.deepcopy(network)
    optimiser = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=steps + 1, pct_start=0.08)
    loader = DataLoader(Stream(crops, seed), batch_size=BATCH, num_workers=1, prefetch_factor=6)
    for step, (images, corners) in zip(range(1, steps + 1), loader, strict=False):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=cores.multiply_bf16()):
            found = network(images[:, None].float().contiguous(memory_format=torch.channels_last))
        loss = nn.functional.smooth_l1_loss(found.float(), corners, beta=0.01)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        follow(average, network, decay=0.995 if step > 500 else 0.9)
        if step % 200 == 0:
            error = float((found.detach().float() - corners).abs().mean())
            print(f"step {step} mean corner error {100 * error:.2f} % of the crop's side", flush=True)
    return checkpoints.save(average.state_dict(), folders.make(out) / "corners.pt")
