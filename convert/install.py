"""`install`: a release that was made and scored comes into modelfiles/<task>/, and the one before it stays at hand."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

from convert.card import CARD
from convert.expected_ids import EXPECTED_IDS
from tuneserve.manifest import sha256_of_folder
from tuneserve.release import BESIDE, Release, read_release, write_release

RELEASED = ("release.json", "Modelfile", CARD, EXPECTED_IDS, "adapter")


def install(source: Path, target: Path) -> Path:
    """Puts the release where it is committed from, and says where; folders that are the same are left alone.

    The release before stays beside it, for a rollback. One that missed a gate lies beside the one that serves.
    """
    release, before = read_release(source), read_release(target)
    assert release is not None  # the stage has just written it
    other = before is not None and before.version != release.version
    if before is not None and other and release.status == "staging" and before.status == "production":
        place = target / BESIDE / release.version
        place.parent.mkdir(exist_ok=True)
        _exchange(_copied(source, place), place)
        return place
    partial = _copied(source, target)
    if (target / BESIDE).is_dir():
        left_out = shutil.ignore_patterns(release.version)
        shutil.copytree(target / BESIDE, partial / BESIDE, ignore=left_out)
    if before is not None and other:
        _set_aside(target, before, partial / BESIDE / before.version)
    _exchange(partial, target)
    return target


def _copied(source: Path, target: Path) -> Path:
    """A folder beside `target` with what belongs to a release."""
    partial = target.with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for name in RELEASED:
        if (source / name).is_dir():
            shutil.copytree(source / name, partial / name)
        else:
            shutil.copyfile(source / name, partial / name)
    return partial


def _set_aside(current: Path, release: Release, place: Path) -> None:
    """Copies the release that served so far to `place`, two folders further down."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for name in RELEASED:
        if (current / name).is_dir():
            shutil.copytree(current / name, place / name)
        elif (current / name).is_file():
            shutil.copyfile(current / name, place / name)
    write_release(place, replace(release, status="deprecated"))
    modelfile = place / "Modelfile"
    if modelfile.is_file():
        text = modelfile.read_text(encoding="utf-8")
        modelfile.write_text(text.replace("FROM ../../artifacts/", "FROM ../../../../artifacts/"), encoding="utf-8")


def _exchange(partial: Path, target: Path) -> None:
    if target.is_dir() and sha256_of_folder(partial) == sha256_of_folder(target):
        shutil.rmtree(partial)
        return
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        os.rename(target, old)
    os.rename(partial, target)
    shutil.rmtree(old, ignore_errors=True)
