from __future__ import annotations

from dataclasses import replace

import pytest

from convert.scoring import gate_lines, measured, missed_gates
from tuneserve.errors import TaskError
from tuneserve.report import Reply, score_replies
from tuneserve.task import load_task

TASK = load_task("_template")
# Three of four right; the fourth has the day and the screen right, but not the number.
SAID = [{**TASK.cases[0].expected, "people": 99}, *(case.expected for case in TASK.cases[1:])]
REPORT = score_replies(TASK, [(case, Reply(said)) for case, said in zip(TASK.cases, SAID, strict=True)])


def test_gates_are_a_table_of_what_was_measured_and_what_was_needed() -> None:
    task = replace(TASK, gates={"exact": 0.9, "day": 1.0})
    assert gate_lines(task, REPORT) == [
        "gate             measured (95 % interval)     needed",
        "exact            75.0 % (30.1 to 95.4)        90.0 %  MISSED, n = 4",
        "day              100.0 % (51.0 to 100.0)     100.0 %  met, n = 4",
    ]
    assert missed_gates(task, REPORT) == ["exact 75.0 % (30.1 to 95.4), needed 90.0 %"]


def test_a_gate_that_is_just_reached_is_met() -> None:
    assert missed_gates(replace(TASK, gates={"exact": 0.75}), REPORT) == []


def test_a_task_without_gates_has_no_table() -> None:
    assert gate_lines(replace(TASK, gates={}), REPORT) == []


def test_a_gate_that_the_score_does_not_know_is_an_error_of_the_task() -> None:
    with pytest.raises(TaskError, match=r"gate 'exat' is nothing that score\(\) marks \(there are: exact, day, people"):
        missed_gates(replace(TASK, gates={"exat": 0.9}), REPORT)


def test_the_record_of_a_score_has_every_part() -> None:
    record = measured(REPORT)
    assert record.keys() == {"n", "exact", "exact_low", "exact_high", "people", "day", "screen"}
    assert (record["n"], record["exact"], record["people"]) == (4, 0.75, 0.75)
