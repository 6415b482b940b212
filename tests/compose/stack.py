"""`Stack`: the real compose.yaml under a project name of its own, and what the phases do to it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.compose.engine import PATIENCE, Engine, Failed

PROJECT = "tuneserve-test"
ONCE = ("init", "database", "publish")
JSON_BODY = {"Content-Type": "application/json"}


class Stack:
    """Grafana is left out: there is no stand-in for its image. Every method raises Failed."""

    def __init__(self, engine: Engine, version: str) -> None:
        self.port = _free_port()
        # An .env of the checkout is the developer's; the test runs on the defaults.
        changes = {
            "COMPOSE_PROJECT_NAME": PROJECT,
            "COMPOSE_ENV_FILES": "/dev/null",
            "TUNESERVE_PORT": str(self.port),
            "TUNESERVE_VERSION": version,
        }
        if PATIENCE > 1:
            # The model's deadline is two seconds; a machine that is busy with other things needs longer.
            changes |= {"TUNESERVE_DEADLINE_MS": str(int(2000 * PATIENCE)), "COMPOSE_FILE": _one_thread(engine.folder)}
        # Settings of the machine's own must not reach the stack.
        kept = {key: value for key, value in engine.environment.items() if not key.startswith("TUNESERVE_")}
        self.engine = Engine(engine.folder, {**kept, **changes})

    def compose(self, *arguments: str, seconds: float = 60, check: bool = True) -> str:
        return self.engine.docker("compose", *arguments, seconds=seconds, check=check)

    def up(self, seconds: float) -> None:
        """Everything but Grafana, healthy."""
        self.compose("up", "--detach", "--pull", "never", "--no-build", "--scale", "grafana=0", seconds=seconds)
        until(seconds, "every service is healthy", lambda: not self.not_healthy(), self.not_healthy)

    def down(self) -> None:
        self.compose("down", "--volumes", "--remove-orphans", "--timeout", "5", seconds=120)

    def container(self, service: str) -> str:
        return self.compose("ps", "--all", "--quiet", service).split()[0]

    def services(self) -> list[str]:
        """Those that run all the time, by their containers."""
        listed = self.compose("ps", "--all", "--format", "{{.Service}}").split()
        return [name for name in dict.fromkeys(listed) if name not in ONCE]

    def not_healthy(self) -> list[str]:
        lines = self.compose("ps", "--all", "--format", "{{.Service}} {{.State}} {{.Health}}").splitlines()
        found = [line.split() for line in lines]
        return [" ".join(one) for one in found if one[0] not in ONCE and one[1:] != ["running", "healthy"]]

    def health(self, service: str) -> str:
        """'healthy', 'unhealthy', 'starting', or 'exited'."""
        shown = "{{if .State.Running}}{{.State.Health.Status}}{{else}}exited{{end}}"
        return self.engine.docker("inspect", "--format", shown, self.container(service)).strip()

    def crash(self, service: str) -> None:
        """SIGKILL from outside, as the kernel does it when memory runs out: the restart policy applies."""
        pid = int(self.engine.docker("inspect", "--format", "{{.State.Pid}}", self.container(service)))
        if pid <= 0:
            raise Failed(f"{service} does not run")
        os.kill(pid, signal.SIGKILL)

    def restarts(self, service: str) -> int:
        return int(self.engine.docker("inspect", "--format", "{{.RestartCount}}", self.container(service)))

    def log(self, service: str, lines: int = 50) -> str:
        return self.compose("logs", "--no-log-prefix", "--no-color", "--tail", str(lines), service)

    def inside(self, service: str, *command: str, seconds: float = 30) -> str:
        return self.compose("exec", "-T", service, *command, seconds=seconds)

    def sql(self, query: str) -> str:
        command = ("psql", "--username=postgres", "--dbname=tuneserve", "-Atq", "-c", query)
        return self.inside("postgres", *command).strip()

    def prometheus(self, query: str) -> list[dict[str, Any]]:
        """The samples of an instant query, asked from inside: Prometheus is not published."""
        url = f"http://127.0.0.1:9090/api/v1/query?query={quote(query)}"
        found = json.loads(self.inside("prometheus", "wget", "-q", "-O", "-", url))
        return list(found["data"]["result"])

    def alerts(self) -> set[tuple[str, str]]:
        """(name, job) of the alerts whose condition holds: pending or firing."""
        found = [sample["metric"] for sample in self.prometheus("ALERTS")]
        return {(labels["alertname"], labels.get("job", "")) for labels in found}

    def request(self, method: str, path: str, body: Any = None, seconds: float = 15) -> tuple[int, dict[str, Any]]:
        """Status and JSON of one request through the published port; OSError when nobody takes it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), JSON_BODY)
            reply = connection.getresponse()
            text = reply.read()
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()
        try:
            found = json.loads(text)
        except ValueError:
            found = {"text": text.decode(errors="replace")[:200]}
        return reply.status, found if isinstance(found, dict) else {"list": found}


def until(seconds: float, what: str, holds: Callable[[], Any], shown: Callable[[], Any] = lambda: "") -> float:
    """Waits until `holds()`; the seconds that it took. Raises Failed with what is `shown` when it never does."""
    started, seconds = time.monotonic(), seconds * PATIENCE
    while time.monotonic() - started < seconds:
        if holds():
            return time.monotonic() - started
        time.sleep(0.5)
    raise Failed(f"not within {seconds:.0f} s: {what} {shown()}")


def _one_thread(folder: Path) -> str:
    """COMPOSE_FILE with an addition that shows Ollama one processor.

    Its threads wait for each other by spinning; two of them, where others hold the processors, take minutes.
    """
    first, _, _ = Path("/proc/cpuinfo").read_text(encoding="utf-8").partition("\n\n")
    (folder / "cpuinfo").write_text(f"{first}\n\n", encoding="utf-8")
    addition = folder / "one_thread.yaml"
    addition.write_text(f"services: {{ollama: {{volumes: ['{folder}/cpuinfo:/proc/cpuinfo:ro']}}}}\n", encoding="utf-8")
    return f"compose.yaml:{addition}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
