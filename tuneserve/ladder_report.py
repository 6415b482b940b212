"""What a climb of the ladder leaves: report.json for programs, wrong.jsonl with every wrong answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tuneserve.ladder import Exam, Rows, Rung, compared
from tuneserve.manifest import write_json
from tuneserve.task import JsonObject

REPORT, WRONG = "report.json", "wrong.jsonl"
# Times are left out: texts are written in batches or kept from an earlier call, so no question has its own.
LEFT_OUT = ("latency_ms", "wrong")


def write_report(
    folder: Path,
    exam: Exam,
    rungs: Sequence[Rung],
    rows: Rows,
    about: JsonObject,
    served: str | None = None,
    left_out: Mapping[str, str] | None = None,
) -> JsonObject:
    """Writes both files and returns what report.json says.

    about     {"base": …, "release": …, "command": …}: what was measured, and how to do it again
    served    the rung whose file the gateway serves
    left_out  {rung: why it was not asked}
    """
    report: JsonObject = {
        "task": exam.task.name,
        **about,
        "today": exam.today.isoformat(),
        "served": served,
        "rungs": {rung.name: {"about": rung.about, "most": rung.most} for rung in rungs},
        "left_out": dict(left_out or {}),
        "sets": {name: len(questions) for name, questions in exam.sets.items()},
        "rows": {
            rung: {
                name: {
                    **{key: value for key, value in report.as_json().items() if key not in LEFT_OUT},
                    "unanswered": report.unanswered.as_json(),
                }
                for name, report in row.items()
            }
            for rung, row in rows.items()
        },
        "paired": {
            name: [{"first": first, "second": second, **test.as_json()} for first, second, test in tests]
            for name, tests in compared(rows, served).items()
        },
    }
    write_json(folder / REPORT, report)
    _write_wrong(folder / WRONG, rows)
    return report


def _write_wrong(path: Path, rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for rung, row in rows.items():
            for name, report in row.items():
                for wrong in report.wrong:
                    line = {"rung": rung, "set": name, "silently": wrong.silently_wrong, **wrong.as_json()}
                    out.write(json.dumps(line, ensure_ascii=False) + "\n")


def read_wrong(path: Path) -> list[JsonObject]:
    """The lines of wrong.jsonl."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
