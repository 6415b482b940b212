"""Stage evaluate: every reader goes through the same checks, and the report says how sure it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from training.evaluation import Asked, _score, _text_reply, evaluate
from training.generation import Texts, Writer
from training.train import Overrides, train
from tuneserve.errors import StageError
from tuneserve.example import Case
from tuneserve.progress import LogLines, Silent
from tuneserve.recipe import Recipe
from tuneserve.run import Run
from tuneserve.task import Task

CASE = Case("a room for 8 people on friday", {"people": 8, "day": "friday"}, ("both",))


@pytest.mark.parametrize(
    ("written", "exact", "problems"),
    [
        ('{"people":8,"day":"friday"}', True, ()),
        ('{"people":9,"day":"friday"}', False, ("not_in_text", "unaccounted")),
        ("Sure! A room for 8.", False, ("not_json",)),
        ('["people"]', False, ("not_valid",)),
        ('{"guests":8}', False, ("not_valid",)),
    ],
)
def test_a_text_is_parsed_validated_and_grounded(
    task: Task, written: str, exact: bool, problems: tuple[str, ...]
) -> None:
    report = _score(task, [Asked(CASE, ())], _text_reply(task, {CASE.query: written}))
    assert report.share("exact").hits == exact
    assert tuple(report.scored[0].problems) == problems
    assert report.silently_wrong.hits == 0


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
    wrong = [json.loads(line) for line in (built.report / "wrong.jsonl").read_text(encoding="utf-8").splitlines()]
    # Two steps on random weights teach nothing, so each of the model's cases is wrong, with what it wrote.
    assert sum(row["reader"] == "adapter" and row["set"] == "cases" for row in wrong) == len(task.cases)
    assert all(row["written"] for row in wrong if row["reader"] == "adapter")
    assert {path.name for path in built.report.iterdir()} == {"report.json", "wrong.jsonl", "manifest.json"}


def test_without_an_adapter_it_says_which_command_makes_one(
    built: Run, recipe: Callable[..., Recipe], task: Task
) -> None:
    with pytest.raises(StageError, match="run: tuneserve train _template --run built"):
        evaluate(built, task, recipe(), Silent(), False)


def test_texts_survive_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    Texts(path).add("adapter", ["a", "b"], ["1", "2"])
    with path.open("a", encoding="utf-8") as out:
        out.write('["adapter", "c", "ha')
    again = Texts(path)
    assert [again.get("adapter", prompt) for prompt in "abc"] == ["1", "2", None]
    assert again.get("base", "a") is None


def test_a_batch_writes_what_each_chat_would_alone(tiny_base: Path, task: Task, tmp_path: Path) -> None:
    """Padding on the left must not change what is generated."""
    from training.base import find_base, load_model, load_tokenizer

    base = find_base(str(tiny_base), None, Silent())
    model, tokenizer = load_model(base, "fp32").eval(), load_tokenizer(base)
    chats = [task.messages(text) for text in ("a room", "a much longer request for a room with a screen on friday")]
    written = []
    for size in (1, 2):
        writer = Writer("base", model, tokenizer, 12, size, Texts(tmp_path / f"{size}.jsonl"))
        with LogLines(1e9).bar("write", 2) as bar:
            written.append(writer.write(chats, bar))
    assert written[0] == written[1]
    assert all(written[0])
