"""Identical work is done once while it is under way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from serving.flights import Flights


class Work:
    """Done when `ready` is set; counts how often it was begun, ended and cancelled."""

    def __init__(self) -> None:
        self.ready = asyncio.Event()
        self.begun = self.cancelled = 0
        self.error: Exception | None = None

    async def __call__(self) -> int:
        self.begun += 1
        try:
            await self.ready.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error is not None:
            raise self.error
        return self.begun


def run(scene: Callable[[Flights[int], Work], Coroutine[Any, Any, None]]) -> None:
    async def play() -> None:
        flights: Flights[int] = Flights()
        await scene(flights, Work())
        assert flights._under_way == {}

    asyncio.run(play(), debug=True)


def test_ten_callers_of_the_same_make_one_do_it() -> None:
    async def scene(flights: Flights[int], work: Work) -> None:
        callers = [asyncio.create_task(flights.join("key", work)) for _ in range(10)]
        await asyncio.sleep(0.01)
        work.ready.set()
        assert await asyncio.gather(*callers) == [(1, False), *[(1, True)] * 9]

    run(scene)


def test_different_keys_are_different_work() -> None:
    async def scene(flights: Flights[int], work: Work) -> None:
        work.ready.set()
        await asyncio.gather(flights.join("one", work), flights.join("other", work))
        assert work.begun == 2

    run(scene)


def test_who_asks_after_the_end_begins_anew() -> None:
    async def scene(flights: Flights[int], work: Work) -> None:
        work.ready.set()
        assert await flights.join("key", work) == (1, False)
        assert await flights.join("key", work) == (2, False)

    run(scene)


@pytest.mark.parametrize("who", [0, 1])
def test_a_caller_who_leaves_takes_nothing_from_the_others(who: int) -> None:
    async def scene(flights: Flights[int], work: Work) -> None:
        callers = [asyncio.create_task(flights.join("key", work)) for _ in range(3)]
        await asyncio.sleep(0.01)
        callers[who].cancel()
        await asyncio.sleep(0.01)
        work.ready.set()
        done = await asyncio.gather(*callers, return_exceptions=True)
        assert isinstance(done.pop(who), asyncio.CancelledError)
        assert [result for result, _ in done] == [1, 1]  # type: ignore[misc]
        assert work.cancelled == 0

    run(scene)


def test_when_everybody_has_left_the_work_is_dropped_and_a_newcomer_begins_anew() -> None:
    async def scene(flights: Flights[int], work: Work) -> None:
        callers = [asyncio.create_task(flights.join("key", work)) for _ in range(3)]
        await asyncio.sleep(0.01)
        for caller in callers:
            caller.cancel()
        await asyncio.wait(callers)
        newcomer = asyncio.create_task(flights.join("key", work))
        await asyncio.sleep(0.01)
        assert (work.begun, work.cancelled) == (2, 1)
        work.ready.set()
        assert await newcomer == (2, False)

    run(scene)


def test_everybody_hears_of_a_failure_and_the_next_one_tries_again() -> None:
    async def scene(flights: Flights[int], work: Work) -> None:
        work.error = ValueError("no")
        callers = [asyncio.create_task(flights.join("key", work)) for _ in range(3)]
        await asyncio.sleep(0.01)
        work.ready.set()
        assert [type(one) for one in await asyncio.gather(*callers, return_exceptions=True)] == [ValueError] * 3
        work.error = None
        assert await flights.join("key", work) == (2, False)

    run(scene)
