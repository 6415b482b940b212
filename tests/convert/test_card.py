"""The model card says what the record says, and nothing that nobody measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from convert.card import model_card
from tests.convert.test_modelfile import RELEASE
from tuneserve.task import Task

MEASURED = replace(
    RELEASE,
    metrics={"n": 40, "exact": 0.975, "exact_low": 0.8714, "exact_high": 0.9956, "location": 1.0},
    accuracy=0.975,
    training={
        "examples": {"train": 1200, "validation": 10},
        "steps": 75,
        "best_eval_loss": 0.05,
        "seconds": 120.0,
        "tokens_per_second": 400.0,
        "started_from": {"sha256": "ab" * 32, "examples": 800},
    },
    training_examples=2000,
    improvements=["reads dates"],
)


def test_card_gives_the_figures_with_their_interval_and_what_training_began_with(task: Task) -> None:
    card = model_card(MEASURED, task)
    assert "base_model: HuggingFaceTB/SmolLM2-135M-Instruct\n" in card
    assert "| the whole answer | 97.5 % (87.1 % to 99.6 %, 95 % Wilson interval) |" in card
    assert "on 40 hand-written questions" in card
    assert "| training examples | 2,000 |" in card
    assert "(sha256 abababababab), which had seen 800 examples." in card
    assert "- reads dates" in card


def test_what_was_not_measured_is_not_in_the_card(task: Task) -> None:
    card = model_card(RELEASE, task)
    assert "## Figures" not in card
    assert "accuracy" not in card
    assert "None" not in card


def test_limits_are_the_tasks_own_words_or_said_to_be_missing(task: Task, tmp_path: Path) -> None:
    assert "Nobody has written them down yet" in model_card(RELEASE, replace(task, folder=tmp_path))
    (tmp_path / "card.md").write_text("## Limits\n\nOnly short lengths.\n", encoding="utf-8")
    assert model_card(RELEASE, replace(task, folder=tmp_path)).endswith("## Limits\n\nOnly short lengths.\n")
