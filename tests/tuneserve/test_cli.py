"""The command line as a person meets it: a real process, its output and its exit code."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tuneserve.task import project_root, tasks_folder

ROOT = project_root()


def tuneserve(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tuneserve.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, input=given, check=False)


def test_help_teaches_a_first_tour() -> None:
    done = tuneserve("--help")
    assert done.returncode == 0
    for verb in ("demo", "ask", "serve", "run", "new", "check", "status", "import"):
        assert f"\n  {verb} " in done.stdout
    assert "tuneserve ask fit_query" in done.stdout


@pytest.mark.parametrize("arguments", [["nothing"], ["ask"], ["ask", "fit_query", "x", "--rows", "many"], ["run"]])
def test_wrong_usage_exits_with_two(arguments: list[str]) -> None:
    done = tuneserve(*arguments)
    assert done.returncode == 2
    assert "Usage" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ask", "nothing", "x", "--through", "rules"], "no task 'nothing'"),
        (["check", "nothing"], "tuneserve new nothing"),
        (["score", "fit_query", "nowhere.jsonl", "--through", "rules"], "nowhere.jsonl: no such file"),
        (["import", "fit_query", "nowhere.csv"], "nowhere.csv: no such file"),
        (["new", "Bad-Name"], "no task name"),
        (["new", "fit_query"], "is there already"),
        (["train", "fit_query", "--run", "never_made"], "tuneserve build fit_query --run never_made"),
    ],
)
def test_an_error_is_one_line_and_exits_with_one(arguments: list[str], said: str) -> None:
    done = tuneserve(*arguments)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.startswith("tuneserve: ")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_an_unknown_recipe_is_wrong_usage_and_the_known_ones_are_named() -> None:
    done = tuneserve("train", "fit_query", "--recipe", "nowhere")
    assert done.returncode == 2
    assert done.stderr.startswith("tuneserve: no recipe 'nowhere' (there are: cpu, ")
    assert done.stderr.count("\n") == 1


def test_json_prints_one_answer_and_nothing_else() -> None:
    done = tuneserve(
        "ask", "fit_query", "wind sites over 100kw in berkshire", "--json", "--rows", "3", "--through", "rules"
    )
    answer = json.loads(done.stdout)
    assert answer["output"] == {
        "technology": "Wind",
        "capacity_min_kw": 100,
        "location": "Berkshire",
        "postcode_patterns": ["RG", "SL"],
    }
    assert answer["origin"] == "rules"
    assert [row["fit_id"] for row in answer["rows"]["items"]] == ["4004"]


def test_lines_from_stdin_come_back_in_order() -> None:
    texts = ["hydro in wales", "solar in kent", ""]
    done = tuneserve("ask", "fit_query", "-", "--json", "--through", "rules", given="\n".join(texts) + "\n")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == 3
    assert [line.get("output", {}).get("technology") for line in lines] == ["Hydro", "Photovoltaic", None]
    assert "error" in lines[2]
    assert done.returncode == 1


def test_rows_are_shown_as_a_table() -> None:
    done = tuneserve("ask", "fit_query", "show FIT 4004", "--rows", "5", "--through", "rules")
    assert done.returncode == 0
    assert "RG17" in done.stdout
    assert "1 row" in done.stdout
    assert "\x1b" not in done.stdout


def test_scoring_gives_shares_with_intervals() -> None:
    done = tuneserve("score", "fit_query", "tasks/fit_query/cases.jsonl", "--through", "rules", "--json")
    report = json.loads(done.stdout)
    assert report["n"] == 44
    assert 0 <= report["exact"]["low"] <= report["exact"]["value"] <= report["exact"]["high"] <= 1
    assert set(report) >= {"n", "exact", "fields", "slices", "wrong", "latency_ms"}


@pytest.fixture
def new_task() -> Iterator[str]:
    name = "demo_task_of_a_test"
    yield name
    shutil.rmtree(tasks_folder() / name, ignore_errors=True)


def test_a_new_task_passes_every_check(new_task: str) -> None:
    assert tuneserve("new", new_task).returncode == 0
    done = tuneserve("check", new_task)
    assert done.returncode == 0, done.stdout
    assert "FAIL" not in done.stdout
    assert json.loads(tuneserve("ask", new_task, "a room for 8", "--json", "--through", "rules").stdout)["output"] == {
        "people": 8
    }


def test_a_check_that_fails_says_what_and_exits_with_one(new_task: str) -> None:
    tuneserve("new", new_task)
    schema = tasks_folder() / new_task / "schema.json"
    schema.write_text(schema.read_text().replace('"additionalProperties": false', '"additionalProperties": true'))
    done = tuneserve("check", new_task)
    assert done.returncode == 1
    assert "must be closed" in done.stdout


def test_status_names_the_command_for_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNESERVE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TUNESERVE_OLLAMA_URL", "http://127.0.0.1:9")
    done = tuneserve("status")
    assert done.returncode == 0
    assert "ollama serve" in done.stdout
    found = json.loads(tuneserve("status", "--json").stdout)
    assert found["ollama"]["answers"] is False
    assert "fit_query" in found["tasks"]
