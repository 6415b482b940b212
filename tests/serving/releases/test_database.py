"""Releases while the database is away, hangs, or is shared."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from serving.app import create_app
from serving.releases.registry import Registry
from serving.settings import Settings
from tests.servers import NO_POSTGRES, has_postgres, postgres_server
from tests.serving.conftest import TASK
from tests.serving.releases.gateways import (
    Engines,
    ask,
    callers,
    promote,
    running,
    shown,
    signed,
    until,
)


def test_without_the_database_the_last_known_routing_stays_and_survives_a_restart(
    settings: Settings, registry: Registry, tmp_path: Path
) -> None:
    database, away = tmp_path / "store.sqlite", tmp_path / "away"
    with running(settings, Engines()) as client:
        promote(registry, "1.0.0")
        until(lambda: signed(client) == "distance@1.0.0")
        registry.close()
        for suffix in ("", "-wal", "-shm"):
            if (path := tmp_path / f"store.sqlite{suffix}").exists():
                path.rename(away.with_name(f"away{suffix}"))
        database.mkdir()  # a folder: nobody can open it, nor make it anew
        until(lambda: client.app.state.gateway.releases.trouble != "")  # type: ignore[attr-defined]
        assert signed(client) == "distance@1.0.0"
        assert shown(client)["answers"] == "distance@1.0.0"
        assert "database" in shown(client)
    app = create_app(settings, [TASK], open_engine=Engines())
    with TestClient(app) as client:
        assert signed(client) == "distance@1.0.0"
        database.rmdir()
        for suffix in ("", "-wal", "-shm"):
            if (path := away.with_name(f"away{suffix}")).exists():
                path.rename(tmp_path / f"store.sqlite{suffix}")
        until(lambda: client.app.state.gateway.releases.trouble == "")  # type: ignore[attr-defined]
        registry.roll_back(TASK.name, None, "me@here", "worse")
        until(lambda: signed(client) == "distance@2.0.0")


@pytest.mark.skipif(not has_postgres(), reason=NO_POSTGRES)
def test_a_database_that_hangs_changes_nothing_until_it_answers_again(settings: Settings) -> None:
    with postgres_server() as server:
        there = settings.model_copy(update={"database_url": server.url()})
        registry = Registry(server.url())
        with running(there, Engines()) as client:
            promote(registry, "1.0.0")
            until(lambda: signed(client) == "distance@1.0.0")
            server.freeze()
            until(lambda: client.app.state.gateway.releases.trouble != "")  # type: ignore[attr-defined]
            assert [signed(client) for _ in range(5)] == ["distance@1.0.0"] * 5
            server.thaw()
            until(lambda: client.app.state.gateway.releases.trouble == "")  # type: ignore[attr-defined]
            registry.roll_back(TASK.name, None, "me@here", "worse")
            until(lambda: signed(client) == "distance@2.0.0", seconds=5)
        registry.close()


def test_gateways_behind_one_database_agree(settings: Settings, registry: Registry) -> None:
    with running(settings, Engines()) as one, running(settings, Engines()) as other:
        salt = promote(registry, "1.0.0", aim="staging", share=50)
        new, old = callers(salt, 50)
        for client in (one, other):
            until(lambda client=client: signed(client, new) == "distance@1.0.0")  # type: ignore[misc]
            assert signed(client, old) == "distance@2.0.0"
        before = shown(one)["experiment"]["measured"]["old"]["questions"]
        for client in (one, other):
            for _ in range(5):
                ask(client, old)
        until(lambda: shown(one)["experiment"]["measured"]["old"]["questions"] >= before + 10)
        registry.roll_back(TASK.name, None, "me@here", "worse")
        for client in (one, other):
            until(lambda client=client: signed(client, new) == "distance@2.0.0", seconds=5)  # type: ignore[misc]
