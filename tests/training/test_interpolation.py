"""Weights between the beginning of a training and its end."""

from __future__ import annotations

from typing import Any

import pytest

from training.interpolation import interpolated
from tuneserve.errors import StageError

torch = pytest.importorskip("torch")
DOWN, UP = "layer.lora_A.weight", "layer.lora_B.weight"


def adapter(seed: int, rank: int = 4) -> dict[str, Any]:
    chance = torch.Generator().manual_seed(seed)
    return {DOWN: torch.randn(rank, 24, generator=chance), UP: torch.randn(12, rank, generator=chance)}


def product(weights: dict[str, Any]) -> Any:
    return weights[UP] @ weights[DOWN]


@pytest.mark.parametrize("share", [0.0, 0.999999])
def test_an_end_of_the_line_is_that_adapter(share: float) -> None:
    start, end = adapter(1), adapter(2)
    torch.testing.assert_close(
        product(interpolated(start, end, share)), product(start if share else end), atol=1e-3, rtol=1e-3
    )


def test_what_is_interpolated_is_the_product_and_not_its_factors() -> None:
    start = adapter(1)
    # The same product by other factors: their mean is another matrix.
    turned = torch.linalg.qr(torch.randn(4, 4, generator=torch.Generator().manual_seed(3)))[0]
    end = {DOWN: turned.T @ start[DOWN], UP: start[UP] @ turned}
    mixed = interpolated(start, end, 0.5)
    torch.testing.assert_close(product(mixed), product(start), atol=1e-4, rtol=1e-4)
    assert mixed[DOWN].shape == start[DOWN].shape


def test_no_other_matrix_of_that_rank_is_nearer() -> None:
    start, end = adapter(1), adapter(2)
    wanted = 0.3 * product(start) + 0.7 * product(end)
    mixed = interpolated(start, end, 0.3)
    left, values, right = torch.linalg.svd(wanted)
    nearest = left[:, :4] * values[:4] @ right[:4]
    torch.testing.assert_close(product(mixed), nearest, atol=1e-4, rtol=1e-4)
    assert mixed[UP].dtype == end[UP].dtype


def test_adapters_of_other_layers_or_ranks_are_refused() -> None:
    with pytest.raises(StageError, match="other layers"):
        interpolated({}, adapter(1), 0.5)
    with pytest.raises(StageError, match="no counterpart of its shape"):
        interpolated(adapter(1, rank=2), adapter(1), 0.5)
    stray = {"head.weight": torch.zeros(2, 2)}
    with pytest.raises(StageError, match=r"not LoRA's matrices: head\.weight"):
        interpolated(adapter(1) | stray, adapter(2) | stray, 0.5)
