"""`Stage`: a gateway with something that it rests on, and the ways in which that is broken and mended."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.load.gateway import GatewayProcess, LoadError, gateway
from tests.load.ollama import OllamaProcess, own_ollama
from tests.load.plays import PLAYS, well
from tests.servers import NO_POSTGRES, NO_REDIS, REDIS, has_postgres, postgres_server, redis_server
from tests.serving.scripted_server import ScriptedServer, scripted_server
from tuneserve.base import SMOLLM2, packaged_base
from tuneserve.progress import Silent
from tuneserve.release import modelfiles_folder, read_release
from tuneserve.task import Task

DISK_MB = 24


def nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Fault:
    """`begin` breaks, `end` mends; `mended` is what else must be so before it counts as healed."""

    name: str
    begin: Callable[[], None]
    end: Callable[[], None]
    mended: Callable[[], bool] = lambda: True


@dataclass(frozen=True, slots=True)
class Stage:
    """`rows`: how many rows of data are asked for with every question."""

    gateway: GatewayProcess
    faults: Sequence[Fault]
    rows: int | None = None


@contextmanager
def real_ollama(task: Task) -> Iterator[Stage]:
    """Ollama with the released model."""
    with own_ollama() as ollama:
        release = read_release(modelfiles_folder(task.name))
        if release is None:
            raise LoadError(f"{task.name} has no release; make one: tuneserve run {task.name}")
        ollama.publish(task.name)
        served = f"{task.name}:{release.version}"
        ollama.copy(served, "kept")
        ollama.create("another", packaged_base(SMOLLM2.name, Silent()), SMOLLM2.sha256)
        with gateway(engine="ollama", ollama_url=ollama.url, cache_size="0") as running:
            yield Stage(running, _ollama_faults(ollama, served))


def _ollama_faults(ollama: OllamaProcess, served: str) -> list[Fault]:
    older = served.partition(":")[0] + ":0.0.1"

    def only_another_release() -> None:
        ollama.copy("kept", older)
        ollama.delete(served)

    def again() -> None:
        ollama.copy("kept", served)

    def restart() -> None:
        ollama.stop()
        ollama.start()

    def killed_and_started() -> None:
        ollama.kill()
        ollama.start()

    return [
        Fault("Ollama is killed (SIGKILL) and started again", ollama.kill, ollama.start),
        Fault("Ollama hangs (SIGSTOP) and goes on (SIGCONT)", ollama.freeze, ollama.thaw),
        Fault("Ollama hangs (SIGSTOP), is killed and started again", ollama.freeze, killed_and_started),
        Fault("Ollama is restarted at once", restart, nothing),
        Fault("its model is deleted and made again", lambda: ollama.delete(served), again),
        Fault("it has another release of the task only", only_another_release, again),
        Fault("it has another model under that name (untuned)", lambda: ollama.copy("another", served), again),
    ]


@contextmanager
def scripted(task: Task) -> Iterator[Stage]:
    """A scripted model server that speaks as Ollama does."""
    with (
        scripted_server(well(task)) as server,
        gateway(engine="ollama", ollama_url=server.url, cache_size="0") as running,
    ):
        yield Stage(running, [_played(server, f"the model server {what}", task, what) for what in PLAYS])


def _played(server: ScriptedServer, name: str, task: Task, what: str) -> Fault:
    def begin() -> None:
        server.play = PLAYS[what][0]

    def end() -> None:
        server.play = well(task)

    return Fault(name, begin, end)


@contextmanager
def postgres(task: Task) -> Iterator[Stage]:
    """PostgreSQL with the query log and the rows, which every question asks for."""
    if not has_postgres():
        raise LoadError(NO_POSTGRES)
    with scripted_server(well(task)) as model, postgres_server() as server:
        settings = {"engine": "ollama", "ollama_url": model.url, "cache_size": "0", "database_url": server.url()}
        with gateway(**settings) as running:

            def written() -> bool:
                return running.metrics()["tuneserve_spool_rows"] < 20

            faults = [
                Fault("PostgreSQL is killed and started again", server.stop, server.start, written),
                Fault("PostgreSQL hangs (SIGSTOP) and goes on", server.freeze, server.thaw, written),
            ]
            yield Stage(running, faults, rows=3)


@contextmanager
def redis(task: Task) -> Iterator[Stage]:
    """Redis as the shared cache."""
    if REDIS is None:
        raise LoadError(NO_REDIS)
    with scripted_server(well(task)) as model, redis_server() as server:
        settings = {"engine": "ollama", "ollama_url": model.url, "cache_size": "1", "redis_url": server.url}
        with gateway(**settings) as running:
            faults = [
                Fault("Redis is killed and started again", server.stop, server.start),
                Fault("Redis hangs (SIGSTOP) and goes on", server.freeze, server.thaw),
            ]
            yield Stage(running, faults)


@contextmanager
def full_disk(task: Task) -> Iterator[Stage]:
    """A small disk with the data folder and the SQLite file."""
    with small_disk() as disk, scripted_server(well(task)) as model:
        settings = {"engine": "ollama", "ollama_url": model.url, "cache_size": "0"}
        where = {"data_dir": str(disk / "data"), "database_url": f"sqlite:///{disk}/store.sqlite"}
        with gateway(**settings, **where) as running:
            filler = disk / "filler"

            def logged() -> bool:
                before = running.metrics()["tuneserve_log_written_total"]
                return any(running.metrics()["tuneserve_log_written_total"] > before for _ in range(20))

            faults = [Fault("the disk is full, and has room again", lambda: fill(filler), filler.unlink, logged)]
            yield Stage(running, faults, rows=3)


@contextmanager
def small_disk(megabytes: int = DISK_MB) -> Iterator[Path]:
    """A folder on a file system of that size. Raises LoadError where none can be mounted."""
    with tempfile.TemporaryDirectory(prefix="tuneserve-disk-") as folder:
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tuneserve", folder]
        if (
            os.geteuid() != 0
            or shutil.which("mount") is None
            or subprocess.run(command, capture_output=True).returncode
        ):
            raise LoadError("no small disk can be mounted here; enable it: run as root, outside a container")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def fill(file: Path) -> None:
    """Writes until there is no space left."""
    with file.open("wb", buffering=0) as filler:
        for size in (64 * 1024, 512, 1):
            try:
                while True:
                    filler.write(b"\0" * size)
            except OSError:
                continue


STAGES: dict[str, Callable[[Task], AbstractContextManager[Stage]]] = {
    "ollama": real_ollama,
    "server": scripted,
    "postgres": postgres,
    "redis": redis,
    "disk": full_disk,
}
