"""What a gateway finds out by itself: promoting, rolling back, a model that is away, a shadow."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

import pytest

from serving.engines.engine import Message
from serving.releases import shadow
from serving.releases.registry import SEQUENTIAL_TEST, Registry
from serving.settings import Settings
from tests.serving.conftest import TASK, ScriptedEngine
from tests.serving.releases.gateways import (
    RIGHT,
    Engines,
    ask,
    callers,
    promote,
    running,
    shown,
    signed,
    until,
)
from tuneserve.errors import EngineUnavailable


def test_a_release_that_fails_is_rolled_back_by_itself(settings: Settings, registry: Registry) -> None:
    with running(settings, Engines(v1_0_0="prose")) as client:
        salt = promote(registry, "1.0.0", share=50)
        new, old = callers(salt, 50)
        until(lambda: shown(client)["here"]["tries"] == "distance@1.0.0")
        for _ in range(40):
            assert ask(client, new)["output"] == ask(client, old)["output"], "the rules stand in: nobody goes without"
        until(lambda: signed(client, new) == "distance@2.0.0")
        last = registry.changes(TASK.name)[0]
        assert last.actor == SEQUENTIAL_TEST
        assert last.reason.startswith("roll back: failed: 100.0% against 0.0%, worse by")
        assert shown(client)["experiment"]["outcome"] == "rolled back"
        page = client.get("/metrics").text
        assert 'tuneserve_release_decisions_total{decision="roll back",task="distance"} 1.0' in page
        assert 'tuneserve_release_failures_total{release="distance@1.0.0",task="distance"} ' in page
        assert 'tuneserve_release_share{release="distance@2.0.0",task="distance"} 100.0' in page
        assert 'tuneserve_release_share{release="distance@1.0.0"' not in page


def test_a_release_that_is_no_worse_is_promoted_by_itself(settings: Settings, registry: Registry) -> None:
    with running(settings, Engines()) as client:
        salt = promote(registry, "1.0.0", share=50)
        new, old = callers(salt, 50)
        until(lambda: signed(client, new) == "distance@1.0.0")
        for _ in range(60):
            ask(client, new)
            ask(client, old)
        until(lambda: signed(client, old) == "distance@1.0.0")
        assert registry.changes(TASK.name)[0].reason == "promote: no worse by more than 40 points in anything measured"
        assert shown(client)["experiment"]["outcome"] == "promoted"
        assert shown(client)["goes_back_to"] == "distance@2.0.0"
        page = client.get("/metrics").text
        assert 'release="distance@1.0.0",status="production",task="distance"} 1.0' in page


def test_a_model_that_is_away_costs_its_callers_nothing_and_is_counted(settings: Settings, registry: Registry) -> None:
    away = ScriptedEngine(EngineUnavailable("gone"))
    with running(settings, Engines(v1_0_0=away)) as client:
        salt = promote(registry, "1.0.0", aim="staging", share=50)
        new, _ = callers(salt, 50)
        until(lambda: shown(client)["here"]["tries"] == "distance@1.0.0")
        away.warm_up = lambda messages: (_ for _ in ()).throw(EngineUnavailable("gone"))  # type: ignore[method-assign]
        until(lambda: ask(client, new)["origin"] == "model")
        assert signed(client, new) == "distance@2.0.0"
        until(lambda: shown(client)["experiment"]["measured"]["new"]["questions"] >= 2)
        assert shown(client)["experiment"]["measured"]["new"]["success"]["value"] == 0.0


def test_a_shadow_is_asked_unseen_and_compared(settings: Settings, registry: Registry) -> None:
    engines = Engines(v1_0_0='{"length":"3 km","by_foot":true}')
    with running(settings, engines, replace(TASK, rules=None)) as client:
        promote(registry, "1.0.0", aim="staging", share=0, shadow=True)
        until(lambda: shown(client)["here"]["tries"] == "distance@1.0.0")
        for _ in range(10):
            assert ask(client)["release"] == "distance@2.0.0"
        until(lambda: shown(client)["experiment"]["measured"]["new"]["questions"] == 10)
        assert len(engines.made["1.0.0"].asked) == 10
        experiment = shown(client)["experiment"]
        assert experiment["agreement"]["questions"] == 10
        assert experiment["agreement"]["value"] == 0.0
        page = client.get("/metrics").text
        assert 'tuneserve_answers_total{origin="model",release="distance@2.0.0",task="distance"} 10.0' in page
        assert 'tuneserve_answers_total{origin="model",release="distance@1.0.0",task="distance"} 0.0' in page


def test_a_shadow_that_hangs_slows_nobody_and_its_queue_is_bounded(
    settings: Settings, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadow, "MOST_WAITING", 3)
    hangs = threading.Event()

    def hang(messages: Sequence[Message]) -> str:
        hangs.wait(60)
        return RIGHT

    with running(settings, Engines(v1_0_0=hang)) as client:
        promote(registry, "1.0.0", aim="staging", share=0, shadow=True)
        until(lambda: shown(client)["here"]["tries"] == "distance@1.0.0")
        for _ in range(20):
            assert ask(client)["release"] == "distance@2.0.0"
        found = 'tuneserve_shadow_dropped_total{release="distance@1.0.0",task="distance"} '
        page = client.get("/metrics").text
        dropped = next(float(line.rpartition(" ")[2]) for line in page.splitlines() if line.startswith(found))
        assert dropped >= 16
        hangs.set()
