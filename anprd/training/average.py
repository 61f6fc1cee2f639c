"""The running average of a network's weights: what is kept of a training is steadier than its last step."""

import torch
from torch import nn


@torch.no_grad()
def follow(average: nn.Module, network: nn.Module, *, decay: float) -> None:
    """Move `average` towards `network`; whole numbers (batches counted) are copied.

    Args:
        average: a copy of the network, changed in place.
        network: what is being trained.
        decay: 0..1, the share of the average that stays.
    """
    for kept, new in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
        if kept.is_floating_point():
            kept.lerp_(new, 1 - decay)
        else:
            kept.copy_(new)
