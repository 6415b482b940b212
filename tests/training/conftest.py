"""A tiny base, small data sets and recipes: what the tests of training/ work on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.tiny import write_tiny_base
from tuneserve.progress import Silent
from tuneserve.recipe import Recipe, recipe_of
from tuneserve.run import Run
from tuneserve.task import Task, load_task

TRAIN: dict[str, Any] = {
    "quantization": "fp32",
    "epochs": 1,
    "learning_rate": 1e-2,
    "batch_size": 8,
    "eval_every": 6,
    "save_every": 4,
}


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    """Tiny matrices gain nothing from more, and sums come out the same in every process then."""
    import torch

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        before = torch.get_num_threads()
        torch.set_num_threads(1)
        yield
        torch.set_num_threads(before)


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_base(tmp_path_factory.mktemp("base") / "tiny")


@pytest.fixture(scope="session")
def tokenizer(tiny_base: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_base)


@pytest.fixture
def task() -> Task:
    return load_task("_template")


@pytest.fixture
def recipe(tiny_base: Path) -> Callable[..., Recipe]:
    """Makes a recipe on the tiny base; arguments change its [train] section."""

    def make(examples: int = 195, dropout: float = 0.1, **train: Any) -> Recipe:
        return recipe_of(
            {
                "name": "tiny",
                "data": {"examples": examples},
                "base": {"model": str(tiny_base)},
                "lora": {"r": 4, "alpha": 8, "dropout": dropout},
                "train": {**TRAIN, **train},
            }
        )

    return make


@pytest.fixture
def new_run(tmp_path: Path) -> Callable[[str], Run]:
    return lambda name: Run("_template", name, tmp_path / "runs" / name)


@pytest.fixture
def built(new_run: Callable[[str], Run], recipe: Callable[..., Recipe], task: Task) -> Run:
    """A run with a finished data set of about 156 training examples: 20 steps of 8."""
    from training.dataset import build

    run = new_run("built")
    build(run, task, recipe(), Silent(), False)
    return run


def losses(path: Path) -> list[tuple[int, float]]:
    """(step, loss) of each row of a log that is about a step."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [(row["step"], row["loss"]) for row in rows if "loss" in row]
