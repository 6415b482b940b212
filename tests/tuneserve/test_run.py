from __future__ import annotations

from pathlib import Path

import pytest

from tuneserve.errors import StageError, UsageError
from tuneserve.run import open_run


def test_a_run_lies_under_its_task_in_the_data_folder(data_dir: Path) -> None:
    assert open_run("demo").folder == data_dir / "demo" / "default"


@pytest.mark.parametrize("name", ["", "..", "a/b", "-x", "a b", "x" * 65])
def test_a_run_name_that_is_no_folder_name_is_refused(data_dir: Path, name: str) -> None:
    with pytest.raises(UsageError):
        open_run("demo", name)


def test_two_processes_do_not_work_on_one_run(data_dir: Path) -> None:
    run = open_run("demo")
    with run.locked(), pytest.raises(StageError, match="another process"), run.locked():
        pytest.fail("the lock was given twice")
    with run.locked():
        pass


def test_error_messages_name_the_command_with_its_run(data_dir: Path) -> None:
    assert open_run("demo").command("train") == "tuneserve train demo"
    assert open_run("demo", "night").command("train") == "tuneserve train demo --run night"
