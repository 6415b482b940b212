"""`interpolated`: LoRA weights between those that training began with and those that it reached.

Training on for new language costs some of what was known before; weights on the line between the two keep more of
both (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models", arXiv:2109.01903). What is interpolated is the
product B A that is added to the base, not the two factors: the sum has up to twice the rank, and the nearest matrices
of the old rank (Eckart and Young) take its place, so that the adapter stays as small as it was and can be trained on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuneserve.errors import StageError

DOWN, UP = ".lora_A.", ".lora_B."
ROWS = ".trainable_tokens_delta"


def interpolated(start: Mapping[str, Any], end: Mapping[str, Any], share: float) -> dict[str, Any]:
    """`share` of `start` and the rest of `end`: tensors by name as PEFT saves them, (r, in) down and (out, r) up.

    Both must have the same scaling (alpha over r). Embeddings of added tokens are interpolated as they are. Raises
    StageError when they are not of the same layers.
    """
    if start.keys() != end.keys():
        raise StageError("start_share: the two adapters have other layers than each other")
    mixed: dict[str, Any] = {}
    for name in end:
        if name.endswith(ROWS) and start[name].shape == end[name].shape:
            mixed[name] = share * start[name] + (1 - share) * end[name]
        if DOWN in name:
            up = name.replace(DOWN, UP)
            if up not in end or start[name].shape != end[name].shape:
                raise StageError(f"start_share: '{name}' has no counterpart of its shape")
            mixed[name], mixed[up] = _between((start[name], start[up]), (end[name], end[up]), share)
    if mixed.keys() != end.keys():
        raise StageError(f"start_share: not LoRA's matrices: {', '.join(sorted(end.keys() - mixed.keys())[:3])}")
    return {name: mixed[name] for name in end}


def _between(start: tuple[Any, Any], end: tuple[Any, Any], share: float) -> tuple[Any, Any]:
    """(down, up) of the same rank, whose product is nearest to the interpolated one; both factors weigh the same."""
    import torch

    rank = end[0].shape[0]
    down = torch.cat([start[0].double(), end[0].double()])
    up = torch.cat([share * start[1].double(), (1 - share) * end[1].double()], dim=1)
    # The product's singular values without the product itself: those of a matrix of 2 r rows and columns.
    left, left_rest = torch.linalg.qr(up)
    right, right_rest = torch.linalg.qr(down.T)
    rotated_left, values, rotated_right = torch.linalg.svd(left_rest @ right_rest.T)
    root = values[:rank].sqrt()
    new_up = left @ rotated_left[:, :rank] * root
    new_down = (right @ rotated_right[:rank].T * root).T
    return new_down.to(end[0].dtype).contiguous(), new_up.to(end[1].dtype).contiguous()
