"""Which questions to the gateway are logged, and as what."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

from serving.app import create_app
from serving.engines.engine import EngineBusy
from tests.serving.conftest import TASK, ScriptedEngine, settings_with
from tuneserve.errors import EngineError, EngineTimeout

ANSWER = "/v1/tasks/distance/answer"


@pytest.fixture
def logged(tmp_path: Path) -> Any:
    """Asks a gateway with an engine that plays `play`; returns (status, rows of failed_queries, ids of answers)."""

    def ask(play: object, question: str, **changes: Any) -> tuple[int, list[Any], list[Any]]:
        app = create_app(settings_with(tmp_path), [replace(TASK, **changes)], ScriptedEngine(play))
        with TestClient(app, raise_server_exceptions=False) as client:
            status = client.post(ANSWER, json={"input": question}).status_code
        engine = create_engine(f"sqlite:///{tmp_path / 'store.sqlite'}")
        with engine.connect() as connection:
            failed = connection.execute(text("select * from failed_queries")).all()
            answers = connection.execute(text("select id, origin from answers")).all()
        engine.dispose()
        return status, list(failed), list(answers)

    return ask


def test_a_question_that_nobody_can_read_is_a_failed_one(logged: Any) -> None:
    status, [row], answers = logged('{"length":"9 km"}', "  how\tfar ")
    assert (status, row.failure, row.input, row.output, answers) == (422, "no-answer", "how far", "null", [])
    assert "not_in_text" in row.problems
    assert row.total_ms > 0


@pytest.mark.parametrize(
    ("play", "failure"),
    [(EngineTimeout("late"), "engine-timeout"), (EngineBusy("busy"), "engine-busy"), ("nonsense", "not_json")],
)
def test_an_engine_that_fails_is_logged_though_the_rules_answered(logged: Any, play: object, failure: str) -> None:
    status, [row], [answer] = logged(play, "3 km")
    assert (status, row.failure, row.origin, row.output) == (200, failure, "rules", '{"metres": 3000}')
    assert row.id == answer.id


def test_an_engine_that_fails_where_there_are_no_rules_is_logged(logged: Any) -> None:
    status, [row], answers = logged(EngineError("broken"), "3 km", rules=None)
    assert (status, row.failure, row.input, answers) == (503, "engine-failed", "3 km", [])


def test_the_question_that_found_a_bug_is_logged(logged: Any) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    status, [row], answers = logged('{"length":"3 km"}', "3 km", ground=broken)
    assert (status, row.failure, row.input, row.problems, answers) == (500, "internal", "3 km", "[]", [])


def test_a_request_that_is_refused_unread_is_not_logged(logged: Any) -> None:
    status, failed, answers = logged('{"length":"3 km"}', "   ")
    assert (status, failed, answers) == (422, [], [])
