"""API keys: the file that `tuneserve key` keeps, and the ring that a request's key is looked up in.

A key is 256 random bits, so one round of SHA-256 keeps it: nobody can try that many, and a slow hash
would only slow every request down. What people think up themselves (`TUNESERVE_API_KEYS`) is never
written anywhere by us.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import logging
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from tuneserve.errors import SettingsError, UsageError

log = logging.getLogger(__name__)

KEY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class StoredKey:
    """What is kept of a key; `created` is an ISO date and time, UTC."""

    sha256: str
    created: str


def add_key(path: Path, name: str) -> str:
    """A new key for `name`, for the only time in clear; the file keeps its hash.

    Raises UsageError when the name is taken or none, SettingsError when the file cannot be read or written.
    """
    if not KEY_NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name for a key: letters, digits, '.', '_' and '-', at most 40")
    key = f"ts_{secrets.token_urlsafe(32)}"
    with _locked(path):
        keys = read_keys(path)
        if name in keys:
            raise UsageError(f"there is a key '{name}' already; to replace it: tuneserve key revoke {name}")
        created = datetime.now(UTC).isoformat(timespec="seconds")
        _write(path, {**keys, name: StoredKey(_digest(key).hex(), created)})
    return key


def revoke_key(path: Path, name: str) -> None:
    """Takes the key away; a gateway that runs refuses it from the next request on. Raises UsageError, SettingsError."""
    with _locked(path):
        keys = read_keys(path)
        if name not in keys:
            raise UsageError(f"no key '{name}' (there are: {', '.join(keys) or 'none'})")
        _write(path, {other: key for other, key in keys.items() if other != name})


def read_keys(path: Path) -> dict[str, StoredKey]:
    """{name: key} of the file, empty when there is none. Raises SettingsError when it cannot be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {name: StoredKey(**key) for name, key in found.items() if bytes.fromhex(key["sha256"])}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}; it holds the API keys") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise SettingsError(
            f"{path}: damaged; restore it, or remove it and make new keys: tuneserve key new"
        ) from error


class KeyRing:
    """All keys that are valid now: those of the settings, and those of the file, which is read anew when it changes.

    Once a key was needed it stays needed, also when the file is emptied or lost: a mishap must not open the
    door. A file that is damaged while the gateway runs leaves the keys as they were.
    """

    def __init__(self, given: Mapping[str, str], path: Path | None = None) -> None:
        """Raises SettingsError when the file cannot be read."""
        self._given = [(name, _digest(key)) for name, key in given.items()]
        self._path = path
        self._stamp = self._stamp_now()
        self._stored = self._read()
        self.needed = bool(self._given) or self._stamp is not None

    def owner(self, key: str) -> str | None:
        """The name of the key's owner, or None. Every key is compared, so that the time taken tells nothing."""
        self.refresh()
        given = _digest(key)
        found = [name for name, digest in [*self._given, *self._stored] if hmac.compare_digest(digest, given)]
        return found[0] if found else None

    def refresh(self) -> None:
        """Reads the file when it is not the one that was read last: one look at its times and size otherwise."""
        stamp = self._stamp_now()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._stored = self._read()
        except SettingsError as error:
            log.error("the API keys stay as they were: %s", error)
            return
        self.needed = self.needed or stamp is not None
        log.info("%d API keys are valid now", len(self._given) + len(self._stored))

    def _read(self) -> list[tuple[str, bytes]]:
        keys = {} if self._path is None else read_keys(self._path)
        return [(name, bytes.fromhex(key.sha256)) for name, key in keys.items()]

    def _stamp_now(self) -> Stamp | None:
        if self._path is None:
            return None
        try:
            found = os.stat(self._path)
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One writer at a time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.with_name(f"{path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}; the API keys cannot be kept there") from error


def _write(path: Path, keys: Mapping[str, StoredKey]) -> None:
    """The whole file or none of it; only its owner can read it."""
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump({name: asdict(key) for name, key in keys.items()}, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
