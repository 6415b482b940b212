"""The LoRA adapter: put on the base, written as PEFT writes it, read again."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.base import BaseReference, load_model
from training.interpolation import DOWN, ROWS, UP, interpolated
from training.structure import make_room
from tuneserve.added_tokens import AddedTokens, read_added_tokens
from tuneserve.errors import StageError, UsageError
from tuneserve.manifest import sha256_of_file
from tuneserve.recipe import LoraSection, Recipe
from tuneserve.release import VOCABULARY, examples_seen, modelfiles_folder

WEIGHTS = "adapter_model.safetensors"


def lora_settings(lora: LoraSection, tied: bool = True, added: AddedTokens | None = None) -> dict[str, Any]:
    """Arguments of peft.LoraConfig. `tied`: the output layer is the embedding, so that a row is trained for both."""
    layers = ["embed_tokens"] if tied else ["embed_tokens", "lm_head"]
    return {
        **({"trainable_token_indices": dict.fromkeys(layers, added.ids)} if added else {}),
        "r": lora.r,
        "lora_alpha": lora.alpha,
        "lora_dropout": lora.dropout,
        "target_modules": lora.target_modules,
        "use_rslora": lora.rslora,
        "bias": "none",
        "task_type": "CAUSAL_LM",
    }


@dataclass(frozen=True, slots=True)
class Start:
    """An adapter that training goes on from; `training` is what its training_info.json says of it."""

    folder: Path
    sha256: str
    training: dict[str, Any]

    @property
    def added(self) -> AddedTokens | None:
        """The tokens that it adds to the base's, which training then keeps."""
        return read_added_tokens(self.folder / WEIGHTS)

    @property
    def vocabulary(self) -> Path | None:
        """The file that says what of the base's vocabulary it is served with; None: all of it, or not converted yet."""
        beside = self.folder / VOCABULARY
        of_its_run = self.folder.parent / "gguf" / VOCABULARY
        return next((path for path in (beside, of_its_run) if path.is_file()), None)

    def as_json(self) -> dict[str, Any]:
        """Its identity and how many examples it had seen, those of its own start included."""
        return {"sha256": self.sha256, "examples": examples_seen(self.training)}


def find_start(name: str, task: str, base: BaseReference, lora: LoraSection) -> Start:
    """The adapter that a recipe's start_from names. Raises UsageError when it is none, or of another base or shape."""
    folder = modelfiles_folder(task) / "adapter" if name == "released" else Path(name).expanduser()
    weights, config = folder / WEIGHTS, folder / "adapter_config.json"
    if not weights.is_file() or not config.is_file():
        raise UsageError(
            f"start_from = '{name}': {folder} holds no adapter (adapter_model.safetensors, adapter_config.json); "
            "leave start_from out to train from fresh weights"
        )
    said = json.loads(config.read_text(encoding="utf-8"))
    for setting, wanted, found in (
        ("base", base.name, said.get("base_model_name_or_path")),
        ("r", lora.r, said.get("r")),
        ("alpha", lora.alpha, said.get("lora_alpha")),
        ("rslora", lora.rslora, said.get("use_rslora", False)),
    ):
        if wanted != found:
            raise UsageError(f"start_from = '{name}': its {setting} is {found}, this training's is {wanted}")
    return Start(folder, sha256_of_file(weights), _training_of(folder))


def _training_of(folder: Path) -> dict[str, Any]:
    """What is recorded of an adapter's training: beside it by a run, one folder up by a release."""
    run, release = folder / "training_info.json", folder.parent / "release.json"
    if run.is_file():
        return dict(json.loads(run.read_text(encoding="utf-8")))
    if release.is_file():
        return dict(json.loads(release.read_text(encoding="utf-8")).get("training", {}))
    return {}


def peft_model(
    base: BaseReference,
    recipe: Recipe,
    start: Start | None = None,
    added: AddedTokens | None = None,
    ids_of: Callable[[str], list[int]] | None = None,
) -> Any:
    """The base with LoRA weights (fp32) on it: those of `start`, or fresh ones, the same for the same seed.

    added, ids_of  tokens added to the base's vocabulary, and how it wrote them before (training.structure.make_room)
    """
    import torch

    model: Any = load_model(base, recipe.train.quantization)
    if added is not None:
        make_room(model, added, ids_of)
    with _quiet():
        from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
        from peft.tuners.tuners_utils import BaseTunerLayer

        if recipe.train.quantization == "bnb4":
            model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=False)
        if recipe.train.gradient_checkpointing:
            # Not reentrant: else the frozen embeddings' output would need a gradient of its own.
            model.activation_checkpointing_enable({"use_reentrant": False})
        torch.manual_seed(recipe.train.seed)
        tied = bool(getattr(model.config, "tie_word_embeddings", False))
        made = get_peft_model(model, LoraConfig(**lora_settings(recipe.lora, tied, added)))
        if start is not None:
            _put_on(made, start, added)
        if recipe.lora.frozen:
            for name, weight in made.named_parameters():
                if DOWN in name or UP in name:
                    weight.requires_grad_(False)
    if recipe.train.quantization != "fp32":
        # PEFT would cast every layer's input to fp32, only for autocast to cast it back to bf16.
        for module in made.modules():
            if isinstance(module, BaseTunerLayer):
                module.cast_input_dtype_enabled = False
    return made


def _put_on(model: Any, start: Start, added: AddedTokens | None) -> None:
    """Gives `model` the weights of `start`; rows of added tokens that it has not stay as they are."""
    from peft import get_peft_model_state_dict, set_peft_model_state_dict
    from safetensors.torch import load_file

    weights = load_file(start.folder / WEIGHTS)
    theirs = {text: number for number, text in enumerate(start.added.texts)} if start.added else {}
    for name, fresh in get_peft_model_state_dict(model, save_embedding_layers=False).items():
        if name.endswith(ROWS) and added is not None:
            rows = fresh.detach().clone()
            for number, text in enumerate(added.texts):
                if text in theirs:
                    rows[number] = weights[name][theirs[text]].to(rows.dtype)
            weights[name] = rows
    loaded = set_peft_model_state_dict(model, weights)
    if len(weights) != sum(weight.requires_grad for weight in model.parameters()) or loaded.unexpected_keys:
        raise UsageError(f"start_from: the adapter in {start.folder} has other layers than this training's")


def save_adapter(
    model: Any,
    folder: Path,
    base: BaseReference,
    start: Start | None = None,
    start_share: float = 0.0,
    added: AddedTokens | None = None,
) -> None:
    """Writes adapter_model.safetensors and adapter_config.json as PEFT does, the weights in fp16.

    `start_share` of the weights are those of `start`, where there is one.
    fp16 rather than bf16: LoRA's weights are small numbers, where it has three more bits of precision.
    """
    import torch
    from peft import get_peft_model_state_dict
    from safetensors.torch import load_file, save_file

    weights: dict[str, Any] = get_peft_model_state_dict(model, save_embedding_layers=False)
    if start is not None and start_share:
        # On the processor, where the start's file is read to.
        reached = {name: weight.detach().cpu() for name, weight in weights.items()}
        weights = interpolated(load_file(start.folder / WEIGHTS), reached, start_share)
    halves = {name: weight.detach().cpu().to(torch.float16).contiguous() for name, weight in weights.items()}
    broken = [name for name, weight in halves.items() if not torch.isfinite(weight).all()]
    if broken:
        raise StageError(
            f"training diverged: {len(broken)} tensors have values that are not finite; lower learning_rate"
        )
    save_file(halves, folder / WEIGHTS, metadata={"format": "pt", **(added.as_metadata() if added else {})})
    config = model.peft_config["default"]
    config.base_model_name_or_path = base.name
    config.inference_mode = True
    config.save_pretrained(folder)


def load_adapter(model: Any, folder: Path) -> Any:
    """`model` with the adapter that `folder` holds on it, and with room for the tokens that it adds."""
    added = read_added_tokens(folder / WEIGHTS)
    with _quiet():
        if added is not None:
            make_room(model, added)
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
