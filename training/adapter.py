"""The LoRA adapter: put on the base, written as PEFT writes it, read again."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from training.base import BaseReference, load_model
from tuneserve.errors import StageError
from tuneserve.recipe import LoraSection, Recipe


def lora_settings(lora: LoraSection) -> dict[str, Any]:
    """Arguments of peft.LoraConfig."""
    return {
        "r": lora.r,
        "lora_alpha": lora.alpha,
        "lora_dropout": lora.dropout,
        "target_modules": lora.target_modules,
        "use_rslora": lora.rslora,
        "bias": "none",
        "task_type": "CAUSAL_LM",
    }


def peft_model(base: BaseReference, recipe: Recipe) -> Any:
    """The base with fresh LoRA weights (fp32) on it; the same for the same seed."""
    import torch

    model: Any = load_model(base, recipe.train.quantization)
    with _quiet():
        from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
        from peft.tuners.tuners_utils import BaseTunerLayer

        if recipe.train.quantization == "bnb4":
            model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=False)
        if recipe.train.gradient_checkpointing:
            # Not reentrant: else the frozen embeddings' output would need a gradient of its own.
            model.activation_checkpointing_enable({"use_reentrant": False})
        torch.manual_seed(recipe.train.seed)
        made = get_peft_model(model, LoraConfig(**lora_settings(recipe.lora)))
    if recipe.train.quantization != "fp32":
        # PEFT would cast every layer's input to fp32, only for autocast to cast it back to bf16.
        for module in made.modules():
            if isinstance(module, BaseTunerLayer):
                module.cast_input_dtype_enabled = False
    return made


def save_adapter(model: Any, folder: Path, base: BaseReference) -> None:
    """Writes adapter_model.safetensors and adapter_config.json as PEFT does, the weights in fp16.

    fp16 rather than bf16: LoRA's weights are small numbers, where it has three more bits of precision.
    """
    import torch
    from peft import get_peft_model_state_dict
    from safetensors.torch import save_file

    weights = get_peft_model_state_dict(model, save_embedding_layers=False)
    halves = {name: weight.detach().cpu().to(torch.float16).contiguous() for name, weight in weights.items()}
    broken = [name for name, weight in halves.items() if not torch.isfinite(weight).all()]
    if broken:
        raise StageError(
            f"training diverged: {len(broken)} tensors have values that are not finite; lower learning_rate"
        )
    save_file(halves, folder / "adapter_model.safetensors", metadata={"format": "pt"})
    config = model.peft_config["default"]
    config.base_model_name_or_path = base.name
    config.inference_mode = True
    config.save_pretrained(folder)


def load_adapter(model: Any, folder: Path) -> Any:
    """`model` with the adapter that `folder` holds on it."""
    with _quiet():
        from peft import PeftModel

        return PeftModel.from_pretrained(model, str(folder))


def trained_parameters(model: Any) -> int:
    return sum(weight.numel() for weight in model.parameters() if weight.requires_grad)


@contextmanager
def _quiet() -> Iterator[None]:
    """PEFT asks transformers for an old name, and loads bitsandbytes, which misses kernels that nobody needs."""
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing.*", category=FutureWarning)
        yield
