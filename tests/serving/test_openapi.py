"""The OpenAPI page against the gateway: schemathesis makes requests of it, right ones and wrong ones."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from serving.app import create_app
from serving.task_routes import LINES
from tests.serving.conftest import TASK, ScriptedEngine, settings_with

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@schemathesis.serializer(LINES)
def json_lines(context: object, value: object) -> bytes:
    """What it makes up as the text of a batch, as it is."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[schemathesis.BaseSchema]:
    """Of a gateway on a port of this process."""
    app = create_app(settings_with(tmp_path_factory.mktemp("store")), [TASK], ScriptedEngine('{"length":"3 km"}'))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield schemathesis.openapi.from_url(f"http://127.0.0.1:{port}/openapi.json")
    server.should_exit = True
    thread.join()


OPERATIONS = [
    ("GET", "/v1/tasks"),
    ("GET", "/v1/tasks/{task}"),
    ("POST", "/v1/tasks/{task}/answer"),
    ("POST", "/v1/tasks/{task}/batch"),
    ("POST", "/v1/answers/{answer_id}/correction"),
    ("GET", "/v1/tasks/{task}/releases"),
    ("GET", "/v1/models"),
    ("GET", "/v1/models/{model}"),
    ("POST", "/v1/chat/completions"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
]


def test_these_are_all_the_operations(page: schemathesis.BaseSchema) -> None:
    described = page.raw_schema["paths"]
    assert sorted((method.upper(), path) for path, there in described.items() for method in there) == sorted(OPERATIONS)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_reply_is_as_the_page_says(page: schemathesis.BaseSchema, method: str, path: str) -> None:
    """Its own test runner does not know pytest 9, so that hypothesis is told here what to try."""

    @given(case=page[path][method].as_strategy())
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    def replies(case: Case[Any]) -> None:
        reply = case.call()
        # A gateway that is not ready yet says so in its own words: that 503 is in the page.
        checks = [check for check in CHECKS if check is not not_a_server_error or reply.status_code != 503]
        case.validate_response(reply, checks=checks)

    replies()


@pytest.mark.parametrize("task", ["distance", "nothing"])
def test_any_body_gets_a_reply_as_the_page_says(page: schemathesis.BaseSchema, task: str) -> None:
    """With the name of a task that there is, which nothing in the page gives away."""

    @given(case=page["/v1/tasks/{task}/answer"]["POST"].as_strategy())
    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    def replies(case: Case[Any]) -> None:
        case.path_parameters = {"task": task}
        case.validate_response(case.call(), checks=CHECKS)

    replies()
