"""A model server that misbehaves in sixteen ways: answers go on within the deadline, it is counted, and it heals."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from serving.app import create_app
from serving.engines.ollama import OllamaEngine
from tests.load.judge import Judge
from tests.load.plays import PLAYS, well
from tests.serving.conftest import TASK, settings_with
from tests.serving.scripted_server import ScriptedServer, scripted_server
from tests.serving.waiting import until

ANSWER = "/v1/tasks/distance/answer"
# Short where it is the deadline that ends the wait; where the server's reply does, longer than a busy machine needs.
DEADLINE_MS = 500
LONG_DEADLINE_MS = 5000
# What a busy machine may add; a caller who waited for the server would wait ten seconds or more.
PATIENCE_SECONDS = 8.0


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server(well(TASK)) as server:
        yield server


@pytest.fixture
def client(tmp_path: Path, server: ScriptedServer, request: pytest.FixtureRequest) -> Iterator[TestClient]:
    ends_at_the_deadline = PLAYS[request.getfixturevalue("what")][1] == "timeout"
    deadline_ms = DEADLINE_MS if ends_at_the_deadline else LONG_DEADLINE_MS
    settings = settings_with(tmp_path, deadline_ms=deadline_ms, cache_size=0)
    with TestClient(create_app(settings, [TASK], OllamaEngine(server.url, "distance"))) as client:
        until(lambda: answers_by(client) == "model")
        yield client


def answers_by(client: TestClient) -> str:
    return str(client.get("/readyz").json()["tasks"]["distance"]["answers_by"])


def asked(client: TestClient, text: str) -> tuple[str, float]:
    """Who answered, or why nobody did; and how long it took, in seconds. The reply is as published."""
    began = time.monotonic()
    reply = client.post(ANSWER, json={"input": text})
    took = time.monotonic() - began
    verdict = Judge([TASK]).reply("POST", reply.status_code, dict(reply.headers), reply.content)
    assert verdict.wrong == ""
    return verdict.kind, took


def failures(client: TestClient, kind: str) -> float:
    wanted = f'tuneserve_engine_errors_total{{engine="ollama",kind="{kind}"}} '
    page = client.get("/metrics").text.splitlines()
    return next(float(line.removeprefix(wanted)) for line in page if line.startswith(wanted))


@pytest.mark.slow
@pytest.mark.parametrize("what", PLAYS)
def test_answers_go_on_it_is_counted_and_it_heals(client: TestClient, server: ScriptedServer, what: str) -> None:
    fault, kind = PLAYS[what]
    until(lambda: asked(client, "how far is 3 km")[0] == "model")
    before = failures(client, kind)
    server.play = fault
    for number in range(5):
        who, took = asked(client, f"{number}: how far is 3 km")
        assert who == "rules"
        assert took < PATIENCE_SECONDS
    assert failures(client, kind) > before
    # What the rules cannot read either is refused, clearly and at once.
    who, took = asked(client, "how far is it")
    assert who.startswith("engine-") or who == "no-answer"
    assert took < PATIENCE_SECONDS
    server.play = well(TASK)
    until(lambda: asked(client, "how far is 3 km")[0] == "model")
    until(lambda: answers_by(client) == "model")


@pytest.mark.parametrize("what", ["says nothing", "answers 500", "closes the connection without a word"])
def test_after_some_failures_nobody_waits_for_it_any_more(
    client: TestClient, server: ScriptedServer, what: str
) -> None:
    server.play = PLAYS[what][0]
    until(lambda: asked(client, "how far is 3 km")[0] == "rules" and failures(client, "open") >= 1)
    assert answers_by(client) == "rules"
    sent = len(server.requests)
    for _ in range(20):
        assert asked(client, "how far is 3 km")[0] == "rules"
    assert failures(client, "open") >= 20
    # The probe asks, callers do not.
    assert len(server.requests) - sent <= 3
