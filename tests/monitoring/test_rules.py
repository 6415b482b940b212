"""Prometheus' rules and configuration: valid, proved by promtool, explained in the runbook, about real metrics."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from serving.app import create_app
from serving.metrics import REFUSED_BY_US
from tests.monitoring.conftest import MONITORING, checked
from tests.serving.conftest import TASK, ScriptedEngine, settings_with
from tuneserve.errors import EngineError, EngineTimeout, EngineUnavailable

ROOT = MONITORING.parent
TESTS = ("alerts_test.yml", "alerts_history_test.yml")
# Many times what it needs: a machine may be busy.
PATIENCE_SECONDS = 300
# Of the exporters, of Prometheus and Alertmanager, of every client library.
FOREIGN = {
    "up",
    "pg_up",
    "redis_up",
    "prometheus_rule_evaluation_failures_total",
    "prometheus_notifications_errors_total",
    "alertmanager_notifications_failed_total",
}


@cache
def loaded(name: str) -> Any:
    return yaml.safe_load((MONITORING / name).read_text(encoding="utf-8"))


def rules(name: str) -> list[dict[str, Any]]:
    return [rule for group in loaded(name)["groups"] for rule in group["rules"]]


ALERTS = {rule["alert"]: rule for rule in rules("alerts.yml")}
PROMISED = {
    "AnswerSuccessLow",
    "AnswersSlow",
    "ModelErrors",
    "BreakerOpen",
    "QueueFull",
    "FallbackShareHigh",
    "DisagreementRising",
    "OllamaDown",
    "PostgreSQLDown",
    "RedisDown",
    "DiskFilling",
    "ReleaseWorseThanBeside",
    "ReleaseWorseThanBefore",
    "GatewayDown",
    "SpoolFilling",
    "RowsDropped",
    "CorrectionsSurge",
}


def test_there_is_an_alert_for_all_that_was_promised() -> None:
    assert set(ALERTS) >= PROMISED


@pytest.mark.prometheus
def test_prometheus_takes_the_configuration() -> None:
    assert "SUCCESS" in checked("promtool", "check", "config", "--lint=all", "--lint-fatal", "prometheus.yml")


@pytest.fixture(scope="module")
def runs() -> Iterator[dict[str, subprocess.Popen[str]]]:
    """promtool on every file of tests, at the same time: each takes some seconds of one core."""
    pipe = subprocess.PIPE
    begun = {
        name: subprocess.Popen(["promtool", "test", "rules", name], cwd=MONITORING, stdout=pipe, stderr=pipe, text=True)
        for name in TESTS
    }
    yield begun
    for run in begun.values():
        run.kill()
        run.communicate()


@pytest.mark.prometheus
@pytest.mark.slow
@pytest.mark.parametrize("name", TESTS)
def test_alerts_fire_and_stay_quiet(name: str, runs: dict[str, subprocess.Popen[str]]) -> None:
    said = "".join(runs[name].communicate(timeout=PATIENCE_SECONDS))
    assert runs[name].returncode == 0, said


@pytest.mark.parametrize("alert", sorted(ALERTS))
def test_an_alert_is_proved_to_fire_and_to_stay_quiet(alert: str) -> None:
    """In the files that promtool runs: some moment at which it fires, and one of a test of its own without it."""
    about = [test for name in TESTS for test in loaded(name)["tests"] if alert in test["name"].split(":")[0]]
    moments = [f"{moment['exp_samples']}" for test in about for moment in test["promql_expr_test"]]
    fires = [f'alertname="{alert}"' in moment for moment in moments]
    assert any(fires), "no test in which it fires"
    assert not all(fires), "no test in which it stays quiet"


@pytest.mark.parametrize("alert", sorted(ALERTS))
def test_an_alert_says_what_it_saw_and_where_to_read_on(alert: str) -> None:
    rule = ALERTS[alert]
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert rule["labels"]["component"]
    assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}
    assert "$value" in rule["annotations"]["description"]
    page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
    headings = re.findall(r"(?m)^## (.+)$", (ROOT / page).read_text(encoding="utf-8"))
    assert anchor in [heading.lower().replace(" ", "-") for heading in headings]


def test_the_runbook_has_a_section_an_alert_and_no_other() -> None:
    text = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"(?ms)^## (\w+)$\n(.*?)(?=^## |\Z)", text))
    assert set(sections) == set(ALERTS)
    for name, section in sections.items():
        for part in ("**Means.**", "**Look.**", "**Do.**", "**Escalate.**"):
            assert part in section, f"{name}: {part}"


def test_rules_ask_for_metrics_that_there_are(tmp_path: Path) -> None:
    """A name that nobody exports would make an alert that can never fire."""
    settings = settings_with(tmp_path, redis_url="redis://127.0.0.1:1/0")
    registry = create_app(settings, [TASK], ScriptedEngine("")).state.gateway.metrics.registry
    there = {sample.name for family in registry.collect() for sample in family.samples}
    families = {family.name + ("_total" if family.type == "counter" else "") for family in registry.collect()}
    recorded = {rule["record"] for rule in rules("figures.yml")}
    for rule in [*rules("figures.yml"), *rules("alerts.yml")]:
        bare = re.sub(r"\{[^}]*\}|\[[^]]*\]|(?:by|on|group_left|offset)\s*(?:\([^)]*\)|\d+\w)", "", rule["expr"])
        for name in re.findall(r"(?<![\w:])[a-z]\w*(?::\w+)*(?![\w:]*\s*\()", bare):
            if name not in ("and", "or", "unless", "by", "on", "group_left"):
                assert name in there | families | recorded | FOREIGN, f"{rule.get('alert') or rule['record']}: {name}"


def refused_by_us() -> set[str]:
    """Every slug of a refusal with status 5xx in the gateway's code."""
    slugs = set()
    for path in sorted((ROOT / "serving").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Refusal":
                status, slug = (getattr(argument, "value", None) for argument in call.args[:2])
                if isinstance(status, int) and status >= 500 and isinstance(slug, str):
                    slugs.add(slug)
    return slugs


def kinds(error: type[EngineError]) -> set[str]:
    return {error.kind}.union(*(kinds(narrower) for narrower in error.__subclasses__()))


def test_a_refusal_for_a_reason_on_our_side_counts_against_success() -> None:
    [rule] = [rule for rule in rules("figures.yml") if rule["record"] == "tuneserve:refused_by_us:increase5m"]
    [pattern] = re.findall(r'reason=~"([^"]+)"', rule["expr"])
    ours = refused_by_us() | {f"engine-{kind}" for kind in kinds(EngineError)}
    assert {"queue-full", "stopping", "internal"} <= ours
    assert EngineUnavailable.kind != EngineTimeout.kind
    assert not [slug for slug in ours if not re.fullmatch(pattern, slug)]
    assert ours <= set(REFUSED_BY_US), "a series that is not there from the start misses its first event"


def test_what_the_caller_did_wrong_does_not_count_against_success() -> None:
    [rule] = [rule for rule in rules("figures.yml") if rule["record"] == "tuneserve:refused_by_us:increase5m"]
    [pattern] = re.findall(r'reason=~"([^"]+)"', rule["expr"])
    theirs = ("no-answer", "too-many", "no-key", "invalid-input", "input-too-long", "not-json", "no-such-task")
    assert not [slug for slug in theirs if re.fullmatch(pattern, slug)]
