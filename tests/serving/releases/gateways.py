"""Gateways with two releases, and what tests ask them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from serving.app import create_app
from serving.engines.engine import Engine, Message
from serving.releases.registry import Registry
from serving.releases.routing import chosen
from serving.releases.state import Aim, Route
from serving.releases.stopping import Rule
from serving.settings import Settings
from tests.serving.conftest import TASK, ScriptedEngine
from tests.serving.waiting import until
from tuneserve.release import Release
from tuneserve.task import Task

ANSWER = f"/v1/tasks/{TASK.name}/answer"
RELEASES = f"/v1/tasks/{TASK.name}/releases"
RIGHT = '{"length":"3 km"}'
KEYS = {f"caller{number}": f"a-long-enough-key-{number}" for number in range(40)}
QUICK = Rule(minimum=20, margin=0.4)


class Engines:
    """An engine for each version, remembered; `plays` is what each does."""

    def __init__(self, **plays: Any) -> None:
        self._plays = {name.replace("_", "."): play for name, play in plays.items()}
        self.made: dict[str, ScriptedEngine] = {}

    def __call__(self, task: Task, release: Release | None) -> Engine:
        assert release is not None
        play = self._plays.get(f"v{release.version}", RIGHT)
        self.made[release.version] = play if isinstance(play, ScriptedEngine) else ScriptedEngine(play)
        return self.made[release.version]


@contextmanager
def running(settings: Settings, engines: Engines, task: Task = TASK) -> Iterator[TestClient]:
    app = create_app(settings, [task], open_engine=engines)
    with TestClient(app, raise_server_exceptions=False) as client:
        until(lambda: route(client) is not None and client.get("/readyz").status_code == 200)
        yield client


def app_of(client: TestClient) -> FastAPI:
    app = client.app
    assert isinstance(app, FastAPI)
    return app


def route(client: TestClient) -> Route | None:
    found: Route | None = app_of(client).state.gateway.releases.route(TASK.name)
    return found


def ask(client: TestClient, caller: str = "caller0", text: str = "how far is 3 km") -> dict[str, Any]:
    reply = client.post(ANSWER, json={"input": text}, headers={"X-API-Key": KEYS[caller]})
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


def signed(client: TestClient, caller: str = "caller0") -> str:
    return str(ask(client, caller)["release"])


def shown(client: TestClient) -> dict[str, Any]:
    return dict(client.get(RELEASES, headers={"X-API-Key": KEYS["caller0"]}).json())


def promote(
    registry: Registry,
    version: str,
    aim: Aim = "production",
    share: int = 100,
    shadow: bool = False,
    rule: Rule = QUICK,
) -> str:
    """The salt of the experiment, where one was begun."""
    after = registry.promote(TASK.name, version, aim, share, shadow, rule, "me@here", "a try")
    return after.experiment.id if after.experiment else ""


def callers(salt: str, share: int) -> tuple[str, str]:
    """One whom the new release answers, and one whom the old one answers."""
    new = next(name for name in KEYS if chosen(salt, f"key {name}", share))
    return new, next(name for name in KEYS if not chosen(salt, f"key {name}", share))


class SlowToWarm(ScriptedEngine):
    def __init__(self, *plays: Any) -> None:
        super().__init__(*plays)
        self.may_warm = threading.Event()

    def warm_up(self, messages: Sequence[Message]) -> None:
        self.may_warm.wait(60)
        super().warm_up(messages)
