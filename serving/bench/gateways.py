"""Gateways in processes of their own, for as long as something is measured."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from serving.bench.load import HOST
from tuneserve.errors import TuneserveError
from tuneserve.task import project_root

START_SECONDS = 120.0
STOP_SECONDS = 20.0


class BenchError(TuneserveError):
    """A gateway did not start, or what it answered is not what is measured."""


@contextmanager
def gateway(module: str, *arguments: str, **settings: str) -> Iterator[int]:
    """The port of `python -m MODULE … --port PORT`, once it is ready; `settings` without their prefix.

    Its database is an SQLite file of its own, so that nothing of the user's log is touched.
    """
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="tuneserve-bench-") as folder:
        given = {"database_url": f"sqlite:///{folder}/store.sqlite", "log_level": "warning", **settings}
        environment = {**os.environ, **{f"TUNESERVE_{name.upper()}": value for name, value in given.items()}}
        log = Path(folder) / "log"
        with log.open("wb") as lines:
            process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments, "--port", str(port)],
                cwd=project_root(),
                env=environment,
                stdout=lines,
                stderr=lines,
            )
        try:
            _wait(process, port, log)
            yield port
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/readyz", timeout=5) as reply:
                if reply.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    raise BenchError(f"a gateway did not become ready: {said[-1] if said else 'it said nothing'}")
