"""What a figure was measured on."""

from __future__ import annotations

import os
import platform
import re
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("llama-cpp-python", "fastapi", "uvicorn", "pydantic", "SQLAlchemy")
TICKS = os.sysconf("SC_CLK_TCK")


def machine() -> dict[str, str]:
    """{name: value}, the same keys on every machine."""
    return {
        "processor": f"{_processor()}, {len(os.sched_getaffinity(0))} cores",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "nice": str(os.nice(0)),
        "python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
    }


class Meanwhile:
    """How much of the processors other programs take from now on: it makes every figure worse.

    The benchmark's own are its process group, and Ollama's processes, whoever started them.
    """

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._busy, self._own, self._ollama = _busy_ticks(), own_ticks(), _ollama_ticks()

    def others(self) -> float:
        """Share of all processors, of 1; to some hundredths in a second, since time is counted in ticks."""
        # One by one: what an Ollama that has ended took before must not be taken off.
        ollama = sum(ticks - self._ollama.get(process, 0) for process, ticks in _ollama_ticks().items())
        took = _busy_ticks() - self._busy - (own_ticks() - self._own) - ollama
        processors = (time.monotonic() - self._began) * (os.cpu_count() or 1)
        return max(0.0, took / TICKS / processors)


def _busy_ticks() -> int:
    """Of all processors since the machine started; time that its host gave to other machines counts too."""
    user, nice, system, _, _, interrupt, soft_interrupt, stolen = map(int, _line("/proc/stat").split()[1:9])
    return user + nice + system + interrupt + soft_interrupt + stolen


def own_ticks() -> int:
    """Of the benchmark's process group, with what of it has ended and was waited for."""
    group = str(os.getpgrp())
    return sum(sum(map(int, fields[11:15])) for _, _, fields in _processes() if fields[2] == group)


def _ollama_ticks() -> dict[int, int]:
    return {process: sum(map(int, fields[11:13])) for process, name, fields in _processes() if name == "ollama"}


def _processes() -> Iterator[tuple[int, str, list[str]]]:
    """(id, name, the fields of /proc/ID/stat behind the name) of all there are."""
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, rest = file.read_text(encoding="utf-8", errors="replace").rpartition(") ")
        except OSError:
            continue  # it has ended
        yield int(file.parent.name), head.partition(" (")[2], rest.split()


def _line(file: str) -> str:
    return Path(file).read_text(encoding="utf-8").partition("\n")[0]


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        found = None
    return found[1].strip() if found else platform.processor() or platform.machine()
