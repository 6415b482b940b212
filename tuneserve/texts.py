"""`Texts`: what every model wrote for every question, so that no interrupted scoring asks twice."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tuneserve.manifest import sha256_of_json
from tuneserve.task import JsonObject

Chat = Sequence[Mapping[str, str]]


class Texts:
    """A JSON Lines file of [reader, prompt, text, confidence]; the last is missing where nothing told it.

    `reader` must name the weights and whatever else decides what is written (sha256, library, token
    limit), since texts are taken for as long as it is the same.
    """

    def __init__(self, path: Path) -> None:
        """Reads what is there. A last line that a killed process left unfinished is cut off."""
        self._path = path
        self._known: dict[tuple[str, str], tuple[str, float | None]] = {}
        if path.is_file():
            self._read()

    def _read(self) -> None:
        whole = 0
        with self._path.open("rb") as lines:
            for line in lines:
                try:
                    reader, prompt, text, *more = json.loads(line)
                except ValueError:
                    break
                if not line.endswith(b"\n"):
                    break
                self._known[reader, prompt] = text, more[0] if more else None
                whole += len(line)
        if whole < self._path.stat().st_size:
            # What is written next must begin a line of its own.
            with self._path.open("r+b") as file:
                file.truncate(whole)

    def get(self, reader: str, prompt: str) -> str | None:
        return self._known.get((reader, prompt), (None, None))[0]

    def confidence(self, reader: str, prompt: str) -> float | None:
        """The probability that the model gave its own text, where that was told."""
        return self._known.get((reader, prompt), (None, None))[1]

    def add(self, reader: str, prompt: str, text: str, confidence: float | None = None) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8", newline="\n") as out:
            row = [reader, prompt, text] if confidence is None else [reader, prompt, text, confidence]
            out.write(json.dumps(row) + "\n")
        self._known[reader, prompt] = text, confidence


def prompt_key(chat: Chat, schema: JsonObject | None = None) -> str:
    """`prompt` for a chat; `schema` where a grammar holds the model to it."""
    asked = json.dumps([[message["role"], message["content"]] for message in chat], ensure_ascii=False)
    return asked if schema is None else f"{asked} held to {sha256_of_json(schema)}"
