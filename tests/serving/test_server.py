"""The gateway on a real port: real sockets, real signals."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from serving.app import create_app
from serving.server import serve
from tests.serving.conftest import TASK, ScriptedEngine, settings_with
from tuneserve.errors import SettingsError
from tuneserve.task import project_root


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app with the tiny task under uvicorn in a thread."""
    app = create_app(settings_with(tmp_path_factory.mktemp("store")), [TASK], ScriptedEngine('{"length":"3 km"}'))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


def raw(url: str, request: bytes) -> bytes:
    """What the server sends back to these very bytes, until it closes or is silent."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(request)
        received = b""
        while piece := connection.recv(65536):
            received += piece
        return received


HEAD = b"Host: x\r\nContent-Type: application/json\r\nConnection: close\r\n"


def test_a_body_that_says_its_length_honestly_is_refused_unread(url: str) -> None:
    request = b"POST /v1/tasks/distance/answer HTTP/1.1\r\n" + HEAD + b"Content-Length: 100000000\r\n\r\n"
    received = raw(url, request)
    assert received.startswith(b"HTTP/1.1 413")
    assert b"application/problem+json" in received


def test_a_chunked_body_without_end_is_refused_at_the_limit(url: str) -> None:
    chunk = b"1000\r\n" + b" " * 4096 + b"\r\n"
    request = b"POST /v1/tasks/distance/answer HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 17
    received = raw(url, request)
    assert received.startswith(b"HTTP/1.1 413")


def test_head_sends_no_body(url: str) -> None:
    received = raw(url, b"HEAD /healthz HTTP/1.1\r\n" + HEAD + b"\r\n")
    assert received.startswith(b"HTTP/1.1 200")
    assert received.endswith(b"\r\n\r\n")


def test_batch_lines_come_as_they_are_answered(url: str) -> None:
    lines = "\n".join(json.dumps({"input": f"{n} m"}) for n in range(200))
    with httpx.Client() as client, client.stream("POST", f"{url}/v1/tasks/distance/batch", content=lines) as reply:
        got = [json.loads(line) for line in reply.iter_lines()]
    assert [row["output"]["metres"] for row in got] == list(range(200))


def test_the_official_openai_client_works_unchanged(url: str) -> None:
    openai = pytest.importorskip("openai", reason="the official client is not installed: pip install openai")
    with openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client:
        assert [model.id for model in client.models.list()] == ["distance"]
        messages = [{"role": "user", "content": "how far is 3 km"}]
        done = client.chat.completions.create(model="distance", messages=messages)
        assert json.loads(done.choices[0].message.content) == {"metres": 3000}
        assert done.choices[0].finish_reason == "stop"
        stream = client.chat.completions.create(model="distance", messages=messages, stream=True)
        text = "".join(event.choices[0].delta.content or "" for event in stream)
        assert json.loads(text) == {"metres": 3000}
        with pytest.raises(openai.NotFoundError, match="no such task"):
            client.chat.completions.create(model="nothing", messages=messages)


def test_a_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"cannot listen at 127.0.0.1:{port}: Address already in use"):
            serve(settings_with(tmp_path, port=port))


def test_a_host_that_is_not_ours_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot listen at 192\.0\.2\.1:0"):
        serve(settings_with(tmp_path, host="192.0.2.1", port=0))


SERVES = """
import sys
from serving.server import serve
from serving.settings import read_settings
serve(read_settings(port=0, database_url=sys.argv[1]))
"""


def test_sigterm_stops_it_cleanly(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SERVES, f"sqlite:///{tmp_path / 'store.sqlite'}"]
    environment = {**os.environ, "TUNESERVE_DATA_DIR": str(tmp_path)}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=project_root(), env=environment)
    assert process.stderr is not None
    try:
        url = None
        for line in process.stderr:
            if "serving http://" in line:
                url = line.split("serving ")[1].split()[0]
            if "startup complete" in line:
                break
        assert url is not None
        assert httpx.get(f"{url}/healthz").json() == {"status": "alive"}
        process.send_signal(signal.SIGTERM)
        rest = process.stderr.read()
        assert process.wait(10) in (0, -signal.SIGTERM)
        assert "Traceback" not in rest
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
