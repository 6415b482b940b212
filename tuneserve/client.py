"""`Client` and `AsyncClient`: ask a gateway over HTTP, or, with `local`, the same in this process.

    client = Client("http://127.0.0.1:8000")
    answer = client.answer("my_task", "what somebody typed")
    answer.output

What goes wrong is raised as one of `tuneserve.errors`, the same errors both ways.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

import httpx

from tuneserve.answer import Answer
from tuneserve.client_calls import Calls, Flow, Line, Reply, TaskDescription, ended_early, parts
from tuneserve.task import JsonObject

if TYPE_CHECKING:
    from tuneserve.client_local import AsyncLocalClient, LocalClient

T = TypeVar("T")
URL = "http://127.0.0.1:8000"
TIMEOUT_SECONDS = 30.0
RETRIES = 3


class Client:
    """Asks one gateway; may be used from several threads. Close it, or use it in a `with`.

    url      by default TUNESERVE_URL, else http://127.0.0.1:8000
    api_key  by default TUNESERVE_API_KEY
    timeout  seconds without a sign of the gateway, for each try
    retries  tries after the first, for 429, 503 and broken connections; waits as long as Retry-After says (at
             most a minute), else 0.25 s doubled each time, less a random share
    http     an httpx.Client of your own, for proxies or certificates; the caller closes it
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        api_key: str | None = None,
        timeout: float = TIMEOUT_SECONDS,
        retries: int = RETRIES,
        http: httpx.Client | None = None,
    ) -> None:
        self._calls = _calls(url, api_key, retries)
        self._http = http or httpx.Client(timeout=timeout, trust_env=not _is_loopback(self._calls.url))
        self._http_is_ours = http is None

    @staticmethod
    def local(*tasks: str, engine: str | None = None) -> LocalClient:
        """The same client without a server: models are loaded into this process. All tasks unless told.

        Takes seconds, for the models; keep it. Raises TaskError, SettingsError.
        """
        from tuneserve.client_local import LocalClient

        return LocalClient(*tasks, engine=engine)

    def answer(self, task: str, text: str, *, rows: int | None = None, request_id: str | None = None) -> Answer:
        """A checked answer, with up to `rows` rows of data when asked.

        Raises InputRefused, NoAnswer, TaskError, NotAllowed, Busy, EngineError, GatewayError.
        """
        return self._driven(self._calls.answer(task, text, rows, request_id))

    def batch(
        self, task: str, texts: Iterable[str], *, rows: int | None = None, request_id: str | None = None
    ) -> Iterator[Line]:
        """An Answer or the error of each text, in order, as they come; `texts` may be without end.

        Errors of single texts are yielded, not raised. Raises as `answer` does when nothing can be asked at all.
        """
        for texts_of_part in parts(texts):
            part = self._calls.part(task, texts_of_part, rows, request_id)
            while not part.complete:
                outcome: Reply
                try:
                    reply = self._http.send(part.request(), stream=True)
                    try:
                        if reply.is_success:
                            for line in reply.iter_lines():
                                yield part.result(line)
                        else:
                            reply.read()
                    finally:
                        reply.close()
                    outcome = ended_early(reply) if reply.is_success else reply
                except httpx.TransportError as error:
                    outcome = error
                if not part.complete:
                    time.sleep(part.pause(outcome))

    def correct(self, answer: Answer | str, expected: JsonObject, *, note: str | None = None) -> str:
        """Keeps what an answer (or the one of this id) should have been; the correction's id.

        Raises TaskError when there is no such answer, InputRefused when `expected` breaks the task's schema.
        """
        return self._driven(self._calls.correct(_id(answer), expected, note))

    def tasks(self) -> list[TaskDescription]:
        """What can be asked."""
        return self._driven(self._calls.tasks())

    def close(self) -> None:
        if self._http_is_ours:
            self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _driven(self, flow: Flow[T]) -> T:
        step = next(flow)
        try:
            while True:
                if isinstance(step, float):
                    time.sleep(step)
                    step = next(flow)
                    continue
                try:
                    reply: Reply = self._http.send(step)
                except httpx.TransportError as error:
                    reply = error
                step = flow.send(reply)
        except StopIteration as done:
            result: T = done.value
            return result


class AsyncClient:
    """As `Client`, for asyncio."""

    def __init__(
        self,
        url: str | None = None,
        *,
        api_key: str | None = None,
        timeout: float = TIMEOUT_SECONDS,
        retries: int = RETRIES,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        self._calls = _calls(url, api_key, retries)
        self._http = http or httpx.AsyncClient(timeout=timeout, trust_env=not _is_loopback(self._calls.url))
        self._http_is_ours = http is None

    @staticmethod
    def local(*tasks: str, engine: str | None = None) -> AsyncLocalClient:
        """As Client.local; it blocks while models are loaded. Answers are worked out in threads."""
        from tuneserve.client_local import AsyncLocalClient

        return AsyncLocalClient(*tasks, engine=engine)

    async def answer(self, task: str, text: str, *, rows: int | None = None, request_id: str | None = None) -> Answer:
        """As Client.answer."""
        return await self._driven(self._calls.answer(task, text, rows, request_id))

    async def batch(
        self, task: str, texts: Iterable[str], *, rows: int | None = None, request_id: str | None = None
    ) -> AsyncIterator[Line]:
        """As Client.batch."""
        for texts_of_part in parts(texts):
            part = self._calls.part(task, texts_of_part, rows, request_id)
            while not part.complete:
                outcome: Reply
                try:
                    reply = await self._http.send(part.request(), stream=True)
                    try:
                        if reply.is_success:
                            async for line in reply.aiter_lines():
                                yield part.result(line)
                        else:
                            await reply.aread()
                    finally:
                        await reply.aclose()
                    outcome = ended_early(reply) if reply.is_success else reply
                except httpx.TransportError as error:
                    outcome = error
                if not part.complete:
                    await asyncio.sleep(part.pause(outcome))

    async def correct(self, answer: Answer | str, expected: JsonObject, *, note: str | None = None) -> str:
        """As Client.correct."""
        return await self._driven(self._calls.correct(_id(answer), expected, note))

    async def tasks(self) -> list[TaskDescription]:
        """As Client.tasks."""
        return await self._driven(self._calls.tasks())

    async def close(self) -> None:
        if self._http_is_ours:
            await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _driven(self, flow: Flow[T]) -> T:
        step = next(flow)
        try:
            while True:
                if isinstance(step, float):
                    await asyncio.sleep(step)
                    step = next(flow)
                    continue
                try:
                    reply: Reply = await self._http.send(step)
                except httpx.TransportError as error:
                    reply = error
                step = flow.send(reply)
        except StopIteration as done:
            result: T = done.value
            return result


def _calls(url: str | None, api_key: str | None, retries: int) -> Calls:
    url = url or os.environ.get("TUNESERVE_URL") or URL
    return Calls(url, api_key or os.environ.get("TUNESERVE_API_KEY"), retries)


def _is_loopback(url: str) -> bool:
    """Whether the environment's proxies have no business with this address."""
    return httpx.URL(url).host in ("localhost", "127.0.0.1", "::1")


def _id(answer: Answer | str) -> str:
    return answer if isinstance(answer, str) else answer.id
