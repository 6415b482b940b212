"""The released model, made ready for the embedded engine: base + adapter of modelfiles/<task>/, no torch.

The result is <data folder>/_released/<task>/<version>-<quantization>.gguf with a record of the same
name in .json. The record is written last: a GGUF counts only while record, inputs and file agree, so
that a call which was killed leaves nothing that is taken for a model.
"""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from convert.adapter import CONFIG, WEIGHTS
from convert.gguf_file import GgufFile
from convert.merge import merge
from convert.quantise import check_quantization, quantise
from convert.vocabulary import VOCABULARY, read_vocabulary, trim
from tuneserve.base import PACKAGED_BASES, packaged_base
from tuneserve.errors import ReleaseError
from tuneserve.manifest import sha256_of_file, write_json
from tuneserve.progress import Progress
from tuneserve.release import Release, modelfiles_folder, read_release, release_folders
from tuneserve.release import released_gguf as released_gguf
from tuneserve.task import Task

UNQUANTISED = "f16"

# Raised when the merge writes other weights for the same inputs.
MERGE_VERSION = 1


@dataclass(frozen=True, slots=True)
class Prepared:
    """A GGUF that can be served, and what it was made from. `weight` is that of convert.quantise.Quantised."""

    path: Path
    inputs: dict[str, Any]
    gguf_sha256: str
    weight: dict[str, Any]


def prepare(task: Task, progress: Progress, quantization: str | None = None) -> Path:
    """Path of the released model's GGUF, made first where it is missing; the second call takes 0.2 s.

    Raises ReleaseError when nothing is released, the adapter is not the released one, or the base
    cannot be had; UsageError for a quantization that llama.cpp has not.
    """
    folder = modelfiles_folder(task.name)
    release = read_release(folder)
    if release is None:
        raise ReleaseError(f"{folder / 'release.json'}: nothing is released yet; run: tuneserve run {task.name}")
    return prepare_release(release, folder / "adapter", progress, quantization).path


def prepare_version(task: Task, version: str, progress: Progress, quantization: str | None = None) -> Path:
    """The same for any release of modelfiles/<task>/. Raises ReleaseError when there is no such version."""
    folders = release_folders(modelfiles_folder(task.name))
    release = read_release(folders[version]) if version in folders else None
    if release is None:
        raise ReleaseError(f"{task.name}@{version} is not released here; there are: {', '.join(folders) or 'none'}")
    return prepare_release(release, folders[version] / "adapter", progress, quantization).path


def prepare_release(release: Release, adapter: Path, progress: Progress, quantization: str | None = None) -> Prepared:
    """The same for a release and an adapter folder that need not be in modelfiles/ yet."""
    wanted = quantization or release.quantization
    if wanted != UNQUANTISED:
        check_quantization(wanted)
    _verify_adapter(release, adapter)
    inputs = _inputs(release, adapter, wanted)
    path = released_gguf(release, wanted)
    found = _finished(path, inputs)
    if found is not None:
        return found
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path.parent, progress):
        # Another process may have made it while this one waited.
        return _finished(path, inputs) or _make(release, adapter, path, inputs, wanted, progress)


def keep(release: Release, adapter: Path, gguf: Path, weight: dict[str, Any], progress: Progress) -> Prepared:
    """Takes over a GGUF that a run made, for a release whose base is in no package and so cannot be merged here."""
    path = released_gguf(release, release.quantization)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path.parent, progress):
        partial = path.with_name(path.name + ".partial")
        partial.unlink(missing_ok=True)
        try:
            partial.hardlink_to(gguf)
        except OSError:
            # Another file system, or one without links.
            shutil.copyfile(gguf, partial)
        partial.replace(path)
        return _record(path, _inputs(release, adapter, release.quantization), weight)


def _verify_adapter(release: Release, adapter: Path) -> None:
    for name in (WEIGHTS, CONFIG):
        if not (adapter / name).is_file():
            raise ReleaseError(f"{adapter / name}: missing from the release; restore it: git checkout -- {adapter}")
    found = sha256_of_file(adapter / WEIGHTS)
    if found != release.adapter_sha256:
        raise ReleaseError(
            f"{adapter / WEIGHTS}: sha256 {found[:12]}… is not the {release.adapter_sha256[:12]}… of {release.name};"
            f" restore it: git checkout -- {adapter}"
        )
    if release.vocabulary_sha256 is not None:
        words = adapter / VOCABULARY
        if not words.is_file() or sha256_of_file(words) != release.vocabulary_sha256:
            raise ReleaseError(f"{words}: not that of {release.name}; restore it: git checkout -- {adapter}")
    base = PACKAGED_BASES.get(release.base["name"])
    if base is not None and base.sha256 != release.base["sha256"]:
        raise ReleaseError(
            f"{release.name} belongs to {release.base['revision']}, this version of tuneserve has {base.revision}:"
            f" release again: tuneserve publish {release.task}"
        )


def _inputs(release: Release, adapter: Path, quantization: str) -> dict[str, Any]:
    """All that the GGUF depends on."""
    return {
        "release": release.name,
        "base_sha256": release.base["sha256"],
        "adapter_sha256": release.adapter_sha256,
        "adapter_config_sha256": sha256_of_file(adapter / CONFIG),
        "vocabulary_sha256": release.vocabulary_sha256,
        "quantization": quantization,
        "merge": MERGE_VERSION,
        "llama_cpp_python": version("llama-cpp-python"),
    }


def _finished(path: Path, inputs: dict[str, Any]) -> Prepared | None:
    try:
        record = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if record["inputs"] == inputs and record["gguf_sha256"] == sha256_of_file(path):
            return Prepared(path, inputs, record["gguf_sha256"], record["weight"])
    except (OSError, ValueError, KeyError, TypeError):
        # Whatever is wrong with what an earlier call left, it is made again.
        return None
    return None


def _make(
    release: Release, adapter: Path, path: Path, inputs: dict[str, Any], quantization: str, progress: Progress
) -> Prepared:
    name = release.base["name"]
    if name not in PACKAGED_BASES:
        raise ReleaseError(
            f"{release.name}: its base '{name}' is in no package, so it cannot be merged here; make it from the run:"
            f" tuneserve run {release.task}"
        )
    progress.say(f"Preparing {release.name} ({quantization}) from its base and adapter")
    base = packaged_base(name, progress)
    making = path.parent / ".making"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    try:
        about = {
            "general.name": release.task,
            "general.version": release.version,
            "general.description": f"{name} tuned for {release.task} by tuneserve",
        }
        f16 = making / "f16.gguf"
        merge(base, adapter, f16, about, progress)
        if release.vocabulary_sha256 is not None:
            f16 = making / "trimmed.gguf"
            trim(making / "f16.gguf", read_vocabulary(adapter / VOCABULARY), f16)
        if quantization == UNQUANTISED:
            f16.replace(path)
            weight = {**GgufFile(path).weight().as_json(), "fallbacks": {}}
        else:
            weight = quantise(f16, path, quantization, progress).as_json()
    finally:
        shutil.rmtree(making, ignore_errors=True)
    prepared = _record(path, inputs, weight)
    progress.say(f"Ready: {path} ({weight['bytes'] / 1e6:.0f} MB, {weight['bits_per_weight']:.2f} bits per weight)")
    return prepared


def _record(path: Path, inputs: dict[str, Any], weight: dict[str, Any]) -> Prepared:
    prepared = Prepared(path, inputs, sha256_of_file(path), weight)
    write_json(path.with_suffix(".json"), {"inputs": inputs, "gguf_sha256": prepared.gguf_sha256, "weight": weight})
    return prepared


@contextmanager
def _alone(folder: Path, progress: Progress) -> Iterator[None]:
    """Holds `folder` for this process; waits for another one. The kernel frees the lock when a process dies."""
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.say(f"Another process prepares a model in {folder}; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
