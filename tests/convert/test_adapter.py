from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from convert.adapter import Adapter, read_tensors
from tests.convert.conftest import lora
from tuneserve.errors import ConversionError


def test_bfloat16_is_read_without_torch(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    save_file({"w": torch.tensor([[1.0, -2.5], [0.0, 3.0e38]], dtype=torch.bfloat16)}, path)
    found = read_tensors(path)["w"]
    assert found.dtype == np.float32
    assert np.allclose(found, [[1.0, -2.5], [0.0, 3.0e38]], rtol=2**-8)


@pytest.mark.parametrize(
    ("config", "scale"),
    [
        ({}, 8 / 4),
        ({"use_rslora": True}, 8 / math.sqrt(4)),
        ({"alpha_pattern": {"o_proj": 2}}, 2 / 4),
        ({"alpha_pattern": {"q_proj": 2}}, 8 / 4),
        ({"r": 16, "rank_pattern": {r"layers\.0\.self_attn\.o_proj": 4}}, 8 / 4),
    ],
)
def test_scale_follows_pefts_rules(make_adapter: Callable[..., Path], config: dict[str, object], scale: float) -> None:
    (part,) = Adapter(make_adapter(**config))
    assert part.scale == pytest.approx(scale)
    assert np.allclose(part.delta(), scale * (part.b @ part.a))


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"modules_to_save": ["lm_head", "embed_tokens"]}, r"modules_to_save \(lm_head, embed_tokens\)"),
        ({"use_dora": True}, "use_dora"),
        ({"bias": "all"}, "bias is 'all'"),
        ({"layer_replication": [[0, 2]]}, "layer_replication"),
        ({"init_lora_weights": "pissa_niter_4"}, "pissa_niter_4"),
        ({"peft_type": "IA3"}, "IA3"),
        ({"target_parameters": ["experts.w1"]}, "target_parameters"),
        ({"r": 8}, "has rank 4, adapter_config.json says 8"),
    ],
)
def test_what_a_merge_cannot_express_is_refused(
    make_adapter: Callable[..., Path], config: dict[str, object], said: str
) -> None:
    with pytest.raises(ConversionError, match=said):
        list(Adapter(make_adapter(**config)))


def test_tensor_that_is_no_lora_matrix_is_refused(make_adapter: Callable[..., Path]) -> None:
    weights = {**lora("self_attn.o_proj"), "base_model.model.lm_head.weight": np.zeros((2, 2), np.float32)}
    with pytest.raises(ConversionError, match=r"'base_model\.model\.lm_head\.weight' is no LoRA matrix"):
        Adapter(make_adapter(weights))


def test_half_a_pair_is_refused(make_adapter: Callable[..., Path]) -> None:
    weights = lora("self_attn.o_proj")
    del weights["base_model.model.model.layers.0.self_attn.o_proj.lora_B.weight"]
    with pytest.raises(ConversionError, match="has only lora_A"):
        Adapter(make_adapter(weights))


def test_weights_cut_short_are_refused(make_adapter: Callable[..., Path]) -> None:
    folder = make_adapter()
    weights = folder / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-10])
    with pytest.raises(ConversionError, match="damaged or cut short"):
        Adapter(folder)


def test_missing_weights_are_named(make_adapter: Callable[..., Path]) -> None:
    folder = make_adapter()
    (folder / "adapter_model.safetensors").unlink()
    with pytest.raises(ConversionError, match=r"adapter_model\.safetensors: no such file"):
        Adapter(folder)
