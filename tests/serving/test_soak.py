"""A short soak: the load that `make soak` sends for an hour, and what it reads of the gateway's process."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from serving.bench.plan import question_texts
from tests.load.gateway import gateway
from tests.load.judge import Judge
from tests.load.plays import well
from tests.load.soak import LEAK_MB, LEAST_SECONDS_TO_JUDGE, Reading, Soak, soak
from tests.serving.scripted_server import scripted_server
from tuneserve.progress import Silent
from tuneserve.task import load_task

SECONDS = 20.0


@pytest.mark.slow
def test_under_steady_load_every_reply_is_as_published_and_nothing_piles_up() -> None:
    task, found = load_task("fit_query"), Soak()
    with (
        scripted_server(well(task)) as model,
        gateway(engine="ollama", ollama_url=model.url, cache_size="100") as running,
    ):
        soak(running, task, question_texts(task), SECONDS, 20.0, found, Silent())
        metrics = running.metrics()
        log = running.log
    assert found.wrong == []
    assert sum(found.replies.values()) > 100
    assert found.replies["model"] > 20
    assert found.replies["went away"] > 0
    first, last = found.readings[0], found.readings[-1]
    assert last.at > SECONDS - 3
    assert last.threads < 60
    assert last.files < 80
    # Some seconds tell no leak; a gateway that kept every request would show here all the same.
    assert last.memory_mb - first.memory_mb < 100
    assert metrics["tuneserve_in_flight"] <= 4
    assert "Traceback" not in log
    assert found.slope is not None
    assert not found.leaks


def test_a_gateway_that_says_it_is_not_ready_breaks_nothing_and_another_503_does() -> None:
    judge, headers = Judge([load_task("fit_query")]), {"content-type": "application/json", "x-request-id": "a"}
    told = {"status": "degraded", "degraded": [], "tasks": {}}
    assert judge.reply("GET", 503, headers, json.dumps(told).encode()).wrong == ""
    assert judge.reply("GET", 503, headers, b'{"error": "busy"}').wrong == "an error of type application/json"


def fed(megabytes_an_hour: float, seconds: int) -> Soak:
    found = Soak()
    for at in range(seconds):
        noise = at * 7919 % 13 / 10
        found.readings.append(Reading(float(at), 300 + megabytes_an_hour * at / 3600 + noise, 10, 20))
    return found


def test_a_leak_is_told_from_noise_and_from_the_beginning() -> None:
    long = round(LEAST_SECONDS_TO_JUDGE) * 3
    assert fed(10 * LEAK_MB, long).leaks
    assert not fed(0.0, long).leaks
    short = fed(10 * LEAK_MB, round(LEAST_SECONDS_TO_JUDGE) - 10)
    assert short.slope is not None
    assert not short.leaks


def test_what_happened_is_told_even_when_nothing_did() -> None:
    assert Soak().lines()[0] == "0 requests: "
    assert "too short a run" in "\n".join(fed(0.0, 5).lines())


def test_memory_is_read_in_megabytes() -> None:
    # In a process of its own: what other tests leave is freed while this one counts.
    code = "import os; from tests.load.slope import resident_mb; before = resident_mb(); "
    code += "held = os.urandom(64 * 1024 * 1024); print(resident_mb() - before, len(held))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    grown, held = done.stdout.split()
    assert 40 < float(grown) < 100
    assert int(held) == 64 * 1024 * 1024
