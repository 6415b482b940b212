"""Where a release goes in modelfiles/, and what becomes of the one before it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from convert.install import RELEASED, install
from tests.convert.test_modelfile import RELEASE
from tuneserve.errors import ReleaseError
from tuneserve.manifest import sha256_of_folder
from tuneserve.release import read_release, release_folders, released_records, write_release


def made(folder: Path, version: str, status: str = "production") -> Path:
    """A stage's folder with all that a release consists of, and with something that stays behind."""
    (folder / "adapter").mkdir(parents=True)
    for name in ("Modelfile", "README.md", "expected_ids.jsonl", "report.json", "adapter/adapter_model.safetensors"):
        (folder / name).write_text(f"{name} of {version}\nFROM ../../artifacts/_released/t/{version}-q8_0.gguf\n")
    write_release(folder, replace(RELEASE, version=version, status=status))
    return folder


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "modelfiles" / "tiny_task"


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_release_before_stays_beside_the_new_one(tmp_path: Path, target: Path) -> None:
    for version in ("1.0.0", "1.1.0", "1.10.0"):
        assert install(made(tmp_path / version, version), target) == target
    assert list(release_folders(target)) == ["1.10.0", "1.1.0", "1.0.0"]
    assert [one.status for one in released_records(target).values()] == ["production", "deprecated", "deprecated"]
    assert names(target) == {*RELEASED, "releases"}
    before = target / "releases" / "1.1.0"
    assert names(before) == set(RELEASED)
    assert "FROM ../../../../artifacts/_released/t/1.1.0-q8_0.gguf" in (before / "Modelfile").read_text()
    assert "of 1.1.0" in (before / "adapter" / "adapter_model.safetensors").read_text()


def test_a_release_that_missed_a_gate_lies_beside_the_one_that_serves(tmp_path: Path, target: Path) -> None:
    install(made(tmp_path / "1", "1.0.0"), target)
    place = install(made(tmp_path / "2", "1.1.0", "staging"), target)
    assert place == target / "releases" / "1.1.0"
    assert {name: one.status for name, one in released_records(target).items()} == {
        "1.0.0": "production",
        "1.1.0": "staging",
    }
    install(made(tmp_path / "3", "1.1.0"), target)
    assert {name: one.status for name, one in released_records(target).items()} == {
        "1.1.0": "production",
        "1.0.0": "deprecated",
    }


def test_installing_the_same_again_changes_nothing(tmp_path: Path, target: Path) -> None:
    install(made(tmp_path / "1", "1.0.0"), target)
    install(made(tmp_path / "2", "1.1.0"), target)
    before, moment = sha256_of_folder(target), target.stat().st_ino
    install(tmp_path / "2", target)
    assert (sha256_of_folder(target), target.stat().st_ino) == (before, moment)
    assert [path.name for path in target.parent.iterdir()] == [target.name], "nothing is left lying about"


def test_a_damaged_record_says_what_to_do(tmp_path: Path, target: Path) -> None:
    install(made(tmp_path / "1", "1.0.0"), target)
    (target / "release.json").write_text("{")
    with pytest.raises(ReleaseError, match=r"release\.json: damaged"):
        read_release(target)
