"""What needs a running Ollama: TUNESERVE_TEST_OLLAMA_URL names it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from convert.chat_format import FORMATS, ChatFormat
from convert.expected_ids import EXPECTED_IDS, ExpectedChat, read_expected_ids
from convert.modelfile import Modelfile, modelfile_of
from convert.ollama_model import create_in_ollama
from convert.ollama_server import OllamaServer
from tests.convert.test_chat_format import CHAT
from tests.convert.test_modelfile import RELEASE
from tests.convert.test_stage import Heard
from tuneserve.errors import ConversionError, EngineError
from tuneserve.run import Run
from tuneserve.task import Task

pytestmark = [pytest.mark.ollama, pytest.mark.slow]
COMMAND = "TUNESERVE_TEST_OLLAMA_COMMAND"
needs_command = pytest.mark.skipif(COMMAND not in os.environ, reason=f"{COMMAND} names no ollama command")


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    server = OllamaServer(os.environ["TUNESERVE_TEST_OLLAMA_URL"])
    yield server
    for name in ("tiny_task", "tiny_task:1.2.3", "tiny_task-candidate"):
        server.delete(name)


@pytest.fixture
def gguf(converted_run: Run) -> Path:
    return converted_run.gguf / "tiny_task-q8_0.gguf"


@pytest.fixture
def chats(converted_run: Run) -> list[ExpectedChat]:
    """Every fourth, to be quick: all are compared without Ollama in test_publish.py."""
    return read_expected_ids(converted_run.gguf / EXPECTED_IDS)[::4]


def _create(server: OllamaServer, name: str, gguf: Path, settings: Modelfile) -> None:
    server.create(
        name,
        gguf,
        template=settings.template,
        system=settings.system,
        parameters=settings.parameters,
        license=settings.license,
    )


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
def test_ollama_renders_what_the_format_renders(
    server: OllamaServer, gguf: Path, task: Task, known: ChatFormat
) -> None:
    _create(server, task.name, gguf, modelfile_of(RELEASE, task, known))
    for chat in (CHAT[:2], CHAT):
        assert server.rendered(task.name, chat) == known.render(chat)
    own_prompt = [{"role": "system", "content": task.prompt}, CHAT[1]]
    assert server.rendered(task.name, [CHAT[1]]) == known.render(own_prompt), "the task's prompt is built in"


def test_release_is_put_in_place_after_the_parity_check(
    server: OllamaServer, gguf: Path, chats: list[ExpectedChat], task: Task
) -> None:
    heard = Heard()
    create_in_ollama(task, RELEASE, gguf, chats, server, heard, unproven=True)
    said = "\n".join(heard.lines)
    assert f"template parity: Hugging Face = GGUF = Ollama on {len(chats)} prompts" in said
    assert "has tiny_task@1.2.3" in said
    names = [row["name"] for row in httpx.get(f"{server.url}/api/tags").json()["models"]]
    assert {"tiny_task:latest", "tiny_task:1.2.3"} <= set(names)
    assert "tiny_task-candidate:latest" not in names


def test_release_beside_the_one_that_serves_leaves_it_alone(
    server: OllamaServer, gguf: Path, chats: list[ExpectedChat], task: Task
) -> None:
    _create(server, task.name, gguf, replace(modelfile_of(RELEASE, task, FORMATS[0]), system="The old one."))
    create_in_ollama(task, RELEASE, gguf, chats, server, Heard(), unproven=True, own=False)
    assert server.has("tiny_task:1.2.3")
    assert "The old one." in server.rendered(task.name, [CHAT[1]])


def test_model_that_answers_nonsense_does_not_replace_the_one_that_is_served(
    server: OllamaServer, gguf: Path, chats: list[ExpectedChat], task: Task
) -> None:
    _create(server, task.name, gguf, replace(modelfile_of(RELEASE, task, FORMATS[0]), system="The old one."))
    said = r"tiny_task@1\.2\.3 in Ollama: it writes .* the model was not put in place"
    with pytest.raises(ConversionError, match=said):
        create_in_ollama(task, RELEASE, gguf, chats, server, Heard())
    assert "The old one." in server.rendered(task.name, [CHAT[1]])
    with pytest.raises(EngineError, match="not found"):
        server.rendered("tiny_task-candidate", [CHAT[1]])


def test_template_that_differs_is_not_put_in_place(
    server: OllamaServer, gguf: Path, chats: list[ExpectedChat], task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    blank = replace(FORMATS[0], generation="<|im_start|>assistant ")
    monkeypatch.setattr("convert.served_model.recognised", lambda *arguments: blank)
    with pytest.raises(ConversionError, match=r"template parity: Ollama and training differ from token \d+ on"):
        create_in_ollama(task, RELEASE, gguf, chats, server, Heard(), unproven=True)
    with pytest.raises(EngineError, match="not found"):
        server.rendered(task.name, [CHAT[1]])


def test_other_version_of_ollama_is_said(
    server: OllamaServer, gguf: Path, chats: list[ExpectedChat], task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convert.ollama_model.TESTED_VERSION", "0.1.0")
    heard = Heard()
    create_in_ollama(task, RELEASE, gguf, chats, server, heard, unproven=True)
    assert any("is version" in line and "tested with 0.1.0" in line for line in heard.lines)


@needs_command
def test_modelfile_makes_the_same_model_as_the_api(
    server: OllamaServer, gguf: Path, task: Task, tmp_path: Path
) -> None:
    settings = replace(modelfile_of(RELEASE, task, FORMATS[0]), source=str(gguf))
    _create(server, task.name, gguf, settings)
    by_api = _shown(server, task.name)
    (tmp_path / "Modelfile").write_text(settings.text())
    _ollama(server, "create", task.name, "-f", str(tmp_path / "Modelfile"))
    assert _shown(server, task.name) == by_api


@needs_command
def test_ollama_run_prints_the_models_text_and_nothing_else(
    server: OllamaServer, gguf: Path, chats: list[ExpectedChat], task: Task
) -> None:
    create_in_ollama(task, RELEASE, gguf, chats, server, Heard(), unproven=True)
    printed = _ollama(server, "run", "--nowordwrap", task.name, task.examples[0])
    assert printed.strip() == server.run(task.name, task.examples[0]).text.strip() != ""


def _ollama(server: OllamaServer, *arguments: str) -> str:
    environment = {**os.environ, "OLLAMA_HOST": server.url}
    command = [os.environ[COMMAND], *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120).stdout


def _shown(server: OllamaServer, name: str) -> dict[str, object]:
    found = httpx.post(f"{server.url}/api/show", json={"model": name}).json()
    parameters = sorted(" ".join(line.split()) for line in found["parameters"].splitlines())
    return {"parameters": parameters, **{key: found[key] for key in ("template", "system", "license")}}
