"""The flagship task through the real app: rules, grounding and rows."""

from __future__ import annotations

from pathlib import Path

from fastapi.testclient import TestClient

from serving.app import create_app
from tests.serving.conftest import settings_with
from tuneserve.task import load_task


def test_a_question_is_answered_with_rows_of_real_data(tmp_path: Path) -> None:
    with TestClient(create_app(settings_with(tmp_path), [load_task("fit_query")])) as client:
        question = {"input": "wind sites over 100kw in berkshire", "rows": 10}
        answer = client.post("/v1/tasks/fit_query/answer", json=question).json()
    assert answer["output"] == {
        "technology": "Wind",
        "capacity_min_kw": 100,
        "location": "Berkshire",
        "postcode_patterns": ["RG", "SL"],
    }
    assert answer["rows"]["total"] == 1
    assert answer["rows"]["items"][0]["fit_id"] == "4004"
    assert answer["fields"]["location"]["evidence"] == "berkshire"
