"""Stage `evaluate`: how well the rules, the untuned base and the adapter do what they are for.

The rungs that need torch are made here, for this stage and for the whole ladder (tuneserve/ladder.py).
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from training.adapter import WEIGHTS, load_adapter
from training.base import BaseReference, load_model, load_tokenizer
from training.dataset import SOURCES
from training.generation import Writer
from training.structure import added_to
from training.train import versions
from tuneserve.added_tokens import read_added_tokens
from tuneserve.example import read_examples
from tuneserve.ladder import (
    Exam,
    Question,
    RulesRung,
    Rung,
    TextRung,
    Writing,
    climb,
    handwritten_sets,
    questions_of,
    reference_day,
    table,
)
from tuneserve.ladder_report import write_report
from tuneserve.manifest import Manifest, Request, complete, required, sha256_of_file, sha256_of_folder, sha256_of_json
from tuneserve.progress import Progress
from tuneserve.recipe import Quantization, Recipe
from tuneserve.run import Run
from tuneserve.task import Task
from tuneserve.texts import Texts

TEST_SAMPLE = 200  # examples of the test split; the hand-written cases are all asked
BASE_SAMPLE = 50  # questions of each set for the untuned base, which writes to the token limit and so is slow
BATCH = 32
ADAPTER_FILES = (WEIGHTS, "adapter_config.json")


def evaluate(run: Run, task: Task, recipe: Recipe, progress: Progress, force: bool) -> Manifest:
    """Writes report.json (rows: {rung: {set: metrics}}, paired tests) and wrong.jsonl, and says a short table.

    Greedy text -> JSON -> the schema of what readers write -> grounding; no rules help the model, no
    grammar holds it. What was written stays in run.texts. Raises StageError without a data set or an adapter.
    """
    data = required(run.data, "build", run.command("build"))
    trained = required(run.adapter, "train", run.command("train"))
    request = Request(
        stage="evaluate",
        inputs={"build": data.identity, "train": trained.identity},
        config={
            "task": task.name,
            "sources": sha256_of_folder(task.folder, SOURCES),
            "test_sample": TEST_SAMPLE,
            "base_sample": BASE_SAMPLE,
        },
    )

    def work(folder: Path) -> dict[str, Any]:
        return _evaluate(folder, run, task, progress)

    manifest, worked = complete(run.report, request, work, versions=versions(), force=force)
    if not worked:
        progress.say(f"evaluate: {run.report} is up to date")
    return manifest


def _evaluate(folder: Path, run: Run, task: Task, progress: Progress) -> dict[str, Any]:
    sets = {**handwritten_sets(task), "test": held_out(run)}
    exam = Exam(task, sets, reference_day(task), Texts(run.texts))
    base, quantization = trained_on(run)
    in_torch = torch_rungs(task, base.identity, lambda: base, quantization, run.adapter)
    rungs: list[Rung] = [RulesRung()] if task.rules else []
    rungs += [in_torch["base"], in_torch["adapter"]]
    rows = climb(exam, rungs, progress)
    write_report(folder, exam, rungs, rows, {"base": base.identity, "command": run.command("evaluate")})
    for line in table(rows):
        progress.say(line)
    return {rung: {name: report.share("exact").as_json() for name, report in row.items()} for rung, row in rows.items()}


def held_out(run: Run) -> list[Question]:
    """A sample of the run's test split."""
    return questions_of(read_examples(run.data / "test.jsonl"), TEST_SAMPLE)


def trained_on(run: Run) -> tuple[BaseReference, Quantization]:
    """The base of the run's adapter, and how it was held in training."""
    info = json.loads((run.adapter / "training_info.json").read_text(encoding="utf-8"))
    return BaseReference(**info["base"]), info["recipe"]["train"]["quantization"]


def torch_rungs(
    task: Task,
    base: Mapping[str, str],
    find: Callable[[], BaseReference],
    quantization: Quantization,
    adapter: Path,
) -> dict[str, TextRung]:
    """The rungs base, adapter and merged, in PyTorch, by name.

    base          what the texts depend on: BaseReference.identity
    find          where the base lies; called only when something has to be written
    quantization  how the base is held under the adapter: as in training
    """
    import torch

    def rung(name: str, about: str, held: Quantization, weights: Path | None, merge: bool) -> TextRung:
        parts = {
            "base": dict(base),
            "held": held,
            "merged": merge,
            "adapter": [sha256_of_file(weights / name) for name in ADAPTER_FILES] if weights else [],
        }

        @contextmanager
        def opened() -> Iterator[Writing]:
            reference = find()
            model = _model(reference, held, weights, merge)
            try:
                yield Writer(model, _tokenizer(reference, weights), task.max_tokens, BATCH).write
            finally:
                del model
                gc.collect()

        identity = f"torch {torch.__version__} {sha256_of_json(parts)}"
        return TextRung(name, about, identity, opened, BASE_SAMPLE if weights is None else None)

    # A merge into 4 bits loses accuracy; without a GPU fp32 is as quick, since memory is what limits generating.
    whole: Quantization = "bf16" if torch.cuda.is_available() else "fp32"
    rungs = [
        rung("base", f"the untuned base, PyTorch {whole}", whole, None, merge=False),
        rung(
            "adapter", f"base with the adapter on it as trained, PyTorch {quantization}", quantization, adapter, False
        ),
        rung("merged", f"the adapter merged into the base, PyTorch {whole}", whole, adapter, merge=True),
    ]
    return {one.name: one for one in rungs}


def _tokenizer(base: BaseReference, adapter: Path | None) -> Any:
    """The base's tokenizer, with the tokens that the adapter adds."""
    tokenizer = load_tokenizer(base)
    added = read_added_tokens(adapter / WEIGHTS) if adapter is not None else None
    if added is not None:
        added_to(tokenizer, added.texts)
    return tokenizer


def _model(base: BaseReference, held: Quantization, adapter: Path | None, merge: bool) -> Any:
    model: Any = load_model(base, held)
    if adapter is not None:
        model = load_adapter(model, adapter)
        if merge:
            model = model.merge_and_unload()
    return model.eval()
