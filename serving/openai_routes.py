"""OpenAI's shapes: `model` is a task, the content of the reply is its checked output as JSON text."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from serving import shapes
from serving.presence import while_there
from serving.problem import Refusal
from serving.served import ServedTask
from serving.task_routes import PROBLEMS, gateway_of
from tuneserve.answer import Answer

routes = APIRouter(prefix="/v1", tags=["openai"])


_CHAT = shapes.reply(shapes.COMPLETION)
_CHAT["content"]["text/event-stream"] = {"schema": shapes.TEXT}


class TextPart(BaseModel):
    """A piece of a message's content; only text is understood."""

    type: str
    text: str | None = None


class ChatMessage(BaseModel):
    role: str
    content: str | list[TextPart] | None = None


class StreamOptions(BaseModel):
    include_usage: bool = False


class ChatRequest(BaseModel):
    """Of OpenAI's request. Temperature, tools and the like are taken and ignored: the task decides them."""

    model_config = ConfigDict(extra="ignore")

    model: str = Field(description="The task.")
    messages: list[ChatMessage] = Field(min_length=1)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: int | None = Field(1, ge=1, le=1)


@routes.get("/models", responses={200: shapes.reply(shapes.MODELS), **PROBLEMS})
async def models(request: Request) -> JSONResponse:
    """The tasks, as OpenAI lists models."""
    return JSONResponse({"object": "list", "data": [_model(served) for served in gateway_of(request).tasks.values()]})


@routes.get("/models/{model}", responses={200: shapes.reply(shapes.MODEL), **PROBLEMS})
async def model(request: Request, model: str) -> JSONResponse:
    """One task, as OpenAI shows a model."""
    return JSONResponse(_model(gateway_of(request).served(model)))


@routes.post("/chat/completions", responses={200: _CHAT, **PROBLEMS})
async def complete(request: Request, chat: Annotated[ChatRequest, Body()]) -> Response:
    """Answers the last message of the user; what came before it is not read."""
    work = gateway_of(request).answer(chat.model, _question(chat), caller=request.state.caller)
    answer = await while_there(request, work)
    content = json.dumps(answer.output, ensure_ascii=False, separators=(",", ":"))
    if not chat.stream:
        return JSONResponse(_completion(answer, content))
    usage = chat.stream_options is not None and chat.stream_options.include_usage
    return StreamingResponse(_events(answer, content, usage), media_type="text/event-stream")


def _question(chat: ChatRequest) -> str:
    asked = next((message for message in reversed(chat.messages) if message.role == "user"), None)
    if asked is None or asked.content is None:
        raise Refusal(422, "invalid-fields", "messages: there is none of the user")
    if isinstance(asked.content, str):
        return asked.content
    if any(part.type != "text" for part in asked.content):
        raise Refusal(422, "invalid-fields", "messages: only text is understood")
    return "\n".join(part.text or "" for part in asked.content)


def _completion(answer: Answer, content: str) -> dict[str, Any]:
    """Token counts are 0: one answer may take no completion, one, or two."""
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": content, "refusal": None},
        "finish_reason": "stop",
    }
    return {**_head(answer, "chat.completion"), "choices": [{**choice, "logprobs": None}], "usage": _USAGE}


def _events(answer: Answer, content: str, usage: bool) -> Iterator[str]:
    """An answer is checked before its first character is sent, so it comes in one piece."""
    head = _head(answer, "chat.completion.chunk")
    for delta, finish in (({"role": "assistant", "content": ""}, None), ({"content": content}, None), ({}, "stop")):
        yield _event({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
    if usage:
        yield _event({**head, "choices": [], "usage": _USAGE})
    yield "data: [DONE]\n\n"


def _head(answer: Answer, kind: str) -> dict[str, Any]:
    """`tuneserve` is an addition to OpenAI's shape: how far the answer is to be trusted."""
    trust = {"origin": answer.origin, "problems": [problem.as_json() for problem in answer.problems]}
    head = {"id": f"chatcmpl-{answer.id}", "object": kind, "created": int(time.time()), "model": answer.task}
    return {**head, "system_fingerprint": answer.release, "tuneserve": {"id": answer.id, **trust}}


_USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


def _event(data: dict[str, Any]) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n"


def _model(served: ServedTask) -> dict[str, Any]:
    """`created` is the day of the release, in seconds since 1970; 0 where nothing is released."""
    release = served.release
    created = 0 if release is None else int(datetime.fromisoformat(release.date).replace(tzinfo=UTC).timestamp())
    return {"id": served.task.name, "object": "model", "created": created, "owned_by": "tuneserve"}
