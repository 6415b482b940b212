from __future__ import annotations

import json
from pathlib import Path

import pytest

from convert.expected_ids import EXPECTED_IDS, PROBES, read_expected_ids
from convert.gguf_file import GgufFile
from convert.stage import convert
from tuneserve.errors import ConversionError, StageError
from tuneserve.manifest import read_manifest
from tuneserve.progress import Silent
from tuneserve.recipe import Recipe
from tuneserve.run import Run
from tuneserve.task import Task


class Heard(Silent):
    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, text: str) -> None:
        self.lines.append(text)


def test_run_without_an_adapter_names_the_command_that_makes_one(task: Task, recipe: Recipe, tmp_path: Path) -> None:
    run = Run(task.name, "default", tmp_path)
    with pytest.raises(StageError, match="no finished 'train' stage here; run: tuneserve train tiny_task"):
        convert(run, task, recipe, Silent(), force=False)


def test_damaged_expected_ids_say_what_to_run(tmp_path: Path) -> None:
    path = tmp_path / EXPECTED_IDS
    for text in ("", '{"messages": []}', "{"):
        path.write_text(text)
        with pytest.raises(ConversionError, match=r"expected_ids\.jsonl: .*run: tuneserve convert TASK --force"):
            read_expected_ids(path)


@pytest.mark.slow
def test_stage_makes_exactly_its_files(converted_run: Run, task: Task) -> None:
    assert sorted(path.name for path in converted_run.gguf.iterdir()) == [
        "expected_ids.jsonl",
        "manifest.json",
        "quantization.json",
        "sizes.json",
        "tiny_task-adapter.gguf",
        "tiny_task-f16.gguf",
        "tiny_task-q4_k_m.gguf",
        "tiny_task-q8_0.gguf",
        "vocabulary.json",
    ]
    manifest = read_manifest(converted_run.gguf)
    assert manifest is not None
    assert manifest.versions.keys() == {"torch", "transformers", "peft", "gguf", "llama-cpp-python"}
    sizes = json.loads((converted_run.gguf / "sizes.json").read_text())
    assert sizes["f16"]["bits_per_weight"] > sizes["q8_0"]["bits_per_weight"] > sizes["q4_k_m"]["bits_per_weight"]
    assert sizes["q8_0"]["bytes"] == (converted_run.gguf / "tiny_task-q8_0.gguf").stat().st_size


@pytest.mark.slow
def test_tokenizer_is_converted_as_smollms(converted_run: Run) -> None:
    """llama.cpp splits text by this name; with another one digits are cut otherwise than in training."""
    assert GgufFile(converted_run.gguf / "tiny_task-f16.gguf").value("tokenizer.ggml.pre") == "smollm"


@pytest.mark.slow
def test_expected_ids_cover_examples_and_probes(converted_run: Run, task: Task) -> None:
    chats = read_expected_ids(converted_run.gguf / EXPECTED_IDS)
    assert [chat.label for chat in chats] == [*task.examples, *PROBES]
    assert all(list(chat.messages) == task.messages(chat.label) and len(chat.ids) > 10 for chat in chats)


@pytest.mark.slow
def test_unchanged_run_is_skipped(converted_run: Run, task: Task, recipe: Recipe) -> None:
    heard = Heard()
    before = (converted_run.gguf / "tiny_task-f16.gguf").stat().st_mtime_ns
    convert(converted_run, task, recipe, heard, force=False)
    assert heard.lines == [f"convert: {converted_run.gguf} is up to date"]
    assert (converted_run.gguf / "tiny_task-f16.gguf").stat().st_mtime_ns == before


@pytest.mark.slow
def test_stage_that_goes_on_keeps_the_files_that_are_whole(converted_run: Run, stamps: dict[str, int]) -> None:
    assert sorted(stamps) == ["tiny_task-adapter.gguf", "tiny_task-f16.gguf", "tiny_task-q4_k_m.gguf"]
    assert {name: (converted_run.gguf / name).stat().st_mtime_ns for name in stamps} == stamps
    assert GgufFile(converted_run.gguf / "tiny_task-q8_0.gguf").weight().tensor_types["q8_0"] > 10
