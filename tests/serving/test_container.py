"""What a container needs of the gateway: a health check that tells the truth, and secrets out of files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from serving.settings import read_settings
from tests.servers import free_port
from tuneserve.errors import SettingsError
from tuneserve.task import project_root


def checked(port: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "serving.health"],
        cwd=project_root(),
        env={**os.environ, "TUNESERVE_PORT": str(port)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.fixture(params=[200, 503])
def status(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def port(status: int) -> Iterator[int]:
    """A server whose GET /readyz says `status`."""

    class Readiness(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/readyz" else 404)
            self.end_headers()
            self.wfile.write(json.dumps({"status": f"says {status}", "tasks": {}}).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Readiness)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_the_health_check_says_what_readiness_says(port: int, status: int) -> None:
    done = checked(port)
    assert done.returncode == (0 if status == 200 else 1)
    assert done.stdout.startswith(f"says {status}: ")


def test_the_health_check_fails_in_one_line_when_nobody_answers() -> None:
    done = checked(free_port())
    assert done.returncode == 1
    assert "no gateway answers" in done.stdout
    assert not done.stderr


def test_a_secret_comes_out_of_its_file_and_the_environment_goes_above_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tuneserve_redis_url").write_text("redis://:from-the-file@redis:6379/0", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TUNESERVE_SECRETS_DIR", str(tmp_path))
    monkeypatch.delenv("TUNESERVE_REDIS_URL", raising=False)
    found = read_settings().redis_url
    assert found is not None
    assert "from-the-file" in found.get_secret_value()
    monkeypatch.setenv("TUNESERVE_REDIS_URL", "redis://other:6379/0")
    found = read_settings().redis_url
    assert found is not None
    assert found.get_secret_value() == "redis://other:6379/0"


def test_a_folder_of_secrets_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TUNESERVE_SECRETS_DIR", str(tmp_path / "missing"))
    with pytest.raises(SettingsError, match=r"TUNESERVE_SECRETS_DIR.*missing"):
        read_settings()
