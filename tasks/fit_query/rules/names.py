"""Names of places that are other words too, and postcode areas in small letters, where the sentence is bare enough."""

from __future__ import annotations

import re

from tasks.fit_query.gazetteer import resolve
from tasks.fit_query.postcodes import areas
from tasks.fit_query.rules.classes import CLASSES, NAMES, Lexeme
from tasks.fit_query.rules.rule import Question

_WORDS_OF_LANGUAGE = frozenset(
    {"UNKNOWN", "STORY", "FOREIGN", "COMPOUND", "OWN", "NOT", "CORRECTION", "WHICH", "REFER"}
)
_TECHNOLOGY = frozenset({"TECHNOLOGY", "TECHNOLOGY_ONE", "TECHNOLOGY_MANY", "SITE_ONE", "SITE_MANY"})
_FILTERS = _TECHNOLOGY | {
    "AMOUNT",
    "TIME",
    "YEAR",
    "DATE",
    "MORE_AFTER",
    "LESS_AFTER",
    "LEFT",
    "BUILT",
    "SIZE",
    "CAPACITY",
}
_JOINS = frozenset({"AND", "OR", "COMMA", "SLASH", "COMPARE", "PLUS"})
_LEADING = frozenset({"IN", "NEAR", "ABOUT", "FROM", "TO", "WITHIN"})
_BEFORE_NAMES = re.compile(r"\b(?:to|at|in|near|from|visiting|around|round|of|for)\s+$", re.IGNORECASE)
_MOST_WORDS = 9
_FEW_LETTERS = 4
_LEAST_OF_ROW = 4


def is_terse(question: Question, *but: int) -> bool:
    """Whether the question is a row of filters ("old wind farms mull"), but for the words at `but`."""
    words = re.findall(r"[^\W_]+", question.text)
    return len(words) <= _MOST_WORDS and not any(
        NAMES[lexeme.kind] in _WORDS_OF_LANGUAGE for at, lexeme in enumerate(question.lexemes) if at not in but
    )


def _name_of(question: Question, at: int) -> str:
    return NAMES[question.lexemes[at].kind] if 0 <= at < len(question.lexemes) else ""


def stands_as_name(question: Question, at: int) -> bool:
    """Whether the word at `at`, which is a place's name by its letters, is meant as one here.

    It is in a list or comparison of places, written large behind "in" or a comma, and at the end of a bare row
    of filters.
    """
    lexeme = question.lexemes[at]
    written = question.quote(at)
    if len(written) < 3 or not resolve(written).place:
        return False
    before, behind = _name_of(question, at - 1), _name_of(question, at + 1)
    if before in _JOINS and _name_of(question, at - 2) in ("PLACE", "POSTCODE"):
        if len(written) < _FEW_LETTERS:
            return behind in _TECHNOLOGY
        return before == "COMPARE" or behind in _JOINS | {"", "STOP"} | _TECHNOLOGY or written[0].isupper()
    if len(written) < _FEW_LETTERS:
        return False
    large = written[0].isupper() and not question.text.isupper() and lexeme.start > 0
    if large and before in _FILTERS and is_terse(question, at):
        return True
    if large and (before in _LEADING | {"COMMA"} or _BEFORE_NAMES.search(question.text[: lexeme.start])):
        return behind not in _WORDS_OF_LANGUAGE or not written[0].isupper() or _followed_by_clause(question, at)
    if _stands_in_row(question, at, before, behind):
        return True
    return (
        NAMES[lexeme.kind] in ("UNKNOWN", "STORY")
        and at == len(question.lexemes) - 1
        and before in _FILTERS
        and not question.text[lexeme.end :].strip(" .?!")
        and is_terse(question, at)
    )


def _stands_in_row(question: Question, at: int, before: str, behind: str) -> bool:
    """Whether the word stands in a bare row of filters where a place does.

    It is between a technology and a bound ("solar farms wilts min 1mw"), or the first of a list of places that
    begins the row ("wells or ba6 solar", "diss or eye ad").
    """
    if NAMES[question.lexemes[at].kind] not in ("UNKNOWN", "STORY"):
        return False
    if before in _TECHNOLOGY and behind in ("MORE", "LESS"):
        return is_terse(question, at)
    if at or behind not in ("OR", "AND", "SLASH", "COMMA") or len(question.lexemes) < _LEAST_OF_ROW:
        return False
    other = question.lexemes[2]
    if NAMES[other.kind] in ("PLACE", "POSTCODE"):
        return is_terse(question, at)
    listed = NAMES[other.kind] == "UNKNOWN" and bool(resolve(question.quote(2)).place)
    return listed and _name_of(question, 3) in _TECHNOLOGY and is_terse(question, at, 2)


def _followed_by_clause(question: Question, at: int) -> bool:
    """Whether small letters follow: "to Wick next week", against "Sale Agreed Ltd"."""
    return bool(re.match(r"\s*[,.;?!]|\s+[a-z]", question.text[question.lexemes[at].end :]))


def find_terse_areas(question: Question) -> None:
    """Postcode areas in small letters in a bare row of filters: "hydro ld", "ze wind gt 50kw"."""
    for at in range(len(question.lexemes)) if len(question.lexemes) > 1 else ():
        lexeme = question.lexemes[at]
        if (
            lexeme.end - lexeme.start == 2
            and NAMES[lexeme.kind] in ("UNKNOWN", "ABOUT")
            and (NAMES[lexeme.kind] == "UNKNOWN" or at == len(question.lexemes) - 1)
            and question.quote(at).upper() in areas()
            and (_name_of(question, at - 1) if at else _name_of(question, 1)) in _FILTERS | {"PLACE", "POSTCODE"}
            and is_terse(question, at)
        ):
            question.lexemes[at] = Lexeme(CLASSES["POSTCODE"], lexeme.start, lexeme.end)
            question.retype(at, "POSTCODE")
