from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from convert.expected_ids import EXPECTED_IDS, read_expected_ids
from convert.modelfile import modelfile_of
from convert.parity import check_parity
from convert.publish import _next_version, publish, publish_released
from convert.served_model import ServedModel
from tests.convert.test_modelfile import RELEASE
from tests.convert.test_stage import Heard
from tuneserve.errors import ConversionError, EngineUnavailable, ReleaseError, StageError
from tuneserve.progress import Silent
from tuneserve.recipe import Recipe
from tuneserve.release import read_release
from tuneserve.run import Run
from tuneserve.task import Task

NOBODY = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def _no_ollama(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNESERVE_OLLAMA_URL", NOBODY)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "modelfiles" / "tiny_task"


def test_run_that_was_not_converted_names_the_command(task: Task, recipe: Recipe, tmp_path: Path, target: Path) -> None:
    with pytest.raises(StageError, match="no finished 'convert' stage here; run: tuneserve convert tiny_task"):
        publish(Run(task.name, "default", tmp_path), task, recipe, Silent(), False, folder=target)


def test_version_stays_while_nothing_changed_and_is_the_next_patch_otherwise() -> None:
    last = replace(RELEASE, version="1.4.9")
    assert _next_version(None, RELEASE) == "1.0.0"
    assert _next_version(last, replace(last, version="")) == "1.4.9"
    assert _next_version(last, replace(last, version="", adapter_sha256="another")) == "1.4.10"
    assert _next_version(replace(last, version="2.0.0-rc1"), replace(last, adapter_sha256="another")) == "2.0.0"


def test_released_model_without_an_ollama_is_one_clear_error(task: Task, tmp_path: Path, target: Path) -> None:
    with pytest.raises(ReleaseError, match="nothing is released yet; run: tuneserve run tiny_task"):
        publish_released(task, NOBODY, Silent(), folder=target)
    target.mkdir(parents=True)
    (target / "release.json").write_text(json.dumps({name: getattr(RELEASE, name) for name in RELEASE.__slots__}))
    with pytest.raises(EngineUnavailable, match=r"no Ollama answers at http://127\.0\.0\.1:1 .*ollama serve"):
        publish_released(task, NOBODY, Silent(), folder=target)


@pytest.mark.slow
def test_missed_gate_releases_nothing(converted_run: Run, task: Task, recipe: Recipe, target: Path) -> None:
    run = _copy(converted_run, target.parent.parent)
    said = r"not released: exact 0\.0 % .*, needed 90\.0 % \(wrong cases: .*report\.json\)"
    heard = Heard()
    with pytest.raises(StageError, match=said):
        publish(run, task, recipe, heard, False, folder=target)
    assert any(line.split()[:1] == ["exact"] and "MISSED, n = 4" in line for line in heard.lines)
    assert not target.exists()
    assert not run.release.exists()


@pytest.mark.slow
def test_publish_writes_exactly_what_is_committed(
    converted_run: Run, task: Task, recipe: Recipe, target: Path, data_dir: Path
) -> None:
    run = _copy(converted_run, target.parent.parent)
    heard = Heard()
    publish(run, task, recipe, heard, False, force_gates=True, folder=target)
    assert sorted(str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()) == [
        "Modelfile",
        "README.md",
        "adapter/adapter_config.json",
        "adapter/adapter_model.safetensors",
        "adapter/vocabulary.json",
        "expected_ids.jsonl",
        "release.json",
    ]
    release = read_release(target)
    assert release is not None
    assert (release.name, release.status, release.quantization) == ("tiny_task@1.0.0", "staging", "q8_0")
    assert release.metrics["exact"] == 0.0
    assert str(run.folder) not in (target / "adapter" / "adapter_config.json").read_text(), "no path of this machine"
    assert (data_dir / "_released" / "tiny_task" / "1.0.0-q8_0.gguf").is_file()
    assert any("not in Ollama yet" in line and "then: tuneserve publish tiny_task" in line for line in heard.lines)

    again = Heard()
    publish(run, task, recipe, again, False, force_gates=True, folder=target)
    assert any("up to date" in line for line in again.lines)


@pytest.mark.slow
def test_changed_prompt_asks_for_a_new_training(converted_run: Run, task: Task, recipe: Recipe, target: Path) -> None:
    changed = replace(task, prompt="Another prompt.")
    with pytest.raises(StageError, match=r"the prompt of 'tiny_task' changed since training; run: tuneserve train"):
        publish(converted_run, changed, recipe, Silent(), False, folder=target)


@pytest.mark.slow
def test_template_of_the_gguf_gives_the_ids_of_training(converted_run: Run) -> None:
    chats = read_expected_ids(converted_run.gguf / EXPECTED_IDS)
    with ServedModel(converted_run.gguf / "tiny_task-q8_0.gguf") as model:
        assert model.chat_format().name == "chatml"
        parity = check_parity(chats, model)
    assert str(parity).startswith(f"template parity: Hugging Face = GGUF on {len(chats)} prompts")


@pytest.mark.slow
def test_one_blank_of_difference_stops_publishing_and_is_shown(converted_run: Run) -> None:
    chats = read_expected_ids(converted_run.gguf / EXPECTED_IDS)
    with ServedModel(converted_run.gguf / "tiny_task-q8_0.gguf") as model:
        model.template = model.template.replace("'<|im_start|>assistant\n'", "'<|im_start|>assistant '")
        said = r"the GGUF's template and training differ from token \d+ on"
        with pytest.raises(ConversionError, match=said) as failed:
            check_parity(chats, model)
    assert "assistant" in str(failed.value)
    assert repr(chats[0].label) in str(failed.value)
    assert "\n" not in str(failed.value)


@pytest.mark.slow
def test_modelfile_template_is_the_models_own(converted_run: Run, task: Task) -> None:
    chats = read_expected_ids(converted_run.gguf / EXPECTED_IDS)
    with ServedModel(converted_run.gguf / "tiny_task-q8_0.gguf") as model:
        known = model.chat_format()
    assert [known.render(chat.messages) for chat in chats] == [chat.text for chat in chats]
    assert known.go_template() in modelfile_of(RELEASE, task, known).text()


def _copy(run: Run, folder: Path) -> Run:
    """The run with stages of its own, so that one test's release is not another's."""
    shutil.copytree(run.folder, folder / "run", ignore=shutil.ignore_patterns("*.partial", "release"))
    return Run(run.task, run.name, folder / "run")
