"""Who answers whom in a gateway that runs, and what a change does to the questions under way."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from serving.engines.engine import Message
from serving.releases.registry import Registry
from serving.releases.routing import chosen
from serving.settings import Settings
from tests.serving.conftest import TASK
from tests.serving.releases.gateways import (
    ANSWER,
    KEYS,
    RELEASES,
    RIGHT,
    Engines,
    SlowToWarm,
    ask,
    callers,
    promote,
    route,
    running,
    shown,
    signed,
    until,
)


def test_callers_are_shared_out_and_stay_where_they_are(settings: Settings, registry: Registry) -> None:
    with running(settings, Engines()) as client:
        assert {signed(client, caller) for caller in KEYS} == {"distance@2.0.0"}
        salt = promote(registry, "1.0.0", aim="staging", share=50)
        new, old = callers(salt, 50)
        until(lambda: signed(client, new) == "distance@1.0.0")
        for caller in KEYS:
            expected = "distance@1.0.0" if chosen(salt, f"key {caller}", 50) else "distance@2.0.0"
            assert [signed(client, caller) for _ in range(2)] == [expected] * 2
        assert signed(client, old) == "distance@2.0.0"
        batch = client.post(
            f"/v1/tasks/{TASK.name}/batch", content=b'{"input": "3 km"}', headers={"X-API-Key": KEYS[new]}
        )
        assert json.loads(batch.text)["release"] == "distance@1.0.0"


def test_rules_against_model_is_an_experiment_like_any_other(settings: Settings, registry: Registry) -> None:
    with running(settings, Engines()) as client:
        salt = promote(registry, "rules", aim="staging", share=10)
        new, old = callers(salt, 10)
        until(lambda: signed(client, new) == "distance@rules")
        assert ask(client, new)["origin"] == "rules"
        assert ask(client, new)["problems"] == []
        assert (ask(client, old)["release"], ask(client, old)["origin"]) == ("distance@2.0.0", "model")
        until(lambda: shown(client)["experiment"]["measured"]["new"]["questions"] > 2)
        # What the old release answered is counted by itself, perhaps a moment later.
        until(lambda: shown(client)["experiment"]["agreement"] is not None)
        experiment = shown(client)["experiment"]
        assert experiment["verdict"]["reason"].startswith("not enough evidence: ")
        assert experiment["agreement"]["value"] == 1.0
        assert experiment["measured"]["new"]["success"]["value"] == 1.0


def test_a_rollback_takes_effect_in_a_second_without_a_failed_request(settings: Settings, registry: Registry) -> None:
    with running(settings, Engines()) as client:
        promote(registry, "1.0.0")
        until(lambda: signed(client) == "distance@1.0.0")
        stop, seen, wrong = threading.Event(), list[tuple[float, str]](), list[str]()

        def keep_asking(caller: str) -> None:
            while not stop.is_set():
                reply = client.post(ANSWER, json={"input": "3 km"}, headers={"X-API-Key": KEYS[caller]})
                told = reply.json()
                # The same question at the same moment is worked out once; the second caller is told 'cache'.
                if reply.status_code != 200 or "model" not in (told["origin"], told.get("cached_from")):
                    wrong.append(reply.text)
                seen.append((time.monotonic(), told.get("release", "")))

        threads = [threading.Thread(target=keep_asking, args=(f"caller{number}",)) for number in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        registry.roll_back(TASK.name, None, "me@here", "worse")
        rolled_back = time.monotonic()
        took = until(lambda: bool(seen) and seen[-1][1] == "distance@2.0.0")
        time.sleep(0.3)
        stop.set()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert took < 1.0
        late = [name for when, name in seen if when > rolled_back + 1.0]
        assert set(late) <= {"distance@2.0.0"}
        assert {name for _, name in seen} == {"distance@1.0.0", "distance@2.0.0"}


def test_the_next_release_has_generated_a_token_before_it_is_asked(settings: Settings, registry: Registry) -> None:
    slow = SlowToWarm(RIGHT)
    with running(settings, Engines(v1_0_0=slow)) as client:
        promote(registry, "1.0.0")
        until(lambda: (found := route(client)) is not None and found.champion == "1.0.0")
        time.sleep(0.6)
        assert signed(client) == "distance@2.0.0"
        assert slow.asked == []
        slow.may_warm.set()
        until(lambda: signed(client) == "distance@1.0.0")
        assert slow.warmed == 1


def test_a_question_under_way_ends_where_it_began(settings: Settings, registry: Registry) -> None:
    writes, may_write = threading.Event(), threading.Event()

    def hang(messages: Sequence[Message]) -> str:
        writes.set()
        may_write.wait(60)
        return RIGHT

    engines = Engines(v1_0_0=hang)
    # Without its rules nobody else could answer.
    with running(settings.model_copy(update={"deadline_ms": 60_000}), engines, replace(TASK, rules=None)) as client:
        salt = promote(registry, "1.0.0", share=50)
        new, old = callers(salt, 50)
        until(lambda: client.app.state.gateway.tasks[TASK.name].lanes.lineup.challenger is not None)  # type: ignore[attr-defined]
        got: list[str] = []
        asking = threading.Thread(target=lambda: got.append(signed(client, new)))
        asking.start()
        assert writes.wait(60)
        registry.roll_back(TASK.name, None, "me@here", "worse")
        until(lambda: signed(client, old) == "distance@2.0.0" and shown(client)["here"]["tries"] is None)
        time.sleep(0.6)
        assert not engines.made["1.0.0"].closed, "its question is not done"
        may_write.set()
        asking.join(60)
        assert got == ["distance@1.0.0"]
        until(lambda: engines.made["1.0.0"].closed)


def test_a_release_that_cannot_be_opened_here_gets_no_question(
    settings: Settings, registry: Registry, modelfiles: Path
) -> None:
    with running(settings, Engines()) as client:
        (modelfiles / "releases" / "1.0.0" / "release.json").unlink()
        salt = promote(registry, "1.0.0", aim="staging", share=50)
        new, _ = callers(salt, 50)
        until(lambda: "1.0.0" in shown(client)["here"]["cannot_open"])
        assert signed(client, new) == "distance@2.0.0"


def test_what_was_decided_holds_for_the_next_start(settings: Settings, registry: Registry) -> None:
    with running(settings, Engines()) as client:
        registry.roll_back(TASK.name, "rules", "me@here", "rather them")
        until(lambda: signed(client) == "distance@rules")
        assert client.get("/readyz").json()["tasks"]["distance"]["answers_by"] == "rules"
    engines = Engines()
    with running(settings, engines) as client:
        assert signed(client) == "distance@rules"
        assert engines.made == {}


def test_an_unknown_task_has_no_releases(settings: Settings) -> None:
    with running(settings, Engines()) as client:
        reply = client.get("/v1/tasks/nothing/releases", headers={"X-API-Key": KEYS["caller0"]})
        assert reply.status_code == 404
        assert client.get(RELEASES).status_code == 401
