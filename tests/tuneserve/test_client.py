"""The Python client against the real gateway on a real port, and against servers that misbehave."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import uvicorn

from serving.app import create_app
from tests.serving.conftest import TASK, ScriptedEngine, settings_with
from tests.serving.scripted_server import reply, scripted_server
from tuneserve import AsyncClient, Client
from tuneserve.answer import Answer
from tuneserve.client_calls import error_of_problem, parts
from tuneserve.errors import (
    Busy,
    DataError,
    EngineTimeout,
    EngineUnavailable,
    GatewayError,
    GatewayUnavailable,
    InputRefused,
    NoAnswer,
    NotAllowed,
    TaskError,
    TuneserveError,
)

KEY = "0123456789abcdef"


@contextmanager
def gateway(folder: Path, **changes: Any) -> Iterator[str]:
    """The app with the tiny task under uvicorn in a thread."""
    engine = ScriptedEngine('{"length":"3 km"}')
    app = create_app(settings_with(folder, **changes), [TASK], engine)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with gateway(tmp_path_factory.mktemp("store")) as url:
        yield url


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that the client would have made."""
    paused: list[float] = []
    monkeypatch.setattr("tuneserve.client.time", SimpleNamespace(sleep=paused.append))
    return paused


def test_importing_the_package_imports_no_http_library() -> None:
    code = "import sys, tuneserve; print('httpx' in sys.modules); tuneserve.Client; print('httpx' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_an_answer_is_typed_and_whole(url: str) -> None:
    with Client(url) as client, httpx.Client() as http:
        answer = client.answer("distance", "walk 3 km", rows=2)
        raw = http.post(f"{url}/v1/tasks/distance/answer", json={"input": "walk 3 km", "rows": 2}).json()
    assert answer.output == {"metres": 3000}
    assert (answer.task, answer.input, answer.origin) == ("distance", "walk 3 km", "model")
    assert answer.fields["length"].evidence == "3 km"
    assert [problem.code for problem in answer.problems] == ["unaccounted"]
    assert answer.rows is not None
    assert (answer.rows.total, len(answer.rows.items)) == (3, 2)
    assert Answer.from_json(raw).as_json() == raw


def test_tasks_and_corrections(url: str) -> None:
    with Client(url) as client:
        [task] = client.tasks()
        assert (task.name, task.schema, task.rows, task.release) == ("distance", TASK.schema, True, None)
        answer = client.answer("distance", "3 km")
        assert len(client.correct(answer, {"metres": 3001}, note="by the river")) == 32
        with pytest.raises(InputRefused, match="breaks 'required' of the task's schema"):
            client.correct(answer.id, {})
        with pytest.raises(TaskError, match="no answer with this id"):
            client.correct("none", {"metres": 1})


@pytest.mark.parametrize(
    ("task", "text", "error", "said"),
    [
        ("distance", "", InputRefused, "the input is empty"),
        ("distance", "x" * 2001, InputRefused, "at most 2000"),
        ("nothing", "3 km", TaskError, "there are: distance"),
        ("../../metrics?a=#", "3 km", GatewayError, "there is nothing at this address"),
        ("distance", "no length", NoAnswer, "is no length of the text"),
    ],
)
def test_refusals_are_errors_with_the_request_s_id(
    url: str, task: str, text: str, error: type[TuneserveError], said: str
) -> None:
    with Client(url) as client, pytest.raises(error, match=said) as caught:
        client.answer(task, text, request_id="find-me")
    assert type(caught.value) is error
    assert caught.value.request_id == "find-me"
    if isinstance(caught.value, NoAnswer):
        assert [problem.code for problem in caught.value.problems] == ["not_in_text"]


def test_a_batch_of_any_length_comes_in_order_with_errors_in_their_places(url: str) -> None:
    texts = [f"{n} km" if n % 50 else "" for n in range(700)]
    with Client(url) as client:
        results = list(client.batch("distance", iter(texts)))
    assert len(results) == 700
    for n, result in enumerate(results):
        if n % 50:
            assert isinstance(result, Answer)
            assert result.output == {"metres": n * 1000}
        else:
            assert isinstance(result, InputRefused)
    assert results[0].request_id is not None  # type: ignore[union-attr]


def test_a_batch_streams_and_can_be_left_early(url: str) -> None:
    asked: list[int] = []

    def endless() -> Iterator[str]:
        while True:
            asked.append(1)
            yield "3 km"

    with Client(url) as client:
        results = client.batch("distance", endless())
        assert isinstance(next(results), Answer)
        results.close()  # type: ignore[attr-defined]
        assert len(asked) <= 257
        assert isinstance(client.answer("distance", "3 km"), Answer)
        with pytest.raises(TaskError):
            next(client.batch("nothing", ["3 km"]))


def test_parts_are_bounded_by_lines_and_by_characters() -> None:
    assert [len(part) for part in parts(["x"] * 600)] == [256, 256, 88]
    assert [len(part) for part in parts(["x" * 200_000] * 5)] == [2, 2, 1]


def test_async_is_the_same(url: str) -> None:
    async def work() -> None:
        async with AsyncClient(url) as client:
            answers = await asyncio.gather(*(client.answer("distance", f"{n} m") for n in range(20)))
            assert [answer.output["metres"] for answer in answers] == list(range(20))
            assert [task.name for task in await client.tasks()] == ["distance"]
            assert await client.correct(answers[0], {"metres": 1})
            lines = [line async for line in client.batch("distance", [f"{n} m" for n in range(300)] + [""])]
            assert [line.output["metres"] for line in lines[:-1] if isinstance(line, Answer)] == list(range(300))
            assert isinstance(lines[-1], InputRefused)
            with pytest.raises(NoAnswer):
                await client.answer("distance", "no length")

    asyncio.run(work())


def test_a_key_is_sent_and_never_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TUNESERVE_API_KEY", raising=False)
    with gateway(tmp_path, api_keys=f"anna:{KEY}") as url:
        with Client(url, api_key=KEY) as client:
            assert client.answer("distance", "3 km").output == {"metres": 3000}
        with Client(url, api_key=KEY[::-1]) as client, pytest.raises(NotAllowed) as caught:
            client.answer("distance", "3 km")
        assert KEY[::-1] not in str(caught.value)
        monkeypatch.setenv("TUNESERVE_API_KEY", KEY)
        monkeypatch.setenv("TUNESERVE_URL", url)
        with Client() as client:
            assert client.tasks()


def test_a_rate_limit_is_waited_out(tmp_path: Path) -> None:
    with gateway(tmp_path, rate_limit=60) as url, httpx.Client() as http:
        while http.get(f"{url}/v1/tasks").status_code == 200:
            pass
        with Client(url, retries=0) as client, pytest.raises(Busy) as caught:
            client.tasks()
        assert caught.value.retry_after == 1.0
        with Client(url) as client:
            assert client.tasks()


def later(*replies: Callable[[Any], None]) -> Callable[[Any], None]:
    """Plays these one after the other, the last one for ever."""
    left = list(replies)
    return lambda request: (left.pop(0) if len(left) > 1 else left[0])(request)


def refused(status: int, slug: str, **headers: str) -> Callable[[Any], None]:
    problem = {"type": f"urn:tuneserve:problem:{slug}", "status": status, "detail": slug, "request_id": "theirs"}
    raw = json.dumps(problem).encode()

    def play(request: Any) -> None:
        request.send_response(status)
        for name, value in {"Content-Length": str(len(raw)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(raw)

    return play


def hang_up(request: Any) -> None:
    request.close_connection = True


def shown(text: str) -> dict[str, Any]:
    more = {
        "id": "1",
        "task": "distance",
        "origin": "rules",
        "release": "r",
        "fields": {},
        "problems": [],
        "took_ms": {},
    }
    return {**more, "input": text, "output": {"metres": 1}}


GOOD = reply(200, shown("3 km"))


@pytest.mark.parametrize(
    ("first", "least", "most"),
    [
        (refused(429, "too-many", Retry_After="7"), 7.0, 7.1),
        (refused(503, "queue-full", Retry_After="2"), 2.0, 2.1),
        (refused(503, "queue-full"), 0.0, 0.25),
        (reply(502, b"<html>"), 0.0, 0.25),
        (hang_up, 0.0, 0.25),
        (reply(200, b"{", length=100), 0.0, 0.25),
    ],
)
def test_what_passes_is_tried_again_after_a_pause(
    no_waiting: list[float], first: Callable[[Any], None], least: float, most: float
) -> None:
    with scripted_server(later(first, GOOD)) as server, Client(server.url) as client:
        assert client.answer("distance", "3 km").output == {"metres": 1}
    assert len(server.requests) == 2
    [pause] = no_waiting
    assert least <= pause <= most


def test_a_date_in_retry_after_is_understood(no_waiting: list[float]) -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    with (
        scripted_server(later(refused(503, "queue-full", Retry_After=at), GOOD)) as server,
        Client(server.url) as client,
    ):
        client.answer("distance", "3 km")
    assert 15 < no_waiting[0] < 21


@pytest.mark.parametrize(
    ("play", "tries", "error"),
    [
        (refused(503, "queue-full", Retry_After="1"), 4, Busy),
        (refused(503, "queue-full", Retry_After="3600"), 1, Busy),
        (refused(503, "engine-timeout"), 4, EngineTimeout),
        (refused(503, "engine-open"), 4, EngineUnavailable),
        (refused(503, "database-unavailable"), 4, DataError),
        (refused(500, "internal"), 1, GatewayError),
        (refused(421, "wrong-host"), 1, NotAllowed),
        (reply(200, b"<html>no gateway</html>"), 1, GatewayError),
        (reply(200, {"id": 1}), 1, GatewayError),
        (reply(200, b"[" * 100_000), 1, GatewayError),
        (reply(302, b""), 1, GatewayError),
        (hang_up, 4, GatewayUnavailable),
    ],
)
def test_what_does_not_pass_is_an_error(
    no_waiting: list[float], play: Callable[[Any], None], tries: int, error: type[TuneserveError]
) -> None:
    with scripted_server(play) as server, Client(server.url) as client:
        with pytest.raises(error) as caught:
            client.answer("distance", "3 km")
        assert type(caught.value) is error
        assert caught.value.request_id
    assert len(server.requests) == tries
    assert len(no_waiting) == tries - 1
    assert "\n" not in str(caught.value)


def test_a_correction_that_may_have_been_kept_is_not_sent_twice(no_waiting: list[float]) -> None:
    with scripted_server(hang_up) as server, Client(server.url) as client, pytest.raises(GatewayUnavailable):
        client.correct("1", {"metres": 1})
    assert len(server.requests) == 1
    again = later(refused(503, "queue-full"), reply(201, {"id": "c"}))
    with scripted_server(again) as server, Client(server.url) as client:
        assert client.correct("1", {"metres": 1}) == "c"


def test_a_gateway_that_hangs_is_not_waited_for_longer_than_told(no_waiting: list[float]) -> None:
    from tests.serving.scripted_server import hang

    late = pytest.raises(GatewayUnavailable, match="did not answer in time")
    with scripted_server(hang) as server, Client(server.url, timeout=0.2) as client, late:
        client.answer("distance", "3 km")
    assert len(server.requests) == 1


def test_nobody_at_the_address_says_what_to_run(no_waiting: list[float]) -> None:
    with Client("http://127.0.0.1:1", retries=1) as client, pytest.raises(GatewayUnavailable, match="tuneserve serve"):
        client.tasks()
    assert len(no_waiting) == 1


def test_a_batch_that_breaks_off_goes_on_where_it_stopped(no_waiting: list[float]) -> None:
    asked: list[list[str]] = []

    def two_lines(request: Any) -> None:
        """Answers the first two lines of what it is sent, and closes half-way through a third."""
        inputs = asked[-1]
        lines = [json.dumps(shown(text)) for text in inputs[:2]]
        raw = "\n".join([*lines, '{"id":' if len(inputs) > 2 else ""]).encode()
        reply(200, raw, length=len(raw) + 100 if len(inputs) > 2 else None)(request)

    with scripted_lines(asked, two_lines) as url, Client(url) as client:
        results = list(client.batch("distance", ["a", "b", "c", "d", "e"]))
    assert [result.input for result in results if isinstance(result, Answer)] == ["a", "b", "c", "d", "e"]
    assert asked == [["a", "b", "c", "d", "e"], ["c", "d", "e"], ["e"]]
    assert len(no_waiting) == 2


@contextmanager
def scripted_lines(asked: list[list[str]], play: Callable[[Any], None]) -> Iterator[str]:
    """A server whose requests are JSON Lines; `asked` gets the inputs of each."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append([json.loads(line)["input"] for line in body.splitlines()])
            play(self)

        def log_message(self, format: str, *args: Any) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("problem", [{}, {"status": "x"}, {"type": 3, "detail": ["x"]}, {"status": 429}])
def test_any_object_makes_an_error_and_never_a_crash(problem: dict[str, Any]) -> None:
    assert isinstance(error_of_problem(problem, "soon"), GatewayError)
