"""`while_there`: a question is worked on no longer than its caller waits for the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from fastapi import Request
from starlette.types import Receive

T = TypeVar("T")
# As nginx logs it: the caller closed the connection. Nobody is sent this status.
STATUS = 499


class CallerGone(Exception):
    """There is nobody to reply to."""


async def while_there(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """What `work` returns. When the caller goes away first, `work` is cancelled and CallerGone is raised."""
    here = asyncio.current_task()
    assert here is not None
    seen: list[str] = []
    watch = asyncio.create_task(_cancelled_when_gone(request.receive, here, seen))
    try:
        return await work
    except asyncio.CancelledError:
        # Ours, unless somebody else cancelled this task too: then that counts.
        if seen and here.uncancel() == 0:
            raise CallerGone from None
        raise
    finally:
        watch.cancel()


async def _cancelled_when_gone(receive: Receive, waiting: asyncio.Task[Any], seen: list[str]) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
    seen.append("gone")
    waiting.cancel()
