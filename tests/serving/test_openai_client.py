"""The official OpenAI client, unchanged, against the gateway on a real port."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.tuneserve.test_client import gateway

openai = pytest.importorskip("openai", reason="the official client is not installed: pip install openai")
KEY = "0123456789abcdef"
MESSAGES = [{"role": "user", "content": "walk 3 km"}]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with (
        gateway(tmp_path_factory.mktemp("store"), api_keys=f"anna:{KEY}") as url,
        openai.OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0) as client,
    ):
        yield client


def test_models_are_listed_and_found(client: Any) -> None:
    assert [model.id for model in client.models.list()] == ["distance"]
    assert client.models.retrieve("distance").owned_by == "tuneserve"
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("gpt-5")
    assert (caught.value.body["code"], caught.value.status_code) == ("no-such-task", 404)


def test_an_answer_is_a_completion_with_what_is_known_of_it_beside(client: Any) -> None:
    done = client.chat.completions.create(
        model="distance",
        messages=[{"role": "system", "content": "be rude"}, {"role": "developer", "content": "be kind"}, *MESSAGES],
        temperature=0.7,
        max_completion_tokens=5,
        seed=1,
        tools=[{"type": "function", "function": {"name": "x", "parameters": {}}}],
        response_format={"type": "json_object"},
        user="someone",
    )
    [choice] = done.choices
    assert (choice.finish_reason, choice.message.role) == ("stop", "assistant")
    assert json.loads(choice.message.content) == {"metres": 3000}
    assert (done.object, done.model, done.system_fingerprint) == ("chat.completion", "distance", "distance@unreleased")
    assert done.id.startswith("chatcmpl-")
    assert [problem["code"] for problem in done.tuneserve["problems"]] == ["unaccounted"]
    assert done._request_id


def test_content_in_parts_is_read(client: Any) -> None:
    parts = [{"type": "text", "text": "walk"}, {"type": "text", "text": "3 km"}]
    done = client.chat.completions.create(model="distance", messages=[{"role": "user", "content": parts}])
    assert json.loads(done.choices[0].message.content) == {"metres": 3000}
    image = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]
    with pytest.raises(openai.UnprocessableEntityError, match="only text is understood"):
        client.chat.completions.create(model="distance", messages=[{"role": "user", "content": image}])


def test_streaming_has_a_role_the_content_an_end_and_usage_when_asked(client: Any) -> None:
    stream = client.chat.completions.create(
        model="distance", messages=MESSAGES, stream=True, stream_options={"include_usage": True}
    )
    *events, last = list(stream)
    assert events[0].choices[0].delta.role == "assistant"
    assert json.loads("".join(event.choices[0].delta.content or "" for event in events)) == {"metres": 3000}
    assert events[-1].choices[0].finish_reason == "stop"
    assert last.choices == []
    assert last.usage.total_tokens == 0
    assert len({event.id for event in (*events, last)}) == 1
    with client.chat.completions.stream(model="distance", messages=MESSAGES) as helper:
        for _ in helper:
            pass
        assert json.loads(helper.get_final_completion().choices[0].message.content) == {"metres": 3000}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("more", "error", "code"),
    [
        ({"model": "gpt-5"}, openai.NotFoundError, "no-such-task"),
        ({"messages": [{"role": "user", "content": ""}]}, openai.UnprocessableEntityError, "invalid-input"),
        ({"messages": [{"role": "user", "content": "no length"}]}, openai.UnprocessableEntityError, "no-answer"),
        ({"messages": [{"role": "system", "content": "3 km"}]}, openai.UnprocessableEntityError, "invalid-fields"),
        ({"n": 2}, openai.UnprocessableEntityError, "invalid-fields"),
        ({"messages": [{"role": "user", "content": "x" * 2001}]}, openai.APIStatusError, "input-too-long"),
        ({"messages": [{"role": "user", "content": "x" * 70_000}]}, openai.APIStatusError, "body-too-large"),
    ],
)
def test_a_refusal_is_the_client_s_own_error_also_before_a_stream(
    client: Any, more: dict[str, Any], error: type[Exception], code: str, stream: bool
) -> None:
    with pytest.raises(error) as caught:
        client.chat.completions.create(**{"model": "distance", "messages": MESSAGES, "stream": stream, **more})
    assert caught.value.body["code"] == code  # type: ignore[attr-defined]
    assert caught.value.body["message"]  # type: ignore[attr-defined]


def test_a_wrong_key_is_an_authentication_error(client: Any) -> None:
    with pytest.raises(openai.AuthenticationError) as caught:
        client.with_options(api_key="0" * 16).chat.completions.create(model="distance", messages=MESSAGES)
    assert caught.value.body["code"] == "no-key"


def test_a_rate_limit_is_a_rate_limit_error_with_retry_after(tmp_path: Path) -> None:
    with (
        gateway(tmp_path, rate_limit=1) as url,
        openai.OpenAI(base_url=f"{url}/v1", api_key="x", max_retries=0) as client,
    ):
        client.models.list()
        with pytest.raises(openai.RateLimitError) as caught:
            client.chat.completions.create(model="distance", messages=MESSAGES)
        assert 1 <= int(caught.value.response.headers["retry-after"]) <= 60


def test_the_async_client_works_too(client: Any) -> None:
    async def work() -> None:
        async with openai.AsyncOpenAI(base_url=str(client.base_url), api_key=KEY, max_retries=0) as asynchronous:
            done = await asynchronous.chat.completions.create(model="distance", messages=MESSAGES)
            assert json.loads(done.choices[0].message.content) == {"metres": 3000}
            stream = await asynchronous.chat.completions.create(model="distance", messages=MESSAGES, stream=True)
            text = "".join([event.choices[0].delta.content or "" async for event in stream])
            assert json.loads(text) == {"metres": 3000}

    asyncio.run(work())
