"""Rate limits: per key, per address, and for whoever tries keys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from serving.access import Buckets
from serving.app import create_app
from serving.problem import Refusal
from tests.serving.conftest import TASK, settings_with
from tests.serving.test_app import ANSWER, KEYS, QUESTION, assert_problem

ANNA = {"authorization": "Bearer 0123456789abcdef"}
BERT = {"authorization": "Bearer fedcba9876543210"}
BATCH = "/v1/tasks/distance/batch"


def statuses(client: TestClient, count: int, headers: dict[str, str] | None = None) -> list[int]:
    return [client.post(ANSWER, json=QUESTION, headers=headers).status_code for _ in range(count)]


def test_each_key_has_a_limit_of_its_own(tmp_path: Path) -> None:
    with TestClient(create_app(settings_with(tmp_path, api_keys=KEYS, rate_limit=2), [TASK])) as client:
        assert statuses(client, 3, ANNA) == [200, 200, 429]
        assert statuses(client, 2, BERT) == [200, 200]


def test_whoever_tries_keys_is_stopped_too(tmp_path: Path) -> None:
    with TestClient(create_app(settings_with(tmp_path, api_keys=KEYS, rate_limit=2), [TASK])) as client:
        wrong = {"authorization": "Bearer 0000000000000000"}
        assert statuses(client, 3, wrong) == [401, 401, 429]
        assert statuses(client, 1, ANNA) == [200]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::2", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
    ],
)
def test_an_address_is_limited_and_one_network_of_ipv6_counts_as_one(
    tmp_path: Path, first: str, second: str, same: bool
) -> None:
    app = create_app(settings_with(tmp_path, rate_limit=1), [TASK])
    with TestClient(app, client=(first, 1)) as one:
        assert statuses(one, 2) == [200, 429]
        assert statuses(TestClient(app, client=(second, 2)), 1) == [429 if same else 200]


def test_headers_that_a_caller_made_up_choose_no_address(tmp_path: Path) -> None:
    with TestClient(create_app(settings_with(tmp_path, rate_limit=1), [TASK])) as client:
        for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP"):
            reply = client.post(ANSWER, json=QUESTION, headers={name: f"192.0.2.{len(name)}"})
        assert reply.status_code == 429


def test_a_batch_counts_as_many_requests_as_it_has_lines(tmp_path: Path) -> None:
    with TestClient(create_app(settings_with(tmp_path, rate_limit=60), [TASK])) as client:
        lines = "\n".join(json.dumps({"input": f"{n} km"}) for n in range(90))
        assert len(client.post(BATCH, content=lines).text.splitlines()) == 90
        refused = client.post(ANSWER, json=QUESTION)
        assert_problem(refused, 429, "too-many")
        assert 25 <= int(refused.headers["retry-after"]) <= 31


def test_a_bucket_fills_with_time_and_not_above_its_size() -> None:
    now = 0.0
    buckets = Buckets(60, lambda: now)
    for _ in range(60):
        buckets.take("anna")
    with pytest.raises(Refusal) as refused:
        buckets.take("anna")
    assert refused.value.headers == {"Retry-After": "1"}
    now = 3600.0
    for _ in range(60):
        buckets.take("anna")
    with pytest.raises(Refusal):
        buckets.take("anna")


def test_no_more_callers_are_remembered_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serving.access.MOST_CALLERS", 3)
    buckets = Buckets(1, lambda: 0.0)
    for caller in "abcd":
        buckets.take(caller)
    assert list(buckets._buckets) == ["b", "c", "d"]
