"""`Run`: the folder that one training of a task produces, one sub-folder a stage."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tuneserve.errors import StageError, UsageError
from tuneserve.task import project_root

STAGES = ("build", "train", "evaluate", "convert", "publish")
RUN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def data_folder() -> Path:
    """Where runs, downloaded bases, prepared models and the SQLite file live: `TUNESERVE_DATA_DIR`,
    or `artifacts/` in the checkout. Names that begin with `_` there are not tasks."""
    return Path(os.environ.get("TUNESERVE_DATA_DIR") or project_root() / "artifacts").expanduser().resolve()


@dataclass(frozen=True, slots=True)
class Run:
    """`artifacts/<task>/<name>/`."""

    task: str
    name: str
    folder: Path

    @property
    def data(self) -> Path:
        """Stage build: train.jsonl, validation.jsonl, test.jsonl, statistics.json."""
        return self.folder / "data"

    @property
    def adapter(self) -> Path:
        """Stage train: adapter_model.safetensors, adapter_config.json, tokenizer, training_info.json, log.jsonl."""
        return self.folder / "adapter"

    @property
    def report(self) -> Path:
        """Stage evaluate: report.json, wrong.jsonl."""
        return self.folder / "report"

    @property
    def gguf(self) -> Path:
        """Stage convert: <task>-{f16,q4_k_m,q8_0}.gguf, <task>-adapter.gguf, sizes.json."""
        return self.folder / "gguf"

    @property
    def release(self) -> Path:
        """Stage publish: what was written to modelfiles/<task>/ and what Ollama said of it."""
        return self.folder / "release"

    @property
    def ladder(self) -> Path:
        """`evaluate --ladder`: report.json and wrong.jsonl of every rung up to the gateway."""
        return self.folder / "ladder"

    @property
    def texts(self) -> Path:
        """What every model of this run wrote for every question; kept for whoever scores next."""
        return self.folder / "texts.jsonl"

    def command(self, stage: str) -> str:
        """The command line that makes a stage of this run, for error messages."""
        return f"tuneserve {stage} {self.task}" + ("" if self.name == "default" else f" --run {self.name}")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the run folder for this process.

        Raises StageError when another process works on the same run. The kernel frees the lock when a
        process dies, so a `kill -9` leaves nothing to clean up.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise StageError(
                    f"{self.folder}: another process works on this run; wait for it, or name another: --run NAME"
                ) from error
            yield


def open_run(task: str, name: str = "default") -> Run:
    """The run of that name; its folder need not exist. Raises UsageError on a name that is no folder name."""
    if not RUN_NAME.fullmatch(name):
        raise UsageError(f"--run '{name}': letters, digits, '.', '_' and '-' only, at most 64")
    return Run(task, name, data_folder() / task / name)
