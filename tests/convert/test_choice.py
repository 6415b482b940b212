from __future__ import annotations

import json
from pathlib import Path

import pytest

from convert.choice import CHOICE, LADDER, Choice, choose, read_choice, write_choice
from convert.publish import _served
from convert.quantise import QUANTIZATIONS
from tests.convert.test_stage import Heard
from tuneserve.errors import ConversionError, StageError
from tuneserve.example import Case
from tuneserve.recipe import Recipe
from tuneserve.report import Reply, Report, Share, score_replies
from tuneserve.run import Run
from tuneserve.task import load_task

TASK = load_task("_template")
CASES = [Case(f"a room for {n} people", {"people": n}) for n in range(1, 201)]


def report(right: int) -> Report:
    """Of 200 questions the first `right` ones are answered rightly."""
    replies = [(case, Reply(case.expected if n < right else None)) for n, case in enumerate(CASES)]
    return score_replies(TASK, replies)


class Files:
    """Right answers of each file type, and which of them were asked."""

    def __init__(self, **right: int) -> None:
        self.right = right
        self.asked: list[str] = []

    def __call__(self, name: str) -> Report:
        self.asked.append(name)
        return report(self.right[name])


@pytest.mark.parametrize(
    ("configured", "right", "chosen", "asked"),
    [
        ("q8_0", {"f16": 190, "q8_0": 190}, "q8_0", ["f16", "q8_0"]),
        ("q4_k_m", {"f16": 190, "q4_k_m": 195}, "q4_k_m", ["f16", "q4_k_m"]),
        # 2 of 200 is one point exactly, which is allowed; 3 is not.
        ("q4_k_m", {"f16": 190, "q4_k_m": 188}, "q4_k_m", ["f16", "q4_k_m"]),
        ("q4_k_m", {"f16": 190, "q4_k_m": 187, "q5_k_m": 189}, "q5_k_m", ["f16", "q4_k_m", "q5_k_m"]),
        ("q6_k", {"f16": 190, "q6_k": 150, "q8_0": 180}, "f16", ["f16", "q6_k", "q8_0"]),
        ("q4_0_ffn", {"f16": 190, "q4_0_ffn": 187, "q8_0": 190}, "q8_0", ["f16", "q4_0_ffn", "q8_0"]),
        ("f16", {}, "f16", []),
    ],
)
def test_the_smallest_file_that_loses_at_most_one_point_is_taken(
    configured: str, right: dict[str, int], chosen: str, asked: list[str]
) -> None:
    files = Files(**right)
    choice = choose(configured, files, Heard())
    assert (choice.chosen, files.asked) == (chosen, asked)
    assert choice.exact == {name: Share(hits, 200) for name, hits in right.items()}


def test_what_was_lost_is_said() -> None:
    heard = Heard()
    choose("q4_k_m", Files(f16=190, q4_k_m=180, q5_k_m=190), heard)
    said = "\n".join(heard.lines)
    assert "q4_k_m: 180 of 200 right, f16 190; 5.0 points lost" in said
    assert "right in f16 alone 10, in q4_k_m alone 0, p = 0.002; more than 1 point, so the next larger" in said
    assert "q5_k_m: 190 of 200 right, f16 190; 0.0 points lost" in said


def test_every_type_of_the_ladder_can_be_made() -> None:
    assert set(LADDER) - {"f16"} <= QUANTIZATIONS.keys()


def test_a_choice_is_read_as_it_was_written(tmp_path: Path) -> None:
    choice = Choice("q4_k_m", "q5_k_m", {"f16": Share(190, 200), "q4_k_m": Share(150, 200), "q5_k_m": Share(189, 200)})
    write_choice(tmp_path, choice)
    assert read_choice(tmp_path) == choice
    assert json.loads((tmp_path / CHOICE).read_text(encoding="utf-8"))["most_points_lost"] == 1


def test_what_is_published_is_what_was_chosen_for_this_recipe(recipe: Recipe, tmp_path: Path) -> None:
    run = Run("tiny_task", "default", tmp_path)
    run.gguf.mkdir()
    write_choice(run.gguf, Choice("q8_0", "f16", {}))
    assert _served(run, recipe) == "f16"
    write_choice(run.gguf, Choice("q4_k_m", "q5_k_m", {}))
    with pytest.raises(
        StageError, match=r"served = 'q8_0' is not what .*\('q4_k_m'\); run: tuneserve convert tiny_task"
    ):
        _served(run, recipe)


def test_a_damaged_choice_says_what_to_run(tmp_path: Path) -> None:
    for text in ("{", '{"configured": "q8_0"}'):
        (tmp_path / CHOICE).write_text(text, encoding="utf-8")
        with pytest.raises(ConversionError, match=r"quantization\.json: .*run: tuneserve convert TASK --force"):
            read_choice(tmp_path)
