"""Training that goes on from an adapter begins with exactly its weights, or says why it cannot."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from training.adapter import find_start, peft_model, save_adapter
from training.base import BaseReference, find_base
from tuneserve.errors import UsageError
from tuneserve.progress import Silent
from tuneserve.recipe import LoraSection


@pytest.fixture
def base(tiny_base: Path) -> BaseReference:
    return find_base(str(tiny_base), None, Silent())


@pytest.fixture
def adapter(base: BaseReference, recipe: Any, tmp_path: Path) -> Path:
    """An adapter whose weights are not those that fresh ones begin with."""
    import torch

    model = peft_model(base, recipe())
    with torch.no_grad():
        for weight in (weight for weight in model.parameters() if weight.requires_grad):
            weight.add_(0.25)
    folder = tmp_path / "adapter"
    folder.mkdir()
    save_adapter(model, folder, base)
    (folder / "training_info.json").write_text(
        json.dumps({"examples": {"train": 300}, "started_from": {"sha256": "ab", "examples": 700}})
    )
    return folder


def trained(model: object) -> dict[str, object]:
    return {name: weight for name, weight in model.named_parameters() if weight.requires_grad}  # type: ignore[attr-defined]


def test_it_begins_with_the_adapters_weights(base: BaseReference, adapter: Path, recipe: Any) -> None:
    import torch

    start = find_start(str(adapter), "any_task", base, recipe().lora)
    begun, fresh = trained(peft_model(base, recipe(), start)), trained(peft_model(base, recipe()))
    assert begun.keys() == fresh.keys()
    for name, weight in begun.items():
        assert torch.allclose(weight, fresh[name] + 0.25, atol=1e-3), name  # type: ignore[operator,call-overload]
    assert start.as_json() == {"sha256": start.sha256, "examples": 1000}


def test_its_vocabulary_is_that_of_its_release_or_of_its_run(base: BaseReference, adapter: Path, recipe: Any) -> None:
    start = find_start(str(adapter), "any_task", base, recipe().lora)
    assert start.vocabulary is None
    (adapter.parent / "gguf").mkdir()
    for path in (adapter.parent / "gguf" / "vocabulary.json", adapter / "vocabulary.json"):
        path.write_text("{}")
        assert start.vocabulary == path


@pytest.mark.parametrize(
    ("lora", "said"),
    [
        (LoraSection(r=5), "its r is 4, this training's is 5"),
        (LoraSection(r=4, alpha=64), "its alpha is 8, this training's is 64"),
    ],
)
def test_another_shape_is_refused(base: BaseReference, adapter: Path, lora: LoraSection, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        find_start(str(adapter), "any_task", base, lora)


def test_an_adapter_of_another_base_is_refused(base: BaseReference, adapter: Path, recipe: Any) -> None:
    config = json.loads((adapter / "adapter_config.json").read_text())
    (adapter / "adapter_config.json").write_text(json.dumps({**config, "base_model_name_or_path": "other"}))
    with pytest.raises(UsageError, match="its base is other"):
        find_start(str(adapter), "any_task", base, recipe().lora)


def test_a_folder_without_an_adapter_says_what_to_do(base: BaseReference, adapter: Path, recipe: Any) -> None:
    shutil.rmtree(adapter)
    with pytest.raises(UsageError, match="leave start_from out"):
        find_start(str(adapter), "any_task", base, recipe().lora)


def test_a_share_of_the_start_is_kept(base: BaseReference, adapter: Path, recipe: Any, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    start = find_start(str(adapter), "any_task", base, recipe().lora)
    model = peft_model(base, recipe(), start)
    with torch.no_grad():
        for weight in (weight for weight in model.parameters() if weight.requires_grad):
            weight.mul_(1.5)
    for name, share in (("end", 0.0), ("mean", 0.5)):
        (tmp_path / name).mkdir()
        save_adapter(model, tmp_path / name, base, start, share)
    begun, ended, kept = (
        load_file(folder / "adapter_model.safetensors") for folder in (adapter, tmp_path / "end", tmp_path / "mean")
    )
    downs = [name for name in kept if ".lora_A." in name]
    assert downs
    for down in downs:
        up = down.replace(".lora_A.", ".lora_B.")
        was, became, mean = (one[up].float() @ one[down].float() for one in (begun, ended, kept))
        torch.testing.assert_close(mean, (was + became) / 2, atol=2e-2, rtol=2e-2)
        assert not torch.allclose(mean, became, atol=2e-2, rtol=2e-2)
