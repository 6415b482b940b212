"""Real servers for tests, on free ports of 127.0.0.1 and in temporary folders: PostgreSQL and Redis."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

POSTGRES_BIN = Path("/usr/lib/postgresql/15/bin")
REDIS = shutil.which("redis-server")
NO_POSTGRES = (
    "no PostgreSQL to test with; enable it: apt-get install postgresql-15, or "
    "TUNESERVE_TEST_POSTGRES_URL=postgresql+psycopg://... make test"
)
NO_REDIS = "no Redis to test with; enable it: apt-get install redis-server"
STARTS_WITHIN_SECONDS = 60


def has_postgres() -> bool:
    """Whether one can be started here: its programs are there, and somebody other than root to run them."""
    return (POSTGRES_BIN / "initdb").exists() and (os.geteuid() != 0 or shutil.which("setpriv") is not None)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class PostgresServer:
    """One PostgreSQL with an empty database; `stop`, `start`, `freeze` and `thaw` do what outages do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        # PostgreSQL refuses to run as root.
        self._as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        else:
            self._as_user = []
        self._run("initdb", "-D", folder / "data", "-U", "tuneserve", "-A", "trust", "-E", "UTF8", "--no-sync")

    def url(self, database: str = "postgres") -> str:
        return f"postgresql+psycopg://tuneserve@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        # fsync off: a test that needs what was committed kills processes, not the machine.
        options = ["-p", str(self.port), "-k", self.folder, "-h", "127.0.0.1", "-F", "-c", "shared_buffers=16MB"]
        command = [*self._as_user, POSTGRES_BIN / "postgres", "-D", self.folder / "data", *options]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        ends = time.monotonic() + STARTS_WITHIN_SECONDS
        ready = [POSTGRES_BIN / "pg_isready", "-h", "127.0.0.1", "-p", str(self.port), "-q"]
        while subprocess.run(ready, check=False).returncode:
            if self._process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError((self.folder / "server.log").read_text()[-2000:])
            time.sleep(0.05)

    def stop(self) -> None:
        """At once, as `docker kill` does: the children see that their parent is gone."""
        if self._process is not None:
            self.thaw()
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(30)
            self._process = None

    def freeze(self) -> None:
        """It holds its connections, takes new ones, and answers nothing."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal_all(signal.SIGCONT)

    def execute(self, statement: str) -> None:
        self._run("psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "tuneserve", "-d", "postgres", "-c", statement)

    def _signal_all(self, number: signal.Signals) -> None:
        assert self._process is not None
        parent = self._process.pid
        children = subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True, check=False)
        for process in (parent, *map(int, children.stdout.split())):
            try:
                os.kill(process, number)
            except ProcessLookupError:
                continue  # a child that ended meanwhile

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [*self._as_user, POSTGRES_BIN / program, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}")


class RedisServer:
    """One Redis that keeps nothing on disk."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [str(REDIS), "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/tmp")
        ends = time.monotonic() + STARTS_WITHIN_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if self._process.poll() is not None or time.monotonic() > ends:
                    raise
                time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def freeze(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    # Not pytest's folder: nobody but its owner may pass through that one.
    folder = Path(tempfile.mkdtemp(prefix="tuneserve-postgres-"))
    folder.chmod(0o755)
    try:
        server = PostgresServer(folder)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    server = RedisServer()
    try:
        server.start()
        yield server
    finally:
        server.stop()
