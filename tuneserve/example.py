"""Rows of a data set: `Example` (trained on) and `Case` (written by hand, only ever scored)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from tuneserve.errors import DataError


@dataclass(frozen=True, slots=True)
class Example:
    """One supervised example.

    `messages` is a chat of {"role", "content"}; the last is the assistant's canonical JSON, the one
    before it the user's text. `answer` is what grounding must make of it. Examples of one `group` are
    near-duplicates of each other and stay in one split. `tags[0]` is the category.
    """

    id: str
    messages: tuple[dict[str, str], ...]
    answer: dict[str, Any]
    source: str
    group: str
    tags: tuple[str, ...]

    @property
    def text(self) -> str:
        return self.messages[-2]["content"]

    @property
    def target(self) -> str:
        return self.messages[-1]["content"]

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "messages": list(self.messages),
            "answer": self.answer,
            "source": self.source,
            "group": self.group,
            "tags": list(self.tags),
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Example:
        return cls(
            id=row["id"],
            messages=tuple(row["messages"]),
            answer=row["answer"],
            source=row["source"],
            group=row["group"],
            tags=tuple(row["tags"]),
        )


@dataclass(frozen=True, slots=True)
class Case:
    """A hand-written input with its expected answer; `today` is the day it was asked, where that matters."""

    query: str
    expected: dict[str, Any]
    tags: tuple[str, ...] = field(default=())
    today: date | None = None


def json_lines(path: Path) -> Iterator[tuple[int, Any]]:
    """(line number from 1, value) of each line that is not blank.

    Raises DataError with path and line number on a line that is not JSON, or a file that is not there.
    """
    if not path.is_file():
        raise DataError(f"{path}: no such file")
    with path.open(encoding="utf-8-sig") as lines:
        try:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    try:
                        yield number, json.loads(line)
                    except json.JSONDecodeError as error:
                        raise DataError(f"{path}:{number}: not JSON: {error.msg} (column {error.colno})") from error
        except UnicodeDecodeError as error:
            raise DataError(f"{path}: not UTF-8 text: {error.reason} at byte {error.start}") from error


def read_cases(path: Path) -> list[Case]:
    """Cases of a JSON Lines file; `query` and `input` are the same key.

    Raises DataError with the line number on a line that is no case, and on a file without any.
    """
    cases = []
    for number, row in json_lines(path):
        text = row.get("query", row.get("input")) if isinstance(row, dict) else None
        if not isinstance(text, str) or not isinstance(row.get("expected"), dict):
            raise DataError(f'{path}:{number}: a case is {{"query": "…", "expected": {{…}}, "tags": […]}}')
        tags = row.get("tags", [])
        if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
            raise DataError(f"{path}:{number}: tags must be a list of strings")
        cases.append(Case(text, row["expected"], tuple(tags), _day(row.get("today"), f"{path}:{number}")))
    if not cases:
        raise DataError(f"{path}: no cases in it")
    return cases


def _day(text: object, where: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(str(text))
    except ValueError as error:
        raise DataError(f"{where}: today must be a date like 2026-01-31, not {text!r}") from error


def read_examples(path: Path) -> list[Example]:
    """Examples of a JSON Lines file, as `write_examples` wrote it."""
    examples = []
    for number, row in json_lines(path):
        try:
            examples.append(Example.from_json(row))
        except (KeyError, TypeError) as error:
            raise DataError(f"{path}:{number}: not an example: {error}") from error
    return examples


def write_examples(path: Path, examples: Iterable[Example]) -> int:
    """Writes one example a line (UTF-8, `\\n`), the same bytes for the same examples; returns how many."""
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for example in examples:
            out.write(json.dumps(example.as_json(), ensure_ascii=False, separators=(",", ":")) + "\n")
            count += 1
    return count
