"""Checkpoints: everything that the loop needs to go on as if it had never stopped."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

KEPT = 2


@dataclass(slots=True)
class Position:
    """Where a training is. `step` counts finished optimiser steps."""

    step: int = 0
    best_loss: float = float("inf")
    best_step: int = 0
    evaluations_without_gain: int = 0
    tokens: int = 0
    examples: int = 0
    seconds: float = 0.0

    @property
    def best_file(self) -> str:
        return f"best-{self.best_step:06d}.pt"


class Checkpoints:
    """The folder `checkpoints/`: `step-000100.pt`, the last two, and the best weights that they name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def save(self, position: Position, parts: dict[str, Any]) -> None:
        """Writes a checkpoint: readers see all of it or nothing, even when the power fails."""
        fields = {name: getattr(position, name) for name in Position.__slots__}
        _write(self._folder / f"step-{position.step:06d}.pt", {"position": fields, **parts})
        kept = self._steps()[-KEPT:]
        for path in self._steps()[:-KEPT]:
            path.unlink()
        # Best weights are written before the checkpoint that names them, so older ones may be needed still.
        named = {torch.load(path, weights_only=True)["position"]["best_step"] for path in kept[:-1]}
        keep = {position.best_file} | {f"best-{step:06d}.pt" for step in named}
        for path in self._folder.glob("best-*.pt"):
            if path.name not in keep:
                path.unlink()

    def load(self) -> tuple[Position, dict[str, Any]] | None:
        """The newest checkpoint (position, parts), or None when there is none."""
        steps = self._steps()
        if not steps:
            return None
        parts: dict[str, Any] = torch.load(steps[-1], weights_only=True)
        return Position(**parts.pop("position")), parts

    def save_best(self, position: Position, weights: dict[str, torch.Tensor]) -> None:
        _write(self._folder / position.best_file, weights)

    def load_best(self, position: Position) -> dict[str, torch.Tensor]:
        weights: dict[str, torch.Tensor] = torch.load(self._folder / position.best_file, weights_only=True)
        return weights

    def clear(self) -> None:
        shutil.rmtree(self._folder)

    def _steps(self) -> list[Path]:
        return sorted(self._folder.glob("step-*.pt"))


def _write(path: Path, value: Any) -> None:
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        torch.save(value, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)
