"""Rules for places that are only the asker's, and for which clauses of a question ask."""

from __future__ import annotations

import re
from functools import lru_cache

from tasks.fit_query.gazetteer import resolve
from tasks.fit_query.rules.classes import CLASSES, CONSUMED, NAMES
from tasks.fit_query.rules.rule import Question
from tasks.fit_query.words import word_bag

_TECHNOLOGY = frozenset({"TECHNOLOGY", "TECHNOLOGY_ONE", "TECHNOLOGY_MANY"})
_REQUEST = _TECHNOLOGY | {
    "SITE_ONE",
    "SITE_MANY",
    "COUNT",
    "RATE",
    "REVENUE",
    "REPOWERING",
    "AMOUNT",
    "TIME",
    "SUPER",
    "COMPARE",
    "AVERAGE",
    "TOTAL",
}


def without_story(question: Question) -> None:
    """Takes away places that only belong to the asker or to his story.

    A place behind "we're in …" is a filter only when the request refers back to it ("near there",
    "round here") and names none itself. The same holds for places in a clause that asks for nothing,
    when another clause does.
    """
    classes = question.classes
    if CLASSES["OWN"] in classes:
        _own_places(question)
    _people_from(question)
    places = [at for at, lexeme in enumerate(question.lexemes) if NAMES[lexeme.kind] in ("PLACE", "POSTCODE")]
    if not places:
        return
    parts = clauses(question)
    asking_parts = [asks(question, first, end) for first, end in parts]
    if not any(asking_parts) or all(asking_parts):
        return
    refers = question.has("REFER")
    for (first, end), asking in zip(parts, asking_parts, strict=True):
        inside = [at for at in places if first <= at < end and question.classes[at] != "_"]
        outside = [at for at in places if not first <= at < end and question.classes[at] != "_"]
        if asking or not inside or not _tells(question, first, end):
            continue
        if outside or (
            not refers and _FIRST_PERSON.match(question.text[question.lexemes[first].start - 0 if first else 0 :])
        ):
            for at in inside:
                question.consume(at, at + 1)


_FIRST_PERSON = re.compile(r"\s*(?:i|im|i'm|i’m|ive|i've|we|we're|we've|my|our|me and)\b", re.IGNORECASE)
_SENTENCE = re.compile(
    r"[.;?!\n]|,|:(?=\s)|\s[-–—]\s|\bso\b|\bbut\b|\band\b(?=\s+(?:i|we|show|find|list|give|need|want|can|could|please|which|what)\b)",
    re.IGNORECASE,
)


_STOPS = re.compile(r"[.;?!\n,]|:(?=\s)|\s[-–—]\s")
_JOINTS = frozenset({"so", "but", "and"})


@lru_cache(maxsize=16)
def _cuts(text: str) -> tuple[int, ...]:
    """Where the clauses of `text` end; kept, as several steps ask for those of the same text."""
    ends = _STOPS if _JOINTS.isdisjoint(word_bag(text)) else _SENTENCE
    return tuple(found.start() for found in ends.finditer(text))


def clauses(question: Question) -> list[tuple[int, int]]:
    """Runs of lexemes between stops, commas, "so" and "but": [first, end)."""
    cuts = _cuts(question.text)
    parts, first, number = [], 0, 0
    for at, lexeme in enumerate(question.lexemes):
        while number < len(cuts) and cuts[number] < lexeme.start:
            number += 1
            if at > first:
                parts.append((first, at))
                first = at
    parts.append((first, len(question.lexemes)))
    return parts


def asks(question: Question, first: int, end: int) -> bool:
    return any(NAMES[lexeme.kind] in _REQUEST for lexeme in question.lexemes[first:end])


_OF_STORIES = frozenset({"STORY", "UNKNOWN", "FOREIGN", "OWN", "COMPOUND"})
# "In Kent, Dorsset and Devon": a list of which one name is misspelt.
_LISTED_PLACES = frozenset({"PLACE", "POSTCODE", "UNKNOWN", "GROUP_OTHER", "AND", "OR", "COMMA", "STOP"})


def _tells(question: Question, first: int, end: int) -> bool:
    """Whether the clause has words of a story, rather than being an item of a list."""
    inside = question.lexemes[first:end]
    kinds = {NAMES[lexeme.kind] for lexeme in inside}
    if kinds <= _LISTED_PLACES and "UNKNOWN" in kinds:
        names = re.split(r"\s*(?:,|&|\band\b|\bor\b)\s*", question.text[inside[0].start : inside[-1].end])
        return any(name and resolve(name.removeprefix("the ")).place is None for name in names)
    return bool(kinds & _OF_STORIES)


# Filters of a request that no single word of another subject before it turns into another question.
_RICH = 3


def told(question: Question) -> list[bool]:
    """For each lexeme, whether it stands in a story before the request: words there ask for nothing."""
    parts = clauses(question)
    asking = [asks(question, first, end) for first, end in parts]
    flags: list[bool] = []
    for number, (first, end) in enumerate(parts):
        words = {NAMES[lexeme.kind] for lexeme in question.lexemes[first:end]}
        tells = words & {"STORY", "UNKNOWN", "OWN"} or ("FOREIGN" in words and len(question.reading) >= _RICH)
        is_story = not asking[number] and any(asking[number + 1 :]) and bool(tells)
        flags += [is_story] * (end - first)
    return flags


def _own_places(question: Question) -> None:
    own = CLASSES["OWN"]
    refers = question.has("REFER")
    names = [NAMES[lexeme.kind] for lexeme in question.lexemes]
    for at, character in enumerate(question.classes):
        if character != own:
            continue
        mine = _place_of(names, at)
        if mine is None:
            continue
        others = [other for other, name in enumerate(names) if name in ("PLACE", "POSTCODE") and not at < other <= mine]
        if others or not refers:
            for place in range(at, mine + 1):
                if (
                    names[place] in ("PLACE", "POSTCODE", "UNKNOWN", "STORY", "COMMA", "SIZE", "AND", "OR")
                    or place == at
                    or names[place] in _TECHNOLOGY
                ):
                    question.consume(place, place + 1)


_PEOPLE_FROM = re.compile(r"\b(?:i['’]?m|i am|we['’]?re|we are)\b[^.,;:?!]{0,40}\bfrom\s+$", re.IGNORECASE)


def _people_from(question: Question) -> None:
    """Takes away where people come from: "we are two teachers from Hove hoping to see turbines in Kent"."""
    names = [NAMES[kind] if kind != CONSUMED else "" for kind in question.classes]
    where = [at for at, name in enumerate(names) if name in ("PLACE", "POSTCODE")]
    for at in where[:-1]:
        if _PEOPLE_FROM.search(question.text[: question.lexemes[at].start]):
            question.consume(at, at + 1)


def _place_of(names: list[str], at: int) -> int | None:
    """Position of the place that "we're in" at `at` names: the last of a list or of a qualified one."""
    for place in range(at + 1, min(at + 5, len(names))):
        if names[place] in ("PLACE", "POSTCODE"):
            while names[place + 1 : place + 3] in (["AND", "PLACE"], ["OR", "PLACE"], ["COMMA", "PLACE"]):
                place += 2
            return place
        if names[place] in ("STOP", "MORE", "LESS", "IN", "NEAR"):
            return None
    return None
