"""Stage `evaluate`: how well the rules, the untuned base and the adapter do what they are for."""

from __future__ import annotations

import gc
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from training.adapter import load_adapter
from training.base import BaseReference, load_model, load_tokenizer
from training.generation import Texts, Writer
from training.train import versions
from tuneserve.example import Case, read_cases, read_examples
from tuneserve.manifest import Manifest, Request, complete, required, sha256_of_folder, write_json
from tuneserve.progress import Progress
from tuneserve.recipe import Quantization, Recipe
from tuneserve.report import Reply, Report, score_cases
from tuneserve.run import Run
from tuneserve.task import JsonObject, Task

TEST_SAMPLE = 200  # examples of the test split; the hand-written cases are all asked
BASE_SAMPLE = 50  # cases for the untuned base, which writes to the token limit and so is slow
BATCH = 32
LEFT_OUT = ("latency_ms", "origins", "wrong")
SOURCES = (".py", ".toml", ".json", ".jsonl", ".csv", ".md")


@dataclass(frozen=True, slots=True)
class Asked:
    """A case with the chat that asks the model about it."""

    case: Case
    chat: Sequence[Mapping[str, str]]


Sets = dict[str, list[Asked]]
Rows = Mapping[str, Mapping[str, Report]]  # reader -> set -> report


def evaluate(run: Run, task: Task, recipe: Recipe, progress: Progress, force: bool) -> Manifest:
    """Writes report.json ({rows: {reader: {set: metrics}}}) and wrong.jsonl, and says a short table.

    Greedy text -> JSON -> the schema of what readers write -> grounding; no rules help the model, no
    grammar holds it. Raises StageError without a data set or an adapter.
    """
    data = required(run.data, "build", run.command("build"))
    trained = required(run.adapter, "train", run.command("train"))
    request = Request(
        stage="evaluate",
        inputs={"build": data.identity, "train": trained.identity},
        config={"task": task.name, "sources": sha256_of_folder(task.folder, SOURCES), "test_sample": TEST_SAMPLE},
    )

    def work(folder: Path) -> dict[str, Any]:
        return _evaluate(folder, run, task, progress)

    manifest, worked = complete(run.report, request, work, versions=versions(), transient=("texts.jsonl",), force=force)
    if not worked:
        progress.say(f"evaluate: {run.report} is up to date")
    return manifest


def _evaluate(folder: Path, run: Run, task: Task, progress: Progress) -> dict[str, Any]:
    info = json.loads((run.adapter / "training_info.json").read_text(encoding="utf-8"))
    base = BaseReference(**info["base"])
    quantization: Quantization = info["recipe"]["train"]["quantization"]
    sets = _sets(run, task)
    few = {"cases": sets["cases"][:BASE_SAMPLE]}
    texts = Texts(folder / "texts.jsonl")
    rows: dict[str, dict[str, Report]] = {}
    written: dict[str, dict[str, str]] = {}
    if task.rules is not None:
        rows["rules"] = {name: _score(task, asked, _rules_reply(task)) for name, asked in sets.items()}
    for reader, adapter, asked_of in (("base", None, few), ("adapter", run.adapter, sets)):
        model = model_to_score(base, quantization, adapter)
        writer = Writer(reader, model, load_tokenizer(base), task.max_tokens, BATCH, texts)
        rows[reader], written[reader] = _ask(writer, task, asked_of, progress)
        del model, writer
        gc.collect()
    write_json(folder / "report.json", {"task": task.name, "base": base.identity, "rows": _as_json(rows)})
    _write_wrong(folder / "wrong.jsonl", rows, written)
    for line in table(rows):
        progress.say(line)
    return {
        reader: {name: report.share("exact").as_json() for name, report in row.items()} for reader, row in rows.items()
    }


def _sets(run: Run, task: Task) -> Sets:
    """The sets of cases: cases.jsonl, development.jsonl where the task has one, a sample of the test split.

    unopened.jsonl is not read here: questions that were looked at can no longer surprise.
    """
    sets = {"cases": task.cases}
    development = task.folder / "development.jsonl"
    if development.is_file():
        sets["development"] = read_cases(development)
    asked = {name: [Asked(case, task.messages(case.query)) for case in cases] for name, cases in sets.items()}
    # The split is shuffled already, so its first examples are a fair sample.
    examples = itertools.islice(read_examples(run.data / "test.jsonl"), TEST_SAMPLE)
    asked["test"] = [Asked(Case(one.text, one.answer, one.tags), one.messages[:-1]) for one in examples]
    return asked


def model_to_score(base: BaseReference, quantization: Quantization, adapter: Path | None) -> Any:
    """The base, with the adapter on it when one is given, ready to generate.

    Without a GPU the adapter is merged in fp32: generating is then bound by memory, not by arithmetic,
    and 210 small extra layers would double its time. On a GPU all stays as it was in training.
    """
    import torch

    merged = quantization != "bnb4" and not torch.cuda.is_available()
    model: Any = load_model(base, "fp32" if merged else quantization)
    if adapter is not None:
        model = load_adapter(model, adapter)
        if merged:
            model = model.merge_and_unload()
    return model.eval()


def _ask(writer: Writer, task: Task, sets: Sets, progress: Progress) -> tuple[dict[str, Report], dict[str, str]]:
    """Reports by set, and what the model wrote by query."""
    written: dict[str, str] = {}
    with progress.bar(f"evaluate {writer.name}", sum(map(len, sets.values())), unit="cases") as bar:
        for asked in sets.values():
            texts = writer.write([one.chat for one in asked], bar)
            written.update({one.case.query: text for one, text in zip(asked, texts, strict=True)})
    answered = _text_reply(task, written)
    return {name: _score(task, asked, answered) for name, asked in sets.items()}, written


def _score(task: Task, asked: Sequence[Asked], answer: Callable[[Case], Reply]) -> Report:
    return score_cases(task, [one.case for one in asked], answer)


def _rules_reply(task: Task) -> Callable[[Case], Reply]:
    def answer(case: Case) -> Reply:
        day = case.today or date.today()
        reading = task.rules(case.query, day) if task.rules else None
        return (
            Reply(None, "rules", ("nothing_read",))
            if reading is None
            else _grounded(task, case.query, reading, day, "rules")
        )

    return answer


def _text_reply(task: Task, written: Mapping[str, str]) -> Callable[[Case], Reply]:
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(task.written_schema)

    def answer(case: Case) -> Reply:
        try:
            reading = json.loads(written[case.query])
        except (ValueError, RecursionError):
            return Reply(None, "model", ("not_json",))
        if not isinstance(reading, dict) or not validator.is_valid(reading):
            return Reply(None, "model", ("not_valid",))
        return _grounded(task, case.query, reading, case.today or date.today(), "model")

    return answer


def _grounded(task: Task, text: str, reading: JsonObject, day: date, origin: str) -> Reply:
    grounded = task.ground(text, reading, day)
    codes = tuple(problem.code for problem in grounded.problems)
    return Reply(None if grounded.blocked else grounded.output, origin, codes)


def _as_json(rows: Rows) -> JsonObject:
    """Times are left out: a batch's texts are written together, so no case has one of its own."""
    return {
        reader: {
            name: {key: value for key, value in report.as_json().items() if key not in LEFT_OUT}
            for name, report in row.items()
        }
        for reader, row in rows.items()
    }


def _write_wrong(
    path: Path, rows: Mapping[str, Mapping[str, Report]], written: Mapping[str, Mapping[str, str]]
) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for reader, row in rows.items():
            for name, report in row.items():
                for wrong in report.as_json()["wrong"]:
                    text = written.get(reader, {}).get(wrong["query"])
                    line = {"reader": reader, "set": name, **wrong, "written": text}
                    out.write(json.dumps(line, ensure_ascii=False) + "\n")


def table(rows: Rows) -> list[str]:
    """Exact match and silently wrong answers, a line for each reader and set."""
    lines = [f"{'reader':10}{'set':14}{'n':>5}  {'exact (95 % interval)':28}silently wrong"]
    for reader, row in rows.items():
        for name, report in row.items():
            exact, silent = report.share("exact"), report.silently_wrong
            lines.append(f"{reader:10}{name:14}{report.n:>5}  {exact!s:28}{silent}")
    return lines
