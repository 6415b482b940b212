"""The gateway's metrics that alerts and dashboards rest on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from serving.app import create_app
from tests.monitoring.conftest import MONITORING
from tests.serving.conftest import TASK, ScriptedEngine, settings_with
from tuneserve.errors import EngineUnavailable
from tuneserve.task import load_task

Sample = tuple[str, frozenset[tuple[str, str]]]


def samples(client: TestClient) -> dict[Sample, float]:
    """{(name, labels): value} of the page that Prometheus is given."""
    page = client.get("/metrics").text
    families = text_string_to_metric_families(page)
    return {(sample.name, frozenset(sample.labels.items())): sample.value for one in families for sample in one.samples}


def value(client: TestClient, name: str, **labels: str) -> float:
    return samples(client)[name, frozenset(labels.items())]


def ask(client: TestClient, *questions: str) -> None:
    for question in questions:
        assert client.post("/v1/tasks/distance/answer", json={"input": question}).status_code == 200


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    app = create_app(settings_with(tmp_path, queue_size=7, cache_size=50), [TASK], ScriptedEngine('{"length":"3 km"}'))
    with TestClient(app) as client:
        yield client


RELEASE = {"task": "distance", "release": "distance@unreleased"}


def test_what_alerts_count_is_there_before_the_first_question(client: TestClient) -> None:
    """An increase is only seen of a series that was there before."""
    there = samples(client)
    for name, labels in [
        ("tuneserve_answers_total", {**RELEASE, "origin": "rules"}),
        ("tuneserve_release_problems_total", {**RELEASE, "code": "readers_disagree"}),
        ("tuneserve_release_seconds_count", RELEASE),
        ("tuneserve_answer_seconds_count", {"task": "distance", "origin": "model"}),
        ("tuneserve_rejected_total", {"reason": "queue-full"}),
        ("tuneserve_rejected_total", {"reason": "no-answer"}),
        ("tuneserve_corrections_total", {"task": "distance"}),
        ("tuneserve_engine_errors_total", {"engine": "scripted", "kind": "timeout"}),
    ]:
        assert there[name, frozenset(labels.items())] == 0, name


def test_a_release_is_judged_by_what_it_worked_out_not_by_the_cache(client: TestClient) -> None:
    ask(client, "walk 3 km", "walk 3 km", "walk 3 km")
    assert value(client, "tuneserve_answers_total", **RELEASE, origin="cache") == 2
    assert value(client, "tuneserve_problems_total", task="distance", code="unaccounted") == 3
    assert value(client, "tuneserve_release_problems_total", **RELEASE, code="unaccounted") == 1
    assert value(client, "tuneserve_release_seconds_count", **RELEASE) == 1


def test_tokens_are_counted_as_the_engine_told_them(client: TestClient) -> None:
    ask(client, "3 km", "by bus, 3 km")
    assert value(client, "tuneserve_engine_tokens_total", engine="scripted", phase="prompt") == 20
    assert value(client, "tuneserve_engine_tokens_total", engine="scripted", phase="generate") == 10


def test_limits_stand_beside_what_they_limit(client: TestClient) -> None:
    ask(client, "3 km", "by bus, 3 km")
    assert value(client, "tuneserve_queue_limit") == 7
    assert value(client, "tuneserve_in_flight") == 0
    assert value(client, "tuneserve_concurrency") == 2
    assert (value(client, "tuneserve_cache_answers"), value(client, "tuneserve_cache_limit")) == (2, 50)


def test_free_disk_is_that_of_the_data_folder(client: TestClient) -> None:
    free, size = value(client, "tuneserve_data_free_bytes"), value(client, "tuneserve_data_size_bytes")
    assert 0 < free < size


def test_a_model_is_up_once_it_has_generated_a_token(client: TestClient) -> None:
    for _ in range(200):
        if value(client, "tuneserve_model_up", task="distance", engine="scripted") == 1:
            return
    pytest.fail("the model never came up")


def test_a_model_that_fails_is_down(tmp_path: Path) -> None:
    class Away(ScriptedEngine):
        def warm_up(self, messages: object) -> None:
            raise EngineUnavailable("away")

    with TestClient(create_app(settings_with(tmp_path), [TASK], Away(EngineUnavailable("away")))) as client:
        assert value(client, "tuneserve_model_up", task="distance", engine="scripted") == 0


def test_a_released_task_without_a_prepared_model_is_down_and_shows_its_figures(tmp_path: Path) -> None:
    task = load_task("fit_query")
    with TestClient(create_app(settings_with(tmp_path), [task])) as client:
        assert value(client, "tuneserve_model_up", task="fit_query", engine="none") == 0
        [(_, labels)] = [key for key in samples(client) if key[0] == "tuneserve_release_info"]
        release = dict(labels)["release"]
        assert 0 < value(client, "tuneserve_release_figure", task="fit_query", release=release, figure="exact") <= 1


def test_every_metric_is_in_the_docs_with_its_labels(tmp_path: Path) -> None:
    page = (MONITORING.parent / "docs" / "monitoring.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"(?m)^\| `(tuneserve_\w+)` \| ([^|]*) \|", page))
    settings = settings_with(tmp_path, redis_url="redis://127.0.0.1:1/0")
    registry = create_app(settings, [TASK], ScriptedEngine("")).state.gateway.metrics.registry
    there = {
        family.name + ("_total" if family.type == "counter" else ""): {
            label for sample in family.samples for label in sample.labels if label != "le"
        }
        for family in registry.collect()
        if family.name.startswith("tuneserve_")
    }
    assert set(rows) == set(there)
    for name, labels in there.items():
        assert labels <= set(rows[name].replace(",", "").split()), name
