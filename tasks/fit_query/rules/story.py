"""Rules for what surrounds a request: corrections, where the asker is, and the story before it."""

from __future__ import annotations

import re

from tasks.fit_query.rules.lexeme import CLASSES, NAMES, Lexeme
from tasks.fit_query.rules.rule import Question

_TECHNOLOGY = frozenset({"TECHNOLOGY", "TECHNOLOGY_ONE", "TECHNOLOGY_MANY"})
_FAMILIES = (
    frozenset({"PLACE", "POSTCODE"}),
    frozenset({"AMOUNT", "NUMBER"}),
    _TECHNOLOGY,
    frozenset({"YEAR", "DATE", "MONTH"}),
    frozenset({"TIME"}),
    frozenset({"SIZE"}),
    frozenset({"SUPER"}),
    frozenset({"GROUP"}),
    frozenset({"COUNT", "TOTAL", "AVERAGE"}),
)
_BOUNDS = frozenset(
    {
        "MORE",
        "LESS",
        "BETWEEN",
        "ABOUT",
        "EXACT",
        "SINCE",
        "AFTER",
        "BEFORE",
        "UNTIL",
        "BY",
        "FROM",
        "IN",
        "NEAR",
        "TOP",
        "WHICH",
    }
)
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
_PUNCTUATION = frozenset({"COMMA", "STOP", "DASH", "OPEN", "CLOSE", "AND", "OR", "BUT"})
_LOST = _PUNCTUATION | _BOUNDS | {"NOT", "UNKNOWN", "STORY"}


def corrected(lexemes: list[Lexeme]) -> list[Lexeme]:
    """`lexemes` without what the asker took back: "Devon, sorry, Dorset" -> Dorset.

    The value behind the marker replaces the nearest one of its family before it, with all that stands
    between the two. Where the correction begins with a bound, the old bound goes too. A marker without
    such a value ("sorry to bother you") means nothing and goes.
    """
    marker = CLASSES["CORRECTION"]
    for _ in range(4):
        at = next((at for at, lexeme in enumerate(lexemes) if lexeme.kind == marker), None)
        at = at if at is not None else _spoken_no(lexemes)
        if at is None:
            return lexemes
        lexemes = _without_corrected(lexemes, at)
    return lexemes


def _spoken_no(lexemes: list[Lexeme]) -> int | None:
    """Position of a "no" between commas ("in 2012, no, 2013") or of a "not" that only contrasts."""
    names = [NAMES[lexeme.kind] for lexeme in lexemes]
    for at in range(1, len(names) - 1):
        if (
            lexemes[at].key == "no"
            and names[at] in ("NOT", "ID")
            and names[at - 1] in ("COMMA", "STOP", "DASH")
            and (names[at + 1] in ("COMMA", "STOP", "DASH", "PLACE", "YEAR", "AMOUNT") or names[at + 1] in _TECHNOLOGY)
        ):
            return at
    return None


def _without_corrected(lexemes: list[Lexeme], at: int) -> list[Lexeme]:
    names = [NAMES[lexeme.kind] for lexeme in lexemes]
    start = at + 1
    while start < len(names) and (names[start] in _PUNCTUATION or names[start] in ("CORRECTION", "NOT")):
        start += 1
    value = start
    while value < len(names) and names[value] in _BOUNDS and value - start < 3:
        value += 1
    family = next((family for family in _FAMILIES if value < len(names) and names[value] in family), None)
    if family is not None:
        for old in range(at - 1, -1, -1):
            if names[old] in family or (value > start and names[old] in ("NUMBER", "AMOUNT") and family & {"TIME"}):
                return _spliced(lexemes, names, old, at, start, value)
    return lexemes[:at] + lexemes[at + 1 :]


def _spliced(lexemes: list[Lexeme], names: list[str], old: int, at: int, start: int, value: int) -> list[Lexeme]:
    bound_again = value > start
    first = old
    if bound_again:
        while first and names[first - 1] in _BOUNDS:
            first -= 1
    # A filter that stands between the old value and the marker stays: "over 100kW in Kent, sorry, 200kW".
    kept = [lexemes[i] for i in range(old + 1, at) if names[i] not in _LOST]
    return lexemes[:first] + kept + lexemes[start:]


def without_story(question: Question) -> None:
    """Takes away places that only belong to the asker or to his story.

    A place behind "we're in …" is a filter only when the request refers back to it ("near there",
    "round here") and names none itself. The same holds for places in a clause that asks for nothing,
    when another clause does.
    """
    classes = question.classes
    if CLASSES["OWN"] in classes:
        _own_places(question)
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
    r"[.;?!\n]|,|\s[-–—]\s|\bso\b|\bbut\b|\band\b(?=\s+(?:i|we|show|find|list|give|need|want|can|could|please|which|what)\b)",
    re.IGNORECASE,
)


def clauses(question: Question) -> list[tuple[int, int]]:
    """Runs of lexemes between stops, commas, "so" and "but": [first, end)."""
    cuts = [found.start() for found in _SENTENCE.finditer(question.text)]
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


def _tells(question: Question, first: int, end: int) -> bool:
    """Whether the clause has words of a story, rather than being an item of a list."""
    return any(
        NAMES[lexeme.kind] in ("STORY", "UNKNOWN", "FOREIGN", "OWN", "COMPOUND")
        for lexeme in question.lexemes[first:end]
    )


def told(question: Question) -> list[bool]:
    """For each lexeme, whether it stands in a story before the request: words there ask for nothing."""
    parts = clauses(question)
    asking = [asks(question, first, end) for first, end in parts]
    flags: list[bool] = []
    for number, (first, end) in enumerate(parts):
        words = {NAMES[lexeme.kind] for lexeme in question.lexemes[first:end]}
        is_story = not asking[number] and any(asking[number + 1 :]) and bool(words & {"STORY", "UNKNOWN", "OWN"})
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
                    names[place] in ("PLACE", "POSTCODE", "UNKNOWN", "STORY", "COMMA", "SIZE")
                    or place == at
                    or names[place] in _TECHNOLOGY
                ):
                    question.consume(place, place + 1)


def _place_of(names: list[str], at: int) -> int | None:
    """Position of the place that "we're in" at `at` names: the last of a qualified one."""
    for place in range(at + 1, min(at + 5, len(names))):
        if names[place] in ("PLACE", "POSTCODE"):
            return place
        if names[place] in ("STOP", "MORE", "LESS", "IN", "NEAR"):
            return None
    return None
