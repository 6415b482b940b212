"""Two releases with real models: in one process, and in one Ollama."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from serving.app import create_app
from serving.engines.llama_cpp import LlamaCppEngine
from serving.releases import opener
from serving.releases.registry import Registry
from serving.settings import Settings
from tests.serving.conftest import TASK, settings_with
from tests.serving.releases.gateways import KEYS, QUICK, ask, callers, shown, signed, until
from tests.serving.test_releases_registry import release
from tuneserve.base import SMOLLM2, packaged_base
from tuneserve.manifest import write_json
from tuneserve.progress import LogLines
from tuneserve.release import released_gguf, write_release

pytestmark = pytest.mark.slow
LOADING = 240.0  # seconds that Ollama may take on a machine that has other things to do


@pytest.fixture
def base() -> Path:
    return packaged_base(SMOLLM2.name, LogLines())


@pytest.fixture
def settings(tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """2.0.0 is the checkout's own release, 1.0.0 lies beside it; both are the untuned base."""
    folder, data = tmp_path / "modelfiles" / TASK.name, tmp_path / "data"
    monkeypatch.setattr(opener, "modelfiles_folder", lambda task: folder)
    monkeypatch.setenv("TUNESERVE_DATA_DIR", str(data))
    for place, made in ((folder, release("2.0.0")), (folder / "releases" / "1.0.0", release("1.0.0", "deprecated"))):
        place.mkdir(parents=True)
        write_release(place, made)
    beside = release("1.0.0")
    path = released_gguf(beside, beside.quantization)
    path.parent.mkdir(parents=True)
    path.symlink_to(base)
    write_json(path.with_suffix(".json"), {"inputs": {"adapter_sha256": beside.adapter_sha256}})
    keys = ",".join(f"{name}:{key}" for name, key in KEYS.items())
    return settings_with(tmp_path, api_keys=keys, cache_size=0, data_dir=data, deadline_ms=60_000)


@pytest.fixture
def registry(settings: Settings) -> Iterator[Registry]:
    registry = Registry(settings.database_url)
    yield registry
    registry.close()


def test_two_ggufs_answer_side_by_side_in_one_process(settings: Settings, registry: Registry, base: Path) -> None:
    with TestClient(create_app(settings, [TASK], models={TASK.name: base})) as client:
        until(lambda: client.get("/readyz").status_code == 200 and registry.there and bool(registry.numbers()))
        after = registry.promote(TASK.name, "1.0.0", "staging", 50, False, QUICK, "me@here", "a try")
        assert after.experiment is not None
        new, old = callers(after.experiment.id, 50)
        until(lambda: shown(client)["here"]["tries"] == "distance@1.0.0")
        lineup = client.app.state.gateway.tasks[TASK.name].lanes.lineup  # type: ignore[attr-defined]
        engines = [lane.engine._engine for lane in (lineup.champion, lineup.challenger)]
        assert all(isinstance(engine, LlamaCppEngine) for engine in engines)
        assert engines[0] is not engines[1]
        assert (ask(client, old)["release"], ask(client, new)["release"]) == ("distance@2.0.0", "distance@1.0.0")
        assert all("model" in ask(client, caller)["took_ms"] for caller in (old, new))
        registry.roll_back(TASK.name, None, "me@here", "enough")
        until(lambda: signed(client, new) == "distance@2.0.0")


def test_a_release_that_is_not_prepared_here_is_said_with_the_command(
    settings: Settings, registry: Registry, base: Path
) -> None:
    beside = release("1.0.0")
    released_gguf(beside, beside.quantization).with_suffix(".json").unlink()
    with TestClient(create_app(settings, [TASK], models={TASK.name: base})) as client:
        until(lambda: client.get("/readyz").status_code == 200 and registry.there and bool(registry.numbers()))
        registry.promote(TASK.name, "1.0.0", "production", 100, False, QUICK, "me@here", "a try")
        until(lambda: "1.0.0" in shown(client)["here"]["cannot_open"])
        told = shown(client)["here"]["cannot_open"]["1.0.0"]
        assert told == "distance@1.0.0 is not prepared here; run: tuneserve prepare distance --version 1.0.0"
        assert signed(client) == "distance@2.0.0"


def unavailable(client: TestClient) -> float:
    wanted = 'tuneserve_engine_errors_total{engine="ollama",kind="unavailable"} '
    page = client.get("/metrics").text
    return next(float(line.removeprefix(wanted)) for line in page.splitlines() if line.startswith(wanted))


@pytest.mark.ollama
def test_two_releases_answer_side_by_side_in_one_ollama(
    settings: Settings, registry: Registry, ollama_model: str
) -> None:
    url = os.environ["TUNESERVE_TEST_OLLAMA_URL"]
    names = [f"{TASK.name}:{version}" for version in ("1.0.0", "2.0.0")]
    with httpx.Client(base_url=url, timeout=120, trust_env=False) as server:
        for name in names:
            body = {"model": name, "from": ollama_model, "system": f"You are {name}.", "stream": False}
            server.post("/api/create", json=body).raise_for_status()
        try:
            there = settings.model_copy(update={"engine": "ollama", "ollama_url": url})
            with TestClient(create_app(there, [replace(TASK, max_tokens=4)])) as client:
                until(lambda: client.get("/readyz").status_code == 200 and bool(registry.numbers()), LOADING)
                after = registry.promote(TASK.name, "1.0.0", "staging", 50, False, QUICK, "me@here", "a try")
                assert after.experiment is not None
                new, old = callers(after.experiment.id, 50)
                until(lambda: shown(client)["here"]["tries"] == "distance@1.0.0", LOADING)
                assert (signed(client, old), signed(client, new)) == ("distance@2.0.0", "distance@1.0.0")
                # Each asks for its own tag: without it the one fails, and the other goes on.
                server.request("DELETE", "/api/delete", json={"model": names[0]}).raise_for_status()
                ask(client, old)
                assert unavailable(client) == 0
                ask(client, new)
                assert unavailable(client) == 1
        finally:
            for name in names:
                server.request("DELETE", "/api/delete", json={"model": name})
