"""Networks become INT8 inside torch, by FX graph mode: fuse, calibrate, convert, for the x86 kernels.

The way that the baseline's own write-up took. Convolutions and linear layers are quantised statically, by ranges seen
on real pictures; LSTM layers dynamically, their weights in INT8 and their inputs as they come: torch has no fast static
LSTM. torch calls the interface deprecated and still ships it (2.14); its successor is torchao's PT2E.
"""

import copy
import warnings
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import fx, nn
from torch.ao.quantization import default_dynamic_qconfig, get_default_qconfig_mapping
from torch.ao.quantization.quantize_fx import convert_fx, prepare_fx

BACKEND = "x86"


def quantise(network: nn.Module, calibration: Sequence[NDArray[np.float32]]) -> fx.GraphModule:
    """A copy of the network with INT8 weights and activations; the network itself stays as it is.

    Args:
        network: FP32, in evaluation mode, traceable by torch.fx.
        calibration: inputs as the network takes them, with the batch axis; their spread sets the ranges.
    """
    torch.backends.quantized.engine = BACKEND
    mapping = get_default_qconfig_mapping(BACKEND).set_object_type(nn.LSTM, default_dynamic_qconfig)
    example = (torch.from_numpy(calibration[0]),)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # deprecation, and observers that a dynamic layer does not need
        prepared = prepare_fx(copy.deepcopy(network).eval(), mapping, example)
        for inputs in calibration:
            prepared(torch.from_numpy(inputs))
        return convert_fx(prepared)
