"""Pieces of answers as tokens: found alike by every tokenizer, trained, kept, and gone on with."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.training.conftest import losses
from training.adapter import find_start, load_adapter, peft_model, save_adapter
from training.base import find_base, load_model, load_tokenizer
from training.structure import FEWEST, added_to, make_room, structure_tokens
from training.train import Overrides, train
from tuneserve.added_tokens import AddedTokens, read_added_tokens
from tuneserve.errors import ConversionError, UsageError
from tuneserve.progress import Silent
from tuneserve.recipe import Recipe
from tuneserve.run import Run
from tuneserve.task import Task

ADAPTER = "adapter_model.safetensors"
SCHEMA = {
    "type": "object",
    "properties": {
        "kind": {"enum": ["small", "small or medium", "large"]},
        "name": {"type": "string"},
        "names": {"type": "array", "items": {"type": "string"}},
        "kinds": {"type": "array", "items": {"enum": ["small", "large"]}},
        "rows": {"type": "integer"},
        "money": {"const": True},
        "seldom": {"const": True},
    },
}


def answers(number: int) -> list[str]:
    """Objects by the schema with values that look like pieces of other answers."""
    chance = Random(4)
    odd = ["a", "Kent", '","name":"', "name", '{"kind', "] ,", "small", "true", "é½"]

    def text() -> str:
        return chance.choice(odd)

    made = []
    for _ in range(number):
        values = {
            "kind": chance.choice(["small", "small or medium", "large"]),
            "name": text(),
            "names": [text() for _ in range(chance.randint(2, 4))],
            "kinds": chance.sample(["small", "large"], 2),
            "rows": chance.randint(1, 2000),
            "money": True,
        }
        keys = [key for key in values if chance.random() < 0.5]
        made.append(json.dumps({key: values[key] for key in keys}, separators=(",", ":"), ensure_ascii=False))
    return [*made, '{"seldom":true}']


def leftmost(pieces: Sequence[str], text: str) -> list[str]:
    """The pieces in a text as the tokenizers library finds them: the leftmost first, the longest of those."""
    return re.findall("|".join(map(re.escape, pieces)), text)


def longest_first(pieces: Sequence[str], text: str) -> list[str]:
    """The same as llama.cpp finds them: one piece after the other, in what the ones before have left."""
    parts = [(text, False)]
    for piece in pieces:
        split: list[tuple[str, bool]] = []
        for part, found in parts:
            if found:
                split.append((part, True))
                continue
            first, *others = part.split(piece)
            split.append((first, False))
            for other in others:
                split += [(piece, True), (other, False)]
        parts = split
    return [part for part, found in parts if found]


def test_pieces_are_what_the_schema_fixes_and_the_answers_have() -> None:
    pieces = structure_tokens(SCHEMA, answers(400))
    assert {'{"kind":"small', '{"kind":"small or medium', '","name":"', '"],"rows":', ',"money":true'} <= set(pieces)
    assert not any("seldom" in piece for piece in pieces), "one answer in 400 is too few to learn from"
    assert list(pieces) == sorted(pieces, key=lambda piece: (-len(piece), piece))
    assert structure_tokens(SCHEMA, ['{"money":true}'] * (FEWEST - 1)) == ()
    assert structure_tokens(SCHEMA, ['{"money":true}'] * FEWEST) == ('{"money":true',)
    long = {"properties": {"a": {"enum": ["x" * 25, "x" * 26]}}}
    both = [json.dumps({"a": value}, separators=(",", ":")) for value in long["properties"]["a"]["enum"] * FEWEST]
    assert structure_tokens(long, both) == ('{"a":"' + "x" * 25,), "31 bytes, and no more"


def test_every_tokenizer_finds_the_same_pieces() -> None:
    made = answers(400)
    pieces = structure_tokens(SCHEMA, made)
    for answer in made:
        assert leftmost(pieces, answer) == longest_first(pieces, answer), answer


def test_a_tokenizer_reads_pieces_as_tokens_and_gives_the_text_back(tiny_base: Path) -> None:
    tokenizer: Any = load_tokenizer(find_base(str(tiny_base), None, Silent()))
    made = answers(400)
    before = [len(ids) for ids in tokenizer(made, add_special_tokens=False)["input_ids"]]
    pieces = structure_tokens(SCHEMA, made)
    added = added_to(tokenizer, pieces)
    after = tokenizer(made, add_special_tokens=False)["input_ids"]
    assert added == AddedTokens(49152, pieces)
    assert sum(map(len, after)) < 0.7 * sum(before)
    assert tokenizer.batch_decode(after) == made
    assert (
        tokenizer("A name, and nothing of JSON.")["input_ids"]
        == load_tokenizer(find_base(str(tiny_base), None, Silent()))("A name, and nothing of JSON.")["input_ids"]
    )


@pytest.mark.parametrize("tied", [True, False])
def test_a_new_row_begins_as_the_mean_of_what_it_stands_for(tiny_base: Path, tied: bool) -> None:
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    base = find_base(str(tiny_base), None, Silent())
    plain: Any = load_tokenizer(base)
    config = AutoConfig.from_pretrained(tiny_base, tie_word_embeddings=tied)
    model: Any = AutoModelForCausalLM.from_pretrained(tiny_base, config=config)
    before = {name: getattr(model, f"get_{name}_embeddings")().weight.detach().clone() for name in ("input", "output")}
    added = AddedTokens(len(plain), ('{"kind":"', '","name":"'))
    make_room(model, added, lambda text: list(plain(text)["input_ids"]))
    for name, weights in before.items():
        rows = getattr(model, f"get_{name}_embeddings")().weight
        assert torch.equal(rows[: len(plain)], weights)
        for number, text in zip(added.ids, added.texts, strict=True):
            torch.testing.assert_close(rows[number], weights[plain(text)["input_ids"]].mean(dim=0))


@pytest.fixture
def with_tokens(recipe: Callable[..., Recipe]) -> Recipe:
    made = recipe()
    return made.model_copy(update={"base": made.base.model_copy(update={"structure_tokens": True})})


def test_tokens_are_trained_and_travel_with_the_adapter(
    built: Run, with_tokens: Recipe, task: Task, tiny_base: Path
) -> None:
    import torch

    train(built, task, with_tokens, Overrides(), Silent(), False)
    steps = losses(built.adapter / "log.jsonl")
    assert steps[-1][1] < steps[0][1] - 0.2
    added = read_added_tokens(built.adapter / ADAPTER)
    assert added is not None
    assert '{"unsupported":true' in added.texts
    base = find_base(str(tiny_base), None, Silent())
    plain: Any = load_tokenizer(base)
    fresh: Any = load_model(base, "fp32")
    make_room(fresh, added, lambda text: list(plain(text, add_special_tokens=False)["input_ids"]))
    began = fresh.get_input_embeddings().weight[added.first :]
    model = load_adapter(load_model(base, "fp32"), built.adapter).merge_and_unload()
    rows = model.get_input_embeddings().weight
    assert rows.shape[0] == len(plain) + len(added.texts)
    assert not torch.allclose(rows[added.first :], began, atol=1e-2), "their embeddings were trained"
    assert torch.equal(rows[: added.first], fresh.get_input_embeddings().weight[: added.first]), "and no others"
    info = json.loads((built.adapter / "training_info.json").read_text(encoding="utf-8"))
    assert info["added_tokens"] == len(added.texts)


def started(folder: Path, tiny_base: Path, recipe: Recipe, added: AddedTokens | None) -> None:
    """Saves an adapter whose weights are all a quarter more than fresh ones."""
    import torch

    base = find_base(str(tiny_base), None, Silent())
    model = peft_model(base, recipe, None, added, lambda text: [1, 2] if text else [])
    with torch.no_grad():
        for weight in (weight for weight in model.parameters() if weight.requires_grad):
            weight.add_(0.25)
    folder.mkdir()
    save_adapter(model, folder, base, added=added)


@pytest.mark.parametrize("has_tokens", [True, False])
def test_training_goes_on_with_the_tokens_of_its_start(
    tmp_path: Path, tiny_base: Path, recipe: Callable[..., Recipe], has_tokens: bool
) -> None:
    import torch

    base = find_base(str(tiny_base), None, Silent())
    added = AddedTokens(49152, ('{"one":', '{"two":'))
    now = AddedTokens(49152, ('{"new":', '{"two":'))
    started(tmp_path / "start", tiny_base, recipe(), added if has_tokens else None)
    start = find_start(str(tmp_path / "start"), "any_task", base, recipe().lora)
    assert start.added == (added if has_tokens else None)

    def trained(from_start: bool) -> dict[str, Any]:
        model = peft_model(base, recipe(), start if from_start else None, now, lambda _: [1, 2])
        return {name: weight for name, weight in model.named_parameters() if weight.requires_grad}

    begun, fresh = trained(True), trained(False)
    assert begun.keys() == fresh.keys()
    for name, weight in begun.items():
        if ".lora_" in name:
            assert torch.allclose(weight, fresh[name] + 0.25, atol=1e-3), name
        else:
            assert torch.equal(weight[0], fresh[name][0]), "a token that the start has not begins afresh"
            assert torch.allclose(weight[1], fresh[name][1] + (0.25 if has_tokens else 0.0), atol=1e-3)


def test_no_mean_with_an_adapter_that_writes_otherwise(
    built: Run, with_tokens: Recipe, task: Task, tmp_path: Path, tiny_base: Path
) -> None:
    started(tmp_path / "start", tiny_base, with_tokens, None)
    lora = with_tokens.lora.model_copy(update={"start_from": str(tmp_path / "start"), "start_share": 0.5})
    with pytest.raises(UsageError, match="set start_share = 0"):
        train(built, task, with_tokens.model_copy(update={"lora": lora}), Overrides(), Silent(), False)


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 16, b"\x02\x00\x00\x00\x00\x00\x00\x00[]"])
def test_a_damaged_file_is_no_adapter_without_tokens(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ADAPTER).write_bytes(content)
    with pytest.raises(ConversionError, match="missing or damaged"):
        read_added_tokens(tmp_path / ADAPTER)


def test_a_frozen_adapter_learns_the_new_tokens_and_nothing_else(
    built: Run, with_tokens: Recipe, task: Task, tiny_base: Path, tmp_path: Path
) -> None:
    import torch
    from safetensors.torch import load_file

    started(tmp_path / "start", tiny_base, with_tokens, None)
    frozen = with_tokens.lora.model_copy(update={"start_from": str(tmp_path / "start"), "frozen": True})
    train(built, task, with_tokens.model_copy(update={"lora": frozen}), Overrides(), Silent(), False)
    before, after = load_file(tmp_path / "start" / ADAPTER), load_file(built.adapter / ADAPTER)
    new = after.keys() - before.keys()
    assert len(new) == 1
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert after[new.pop()].abs().max() > 0
    steps = losses(built.adapter / "log.jsonl")
    assert steps[-1][1] < steps[0][1]


@pytest.mark.parametrize("missing", ["start_from", "structure_tokens"])
def test_frozen_with_nothing_left_to_train_is_refused(
    built: Run,
    with_tokens: Recipe,
    recipe: Callable[..., Recipe],
    task: Task,
    tiny_base: Path,
    tmp_path: Path,
    missing: str,
) -> None:
    started(tmp_path / "start", tiny_base, recipe(), None)
    wanted = recipe() if missing == "structure_tokens" else with_tokens
    start = None if missing == "start_from" else str(tmp_path / "start")
    lora = wanted.lora.model_copy(update={"start_from": start, "frozen": True})
    with pytest.raises(UsageError, match="needs start_from and structure_tokens"):
        train(built, task, wanted.model_copy(update={"lora": lora}), Overrides(), Silent(), False)
