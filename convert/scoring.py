"""Scores of GGUF files, before one is released: the model's own text, checked and grounded, no rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from importlib.metadata import version
from pathlib import Path

from convert.served_model import ServedModel
from tuneserve.errors import TaskError
from tuneserve.example import Case
from tuneserve.ladder import Exam, Question, TextRung, Writing, climb, reference_day
from tuneserve.manifest import sha256_of_file
from tuneserve.progress import Progress
from tuneserve.replies import Replies
from tuneserve.report import Reply, Report, Share, score_cases
from tuneserve.task import Task
from tuneserve.texts import Chat, Texts


def score_served(task: Task, model: ServedModel, progress: Progress, today: date) -> Report:
    """Asks `model` for every case of the task, greedily; `today` stands in for cases that name no day."""
    judge = Replies(task)

    def answer(case: Case) -> Reply:
        written = model.complete(task.messages(case.query), task.max_tokens)
        return judge.of_text(case.query, written, case.today or today)

    with progress.bar("score the served file", len(task.cases), unit="cases") as bar:
        return score_cases(task, task.cases, answer, bar.advance)


def score_file(
    task: Task, name: str, gguf: Path, questions: Sequence[Question], texts: Texts, progress: Progress
) -> Report:
    """The report of file type `name` on `questions`; what `texts` holds of that very file is not asked again."""

    @contextmanager
    def opened() -> Iterator[Writing]:
        with ServedModel(gguf) as model:

            def write(chats: Sequence[Chat]) -> Iterator[tuple[int, str]]:
                for place, chat in enumerate(chats):
                    yield place, model.complete([dict(message) for message in chat], task.max_tokens)

            yield write

    identity = f"llama-cpp-python {version('llama-cpp-python')} {sha256_of_file(gguf)}"
    exam = Exam(task, {"questions": questions}, reference_day(task), texts)
    return climb(exam, [TextRung(name, f"GGUF {name}", identity, opened)], progress)[name]["questions"]


def gate_lines(task: Task, report: Report) -> list[str]:
    """A table of the task's gates: what was measured, what was needed, which are missed."""
    if not task.gates:
        return []
    lines = [f"{'gate':16} {'measured (95 % interval)':26} {'needed':>8}"]
    for metric, minimum in task.gates.items():
        share = _gated(task, report, metric)
        verdict = "met" if share.value >= minimum else "MISSED"
        lines.append(f"{metric:16} {share!s:26} {100 * minimum:>6.1f} %  {verdict}, n = {share.n}")
    return lines


def missed_gates(task: Task, report: Report) -> list[str]:
    """'exact 81.0 % (72.4 to 87.4), needed 95.0 %' for each gate that the report misses."""
    return [
        f"{metric} {share}, needed {100 * minimum:.1f} %"
        for metric, minimum in task.gates.items()
        if (share := _gated(task, report, metric)).value < minimum
    ]


def _gated(task: Task, report: Report, metric: str) -> Share:
    if metric != "exact" and metric not in report.metrics:
        known = ", ".join(["exact", *report.metrics])
        raise TaskError(f"{task.name}: gate '{metric}' is nothing that score() marks (there are: {known})")
    return report.share(metric)


def measured(report: Report) -> dict[str, float]:
    """The record of a score: n, exact with its 95 % interval, and each of the task's metrics, as shares of 1."""
    exact = report.share("exact")
    low, high = exact.interval
    shares = {metric: round(report.share(metric).value, 4) for metric in report.metrics}
    interval = {"exact_low": round(low, 4), "exact_high": round(high, 4)}
    return {"n": report.n, "exact": round(exact.value, 4), **interval, **shares}
