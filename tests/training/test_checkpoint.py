"""Checkpoints are whole or absent, the last two stay, and so do the best weights that they name."""

from __future__ import annotations

from pathlib import Path

import torch

from training.checkpoint import Checkpoints, Position
from training.log import _forget_after


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_last_two_are_kept_with_their_best_weights(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    position = Position()
    for step, best in ((10, 10), (20, 20), (30, 20), (40, 40)):
        position.step, position.best_step = step, best
        checkpoints.save_best(position, {"w": torch.tensor([float(best)])})
        checkpoints.save(position, {"weights": {}})
    assert names(tmp_path) == ["best-000020.pt", "best-000040.pt", "step-000030.pt", "step-000040.pt"]


def test_the_newest_is_loaded_with_its_position(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    position = Position(
        step=7, best_loss=0.5, best_step=6, evaluations_without_gain=1, tokens=70, examples=8, seconds=2.5
    )
    checkpoints.save(Position(step=3), {"rng": torch.get_rng_state()})
    checkpoints.save(position, {"rng": torch.get_rng_state()})
    found = Checkpoints(tmp_path).load()
    assert found is not None
    assert found[0] == position
    assert torch.equal(found[1]["rng"], torch.get_rng_state())


def test_one_that_was_being_written_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "step-000009.partial").write_bytes(b"half")
    assert Checkpoints(tmp_path).load() is None


def test_rows_of_steps_that_will_be_done_again_are_forgotten(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    kept = '{"step": 1, "loss": 3.0}\n{"step": 2, "loss": 2.5}\n{"step": 2, "eval_loss": 2.4}\n'
    log.write_text(kept + '{"step": 3, "loss": 2.0}\n{"step": 4, "lo', encoding="utf-8")
    _forget_after(log, 2)
    assert log.read_text(encoding="utf-8") == kept
