"""`QueryFiles`: `failed_queries.jsonl`, `slow_queries.jsonl` and `success_sample.jsonl` beside the SQLite file.

The tables are what counts; the files are for reading without a database. Rows come twice after a crash:
those that stand at the end of a file already are known by their id.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from serving.storage.log_entry import Entry
from serving.storage.schema import LISTS
from serving.storage.spool import SEGMENT_BYTES
from tuneserve.task import JsonObject

# What is written again after a crash is one segment of the spool at most.
LOOKED_BACK_BYTES = 2 * SEGMENT_BYTES


class QueryFiles:
    """Used by the writer's thread alone; several gateways may share the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # {list: (size of the file when it was last seen, ids at its end)}
        self._seen: dict[str, tuple[int, set[str]]] = {}

    def add(self, entries: Iterable[Entry]) -> None:
        """Appends the rows of the lists. Raises OSError."""
        entries = list(entries)
        for name in LISTS:
            if rows := [entry[name] for entry in entries if name in entry]:
                self._append(name, rows)

    def delete_before(self, moment: datetime) -> None:
        """Rewrites the files without the rows from before `moment`. Raises OSError."""
        for name in LISTS:
            path = self.path(name)
            if not path.exists():
                continue
            with _locked(path) as file:
                if _asked_since(file.readline(), moment):
                    continue  # the oldest one is first
                file.seek(0)
                partial = path.with_suffix(".partial")
                with partial.open("wb") as kept:
                    kept.writelines(line for line in file if _asked_since(line, moment))
                os.replace(partial, path)
            self._seen.pop(name, None)

    def path(self, name: str) -> Path:
        return self._folder / f"{name}.jsonl"

    def _append(self, name: str, rows: list[JsonObject]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with _locked(self.path(name)) as file:
            size, ids = self._seen.get(name, (-1, set()))
            if file.seek(0, os.SEEK_END) != size:
                ids = _ids_at_the_end(file)
            new = [row for row in rows if row["id"] not in ids]
            file.seek(0, os.SEEK_END)
            file.write(b"".join(json_line(row) for row in new))
            file.flush()
            if len(ids) > 100_000:
                ids = set()
            self._seen[name] = (file.tell(), ids | {row["id"] for row in new})


def json_line(row: JsonObject) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


@contextmanager
def _locked(path: Path) -> Iterator[IO[bytes]]:
    """The file at `path`, for this process alone: not one that was replaced while it was waited for."""
    while True:
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat()):
                yield file
                return


def _ids_at_the_end(file: IO[bytes]) -> set[str]:
    """The ids of the last lines; cuts off a last line that a crash left unfinished."""
    begin = max(0, file.seek(0, os.SEEK_END) - LOOKED_BACK_BYTES)
    file.seek(begin)
    *lines, last = file.read().split(b"\n")
    if last:
        file.truncate(file.tell() - len(last))
    ids = set()
    for line in lines[1 if begin else 0 :]:
        try:
            ids.add(str(json.loads(line)["id"]))
        except (ValueError, TypeError, KeyError):
            continue  # somebody edited the file: none of ours
    return ids


def _asked_since(line: bytes, moment: datetime) -> bool:
    try:
        return datetime.fromisoformat(json.loads(line)["asked_at"]) >= moment
    except (ValueError, TypeError, KeyError):
        return False
