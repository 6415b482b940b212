"""A recipe is refused whole, with every mistake named, or is what its file says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tuneserve.errors import UsageError
from tuneserve.recipe import read_recipe, recipe_names, recipe_of


def settings(**sections: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": "test",
        "data": {"examples": 100},
        "base": {"model": "smollm2-135m-instruct"},
        "lora": {},
        "train": {"epochs": 1, "learning_rate": 1e-4, "batch_size": 8, "eval_every": 10, "save_every": 10},
        **sections,
    }


def test_all_mistakes_are_named_at_once() -> None:
    wrong = settings(data={"examples": 3}, lora={"rank": 8}, train={"epochs": 0}, convert={"served": "q2_k"}, extra={})
    with pytest.raises(UsageError) as refused:
        recipe_of(wrong, where="mine.toml")
    message = str(refused.value)
    assert message.startswith("recipe mine.toml: ")
    assert "\n" not in message
    for part in (
        "[data] examples = 3",
        "[lora] rank: no such setting",
        "[train] epochs = 0",
        "[train] learning_rate: missing",
        "[convert] served = 'q2_k'",
        "[extra]: no such setting",
    ):
        assert part in message


def test_the_served_file_must_be_made() -> None:
    with pytest.raises(UsageError, match="served = 'q8_0' is not among quantizations"):
        recipe_of(settings(convert={"quantizations": ["q4_k_m"], "served": "q8_0"}))


def test_a_shared_prompt_and_gradient_checkpointing_exclude_each_other() -> None:
    train = {**settings()["train"], "gradient_checkpointing": True}
    with pytest.raises(UsageError, match="share_prompt"):
        recipe_of(settings(train=train))


def test_an_unknown_name_lists_the_recipes_that_there_are() -> None:
    with pytest.raises(UsageError, match=r"no recipe 'nope' \(there are: cpu, .*quick"):
        read_recipe("nope")


def test_a_recipe_can_be_any_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text((Path("training/recipes") / "quick.toml").read_text(encoding="utf-8"), encoding="utf-8")
    assert read_recipe(str(path)).model_copy(update={"name": "quick"}) == read_recipe("quick")


def test_a_file_that_is_not_toml_is_said_to_be_so(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("epochs = = 2", encoding="utf-8")
    with pytest.raises(UsageError, match="not TOML"):
        read_recipe(str(path))


@pytest.mark.parametrize("name", ["llama-3.1-8b", "mistral-7b", "phi-3-mini"])
def test_recipes_for_a_gpu_have_the_values_that_their_users_expect(name: str) -> None:
    recipe = read_recipe(name)
    train = recipe.train
    assert (recipe.lora.r, recipe.lora.alpha, recipe.lora.target_modules) == (32, 64, "all-linear")
    assert (train.quantization, train.learning_rate, train.scheduler, train.warmup_ratio) == (
        "bnb4",
        2e-4,
        "cosine",
        0.1,
    )
    assert train.save_every == 100
    assert train.early_stopping_patience > 0


def test_there_are_recipes_for_every_kind_of_machine() -> None:
    assert {"quick", "cpu", "llama-3.1-8b", "mistral-7b", "phi-3-mini"} <= set(recipe_names())


def test_importing_tuneserve_does_not_import_pydantic() -> None:
    subprocess.run(
        [sys.executable, "-c", "import tuneserve, tuneserve.cli, sys; assert 'pydantic' not in sys.modules"], check=True
    )
