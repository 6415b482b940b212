from __future__ import annotations

import pytest

from tuneserve.errors import TaskError
from tuneserve.task import load_task, task_names


def test_the_folders_are_the_list_of_tasks() -> None:
    assert "fit_query" in task_names()
    assert "_template" not in task_names()


@pytest.mark.parametrize("name", ["nothing", "../tests", "fit-query", ""])
def test_an_unknown_task_is_an_error_that_lists_the_known_ones(name: str) -> None:
    with pytest.raises(TaskError, match="fit_query"):
        load_task(name)


def test_canonical_json_has_the_schema_key_order_and_no_blanks() -> None:
    assert load_task("_template").canonical({"day": "friday", "people": 3}) == '{"people":3,"day":"friday"}'


def test_a_key_that_the_schema_does_not_have_is_refused() -> None:
    with pytest.raises(TaskError, match="invented"):
        load_task("_template").canonical({"invented": 1})
