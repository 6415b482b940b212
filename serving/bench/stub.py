"""A gateway with a task and an engine that do nothing, and a bare FastAPI route beside it.

What is left is the gateway's own cost. `python -m serving.bench.stub --port PORT`.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import uvicorn
from fastapi import Body
from fastapi.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.app import create_app
from serving.bench.load import HOST, answer_path
from serving.engines.engine import Completion, Message
from serving.server import leave_to_itself
from serving.settings import read_settings
from serving.task_routes import Question
from tuneserve.example import Example
from tuneserve.task import Evidence, Grounded, JsonObject, Task

NAME = "stub"
BARE = "/bare"
INSIDE = "/inside"
READING: JsonObject = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"word": {"type": "string", "minLength": 1}},
    "required": ["word"],
}


class StubEngine:
    """Writes at once what the rules read."""

    name = "stub"

    def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: JsonObject | None,
        max_tokens: int,
        deadline: float | None,
        draft: str | None = None,
    ) -> Completion:
        return Completion(draft or "{}", "stop", 1, 1, 0.0, 0.0, 1.0)

    def warm_up(self, messages: Sequence[Message]) -> None:
        return None

    def close(self) -> None:
        return None


class Timed:
    """An application whose answers are timed from where the server calls it to where it hands over the last byte.

    GET /inside gives the milliseconds of the answers since it was last asked.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._took: list[float] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path")
        if path == INSIDE:
            took, self._took = self._took, []
            await Response(json.dumps(took), media_type="application/json")(scope, receive, send)
            return
        if path != answer_path(NAME):
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        await self._app(scope, receive, send)
        self._took.append((time.perf_counter() - began) * 1000)


def _read(text: str, today: date) -> JsonObject:
    return {"word": text.split()[0]}


def _ground(text: str, reading: JsonObject, today: date) -> Grounded:
    return Grounded({"word": reading["word"]}, {"word": Evidence("reader", reading["word"])})


def _no_examples(seed: int, count: int) -> Iterator[Example]:
    return iter(())


STUB = Task(
    name=NAME,
    description="Says the first word.",
    folder=Path(__file__).parent,
    schema=READING,
    prompt="",
    rules=_read,
    ground=_ground,
    score=lambda expected, got: {"exact": expected == got},
    dataset=_no_examples,
    examples=("word",),
)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    app = create_app(read_settings(), [STUB], StubEngine())

    @app.post(BARE)
    async def bare(question: Annotated[Question, Body()]) -> JSONResponse:
        return JSONResponse({"word": question.input.split()[0]})

    leave_to_itself()
    uvicorn.run(Timed(app), host=HOST, port=port, log_level="warning", server_header=False)


if __name__ == "__main__":
    main()
