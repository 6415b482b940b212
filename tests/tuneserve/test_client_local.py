"""The client without a server: the same calls, answers, errors, query log and corrections in this process."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from serving.app import open_gateway
from serving.local import LocalGateway
from tests.serving.conftest import TASK, ScriptedEngine, settings_with
from tuneserve import AsyncClient, Client
from tuneserve.answer import Answer
from tuneserve.errors import InputRefused, NoAnswer, TaskError


@pytest.fixture
def _tiny_task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tiny task with a scripted model, where the tasks and models of this checkout would be opened."""

    def opened(tasks: tuple[str, ...], engine: str | None) -> LocalGateway:
        assert (tasks, engine) == (("distance",), None)
        return LocalGateway(open_gateway(settings_with(tmp_path), [TASK], ScriptedEngine('{"length":"3 km"}')))

    monkeypatch.setattr("tuneserve.commands.answers.open_local_gateway", opened)


@pytest.mark.usefixtures("_tiny_task")
def test_it_answers_refuses_describes_and_keeps_corrections() -> None:
    with Client.local("distance") as client:
        answer = client.answer("distance", "how far is 3 km", rows=1)
        assert (answer.output, answer.origin) == ({"metres": 3000}, "model")
        assert answer.rows is not None
        assert answer.rows.total == 3
        assert client.answer("distance", "how far is 3 km").origin == "cache"
        assert [task.name for task in client.tasks()] == ["distance"]
        assert client.correct(answer, {"metres": 1})
        with pytest.raises(InputRefused, match="breaks 'required'"):
            client.correct(answer, {})
        with pytest.raises(TaskError, match="no answer with this id"):
            client.correct("none", {"metres": 1})
        with pytest.raises(TaskError, match="there are: distance"):
            client.answer("nothing", "3 km")
        with pytest.raises(InputRefused, match="empty"):
            client.answer("distance", " ")
        with pytest.raises(NoAnswer) as caught:
            client.answer("distance", "no length", request_id="find-me")
        assert [problem.code for problem in caught.value.problems] == ["not_in_text"]
        assert caught.value.request_id == "find-me"
        lines = list(client.batch("distance", ["3 km", "", "5 m"]))
        assert [type(line) for line in lines] == [Answer, InputRefused, Answer]
    client.close()


@pytest.mark.usefixtures("_tiny_task")
def test_async_is_the_same() -> None:
    async def work() -> None:
        async with AsyncClient.local("distance") as client:
            answers = await asyncio.gather(*(client.answer("distance", f"{n} m") for n in range(20)))
            assert [answer.output["metres"] for answer in answers] == list(range(20))
            lines = [line async for line in client.batch("distance", ["3 km", ""])]
            assert [type(line) for line in lines] == [Answer, InputRefused]
            assert await client.correct(answers[0], {"metres": 1})
            assert [task.name for task in await client.tasks()] == ["distance"]
            with pytest.raises(NoAnswer):
                await client.answer("distance", "no length")

    asyncio.run(work())
