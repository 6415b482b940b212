"""`InProcess`: the gateway without sockets, for runs of a hundred thousand requests."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from serving.app import create_app
from serving.engines.engine import Completion, Message
from serving.settings import Settings
from tests.load.inputs import Sent
from tuneserve.task import JsonObject, Task


class PlayedEngine:
    """A model that does what it is told: writes `play`, or fails with it."""

    name = "played"

    def __init__(self) -> None:
        self.play: str | Exception = "{}"
        self.asked = 0

    def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: JsonObject | None,
        max_tokens: int,
        deadline: float | None,
        draft: str | None = None,
    ) -> Completion:
        self.asked += 1
        if isinstance(self.play, Exception):
            raise self.play
        return Completion(self.play, "stop", 10, 5, 1.0, 2.0, 0.5)

    def warm_up(self, messages: Sequence[Message]) -> None:
        return None

    def close(self) -> None:
        return None


@asynccontextmanager
async def running(tasks: Sequence[Task], engine: PlayedEngine, **settings: Any) -> AsyncIterator[FastAPI]:
    """The application, started; its data in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="tuneserve-load-") as folder:
        given = {"data_dir": Path(folder), "database_url": f"sqlite:///{folder}/store.sqlite", **settings}
        app = create_app(Settings(**{"_env_file": None, **given}), tasks, engine)
        async with app.router.lifespan_context(app):
            yield app


async def sent(app: FastAPI, request: Sent) -> tuple[int, dict[str, str], bytes]:
    """(status, headers, body) of the reply. Raises what the application lets through: a fault by itself."""
    path = request.path.encode("utf-8")
    headers = [(b"host", b"127.0.0.1"), (b"content-length", str(len(request.body)).encode())]
    if request.content_type:
        headers.append((b"content-type", request.content_type.encode()))
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": request.method, "scheme": "http",
        "path": request.path, "raw_path": path, "query_string": b"", "root_path": "", "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {},
    }  # fmt: skip
    caller = _Caller(request.body)
    await app(scope, caller.receive, caller.send)
    return caller.status, caller.headers, bytes(caller.body)


class _Caller:
    def __init__(self, asked: bytes) -> None:
        self._asked: bytes | None = asked
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = bytearray()

    async def receive(self) -> dict[str, Any]:
        if self._asked is None:
            await _never()
        body, self._asked = self._asked, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode().lower(): value.decode("latin-1") for name, value in message["headers"]}
        else:
            self.body += message.get("body", b"")


async def _never() -> None:
    """A caller who stays on the line."""
    await asyncio.get_running_loop().create_future()
