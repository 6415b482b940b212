"""`Manifest`: what a finished stage was made from and what it made; and how a stage is completed.

A stage fills `<stage>.partial/`, writes `manifest.json` last and renames the folder: what has the
stage's plain name is whole. A killed stage leaves a `.partial` folder, which the next call takes up
again when it was begun for the same request, and deletes otherwise.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tuneserve.errors import StageError

MANIFEST = "manifest.json"
REQUEST = "request.json"


def sha256_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_json(value: Any) -> str:
    """Hash of a JSON value, the same for equal values whatever the order of their keys."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def sha256_of_folder(folder: Path, suffixes: tuple[str, ...] = ()) -> str:
    """Hash of names and contents of the files below `folder` (only those suffixes when given)."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and (not suffixes or path.suffix in suffixes):
            digest.update(f"{path.relative_to(folder)}\0{sha256_of_file(path)}\n".encode())
    return digest.hexdigest()


def write_json(path: Path, value: Any) -> None:
    """Writes pretty JSON so that a reader sees the old file or the new one, never half of one."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(partial, path)


@dataclass(frozen=True, slots=True)
class Request:
    """What a stage is asked to make.

    inputs  {stage: identity of its manifest}
    config  the settings that the result depends on; JSON values only
    """

    stage: str
    inputs: Mapping[str, str]
    config: Mapping[str, Any]

    @property
    def fingerprint(self) -> str:
        return sha256_of_json({"stage": self.stage, "inputs": dict(self.inputs), "config": dict(self.config)})


@dataclass(frozen=True, slots=True)
class Manifest:
    """One finished stage. `identity` covers everything but times, versions and `summary`."""

    stage: str
    inputs: Mapping[str, str]
    config: Mapping[str, Any]
    outputs: Mapping[str, str]
    versions: Mapping[str, str] = field(default_factory=dict)
    summary: Mapping[str, Any] = field(default_factory=dict)
    finished: str = ""

    @property
    def identity(self) -> str:
        return sha256_of_json(
            {
                "stage": self.stage,
                "inputs": dict(self.inputs),
                "config": dict(self.config),
                "outputs": dict(self.outputs),
            }
        )

    @property
    def fingerprint(self) -> str:
        return Request(self.stage, self.inputs, self.config).fingerprint

    def as_json(self) -> dict[str, Any]:
        return {
            "stage": self.stage,
            "identity": self.identity,
            "inputs": dict(self.inputs),
            "config": dict(self.config),
            "outputs": dict(self.outputs),
            "versions": dict(self.versions),
            "summary": dict(self.summary),
            "finished": self.finished,
        }


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a finished stage folder, or None when there is none.

    Raises StageError when the file is there but damaged.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
        return Manifest(
            stage=row["stage"],
            inputs=row["inputs"],
            config=row["config"],
            outputs=row["outputs"],
            versions=row["versions"],
            summary=row["summary"],
            finished=row["finished"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise StageError(f"{path}: damaged ({error}); redo the stage with --force") from error


def verify(folder: Path, manifest: Manifest) -> str | None:
    """What is wrong with the stage's outputs on disk (missing or changed file), or None."""
    for name, expected in manifest.outputs.items():
        path = folder / name
        if not path.is_file():
            return f"{path} is missing"
        if sha256_of_file(path) != expected:
            return f"{path} was changed after the stage made it"
    return None


def required(folder: Path, stage: str, command: str) -> Manifest:
    """The manifest of a stage that another one builds on, its outputs verified.

    Raises StageError naming `command`, which makes the stage, when it is missing or damaged.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        raise StageError(f"{folder}: no finished '{stage}' stage here; run: {command}")
    wrong = verify(folder, manifest)
    if wrong:
        raise StageError(f"{wrong}; run: {command} --force")
    return manifest


def complete(
    folder: Path,
    request: Request,
    work: Callable[[Path], Mapping[str, Any]],
    *,
    versions: Mapping[str, str],
    transient: tuple[str, ...] = (),
    force: bool = False,
) -> tuple[Manifest, bool]:
    """Makes the stage folder unless it is there already; returns (manifest, whether work was done).

    `work(partial_folder)` fills the folder and returns the manifest's summary; it may find there what
    an interrupted call for the same request left. Names in `transient` (checkpoints, say) are deleted
    from the folder before it counts as finished.
    """
    done = None if force else read_manifest(folder)
    if done is not None and done.fingerprint == request.fingerprint and verify(folder, done) is None:
        return done, False
    partial = folder.with_name(folder.name + ".partial")
    _begin(partial, request, fresh=force)
    summary = work(partial)
    for name in (*transient, REQUEST):
        _delete(partial / name)
    outputs = {
        str(path.relative_to(partial)): sha256_of_file(path) for path in sorted(partial.rglob("*")) if path.is_file()
    }
    if not outputs:
        raise StageError(f"stage '{request.stage}' made no files in {partial}: this is a bug")
    manifest = Manifest(
        stage=request.stage,
        inputs=dict(request.inputs),
        config=dict(request.config),
        outputs=outputs,
        versions=dict(versions),
        summary=dict(summary),
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    write_json(partial / MANIFEST, manifest.as_json())
    _replace(partial, folder)
    return manifest, True


def _begin(partial: Path, request: Request, *, fresh: bool) -> None:
    """Takes up `partial` when it was begun for the same request, else starts an empty one."""
    marker = partial / REQUEST
    if partial.exists():
        try:
            begun_for = json.loads(marker.read_text(encoding="utf-8")).get("fingerprint")
        except (OSError, ValueError, AttributeError):
            begun_for = None
        if fresh or begun_for != request.fingerprint:
            shutil.rmtree(partial)
    partial.mkdir(parents=True, exist_ok=True)
    write_json(marker, {"fingerprint": request.fingerprint, "stage": request.stage, "config": dict(request.config)})


def _replace(partial: Path, folder: Path) -> None:
    """Renames `partial` to `folder`; an older result steps aside first, since a folder can't be replaced."""
    old = folder.with_name(folder.name + ".old")
    _delete(old)
    if folder.exists():
        os.rename(folder, old)
    os.rename(partial, folder)
    _delete(old)


def _delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
