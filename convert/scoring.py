"""The served file's score on the task's hand-written cases: the model's own text, checked and grounded, no rules."""

from __future__ import annotations

import json
from datetime import date

from jsonschema import Draft202012Validator

from convert.served_model import ServedModel
from tuneserve.example import Case
from tuneserve.progress import Progress
from tuneserve.report import Reply, Report, score_cases
from tuneserve.task import Task


def score_served(task: Task, model: ServedModel, progress: Progress, today: date) -> Report:
    """Asks `model` for every case of the task, greedily; `today` stands in for cases that name no day."""

    def answer(case: Case) -> Reply:
        written = model.complete(task.messages(case.query), task.max_tokens)
        return answer_of(task, case.query, written, case.today or today)

    with progress.bar("score the served file", len(task.cases), unit="cases") as bar:
        return score_cases(task, task.cases, answer, bar.advance)


def answer_of(task: Task, text: str, written: str, today: date) -> Reply:
    """What becomes of the model's text `written` for the input `text`: an answer, or none and why."""
    try:
        reading = json.loads(written)
    except ValueError:
        return Reply(None, "model", ("not_json",))
    if not isinstance(reading, dict) or not Draft202012Validator(task.written_schema).is_valid(reading):
        return Reply(None, "model", ("not_valid",))
    grounded = task.ground(text, reading, today)
    problems = tuple(problem.code for problem in grounded.problems)
    return Reply(None if grounded.blocked else grounded.output, "model", problems)


def missed_gates(task: Task, report: Report) -> list[str]:
    """'exact 81.0 % (72.4 to 87.4), needed 95.0 %' for each gate that the report misses."""
    return [
        f"{metric} {report.share(metric)}, needed {100 * minimum:.1f} %"
        for metric, minimum in task.gates.items()
        if report.share(metric).value < minimum
    ]


def measured(report: Report) -> dict[str, float]:
    """The record of a score: n, exact with its 95 % interval, and each of the task's metrics, as shares of 1."""
    exact = report.share("exact")
    low, high = exact.interval
    shares = {metric: round(report.share(metric).value, 4) for metric in report.metrics}
    interval = {"exact_low": round(low, 4), "exact_high": round(high, 4)}
    return {"n": report.n, "exact": round(exact.value, 4), **interval, **shares}
