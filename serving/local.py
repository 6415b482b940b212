"""`LocalGateway`: the gateway without HTTP, for programs that answer in their own process."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from serving.corrections import keep_correction
from serving.gateway import Gateway
from serving.problem import Refusal, refusal_of
from serving.task_routes import described
from tuneserve.answer import Answer
from tuneserve.client_calls import error_of_problem
from tuneserve.errors import TuneserveError
from tuneserve.task import JsonObject

T = TypeVar("T")
WARM_UP_SECONDS = 10.0


class LocalGateway:
    """Runs a gateway's event loop in a thread of its own; may be used from several threads.

    Futures fail with the very errors that the client makes of a gateway's refusals over HTTP.
    """

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="tuneserve", daemon=True)
        self._thread.start()
        gateway.start()
        ends = time.monotonic() + WARM_UP_SECONDS
        while time.monotonic() < ends and not all(served.ready for served in gateway.tasks.values()):
            time.sleep(0.01)

    def answer(self, task: str, text: str, rows: int | None, request_id: str | None) -> Future[Answer]:
        return self._begun(self._gateway.answer(task, text, rows, patient=True), request_id)

    def correct(self, answer_id: str, expected: JsonObject, note: str | None) -> Future[str]:
        gateway = self._gateway

        async def kept() -> str:
            work = gateway.correctors.run(lambda: keep_correction(gateway, answer_id, expected, note), patient=True)
            return str((await work)["id"])

        return self._begun(kept(), None)

    def tasks(self) -> list[JsonObject]:
        """As GET /v1/tasks shows them."""
        return [described(served) for served in self._gateway.tasks.values()]

    def close(self) -> None:
        """Finishes what is under way, writes the log, frees the models."""
        if self._thread.is_alive():
            self._gateway.stop()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def _begun(self, work: Coroutine[Any, Any, T], request_id: str | None) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(_told(work, request_id), self._loop)


async def _told(work: Coroutine[Any, Any, T], request_id: str | None) -> T:
    try:
        return await work
    except Refusal as refusal:
        raise _error(refusal, request_id) from refusal
    except TuneserveError as error:
        raise _error(refusal_of(error), request_id) from error


def _error(refusal: Refusal, request_id: str | None) -> TuneserveError:
    retry_after = (refusal.headers or {}).get("Retry-After")
    return error_of_problem(refusal.as_json(request_id or ""), retry_after)
