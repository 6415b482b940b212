"""Trains the same examples with TRL's SFTTrainer and with our loop, and prints both speeds.

`python -m training.compare_trl TASK [--run NAME] [--steps N]`, after `tuneserve build TASK` and `pip install trl`.
Both train the recipe's LoRA layers on the same base in bf16 with the same batch size on assistant tokens only, and
TRL groups rows by length too. Each trains in a process of its own: what one allocates must not slow the other. On
a machine with other work compare processor seconds, and set OMP_NUM_THREADS=1: waiting threads spin.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.adapter import lora_settings, peft_model
from training.base import find_base, load_tokenizer
from training.batches import encode_all, shared_prefix
from training.checkpoint import Position
from tuneserve.errors import UsageError
from tuneserve.example import read_examples
from tuneserve.progress import Bar, Silent
from tuneserve.recipe import Recipe, read_recipe
from tuneserve.run import Run, open_run

WARM = 3  # first steps, which are not counted: memory is allocated and kernels are chosen then


def _library(name: str) -> Any:
    """TRL and what it brings are no dependency of ours. Raises UsageError when they are missing."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UsageError(f"{name} is missing; install it for this comparison: pip install trl") from error


@dataclass
class Clock:
    """Wall time, processor time and tokens seen so far, at the end of each step."""

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    tokens: list[float] = field(default_factory=list)

    def tick(self, tokens: float) -> None:
        self.wall.append(time.perf_counter())
        self.processor.append(time.process_time())
        self.tokens.append(tokens)

    def figures(self, steps: int, examples: int) -> dict[str, float]:
        """Speed over the steps from WARM to `steps`, of which each saw `examples`.

        TRL begins with the longest rows, so that in a short run only tokens compare.
        """
        wall, processor, tokens = (
            marks[steps - 1] - marks[WARM - 1] for marks in (self.wall, self.processor, self.tokens)
        )
        return {
            "tokens_per_second": round(tokens / wall, 1),
            "tokens_per_processor_second": round(tokens / processor, 1),
            "tokens_per_example": round(tokens / (steps - WARM) / examples, 1),
        }


class Ticking(Silent):
    """Progress that ticks when the loop tells of a step."""

    def __init__(self, clock: Clock, position: Position) -> None:
        self._clock = clock
        self._position = position

    @contextmanager
    def bar(self, label: str, total: int, done: int = 0, unit: str = "") -> Iterator[Bar]:
        clock, position = self._clock, self._position

        class TickingBar:
            def advance(self, steps: int = 1, note: str = "") -> None:
                clock.tick(position.tokens)

        yield TickingBar()


def ours(run: Run, recipe: Recipe, steps: int, clock: Clock) -> None:
    """Trains with our loop, a step more than counts: at the last one it evaluates too."""
    from training.checkpoint import Checkpoints
    from training.log import open_log
    from training.loop import Data, Loop

    position = Position()
    base = find_base(recipe.base.model, recipe.base.revision, Silent())
    tokenizer = load_tokenizer(base)
    rows = encode_all(tokenizer, read_examples(run.data / "train.jsonl"), recipe.train.max_length)
    data = Data(rows, rows[:8], shared_prefix(rows), tokenizer.pad_token_id)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        checkpoints = Checkpoints(folder / "checkpoints")
        loop = Loop(peft_model(base, recipe), recipe.train, data, checkpoints, Ticking(clock, position), steps + 1)
        with open_log(folder, 0, "compare", {}, False) as log:
            loop.run(position, log)


def trl(run: Run, recipe: Recipe, steps: int, clock: Clock) -> None:
    """Trains with TRL's SFTTrainer."""
    import torch
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, TrainerCallback

    library = _library("trl")
    base = find_base(recipe.base.model, recipe.base.revision, Silent())
    rows = [
        {"prompt": list(example.messages[:-1]), "completion": [example.messages[-1]]}
        for example in read_examples(run.data / "train.jsonl")
    ]

    class Ticks(TrainerCallback):
        def on_log(self, *arguments: Any, logs: dict[str, Any], **named: Any) -> None:
            if "loss" in logs:
                clock.tick(float(logs["num_tokens"]))

    with tempfile.TemporaryDirectory() as folder:
        settings = library.SFTConfig(
            output_dir=folder,
            max_steps=steps,
            per_device_train_batch_size=recipe.train.batch_size,
            learning_rate=recipe.train.learning_rate,
            max_length=recipe.train.max_length,
            completion_only_loss=True,
            train_sampling_strategy="group_by_length",
            bf16=True,
            use_cpu=not torch.cuda.is_available(),
            gradient_checkpointing=False,
            logging_steps=1,
            report_to=[],
            save_strategy="no",
            disable_tqdm=True,
        )
        trainer = library.SFTTrainer(
            model=AutoModelForCausalLM.from_pretrained(base.path, dtype=torch.bfloat16),
            args=settings,
            train_dataset=_library("datasets").Dataset.from_list(rows),
            processing_class=load_tokenizer(base),
            peft_config=LoraConfig(**lora_settings(recipe.lora)),
            callbacks=[Ticks()],
        )
        trainer.train()


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m training.compare_trl")
    arguments.add_argument("task")
    arguments.add_argument("--run", default="default")
    arguments.add_argument("--recipe", default="cpu")
    arguments.add_argument("--steps", type=int, default=20, help=f"steps that count, after {WARM} that do not")
    arguments.add_argument("--only", choices=["trl", "ours"])
    given = arguments.parse_args()
    if given.only is None:
        for name in ("trl", "ours"):
            subprocess.run([sys.executable, "-m", "training.compare_trl", *sys.argv[1:], "--only", name], check=True)
        return
    recipe, clock = read_recipe(given.recipe), Clock()
    {"trl": trl, "ours": ours}[given.only](open_run(given.task, given.run), recipe, WARM + given.steps, clock)
    print(json.dumps({"trainer": given.only, **clock.figures(WARM + given.steps, recipe.train.batch_size)}))


if __name__ == "__main__":
    main()
