"""Stage `train`: the LoRA adapter of a run's data set."""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.adapter import Start, find_start, peft_model, save_adapter, trained_parameters
from training.base import BaseReference, check_device, find_base, load_tokenizer
from training.batches import Encoded, encode, shared_prefix
from training.structure import added_to, structure_tokens
from tuneserve.added_tokens import AddedTokens
from tuneserve.errors import DataError, UsageError
from tuneserve.example import Example, read_examples
from tuneserve.manifest import Manifest, Request, complete, required, sha256_of_json, write_json
from tuneserve.progress import Progress
from tuneserve.recipe import LoraSection, Quantization, Recipe, TrainSection
from tuneserve.release import START_VOCABULARY, prompt_sha256, schema_sha256
from tuneserve.run import Run
from tuneserve.task import Task

if TYPE_CHECKING:
    from training.checkpoint import Position
    from training.loop import Data

PACKAGES = ("torch", "transformers", "peft", "accelerate", "tokenizers", "safetensors", "bitsandbytes")


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a command line changes of the recipe for one training."""

    train_limit: int | None = None
    val_limit: int | None = None
    max_steps: int | None = None
    base: str | None = None
    quantization: Quantization | None = None
    start_from: str | None = None
    wandb: bool = False

    def applied(self, recipe: Recipe) -> Recipe:
        if self.base:
            recipe = recipe.model_copy(
                update={"base": recipe.base.model_copy(update={"model": self.base, "revision": None})}
            )
        if self.quantization:
            recipe = recipe.model_copy(
                update={"train": recipe.train.model_copy(update={"quantization": self.quantization})}
            )
        if self.start_from:
            recipe = recipe.model_copy(update={"lora": recipe.lora.model_copy(update={"start_from": self.start_from})})
        return recipe

    @property
    def limits(self) -> dict[str, int | None]:
        return {"train_limit": self.train_limit, "val_limit": self.val_limit, "max_steps": self.max_steps}


def versions() -> dict[str, str]:
    """Versions of what a training's result depends on."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def train(run: Run, task: Task, recipe: Recipe, overrides: Overrides, progress: Progress, force: bool) -> Manifest:
    """Trains the adapter, going on from an interrupted call's checkpoint.

    The stage's folder then holds adapter_model.safetensors and adapter_config.json (PEFT's format, fp16),
    the tokenizer, log.jsonl, tensorboard/ and training_info.json; start_vocabulary.json where it went on from
    an adapter that is served with a part of its base's vocabulary.

    Raises StageError without a data set, UsageError when the base or its quantisation is not to be had,
    KeyboardInterrupt (after a checkpoint) when asked to stop.
    """
    recipe = overrides.applied(recipe)
    check_device(recipe.train.quantization)
    data = required(run.data, "build", run.command("build"))
    base = find_base(recipe.base.model, recipe.base.revision, progress)
    start = None
    if recipe.lora.start_from:
        start = find_start(recipe.lora.start_from, task.name, base, recipe.lora)
    share = recipe.lora.start_share
    if share and start is None:
        raise UsageError("start_share says how much of start_from's weights is kept: name start_from too")
    if recipe.lora.frozen and (start is None or not recipe.base.structure_tokens):
        raise UsageError(
            "frozen leaves nothing to train but the embeddings of new tokens: it needs start_from and structure_tokens"
        )
    if share and start is not None and recipe.base.structure_tokens:
        raise UsageError(
            "start_share: start_from's adapter may write answers with other structure tokens, so that nothing lies"
            " between the two; set start_share = 0, or leave structure_tokens out and train with those it has"
        )
    request = Request(
        stage="train",
        # Of the data set only what is trained on: a change to the task that leaves these files as they were
        # (to its rules, say) must not cost an hour of training.
        inputs={"build": sha256_of_json({name: data.outputs[f"{name}.jsonl"] for name in ("train", "validation")})},
        config={
            "task": task.name,
            # As without the setting where it is not set, so that runs from before there was one stay what they are.
            "base": {**base.identity, **({"structure_tokens": True} if recipe.base.structure_tokens else {})},
            # Settings that are not set are left out, as in runs from before there were any.
            "lora": recipe.lora.model_dump(exclude={"start_from", *_unset(recipe.lora, "start_share", "frozen")}),
            "start": start and start.sha256,
            "train": recipe.train.model_dump(exclude=_unset(recipe.train, "rounded_as")),
            "limits": overrides.limits,
            "prompt_sha256": prompt_sha256(task),
            "schema_sha256": schema_sha256(task),
        },
    )

    def work(folder: Path) -> dict[str, Any]:
        return _train(folder, run, task, recipe, overrides, base, start, progress)

    manifest, worked = complete(
        run.adapter, request, work, versions=versions(), transient=("checkpoints",), force=force
    )
    if not worked:
        progress.say(f"train: {run.adapter} is up to date")
    return manifest


def _unset(section: LoraSection | TrainSection, *names: str) -> set[str]:
    return {name for name in names if not getattr(section, name)}


def _train(
    folder: Path,
    run: Run,
    task: Task,
    recipe: Recipe,
    overrides: Overrides,
    base: BaseReference,
    start: Start | None,
    progress: Progress,
) -> dict[str, Any]:
    from training.checkpoint import Checkpoints
    from training.log import open_log
    from training.loop import Data, Loop

    tokenizer = load_tokenizer(base)
    added = _added_tokens(tokenizer, run.data / "train.jsonl", task, recipe, start)
    max_length = recipe.train.max_length
    rows = _encoded(run.data / "train.jsonl", tokenizer, max_length, overrides.train_limit)
    validation = _encoded(
        run.data / "validation.jsonl", tokenizer, max_length, overrides.val_limit or recipe.train.eval_examples
    )
    prefix = shared_prefix([*rows, *validation]) if recipe.train.share_prompt else ()
    model = peft_model(base, recipe, start, added, _written_before(base) if added else None)
    data = Data(rows, validation, prefix, tokenizer.pad_token_id)
    loop = Loop(model, recipe.train, data, Checkpoints(folder / "checkpoints"), progress, overrides.max_steps)
    position = loop.resume()
    progress.say(_plan(recipe, base, data, loop.steps, position, model))
    settings = recipe.model_dump()
    with open_log(folder, position.step, f"{run.task}/{run.name}", settings, overrides.wandb) as log:
        loop.run(position, log)
    save_adapter(model, folder, base, start, recipe.lora.start_share, added)
    tokenizer.save_pretrained(folder)
    if start is not None and start.vocabulary is not None:
        # For the conversion, which keeps these tokens beside those of the examples.
        shutil.copyfile(start.vocabulary, folder / START_VOCABULARY)
    info = training_info(task, recipe, overrides, base, start, data, position, loop.steps, model, added)
    write_json(folder / "training_info.json", info)
    result = info["result"]
    progress.say(
        f"trained: validation loss {result['best_eval_loss']} at step {result['best_step']}; "
        f"{result['tokens_per_second']} tokens/s, {result['examples_per_second']} examples/s"
    )
    return dict(result)


def _added_tokens(
    tokenizer: Any, examples: Path, task: Task, recipe: Recipe, start: Start | None
) -> AddedTokens | None:
    """Adds the pieces of the examples' answers to the tokenizer where the recipe wants them, else those of `start`."""
    texts = start.added.texts if start is not None and start.added is not None else ()
    if recipe.base.structure_tokens:
        answers = [example.messages[-1]["content"] for example in read_examples(examples)]
        texts = structure_tokens(task.written_schema, answers)
    return added_to(tokenizer, texts) if texts else None


def _written_before(base: BaseReference) -> Callable[[str], list[int]]:
    """Ids of a text by the base's own tokens."""
    tokenizer: Any = load_tokenizer(base)
    return lambda text: list(tokenizer(text, add_special_tokens=False)["input_ids"])


def _encoded(path: Path, tokenizer: Any, max_length: int, limit: int | None) -> list[Encoded]:
    """Raises DataError that names the example that can't be encoded."""
    examples = read_examples(path)
    encoded = [_encode_one(tokenizer, example, max_length, path) for example in examples[:limit]]
    if not encoded:
        raise DataError(f"{path}: no examples in it")
    return encoded


def _encode_one(tokenizer: Any, example: Example, max_length: int, path: Path) -> Encoded:
    try:
        return encode(tokenizer, example.messages, max_length)
    except DataError as error:
        raise DataError(f"{path}: example {example.id}: {error}") from error


def training_info(
    task: Task,
    recipe: Recipe,
    overrides: Overrides,
    base: BaseReference,
    start: Start | None,
    data: Data,
    position: Position,
    steps: int,
    model: Any,
    added: AddedTokens | None,
) -> dict[str, Any]:
    """Everything that the adapter was made with, for those who merge, serve and release it."""
    return {
        "task": task.name,
        "base": base.as_json(),
        "started_from": start and start.as_json(),
        "recipe": recipe.model_dump(),
        "overrides": {name: value for name, value in asdict(overrides).items() if value},
        "prompt_sha256": prompt_sha256(task),
        "schema_sha256": schema_sha256(task),
        "examples": {"train": len(data.train), "validation": len(data.validation)},
        "shared_prompt_tokens": len(data.prefix),
        "added_tokens": len(added.texts) if added else 0,
        "trained_parameters": trained_parameters(model),
        "versions": versions(),
        "result": {
            "steps": position.step,
            "planned_steps": steps,
            "best_step": position.best_step,
            "best_eval_loss": round(position.best_loss, 5),
            "tokens": position.tokens,
            "seconds": round(position.seconds, 1),
            "tokens_per_second": round(position.tokens / position.seconds, 1),
            "examples_per_second": round(position.examples / position.seconds, 2),
        },
    }


def _plan(recipe: Recipe, base: BaseReference, data: Data, steps: int, position: Position, model: Any) -> str:
    begun = f", going on after step {position.step}" if position.step else ""
    at_once = recipe.train.batch_size * recipe.train.gradient_accumulation
    return (
        f"train: {base.name} ({recipe.train.quantization}), LoRA r={recipe.lora.r} with "
        f"{trained_parameters(model):,} parameters, {len(data.train):,} examples, {steps:,} steps of {at_once}{begun}"
    )
