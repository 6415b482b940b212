"""`serve` as a process: who gets in when it listens to others, and what it believes of its callers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from serving.keys import add_key
from serving.server import serve
from tests.serving.conftest import settings_with
from tuneserve.errors import SettingsError
from tuneserve.task import project_root

ASKED = {"input": "hydro in kent"}
ANSWER = "/v1/tasks/fit_query/answer"


@contextmanager
def served(folder: Path, **variables: str) -> Iterator[str]:
    """A gateway with these TUNESERVE_ variables on a free port; its address on the loopback."""
    code = "from serving.server import serve; from serving.settings import read_settings; serve(read_settings(port=0))"
    environment = {
        **os.environ,
        "TUNESERVE_DATA_DIR": str(folder),
        **{f"TUNESERVE_{k}": v for k, v in variables.items()},
    }
    process = subprocess.Popen(
        [sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, cwd=project_root(), env=environment
    )
    assert process.stderr is not None
    port = ""
    try:
        for line in process.stderr:
            if "serving http://" in line:
                port = line.split("serving ")[1].split()[0].rpartition(":")[2]
            if "startup complete" in line:
                break
        assert port
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def test_it_does_not_open_a_port_to_others_without_keys_by_an_oversight(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"make one: tuneserve key new NAME .*TUNESERVE_OPEN=yes"):
        serve(settings_with(tmp_path, host="0.0.0.0", port=0, data_dir=tmp_path))


def test_with_a_key_it_serves_others_and_only_those_who_have_it(tmp_path: Path) -> None:
    key = add_key(tmp_path / "_store" / "keys.json", "anna")
    with served(tmp_path, HOST="0.0.0.0") as url:
        assert httpx.get(f"{url}/healthz").status_code == 200
        assert httpx.post(url + ANSWER, json=ASKED).status_code == 401
        with_key = {"authorization": f"Bearer {key}"}
        assert httpx.post(url + ANSWER, json=ASKED, headers=with_key).status_code == 200
        add_key(tmp_path / "_store" / "keys.json", "bert")
        assert httpx.post(url + ANSWER, json=ASKED, headers=with_key).status_code == 200


def test_when_told_to_be_open_it_is(tmp_path: Path) -> None:
    with served(tmp_path, HOST="0.0.0.0", OPEN="yes") as url:
        assert httpx.post(url + ANSWER, json=ASKED).status_code == 200


def test_on_a_loopback_address_other_names_are_not_its_own_and_made_up_addresses_are_not_believed(
    tmp_path: Path,
) -> None:
    with served(tmp_path, RATE_LIMIT="3") as url:
        rebound = httpx.post(url + ANSWER, json=ASKED, headers={"Host": "evil.example:8000"})
        assert (rebound.status_code, rebound.json()["type"]) == (421, "urn:tuneserve:problem:wrong-host")
        localhost = url.replace("127.0.0.1", "localhost")
        statuses = [
            httpx.post(localhost + ANSWER, json=ASKED, headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code
            for n in range(5)
        ]
        assert statuses == [200, 200, 200, 429, 429]


def test_a_proxy_that_is_named_is_believed(tmp_path: Path) -> None:
    with served(tmp_path, RATE_LIMIT="1", TRUSTED_PROXIES="127.0.0.0/8") as url:
        statuses = [
            httpx.post(url + ANSWER, json=ASKED, headers={"X-Forwarded-For": address}).status_code
            for address in ("192.0.2.1", "192.0.2.2", "192.0.2.1")
        ]
        assert statuses == [200, 200, 429]


def test_the_key_command_makes_lists_and_takes_back(tmp_path: Path) -> None:
    def tuneserve(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "TUNESERVE_DATA_DIR": str(tmp_path)}
        command = [sys.executable, "-m", "tuneserve.cli", "key", *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=project_root(), env=environment, check=False)

    made = tuneserve("new", "anna")
    key = made.stdout.strip()
    assert key.startswith("ts_")
    assert "not shown again" in made.stderr
    listed = json.loads(tuneserve("list", "--json").stdout)
    assert (listed["name"], listed["from"]) == ("anna", "file")
    assert key not in (tmp_path / "_store" / "keys.json").read_text()
    taken = tuneserve("new", "anna")
    assert (taken.returncode, taken.stderr.count("\n")) == (2, 1)
    assert tuneserve("revoke", "anna").returncode == 0
    assert tuneserve("revoke", "anna").returncode == 2
