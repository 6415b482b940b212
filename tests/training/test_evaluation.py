"""Stage evaluate: every reader goes through the same checks, and the report says how sure it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from training.evaluation import evaluate, torch_rungs, trained_on
from training.generation import Writer
from training.train import Overrides, train
from tuneserve.errors import StageError
from tuneserve.ladder import Exam, climb, handwritten_sets
from tuneserve.progress import Silent
from tuneserve.recipe import Recipe
from tuneserve.run import Run
from tuneserve.task import Task
from tuneserve.texts import Texts


def test_an_adapter_is_scored_beside_rules_and_base(built: Run, recipe: Callable[..., Recipe], task: Task) -> None:
    train(built, task, recipe(), Overrides(max_steps=2), Silent(), False)
    manifest = evaluate(built, task, recipe(), Silent(), False)
    report = json.loads((built.report / "report.json").read_text(encoding="utf-8"))
    assert report["rows"].keys() == {"rules", "base", "adapter"}
    assert report["rows"]["adapter"].keys() == {"cases", "test"}
    cases = report["rows"]["rules"]["cases"]
    assert cases["exact"]["n"] == len(task.cases)
    assert cases["exact"]["low"] < cases["exact"]["value"] <= cases["exact"]["high"]
    assert manifest.summary["adapter"]["cases"]["n"] == len(task.cases)
    assert [(row["first"], row["second"]) for row in report["paired"]["cases"]] == [
        ("rules", "base"),
        ("base", "adapter"),
    ]
    wrong = [json.loads(line) for line in (built.report / "wrong.jsonl").read_text(encoding="utf-8").splitlines()]
    # Two steps on random weights teach nothing, so each of the model's cases is wrong, with what it wrote.
    assert sum(row["rung"] == "adapter" and row["set"] == "cases" for row in wrong) == len(task.cases)
    assert all(row["written"] for row in wrong if row["rung"] == "adapter")
    assert {path.name for path in built.report.iterdir()} == {"report.json", "wrong.jsonl", "manifest.json"}

    before = built.texts.read_bytes()
    evaluate(built, task, recipe(), Silent(), True)
    assert built.texts.read_bytes() == before, "evaluating again asks nothing again"

    # The adapter in fp32 and the same merged into its base are one function, so they write the same.
    base, quantization = trained_on(built)
    rungs = torch_rungs(task, base.identity, lambda: base, quantization, built.adapter)
    exam = Exam(task, handwritten_sets(task), date(2026, 1, 1), Texts(built.texts))
    rows = climb(exam, [rungs["adapter"], rungs["merged"]], Silent())
    adapter, merged = ([row.written for row in rows[name]["cases"].scored] for name in ("adapter", "merged"))
    assert adapter == merged


def test_without_an_adapter_it_says_which_command_makes_one(
    built: Run, recipe: Callable[..., Recipe], task: Task
) -> None:
    with pytest.raises(StageError, match="run: tuneserve train _template --run built"):
        evaluate(built, task, recipe(), Silent(), False)


def test_a_batch_writes_what_each_chat_would_alone(tiny_base: Path, task: Task) -> None:
    """Padding on the left must not change what is generated."""
    from training.base import find_base, load_model, load_tokenizer

    base = find_base(str(tiny_base), None, Silent())
    model, tokenizer = load_model(base, "fp32").eval(), load_tokenizer(base)
    chats = [task.messages(text) for text in ("a much longer request for a room with a screen on friday", "a room")]
    written = [dict(Writer(model, tokenizer, 12, size).write(chats)) for size in (1, 2)]
    assert written[0] == written[1]
    assert written[0].keys() == {0, 1}
    assert all(written[0].values())
