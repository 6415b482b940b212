"""`Release`: a trained adapter that is served, and the record of what it is (`release.json`).

modelfiles/<task>/ is the release that a checkout serves unless its database says otherwise; the ones beside
it, older or on trial, are whole folders of the same kind: modelfiles/<task>/releases/<version>/.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tuneserve.errors import ReleaseError
from tuneserve.manifest import sha256_of_file, sha256_of_json, write_json
from tuneserve.run import data_folder
from tuneserve.task import Task, project_root

VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?")
STATUSES = ("staging", "production", "deprecated")
# The version under which a task's rules, which need no model, are a release like any other: 'fit_query@rules'.
RULES = "rules"
BESIDE = "releases"
# Beside an adapter: what of the base's vocabulary its release keeps (convert/vocabulary.py), and, beside one
# that training went on from another, what that other's kept.
VOCABULARY = "vocabulary.json"
START_VOCABULARY = "start_vocabulary.json"


@dataclass(frozen=True, slots=True)
class Release:
    """The record of a release; hashes are sha256 in hex.

    base          {"name", "revision", "sha256"} of the base model that the adapter belongs to
    prompt_sha256, schema_sha256   of the system prompt and of the schema of what the model writes, as
                  trained: serving compares them with the task's, since a model that is asked in other
                  words than it was trained on answers worse without a warning
    adapter_sha256  of adapter_model.safetensors
    vocabulary_sha256  of vocabulary.json, which says what of the base's vocabulary is kept; None: all of it
    quantization  the file type that is served, such as "q4_k_m"
    gguf_sha256   of the GGUF that the releasing machine made
    metrics       {metric: value} on the task's hand-written cases, measured through the served file
    training      what training_info.json says in short: examples, epochs, minutes
    training_examples  all that the adapter has seen, those of an adapter that training began with included
    accuracy      share of the hand-written cases that the model alone gets wholly right
    improvements  what is better than in the release before, in the words of who released it
    """

    task: str
    version: str
    status: str
    date: str
    base: dict[str, str]
    prompt_sha256: str
    schema_sha256: str
    adapter_sha256: str
    quantization: str
    gguf_sha256: str
    metrics: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    training_examples: int = 0
    accuracy: float | None = None
    improvements: list[str] = field(default_factory=list)
    vocabulary_sha256: str | None = None

    @property
    def name(self) -> str:
        return f"{self.task}@{self.version}"


def examples_seen(training: dict[str, Any]) -> int:
    """Training examples of a record (training_info.json, Release.training), those of what it began with included."""
    before = training.get("started_from") or {}
    return int((training.get("examples") or {}).get("train", 0) + before.get("examples", 0))


def modelfiles_folder(task: str) -> Path:
    return project_root() / "modelfiles" / task


def write_release(folder: Path, release: Release) -> None:
    if not VERSION.fullmatch(release.version):
        raise ReleaseError(f"version '{release.version}' is not MAJOR.MINOR.PATCH")
    if release.status not in STATUSES:
        raise ReleaseError(f"status '{release.status}' is none of {', '.join(STATUSES)}")
    write_json(folder / "release.json", asdict(release))


def read_release(folder: Path) -> Release | None:
    """The release recorded in `folder`, or None when nothing was released there.

    Raises ReleaseError on a record that is damaged.
    """
    path = folder / "release.json"
    if not path.is_file():
        return None
    try:
        return Release(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise ReleaseError(f"{path}: damaged ({error}); restore it: git checkout -- {path.name}") from error


def release_folders(folder: Path) -> dict[str, Path]:
    """{version: folder} of every release in `folder` (modelfiles/<task>/): its own first, then the newest ones.

    Raises ReleaseError on a record that is damaged.
    """
    found: dict[str, Path] = {}
    for path in (folder, *(folder / BESIDE).glob("*")):
        release = read_release(path)
        if release is not None:
            found.setdefault(release.version, path)
    own = next(iter(found), None)
    return dict(sorted(found.items(), key=lambda item: (item[0] == own, version_key(item[0])), reverse=True))


def released_records(folder: Path) -> dict[str, Release]:
    """{version: record} of every release in `folder`, in the same order. Raises ReleaseError."""
    found = {version: read_release(path) for version, path in release_folders(folder).items()}
    return {version: release for version, release in found.items() if release is not None}


def version_key(version: str) -> tuple[int, int, int, bool, str]:
    """By which versions are sorted, the oldest first; 1.0.0-rc.1 is before 1.0.0."""
    found = VERSION.fullmatch(version)
    if found is None:
        raise ReleaseError(f"version '{version}' is not MAJOR.MINOR.PATCH")
    major, minor, patch, suffix = found.groups()
    return int(major), int(minor), int(patch), not suffix, suffix or ""


def released_gguf(release: Release, quantization: str) -> Path:
    """Where the release's GGUF lies once it is prepared."""
    return data_folder() / "_released" / release.task / f"{release.version}-{quantization}.gguf"


def prepared_gguf(release: Release) -> Path | None:
    """The release's GGUF where it has been prepared whole, else None (`tuneserve prepare` makes it)."""
    path = released_gguf(release, release.quantization)
    try:
        record = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        same = record["inputs"]["adapter_sha256"] == release.adapter_sha256 and path.is_file()
    except (OSError, ValueError, KeyError, TypeError):
        # Not there, or what a call that was killed left: as good as not there.
        return None
    return path if same else None


def prompt_sha256(task: Task) -> str:
    return sha256_of_json(task.prompt)


def schema_sha256(task: Task) -> str:
    return sha256_of_json(task.written_schema)


def differences(release: Release, task: Task, adapter: Path) -> list[str]:
    """In what the task or the adapter file is no longer what was released; empty when all is as it was.

    `adapter` is the folder with adapter_model.safetensors.
    """
    found = []
    if prompt_sha256(task) != release.prompt_sha256:
        found.append("the prompt is not the one that the model was trained with")
    if schema_sha256(task) != release.schema_sha256:
        found.append("the schema of what the model writes is not the one that it was trained with")
    weights = adapter / "adapter_model.safetensors"
    if not weights.is_file():
        found.append(f"{weights} is missing")
    elif sha256_of_file(weights) != release.adapter_sha256:
        found.append(f"{weights} is not the released file")
    words = adapter / VOCABULARY
    if release.vocabulary_sha256 is not None and (
        not words.is_file() or sha256_of_file(words) != release.vocabulary_sha256
    ):
        found.append(f"{words} is not the released file")
    return found
