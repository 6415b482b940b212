"""`Plan`: what a run of the benchmark measures, and how much of it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from serving.bench.gateways import BenchError
from tuneserve.example import read_cases
from tuneserve.progress import Progress
from tuneserve.task import Task

SEED = 20_26
MOST_FILES = 4


@dataclass(frozen=True, slots=True)
class Plan:
    """`model` is the released GGUF of the task; `texts` are hand-written questions, none twice."""

    task: Task
    model: Path | None
    texts: Sequence[str]
    progress: Progress
    quick: bool = False

    def some(self, quick: int, whole: int) -> list[str]:
        """So many of the questions, the same ones every time, in an order that no file's order shows in."""
        texts = list(self.texts)
        random.Random(SEED).shuffle(texts)
        return texts[: quick if self.quick else whole]

    def seconds(self, whole: float) -> float:
        return whole / 4 if self.quick else whole

    @property
    def released(self) -> Path:
        """Raises BenchError when no model is there."""
        if self.model is None:
            raise BenchError(f"{self.task.name} has no prepared model; prepare it: tuneserve prepare {self.task.name}")
        return self.model

    @property
    def today(self) -> date:
        return date.today()


def question_texts(task: Task) -> list[str]:
    """The task's hand-written questions: its cases, and the first files of those that it is developed with.

    Not all of them: a task is given longer and odder questions as it grows, and a figure that grows with them
    could not be compared with that of the release before.
    """
    developed = sorted(task.folder.glob("development*.jsonl"), key=lambda path: (len(path.stem), path.stem))
    files = [task.folder / "cases.jsonl", *developed[:MOST_FILES]]
    return list(dict.fromkeys(case.query for file in files for case in read_cases(file)))
