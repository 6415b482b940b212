"""The same question of several callers at once: one piece of work, an answer of their own for each."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from serving.app import create_app
from serving.gateway import Gateway
from serving.problem import Refusal
from tests.serving.conftest import TASK, ScriptedEngine, settings_with
from tuneserve.answer import Answer
from tuneserve.errors import NoAnswer

CALLERS = 8


class HeldEngine(ScriptedEngine):
    """Writes when it is let go."""

    def __init__(self, text: str = '{"length":"3 km"}') -> None:
        self.go = threading.Event()
        super().__init__(self._held)
        self._text = text

    def _held(self, messages: Any) -> str:
        assert self.go.wait(10)
        return self._text


@asynccontextmanager
async def gateway_with(folder: Path, engine: ScriptedEngine, **changes: Any) -> AsyncIterator[Gateway]:
    app = create_app(settings_with(folder, **changes), [TASK], engine)
    async with app.router.lifespan_context(app):
        yield app.state.gateway


async def asked(gateway: Gateway, engine: HeldEngine, *questions: Any) -> list[Any]:
    """What came of questions that were all asked before the engine wrote anything."""
    callers = [asyncio.create_task(gateway.answer("distance", *one)) for one in questions]
    await asyncio.sleep(0.05)
    engine.go.set()
    return await asyncio.gather(*callers, return_exceptions=True)


def play(scene: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(scene())


@pytest.mark.parametrize("rows", [None, 2])
@pytest.mark.parametrize("cache_size", [0, 10])
def test_the_engine_is_asked_once_and_everybody_gets_an_answer_of_his_own(
    tmp_path: Path, rows: int | None, cache_size: int
) -> None:
    async def scene() -> None:
        engine = HeldEngine()
        async with gateway_with(tmp_path, engine, cache_size=cache_size) as gateway:
            answers: list[Answer] = await asked(gateway, engine, *[("how far is 3 km", rows)] * CALLERS)
            assert len(engine.asked) == 1
            assert len({answer.id for answer in answers}) == CALLERS
            assert {str(answer.output) for answer in answers} == {"{'metres': 3000}"}
            assert [answer.origin for answer in answers] == ["model", *["cache"] * (CALLERS - 1)]
            assert {answer.cached_from for answer in answers[1:]} == {"model"}
            assert all(("total" in answer.took_ms) and ((answer.rows is None) == (rows is None)) for answer in answers)

    play(scene)


def test_different_questions_are_worked_on_apart(tmp_path: Path) -> None:
    async def scene() -> None:
        engine = HeldEngine()
        async with gateway_with(tmp_path, engine) as gateway:
            await asked(gateway, engine, ("how far is 3 km",), ("how far is 3 km", 2), ("walk 3 km",))
            assert len(engine.asked) == 3

    play(scene)


def test_who_goes_away_does_not_take_the_answer_along(tmp_path: Path) -> None:
    async def scene() -> None:
        engine = HeldEngine()
        async with gateway_with(tmp_path, engine) as gateway:
            first, second = (asyncio.create_task(gateway.answer("distance", "how far is 3 km")) for _ in range(2))
            await asyncio.sleep(0.05)
            first.cancel()
            engine.go.set()
            assert (await second).output == {"metres": 3000}
            assert first.cancelled()
            assert len(engine.asked) == 1

    play(scene)


def test_everybody_is_told_when_there_is_no_answer(tmp_path: Path) -> None:
    async def scene() -> None:
        engine = HeldEngine('{"length":"99 km"}')
        async with gateway_with(tmp_path, engine) as gateway:
            found = await asked(gateway, engine, *[("how far is it",)] * 3)
            assert [type(one) for one in found] == [NoAnswer] * 3

    play(scene)


def test_a_full_queue_refuses_the_next_question_but_not_one_that_is_worked_on(tmp_path: Path) -> None:
    async def scene() -> None:
        engine = HeldEngine()
        async with gateway_with(tmp_path, engine, concurrency=1, queue_size=1) as gateway:
            questions = [("how far is 3 km",), ("how far is 5 km",), ("how far is 7 km",), ("how far is 3 km",)]
            found = await asked(gateway, engine, *questions)
            assert isinstance(found[2], Refusal)
            assert found[2].slug == "queue-full"
            assert found[3].output == {"metres": 3000}

    play(scene)
