"""`settled`: lexemes of a question that is written like a query string, with what its signs stand for.

    after:2012-06-30   AFTER DATE          limit=10          LIMIT NUMBER        rows=10   LIMIT NUMBER
    built < 2013       BUILT BEFORE YEAR   sort=newest       SORT BY SUPER       yr>=2012  BUILT SINCE YEAR

">" and "<" before a year are a capacity's unless a word for dates stands before them, as "wind > 2000" may be one.
"""

from __future__ import annotations

from tasks.fit_query.rules.classes import CLASSES, NAMES, Lexeme

_TAKES_VALUE = frozenset(
    {
        "AFTER",
        "BEFORE",
        "SINCE",
        "UNTIL",
        "FROM",
        "TO",
        "MORE",
        "LESS",
        "ABOUT",
        "LIMIT",
        "TOP",
        "FIRST",
        "SORT",
        "IN",
        "BY",
    }
)
_WHERE = frozenset({"loc", "place", "county", "town", "region", "postcode", "area", "where"})
_NO_FIELD = frozenset({"UNKNOWN", "STORY", "FOREIGN", "COMPOUND", "COUNT", "SITE_ONE", "SITE_MANY", "NUMBER"})
_EXCLUDABLE = frozenset({"PLACE", "POSTCODE", "TECHNOLOGY", "TECHNOLOGY_ONE", "TECHNOLOGY_MANY"})
_SEPARATORS = frozenset({":", "="})
_DATE_SIGNS = {">": "AFTER", ">=": "SINCE", "=>": "SINCE", "≥": "SINCE", "<": "BEFORE", "<=": "UNTIL"}
_DATE_SIGNS |= {"=<": "UNTIL", "≤": "UNTIL"}
_SIGNS = ("<", ">", "=", "≤", "≥", ":", " -")
_ROWS = frozenset({"rows", "results", "records", "entries", "hits"})
_DAYS = frozenset({"YEAR", "DATE"})


def settled(text: str, found: list[Lexeme]) -> list[Lexeme]:
    """`found` without separators behind a word that takes a value, and with date signs as words for dates."""
    if not any(sign in text for sign in _SIGNS):
        return found
    for at in range(1, len(found) - 1):
        if found[at].key in _DATE_SIGNS and NAMES[found[at + 1].kind] in _DAYS and _dated(found, at):
            found[at] = found[at]._replace(kind=CLASSES[_DATE_SIGNS[found[at].key]])
            if found[at - 1].value == "year" or NAMES[found[at - 1].kind] == "DATE_WORD":
                found[at - 1] = found[at - 1]._replace(kind=CLASSES["BUILT"], value=None)
    if " -" in text:
        found = _with_doubts(text, found)
    if not any(one.key in _SEPARATORS for one in found):
        return found
    kept: list[Lexeme] = []
    for at, lexeme in enumerate(found):
        behind = NAMES[found[at + 1].kind] if at + 1 < len(found) else ""
        if not kept or lexeme.key not in _SEPARATORS or not behind or _is_spaced(text, lexeme):
            kept.append(lexeme)
        elif kept[-1].key in _ROWS and behind == "NUMBER":
            kept[-1] = kept[-1]._replace(kind=CLASSES["LIMIT"])
        elif kept[-1].key in _WHERE and behind in ("PLACE", "POSTCODE"):
            kept.pop()
        elif lexeme.key == "=" and behind == "NUMBER" and NAMES[kept[-1].kind] in _NO_FIELD:
            kept.append(lexeme._replace(kind=CLASSES["DOUBT"]))
        elif NAMES[kept[-1].kind] == "SORT":
            kept.append(lexeme._replace(kind=CLASSES["BY"]))
        elif NAMES[kept[-1].kind] not in _TAKES_VALUE:
            kept.append(lexeme)
    return kept


def _with_doubts(text: str, found: list[Lexeme]) -> list[Lexeme]:
    """`found` with a doubt before "-wind" or "-kent" behind a blank, which may leave it out."""
    kept: list[Lexeme] = []
    for lexeme in found:
        if kept and NAMES[lexeme.kind] in _EXCLUDABLE and text[lexeme.start - 2 : lexeme.start] == " -":
            kept.append(Lexeme(CLASSES["DOUBT"], lexeme.start - 1, lexeme.start))
        kept.append(lexeme)
    return kept


def _is_spaced(text: str, lexeme: Lexeme) -> bool:
    """Whether a colon ends a clause rather than a field's name: a blank stands behind it."""
    return lexeme.key == ":" and text[lexeme.end : lexeme.end + 1].isspace()


def _dated(found: list[Lexeme], at: int) -> bool:
    """Whether the sign at `at` bounds a date: a word for dates, or a date bounded so, is before it."""
    before = found[at - 1]
    name = NAMES[before.kind]
    if name == "DATE_WORD" or (name == "BUILT" and before.key != "running") or before.value == "year":
        return True
    if NAMES[found[at + 1].kind] == "DATE" and name not in ("CAPACITY", "LEFT", "EXPIRE", "SUPPORT"):
        return True
    return at > 2 and name in ("AND", "COMMA") and NAMES[found[at - 2].kind] in _DAYS and _bounds_date(found[at - 3])


def _bounds_date(lexeme: Lexeme) -> bool:
    return lexeme.key in _DATE_SIGNS and NAMES[lexeme.kind] in ("AFTER", "SINCE", "BEFORE", "UNTIL")
