"""Stage `build`: the task's examples, checked, split and written down."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from training.leaks import Handwritten, handwritten, leaks
from training.quality import Offence, common_rules, offences
from training.splits import split
from tuneserve import __version__
from tuneserve.errors import DataError
from tuneserve.example import Example, write_examples
from tuneserve.manifest import Manifest, Request, complete, sha256_of_folder, write_json
from tuneserve.progress import Progress
from tuneserve.recipe import Recipe
from tuneserve.run import Run
from tuneserve.task import Task

SHOWN = 20
# What can change the data or its checks: code, phrases, tables, schemas, prompt, hand-written questions.
SOURCES = (".py", ".toml", ".json", ".jsonl", ".csv", ".md", ".txt")


def build(run: Run, task: Task, recipe: Recipe, progress: Progress, force: bool) -> Manifest:
    """Makes train.jsonl, validation.jsonl, test.jsonl and statistics.json; same seed, same bytes.

    Raises DataError when an example breaks a quality rule (the first 20 are shown) or a split leaks.
    """
    request = Request(
        stage="build",
        inputs={},
        config={"task": task.name, "data": recipe.data.model_dump(), "sources": sha256_of_folder(task.folder, SOURCES)},
    )

    def work(folder: Path) -> dict[str, Any]:
        return _build(folder, task, recipe, progress)

    manifest, worked = complete(run.data, request, work, versions={"tuneserve": __version__}, force=force)
    if not worked:
        progress.say(f"build: {run.data} is up to date")
    return manifest


def _build(folder: Path, task: Task, recipe: Recipe, progress: Progress) -> dict[str, Any]:
    examples = _checked(task, recipe, progress)
    known = handwritten(task.folder)
    kept, left_out = _apart(examples, known)
    if left_out:
        progress.say(f"left out {len(left_out)} examples that (nearly) equal a hand-written question")
    splits = split(kept, recipe.data.seed)
    _stop_if("leaks", list(leaks(splits, known)), progress)
    for name, chosen in splits.items():
        write_examples(folder / f"{name}.jsonl", chosen)
    statistics = _statistics(recipe, splits, left_out, [*common_rules(task), *task.quality])
    write_json(folder / "statistics.json", statistics)
    counts = {name: len(chosen) for name, chosen in splits.items()}
    progress.say("build: " + ", ".join(f"{count:,} {name}" for name, count in counts.items()))
    return {"examples": counts, "left_out": len(left_out)}


def _checked(task: Task, recipe: Recipe, progress: Progress) -> list[Example]:
    """All examples of the generator. Raises DataError when one breaks a rule."""
    wanted = recipe.data.examples
    common = common_rules(task)
    examples: list[Example] = []
    wrong: list[Offence] = []
    with progress.bar("build", wanted, unit="examples") as bar:
        for example in itertools.islice(task.dataset(recipe.data.seed, wanted), wanted):
            examples.append(example)
            wrong += offences(common, task.quality, example)
            bar.advance()
    _stop_if("quality", [str(offence) for offence in wrong], progress)
    if len(examples) < wanted:
        progress.say(f"the generator made {len(examples):,} of {wanted:,} examples: it has no more")
    return examples


def _stop_if(what: str, wrong: Sequence[str], progress: Progress) -> None:
    if not wrong:
        return
    for line in wrong[:SHOWN]:
        progress.say(f"  {line}")
    shown = min(SHOWN, len(wrong))
    raise DataError(f"{len(wrong)} {what} problems in the data set (the first {shown} above); mend the task's dataset")


def _apart(examples: Sequence[Example], known: Handwritten) -> tuple[list[Example], list[dict[str, str]]]:
    """Examples that no hand-written question equals, and a record of the others.

    Short questions are few, so a good generator hits some by chance; they are left out rather than
    forbidden, or the generator would have to know the questions that it is judged by.
    """
    kept: list[Example] = []
    left_out: list[dict[str, str]] = []
    for example in examples:
        match = known.match(example.text)
        if match is None:
            kept.append(example)
        else:
            left_out.append({"id": example.id, "text": example.text, "handwritten": match})
    return kept, left_out


def _statistics(
    recipe: Recipe, splits: Mapping[str, Sequence[Example]], left_out: list[dict[str, str]], rules: list[str]
) -> dict[str, Any]:
    return {
        "seed": recipe.data.seed,
        "asked_for": recipe.data.examples,
        "quality_rules": rules,
        "splits": {name: _counted(examples) for name, examples in splits.items()},
        "left_out": left_out,
    }


def _counted(examples: Sequence[Example]) -> dict[str, Any]:
    words = sorted(len(example.text.split()) for example in examples)
    return {
        "examples": len(examples),
        "groups": len({example.group for example in examples}),
        "categories": dict(sorted(Counter(example.tags[0] for example in examples).items())),
        "tags": dict(sorted(Counter(tag for example in examples for tag in example.tags).items())),
        "sources": dict(sorted(Counter(example.source for example in examples).items())),
        "words": {"median": words[len(words) // 2], "most": words[-1]},
        "target_characters": {"most": max(len(example.target) for example in examples)},
    }
