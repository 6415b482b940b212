"""What browsers may do: host names, origins, CORS, security headers, API pages without the internet."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from serving.app import create_app
from tests.serving.conftest import TASK, settings_with
from tests.serving.test_app import ANSWER, KEYS, QUESTION, assert_problem

SITE = "https://example.org"


@pytest.mark.parametrize(
    ("host", "served"),
    [
        ("localhost", True),
        ("LOCALHOST:8000", True),
        ("127.0.0.1:8000", True),
        ("[::1]:8000", True),
        ("api.example.org", True),
        ("example.org", False),
        ("evilexample.org", False),
        ("localhost.evil.org", False),
        ("127.0.0.1.evil.org:8000", False),
        ("", False),
    ],
)
def test_only_our_own_names_are_served(tmp_path: Path, host: str, served: bool) -> None:
    settings = settings_with(tmp_path, allowed_hosts="localhost,127.0.0.1,::1,*.example.org")
    with TestClient(create_app(settings, [TASK])) as client:
        for path in ("/healthz", "/metrics", "/v1/tasks", "/docs"):
            reply = client.get(path, headers={"host": host})
            assert reply.status_code == (200 if served else 421)
        if not served:
            assert_problem(reply, 421, "wrong-host")


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 200),
        ("http://testserver", 200),
        (SITE, 200),
        ("https://evil.org", 403),
        ("null", 403),
        ("http://testserver.evil.org", 403),
        (f"{SITE}.evil.org", 403),
    ],
)
def test_pages_of_other_sites_cannot_ask(tmp_path: Path, origin: str | None, status: int) -> None:
    headers = {} if origin is None else {"origin": origin}
    with TestClient(create_app(settings_with(tmp_path, cors_origins=SITE), [TASK])) as client:
        assert client.post(ANSWER, json=QUESTION, headers=headers).status_code == status
        # What a page can send without asking first (a form, fetch with no-cors): a batch needs no JSON header.
        lines = client.post("/v1/tasks/distance/batch", content=b'{"input": "3 km"}', headers=headers)
        assert lines.status_code == status


def test_cors_is_off_until_an_origin_is_named(tmp_path: Path) -> None:
    ask = {"origin": SITE, "access-control-request-method": "POST", "access-control-request-headers": "x-api-key"}
    with TestClient(create_app(settings_with(tmp_path), [TASK])) as client:
        assert client.options(ANSWER, headers=ask).status_code == 405
        assert "access-control-allow-origin" not in client.get("/v1/tasks", headers={"origin": SITE}).headers
    with TestClient(create_app(settings_with(tmp_path, cors_origins=SITE, api_keys=KEYS), [TASK])) as client:
        allowed = client.options(ANSWER, headers=ask)
        assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, SITE)
        refused = client.post(ANSWER, json=QUESTION, headers={"origin": SITE})
        # A page must be able to read why it was refused.
        assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, SITE)
        other = client.options(ANSWER, headers={**ask, "origin": "https://evil.org"})
        assert "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize("path", ["/healthz", "/v1/tasks", "/nothing", "/metrics", "/docs", "/v1/models"])
def test_every_reply_has_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers


def test_the_api_pages_load_nothing_from_elsewhere_and_their_policy_lets_them_run(client: TestClient) -> None:
    page = client.get("/docs")
    assert not re.findall(r"https?://", page.text)
    for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        part = client.get(f"/{address}")
        assert (part.status_code, len(part.content) > 100) == (200, True)
        assert part.headers["cache-control"].startswith("public")
    policy = page.headers["content-security-policy"]
    [script] = re.findall(r"(?s)<script>(.*?)</script>", page.text)
    assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() in policy
    assert client.get("/docs/../access.py").status_code == 404
    assert_problem(client.get("/docs/none.js"), 404, "not-found")
    assert client.get("/redoc").status_code == 404


def test_the_api_pages_know_that_a_key_may_be_sent(client: TestClient) -> None:
    for _ in range(2):
        shown = client.get("/openapi.json").json()
        assert shown["components"]["securitySchemes"]["key"] == {"type": "http", "scheme": "bearer"}
        assert shown["paths"]["/v1/tasks/{task}/answer"]["post"]["security"] == [{"key": []}, {}]
        assert "security" not in shown["paths"]["/healthz"]["get"]
