"""Batches on a real port: streamed, bounded, numbered, and given up when the caller goes."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from serving.app import create_app
from serving.task_routes import MOST_LINES
from tests.serving.conftest import TASK, ScriptedEngine, settings_with

BATCH = "/v1/tasks/distance/batch"


class Slow:
    """A model that answers when it is let; counts what it was asked."""

    def __init__(self) -> None:
        self.let = threading.Semaphore(0)
        self.asked = 0

    def play(self, messages: object) -> str:
        self.asked += 1
        self.let.acquire(timeout=30)
        return '{"length":"3 km"}'


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def url(tmp_path: Path, slow: Slow) -> Iterator[str]:
    settings = settings_with(tmp_path, concurrency=2, queue_size=4, deadline_ms=60_000, cache_size=0)
    server = uvicorn.Server(
        uvicorn.Config(create_app(settings, [TASK], ScriptedEngine(slow.play)), port=0, log_level="error")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    slow.let.release(1000)
    thread.join()


def lines(count: int) -> str:
    return "\n".join(json.dumps({"input": f"3 km or {n}"}) for n in range(count))


def test_a_line_is_sent_as_soon_as_it_is_answered_and_little_is_worked_on_ahead(url: str, slow: Slow) -> None:
    with httpx.stream("POST", url + BATCH, content=lines(50), timeout=30) as reply:
        came = reply.iter_lines()
        for answered in range(1, 6):
            slow.let.release()
            assert json.loads(next(came))["output"] == {"metres": 3000}
            assert slow.asked <= answered + 3


def test_a_caller_who_goes_away_is_worked_for_no_longer(url: str, slow: Slow) -> None:
    with httpx.stream("POST", url + BATCH, content=lines(500), timeout=30) as reply:
        slow.let.release(1)
        next(reply.iter_lines())
    # Gone: what waited for its turn is dropped, at once or when the next line could not be sent.
    slow.let.release(1000)
    ends = time.monotonic() + 30
    with httpx.Client() as client:
        while "tuneserve_queue_depth 0.0" not in client.get(f"{url}/metrics").text:
            assert time.monotonic() < ends
        time.sleep(0.5)
        asked = slow.asked
        time.sleep(0.5)
    assert slow.asked == asked < 100


def test_a_batch_has_an_end(url: str) -> None:
    with httpx.Client(timeout=30) as client:
        many = client.post(url + BATCH, content=b"{}\n" * (MOST_LINES + 1))
        assert (many.status_code, many.json()["type"]) == (413, "urn:tuneserve:problem:body-too-large")
        large = client.post(url + BATCH, content=b" " * (4 * 1024 * 1024 + 1))
        assert large.status_code == 413
        most = client.post(url + BATCH, content=b"{}\n" * MOST_LINES)
        problems = [json.loads(line) for line in most.text.splitlines()]
        assert [problem["line"] for problem in problems] == list(range(1, MOST_LINES + 1))
        assert {problem["status"] for problem in problems} == {422}
        assert client.post(url + BATCH, content=b"\n \n").text == ""
