"""Stage train on a tiny model: it learns, goes on after any interruption as if nothing was, and says what it did."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.training.conftest import TRAIN, losses
from training.dataset import build
from training.train import Overrides, train
from tuneserve.errors import DataError, StageError, UsageError
from tuneserve.manifest import Manifest, sha256_of_file
from tuneserve.progress import Bar, Silent
from tuneserve.recipe import Recipe, recipe_of
from tuneserve.release import prompt_sha256, schema_sha256
from tuneserve.run import Run
from tuneserve.task import Task, load_task

ADAPTER = "adapter_model.safetensors"


@pytest.fixture(scope="module")
def uninterrupted(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A finished training of 20 steps with dropout, against which interrupted ones are held."""
    run = Run("_template", "whole", tmp_path_factory.mktemp("runs") / "whole")
    made = recipe_of(
        {
            "name": "tiny",
            "data": {"examples": 195},
            "base": {"model": str(tiny_base)},
            "lora": {"r": 4, "alpha": 8, "dropout": 0.1},
            "train": TRAIN,
        }
    )
    build(run, load_task("_template"), made, Silent(), False)
    train(run, load_task("_template"), made, Overrides(), Silent(), False)
    return run


def test_it_learns(uninterrupted: Run) -> None:
    steps = losses(uninterrupted.adapter / "log.jsonl")
    assert [step for step, _ in steps] == list(range(1, 21))
    assert steps[-1][1] < steps[0][1] - 0.2


def test_the_folder_holds_exactly_what_later_stages_need(uninterrupted: Run) -> None:
    names = {path.name for path in uninterrupted.adapter.iterdir()}
    assert names == {
        ADAPTER,
        "adapter_config.json",
        "chat_template.jinja",
        "log.jsonl",
        "manifest.json",
        "tensorboard",
        "tokenizer.json",
        "tokenizer_config.json",
        "training_info.json",
    }


def test_what_was_used_is_written_down(uninterrupted: Run, task: Task, tiny_base: Path) -> None:
    info = json.loads((uninterrupted.adapter / "training_info.json").read_text(encoding="utf-8"))
    assert info["base"]["path"] == str(tiny_base)
    assert info["base"].keys() == {"name", "revision", "sha256", "path"}
    assert (info["prompt_sha256"], info["schema_sha256"]) == (prompt_sha256(task), schema_sha256(task))
    assert info["recipe"]["train"]["batch_size"] == 8
    assert info["examples"]["train"] + info["examples"]["validation"] <= 195
    assert info["versions"].keys() >= {"torch", "transformers", "peft", "python"}
    result = info["result"]
    assert result["steps"] == result["planned_steps"] == 20
    assert result["tokens_per_second"] == pytest.approx(result["tokens"] / result["seconds"], rel=0.2)


def test_the_log_tells_loss_rate_speed_and_memory(uninterrupted: Run) -> None:
    rows = [json.loads(line) for line in (uninterrupted.adapter / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert rows[0].keys() == {"step", "loss", "learning_rate", "grad_norm", "tokens_per_second", "memory_mb", "epoch"}
    assert [row["step"] for row in rows if "eval_loss" in row] == [6, 12, 18, 20]
    rates = [row["learning_rate"] for row in rows if "loss" in row]
    assert rates[0] < rates[2] > rates[-1]


def test_tensorboard_shows_the_same_losses(uninterrupted: Run) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(uninterrupted.adapter / "tensorboard")).Reload()
    shown = [(event.step, event.value) for event in events.Scalars("loss")]
    assert shown == [
        (step, pytest.approx(loss, rel=1e-5)) for step, loss in losses(uninterrupted.adapter / "log.jsonl")
    ]


def test_the_best_weights_are_kept_not_the_last(
    built: Run, recipe: Callable[..., Recipe], task: Task, tiny_base: Path
) -> None:
    """With a rate at which training goes wrong, the best evaluation is an early one."""
    wild = recipe(learning_rate=30.0, scheduler="constant_with_warmup", warmup_ratio=0.0, eval_every=2)
    manifest = train(built, task, wild, Overrides(max_steps=8), Silent(), False)
    evaluations = {
        row["step"]: row["eval_loss"]
        for row in map(json.loads, (built.adapter / "log.jsonl").read_text(encoding="utf-8").splitlines())
        if "eval_loss" in row
    }
    best = min(evaluations, key=lambda step: evaluations[step])
    assert manifest.summary["best_step"] == best
    assert best < max(evaluations)
    assert saved_loss(built, tiny_base, task) == pytest.approx(evaluations[best], rel=1e-3)


def saved_loss(run: Run, tiny_base: Path, task: Task) -> float:
    """Validation loss of the adapter as it lies on disk."""
    import torch

    from training.adapter import load_adapter
    from training.base import find_base, load_model, load_tokenizer
    from training.batches import batch_of, encode_all
    from training.loss import AnswerLoss
    from tuneserve.example import read_examples

    base = find_base(str(tiny_base), None, Silent())
    model = load_adapter(load_model(base, "fp32"), run.adapter).eval()
    tokenizer = load_tokenizer(base)
    rows = encode_all(tokenizer, read_examples(run.data / "validation.jsonl"), 512)
    batch = batch_of(rows, (), tokenizer.pad_token_id)
    with torch.no_grad():
        return float(AnswerLoss(model)(batch) / batch.targets)


class Interrupting(Silent):
    """Sends this process a real Ctrl-C when a step is done."""

    def __init__(self, step: int) -> None:
        self._step = step

    @contextmanager
    def bar(self, label: str, total: int, done: int = 0, unit: str = "") -> Iterator[Bar]:
        step = self._step
        seen = done

        class Counting:
            def advance(self, steps: int = 1, note: str = "") -> None:
                nonlocal seen
                seen += steps
                if label == "train" and seen == step:
                    os.kill(os.getpid(), signal.SIGINT)

        yield Counting()


def test_after_ctrl_c_it_goes_on_with_the_same_losses(
    uninterrupted: Run, built: Run, recipe: Callable[..., Recipe], task: Task
) -> None:
    with pytest.raises(KeyboardInterrupt):
        train(built, task, recipe(), Overrides(), Interrupting(step=9), False)
    assert not built.adapter.exists()
    checkpoints = built.adapter.with_name("adapter.partial") / "checkpoints"
    assert sorted(path.name for path in checkpoints.glob("step-*")) == ["step-000008.pt", "step-000010.pt"]
    train(built, task, recipe(), Overrides(), Silent(), False)
    same_training(built, uninterrupted)


def same_training(run: Run, other: Run) -> None:
    assert losses(run.adapter / "log.jsonl") == losses(other.adapter / "log.jsonl")
    assert sha256_of_file(run.adapter / ADAPTER) == sha256_of_file(other.adapter / ADAPTER)


IN_A_PROCESS = """
import sys
from pathlib import Path
from training.train import Overrides, train
from tuneserve.progress import Silent
from tuneserve.recipe import recipe_of
from tuneserve.run import Run
from tuneserve.task import load_task
import json

run = Run("_template", "built", Path(sys.argv[1]))
train(run, load_task("_template"), recipe_of(json.loads(sys.argv[2])), Overrides(), Silent(), False)
"""


@pytest.mark.slow
@pytest.mark.parametrize("killed_after", [2, 11])
def test_after_kill_9_it_goes_on_with_the_same_losses(
    uninterrupted: Run, built: Run, recipe: Callable[..., Recipe], task: Task, killed_after: int
) -> None:
    """After 2 steps there is no checkpoint yet; after 11 the last is of step 8."""
    log = built.adapter.with_name("adapter.partial") / "log.jsonl"
    settings = recipe().model_dump_json()
    with subprocess.Popen([sys.executable, "-c", IN_A_PROCESS, str(built.folder), settings]) as process:
        deadline = time.monotonic() + 120
        while not (log.is_file() and len(losses_so_far(log)) >= killed_after):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.kill()
    assert not built.adapter.exists()
    train(built, task, recipe(), Overrides(), Silent(), False)
    same_training(built, uninterrupted)


def losses_so_far(log: Path) -> list[str]:
    return [line for line in log.read_text(encoding="utf-8").splitlines() if '"loss"' in line]


def test_a_finished_training_is_not_done_again(uninterrupted: Run, recipe: Callable[..., Recipe], task: Task) -> None:
    before = (uninterrupted.adapter / "manifest.json").stat().st_mtime_ns
    train(uninterrupted, task, recipe(), Overrides(), Silent(), False)
    assert (uninterrupted.adapter / "manifest.json").stat().st_mtime_ns == before


def short(run: Run, recipe: Callable[..., Recipe], task: Task, **overrides: Any) -> Manifest:
    return train(run, task, recipe(), Overrides(**{"max_steps": 1, **overrides}), Silent(), False)


def test_limits_are_kept_and_written_down(built: Run, recipe: Callable[..., Recipe], task: Task) -> None:
    manifest = short(built, recipe, task, train_limit=24, val_limit=5, max_steps=2)
    info = json.loads((built.adapter / "training_info.json").read_text(encoding="utf-8"))
    assert info["examples"] == {"train": 24, "validation": 5}
    assert info["overrides"] == {"train_limit": 24, "val_limit": 5, "max_steps": 2}
    assert manifest.summary["steps"] == 2


def test_another_prompt_trains_anew(built: Run, recipe: Callable[..., Recipe], task: Task) -> None:
    first = short(built, recipe, task)
    second = short(built, recipe, dataclasses.replace(task, prompt="Something else."))
    assert first.fingerprint != second.fingerprint


def test_without_a_lower_validation_loss_it_stops_early(built: Run, recipe: Callable[..., Recipe], task: Task) -> None:
    still = recipe(learning_rate=1e-30, eval_every=2, early_stopping_patience=2)
    assert train(built, task, still, Overrides(), Silent(), False).summary["steps"] == 6


def test_bf16_and_accumulated_gradients_train_too(built: Run, recipe: Callable[..., Recipe], task: Task) -> None:
    settings = recipe(quantization="bf16", batch_size=2, gradient_accumulation=4)
    train(built, task, settings, Overrides(), Silent(), False)
    steps = losses(built.adapter / "log.jsonl")
    assert len(steps) == 20
    assert steps[-1][1] < steps[0][1] - 0.2


def test_gradient_checkpointing_gives_the_same_losses(built: Run, recipe: Callable[..., Recipe], task: Task) -> None:
    found = []
    for saving in (False, True):
        settings = recipe(dropout=0.0, share_prompt=False, gradient_checkpointing=saving)
        train(built, task, settings, Overrides(max_steps=3), Silent(), False)
        found.append([loss for _, loss in losses(built.adapter / "log.jsonl")])
    assert found[0] == pytest.approx(found[1], rel=1e-5)


def test_four_bits_without_cuda_name_the_alternatives(built: Run, recipe: Callable[..., Recipe], task: Task) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a GPU here, so bnb4 works")
    with pytest.raises(UsageError, match=r"needs a CUDA GPU .* --quantization bf16 \(or fp32\)"):
        short(built, recipe, task, quantization="bnb4")


def test_without_a_data_set_it_says_which_command_makes_one(
    new_run: Callable[[str], Run], recipe: Callable[..., Recipe], task: Task
) -> None:
    with pytest.raises(StageError, match="run: tuneserve build _template --run empty"):
        short(new_run("empty"), recipe, task)


def test_an_example_that_is_too_long_is_named(built: Run, recipe: Callable[..., Recipe], task: Task) -> None:
    with pytest.raises(DataError, match=r"train.jsonl: example .*more than max_length = 30"):
        train(built, task, recipe(max_length=30), Overrides(), Silent(), False)


@pytest.mark.slow
def test_weights_and_biases_works_offline(
    built: Run, recipe: Callable[..., Recipe], task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("wandb", reason="Weights & Biases is not installed; install it: pip install -e '.[wandb]'")
    monkeypatch.setenv("WANDB_MODE", "offline")
    short(built, recipe, task, wandb=True)
    assert list((built.folder / "wandb").glob("offline-run-*/*.wandb"))
