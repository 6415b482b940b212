"""`OllamaProcess`: an Ollama of one's own, to kill, freeze and start again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.load.gateway import HOST, LoadError
from tests.servers import free_port
from tuneserve.task import project_root

COMMAND = "TUNESERVE_TEST_OLLAMA_COMMAND"
NO_OLLAMA = f"no ollama command to start and stop; enable it: {COMMAND}=/path/to/ollama"
START_SECONDS = 60.0
PUBLISH_SECONDS = 600.0


def ollama_command() -> str | None:
    """The program that TUNESERVE_TEST_OLLAMA_COMMAND names, else the one on the path."""
    return os.environ.get(COMMAND) or shutil.which("ollama")


class OllamaProcess:
    """On a free port, with a folder of models of its own. It has children: signals go to all of them."""

    def __init__(self, command: str, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://{HOST}:{self.port}"
        self._command = command
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it answers. Raises LoadError."""
        environment = {
            **os.environ,
            "OLLAMA_HOST": f"{HOST}:{self.port}",
            "OLLAMA_MODELS": str(self._folder / "models"),
        }
        with (self._folder / "ollama.log").open("ab") as log:
            command = [self._command, "serve"]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)
        ends = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > ends:
                raise LoadError(f"{self._command} serve did not start; its log is {self._folder}/ollama.log")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/version", timeout=2, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def stop(self) -> None:
        """As an operator stops it."""
        if self._process is not None:
            self._signal(signal.SIGCONT)
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None

    def kill(self) -> None:
        """At once, with its children."""
        if self._process is not None:
            self._signal(signal.SIGKILL)
            self._process.wait(10)
            self._process = None

    def freeze(self) -> None:
        """It keeps its connections, and says nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def copy(self, name: str, new: str) -> None:
        self._call("POST", "/api/copy", {"source": name, "destination": new})

    def delete(self, name: str) -> None:
        self._call("DELETE", "/api/delete", {"model": name})

    def create(self, name: str, gguf: Path, sha256: str) -> None:
        """A model of this file, without a template of its own."""
        with httpx.Client(base_url=self.url, timeout=120, trust_env=False) as client:
            client.post(f"/api/blobs/sha256:{sha256}", content=gguf.read_bytes()).raise_for_status()
        self._call("POST", "/api/create", {"model": name, "files": {gguf.name: f"sha256:{sha256}"}, "stream": False})

    def publish(self, task: str) -> None:
        """Makes the released model, as a user does. Raises LoadError."""
        command = [sys.executable, "-m", "tuneserve.cli", "publish", task, "--released"]
        environment = {**os.environ, "TUNESERVE_OLLAMA_URL": self.url}
        done = subprocess.run(
            command, cwd=project_root(), env=environment, capture_output=True, text=True, timeout=PUBLISH_SECONDS
        )
        if done.returncode:
            raise LoadError(f"tuneserve publish {task} --released failed: {done.stderr.strip()[-300:]}")

    def _call(self, method: str, path: str, body: dict[str, object]) -> None:
        httpx.request(method, self.url + path, json=body, timeout=120, trust_env=False).raise_for_status()

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return


@contextmanager
def own_ollama() -> Iterator[OllamaProcess]:
    """One that runs; its models are deleted at the end. Raises LoadError where there is no Ollama."""
    command = ollama_command()
    if command is None:
        raise LoadError(NO_OLLAMA)
    with tempfile.TemporaryDirectory(prefix="tuneserve-ollama-") as folder:
        process = OllamaProcess(command, Path(folder))
        try:
            process.start()
            yield process
        finally:
            process.kill()
