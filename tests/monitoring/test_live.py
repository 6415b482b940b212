"""Every panel's queries and every rule on a real Prometheus that scrapes two real gateways under a short load."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from serving.app import create_app
from serving.engines.engine import Message
from tests.monitoring.conftest import MONITORING
from tests.monitoring.stack import STARTS_WITHIN_SECONDS, Prometheus, ask, exporters, prometheus, serving, until
from tests.monitoring.test_dashboards import NAMES, panels
from tests.servers import NO_POSTGRES, NO_REDIS, REDIS, has_postgres, postgres_server, redis_server
from tests.serving.conftest import TASK, ScriptedEngine, settings_with
from tuneserve.task import load_task

pytestmark = [pytest.mark.prometheus, pytest.mark.slow]

LOAD_SECONDS = 12
EVERY = [pytest.param(panel, id=f"{name}: {panel['title']}") for name in NAMES for panel in panels(name)]
# What Grafana would put in, with everything chosen and a scrape every second.
VARIABLES = {"task": ".+", "release": ".+", "instance": ".+", "__rate_interval": "5s", "__interval": "1s"}
# Queries that rightly show nothing within seconds of a first start; their panels have others that do.
EMPTY_AT_FIRST = {
    'tuneserve:disagreement:ratio7d{task=~".+"}': "there is no last week yet",
    'sum(rate(tuneserve_log_deleted_total{instance=~".+"}[5s]))': "nothing is old enough to be deleted",
}


def scripted(messages: Sequence[Message]) -> str:
    """A model that reads most distances rightly, some differently from the rules, and now and then writes prose."""
    question = messages[-1]["content"]
    number = int(re.findall(r"\d+", question)[0])
    if number % 7 == 0:
        return "let me think about it"
    if number % 5 == 0:
        return '{"length":"1 m"}' if "1 m" in question else '{"length":"no such length"}'
    return f'{{"length":"{number} km"}}'


def load(gateways: Sequence[str], stop: threading.Event, failed: list[str]) -> None:
    """About 20 questions a second until told to stop: new ones, known ones, two readings, and what cannot be read."""
    for number in range(20 * LOAD_SECONDS * 20):
        gateway = gateways[number % len(gateways)]
        question = {0: f"from {number} km to 1 m", 1: "how far is 3 km", 2: "no distance 7"}.get(number % 4)
        reply = ask(gateway, "distance", question or f"walk {number} km")
        if reply.status_code not in (200, 422):
            failed.append(reply.text)
        if reply.is_success and number % 9 == 0:
            corrected = correct(gateway, reply.json()["id"])
            if corrected.status_code != 201:
                failed.append(corrected.text)
        if stop.wait(0.05):
            return


def correct(gateway: str, answer: str) -> httpx.Response:
    """As a caller does who honours Retry-After: where the log is written slowly, the answer is not in it at once."""
    ends = time.monotonic() + STARTS_WITHIN_SECONDS
    while True:
        url = f"http://{gateway}/v1/answers/{answer}/correction"
        corrected = httpx.post(url, json={"expected": {"metres": 1}}, trust_env=False, timeout=20)
        if corrected.status_code != 503 or time.monotonic() > ends:
            return corrected
        time.sleep(float(corrected.headers["Retry-After"]))


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Prometheus after LOAD_SECONDS of load; the load goes on while it is asked."""
    folder = tmp_path_factory.mktemp("live")
    with ExitStack() as stack:
        database = stack.enter_context(postgres_server()) if has_postgres() else None
        cache = stack.enter_context(redis_server()) if REDIS else None
        gateways = []
        for name in ("one", "two"):
            settings = {"redis_url": cache.url} if cache else {}
            if database:
                settings["database_url"] = database.url()
            app = create_app(
                settings_with(folder / name, **settings), [TASK, load_task("fit_query")], ScriptedEngine(scripted)
            )
            gateways.append(stack.enter_context(serving(app)))
        targets = {job: [target] for job, target in stack.enter_context(exporters(database, cache, folder)).items()}
        asked = stack.enter_context(prometheus(folder, {"gateway": gateways, **targets}))
        stop, failed = threading.Event(), list[str]()
        thread = threading.Thread(target=load, args=(gateways, stop, failed))
        thread.start()
        stack.callback(thread.join)
        stack.callback(stop.set)
        time.sleep(LOAD_SECONDS)
        until(lambda: bool(failed or asked.values("tuneserve:release_share:1h")), "a recorded figure")
        assert failed == []
        yield asked
        assert failed == []


def jobs(prometheus: Prometheus) -> set[str]:
    return {target["labels"]["job"] for target in prometheus.get("targets", state="active")["activeTargets"]}


def filled_in(expr: str) -> str:
    for name, value in VARIABLES.items():
        expr = expr.replace(f"${name}", value)
    assert "$" not in expr
    return expr


@pytest.mark.parametrize("panel", EVERY)
def test_a_panel_shows_something(panel: dict[str, Any], measured: Prometheus) -> None:
    """Each query is taken by Prometheus, and gives numbers."""
    for exporter, prefix, reason in (("postgres", "pg_", NO_POSTGRES), ("redis", "redis_", NO_REDIS)):
        if prefix in str([target["expr"] for target in panel["targets"]]) and exporter not in jobs(measured):
            pytest.skip(f"{reason}; apt-get install prometheus-{exporter}-exporter")
    shown = []
    for target in panel["targets"]:
        expr = filled_in(target["expr"])
        values = measured.values(expr) if expr in EMPTY_AT_FIRST else measured.awaited(expr)
        assert values or expr in EMPTY_AT_FIRST, f"shows nothing: {expr}"
        shown += values
    assert shown


def test_every_rule_can_be_evaluated_on_two_gateways(measured: Prometheus) -> None:
    """Two series where one is meant stop a rule with an error that no syntax check sees."""
    rules = [rule for group in measured.get("rules")["groups"] for rule in group["rules"]]
    assert len(rules) > 40
    assert {rule["name"]: rule["lastError"] for rule in rules if rule["health"] != "ok"} == {}


def test_figures_are_those_of_the_load(measured: Prometheus) -> None:
    """No answer was refused for a reason on our side; some texts were none, and some readings differed."""
    early = measured.awaited('sum(tuneserve_rejected_total{reason="database-unavailable"})')[-1]
    success = measured.awaited("tuneserve:answer_success:ratio5m")[-1]
    assert success == 1 or (early > 0 and success > 0.9), f"{early:.0f} corrections came before their answer was logged"
    assert measured.awaited('sum(tuneserve_engine_errors_total{kind="not_json"})')[-1] > 0
    assert 0 < measured.awaited('tuneserve:fallback:ratio15m{task="distance"}')[-1] < 1
    assert measured.awaited("sum(tuneserve_corrections_total)")[-1] > 0
    assert measured.awaited('min(up{job="gateway"})')[-1] == 1
    assert measured.awaited('count(up{job="gateway"})')[-1] == 2


def test_choices_of_the_dashboards_are_there(measured: Prometheus) -> None:
    """What the variables' label_values() would list."""
    chosen = measured.get("series", **{"match[]": "tuneserve_release_info"})
    assert {one["task"] for one in chosen} == {"distance", "fit_query"}
    assert len({one["instance"] for one in chosen}) == 2


def test_queries_of_the_runbook_show_something(measured: Prometheus) -> None:
    queries = re.findall(r"`query '([^']+)'`", (MONITORING.parent / "docs" / "runbook.md").read_text("utf-8"))
    assert len(queries) > 5
    for query in queries:
        exporter = {"pg_up": "postgres"}.get(query)
        if exporter is None or exporter in jobs(measured):
            assert measured.awaited(query), query
