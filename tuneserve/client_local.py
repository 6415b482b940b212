"""`LocalClient` and `AsyncLocalClient`: the client's calls, answered in this process. Made by `Client.local`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator

from tuneserve.answer import Answer
from tuneserve.client import AsyncClient, Client
from tuneserve.client_calls import Line, TaskDescription
from tuneserve.errors import TuneserveError
from tuneserve.task import JsonObject


class LocalClient(Client):
    """A `Client` with the gateway in this process: the same answers, query log, corrections and errors."""

    def __init__(self, *tasks: str, engine: str | None = None) -> None:
        from tuneserve.commands.answers import open_local_gateway

        self._gateway = open_local_gateway(tasks, engine)

    def answer(self, task: str, text: str, *, rows: int | None = None, request_id: str | None = None) -> Answer:
        return self._gateway.answer(task, text, rows, request_id).result()

    def batch(
        self, task: str, texts: Iterable[str], *, rows: int | None = None, request_id: str | None = None
    ) -> Iterator[Line]:
        for text in texts:
            try:
                yield self.answer(task, text, rows=rows, request_id=request_id)
            except TuneserveError as error:
                yield error

    def correct(self, answer: Answer | str, expected: JsonObject, *, note: str | None = None) -> str:
        return self._gateway.correct(answer if isinstance(answer, str) else answer.id, expected, note).result()

    def tasks(self) -> list[TaskDescription]:
        return [TaskDescription.from_json(shown) for shown in self._gateway.tasks()]

    def close(self) -> None:
        self._gateway.close()


class AsyncLocalClient(AsyncClient):
    """An `AsyncClient` with the gateway in this process."""

    def __init__(self, *tasks: str, engine: str | None = None) -> None:
        from tuneserve.commands.answers import open_local_gateway

        self._gateway = open_local_gateway(tasks, engine)

    async def answer(self, task: str, text: str, *, rows: int | None = None, request_id: str | None = None) -> Answer:
        return await asyncio.wrap_future(self._gateway.answer(task, text, rows, request_id))

    async def batch(
        self, task: str, texts: Iterable[str], *, rows: int | None = None, request_id: str | None = None
    ) -> AsyncIterator[Line]:
        for text in texts:
            try:
                yield await self.answer(task, text, rows=rows, request_id=request_id)
            except TuneserveError as error:
                yield error

    async def correct(self, answer: Answer | str, expected: JsonObject, *, note: str | None = None) -> str:
        given = answer if isinstance(answer, str) else answer.id
        return await asyncio.wrap_future(self._gateway.correct(given, expected, note))

    async def tasks(self) -> list[TaskDescription]:
        return [TaskDescription.from_json(shown) for shown in self._gateway.tasks()]

    async def close(self) -> None:
        await asyncio.to_thread(self._gateway.close)
