"""A real Ollama that is killed, frozen, started anew and loses its model, under a gateway that goes on answering."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from serving.app import create_app
from serving.engines.ollama import OllamaEngine
from tests.load.judge import Judge
from tests.load.ollama import NO_OLLAMA, OllamaProcess, ollama_command, own_ollama
from tests.serving.conftest import TASK, settings_with
from tests.serving.waiting import until
from tuneserve.base import SMOLLM2, packaged_base
from tuneserve.progress import LogLines

pytestmark = [
    pytest.mark.ollama,
    pytest.mark.slow,
    pytest.mark.skipif(ollama_command() is None, reason=NO_OLLAMA),
]
MODEL = "distance"
SHORT = replace(TASK, max_tokens=4)
ANSWER = "/v1/tasks/distance/answer"
DEADLINE_MS = 6000
# What a machine that does other things may add.
PATIENCE_SECONDS = 40.0
HEALS_WITHIN_SECONDS = 180.0


@pytest.fixture(scope="module")
def ollama() -> Iterator[OllamaProcess]:
    """With the untuned base model: what it writes is no reading, but it writes."""
    with own_ollama() as process:
        process.create(MODEL, packaged_base(SMOLLM2.name, LogLines()), SMOLLM2.sha256)
        process.copy(MODEL, "kept")
        yield process


@pytest.fixture
def client(tmp_path: Path, ollama: OllamaProcess) -> Iterator[TestClient]:
    settings = settings_with(tmp_path, deadline_ms=DEADLINE_MS, cache_size=0)
    with TestClient(create_app(settings, [SHORT], OllamaEngine(ollama.url, MODEL))) as client:
        until(lambda: answers_by(client) == "model", HEALS_WITHIN_SECONDS)
        yield client


def answers_by(client: TestClient) -> str:
    return str(client.get("/readyz").json()["tasks"]["distance"]["answers_by"])


def asked(client: TestClient) -> bool:
    """Answered as published, by whomever, within the deadline."""
    began = time.monotonic()
    reply = client.post(ANSWER, json={"input": "how far is 3 km"})
    assert time.monotonic() - began < PATIENCE_SECONDS
    verdict = Judge([SHORT]).reply("POST", reply.status_code, dict(reply.headers), reply.content)
    assert (verdict.wrong, reply.status_code) == ("", 200)
    assert reply.json()["output"] == {"metres": 3000}
    return True


def count(client: TestClient, line: str) -> float:
    page = client.get("/metrics").text.splitlines()
    return next((float(one.rpartition(" ")[2]) for one in page if one.startswith(line)), 0.0)


def failures(client: TestClient) -> float:
    kinds = ("unavailable", "timeout", "failed")
    return sum(count(client, f'tuneserve_engine_errors_total{{engine="ollama",kind="{kind}"}}') for kind in kinds)


def written(client: TestClient) -> float:
    """How many texts the model wrote."""
    return count(client, 'tuneserve_engine_seconds_count{engine="ollama",phase="generate"}')


def goes_on(client: TestClient, begin: Callable[[], None], end: Callable[[], None]) -> None:
    """Broken, six questions are answered all the same; mended, the model writes again."""
    begin()
    for _ in range(6):
        asked(client)
    assert failures(client) >= 1
    until(lambda: answers_by(client) == "rules", HEALS_WITHIN_SECONDS)
    end()
    until(lambda: answers_by(client) == "model", HEALS_WITHIN_SECONDS)
    before = written(client)
    # On a busy machine a text may come after the deadline, when the rules have answered.
    until(lambda: asked(client) and written(client) > before, HEALS_WITHIN_SECONDS)


def test_killed_and_started_again(client: TestClient, ollama: OllamaProcess) -> None:
    goes_on(client, ollama.kill, ollama.start)


def test_frozen_and_thawed(client: TestClient, ollama: OllamaProcess) -> None:
    goes_on(client, ollama.freeze, ollama.thaw)


def test_frozen_then_killed_and_started_again(client: TestClient, ollama: OllamaProcess) -> None:
    def end() -> None:
        ollama.kill()
        ollama.start()

    goes_on(client, ollama.freeze, end)


def test_stopped_as_an_operator_does_and_started_again(client: TestClient, ollama: OllamaProcess) -> None:
    goes_on(client, ollama.stop, ollama.start)


def test_its_model_is_deleted_and_made_again(client: TestClient, ollama: OllamaProcess) -> None:
    def begin() -> None:
        ollama.delete(MODEL)

    def end() -> None:
        shown = client.get("/readyz").json()["tasks"]["distance"]
        assert "make it: tuneserve publish distance" in shown["detail"]
        ollama.copy("kept", MODEL)

    goes_on(client, begin, end)
