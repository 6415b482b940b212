"""A small stack for tests: gateways, the exporters that are installed, and a Prometheus that scrapes them."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import redis
import uvicorn
import yaml
from fastapi import FastAPI

from tests.monitoring.conftest import MONITORING, program
from tests.servers import PostgresServer, RedisServer, free_port

STARTS_WITHIN_SECONDS = 60
SECOND = "1s"


def until(met: Callable[[], bool], what: str, seconds: float = STARTS_WITHIN_SECONDS) -> None:
    ends = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < ends, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.1)


def reachable(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False, timeout=5).is_success
    except httpx.TransportError:
        return False


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """host:port of the app under uvicorn in a thread."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started, "the gateway")
        yield f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def process(
    command: Sequence[str], ready: str, log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Runs the command until `ready` (a URL) answers, and then as long as the block takes."""
    with log.open("wb") as written:
        running = subprocess.Popen(command, stdout=written, stderr=written, env={**os.environ, **(environment or {})})
        try:
            until(lambda: reachable(ready) or running.poll() is not None, command[0])
            assert running.poll() is None, log.read_text(encoding="utf-8")[-2000:]
            yield
        finally:
            running.terminate()
            running.wait(20)


@contextmanager
def exporters(postgres: PostgresServer | None, store: RedisServer | None, folder: Path) -> Iterator[dict[str, str]]:
    """{job: host:port} of the exporters that are installed and have something to measure."""
    with ExitStack() as stack:
        found = {}
        for_postgres, for_redis = program("prometheus-postgres-exporter"), program("prometheus-redis-exporter")
        if postgres is not None and for_postgres:
            found["postgres"] = address = f"127.0.0.1:{free_port()}"
            source = {"DATA_SOURCE_NAME": f"postgresql://tuneserve@127.0.0.1:{postgres.port}/postgres?sslmode=disable"}
            command = [for_postgres, f"--web.listen-address={address}", "--log.level=error"]
            stack.enter_context(process(command, f"http://{address}/metrics", folder / "postgres.log", source))
        if store is not None and for_redis:
            # A limit, as in the compose stack: without one there is none to show.
            with redis.Redis(port=store.port) as client:
                client.config_set("maxmemory", "16mb")
            found["redis"] = address = f"127.0.0.1:{free_port()}"
            command = [for_redis, f"-web.listen-address={address}", f"-redis.addr={store.url}"]
            stack.enter_context(process(command, f"http://{address}/metrics", folder / "redis.log"))
        yield found


def configuration(folder: Path, port: int, targets: Mapping[str, Sequence[str]]) -> Path:
    """The committed configuration and rules with these targets ({job: host:port}), all intervals a second."""
    loaded = yaml.safe_load((MONITORING / "prometheus.yml").read_text(encoding="utf-8"))
    loaded["global"] = dict.fromkeys(loaded["global"], SECOND)
    del loaded["alerting"]
    kept = []
    for job in loaded["scrape_configs"]:
        if there := [*targets.get(job["job_name"], []), *([f"127.0.0.1:{port}"] * (job["job_name"] == "prometheus"))]:
            kept.append({"job_name": job["job_name"], "static_configs": [{"targets": there}]})
    loaded["scrape_configs"] = kept
    for name in loaded["rule_files"]:
        rules = yaml.safe_load((MONITORING / name).read_text(encoding="utf-8"))
        for group in rules["groups"]:
            group["interval"] = SECOND
        (folder / name).write_text(yaml.safe_dump(rules), encoding="utf-8")
    path = folder / "prometheus.yml"
    path.write_text(yaml.safe_dump(loaded), encoding="utf-8")
    return path


class Prometheus:
    """Its HTTP API, as far as Grafana uses it for these dashboards."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, trust_env=False, timeout=20)

    def get(self, path: str, **parameters: Any) -> Any:
        reply = self._client.get(f"/api/v1/{path}", params=parameters)
        assert reply.is_success, f"{parameters}: {reply.text}"
        return reply.json()["data"]

    def values(self, expr: str, seconds: int = 10) -> list[float]:
        """All values of the last seconds that are numbers; fails where Prometheus refuses the query."""
        now = time.time()
        series = self.get("query_range", query=expr, start=now - seconds, end=now, step=1)["result"]
        values = [float(value) for one in series for _, value in one["values"]]
        return [value for value in values if value == value]

    def awaited(self, expr: str) -> list[float]:
        """`values` as soon as there are some: on a machine that is busy with other things, scrapes (each has a second
        here) can fail for longer than the seconds that `values` looks back, and a gauge is then rightly gone.
        """
        ends = time.monotonic() + STARTS_WITHIN_SECONDS
        while not (found := self.values(expr)) and time.monotonic() < ends:
            time.sleep(0.5)
        return found

    def close(self) -> None:
        self._client.close()


@contextmanager
def prometheus(folder: Path, targets: Mapping[str, Sequence[str]]) -> Iterator[Prometheus]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [
        str(program("prometheus")),
        f"--config.file={configuration(folder, port, targets)}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=warn",
    ]
    with process(command, f"{url}/-/ready", folder / "prometheus.log"):
        client = Prometheus(url)
        try:
            yield client
        finally:
            client.close()


def ask(gateway: str, task: str, question: str) -> httpx.Response:
    body = json.dumps({"input": question}).encode()
    headers = {"content-type": "application/json"}
    return httpx.post(
        f"http://{gateway}/v1/tasks/{task}/answer", content=body, headers=headers, trust_env=False, timeout=20
    )
