"""`GatewayProcess`: a gateway in a process of its own, on a free port of 127.0.0.1."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import free_port
from tuneserve.errors import TuneserveError
from tuneserve.run import data_folder
from tuneserve.task import project_root

HOST = "127.0.0.1"
START_SECONDS = 120.0
STOP_SECONDS = 30.0
# What is prepared once on a machine and only read by a gateway.
PREPARED = ("_base", "_llama_cpp", "_released")


class LoadError(TuneserveError):
    """A run cannot begin: something that it needs did not start."""


class GatewayProcess:
    """`tuneserve serve` with these settings, named without their prefix; what it writes is in `folder`."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.port = free_port()
        self._log = folder / "gateway.log"
        given = {
            "data_dir": str(folder / "data"),
            "database_url": f"sqlite:///{folder}/store.sqlite",
            "log_level": "info",
            **settings,
        }
        environment = {**os.environ, **{f"TUNESERVE_{name.upper()}": value for name, value in given.items()}}
        _link_prepared(Path(given["data_dir"]))
        with self._log.open("wb") as lines:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tuneserve.cli", "serve", "--port", str(self.port)],
                cwd=project_root(),
                env=environment,
                stdout=lines,
                stderr=lines,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def get(self, path: str, seconds: float = 10.0) -> tuple[int, bytes]:
        """(status, body); (0, b"") when it does not answer."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=seconds)
        try:
            connection.request("GET", path)
            reply = connection.getresponse()
            return reply.status, reply.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()

    @property
    def ready(self) -> bool:
        return self.get("/readyz")[0] == 200

    @property
    def whole(self) -> bool:
        """Ready, and neither database nor shared cache is away."""
        status, body = self.get("/readyz")
        return status == 200 and json.loads(body)["degraded"] == []

    def metrics(self) -> dict[str, float]:
        """{'name{labels}': value}."""
        lines = self.get("/metrics")[1].decode().splitlines()
        found = (re.fullmatch(r"([a-z_]+(?:\{.*\})?) (\S+)", line) for line in lines if not line.startswith("#"))
        return {one[1]: float(one[2]) for one in found if one}

    def wait_until_ready(self) -> None:
        """Raises LoadError with the last line of its log."""
        ends = time.monotonic() + START_SECONDS
        while not self.ready:
            if self._process.poll() is not None or time.monotonic() > ends:
                said = self.log.strip().splitlines()
                raise LoadError(f"the gateway did not become ready: {said[-1] if said else 'it said nothing'}")
            time.sleep(0.05)

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextmanager
def gateway(**settings: str) -> Iterator[GatewayProcess]:
    """One that is ready; stopped, and what it wrote deleted, at the end."""
    with tempfile.TemporaryDirectory(prefix="tuneserve-load-") as folder:
        process = GatewayProcess(Path(folder), settings)
        try:
            process.wait_until_ready()
            yield process
        finally:
            process.stop()


def _link_prepared(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in PREPARED:
        kept = data_folder() / name
        if kept.is_dir() and not (folder / name).exists():
            (folder / name).symlink_to(kept.resolve(), target_is_directory=True)
