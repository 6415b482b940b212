"""Stage build: checked, split and leak-free, or stopped with the offending lines."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import tasks
from training.dataset import SOURCES, build
from tuneserve.errors import DataError
from tuneserve.example import Example, read_examples
from tuneserve.manifest import verify
from tuneserve.progress import Silent
from tuneserve.recipe import Recipe
from tuneserve.run import Run
from tuneserve.task import Task

FILES = ("train.jsonl", "validation.jsonl", "test.jsonl", "statistics.json")
NewRun = Callable[[str], Run]
MakeRecipe = Callable[..., Recipe]


class Saying(Silent):
    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)


def test_the_same_seed_gives_the_same_bytes(new_run: NewRun, recipe: MakeRecipe, task: Task) -> None:
    runs = [new_run(name) for name in ("one", "two")]
    manifests = [build(run, task, recipe(), Silent(), False) for run in runs]
    assert manifests[0].identity == manifests[1].identity
    for name in FILES:
        assert (runs[0].data / name).read_bytes() == (runs[1].data / name).read_bytes()
    assert verify(runs[0].data, manifests[0]) is None


def test_statistics_count_what_is_in_the_splits(built: Run) -> None:
    statistics = json.loads((built.data / "statistics.json").read_text(encoding="utf-8"))
    assert "grounds to its answer" in statistics["quality_rules"]
    for name, counted in statistics["splits"].items():
        examples = read_examples(built.data / f"{name}.jsonl")
        assert counted["examples"] == len(examples) == sum(counted["categories"].values())


def changed(task: Task, change: Callable[[int, Example], Example]) -> Task:
    def dataset(seed: int, count: int) -> Iterator[Example]:
        for number, example in enumerate(task.dataset(seed, count)):
            yield change(number, example)

    return dataclasses.replace(task, dataset=dataset)


def with_target(example: Example, target: str) -> Example:
    return dataclasses.replace(example, messages=(*example.messages[:-1], {"role": "assistant", "content": target}))


def test_offending_lines_stop_the_build_and_are_shown(new_run: NewRun, recipe: MakeRecipe, task: Task) -> None:
    wrong = changed(task, lambda number, one: with_target(one, '{"day":"sunday"}') if number % 4 == 0 else one)
    progress = Saying()
    run = new_run("wrong")
    with pytest.raises(DataError, match=r"quality problems in the data set \(the first 20 above\)"):
        build(run, wrong, recipe(), progress, False)
    assert not run.data.exists()
    shown = [line for line in progress.said if line.startswith("  ")]
    assert len(shown) == 20
    first = next(iter(task.dataset(1, 1)))
    assert shown[0].startswith(
        f"  target is what the model may write: {first.id}: {first.text!r}: 'sunday' is not one of"
    )


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("target is what the model may write", lambda one: with_target(one, "{people: 8}")),
        ("target is what the model may write", lambda one: with_target(one, one.target.replace(":", ": "))),
        ("answer is valid", lambda one: dataclasses.replace(one, answer={"guests": 3})),
        ("grounds to its answer", lambda one: dataclasses.replace(one, answer={"people": 61})),
        ("ids are unique", lambda one: dataclasses.replace(one, id="same")),
        (
            "asked as in serving",
            lambda one: dataclasses.replace(
                one, messages=({"role": "system", "content": "Other words."}, *one.messages[1:])
            ),
        ),
    ],
)
def test_each_rule_is_broken_by_its_mistake(
    new_run: NewRun, recipe: MakeRecipe, task: Task, rule: str, change: Callable[[Example], Example]
) -> None:
    progress = Saying()
    with pytest.raises(DataError):
        build(new_run("wrong"), changed(task, lambda _, one: change(one)), recipe(), progress, False)
    assert any(line.startswith(f"  {rule}: ") for line in progress.said)


def test_one_text_with_two_answers_is_a_mistake(new_run: NewRun, recipe: MakeRecipe, task: Task) -> None:
    def same_text(number: int, one: Example) -> Example:
        asked = {"role": "user", "content": "a room on friday"}
        return dataclasses.replace(one, messages=(one.messages[0], asked, one.messages[2]))

    progress = Saying()
    with pytest.raises(DataError):
        build(new_run("wrong"), changed(task, same_text), recipe(), progress, False)
    assert any(line.startswith("  one text has one answer: ") for line in progress.said)


def test_handwritten_questions_are_left_out_and_recorded(
    new_run: NewRun, recipe: MakeRecipe, task: Task, tmp_path: Path
) -> None:
    known = [one.text for one in task.dataset(1, 3)]
    folder = tmp_path / "task"
    folder.mkdir()
    lines = [json.dumps({"query": text.upper(), "expected": {}}) + "\n" for text in known]
    (folder / "cases.jsonl").write_text("".join(lines), encoding="utf-8")
    run = new_run("left_out")
    build(run, dataclasses.replace(task, folder=folder), recipe(), Silent(), False)
    statistics = json.loads((run.data / "statistics.json").read_text(encoding="utf-8"))
    assert {row["text"] for row in statistics["left_out"]} >= set(known)
    texts = {one.text for name in ("train", "validation", "test") for one in read_examples(run.data / f"{name}.jsonl")}
    assert not texts & set(known)


def test_it_is_built_once(built: Run, recipe: MakeRecipe, task: Task) -> None:
    before = (built.data / "manifest.json").stat().st_mtime_ns
    build(built, task, recipe(), Silent(), False)
    assert (built.data / "manifest.json").stat().st_mtime_ns == before
    build(built, task, recipe(), Silent(), True)
    assert (built.data / "manifest.json").stat().st_mtime_ns > before


def test_a_change_of_any_file_of_a_task_makes_the_data_set_anew() -> None:
    """Each kind of file below tasks/ is among those that are hashed; `.txt` was not, and phrases were overlooked."""
    kinds = {
        path.suffix
        for path in Path(tasks.__file__).parent.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert kinds <= set(SOURCES)
