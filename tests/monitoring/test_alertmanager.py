"""Alertmanager with the committed configuration: it takes it, and a cause silences its consequences."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.monitoring.conftest import MONITORING, checked, program
from tests.monitoring.test_rules import ALERTS
from tests.servers import free_port

pytestmark = pytest.mark.alertmanager
CONFIG = MONITORING / "alertmanager.yml"
STARTS_WITHIN_SECONDS = 30


def test_amtool_takes_the_configuration() -> None:
    assert "SUCCESS" in checked("amtool", "check-config", CONFIG)


def test_every_alert_has_a_route() -> None:
    for labels in {tuple(f"{name}={value}" for name, value in rule["labels"].items()) for rule in ALERTS.values()}:
        routed = checked("amtool", "config", "routes", "test", f"--config.file={CONFIG}", *labels)
        assert routed.strip() == "nobody"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    command = [
        str(program("alertmanager", "prometheus-alertmanager")),
        f"--config.file={CONFIG}",
        f"--storage.path={tmp_path_factory.mktemp('alertmanager')}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        ends = time.monotonic() + STARTS_WITHIN_SECONDS
        while not answers(f"{address}/-/ready"):
            assert process.poll() is None
            assert time.monotonic() < ends
            time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.TransportError:
        return False


def silenced(url: str, *names: str) -> set[str]:
    """Sends these alerts; the names of those that another one silences."""
    now = datetime.now(UTC).isoformat()
    sent = [{"labels": {"alertname": name, **ALERTS[name]["labels"]}, "startsAt": now} for name in names]
    httpx.post(f"{url}/api/v2/alerts", json=sent, trust_env=False).raise_for_status()
    ends = time.monotonic() + 10
    while True:
        there = httpx.get(f"{url}/api/v2/alerts", trust_env=False).json()
        states = {alert["labels"]["alertname"]: alert["status"] for alert in there}
        settled = set(names) <= set(states) and all(states[name]["state"] != "unprocessed" for name in names)
        if settled or time.monotonic() > ends:
            return {name for name in names if states[name]["inhibitedBy"]}
        time.sleep(0.1)


def test_a_cause_silences_its_consequences_and_nothing_else(url: str, tmp_path: Path) -> None:
    everything = sorted(ALERTS.keys() - {"GatewayDown", "OllamaDown", "DiskFull", "BreakerOpen", "PostgreSQLDown"})
    assert silenced(url, *everything) == set()
    assert silenced(url, "OllamaDown", "AnswerSuccessLow", "ModelDown", "ModelErrors", "DiskFilling") == {
        "ModelDown",
        "ModelErrors",
    }
    assert silenced(url, "GatewayDown", "AnswersSlow", "OllamaDown", "PostgreSQLDown", "RowsDropped") == {
        "AnswersSlow",
        "OllamaDown",
    }
    assert silenced(url, "DiskFull", "DiskFilling") == {"DiskFilling"}
