"""Whether the benchmark says rightly that a goal is met."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence

import pytest

from serving.bench import growth, own_cost
from serving.bench.embedded import part_of
from serving.bench.load import Load
from serving.bench.machine import TICKS, Meanwhile, own_ticks
from serving.bench.rounds import Rounds, Written, same

READ = Written("{}", "stop", 0.5, 1)


def embedded(path: Sequence[float], plain: float, wrote: Written = READ) -> tuple[bool | None, str]:
    """(whether the goal of the answer path is met, its note)."""
    n = len(path)
    took = {"path": list(path), "gateway": list(path), "plain": [plain] * n, "stock": [plain] * n}
    texts: dict[str, list[Written | None]] = {name: [READ] * n for name in took}
    texts["path"][-1] = wrote
    line = part_of(Rounds(took, texts)).lines[0]
    return line.met, line.note


@pytest.mark.parametrize(
    ("path", "plain", "met"),
    [
        ([80.0] * 100, 200.0, True),
        ([80.1] * 100, 300.0, False),  # p50
        ([60.0] * 94 + [150.1] * 6, 300.0, False),  # p95
        ([80.0] * 100, 199.0, False),  # ratio
    ],
)
def test_the_embedded_engine_is_held_to_every_part_of_its_goal(path: list[float], plain: float, met: bool) -> None:
    assert embedded(path, plain)[0] is met


@pytest.mark.parametrize(
    "other", [Written("{ }", "stop", 0.5, 1), Written("{}", "length", 0.5, 1), Written("{}", "stop", 0.4999, 1)]
)
def test_one_text_that_is_not_the_same_misses_the_goal(other: Written) -> None:
    met, note = embedded([50.0] * 10, 200.0, other)
    assert met is False
    assert "as by plain greedy: 9 of 10" in note


def test_a_question_without_a_text_is_the_same_as_nothing() -> None:
    assert same([None, READ, READ], [None, None, READ], "text") == 1


def test_rounds_that_others_disturbed_do_not_count_while_there_are_enough_quiet_ones() -> None:
    rounds = Rounds({"a": [1.0, 9.0, 3.0], "b": [2.0, 9.0, 4.0]}, {"a": [None, None, READ], "b": [READ, None, READ]})
    quiet = rounds.counted([0, 2], 2)
    assert (quiet.n, quiet.took, quiet.wrote) == (
        2,
        {"a": [1.0, 3.0], "b": [2.0, 4.0]},
        {"a": [None, READ], "b": [READ] * 2},
    )
    assert quiet.told.startswith("2 of 3 rounds were quiet")
    few = rounds.counted([0], 2)
    assert few.took == rounds.took
    assert few.told.endswith("too few: all are counted.")


def load(seconds: float, *replies: tuple[int, float, int]) -> Load:
    """Of (status, ms, how many)."""
    return Load(seconds, [(status, ms) for status, ms, count in replies for _ in range(count)])


@pytest.mark.parametrize(
    ("found", "best", "met"),
    [
        (load(1.0, (200, 100.0, 10)), 10.0, True),
        (load(1.0, (200, 100.0, 8)), 10.0, True),
        (load(1.0, (200, 100.0, 7)), 10.0, False),  # throughput collapses
        (load(1.0, (200, 100.0, 10), (503, 5.0, 90)), 10.0, True),
        (load(1.0, (200, 100.0, 10), (503, 60.0, 90)), 10.0, False),  # not told at once
        (load(1.0, (200, 100.0, 10), (422, 100.0, 1)), 10.0, True),  # a question without an answer is no fault
        (load(1.0, (200, 100.0, 10), (500, 1.0, 1)), 10.0, False),
    ],
)
def test_growth_is_a_flat_throughput_and_quick_refusals(found: Load, best: float, met: bool) -> None:
    assert growth.line(1, 64, found, best).met is met


def test_the_gateway_s_own_cost_is_met_when_nobody_was_refused_and_three_percentiles_are_low() -> None:
    slow_client = load(1.0, (200, 50.0, 100))
    assert own_cost.line(1, slow_client, [2.0] * 94 + [8.0] * 4 + [13.0] * 2).met
    assert not own_cost.line(1, slow_client, [2.0] * 94 + [8.1] * 6).met
    refused = own_cost.line(8, load(1.0, (200, 1.0, 99), (503, 1.0, 1)), [1.0] * 100)
    assert (refused.met, refused.note) == (False, "99 a second, 1 refused")


@pytest.mark.parametrize(("stranger", "counted"), [(False, True), (True, False)])
def test_only_what_the_benchmark_started_counts_as_its_own_time(stranger: bool, counted: bool) -> None:
    works = "import time\nwhile time.process_time() < 0.5: pass\nprint(flush=True)\ntime.sleep(60)"
    took = []
    for _ in range(3):
        before = own_ticks()
        with subprocess.Popen([sys.executable, "-c", works], stdout=subprocess.PIPE, start_new_session=stranger) as one:
            assert one.stdout is not None
            one.stdout.readline()
            took.append((own_ticks() - before) / TICKS)
            one.kill()
    # What other tests started may still be ending: the least of three is without it.
    assert (min(took) >= 0.45) is counted


def test_a_whole_processor_taken_by_others_is_seen() -> None:
    meanwhile = Meanwhile()
    works = "import time\nwhile time.process_time() < 1: pass\nprint(flush=True)\ntime.sleep(60)"
    began = time.monotonic()
    with subprocess.Popen([sys.executable, "-c", works], stdout=subprocess.PIPE, start_new_session=True) as busy:
        assert busy.stdout is not None
        busy.stdout.readline()
        share = meanwhile.others()
        least = 0.9 / (time.monotonic() - began) / (os.cpu_count() or 1)
        busy.kill()
    assert least <= share <= 1.05
