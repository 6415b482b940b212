"""`Engine`: a Docker engine of the test's own, so that neither images nor containers of the machine's are touched."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 60
DISK_GB = 8
# A busy or slow machine: TUNESERVE_TEST_PATIENCE=3 makes every wait three times as long.
PATIENCE = float(os.environ.get("TUNESERVE_TEST_PATIENCE") or 1)


class CannotRun(Exception):
    """What is missing on this machine, and the command that gets it."""


class Failed(Exception):
    """What did not come out as it should."""


class OutOfTime(Failed):
    """Something took longer than it may, or whoever started the test has ended it (SIGTERM)."""


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine that answers. `environment` makes `docker` talk to it."""

    folder: Path
    environment: dict[str, str]

    def docker(self, *arguments: str, seconds: float = 60, check: bool = True, given: bytes | None = None) -> str:
        """Standard output of `docker ...`. Raises Failed with its last lines when it fails or takes too long."""
        return self.run("docker", *arguments, seconds=seconds, check=check, given=given)

    def run(self, *command: str, seconds: float, check: bool = True, given: bytes | None = None) -> str:
        shown = " ".join(command)[:200]
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env=self.environment,
                input=given,
                stdin=subprocess.DEVNULL if given is None else None,
                capture_output=True,
                timeout=seconds * PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise OutOfTime(f"{shown}: took longer than {seconds * PATIENCE:.0f} s") from error
        if check and done.returncode:
            lines = (done.stdout + done.stderr).decode(errors="replace").splitlines()
            raise Failed(f"{shown}: ended with {done.returncode}\n" + "\n".join(lines[-25:]))
        return done.stdout.decode(errors="replace")

    def has_image(self, name: str) -> bool:
        return bool(self.docker("image", "ls", "--quiet", name).strip())


def work_folder() -> Path:
    """Where the engine keeps its images from one test to the next: about 3 GB."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("TUNESERVE_COMPOSE_TEST_DIR") or cache / "tuneserve" / "docker")


@contextmanager
def own_engine() -> Iterator[Engine]:
    """Starts dockerd on a socket in the work folder and ends it afterwards. Raises CannotRun."""
    for program, package in (("dockerd", "docker.io"), ("docker", "docker.io"), ("debootstrap", "debootstrap")):
        if shutil.which(program) is None:
            raise CannotRun(f"{program} is not here; on Debian: apt-get install {package}")
    if os.geteuid() != 0:
        raise CannotRun("an engine of its own needs root; as root: make compose-test")
    folder = work_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free / 1e9
    except OSError as error:
        raise CannotRun(f"no room for the engine: {error}; name another with TUNESERVE_COMPOSE_TEST_DIR") from error
    if free < DISK_GB:
        raise CannotRun(f"the disk of {folder} has {free:.0f} GB free, {DISK_GB} are needed")
    environment = {**os.environ, "DOCKER_HOST": f"unix://{folder / 'docker.sock'}", "DOCKER_BUILDKIT": "1"}
    environment["DOCKER_CONFIG"] = _plugins()
    engine = Engine(folder, environment)
    if _answers(engine):
        # One that a developer keeps running, to save the start.
        yield engine
        return
    with (folder / "dockerd.log").open("ab") as log:
        command = ["dockerd", f"--data-root={folder / 'data'}", f"--exec-root={folder / 'run'}"]
        command += [f"--pidfile={folder / 'docker.pid'}", f"--host={environment['DOCKER_HOST']}"]
        daemon = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        try:
            _wait_for(engine, daemon)
            yield engine
        finally:
            daemon.send_signal(signal.SIGTERM)
            try:
                daemon.wait(30)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()


def _plugins() -> str:
    done = subprocess.run([ROOT / ".ci" / "compose"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotRun((done.stderr.strip().splitlines() or ["docker compose is missing"])[-1])
    return done.stdout.strip()


def _answers(engine: Engine) -> bool:
    return bool(engine.docker("version", "--format", "{{.Server.Version}}", check=False).strip())


def _wait_for(engine: Engine, daemon: subprocess.Popen[bytes]) -> None:
    log = engine.folder / "dockerd.log"
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if _answers(engine):
            return
        if daemon.poll() is not None:
            last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            raise CannotRun(f"dockerd does not start here: {' '.join(last)[:300]} (whole log: {log})")
        time.sleep(0.5)
    raise CannotRun(f"dockerd did not answer within {START_SECONDS} s (log: {log})")
