"""The cache in the process and the one that gateways share, on a real Redis."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import redis
from fastapi.testclient import TestClient

from serving.app import create_app
from serving.cache import AS_JSON, MemoryCache, TieredCache
from serving.edition import edition_of
from serving.redis_cache import RedisCache
from serving.redis_link import LATE_REPLIES, REPLY_SECONDS, RedisLink
from tests.servers import RedisServer, redis_server
from tests.serving.conftest import TASK, settings_with
from tests.serving.test_store import an_answer
from tests.serving.waiting import until

ANSWER = "/v1/tasks/distance/answer"


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis_server() as started:
        yield started


@pytest.fixture
def failures() -> list[str]:
    return []


@pytest.fixture
def link(server: RedisServer, failures: list[str]) -> Iterator[RedisLink]:
    opened = RedisLink(server.url, failures.append)
    opened.start()
    until(lambda: opened.up)
    yield opened
    opened.close()


def test_an_answer_comes_back_from_memory_as_it_went_in() -> None:
    cache = MemoryCache(2)
    answer = replace(an_answer("a"), alternative={"metres": 3}, engine_failure="timeout")
    cache.put("key", answer)
    assert cache.get("key") == answer


def test_the_least_recently_used_answer_goes_first() -> None:
    cache = MemoryCache(2)
    for name in ("a", "b"):
        cache.put(name, an_answer(name))
    assert cache.get("a") is not None
    cache.put("c", an_answer("c"))
    assert cache.get("b") is None
    assert cache.get("a") is not None


@pytest.mark.redis
def test_an_answer_comes_back_from_redis_as_it_went_in(link: RedisLink) -> None:
    cache = RedisCache(link, TASK)
    answer = replace(an_answer("a"), alternative={"metres": 3})
    cache.put("key", answer)
    until(lambda: cache.get("key") is not None)
    assert cache.get("key") == answer
    assert cache.get("other") is None


@pytest.mark.redis
def test_what_one_gateway_found_the_other_need_not(server: RedisServer, tmp_path: Path) -> None:
    settings = settings_with(tmp_path, redis_url=server.url)
    asked = {"input": "how far is 3 km"}
    with TestClient(create_app(settings, [TASK])) as first, TestClient(create_app(settings, [TASK])) as second:
        until(lambda: all("tuneserve_redis_up 1.0" in one.get("/metrics").text for one in (first, second)))
        assert first.post(ANSWER, json=asked).json()["origin"] == "rules"
        until(lambda: len(redis.Redis.from_url(server.url).keys("tuneserve:1:distance:*")) == 1)
        found = second.post(ANSWER, json=asked).json()
        assert (found["origin"], found["cached_from"], found["output"]) == ("cache", "rules", {"metres": 3000})
        other = replace(TASK, prompt="Other words.")
        with TestClient(create_app(settings, [other])) as third:
            until(lambda: "tuneserve_redis_up 1.0" in third.get("/metrics").text)
            assert third.post(ANSWER, json=asked).json()["origin"] == "rules"


def poisoned() -> list[bytes]:
    good = json.loads(_whole())
    wrong: list[dict[str, Any]] = [
        {"output": {"metres": "far"}},
        {"output": {"metres": 1, "more": 2}},
        {"task": "other"},
        {"origin": "cache"},
        {"origin": "somebody"},
        {"fields": {"metres": {"source": "nowhere", "evidence": None}}},
        {"rows": {"total": 1, "items": [{}]}},
        {"id": 3},
    ]
    damaged = [json.dumps(good | change).encode() for change in wrong]
    return [b"", b"\x80\x04K\x01.", b"null", b"[]", b"{", _whole()[:-5], b"[" * 60_000, b" " * 70_000, *damaged]


def _whole() -> bytes:
    return bytes(AS_JSON.dump_json(an_answer("a")))


@pytest.mark.redis
def test_nothing_that_redis_holds_is_believed_unless_it_is_a_valid_answer(
    server: RedisServer, link: RedisLink, failures: list[str]
) -> None:
    cache = RedisCache(link, TASK, failures.append)
    with redis.Redis.from_url(server.url) as client:
        client.set("tuneserve:1:distance:key", _whole())
        assert cache.get("key") is not None
        for number, value in enumerate(poisoned(), 1):
            client.set("tuneserve:1:distance:key", value)
            assert cache.get("key") is None, value[:80]
            assert failures == ["value"] * number
        client.delete("tuneserve:1:distance:key")
        client.lpush("tuneserve:1:distance:key", "a list")
    assert cache.get("key") is None
    assert failures[-1] == "other"


@pytest.mark.redis
def test_another_question_s_answer_under_this_key_is_not_given(server: RedisServer, tmp_path: Path) -> None:
    settings = settings_with(tmp_path, redis_url=server.url, cache_size=0)
    with TestClient(create_app(settings, [TASK])) as client, redis.Redis.from_url(server.url) as attacker:
        until(lambda: "tuneserve_redis_up 1.0" in client.get("/metrics").text)
        client.post(ANSWER, json={"input": "3 km"})
        until(lambda: len(attacker.keys("*")) == 1)
        [key] = attacker.keys("*")
        client.post(ANSWER, json={"input": "5 km"})
        until(lambda: len(attacker.keys("*")) == 2)
        [other] = [one for one in attacker.keys("*") if one != key]
        attacker.set(key, attacker.get(other) or b"")
        assert client.post(ANSWER, json={"input": "3 km"}).json()["output"] == {"metres": 3000}


@pytest.mark.redis
def test_a_redis_that_hangs_costs_a_few_short_waits_and_then_none(
    server: RedisServer, link: RedisLink, failures: list[str]
) -> None:
    cache = TieredCache(MemoryCache(10), RedisCache(link, TASK))
    cache.put("known", an_answer("a"))
    server.freeze()
    try:
        begun = time.monotonic()
        for number in range(200):
            assert cache.get(f"unknown {number}") is None
            assert cache.get("known") is not None
        took = time.monotonic() - begun
        assert failures.count("timeout") >= LATE_REPLIES
        assert not link.up
        # 200 waits would take ten seconds.
        assert took < 20 * LATE_REPLIES * REPLY_SECONDS
        assert "did not answer within" in link.trouble or "imeout" in link.trouble
    finally:
        server.thaw()
    until(lambda: link.up)
    cache.put("later", an_answer("b"))
    until(lambda: RedisCache(link, TASK).get("later") is not None)


@pytest.mark.redis
def test_answers_go_on_while_redis_is_away_and_use_it_when_it_is_back(server: RedisServer, tmp_path: Path) -> None:
    settings = settings_with(tmp_path, redis_url=server.url)
    server.stop()
    with TestClient(create_app(settings, [TASK])) as client:
        until(lambda: "redis: " in client.get("/readyz").text)
        assert client.get("/readyz").status_code == 200
        assert client.post(ANSWER, json={"input": "3 km"}).json()["origin"] == "rules"
        assert client.post(ANSWER, json={"input": "3 km"}).json()["origin"] == "cache"
        assert "tuneserve_redis_up 0.0" in client.get("/metrics").text
        server.start()
        until(lambda: "tuneserve_redis_up 1.0" in client.get("/metrics").text)
        client.post(ANSWER, json={"input": "4 km"})
        with redis.Redis.from_url(server.url) as other:
            until(lambda: len(other.keys("*")) == 1)
            assert 0 < other.ttl(other.keys("*")[0]) <= 24 * 3600
        server.stop()
        for number in range(10):
            assert client.post(ANSWER, json={"input": f"{number} miles"}).status_code == 200
        metrics = client.get("/metrics").text
        assert "tuneserve_redis_up 0.0" in metrics
        assert 'tuneserve_cache_errors_total{backend="redis",kind="connection"} 0.0' not in metrics


def test_without_redis_its_metric_is_not_there(tmp_path: Path) -> None:
    with TestClient(create_app(settings_with(tmp_path), [TASK])) as client:
        assert "tuneserve_redis_up" not in client.get("/metrics").text


def test_an_edition_changes_with_what_makes_answers(tmp_path: Path) -> None:
    (tmp_path / "rules.py").write_text("1")
    task = replace(TASK, folder=tmp_path)
    first = edition_of(task, None, "ollama")
    assert edition_of(task, None, "ollama") == first
    assert edition_of(task, None, "none") != first
    assert edition_of(replace(task, prompt="x"), None, "ollama") != first
    (tmp_path / "rules.py").write_text("2")
    assert edition_of(task, None, "ollama") != first
