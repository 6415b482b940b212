"""Where a training writes its figures: JSON Lines always, TensorBoard always, Weights & Biases when asked."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tuneserve.errors import UsageError


class Log:
    """Rows of figures, each at an optimiser step."""

    def __init__(self, path: Path, board: Any, wandb_run: Any) -> None:
        self._lines = path.open("a", encoding="utf-8")
        self._board = board
        self._wandb = wandb_run

    def write(self, step: int, figures: Mapping[str, float]) -> None:
        """One row; the line is on disk when this returns."""
        shown = {name: float(f"{value:.7g}") for name, value in figures.items()}
        self._lines.write(json.dumps({"step": step, **shown}) + "\n")
        self._lines.flush()
        for name, value in figures.items():
            self._board.add_scalar(name, value, step)
        if self._wandb is not None:
            self._wandb.log(dict(figures), step=step)

    def close(self) -> None:
        self._lines.close()
        self._board.close()
        if self._wandb is not None:
            self._wandb.finish()


@contextmanager
def open_log(folder: Path, step: int, name: str, settings: Mapping[str, Any], wandb: bool) -> Iterator[Log]:
    """The log of `folder`, taken up after `step`: rows of steps that will be done again are removed.

    Raises UsageError when TensorBoard or Weights & Biases is not installed.
    """
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise UsageError("TensorBoard is missing; install the training extra: pip install -e '.[train]'") from error
    path = folder / "log.jsonl"
    _forget_after(path, step)
    log = Log(
        path,
        SummaryWriter(folder / "tensorboard", purge_step=step + 1),
        _wandb(folder, name, settings, wandb),
    )
    try:
        yield log
    finally:
        log.close()


def _wandb(folder: Path, name: str, settings: Mapping[str, Any], wanted: bool) -> Any:
    if not wanted:
        return None
    try:
        import wandb
    except ImportError as error:
        raise UsageError("--wandb: Weights & Biases is missing; install it: pip install -e '.[wandb]'") from error
    # The run's files stay beside the stage folders: inside one they would become outputs of the stage.
    return wandb.init(project="tuneserve", name=name, dir=folder.parent, config=dict(settings), resume="allow")


def _forget_after(path: Path, step: int) -> None:
    if not path.is_file():
        return
    kept = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            break  # the line that a killed process was writing
        if row["step"] > step:
            break
        kept.append(line + "\n")
    path.write_text("".join(kept), encoding="utf-8")


def read_log(path: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def peak_memory_mb(cuda: bool) -> float:
    """Highest memory use so far: of the GPU's tensors, or of this process without a GPU (Linux counts KiB)."""
    if cuda:
        import torch

        return float(torch.cuda.max_memory_allocated() / 2**20)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
