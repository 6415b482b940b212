from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tuneserve.errors import StageError
from tuneserve.manifest import (
    MANIFEST,
    Request,
    complete,
    read_manifest,
    required,
    sha256_of_file,
    sha256_of_json,
    verify,
)

REQUEST = Request("build", {"before": "abc"}, {"seed": 1})


def write_one(partial: Path) -> dict[str, int]:
    (partial / "rows.txt").write_text("one\n")
    return {"rows": 1}


def make(folder: Path, request: Request = REQUEST, force: bool = False) -> bool:
    return complete(folder, request, write_one, versions={"python": "3"}, force=force)[1]


def test_a_stage_is_made_once_and_then_skipped(tmp_path: Path) -> None:
    assert make(tmp_path / "data") is True
    assert make(tmp_path / "data") is False


def test_force_redoes_a_stage(tmp_path: Path) -> None:
    make(tmp_path / "data")
    assert make(tmp_path / "data", force=True) is True


@pytest.mark.parametrize(
    "changed",
    [Request("build", {"before": "xyz"}, {"seed": 1}), Request("build", {"before": "abc"}, {"seed": 2})],
)
def test_a_changed_input_or_setting_redoes_the_stage(tmp_path: Path, changed: Request) -> None:
    make(tmp_path / "data")
    assert make(tmp_path / "data", changed) is True


def test_a_changed_output_redoes_the_stage(tmp_path: Path) -> None:
    make(tmp_path / "data")
    (tmp_path / "data" / "rows.txt").write_text("two\n")
    assert make(tmp_path / "data") is True


def test_a_failed_stage_leaves_nothing_that_looks_finished(tmp_path: Path) -> None:
    def fail(partial: Path) -> dict[str, int]:
        (partial / "rows.txt").write_text("half")
        raise StageError("no more room")

    with pytest.raises(StageError):
        complete(tmp_path / "data", REQUEST, fail, versions={})
    assert read_manifest(tmp_path / "data") is None
    assert not (tmp_path / "data").exists()


def test_an_interrupted_stage_is_taken_up_again_for_the_same_request(tmp_path: Path) -> None:
    def stop(partial: Path) -> dict[str, int]:
        (partial / "checkpoint").write_text("7")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        complete(tmp_path / "data", REQUEST, stop, versions={})
    found = []

    def look(partial: Path) -> dict[str, int]:
        found.append((partial / "checkpoint").exists())
        return write_one(partial)

    manifest, _ = complete(tmp_path / "data", REQUEST, look, versions={}, transient=("checkpoint",))
    assert found == [True]
    assert list(manifest.outputs) == ["rows.txt"]


def test_what_another_request_left_is_thrown_away(tmp_path: Path) -> None:
    def stop(partial: Path) -> dict[str, int]:
        (partial / "checkpoint").write_text("7")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        complete(tmp_path / "data", Request("build", {}, {"seed": 9}), stop, versions={})
    make(tmp_path / "data")
    assert not (tmp_path / "data" / "checkpoint").exists()


def test_an_older_result_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    make(tmp_path / "data")

    def fail(partial: Path) -> dict[str, int]:
        raise StageError("broken")

    with pytest.raises(StageError):
        complete(tmp_path / "data", Request("build", {}, {"seed": 2}), fail, versions={})
    assert (tmp_path / "data" / "rows.txt").read_text() == "one\n"


def test_the_identity_does_not_depend_on_times_or_versions(tmp_path: Path) -> None:
    first, _ = complete(tmp_path / "a", REQUEST, write_one, versions={"tool": "1"})
    second, _ = complete(tmp_path / "b", REQUEST, write_one, versions={"tool": "2"})
    assert first.identity == second.identity


def test_a_missing_stage_names_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(StageError, match="tuneserve build demo"):
        required(tmp_path / "data", "build", "tuneserve build demo")


def test_a_changed_input_stage_is_refused(tmp_path: Path) -> None:
    make(tmp_path / "data")
    (tmp_path / "data" / "rows.txt").unlink()
    with pytest.raises(StageError, match=r"missing.*--force"):
        required(tmp_path / "data", "build", "tuneserve build demo")


def test_a_damaged_manifest_is_an_error_not_a_missing_stage(tmp_path: Path) -> None:
    make(tmp_path / "data")
    (tmp_path / "data" / MANIFEST).write_text("{")
    with pytest.raises(StageError, match="damaged"):
        read_manifest(tmp_path / "data")


def test_hashes_depend_on_values_not_on_key_order() -> None:
    assert sha256_of_json({"a": 1, "b": 2}) == sha256_of_json({"b": 2, "a": 1})
    assert sha256_of_json({"a": 1}) != sha256_of_json({"a": 2})


def test_a_stage_that_is_killed_goes_on_afterwards(tmp_path: Path) -> None:
    code = f"""
import time
from pathlib import Path
from tuneserve.manifest import Request, complete

def work(partial):
    (partial / "begun").write_text("x")
    print("begun", flush=True)
    time.sleep(60)
    return {{}}

complete(Path({str(tmp_path / "data")!r}), Request("build", {{"before": "abc"}}, {{"seed": 1}}), work, versions={{}})
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert read_manifest(tmp_path / "data") is None
    assert (tmp_path / "data.partial" / "begun").exists()
    assert make(tmp_path / "data") is True
    manifest = read_manifest(tmp_path / "data")
    assert manifest is not None
    assert verify(tmp_path / "data", manifest) is None
    assert manifest.outputs["rows.txt"] == sha256_of_file(tmp_path / "data" / "rows.txt")
