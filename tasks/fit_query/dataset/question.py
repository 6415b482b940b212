"""A question under construction: text with marked quotations, and what it means.

While a question is put together, each value that the reading quotes is wrapped in private-use
characters. Casing and typing errors are applied to the text later; the reading then takes its
quotations out of the finished text, so that text and reading cannot drift apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tasks.fit_query.dataset.phrases import said

OPEN, CLOSE = "\ue000", "\ue001"
FIRST_MARK = 0xE100
SPAN = re.compile(f"{OPEN}(.)(.*?){CLOSE}", re.DOTALL)


class Marks:
    """Hands out the marks of one question's quotations."""

    def __init__(self) -> None:
        self._used = 0

    def quote(self, text: str) -> tuple[str, str]:
        """(text wrapped in a new mark, the mark by which a reading refers to it)."""
        mark = chr(FIRST_MARK + self._used)
        self._used += 1
        return f"{OPEN}{mark}{text}{CLOSE}", mark


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that a question asks for, and the ways of saying it by position.

    `forms` maps a position to templates: `head` (holds {set}), `pre` (before the noun), `post` (after
    the noun), `rel` (after the noun only: "that ..."), `bare` (search box), `tail` (end of the
    sentence), `sent` (a sentence of its own). `slots` fills the templates; `number` is 's' where the
    noun must be singular. `reading` and `answer` are the clause's share of both.
    """

    kind: str
    forms: dict[str, list[str]]
    reading: dict[str, Any]
    answer: dict[str, Any]
    slots: dict[str, str] = field(default_factory=dict)
    number: str = "p"

    def has(self, position: str) -> bool:
        return bool(self.forms.get(position))


def finished(marked: str, reading: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The plain text, and the reading with each mark replaced by its words as they now stand."""
    quotes = {found.group(1): found.group(2) for found in SPAN.finditer(marked)}

    def words(value: Any) -> Any:
        if isinstance(value, list):
            return [words(item) for item in value]
        if isinstance(value, str) and len(value) == 1 and ord(value) >= FIRST_MARK:
            return quotes[value]
        return value

    return SPAN.sub(r"\2", marked), {key: words(value) for key, value in reading.items()}


def text_of(rng: Random, clause: Clause, position: str) -> str:
    """The clause's words in one position."""
    return said(rng, clause.forms[position], clause.slots)
