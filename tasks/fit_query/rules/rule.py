"""`Rule`: a name, a pattern over the classes of a question's lexemes, and what it makes of a match.

    @rule("capacity or time: bound before the figure", "(?P<bound>MORE|LESS) ABOUT? (?P<figure>VALUE)")
    def _(question: Question, found: Match) -> bool | None: ...

Names in capitals are lexeme classes (lexeme.CLASSES) or MACROS; blanks mean nothing. A rule that
returns False declines: the lexemes stay. Otherwise they are consumed, and later rules do not see them.
Rules run in the order in which they are listed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tasks.fit_query.rules.lexeme import CLASSES, CONSUMED, Lexeme

MACROS = {
    "VALUE": "(?:AMOUNT|TIME|NUMBER|YEAR|DATE)",
    "FIGURE": "(?:AMOUNT|NUMBER|YEAR)",
    "DAY": "(?:YEAR|DATE)",
    "COUNTED": "(?:NUMBER|YEAR)",
    "KIND": "(?:TECHNOLOGY|TECHNOLOGY_ONE|TECHNOLOGY_MANY)",
    "ONE": "(?:TECHNOLOGY_ONE|SITE_ONE)",
    "MANY": "(?:TECHNOLOGY_MANY|SITE_MANY)",
    "NOUN": "(?:TECHNOLOGY|TECHNOLOGY_ONE|TECHNOLOGY_MANY|SITE_ONE|SITE_MANY)",
}
_NAME = re.compile(r"\b[A-Z][A-Z_]+\b")


class Unreadable(Exception):
    """The question has a part that looks like a filter and that the rules do not understand."""


class Unsupported(Exception):
    """The question asks for what no field can say."""


@dataclass
class Question:
    """A question while rules read it. `classes` has one character a lexeme; consumed ones are "_".

    `doubts` makes an otherwise good reading unreadable.
    """

    text: str
    lexemes: list[Lexeme]
    today: date
    classes: str = ""
    reading: dict[str, Any] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    _present_of: str = ""
    _present: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.classes = "".join(lexeme.kind for lexeme in self.lexemes)

    @property
    def present(self) -> frozenset[str]:
        """The classes of all lexemes that are left."""
        if self._present_of is not self.classes:
            self._present_of, self._present = self.classes, frozenset(self.classes)
        return self._present

    @property
    def whereabouts(self) -> int:
        """How many places and postcodes are read."""
        read = self.reading
        return len(read.get("locations", ())) + len(read.get("postcodes", ())) + ("location" in read)

    def put(self, key: str, value: object) -> None:
        """Sets a key of the reading; raises Unreadable when it is there with another value."""
        if self.reading.setdefault(key, value) != value:
            raise Unreadable(key)

    def consume(self, first: int, end: int) -> None:
        self.classes = self.classes[:first] + CONSUMED * (end - first) + self.classes[end:]

    def retype(self, at: int, name: str) -> None:
        self.classes = self.classes[:at] + CLASSES[name] + self.classes[at + 1 :]

    def has(self, *names: str) -> bool:
        """Whether a lexeme of one of these classes is left."""
        return any(CLASSES[name] in self.classes for name in names)

    def quote(self, at: int) -> str:
        return self.text[self.lexemes[at].start : self.lexemes[at].end]

    def between(self, left: int, right: int) -> str:
        """The text between two lexemes."""
        return self.text[self.lexemes[left].end : self.lexemes[right].start]


class Match:
    """A match of a rule's pattern: positions of lexemes."""

    def __init__(self, question: Question, match: re.Match[str]) -> None:
        self.question = question
        self.match = match
        self.start, self.end = match.span()

    def at(self, group: str) -> int | None:
        """Position of the first lexeme of `group`, or None where it matched nothing."""
        start, end = self.match.span(group)
        return start if end > start >= 0 else None

    def place(self, group: str) -> int:
        """Position of the first lexeme of a group that always matches."""
        return self.match.start(group)

    def quote(self, group: str) -> str | None:
        at = self.at(group)
        return None if at is None else self.question.quote(at)

    def lexeme(self, group: str) -> Lexeme:
        return self.question.lexemes[self.match.start(group)]

    def has(self, group: str) -> bool:
        return self.at(group) is not None


Action = Callable[[Question, Match], bool | None]


@dataclass(frozen=True)
class Rule:
    name: str
    pattern: re.Pattern[str]
    action: Action
    # Each match has one of these classes: a cheap look before the pattern.
    needs: frozenset[str]

    def apply(self, question: Question) -> None:
        for found in self.pattern.finditer(question.classes):
            if CONSUMED in question.classes[found.start() : found.end()]:
                continue
            if self.action(question, Match(question, found)) is not False:
                question.consume(*found.span())


class Rules:
    """Rules in the order in which they are defined, each under its own name."""

    def __init__(self) -> None:
        self.listed: list[Rule] = []
        self._needed: frozenset[str] = frozenset()

    def __call__(self, name: str, pattern: str) -> Callable[[Action], Action]:
        if any(rule.name == name for rule in self.listed):
            raise ValueError(f"two rules are named '{name}'")

        def add(action: Action) -> Action:
            written = compiled(pattern)
            rule = Rule(name, re.compile(written), action, needed(written))
            self.listed.append(rule)
            self._needed |= rule.needs
            return action

        return add

    def apply(self, question: Question) -> None:
        present = question.present
        if self._needed.isdisjoint(present):
            return  # unless a rule matches, nothing changes what the next one finds
        for rule in self.listed:
            if not rule.needs.isdisjoint(present):
                rule.apply(question)
                present = question.present


_PIECE = re.compile(
    r"(?P<look>\(\?<?[=!])|(?P<open>\((?:\?:|\?P<\w+>)?)|(?P<close>\))|(?P<bar>\|)|(?P<may>[?*])|\+|[$^]"
    r"|\[(?P<no>\^)?(?P<set>[^\]]+)\]|(?P<one>.)"
)


def needed(pattern: str) -> frozenset[str]:
    """Characters of which each match of `pattern` has one, the fewest that are sure.

    `pattern` has characters, sets of them, groups, alternatives, looks to either side, "?", "*" and "+" only.
    Raises ValueError for one that may match nothing.
    """
    found, _ = _needed(list(_PIECE.finditer(pattern)), 0)
    if not found:
        raise ValueError(f"the pattern '{pattern}' may match nothing")
    return found


def _needed(pieces: list[re.Match[str]], at: int) -> tuple[frozenset[str], int]:
    """What is sure up to the end of the group at `at`, and where it ends; empty where nothing is."""
    branches: list[list[frozenset[str]]] = [[]]
    while at < len(pieces) and not pieces[at]["close"]:
        kind, written = pieces[at].lastgroup, pieces[at].group()
        at += 1
        found: frozenset[str] = frozenset()
        if kind == "bar":
            branches.append([])
            continue
        if kind in ("look", "open"):
            found, at = _needed(pieces, at)
            at += 1
        elif kind == "one":
            found = frozenset(written)
        elif kind == "set" and not pieces[at - 1]["no"]:
            found = frozenset(pieces[at - 1]["set"])
        if at < len(pieces) and pieces[at]["may"]:
            at += 1
        elif found and kind != "look":
            branches[-1].append(found)
    least = [min(branch, key=len, default=frozenset()) for branch in branches]
    return (frozenset().union(*least) if all(least) else frozenset()), at


def compiled(pattern: str) -> str:
    """The regular expression of a pattern over class names."""
    parts = re.split(r"(\?P<\w+>|\?P=\w+|\(\?[:!=<]+)", pattern)
    return (
        "".join(part if part.startswith(("?", "(?")) else _with_characters(part) for part in parts)
        .replace(" ", "")
        .replace("\n", "")
    )


def _with_characters(part: str) -> str:
    def character(found: re.Match[str]) -> str:
        name = found.group()
        return _with_characters(MACROS[name]) if name in MACROS else CLASSES[name]

    return _NAME.sub(character, part)
