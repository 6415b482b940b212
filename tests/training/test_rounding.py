"""Training with the rounding of the file that is served: it is llama.cpp's, and leaves no trace in the base."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
from numpy.typing import NDArray

import training.loop
from tests.training.test_train import Interrupting, same_training
from training.adapter import peft_model
from training.base import find_base
from training.dataset import build
from training.rounding import Rounding, rounded_q4_0
from training.train import Overrides, train
from tuneserve.errors import UsageError
from tuneserve.progress import Silent
from tuneserve.recipe import Recipe, recipe_of
from tuneserve.run import Run
from tuneserve.task import Task


def by_llama_cpp(weights: NDArray[numpy.float32]) -> NDArray[numpy.float32]:
    import llama_cpp
    from gguf import GGMLQuantizationType, quants

    library = ctypes.CDLL(os.fspath(Path(llama_cpp.__file__).parent / "lib" / "libggml-base.so"))
    quantize = library.ggml_quantize_chunk
    quantize.restype = ctypes.c_size_t
    pointer, number = ctypes.c_void_p, ctypes.c_int64
    quantize.argtypes = [ctypes.c_int, pointer, pointer, number, number, number, pointer]
    rows, columns = weights.shape
    blocks = numpy.zeros((rows, columns // 32 * 18), dtype=numpy.uint8)
    alike = numpy.ones(columns, dtype=numpy.float32)
    kind = GGMLQuantizationType.Q4_0
    quantize(int(kind), weights.ctypes.data, blocks.ctypes.data, 0, rows, columns, alike.ctypes.data)
    return numpy.asarray(quants.dequantize(blocks, kind))


def test_weights_are_rounded_as_llama_cpp_rounds_them() -> None:
    weights = (torch.randn(256, 576, generator=torch.Generator().manual_seed(3)) * 0.05).contiguous()
    weights[0, :32] = 0.0  # an empty block
    ours, theirs = rounded_q4_0(weights).numpy(), by_llama_cpp(weights.numpy())
    same = (ours == theirs).reshape(-1, 32).all(axis=1)
    # Where two scales are as good as each other to the last bit, the order of additions decides.
    assert same.mean() > 0.998
    original = weights.numpy()
    assert ((ours - original) ** 2).sum() <= 1.0001 * ((theirs - original) ** 2).sum()
    assert 0.005 < ((ours - original) ** 2).sum() / (original**2).sum() < 0.009
    assert not ours[0, :32].any()


@pytest.fixture
def model(recipe: Callable[..., Recipe], tiny_base: Path) -> Any:
    """The tiny base with LoRA weights that change what it says."""
    made = peft_model(find_base(str(tiny_base), "main", Silent()), recipe())
    with torch.no_grad():
        for name, weight in made.named_parameters():
            if ".lora_B." in name:
                weight.normal_(std=0.02)
    return made


def test_the_model_computes_with_the_rounded_sum_and_is_put_back(model: Any) -> None:
    layer = model.get_base_model().model.layers[0].mlp.up_proj
    attention = model.get_base_model().model.layers[0].self_attn.q_proj.get_base_layer().weight
    before, attended = layer.get_base_layer().weight.detach().clone(), attention.detach().clone()
    rounding = Rounding(model, "q4_0_ffn")
    for _ in range(2):  # a second time begins from the base again
        rounding.renew()
        whole = before + layer.get_delta_weight("default")
        seen = layer.get_base_layer().weight + layer.get_delta_weight("default")
        assert torch.allclose(seen, rounded_q4_0(whole), atol=1e-6)
        assert not torch.allclose(seen, whole, atol=1e-4)
    assert torch.equal(attention, attended)
    rounding.undo()
    assert torch.equal(layer.get_base_layer().weight, before)


def test_without_such_matrices_it_says_what_to_set(recipe: Callable[..., Recipe], tiny_base: Path) -> None:
    made = recipe()
    attention_only = made.model_copy(
        update={"lora": made.lora.model_copy(update={"target_modules": ["q_proj", "v_proj"]})}
    )
    model = peft_model(find_base(str(tiny_base), "main", Silent()), attention_only)
    with pytest.raises(UsageError, match=r"no feed-forward matrices.*gate_proj, up_proj, down_proj"):
        Rounding(model, "q4_0_ffn")


def test_an_interrupted_training_goes_on_with_the_weights_as_they_were_rounded(
    recipe: Callable[..., Recipe],
    new_run: Callable[[str], Run],
    task: Task,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(training.loop, "EVERY", 7)
    rounded = recipe(rounded_as="q4_0_ffn", early_stopping_patience=0)
    whole, stopped, plain = (new_run(name) for name in ("whole", "stopped", "plain"))
    for run in (whole, stopped, plain):
        build(run, task, rounded, Silent(), False)
    train(whole, task, rounded, Overrides(), Silent(), False)
    with pytest.raises(KeyboardInterrupt):
        train(stopped, task, rounded, Overrides(), Interrupting(step=9), False)
    train(stopped, task, rounded, Overrides(), Silent(), False)
    same_training(stopped, whole)
    train(plain, task, recipe(early_stopping_patience=0), Overrides(), Silent(), False)
    with pytest.raises(AssertionError):
        same_training(plain, whole)


def test_only_types_whose_rounding_is_known_are_taken(tiny_base: Path) -> None:
    from tests.training.conftest import TRAIN

    with pytest.raises(UsageError, match="rounded_as"):
        recipe_of(
            {
                "name": "tiny",
                "data": {"examples": 195},
                "base": {"model": str(tiny_base)},
                "lora": {"r": 4, "alpha": 8},
                "train": {**TRAIN, "rounded_as": "q3_k_m"},
            }
        )
