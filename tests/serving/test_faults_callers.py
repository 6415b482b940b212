"""Callers who go away before their answer: nothing is worked on for them any longer."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest
import uvicorn

from serving.app import create_app
from serving.engines.engine import CALLER_GONE, Abandoned, Completion, Message, seconds_left
from serving.engines.llama_cpp import LlamaCppEngine
from tests.serving.conftest import TASK, ScriptedEngine, settings_with
from tests.serving.waiting import until
from tuneserve.base import SMOLLM2, packaged_base
from tuneserve.progress import LogLines
from tuneserve.task import JsonObject

ANSWER = "/v1/tasks/distance/answer"
CHAT = "/v1/chat/completions"
LONG = 30.0


class Stepping(ScriptedEngine):
    """Writes step by step, as the embedded engine does, until it is let go or told to stop."""

    def __init__(self) -> None:
        super().__init__('{"length":"3 km"}')
        self.go = threading.Event()
        self.ended: list[str] = []

    def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: JsonObject | None,
        max_tokens: int,
        deadline: float | None,
        draft: str | None = None,
    ) -> Completion:
        outcome = "broken off"
        try:
            self.asked.append({"text": messages[-1]["content"]})
            while not self.go.wait(0.005):
                seconds_left(deadline)
            outcome = "written"
            return Completion('{"length":"3 km"}', "stop", 10, 5, 1.0, 2.0)
        finally:
            self.ended.append(outcome)


@pytest.fixture
def engine() -> Stepping:
    return Stepping()


@pytest.fixture
def url(tmp_path: Path, engine: Stepping) -> Iterator[str]:
    """A gateway on a port that works on one question at a time, and has no deadline to speak of."""
    settings = settings_with(tmp_path, concurrency=1, queue_size=8, deadline_ms=600_000, cache_size=0)
    server = uvicorn.Server(uvicorn.Config(create_app(settings, [TASK], engine), port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    engine.go.set()
    server.should_exit = True
    thread.join()


def sent(url: str, path: str, body: JsonObject) -> socket.socket:
    """The connection on which this was asked; nothing of the reply has been read."""
    host, port = url.removeprefix("http://").split(":")
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    connection = socket.create_connection((host, int(port)), timeout=LONG)
    connection.sendall(head.encode() + content)
    return connection


def metric(url: str, line: str) -> float:
    page = httpx.get(f"{url}/metrics").text.splitlines()
    return next((float(one.rpartition(" ")[2]) for one in page if one.startswith(line + " ")), 0.0)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (ANSWER, {"input": "how far is 3 km"}),
        (CHAT, {"model": "distance", "messages": [{"role": "user", "content": "how far is 3 km"}]}),
    ],
)
def test_a_model_stops_writing_for_a_caller_who_has_gone(
    url: str, engine: Stepping, path: str, body: JsonObject
) -> None:
    connection = sent(url, path, body)
    until(lambda: len(engine.asked) == 1, LONG)
    connection.close()
    until(lambda: engine.ended == ["broken off"], LONG)
    until(lambda: metric(url, 'tuneserve_rejected_total{reason="caller-gone"}') == 1, LONG)
    # That was no failure of the engine, and its place is free.
    assert metric(url, 'tuneserve_breaker_state{engine="scripted"}') == 0
    assert metric(url, "tuneserve_in_flight") == 0
    engine.go.set()
    assert httpx.post(url + ANSWER, json={"input": "how far is 3 km"}).json()["origin"] == "model"
    assert 'kind="failed"} 1.0' not in httpx.get(f"{url}/metrics").text


def test_a_question_that_waits_is_dropped_when_its_caller_goes(url: str, engine: Stepping) -> None:
    first = sent(url, ANSWER, {"input": "first 3 km"})
    until(lambda: len(engine.asked) == 1, LONG)
    waiting = [sent(url, ANSWER, {"input": f"{number}: 3 km"}) for number in range(5)]
    until(lambda: metric(url, "tuneserve_queue_depth") == 5, LONG)
    for connection in waiting[:4]:
        connection.close()
    until(lambda: metric(url, "tuneserve_queue_depth") == 1, LONG)
    engine.go.set()
    until(lambda: engine.ended == ["written", "written"], LONG)
    assert [asked["text"] for asked in engine.asked] == ["first 3 km", "4: 3 km"]
    for connection in (first, waiting[4]):
        assert connection.recv(12) == b"HTTP/1.1 200"
        connection.close()


def test_whoever_asks_the_same_keeps_the_answer_when_one_of_them_goes(url: str, engine: Stepping) -> None:
    gone, stays = (sent(url, ANSWER, {"input": "how far is 3 km"}) for _ in range(2))
    until(lambda: len(engine.asked) == 1, LONG)
    time.sleep(0.1)  # both have joined
    gone.close()
    until(lambda: metric(url, 'tuneserve_rejected_total{reason="caller-gone"}') == 1, LONG)
    engine.go.set()
    assert stays.recv(12) == b"HTTP/1.1 200"
    stays.close()
    assert engine.ended == ["written"]


def test_callers_who_stay_on_one_connection_are_all_answered(url: str, engine: Stepping) -> None:
    """The watch over one request ends with it, and takes nothing of the next."""
    engine.go.set()
    with httpx.Client() as client:
        for _ in range(20):
            assert client.post(url + ANSWER, json={"input": "how far is 3 km"}).status_code == 200
    assert metric(url, 'tuneserve_rejected_total{reason="caller-gone"}') == 0


def test_the_embedded_engine_stops_between_two_passes_and_is_none_the_worse() -> None:
    opened = LlamaCppEngine(packaged_base(SMOLLM2.name, LogLines()))
    story = TASK.messages("Write a very long story about every kilometre of the road.")

    def written(gone: threading.Event) -> str:
        token = CALLER_GONE.set(gone)
        try:
            return opened.complete(story, schema=None, max_tokens=400, deadline=None).text
        finally:
            CALLER_GONE.reset(token)

    short = opened.complete(story, schema=None, max_tokens=12, deadline=None).text
    leaves = threading.Event()
    timer = threading.Timer(0.3, leaves.set)
    timer.start()
    with pytest.raises(Abandoned):
        written(leaves)
    timer.join()
    with pytest.raises(Abandoned):
        written(leaves)  # not even begun
    assert opened.complete(story, schema=None, max_tokens=12, deadline=None).text == short
    opened.close()
