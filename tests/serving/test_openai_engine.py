"""The engine for OpenAI-compatible servers."""

from __future__ import annotations

import time

import pytest

from serving.engines.openai import OpenAIEngine
from tests.serving.conftest import READING, TASK
from tests.serving.scripted_server import Play, reply, scripted_server
from tuneserve.errors import EngineError, EngineUnavailable

MESSAGES = TASK.messages("how far is 3 km")
WRITTEN = {
    "choices": [{"message": {"role": "assistant", "content": "{}"}, "finish_reason": "length"}],
    "usage": {"prompt_tokens": 9, "completion_tokens": 2},
}


def test_the_request_and_reply_are_openai_s() -> None:
    with scripted_server(reply(200, WRITTEN)) as server:
        engine = OpenAIEngine(f"{server.url}/v1/", "distance", api_key="secret")
        done = engine.complete(MESSAGES, schema=READING, max_tokens=32, deadline=time.monotonic() + 2)
        engine.close()
    [(path, body)] = server.requests
    assert path == "/v1/chat/completions"
    assert server.headers["Authorization"] == "Bearer secret"
    assert body == {
        "model": "distance",
        "messages": MESSAGES,
        "temperature": 0,
        "max_tokens": 32,
        "response_format": {"type": "json_schema", "json_schema": {"name": "reading", "schema": READING}},
    }
    assert (done.text, done.finish, done.prompt_tokens, done.completion_tokens) == ("{}", "length", 9, 2)


@pytest.mark.parametrize(
    ("play", "kind", "said"),
    [
        (reply(401, {"error": {"message": "key sk-123 is wrong"}}), EngineUnavailable, "TUNESERVE_OPENAI_API_KEY"),
        (reply(404, {"error": {"message": "no model"}}), EngineUnavailable, "cannot serve model 'distance'"),
        (reply(500, {"error": {"message": "boom"}}), EngineError, "boom"),
        (reply(200, {"choices": []}), EngineError, "no whole answer"),
        (reply(200, {"choices": [{"message": {"content": None}}]}), EngineError, "no whole answer"),
        (reply(200, {"choices": 7, "usage": 7}), EngineError, "no whole answer"),
    ],
)
def test_faults_are_told(play: Play, kind: type[EngineError], said: str) -> None:
    with scripted_server(play) as server:
        engine = OpenAIEngine(server.url, "distance")
        with pytest.raises(kind) as caught:
            engine.complete(MESSAGES, schema=None, max_tokens=32, deadline=time.monotonic() + 2)
        engine.close()
    assert said in f"{caught.value} {caught.value.quoted}"
    assert "sk-123" not in str(caught.value)
