"""`Recipe`: the numbers that people set for one training, read from TOML (`training/recipes/*.toml`)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tuneserve.errors import UsageError
from tuneserve.task import project_root

Quantization = Literal["bnb4", "bf16", "fp32"]
FileType = Literal["f16", "q4_k_m", "q4_0_ffn", "q5_k_m", "q6_k", "q8_0"]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class DataSection(Section):
    """How many examples the task's generator is asked for."""

    seed: int = Field(1, ge=0)
    examples: int = Field(ge=30)


class BaseSection(Section):
    """A packaged base (tuneserve/base.py), a hub name or a local folder; `revision` is for the hub.

    structure_tokens  adds the pieces that answers are put together with to the vocabulary (training/structure.py);
                      without it training keeps those of the adapter that it begins with
    """

    model: str = Field(min_length=1)
    revision: str | None = None
    structure_tokens: bool = False


class LoraSection(Section):
    """What `peft.LoraConfig` is made with. `target_modules`: "all-linear" or names of modules.

    start_from  an adapter whose weights training begins with: "released" (the task's own in modelfiles/)
                or a folder; without it the weights are fresh
    start_share how much of those weights the adapter keeps: 0.5 is the mean of where training began and ended,
                which knows the old language better than the end alone (training/interpolation.py)
    frozen      leaves those weights as they are, so that only the embeddings of new structure tokens are trained:
                what comes after can then keep a share of weights that still know all they knew
    """

    r: int = Field(16, ge=1, le=1024)
    alpha: int = Field(32, ge=1)
    dropout: float = Field(0.0, ge=0.0, lt=1.0)
    start_from: str | None = Field(None, min_length=1)
    start_share: float = Field(0.0, ge=0.0, lt=1.0)
    frozen: bool = False
    target_modules: Literal["all-linear"] | list[str] = "all-linear"
    rslora: bool = False


class TrainSection(Section):
    """The loop. Steps are optimiser steps; a step sees batch_size * gradient_accumulation examples.

    share_prompt  computes the tokens that all examples begin with (the system prompt) once a batch
    early_stopping_patience  evaluations without a lower validation loss before training stops; 0: never
    rounded_as  the GGUF file type whose rounding training reckons with (training/rounding.py); absent: none
    """

    quantization: Quantization = "bf16"
    rounded_as: Literal["q4_0_ffn"] | None = None
    epochs: float = Field(gt=0)
    learning_rate: float = Field(gt=0)
    scheduler: Literal["cosine", "linear", "constant_with_warmup"] = "cosine"
    warmup_ratio: Share = 0.1
    batch_size: int = Field(ge=1)
    gradient_accumulation: int = Field(1, ge=1)
    max_length: int = Field(512, ge=16)
    weight_decay: float = Field(0.0, ge=0.0)
    max_grad_norm: float = Field(1.0, gt=0)
    optimizer: Literal["adamw", "paged_adamw_8bit"] = "adamw"
    seed: int = Field(1, ge=0)
    eval_every: int = Field(ge=1)
    eval_examples: int | None = Field(None, ge=1)
    save_every: int = Field(ge=1)
    early_stopping_patience: int = Field(0, ge=0)
    gradient_checkpointing: bool = False
    share_prompt: bool = True

    @model_validator(mode="after")
    def _one_way_to_save_memory(self) -> TrainSection:
        if self.gradient_checkpointing and self.share_prompt:
            raise ValueError(
                "share_prompt needs the activations that gradient_checkpointing throws away: set one to false"
            )
        return self


class ConvertSection(Section):
    """Which GGUF file types are made of the merged model, and which of them is served.

    vocabulary  "seen" keeps the tokens that the examples use and the commonest others (convert/vocabulary.py):
                a smaller and quicker model; "whole" keeps the base's, as do tokenizers that cannot be trimmed
    """

    vocabulary: Literal["seen", "whole"] = "seen"
    quantizations: list[FileType] = Field(default=["q4_k_m", "q8_0"], min_length=1)
    served: FileType = "q8_0"

    @model_validator(mode="after")
    def _served_is_made(self) -> ConvertSection:
        if self.served not in self.quantizations:
            raise ValueError(f"served = '{self.served}' is not among quantizations")
        return self


class Recipe(Section):
    """A whole recipe. `name` is the file's stem."""

    name: str
    data: DataSection
    base: BaseSection
    lora: LoraSection
    train: TrainSection
    convert: ConvertSection = ConvertSection()


def recipes_folder() -> Path:
    return project_root() / "training" / "recipes"


def recipe_names() -> list[str]:
    return sorted(path.stem for path in recipes_folder().glob("*.toml"))


def read_recipe(name: str) -> Recipe:
    """The recipe `training/recipes/NAME.toml`, or the TOML file that `name` is the path of.

    Raises UsageError, naming every wrong setting at once.
    """
    path = Path(name).expanduser() if name.endswith(".toml") or "/" in name else recipes_folder() / f"{name}.toml"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(f"no recipe '{name}' (there are: {', '.join(recipe_names())}); or give a .toml file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"recipe {path}: cannot be read: {error}") from error
    try:
        settings = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"recipe {path}: not TOML: {error}") from error
    return recipe_of({**settings, "name": path.stem}, where=str(path))


def recipe_of(settings: dict[str, Any], where: str = "recipe") -> Recipe:
    """The recipe of these settings. Raises UsageError, naming every wrong setting at once."""
    try:
        return Recipe.model_validate(settings)
    except ValidationError as error:
        wrong = [_one_line(found) for found in error.errors(include_url=False)]
        raise UsageError(f"recipe {where}: {len(wrong)} wrong: " + "; ".join(wrong)) from error


def _one_line(error: Any) -> str:
    """'[train] learning_rate = -1: input should be greater than 0'."""
    section, *rest = (str(part) for part in error["loc"])
    place = f"[{section}] {'.'.join(rest)}".strip()
    if error["type"] == "extra_forbidden":
        return f"{place}: no such setting"
    if error["type"] == "missing":
        return f"{place}: missing"
    message = error["msg"].removeprefix("Value error, ")
    given = error["input"]
    shown = "" if isinstance(given, dict) else f" = {given!r}"
    return f"{place}{shown}: {message[:1].lower()}{message[1:]}"
