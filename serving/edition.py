"""`edition_of`: what answers depend on beside question, day and release, for a cache that outlives the process."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from tuneserve.manifest import sha256_of_json
from tuneserve.release import Release, prompt_sha256, schema_sha256
from tuneserve.task import Task

SERVING = Path(__file__).resolve().parent


def edition_of(task: Task, release: Release | None, engine: str) -> str:
    """A hash of the prompt, the schema, the release's record, the engine's name, and of the code and data that
    make answers: gateways of different versions, or with and without a model, share no answers.
    """
    code = hashlib.sha256()
    for path in (*_files(task.folder), *_files(SERVING)):
        code.update(path.name.encode() + b"\0" + path.read_bytes())
    record = asdict(release) if release else None
    return sha256_of_json([prompt_sha256(task), schema_sha256(task), record, engine, code.hexdigest()])


def _files(folder: Path) -> Iterable[Path]:
    left_out = {"__pycache__", "dataset"}
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and not left_out & set(path.relative_to(folder).parts)
    )
