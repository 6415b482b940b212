"""A model server that repeats what it was asked: the question gets no further than the log at level debug."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from serving.app import create_app
from serving.engines.engine import Engine
from serving.engines.ollama import OllamaEngine
from serving.engines.openai import OpenAIEngine
from tests.serving.conftest import TASK, settings_with
from tests.serving.scripted_server import Play, chat, reply, scripted_server

MARK = "zanzibar7319"
WITHOUT_RULES = replace(TASK, rules=None)
ENGINES: list[Callable[[str], Engine]] = [
    lambda url: OllamaEngine(url, "distance"),
    lambda url: OpenAIEngine(f"{url}/v1", "distance"),
]


def question_in(request: Any) -> str:
    """What this server was asked last."""
    return str(request.scripted.requests[-1][1]["messages"][-1]["content"])


def says(status: int) -> Play:
    """An error reply that quotes the question, in Ollama's shape."""
    return lambda request: reply(status, {"error": f"cannot answer: {question_in(request)}"})(request)


def not_http(request: Any) -> None:
    request.wfile.write(f"Sure! {question_in(request)}\r\n\r\n".encode())
    request.close_connection = True


def page(request: Any) -> None:
    reply(500, f"<html>{question_in(request)}</html>".encode())(request)


def prose(request: Any) -> None:
    reply(200, chat(f"The answer to '{question_in(request)}' is 42."))(request)


def another_key(request: Any) -> None:
    reply(200, chat(json.dumps({question_in(request): 1})))(request)


PLAYS = {
    "500": says(500),
    "503": says(503),
    "404": says(404),
    "429": says(429),
    "page": page,
    "not_http": not_http,
    "prose": prose,
    "another_key": another_key,
}


@pytest.mark.parametrize("make", ENGINES, ids=["ollama", "openai"])
@pytest.mark.parametrize("play", PLAYS.values(), ids=PLAYS)
def test_no_reply_of_a_model_server_brings_a_question_into_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, play: Play, make: Callable[[str], Engine]
) -> None:
    caplog.set_level(logging.INFO)
    with scripted_server(play) as server:
        app = create_app(settings_with(tmp_path, deadline_ms=5000), [WITHOUT_RULES], make(server.url))
        with TestClient(app) as client:
            for number in range(4):
                told = client.post("/v1/tasks/distance/answer", json={"input": f"{MARK} {number}"})
                assert told.status_code in (422, 503)
                assert MARK not in told.text
            assert MARK not in client.get("/readyz").text
        assert any(MARK in str(body) for _, body in server.requests), "the server was asked"
    assert MARK not in caplog.text


def test_at_debug_the_log_says_what_the_server_said_and_at_warning_how_it_failed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with scripted_server(says(500)) as server:
        app = create_app(settings_with(tmp_path, deadline_ms=5000), [TASK], OllamaEngine(server.url, "distance"))
        with TestClient(app) as client:
            assert client.post("/v1/tasks/distance/answer", json={"input": f"3 km {MARK}"}).json()["origin"] == "rules"
    told = [(record.levelno, record.getMessage()) for record in caplog.records if record.name.startswith("serving")]
    failed = f"distance: Ollama at {server.url} failed (500)"
    assert (logging.WARNING, failed) in told
    assert [level for level, message in told if MARK in message] == [logging.DEBUG]


def test_what_a_server_says_to_a_probe_is_told_to_operators(tmp_path: Path) -> None:
    """A probe asks an example of the task, nobody's question."""
    with scripted_server(reply(500, {"error": "model requires more system memory (2.1 GiB)"})) as server:
        app = create_app(settings_with(tmp_path), [TASK], OllamaEngine(server.url, "distance"))
        with TestClient(app) as client:
            shown: dict[str, Any] = {}
            while "memory" not in shown.get("detail", ""):
                shown = client.get("/readyz").json()["tasks"]["distance"]
    assert shown["detail"] == f"Ollama at {server.url} failed (500): model requires more system memory (2.1 GiB)"
