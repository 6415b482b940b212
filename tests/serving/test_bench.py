"""The benchmark's own parts: its figures, its page, its load, and what it asks."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from serving.bench import own_cost
from serving.bench.figures import Line, Part, Times, median_ratio
from serving.bench.gateways import BenchError, gateway
from serving.bench.load import answer_path, body_of, closed_loop, paced, post
from serving.bench.machine import machine
from serving.bench.page import Measured, page
from serving.bench.plan import Plan, question_texts
from serving.bench.stub import BARE, NAME
from tests.serving.conftest import TASK
from tuneserve.progress import Silent
from tuneserve.task import load_task


def test_percentiles_are_nearest_ranks() -> None:
    assert Times.of([float(ms) for ms in range(100, 0, -1)]) == Times(100, 50.0, 95.0, 99.0, 100.0)
    assert Times.of([7.0]) == Times(1, 7.0, 7.0, 7.0, 7.0)


def test_nothing_measured_is_an_error_and_no_zero() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        Times.of([])


def test_ratios_are_of_pairs() -> None:
    assert median_ratio([10.0, 30.0, 80.0], [10.0, 10.0, 10.0]) == 3.0
    with pytest.raises(ValueError, match="shorter"):
        median_ratio([1.0, 2.0], [1.0])


def measured(*parts: Part) -> list[Measured]:
    return [Measured(part, "2026-01-31 12:00 UTC", False, 0.25, {"processor": "Some CPU, 2 cores"}) for part in parts]


def test_the_page_shows_figures_goals_and_what_was_missed() -> None:
    lines = (
        Line("one answer", Times(200, 61.234, 104.6, 150.0, 200.0), "3.1 times", "p50 <= 80 ms", True),
        Line("beside", Times(200, 0.123, 1.0, 2.0, 3.0), "", "p50 <= 0.1 ms", False),
    )
    shown = page(
        measured(Part("embedded", "One answer", "How it was asked.", lines)),
        ["growth", "rules"],
        "## What did not help\n",
    )
    assert "| one answer | 200 | 61.2 | 105 | 150 | 3.1 times | p50 <= 80 ms | met |" in shown
    assert "| beside | 200 | 0.12 | 1.00 | 2.00 |  | p50 <= 0.1 ms | **missed** |" in shown
    assert "`make bench PARTS=embedded`, 2026-01-31 12:00 UTC; other programs took 25% of the processors." in shown
    assert "Some CPU, 2 cores" in shown
    assert 'Not measured yet: growth, rules. `make bench PARTS="growth rules"` does.' in shown
    assert shown.endswith("does.\n\n## What did not help\n")


def test_what_could_not_be_measured_says_why() -> None:
    shown = page(measured(Part("ollama", "Through Ollama", "", skipped="no Ollama at http://127.0.0.1:1")), [], "")
    assert "Not measured: no Ollama at http://127.0.0.1:1." in shown
    assert "|" not in shown.split("## Through Ollama")[1]


def test_results_survive_their_file() -> None:
    one = measured(Part("rules", "Rules", "x", (Line("a", Times(1, 1, 1, 1, 1), "", "g", True), Line("b", None))))[0]
    assert Measured.from_json(json.loads(json.dumps(one.as_json()))) == one


def test_the_machine_is_named() -> None:
    assert {"processor", "memory", "system", "python", "llama-cpp-python"} <= machine().keys()
    assert all(machine().values())


def test_questions_are_hand_written_ones_and_none_that_were_set_aside() -> None:
    task = load_task("fit_query")
    asked = question_texts(task)
    assert len(asked) == len(set(asked)) > 1000
    files = {path.name for path in task.folder.glob("*.jsonl")}
    assert {name for name in files if name.startswith("unopened")}, "nothing is set aside any more"
    # Counted, not read: nobody opens those files.
    kept = [task.folder / name for name in files if not name.startswith("unopened")]
    lines = sum(path.read_bytes().count(b"\n") for path in kept)
    assert len(asked) <= lines


def test_some_questions_are_the_same_ones_every_time() -> None:
    plan = Plan(TASK, None, [f"{number} km" for number in range(100)], Silent())
    assert plan.some(5, 20) == plan.some(5, 20)
    assert len(set(plan.some(5, 20))) == 20
    assert len(Plan(TASK, None, plan.texts, Silent(), quick=True).some(5, 20)) == 5
    with pytest.raises(BenchError, match="tuneserve prepare distance"):
        _ = plan.released


def test_a_gateway_is_asked_at_its_own_pace_and_at_a_given_one() -> None:
    with gateway("serving.bench.stub") as port:
        requests = [post(answer_path(NAME), body_of(f"word {number}")) for number in range(2000)]
        flat_out = asyncio.run(closed_loop([port], 4, requests, 0.5))
        assert {status for status, _ in flat_out.replies} == {200}
        assert len(flat_out.times(200)) > 10
        inside = own_cost._inside(port)
        assert len(inside) == len(flat_out.replies)
        assert 0 < sum(inside) < sum(flat_out.times(200)), "the client waits for the server too"
        assert own_cost._inside(port) == []
        at_pace = asyncio.run(paced(port, 2, [post(BARE, body_of("word"))], 40.0, 1.0))
        assert len(at_pace.replies) == 40
        assert {status for status, _ in at_pace.replies} == {200}


def test_a_gateway_that_does_not_start_is_told_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="TUNESERVE_DEADLINE_MS"), gateway("tuneserve.cli", "serve", deadline_ms="1"):
        pytest.fail("it started")
