"""Training with the rounding that conversion will do: what is learnt is learnt of the weights that are served.

Quantisation-aware training with a straight-through estimator (Jacob et al. 2018, arXiv:1712.05877): the forward pass
sees rounded weights, gradients go on as if they were not. With LoRA the base's matrix is replaced by the rounded sum
base + B A, less the B A that the adapter adds, so a step costs what it costs without. B A changes little in some
dozen steps, and so does the rounding: it is done anew every `EVERY` steps and before each evaluation.
"""

from __future__ import annotations

import re
from typing import Any

import torch

from tuneserve.errors import UsageError

# The 30 layers of SmolLM2-135M take some seconds, as long as two or three steps do.
EVERY = 50
# Which of a model's matrices a file type rounds to q4_0, by transformers' names (convert/quantise.py has llama.cpp's).
ROUNDED = {"q4_0_ffn": re.compile(r"\.mlp\.(gate|up|down|gate_up)_proj$")}

BLOCK = 32
_LEVELS = 8  # of one sign: -8 to 7
# Scales that llama.cpp's make_qx_quants tries beside the largest weight's own, in tenths of a level.
_TRIED = [tenth / 10 for tenth in range(-9, 10) if tenth]


def rounded_q4_0(weights: torch.Tensor) -> torch.Tensor:
    """What is left of float weights (rows, columns) in q4_0, every column weighed alike; columns a multiple of 32.

    A block of 32 weights in a row shares a scale, found by least squares among 19: `quantize_row_q4_0_impl` of
    llama.cpp's ggml-quants.c, which `convert.quantise` calls. Float additions may be in another order than there.
    """
    rows, columns = weights.shape
    blocks = weights.float().reshape(rows, columns // BLOCK, BLOCK)
    mean_square = blocks.square().mean(dim=(1, 2), keepdim=True)
    importance = (mean_square + blocks.square()).sqrt()
    place = blocks.abs().argmax(dim=2, keepdim=True)
    largest = blocks.gather(2, place)
    empty = largest.abs() < 1e-15
    weighed = importance * blocks
    best: torch.Tensor | None = None
    for shift in [0.0, *_TRIED]:
        inverse = torch.where(empty, 0.0, -(_LEVELS + shift) / torch.where(empty, 1.0, largest))
        levels = (blocks * inverse).round_().clamp_(-_LEVELS, _LEVELS - 1)
        along = (weighed * levels).sum(dim=2, keepdim=True)
        length = (importance * levels.square()).sum(dim=2, keepdim=True)
        scale = torch.where(length > 0, along / length.clamp(min=1e-30), 0.0)
        gain = along * scale
        if best is None:
            best, kept, scales = gain, levels, scale
            continue
        better = gain > best
        best = torch.where(better, gain, best)
        kept = torch.where(better, levels, kept)
        scales = torch.where(better, scale, scales)
    return (kept * scales.half().float()).reshape(rows, columns)


class Rounding:
    """The matrices of a PEFT model that a file type rounds: replaced while it trains, put back afterwards."""

    def __init__(self, model: Any, file_type: str) -> None:
        """Raises UsageError where there are none, or where the base is held in 4 bits itself."""
        from peft.tuners.lora import Linear

        self._layers = [
            module
            for name, module in model.named_modules()
            if isinstance(module, Linear) and ROUNDED[file_type].search(name)
        ]
        if not self._layers or any(not layer.get_base_layer().weight.is_floating_point() for layer in self._layers):
            raise UsageError(
                f"rounded_as = '{file_type}': this model has no feed-forward matrices in floating point with LoRA on"
                " them; leave it out, or train with quantization = 'bf16' and gate_proj, up_proj, down_proj"
            )
        self._whole = [layer.get_base_layer().weight.detach().clone() for layer in self._layers]

    def renew(self) -> None:
        """Rounds the weights as the adapter now makes them."""
        with torch.no_grad():
            for layer, whole in zip(self._layers, self._whole, strict=True):
                added = layer.get_delta_weight("default").float()
                layer.get_base_layer().weight.copy_(rounded_q4_0(whole.float() + added) - added)

    def undo(self) -> None:
        with torch.no_grad():
            for layer, whole in zip(self._layers, self._whole, strict=True):
                layer.get_base_layer().weight.copy_(whole)
