"""Rules for superlatives and sorts; limits.py has those for numbers of rows."""

from __future__ import annotations

import re

from tasks.fit_query.rules.lexeme import NAMES
from tasks.fit_query.rules.rule import Match, Question, Rules, Unsupported, compiled

early = Rules()

_ONE = frozenset({"TECHNOLOGY_ONE", "SITE_ONE"})
_MANY = frozenset({"TECHNOLOGY_MANY", "SITE_MANY"})
_NOUNS = re.compile(
    compiled(
        "(?:SIZE|COMMA|AND|OR|BUILT|CAPACITY|PLACE|SLASH|POSTCODE|UNKNOWN|AMOUNT|YEAR|LEFT|EXPIRE)*?((?:KIND|ONE|MANY|AND|OR|COMMA)*)"
    )
)


@early(
    "sort: from one end to the other",
    """
    SORT? (?:BY|FROM|IN)* (?P<from>SUPER) (?:TO|FIRST TO|DASH) (?P<to>SUPER|EXTREME) FIRST?
    """,
)
def _(question: Question, found: Match) -> None:
    question.put("sort", found.lexeme("from").value)


_DEFAULT = {"capacity": "desc", "commissioning_date": "desc", "fit_remaining": "asc"}


@early(
    "sort: by a field",
    """(?P<said>SORT|GROUPED)? (?P<way>DIRECTION)? (?:BY|IN|FROM|STOP|EXACT)*
    (?P<way_within>DIRECTION)? (?:BY|IN|TOTAL)*
    (?P<field>CAPACITY|DATE_WORD|LEFT|EXPIRE|SUPPORT|BUILT|GROUP|REVENUE|UNIT|RATE|GROUP_OTHER|COUNT)
    (?P<more>CAPACITY|DATE_WORD|LEFT|EXPIRE|GROUP|TIME)* (?:IN|COMMA|FROM)?
    (?P<way_after>DIRECTION|SUPER FIRST?|FIRST)?""",
)
def _(question: Question, found: Match) -> bool | None:
    names = [NAMES[character] for character in found.match.group()]
    has_by = "BY" in names
    way = next((found.lexeme(name).value for name in ("way", "way_within", "way_after") if found.has(name)), None)
    if has_by and question.has("SORT") and names[0] in ("BY", "DIRECTION"):
        names.append("SORT")
    if (
        "SORT" not in names
        and not (has_by and (way or (names[0] == "BY" and names[-1] in ("CAPACITY", "DATE_WORD", "LEFT"))))
        and "DIRECTION" not in names
    ):
        return False
    if "group_by" in question.reading and "SORT" not in names:
        return False
    field = _sort_field(question, found)
    if field is None:
        raise Unsupported("a sort by what no field has")
    if field == "group":
        question.reading["groups first"] = True
        return None
    direction = str(way).split()[-1] if way else _DEFAULT[field]
    question.put("sort", f"{field} {direction}")
    return None


def _sort_field(question: Question, found: Match) -> str | None:
    names = {NAMES[character] for character in question.classes[found.place("field") : found.end]}
    if names & {"LEFT", "EXPIRE", "SUPPORT"}:
        return "fit_remaining"
    if names & {"CAPACITY", "UNIT"}:
        return "capacity"
    if "COUNT" in names and "group_by" in question.reading:
        return "group"
    value = question.lexemes[found.place("field")].value
    if names & {"DATE_WORD", "BUILT"} or value == "year":
        return "commissioning_date"
    return None


@early(
    "sort: superlative first",
    """
    SORT? (?:BY|IN|FROM|STOP|COMMA|AND)* (?P<super>SUPER) FIRST|SORT (?:BY|IN|AND)* (?P<only>SUPER)(?!NOUN)|
    SORT BY (?P<named>SUPER)
    """,
)
def _(question: Question, found: Match) -> None:
    question.reading["groups first"] = True
    question.put("sort", found.lexeme(next(name for name in ("super", "only", "named") if found.has(name))).value)


@early("sort: a direction with its field", "SORT? (?:BY|IN|FROM)* (?P<way>DIRECTION)")
def _(question: Question, found: Match) -> None:
    value = str(found.lexeme("way").value)
    question.put("sort", value if " " in value else f"capacity {value}")


@early("sort: superlative", "(?P<super>SUPER) (?:CAPACITY)?")
def _(question: Question, found: Match) -> bool | None:
    at = found.place("super")
    value = question.lexemes[at].value
    if (
        "group_by" in question.reading
        and "groups first" not in question.reading
        and question.reading.get("limit") == "1"
    ):
        return None
    if "group_by" in question.reading and "groups first" not in question.reading and is_one(question, at):
        raise Unsupported("the largest of each group")
    question.put("sort", value)
    if "limit" not in question.reading and "groups first" not in question.reading and is_one(question, at):
        question.put("limit", "1")
    return None


# First words of "heavyweights first" and the like, which name no single site.
_MANY_OF_A_SIZE = frozenset(
    {"heavyweights", "heavy", "big", "whoppers", "giants", "tiddlers", "minnows", "little", "wee"}
)
# "Of the schemes in Kent, which one's the oldest", "biggest sites, just the one".
_THE_ONE = re.compile(r"\bwhich one(?:['’]s| is| has)\b|\b(?:just|only) the one\b", re.IGNORECASE)


def is_one(question: Question, at: int) -> bool:
    """Whether the superlative at `at` asks for one: its noun, behind it or else before it, is no plural."""
    if _THE_ONE.search(question.text):
        return True
    if question.lexemes[at].key in _MANY_OF_A_SIZE:
        return False
    found = _NOUNS.match(_unconsumed(question), at + 1)
    names = [NAMES[character] for character in found[1]] if found else []
    numbers = [name for name in names if name in _ONE | _MANY]
    if numbers:
        return numbers[-1] in _ONE
    if any(
        lexeme.key.startswith("repower") and question.text[lexeme.end - 1] == "s" for lexeme in question.lexemes[at:]
    ):
        return False  # "the biggest repowering candidates"
    fades = str(question.lexemes[at].value).startswith("fit_remaining")
    if "TECHNOLOGY" in names and not (fades and names[0] == "COMMA"):
        return True
    before = [NAMES[kind.kind] for kind in question.lexemes[:at]]
    earlier = [name for name in before if name in _ONE | _MANY]
    if not earlier and fades:
        return question.lexemes[at].key in ("expires", "ends", "runs")  # "hydro expiring soonest" is a sort
    return not earlier or earlier[-1] in _ONE


def _unconsumed(question: Question) -> str:
    return "".join(lexeme.kind for lexeme in question.lexemes)


@early("sort: bare top", "TOP")
def _(question: Question, found: Match) -> bool | None:
    follows = question.classes[found.end : found.end + 2]
    if not any(character != "_" and NAMES[character] in _ONE | _MANY | {"TECHNOLOGY"} for character in follows):
        return False
    question.put("sort", "capacity desc")
    if is_one(question, found.start) and NAMES.get(follows[:1]) in _ONE:
        question.put("limit", "1")
    return None


def settle_sort(question: Question) -> None:
    """A bare "top N" sorts by capacity, unless something else sorts or groups."""
    top = question.reading.pop("bare top", False)
    question.reading.pop("groups first", None)
    if "group_by" in question.reading:
        question.reading.pop("sort", None)
    elif top and "sort" not in question.reading:
        question.put("sort", "capacity desc")
