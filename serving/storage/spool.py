"""`Spool`: log entries on disk, from the moment of their answer until the database has them.

A folder of segments, files of one JSON object a line. The kernel's lock on a segment says whose it is: a
gateway appends to its own, and takes over those that nobody holds, which a killed one left behind. A
segment is deleted once all of it is in the database, so after a crash some entries are written again;
their ids keep them from being there twice.

What is in the spool survives the end of the process at any moment, `kill -9` included. A power cut can
take what was added since the last `sync`, which the writer calls after every failed attempt at the
database, every two to ten seconds. A full spool refuses new entries: what was taken in is never dropped.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from serving.storage.log_entry import Entry

SEGMENT_BYTES = 4 * 1024 * 1024
MOST_BYTES = 100 * 1024 * 1024
REFUSED = "refused.jsonl"


class SpoolFull(Exception):
    """The spool holds as much as it may."""


@dataclass(slots=True)
class Segment:
    """An open file that this process holds the lock of."""

    path: Path
    file: int
    size: int = 0
    entries: int = 0

    def close(self) -> None:
        """Gives the lock up; what is in the file stays for whoever takes it over."""
        os.close(self.file)

    def delete(self) -> None:
        self.path.unlink(missing_ok=True)
        os.close(self.file)


class Spool:
    """Any thread may append; one thread takes out. Nothing is opened before the first `append` or `sealed`."""

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES, segment_bytes: int = SEGMENT_BYTES) -> None:
        self.folder = folder
        self.most_bytes = most_bytes
        self._segment_bytes = segment_bytes
        self._lock = threading.Lock()
        self._current: Segment | None = None
        self._sealed: list[Segment] = []

    def append(self, entry: Entry) -> None:
        """Keeps the entry; one write into the page cache. Raises SpoolFull, OSError."""
        line = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\n"
        with self._lock:
            if self._bytes() + len(line) > self.most_bytes:
                raise SpoolFull
            if self._current is not None and self._current.size >= self._segment_bytes:
                self._seal()
            if self._current is None:
                self._current = self._new_segment()
            _write_whole(self._current, line)

    def sealed(self) -> list[Segment]:
        """All that waits, oldest first, as segments that nothing is appended to any more. Raises OSError."""
        with self._lock:
            if self._current is not None and self._current.size:
                self._seal()
            held = {segment.path for segment in self._all()}
        others = [path for path in sorted(self.folder.glob("*.jsonl")) if path not in held and path.name != REFUSED]
        # Outside the lock: they are read to be counted, which must not keep an answer waiting.
        found = [segment for segment in map(_taken_over, others) if segment is not None]
        with self._lock:
            self._sealed = sorted([*self._sealed, *found], key=lambda segment: segment.path.name)
            return list(self._sealed)

    def done(self, segment: Segment) -> None:
        """All of `segment` is in the database."""
        with self._lock:
            self._sealed.remove(segment)
            segment.delete()

    def refuse(self, entry: Entry, reason: str) -> None:
        """Puts aside an entry that the database will never take, for somebody to look at. Raises OSError."""
        with (self.folder / REFUSED).open("a", encoding="utf-8", errors="surrogatepass") as file:
            if file.tell() < self._segment_bytes:  # the first ones say what is wrong
                file.write(json.dumps({"reason": reason, "entry": entry}, ensure_ascii=False) + "\n")

    def sync(self) -> None:
        """Puts what waits onto the disk itself. Raises OSError."""
        with self._lock:
            files = [os.dup(segment.file) for segment in self._all()[-2:]]
        for file in files:  # outside the lock: a slow disk must not keep an answer waiting
            try:
                os.fdatasync(file)
            finally:
                os.close(file)

    def close(self) -> None:
        with self._lock:
            for segment in self._all():
                segment.close() if segment.size else segment.delete()
            self._sealed, self._current = [], None

    @property
    def bytes(self) -> int:
        """Of what this process holds."""
        with self._lock:
            return self._bytes()

    @property
    def entries(self) -> int:
        with self._lock:
            return sum(segment.entries for segment in self._all())

    @property
    def oldest_seconds(self) -> float:
        """How long the oldest entry waits, 0 when none does."""
        with self._lock:
            begun = [_begun(one) for one in self._all() if one.size]
            return max(0.0, time.time() - min(begun)) if begun else 0.0

    def _bytes(self) -> int:
        return sum(segment.size for segment in self._all())

    def _all(self) -> list[Segment]:
        return [*self._sealed, self._current] if self._current is not None else self._sealed

    def _seal(self) -> None:
        assert self._current is not None
        self._sealed.append(self._current)
        self._current = None

    def _new_segment(self) -> Segment:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{time.time_ns():020}-{uuid.uuid4().hex[:8]}.jsonl"
        # It gets its name when it is locked: whoever finds a segment that nobody holds takes it over, our own
        # writer too, which would then wait for the very lock under which this waits for the file's.
        unseen = path.with_suffix(".new")
        file = os.open(unseen, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            unseen.rename(path)
        except OSError:
            os.close(file)
            unseen.unlink(missing_ok=True)
            raise
        return Segment(path, file)


def entries_of(segment: Segment) -> Iterator[Entry | None]:
    """The entries of a segment in order; None for a line that is damaged, as the last one of a crash may be."""
    with os.fdopen(os.dup(segment.file), "rb") as file:
        file.seek(0)
        for line in file:
            try:
                entry = json.loads(line.decode("utf-8", "surrogatepass"))
            except ValueError:
                yield None
                continue
            whole = isinstance(entry, dict) and all(isinstance(row, dict) for row in entry.values())
            yield entry if whole else None


def _write_whole(segment: Segment, line: bytes) -> None:
    """All of `line` or nothing of it. Raises OSError: no space left, say."""
    try:
        written = os.write(segment.file, line)
        if written != len(line):
            raise OSError(f"{segment.path}: only {written} of {len(line)} bytes could be written")
    except OSError:
        os.ftruncate(segment.file, segment.size)
        raise
    segment.size += len(line)
    segment.entries += 1


def _taken_over(path: Path) -> Segment | None:
    """A segment whose gateway is gone; None when another process holds it."""
    try:
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    if os.fstat(file).st_nlink == 0:  # whoever held it is done with it
        os.close(file)
        return None
    segment = Segment(path, file, size=os.fstat(file).st_size)
    segment.entries = sum(entry is not None for entry in entries_of(segment))
    return segment


def _begun(segment: Segment) -> float:
    """When the segment was begun, in seconds since 1970: its name says so."""
    digits = segment.path.name.partition("-")[0]
    return int(digits) / 1e9 if digits.isdigit() else time.time()
