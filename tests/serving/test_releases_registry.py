"""Releases in the database: what a change does, what it leaves behind, and what is refused."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from serving.releases.evidence import Evidence, Outcome
from serving.releases.registry import SEQUENTIAL_TEST, Registry
from serving.releases.state import Aim, Route
from serving.releases.stopping import Rule, Verdict
from tests.servers import NO_POSTGRES, PostgresServer, has_postgres, postgres_server
from tests.serving.conftest import TASK
from tuneserve.errors import DataError, UsageError
from tuneserve.release import Release

RULE = Rule()
PROMOTE, ROLL_BACK = Verdict("promote", "no worse", ()), Verdict("roll back", "failed more", ())
BAD = Outcome(True, 900.0)


def release(version: str, status: str = "production", adapter: str = "a" * 64) -> Release:
    base = {"name": "tiny", "revision": "1", "sha256": "b" * 64}
    hashes = {"prompt_sha256": "p" * 64, "schema_sha256": "s" * 64, "adapter_sha256": adapter, "gguf_sha256": "g" * 64}
    date = f"2026-01-0{int(version[0])}"
    return Release(TASK.name, version, status, date, base, quantization="q8_0", metrics={"exact": 0.9}, **hashes)


def released(*versions: str, status: str = "production") -> dict[str, Release]:
    return {version: release(version, status) for version in versions}


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    if not has_postgres():
        pytest.skip(NO_POSTGRES)
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def registry(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Registry]:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        name = f"t{abs(hash(request.node.name))}"
        server.execute(f"CREATE DATABASE {name}")
        url = server.url(name)
    registry = Registry(url)
    registry.prepare()
    yield registry
    registry.close()


def promote(registry: Registry, version: str, aim: Aim = "production", share: int = 100, shadow: bool = False) -> Route:
    return registry.promote(TASK.name, version, aim, share, shadow, RULE, "me@here", "a try")


def statuses(registry: Registry) -> dict[str, tuple[str, int]]:
    return {one.version: (one.status, one.share) for one in registry.versions(TASK.name)}


def test_the_checkout_s_release_answers_until_somebody_decides_otherwise(registry: Registry) -> None:
    assert registry.route(TASK.name) is None
    registry.register(TASK, released("1.0.0"), "1.0.0")
    assert statuses(registry) == {"rules": ("staging", 0), "1.0.0": ("production", 100)}
    registry.register(TASK, released("2.0.0", "1.0.0"), "2.0.0")
    assert statuses(registry) == {"rules": ("staging", 0), "2.0.0": ("production", 100), "1.0.0": ("deprecated", 0)}
    registry.roll_back(TASK.name, None, "me@here", "worse")
    registry.register(TASK, released("3.0.0", "2.0.0", "1.0.0"), "3.0.0")
    assert statuses(registry)["3.0.0"] == ("staging", 0), "a person has decided: new ones wait"
    assert statuses(registry)["1.0.0"] == ("production", 100)


def test_registering_twice_changes_nothing(registry: Registry) -> None:
    registry.register(TASK, released("1.0.0"), "1.0.0")
    before = (registry.numbers(), registry.changes(TASK.name))
    registry.register(TASK, released("1.0.0"), "1.0.0")
    assert (registry.numbers(), registry.changes(TASK.name)) == before


def test_a_version_that_is_released_again_is_what_it_is_now(registry: Registry) -> None:
    registry.register(TASK, released("1.0.0"), "1.0.0")
    registry.register(TASK, {"1.0.0": release("1.0.0", adapter="c" * 64)}, "1.0.0")
    [found] = [one for one in registry.versions(TASK.name) if one.version == "1.0.0"]
    assert (found.hashes["adapter"], found.share) == ("c" * 64, 100)
    assert registry.changes(TASK.name)[0].reason == "released again under the same version"


def test_a_task_without_a_release_is_not_registered(registry: Registry) -> None:
    registry.register(TASK, {}, None)
    assert registry.versions(TASK.name) == []
    with pytest.raises(UsageError, match="nothing of distance is released"):
        promote(registry, "rules")


def test_a_share_goes_to_the_new_release_and_the_rest_stays(registry: Registry) -> None:
    registry.register(TASK, released("1.0.0"), "1.0.0")
    number = registry.numbers()[TASK.name]
    route = promote(registry, "rules", share=10)
    assert route.number == registry.numbers()[TASK.name] == number + 1
    assert statuses(registry) == {"rules": ("staging", 10), "1.0.0": ("production", 90)}
    assert route.experiment is not None
    salt = route.experiment.id
    route = promote(registry, "rules", share=50)
    assert route.experiment is not None
    assert (route.experiment.id, route.experiment.share) == (salt, 50), "callers and evidence stay"
    route = registry.roll_back(TASK.name, None, "me@here", "enough")
    assert (route.champion, route.experiment) == ("1.0.0", None)
    assert statuses(registry) == {"rules": ("deprecated", 0), "1.0.0": ("production", 100)}
    route = promote(registry, "rules", share=10)
    assert route.experiment is not None
    assert route.experiment.id != salt, "another experiment, another salt"


def test_every_change_says_who_when_why_from_and_to(registry: Registry) -> None:
    registry.register(TASK, released("1.0.0"), "1.0.0")
    promote(registry, "rules", share=10)
    changed = {one.version: one for one in registry.changes(TASK.name)[:2]}
    assert changed["rules"].before == {"status": "staging", "share": 0, "shadow": False}
    assert changed["rules"].after == {"status": "staging", "share": 10, "shadow": False}
    assert changed["1.0.0"].after == {"status": "production", "share": 90, "shadow": False}
    assert {(one.actor, one.reason) for one in changed.values()} == {("me@here", "a try")}
    assert all(abs((datetime.now(UTC) - one.changed_at).total_seconds()) < 60 for one in changed.values())


def test_a_rollback_goes_back_step_by_step(registry: Registry) -> None:
    registry.register(TASK, released("1.0.0"), "1.0.0")
    registry.register(TASK, released("2.0.0", "1.0.0"), "2.0.0")
    registry.register(TASK, released("3.0.0", "2.0.0", "1.0.0"), "3.0.0")
    assert registry.roll_back(TASK.name, None, "me", "bad").champion == "2.0.0"
    assert registry.roll_back(TASK.name, None, "me", "bad").champion == "1.0.0"
    with pytest.raises(UsageError, match=r"nothing answered distance before 1\.0\.0; name one: --to"):
        registry.roll_back(TASK.name, None, "me", "bad")
    assert registry.roll_back(TASK.name, "rules", "me", "bad").champion == "rules"
    assert registry.roll_back(TASK.name, None, "me", "rather that").champion == "1.0.0"


def test_a_shadow_answers_nobody(registry: Registry) -> None:
    registry.register(TASK, released("1.0.0"), "1.0.0")
    route = promote(registry, "rules", aim="staging", share=0, shadow=True)
    assert route.experiment is not None
    assert route.experiment.shadow
    assert statuses(registry) == {"rules": ("staging", 0), "1.0.0": ("production", 100)}
    assert [one.shadow for one in registry.versions(TASK.name) if one.version == "rules"] == [True]
    assert promote(registry, "rules", aim="staging", share=0).experiment is None


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("9.9.9", r"distance@9\.9\.9 is not known; there are: .*rules"),
        ("1.0.0", r"distance@1\.0\.0 answers already; end what is tried beside it: tuneserve rollback distance"),
        ("2.0.0", r"distance@rules is being tried; end that first: tuneserve rollback distance"),
    ],
)
def test_what_cannot_be_promoted_is_refused_with_what_to_do(registry: Registry, version: str, said: str) -> None:
    registry.register(TASK, released("1.0.0"), "1.0.0")
    registry.register(TASK, {**released("1.0.0"), **released("2.0.0", status="staging")}, "1.0.0")
    promote(registry, "rules", share=10)
    before = statuses(registry)
    with pytest.raises(UsageError, match=said):
        promote(registry, version)
    assert statuses(registry) == before


def test_evidence_enough_promotes_once_and_is_written_down(registry: Registry) -> None:
    registry.register(TASK, released("1.0.0"), "1.0.0")
    experiment = promote(registry, "rules", share=10).experiment
    assert experiment is not None
    assert registry.conclude(TASK.name, experiment, PROMOTE)
    assert not registry.conclude(TASK.name, experiment, ROLL_BACK), "another gateway was first"
    assert statuses(registry) == {"rules": ("production", 100), "1.0.0": ("deprecated", 0)}
    last = registry.changes(TASK.name)[0]
    assert (last.actor, last.reason) == (SEQUENTIAL_TEST, "promote: no worse")
    assert registry.roll_back(TASK.name, None, "me", "rather not").champion == "1.0.0"


def test_a_release_on_trial_for_a_person_is_not_promoted_but_rolled_back_by_itself(registry: Registry) -> None:
    registry.register(TASK, released("1.0.0"), "1.0.0")
    experiment = promote(registry, "rules", aim="staging", share=50).experiment
    assert experiment is not None
    assert not registry.conclude(TASK.name, experiment, PROMOTE)
    assert registry.conclude(TASK.name, experiment, ROLL_BACK)
    assert statuses(registry) == {"rules": ("deprecated", 0), "1.0.0": ("production", 100)}


def test_gateways_add_up_what_they_counted(registry: Registry) -> None:
    registry.register(TASK, released("1.0.0"), "1.0.0")
    experiment = promote(registry, "rules", share=10).experiment
    assert experiment is not None

    def count() -> None:
        for _ in range(10):
            counted = Evidence()
            counted.add("rules", BAD, 500)
            registry.add_evidence(experiment.id, counted)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = registry.evidence(experiment.id)
    assert (found.of("rules", "answers"), found.of("rules", "failed"), found.of("rules", "slow")) == (40, 40, 40)


def test_a_route_survives_a_file(registry: Registry) -> None:
    registry.register(TASK, released("1.0.0"), "1.0.0")
    route = promote(registry, "rules", share=10)
    assert Route.from_json(route.as_json()) == route
    assert Route.from_json(replace(route, experiment=None).as_json()).experiment is None


def test_a_database_that_cannot_be_read_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "store.sqlite").write_text("no database")
    with pytest.raises(DataError, match="not a database"):
        Registry(f"sqlite:///{tmp_path / 'store.sqlite'}").numbers()
