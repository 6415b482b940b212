"""The contract suite on every folder under tasks/, the template included."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tuneserve.contract import CHECKS
from tuneserve.task import load_task, project_root, task_names

TASKS = [*task_names(), "_template"]


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("name", TASKS)
def test_the_task_keeps_the_contract(name: str, check: str) -> None:
    assert list(CHECKS[check](load_task(name))) == []


def test_the_flagship_is_among_the_tasks() -> None:
    assert "fit_query" in TASKS


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    folder = tmp_path / "broken"
    shutil.copytree(project_root() / "tasks" / "_template", folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_an_open_schema_is_found() -> None:
    from dataclasses import replace

    task = load_task("_template")
    opened = replace(task, schema={**task.schema, "additionalProperties": True})
    assert any("closed" in wrong for wrong in CHECKS["schemas are closed and understood by the grammar"](opened))


def test_a_leaked_case_is_found(broken: Path) -> None:
    from dataclasses import replace

    task = load_task("_template")
    leaked = next(iter(task.dataset(7, 10))).text
    (broken / "cases.jsonl").write_text(f'{{"query": "{leaked.upper()}!", "expected": {{}}}}\n', encoding="utf-8")
    found = list(CHECKS["no hand-written case is in the data set"](replace(task, folder=broken)))
    assert len(found) == 1


def test_grounding_that_changes_its_reading_is_found() -> None:
    from dataclasses import replace

    task = load_task("_template")

    def careless(text: str, reading: dict[str, object], today: object) -> object:
        reading["people"] = 1
        return task.ground(text, dict(reading), today)  # type: ignore[arg-type]

    spoilt = replace(task, ground=careless)  # type: ignore[arg-type]
    assert any(
        "changed the reading" in wrong for wrong in CHECKS["grounding is pure, valid and gives evidence"](spoilt)
    )
