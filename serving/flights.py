"""`Flights`: work that several callers want at the same time is done once, and each gets its result."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _Flight(Generic[T]):
    task: asyncio.Task[T]
    waiting: int = 0


class Flights(Generic[T]):
    """Of one event loop."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, _Flight[T]] = {}

    async def join(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, T]]) -> tuple[T, bool]:
        """(the work's result, whether another caller had begun it).

        Raises what the work raises, to every caller. A caller who is cancelled leaves the others theirs;
        when nobody waits any more, the work is cancelled.
        """
        flight = self._under_way.get(key)
        joined = flight is not None
        if flight is None:
            flight = self._begun(key, work)
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task), joined
        finally:
            flight.waiting -= 1
            if not flight.waiting:
                self._ended(key, flight)
                flight.task.cancel()

    def _begun(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, T]]) -> _Flight[T]:
        flight = _Flight(asyncio.create_task(work()))
        flight.task.add_done_callback(lambda task: self._ended(key, flight))
        self._under_way[key] = flight
        return flight

    def _ended(self, key: Hashable, flight: _Flight[T]) -> None:
        """Who asks from now on begins anew."""
        if self._under_way.get(key) is flight:
            del self._under_way[key]
        if flight.task.done() and not flight.task.cancelled():
            flight.task.exception()  # seen, so that asyncio does not report it as lost
