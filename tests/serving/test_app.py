"""The gateway over HTTP, as docs and the interface contract promise it."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from serving.app import create_app
from serving.settings import Settings
from tests.serving.conftest import TASK, ScriptedEngine, settings_with
from tests.serving.waiting import until
from tuneserve.errors import EngineUnavailable

JSON = {"content-type": "application/json"}
QUESTION = {"input": "how far is 3 km"}
ANSWER = "/v1/tasks/distance/answer"


def assert_problem(reply: Response, status: int, slug: str) -> dict[str, object]:
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    problem = reply.json()
    assert problem["type"] == f"urn:tuneserve:problem:{slug}"
    assert problem["status"] == status
    assert {"type", "title", "status", "detail", "request_id"} <= set(problem)
    assert problem["request_id"] == reply.headers["x-request-id"]
    assert "Traceback" not in reply.text
    return dict(problem)


def test_an_answer_has_the_promised_members(client: TestClient) -> None:
    reply = client.post(ANSWER, json={**QUESTION, "rows": 1})
    assert reply.status_code == 200
    answer = reply.json()
    assert len(answer.pop("id")) == 32
    assert set(answer.pop("took_ms")) == {"total", "model", "ground", "rules", "lookup"}
    assert answer == {
        "task": "distance",
        "input": "how far is 3 km",
        "output": {"metres": 3000},
        "origin": "model",
        "release": "distance@unreleased",
        "fields": {"length": {"from": "model", "evidence": "3 km"}, "metres": {"from": "grounding", "evidence": None}},
        "problems": [],
        "rows": {"total": 3, "items": [{"trip": 0, "metres": 3000}]},
    }


def test_the_second_time_it_comes_from_the_cache(client: TestClient) -> None:
    client.post(ANSWER, json=QUESTION)
    again = client.post(ANSWER, json=QUESTION).json()
    assert (again["origin"], again["cached_from"]) == ("cache", "model")


@pytest.mark.parametrize(
    ("body", "status", "slug"),
    [
        (b"{", 400, "not-json"),
        (b"", 400, "not-json"),
        (b"[1]", 422, "invalid-fields"),
        (b'{"input": 3}', 422, "invalid-fields"),
        (b'{"input": "3 km", "row": 1}', 422, "invalid-fields"),
        (b'{"input": "3 km", "rows": -1}', 422, "invalid-fields"),
        (b'{"input": "3 km", "rows": 1001}', 422, "invalid-fields"),
        (b'{"input": "3 km", "rows": 1e400}', 422, "invalid-fields"),
        (b'{"input": "3 km", "rows": ' + b"9" * 5000 + b"}", 400, "not-json"),
        (b'{"input": "\\ud800"}', 422, "invalid-input"),
        (b'{"input": "3 km", "\\ud800": 1}', 422, "invalid-fields"),
        (b'{"input": "3 km", "' + b"x" * 9000 + b'": 1}', 422, "invalid-fields"),
        (b'{"input": "  "}', 422, "invalid-input"),
        (b'{"input": "how far"}', 422, "no-answer"),
        (b'{"input": "\xff"}', 400, "not-json"),
        (b"[" * 60_000, 400, "not-json"),
        (json.dumps({"input": "a" * 2001}).encode(), 413, "input-too-long"),
        (json.dumps({"input": "a" * 70_000}).encode(), 413, "body-too-large"),
    ],
)
def test_a_body_that_cannot_be_answered_is_refused(client: TestClient, body: bytes, status: int, slug: str) -> None:
    client.app.state.gateway.tasks["distance"].answerer.engine._engine._plays = ["no reading"]  # type: ignore[attr-defined]
    reply = client.post(ANSWER, content=body, headers=JSON)
    assert_problem(reply, status, slug)


def test_a_body_that_is_not_sent_as_json_is_told_which_header_to_send(client: TestClient) -> None:
    reply = client.post(ANSWER, content=json.dumps(QUESTION), headers={"Content-Type": "text/plain"})
    assert_problem(reply, 400, "not-json")
    assert "Content-Type: application/json" in reply.json()["detail"]


def test_a_chunked_body_is_limited_too(client: TestClient) -> None:
    reply = client.post(ANSWER, content=(b" " * 1000 for _ in range(100)), headers=JSON)
    assert_problem(reply, 413, "body-too-large")


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("POST", "/v1/tasks/nothing/answer", 404, "no-such-task"),
        ("GET", "/v1/tasks/nothing", 404, "no-such-task"),
        ("GET", "/nothing", 404, "not-found"),
        ("GET", ANSWER, 405, "method-not-allowed"),
        ("DELETE", "/healthz", 405, "method-not-allowed"),
    ],
)
def test_wrong_addresses_and_methods_are_problems(
    client: TestClient, method: str, path: str, status: int, slug: str
) -> None:
    reply = client.request(method, path, json=QUESTION)
    assert_problem(reply, status, slug)
    assert ("allow" in reply.headers) == (status == 405)


@pytest.mark.parametrize("path", ["/healthz", "/v1/tasks", "/metrics", "/openapi.json"])
def test_head_is_get_without_the_body(client: TestClient, path: str) -> None:
    reply = client.head(path)
    assert (reply.status_code, reply.content) == (200, b"")
    assert_problem_head = client.head("/nothing")
    assert (assert_problem_head.status_code, assert_problem_head.content) == (404, b"")


@pytest.mark.parametrize(("sent", "kept"), [("abc-123", True), ("a" * 65, False), ("a b", False), ("x\ny", False)])
def test_a_sane_request_id_is_kept(client: TestClient, sent: str, kept: bool) -> None:
    reply = client.get("/healthz", headers={"x-request-id": sent.encode()})  # type: ignore[dict-item]
    assert (reply.headers["x-request-id"] == sent) == kept
    assert len(reply.headers["x-request-id"]) >= 7


def test_a_bug_is_a_problem_and_its_trace_is_in_the_log_only(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(text: str, reading: object, today: object) -> None:
        raise ZeroDivisionError("secret detail")

    app = create_app(settings, [replace(TASK, ground=broken)], ScriptedEngine('{"length":"3 km"}'))  # type: ignore[arg-type]
    with TestClient(app, raise_server_exceptions=False) as client:
        reply = client.post(ANSWER, json=QUESTION, headers={"x-request-id": "find-me"})
        assert_problem(reply, 500, "internal")
        assert "secret" not in reply.text
        assert client.get("/healthz").status_code == 200
    [record] = [record for record in caplog.records if "find-me" in record.getMessage()]
    assert record.exc_info is not None


def test_a_task_without_rules_and_without_a_model_is_503(settings: Settings) -> None:
    with TestClient(create_app(settings, [replace(TASK, rules=None)])) as client:
        reply = client.post(ANSWER, json=QUESTION)
        assert_problem(reply, 503, "engine-unavailable")
        assert int(reply.headers["retry-after"]) > 0


def test_a_full_queue_is_told_at_once(tmp_path: Path) -> None:
    released = threading.Event()

    def slow(messages: object) -> str:
        released.wait(10)
        return '{"length":"3 km"}'

    settings = settings_with(tmp_path, concurrency=1, queue_size=1)
    with TestClient(create_app(settings, [TASK], ScriptedEngine(slow))) as client:
        replies: list[Response] = []

        def ask(text: str) -> None:
            replies.append(client.post(ANSWER, json={"input": text}))

        askers = [threading.Thread(target=ask, args=(f"{n} km or 3 km",)) for n in range(2)]
        for asker in askers:
            asker.start()
        until(lambda: "tuneserve_queue_depth 1.0" in client.get("/metrics").text)
        started = time.monotonic()
        refused = client.post(ANSWER, json=QUESTION)
        assert time.monotonic() - started < 5
        released.set()
        for asker in askers:
            asker.join()
        assert_problem(refused, 503, "queue-full")
        assert refused.headers["retry-after"] == "1"
        assert [reply.status_code for reply in replies] == [200, 200]
        metrics = client.get("/metrics").text
        assert 'tuneserve_rejected_total{reason="queue-full"} 1.0' in metrics
        assert "tuneserve_queue_depth 0.0" in metrics


def test_a_full_queue_does_not_keep_cached_answers_back(tmp_path: Path) -> None:
    released = threading.Event()
    plays: list[object] = ['{"length":"3 km"}', lambda messages: released.wait(10) and '{"length":"3 km"}']
    settings = settings_with(tmp_path, concurrency=1, queue_size=1)
    with TestClient(create_app(settings, [TASK], ScriptedEngine(*plays))) as client:
        client.post(ANSWER, json=QUESTION)
        asker = threading.Thread(target=lambda: client.post(ANSWER, json={"input": "another 3 km"}))
        asker.start()
        until(lambda: len(client.app.state.gateway.tasks["distance"].engine._engine.asked) == 2)  # type: ignore[attr-defined]
        assert client.post(ANSWER, json=QUESTION).json()["origin"] == "cache"
        released.set()
        asker.join()


def test_an_answer_comes_at_the_deadline_when_the_engine_hangs(tmp_path: Path) -> None:
    from serving.engines.ollama import OllamaEngine
    from tests.serving.scripted_server import HANGS_SECONDS, hang, scripted_server

    with scripted_server(hang) as server:
        engine = OllamaEngine(server.url, "distance")
        settings = settings_with(tmp_path, deadline_ms=200)
        with TestClient(create_app(settings, [TASK], engine)) as client:
            started = time.monotonic()
            answer = client.post(ANSWER, json=QUESTION).json()
            assert time.monotonic() - started < HANGS_SECONDS / 3
            assert answer["origin"] == "rules"
            assert 'tuneserve_engine_errors_total{engine="ollama",kind="timeout"} 1.0' in client.get("/metrics").text


def test_tasks_are_described(client: TestClient) -> None:
    [listed] = client.get("/v1/tasks").json()["tasks"]
    assert listed == client.get("/v1/tasks/distance").json()
    assert listed["name"] == "distance"
    assert listed["schema"] == TASK.schema
    assert listed["examples"] == list(TASK.examples)
    assert listed["release"] is None


def test_it_is_alive_and_has_api_pages(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    assert "swagger" in client.get("/docs").text.lower()
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/v1/tasks/{task}/answer", "/v1/tasks/{task}/batch", "/v1/chat/completions", "/readyz"} <= set(paths)


def test_batch_answers_every_line_in_order(client: TestClient) -> None:
    lines = [
        b'{"input": "3 km"}',
        b"nonsense",
        b'{"input": "3 km", "rows": 2}',
        b"",
        b'{"input": ""}',
        b'{"input": "3 km", "x": 1}',
        b'"\xff"',
        json.dumps({"input": "b" * 2001}).encode(),
    ]
    reply = client.post("/v1/tasks/distance/batch", content=b"\n".join(lines))
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("application/x-ndjson")
    got = [json.loads(line) for line in reply.text.splitlines()]
    assert [row.get("status", 200) for row in got] == [200, 400, 200, 422, 422, 400, 413]
    assert got[2]["rows"]["total"] == 3
    assert [row["line"] for row in got if "status" in row] == [2, 5, 6, 7, 8]
    assert all(row.get("request_id", reply.headers["x-request-id"]) == reply.headers["x-request-id"] for row in got)


def test_a_batch_larger_than_the_queue_is_answered(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, concurrency=1, queue_size=1)
    lines = "\n".join(json.dumps({"input": f"{n} km"}) for n in range(40))
    with TestClient(create_app(settings, [TASK])) as client:
        got = [json.loads(line) for line in client.post("/v1/tasks/distance/batch", content=lines).text.splitlines()]
    assert [row["output"]["metres"] for row in got] == [n * 1000 for n in range(40)]


def test_a_batch_for_no_task_is_404(client: TestClient) -> None:
    assert_problem(client.post("/v1/tasks/nothing/batch", content=b"{}"), 404, "no-such-task")


def test_a_correction_is_kept_and_joined_to_its_answer(client: TestClient, tmp_path: Path) -> None:
    from sqlalchemy import create_engine, text

    answer = client.post(ANSWER, json=QUESTION).json()
    reply = client.post(
        f"/v1/answers/{answer['id']}/correction", json={"expected": {"metres": 3001}, "note": "by the river"}
    )
    assert reply.status_code == 201
    assert 'tuneserve_corrections_total{task="distance"} 1.0' in client.get("/metrics").text
    database = create_engine(f"sqlite:///{tmp_path / 'store.sqlite'}")
    with database.connect() as connection:
        query = "select input, expected, note from corrections join answers on answers.id = answer_id"
        [row] = connection.execute(text(query))
    database.dispose()
    assert (row.input, json.loads(row.expected), row.note) == ("how far is 3 km", {"metres": 3001}, "by the river")


@pytest.mark.parametrize(
    ("path", "body", "status", "slug"),
    [
        ("/v1/answers/none/correction", {"expected": {"metres": 1}}, 404, "no-such-answer"),
        ("/v1/answers/{}/correction", {"expected": {"feet": 1}}, 422, "invalid-fields"),
        ("/v1/answers/{}/correction", {"note": "x"}, 422, "invalid-fields"),
        ("/v1/answers/{}/correction", {"expected": {"metres": 1}, "note": "\ud800"}, 422, "invalid-fields"),
        ("/v1/answers/{}/correction", {"expected": {"metres": 1}, "note": "a\0"}, 422, "invalid-fields"),
    ],
)
def test_a_correction_that_cannot_be_kept_is_refused(
    client: TestClient, path: str, body: dict[str, object], status: int, slug: str
) -> None:
    answer = client.post(ANSWER, json=QUESTION).json()
    reply = client.post(path.format(answer["id"]), content=json.dumps(body), headers=JSON)
    assert_problem(reply, status, slug)


def test_a_database_that_is_away_costs_no_answer(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    settings = settings_with(tmp_path, database_url=f"sqlite:///{tmp_path / 'file' / 'store.sqlite'}")
    with TestClient(create_app(settings, [TASK])) as client:
        answer = client.post(ANSWER, json=QUESTION)
        assert answer.status_code == 200
        lost = client.post(f"/v1/answers/{answer.json()['id']}/correction", json={"expected": {"metres": 1}})
        assert_problem(lost, 503, "database-unavailable")
        metrics = client.get("/metrics").text
        assert "tuneserve_spool_rows 1.0" in metrics
        assert "tuneserve_database_up 0.0" in metrics
        assert 'tuneserve_log_dropped_total{reason="spool_full"} 0.0' in metrics
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "ready")
        [told] = ready.json()["degraded"]
        assert told.startswith("database: ")
        assert "1 entries of the log wait on disk" in told


def test_ready_means_that_a_token_was_generated(settings: Settings) -> None:
    engine = ScriptedEngine('{"length":"3 km"}')
    engine.name = "llama_cpp"
    with TestClient(create_app(settings, [TASK], engine)) as client:
        until(lambda: client.get("/readyz").status_code == 200)
        assert engine.warmed == 1
        ready = client.get("/readyz").json()
        assert ready["status"] == "ready"
        assert ready["tasks"]["distance"]["answers_by"] == "model"


def test_an_engine_that_is_down_is_degraded_not_ready(settings: Settings) -> None:
    class Down(ScriptedEngine):
        name = "llama_cpp"

        def warm_up(self, messages: object) -> None:
            raise EngineUnavailable("the model is gone")

    with TestClient(create_app(settings, [TASK], Down(EngineUnavailable("the model is gone")))) as client:
        until(lambda: "gone" in client.get("/readyz").text)
        reply = client.get("/readyz")
        assert (reply.status_code, reply.json()["status"]) == (503, "degraded")
        told = reply.json()["tasks"]["distance"]
        assert (told["answers_by"], told["detail"], told["ready"]) == ("rules", "the model is gone", False)
        assert client.post(ANSWER, json=QUESTION).json()["origin"] == "rules"
    with TestClient(create_app(settings, [replace(TASK, rules=None)], Down("x"))) as client:
        assert client.get("/readyz").json()["status"] == "not ready"


def test_a_task_that_has_no_release_is_answered_by_its_rules(settings: Settings) -> None:
    with TestClient(create_app(settings, [TASK])) as client:
        reply = client.get("/readyz")
        assert reply.status_code == 200
        told = reply.json()["tasks"]["distance"]
        assert told["answers_by"] == "rules"
        assert "tuneserve run distance" in told["detail"]
        assert client.post(ANSWER, json=QUESTION).json()["origin"] == "rules"


# The counts of the buckets that have a bound depend on how busy the machine is.
PROMISED = [
    'tuneserve_answers_total{origin="model",release="distance@unreleased",task="distance"} 1.0',
    'tuneserve_answers_total{origin="cache",release="distance@unreleased",task="distance"} 1.0',
    'tuneserve_answer_seconds_bucket{le="0.1",origin="model",task="distance"} ',
    'tuneserve_answer_seconds_bucket{le="0.5",origin="model",task="distance"} ',
    'tuneserve_answer_seconds_bucket{le="+Inf",origin="model",task="distance"} 1.0',
    'tuneserve_engine_seconds_count{engine="scripted",phase="generate"} 1.0',
    'tuneserve_engine_seconds_count{engine="scripted",phase="prompt"} 1.0',
    'tuneserve_problems_total{code="unaccounted",task="distance"} 2.0',
    'tuneserve_rejected_total{reason="no-such-task"} 1.0',
    "tuneserve_queue_depth 0.0",
    'tuneserve_breaker_state{engine="scripted"} 0.0',
    "tuneserve_cache_hits_total 1.0",
    "tuneserve_cache_misses_total 1.0",
    'tuneserve_release_info{gguf_sha256="",release="distance@unreleased",status="none",task="distance"} 1.0',
]


def test_the_metrics_have_the_promised_names_and_no_others_labels(client: TestClient) -> None:
    question = {"input": "walk 3 km"}
    for path in (ANSWER, ANSWER, "/v1/tasks/drop-tables/answer"):
        client.post(path, json=question)
    page = client.get("/metrics").text
    for line in PROMISED:
        assert line in page
    assert "drop-tables" not in page
    assert "walk" not in page
    assert "_created" not in page


KEYS = "anna:0123456789abcdef,bert:fedcba9876543210"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"authorization": "Bearer wrong"}, 401),
        ({"authorization": "Basic 0123456789abcdef"}, 401),
        ({"authorization": "Bearer 0123456789abcdef"}, 200),
        ({"x-api-key": "fedcba9876543210"}, 200),
    ],
)
def test_keys_are_needed_when_set(tmp_path: Path, headers: dict[str, str], status: int) -> None:
    with TestClient(create_app(settings_with(tmp_path, api_keys=KEYS), [TASK])) as client:
        reply = client.post(ANSWER, json=QUESTION, headers=headers)
        assert reply.status_code == status
        if status == 401:
            assert_problem(reply, 401, "no-key")
            assert "0123456789abcdef" not in reply.text
            assert reply.headers["www-authenticate"] == "Bearer"
        assert client.get("/healthz").status_code == 200


def test_a_caller_who_asks_too_often_is_told_when_to_come_back(tmp_path: Path) -> None:
    with TestClient(create_app(settings_with(tmp_path, rate_limit=2), [TASK])) as client:
        replies = [client.post(ANSWER, json=QUESTION) for _ in range(3)]
        assert [reply.status_code for reply in replies] == [200, 200, 429]
        assert_problem(replies[2], 429, "too-many")
        assert 1 <= int(replies[2].headers["retry-after"]) <= 30
        assert client.get("/healthz").status_code == 200


def test_chat_completions_have_openai_s_shape(client: TestClient) -> None:
    messages = [{"role": "system", "content": "ignored"}, {"role": "user", "content": "how far is 3 km"}]
    reply = client.post("/v1/chat/completions", json={"model": "distance", "messages": messages, "temperature": 1})
    done = reply.json()
    assert done["object"] == "chat.completion"
    assert json.loads(done["choices"][0]["message"]["content"]) == {"metres": 3000}
    unknown = client.post("/v1/chat/completions", json={"model": "gpt", "messages": messages})
    assert assert_problem(unknown, 404, "no-such-task")["error"]
    assert [model["id"] for model in client.get("/v1/models").json()["data"]] == ["distance"]
