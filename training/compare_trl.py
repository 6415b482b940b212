"""Trains the same examples with TRL's SFTTrainer and with our loop, and prints both speeds.

`python -m training.compare_trl TASK [--run NAME] [--steps N]`, after `tuneserve build TASK` and `pip install trl`.
Both train the recipe's LoRA layers on the same base in bf16 with the same batch size on assistant tokens only, and
TRL groups rows by length too. Each trains in a process of its own: what one allocates must not slow the other.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from training.adapter import lora_settings, peft_model
from training.base import BaseReference, find_base, load_tokenizer
from training.batches import encode_all, shared_prefix
from tuneserve.errors import UsageError
from tuneserve.example import read_examples
from tuneserve.progress import Progress, Silent, progress_for_stderr
from tuneserve.recipe import Recipe, read_recipe
from tuneserve.run import Run, open_run

WARM = 3  # first steps, which are not counted: memory is allocated and kernels are chosen then


def _library(name: str) -> Any:
    """TRL and what it brings are no dependency of ours. Raises UsageError when they are missing."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UsageError(f"{name} is missing; install it for this comparison: pip install trl") from error


def ours(run: Run, recipe: Recipe, steps: int, progress: Progress) -> tuple[float, float]:
    """(tokens, examples) a second of our loop."""
    from training.checkpoint import Checkpoints, Position
    from training.log import open_log, read_log
    from training.loop import Data, Loop

    base = find_base(recipe.base.model, recipe.base.revision, progress)
    tokenizer = load_tokenizer(base)
    rows = encode_all(tokenizer, read_examples(run.data / "train.jsonl"), recipe.train.max_length)
    data = Data(rows, rows[:8], shared_prefix(rows), tokenizer.pad_token_id)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        loop = Loop(peft_model(base, recipe), recipe.train, data, Checkpoints(folder / "c"), progress, WARM + steps)
        position = Position()
        with open_log(folder, 0, "compare", {}, False) as log:
            loop.run(position, log)
        rates = [row["tokens_per_second"] for row in read_log(folder / "log.jsonl") if "loss" in row][WARM:]
    # Steps take as long as they have tokens, so their mean speed is the harmonic mean of their speeds.
    tokens = len(rates) / sum(1 / rate for rate in rates)
    return tokens, tokens * position.examples / position.tokens


def trl(run: Run, recipe: Recipe, steps: int, progress: Progress) -> tuple[float, float]:
    """(tokens, examples) a second of TRL's SFTTrainer."""
    import torch
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, TrainerCallback

    library = _library("trl")
    base: BaseReference = find_base(recipe.base.model, recipe.base.revision, progress)
    tokenizer = load_tokenizer(base)
    rows = [
        {"prompt": list(example.messages[:-1]), "completion": [example.messages[-1]]}
        for example in read_examples(run.data / "train.jsonl")
    ]
    ends: list[float] = []

    class Clock(TrainerCallback):
        def on_step_end(self, *arguments: Any, **named: Any) -> None:
            ends.append(time.perf_counter())

    with tempfile.TemporaryDirectory() as folder:
        settings = library.SFTConfig(
            output_dir=folder,
            max_steps=WARM + steps,
            per_device_train_batch_size=recipe.train.batch_size,
            learning_rate=recipe.train.learning_rate,
            max_length=recipe.train.max_length,
            completion_only_loss=True,
            train_sampling_strategy="group_by_length",
            bf16=True,
            use_cpu=not torch.cuda.is_available(),
            gradient_checkpointing=False,
            report_to=[],
            save_strategy="no",
            disable_tqdm=True,
        )
        trainer = library.SFTTrainer(
            model=AutoModelForCausalLM.from_pretrained(base.path, dtype=torch.bfloat16),
            args=settings,
            train_dataset=_library("datasets").Dataset.from_list(rows),
            processing_class=tokenizer,
            peft_config=LoraConfig(**lora_settings(recipe.lora)),
            callbacks=[Clock()],
        )
        trainer.train()
    examples = steps * recipe.train.batch_size / (ends[-1] - ends[WARM - 1])
    lengths = [
        len(row) for row in encode_all(tokenizer, read_examples(run.data / "train.jsonl"), recipe.train.max_length)
    ]
    return examples * sum(lengths) / len(lengths), examples


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m training.compare_trl", description=__doc__.splitlines()[0])
    arguments.add_argument("task")
    arguments.add_argument("--run", default="default")
    arguments.add_argument("--recipe", default="cpu")
    arguments.add_argument("--steps", type=int, default=20)
    arguments.add_argument("--only", choices=["trl", "ours"])
    given = arguments.parse_args()
    if given.only is None:
        progress_for_stderr().say(f"{given.steps} steps each, after {WARM} to warm up")
        for name in ("trl", "ours"):
            subprocess.run([sys.executable, "-m", "training.compare_trl", *sys.argv[1:], "--only", name], check=True)
        return
    train = {"trl": trl, "ours": ours}[given.only]
    tokens, examples = train(open_run(given.task, given.run), read_recipe(given.recipe), given.steps, Silent())
    print(
        json.dumps(
            {"trainer": given.only, "tokens_per_second": round(tokens), "examples_per_second": round(examples, 2)}
        )
    )


if __name__ == "__main__":
    main()
