"""`TextPolicy`: whether the log keeps the text of a question, a keyed hash of it, or nothing.

Applied before anything is written anywhere, the spool included. Under 'hash' and 'drop' the messages of
problems go too, since they quote the question; their codes and fields stay.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from tuneserve.errors import SettingsError
from tuneserve.task import JsonObject, Problem

log = logging.getLogger(__name__)

Text = Literal["keep", "hash", "drop"]
HASHED = "hmac-sha256:"


class TextPolicy:
    """`key` is for 'hash': who has it can find out whether a text that he guesses was asked."""

    def __init__(self, text: Text = "keep", key: bytes = b"") -> None:
        self.text = text
        self._key = key

    def question(self, text: str) -> str:
        """What the log says the question was. The same text has the same hash, so that it can be counted."""
        if self.text == "keep":
            return text
        if self.text == "drop":
            return ""
        return HASHED + hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()

    def problems(self, problems: Sequence[Problem]) -> list[JsonObject]:
        shown = [problem.as_json() for problem in problems]
        if self.text != "keep":
            for problem in shown:
                del problem["message"]
        return shown


def text_key(folder: Path) -> bytes:
    """The key of this data folder's hashes, made on first use: `text.key`, which its owner alone may read.

    Several gateways that share a database share a key by TUNESERVE_LOG_KEY instead. Raises SettingsError.
    """
    path = folder / "text.key"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f".text.key.{os.getpid()}.{secrets.token_hex(4)}"
        if not path.exists():
            with os.fdopen(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(secrets.token_hex(32))
            try:
                os.link(partial, path)  # fails when another gateway was first: then its key counts
            except FileExistsError:
                log.debug("%s was made by another gateway at the same time", path)
            finally:
                partial.unlink()
        key = path.read_text(encoding="ascii").strip().encode()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}; set TUNESERVE_LOG_KEY, or TUNESERVE_LOG_TEXT=drop") from error
    if len(key) < 32:
        raise SettingsError(f"{path}: the key is damaged; restore it, or delete it to begin with other hashes")
    return key
