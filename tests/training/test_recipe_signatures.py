"""Every recipe fits the real signatures of PEFT, bitsandbytes, torch and transformers."""

from __future__ import annotations

import warnings

import pytest
import torch

from training.adapter import lora_settings
from training.base import quantization_settings
from training.loop import make_optimizer, make_scheduler, optimizer_class
from tuneserve.base import PACKAGED_BASES
from tuneserve.recipe import read_recipe, recipe_names

RECIPES = recipe_names()


@pytest.mark.parametrize("name", RECIPES)
def test_its_lora_section_makes_a_lora_config(name: str) -> None:
    from peft import LoraConfig

    lora = read_recipe(name).lora
    config = LoraConfig(**lora_settings(lora))
    assert (config.r, config.lora_alpha, config.target_modules) == (lora.r, lora.alpha, lora.target_modules)


@pytest.mark.parametrize("name", [name for name in RECIPES if read_recipe(name).train.quantization == "bnb4"])
def test_its_four_bits_are_those_of_bitsandbytes(name: str) -> None:
    from transformers import BitsAndBytesConfig

    config = BitsAndBytesConfig(**quantization_settings())
    assert (config.load_in_4bit, config.bnb_4bit_quant_type) == (True, "nf4")


@pytest.mark.parametrize("name", RECIPES)
def test_its_optimiser_and_scheduler_are_made(name: str) -> None:
    train = read_recipe(name).train
    optimizer = make_optimizer(train, [torch.nn.Parameter(torch.zeros(2))])
    assert isinstance(optimizer, optimizer_class(train.optimizer))
    scheduler = make_scheduler(train, optimizer, 100)
    warmup = round(100 * train.warmup_ratio)
    rates = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the scheduler moves on without an optimiser step
        for _ in range(100):
            rates.append(scheduler.get_last_lr()[0])
            scheduler.step()
    assert rates[warmup] == max(rates) == pytest.approx(train.learning_rate)
    assert train.scheduler != "cosine" or rates[-1] < 0.01 * train.learning_rate


@pytest.mark.parametrize("name", [name for name in RECIPES if read_recipe(name).train.quantization != "bnb4"])
def test_a_recipe_for_a_cpu_needs_no_model_hub(name: str) -> None:
    assert read_recipe(name).base.model in PACKAGED_BASES
