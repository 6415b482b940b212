"""Routes of the tasks: what there is, one answer, a batch, a correction."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from serving import shapes
from serving.corrections import keep_correction
from serving.gateway import Gateway
from serving.presence import while_there
from serving.problem import MEDIA_TYPE, Refusal, refusal_of
from serving.served import ServedTask
from tuneserve.errors import TuneserveError

MOST_ROWS = 1000
MOST_LINE_BYTES = 64 * 1024
MOST_LINES = 10_000
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
    status: shapes.reply(shapes.PROBLEM, MEDIA_TYPE, meaning)
    for status, meaning in {
        400: "not JSON",
        401: "no or wrong key",
        403: "a web page of another origin",
        404: "no such task or answer",
        408: "the body came too slowly",
        413: "body or input too long",
        421: "a host name that is not ours",
        422: "wrong fields, empty input, or no checked answer could be made",
        429: "too many requests; see Retry-After",
        503: "too busy, or no model; see Retry-After",
    }.items()
}


@routes.get("/tasks", responses={200: shapes.reply(shapes.TASKS), **PROBLEMS})
async def tasks(request: Request) -> JSONResponse:
    """All tasks that are served."""
    gateway = gateway_of(request)
    return JSONResponse({"tasks": [described(served) for served in gateway.tasks.values()]})


@routes.get("/tasks/{task}", responses={200: shapes.reply(shapes.TASK), **PROBLEMS})
async def task(request: Request, task: str) -> JSONResponse:
    """One task: its schema, examples, release and measured accuracy."""
    return JSONResponse(described(gateway_of(request).served(task)))


@routes.post("/tasks/{task}/answer", responses={200: shapes.reply(shapes.ANSWER), **PROBLEMS})
async def answer(request: Request, task: str, question: Annotated[Question, Body()]) -> JSONResponse:
    """A checked answer to one input."""
    work = gateway_of(request).answer(task, question.input, question.rows, caller=request.state.caller)
    return JSONResponse((await while_there(request, work)).as_json())


@routes.post(
    "/tasks/{task}/batch",
    response_class=StreamingResponse,
    responses={
        200: shapes.reply({"type": "string"}, LINES, "an Answer or a problem with its line, in order"),
        **PROBLEMS,
    },
    openapi_extra={"requestBody": {"required": True, "content": {LINES: {"schema": {"type": "string"}}}}},
)
async def batch(request: Request, task: str) -> StreamingResponse:
    """JSON Lines in, one question a line; JSON Lines out in the same order, sent as they are answered.

    At most 4 MiB and 10,000 lines. Blank lines are left out; a line that cannot be answered gives a problem
    with its number (`line`, the first is 1). For a rate limit each line is a request.
    """
    gateway = gateway_of(request)
    gateway.served(task)
    sent = (await request.body()).splitlines()
    lines = [(number, line) for number, line in enumerate(sent, 1) if line.strip()]
    if len(lines) > MOST_LINES:
        raise Refusal(413, "body-too-large", f"the batch has more than {MOST_LINES} lines")
    # One request has been counted when it came.
    request.state.charge(max(0, len(lines) - 1))
    return StreamingResponse(_replies(gateway, task, lines, request), media_type=LINES)


@routes.post("/answers/{answer_id}/correction", status_code=201, responses={201: shapes.reply(shapes.KEPT), **PROBLEMS})
async def correct(request: Request, answer_id: str, correction: Annotated[Correction, Body()]) -> JSONResponse:
    """Keeps what the answer should have been, for ever."""
    gateway = gateway_of(request)
    kept = await gateway.correctors.run(
        lambda: keep_correction(gateway, answer_id, correction.expected, correction.note)
    )
    return JSONResponse(kept, 201)


def gateway_of(request: Request) -> Gateway:
    gateway: Gateway = request.app.state.gateway
    return gateway


def described(served: ServedTask) -> dict[str, Any]:
    """What GET /v1/tasks/{task} shows."""
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


async def _replies(
    gateway: Gateway, task: str, lines: list[tuple[int, bytes]], request: Request
) -> AsyncIterator[bytes]:
    """One reply a line, in order; no more lines are worked on ahead than there are workers."""
    ahead: deque[asyncio.Task[dict[str, Any]]] = deque()
    try:
        for number, line in lines:
            ahead.append(asyncio.create_task(_reply(gateway, task, number, line, request)))
            if len(ahead) >= gateway.workers.concurrency:
                yield _json_line(await ahead.popleft())
        while ahead:
            yield _json_line(await ahead.popleft())
    finally:
        # The caller has gone: what has not begun is not begun any more.
        for waiting in ahead:
            waiting.cancel()


async def _reply(gateway: Gateway, task: str, number: int, line: bytes, request: Request) -> dict[str, Any]:
    try:
        if len(line) > MOST_LINE_BYTES:
            raise Refusal(413, "body-too-large", f"the line has more than {MOST_LINE_BYTES} bytes")
        question = Question.model_validate_json(line)
        caller = request.state.caller
        given = await gateway.answer(task, question.input, question.rows, patient=True, caller=caller)
        return given.as_json()
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
    return {**refusal.as_json(request.state.request_id), "line": number}


def _json_line(reply: dict[str, Any]) -> bytes:
    return json.dumps(reply, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
