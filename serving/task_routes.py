"""Routes of the tasks: what there is, one answer, a batch, a correction."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections import deque
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from fastapi.responses import JSONResponse, StreamingResponse
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from serving.gateway import Gateway
from serving.problem import MEDIA_TYPE, Refusal, refusal_of
from serving.served import ServedTask
from tuneserve.errors import TuneserveError

MOST_ROWS = 1000
MOST_LINE_BYTES = 64 * 1024
LINES = "application/x-ndjson"

routes = APIRouter(prefix="/v1", tags=["tasks"])


class Question(BaseModel):
    """An input for a task."""

    model_config = ConfigDict(extra="forbid", strict=True)

    input: str = Field(description="The text, at most 2,000 characters.")
    rows: int | None = Field(None, ge=0, le=MOST_ROWS, description="How many rows of real data to show, when wanted.")


class Correction(BaseModel):
    """What an answer should have been."""

    model_config = ConfigDict(extra="forbid", strict=True)

    expected: dict[str, Any] = Field(description="The right output, valid by the task's schema.")
    note: str | None = Field(None, max_length=2000)


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": meaning, "content": {MEDIA_TYPE: {}}}
    for status, meaning in {
        400: "not JSON",
        401: "no or wrong key",
        404: "no such task or answer",
        413: "body or input too long",
        422: "wrong fields, empty input, or no checked answer could be made",
        429: "too many requests; see Retry-After",
        503: "too busy, or no model; see Retry-After",
    }.items()
}


@routes.get("/tasks")
async def tasks(request: Request) -> JSONResponse:
    """All tasks that are served."""
    gateway = gateway_of(request)
    return JSONResponse({"tasks": [_described(served) for served in gateway.tasks.values()]})


@routes.get("/tasks/{task}", responses=PROBLEMS)
async def task(request: Request, task: str) -> JSONResponse:
    """One task: its schema, examples, release and measured accuracy."""
    return JSONResponse(_described(gateway_of(request).served(task)))


@routes.post("/tasks/{task}/answer", responses=PROBLEMS)
async def answer(request: Request, task: str, question: Annotated[Question, Body()]) -> JSONResponse:
    """A checked answer to one input."""
    given = await gateway_of(request).answer(task, question.input, question.rows)
    return JSONResponse(given.as_json())


@routes.post(
    "/tasks/{task}/batch",
    responses={200: {"content": {LINES: {}}, "description": "an Answer or a problem a line, in order"}, **PROBLEMS},
    openapi_extra={"requestBody": {"required": True, "content": {LINES: {"schema": {"type": "string"}}}}},
)
async def batch(request: Request, task: str) -> StreamingResponse:
    """JSON Lines in, one question a line; JSON Lines out in the same order, sent as they are answered."""
    gateway = gateway_of(request)
    gateway.served(task)
    lines = (await request.body()).splitlines()
    request_id = request.state.request_id
    replies = _replies(gateway, task, [line for line in lines if line.strip()], request_id)
    return StreamingResponse(replies, media_type=LINES)


@routes.post("/answers/{answer_id}/correction", status_code=201, responses=PROBLEMS)
async def correct(request: Request, answer_id: str, correction: Annotated[Correction, Body()]) -> JSONResponse:
    """Keeps what the answer should have been, for ever."""
    gateway = gateway_of(request)
    name = await gateway.workers.run(lambda: gateway.store.task_of(answer_id))
    if name is None or name not in gateway.tasks:
        raise Refusal(404, "no-such-answer", "no answer with this id is in the query log")
    wrong = next(Draft202012Validator(gateway.tasks[name].task.schema).iter_errors(correction.expected), None)
    if wrong is not None:
        where = "/".join(map(str, wrong.absolute_path)) or "expected"
        raise Refusal(422, "invalid-fields", f"{where} breaks '{wrong.validator}' of the task's schema")
    if not _storable(correction):
        raise Refusal(422, "invalid-fields", "expected, note: there are characters in it that no database keeps")
    identity = uuid.uuid4().hex
    await gateway.workers.run(lambda: gateway.store.correct(identity, answer_id, correction.expected, correction.note))
    gateway.metrics.corrected(name)
    return JSONResponse({"id": identity, "answer": answer_id, "task": name}, 201)


def _storable(correction: Correction) -> bool:
    """JSON can spell half a character (a lone surrogate) and NUL; neither can be stored as text."""
    text = json.dumps([correction.expected, correction.note], ensure_ascii=False)
    return "\\u0000" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def gateway_of(request: Request) -> Gateway:
    gateway: Gateway = request.app.state.gateway
    return gateway


def _described(served: ServedTask) -> dict[str, Any]:
    task, release = served.task, served.release
    return {
        "name": task.name,
        "description": task.description,
        "schema": task.schema,
        "examples": list(task.examples),
        "rows": task.lookup is not None,
        "release": None if release is None else {"name": release.name, "status": release.status, "date": release.date},
        "accuracy": None if release is None else release.metrics,
        "answers_by": served.answers_by,
    }


async def _replies(gateway: Gateway, task: str, lines: list[bytes], request_id: str) -> AsyncIterator[bytes]:
    """One reply a line, in order; no more lines are worked on ahead than there are workers."""
    ahead: deque[asyncio.Task[dict[str, Any]]] = deque()
    try:
        for line in lines:
            ahead.append(asyncio.create_task(_reply(gateway, task, line, request_id)))
            if len(ahead) >= gateway.workers.concurrency:
                yield _json_line(await ahead.popleft())
        while ahead:
            yield _json_line(await ahead.popleft())
    finally:
        # The caller has gone: what has not begun is not begun any more.
        for waiting in ahead:
            waiting.cancel()


async def _reply(gateway: Gateway, task: str, line: bytes, request_id: str) -> dict[str, Any]:
    try:
        if len(line) > MOST_LINE_BYTES:
            raise Refusal(413, "body-too-large", f"the line has more than {MOST_LINE_BYTES} bytes")
        question = Question.model_validate_json(line)
        return (await gateway.answer(task, question.input, question.rows, patient=True)).as_json()
    except ValidationError as error:
        broken = any(one["type"] == "json_invalid" for one in error.errors(include_input=False, include_url=False))
        refusal = (
            Refusal(400, "not-json", "the line is not JSON")
            if broken
            else Refusal(422, "invalid-fields", 'a line is {"input": "…", "rows": 10}')
        )
    except Refusal as error:
        refusal = error
    except TuneserveError as error:
        refusal = refusal_of(error)
    gateway.metrics.rejected(refusal.slug)
    return refusal.as_json(request_id)


def _json_line(reply: dict[str, Any]) -> bytes:
    return json.dumps(reply, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
