"""The quick loss is the loss that the model itself would compute."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from training.adapter import peft_model
from training.attention import NAME, register
from training.base import find_base
from training.batches import Batch, batch_of, encode, shared_prefix
from training.loss import AnswerLoss
from tuneserve.progress import Silent
from tuneserve.task import Task

ANSWERS = ('{"people":8}', '{"people":12,"day":"friday"}', '{"unsupported":true}')


@pytest.fixture
def model(tiny_base: Path, recipe: Any) -> Any:
    made = peft_model(find_base(str(tiny_base), None, Silent()), recipe(dropout=0.0))
    with torch.no_grad():  # LoRA's B starts as zeros, behind which an error in A would hide
        for name, weight in made.named_parameters():
            if "lora_B" in name:
                weight.normal_(std=0.1)
    return made


@pytest.fixture
def batches(tokenizer: Any, task: Task) -> tuple[Batch, Batch]:
    """The same rows without and with a shared prefix."""
    texts = ("a room", "we need a room for 12 on friday please", "what is for lunch")
    rows = [
        encode(tokenizer, [*task.messages(text), {"role": "assistant", "content": answer}], 200)
        for text, answer in zip(texts, ANSWERS, strict=True)
    ]
    prefix = shared_prefix(rows)
    assert len(prefix) > 10
    return batch_of(rows, (), 2), batch_of(rows, prefix, 2)


def gradients(model: Any, loss: torch.Tensor) -> dict[str, torch.Tensor]:
    model.zero_grad()
    loss.backward()
    return {name: weight.grad.clone() for name, weight in model.named_parameters() if weight.requires_grad}


def test_it_equals_the_models_own_loss(model: Any, batches: tuple[Batch, Batch]) -> None:
    plain = batches[0]
    own = model(input_ids=plain.ids, labels=plain.labels).loss
    ours = AnswerLoss(model)(plain) / plain.targets
    torch.testing.assert_close(ours, own)
    expected = gradients(model, own)
    for name, gradient in gradients(model, AnswerLoss(model)(plain) / plain.targets).items():
        torch.testing.assert_close(gradient, expected[name], msg=name)


def test_sharing_the_prompt_changes_neither_loss_nor_gradients(model: Any, batches: tuple[Batch, Batch]) -> None:
    plain, shared = batches
    first, second = AnswerLoss(model)(plain), AnswerLoss(model)(shared)
    torch.testing.assert_close(first, second)
    expected = gradients(model, first)
    for name, gradient in gradients(model, second).items():
        assert gradient.abs().max() > 0
        torch.testing.assert_close(gradient, expected[name], rtol=1e-4, atol=1e-5, msg=name)


@pytest.mark.parametrize("which", [0, 1])
def test_our_attention_is_torchs(model: Any, batches: tuple[Batch, Batch], which: int) -> None:
    register()
    model.get_base_model().set_attn_implementation("sdpa")
    expected = AnswerLoss(model)(batches[which])
    model.get_base_model().set_attn_implementation(NAME)
    torch.testing.assert_close(AnswerLoss(model)(batches[which]), expected)


def test_padding_does_not_count(model: Any, batches: tuple[Batch, Batch]) -> None:
    plain = batches[0]
    wider = Batch(
        plain.prefix,
        torch.nn.functional.pad(plain.ids, (0, 7), value=2),
        torch.nn.functional.pad(plain.labels, (0, 7), value=-100),
        plain.targets,
        plain.tokens,
    )
    torch.testing.assert_close(AnswerLoss(model)(wider), AnswerLoss(model)(plain))
