"""Rules for superlatives, sorts and limits."""

from __future__ import annotations

import re

from tasks.fit_query.rules.lexeme import CLASSES, NAMES
from tasks.fit_query.rules.rule import Match, Question, Rules, Unsupported, compiled

early_numbers = Rules()
early = Rules()
late = Rules()

_ONE = frozenset({"TECHNOLOGY_ONE", "SITE_ONE"})
_MANY = frozenset({"TECHNOLOGY_MANY", "SITE_MANY"})
_AT_MOST = frozenset(
    {"no more than", "not more than", "at most", "up to", "max", "maximum", "a maximum of", "maximum of"}
)
_MANY_ROWS = 30  # "up to 10 solar farms" is a number of rows, "up to 500 solar farms" a capacity in a hurry
_NOUNS = re.compile(
    compiled(
        "(?:SIZE|COMMA|AND|OR|BUILT|CAPACITY|PLACE|SLASH|POSTCODE|UNKNOWN|AMOUNT|YEAR|LEFT|EXPIRE)*?((?:KIND|ONE|MANY|AND|OR|COMMA)*)"
    )
)


@early_numbers("ranking: not the first", "ORDINAL (?:SUPER|TOP|EXTREME)|SUPER ORDINAL")
def _(question: Question, found: Match) -> None:
    raise Unsupported("a later place in a ranking")


@early_numbers(
    "ranking: top N",
    """
    TOP (?P<number>COUNTED) (?P<super>SUPER)?|(?P<super_before>SUPER)? TOP (?P<number_before>COUNTED)
    """,
)
def _(question: Question, found: Match) -> None:
    before = found.at("number") is None
    question.put("limit", found.quote("number_before" if before else "number"))
    group = "super_before" if before else "super"
    if found.has(group):
        question.put("sort", found.lexeme(group).value)
    else:
        question.reading["bare top"] = True


@early_numbers(
    "ranking: N largest",
    """
    (?P<number>NUMBER) (?:SITE_MANY)? (?P<super>SUPER)(?!NUMBER|FIRST)|(?P<super_first>SUPER) (?:SITE_MANY)?
    (?P<number_after>COUNTED)|FIRST (?P<n>COUNTED) (?P<s>SUPER)
    """,
)
def _(question: Question, found: Match) -> bool | None:
    for number, sort in (("number", "super"), ("number_after", "super_first"), ("n", "s")):
        if found.has(number):
            before = question.classes[found.start - 1] if found.start else "_"
            if before != "_" and NAMES[before] in (
                "MORE",
                "LESS",
                "FIT",
                "ID",
                "ABOUT",
                "BETWEEN",
                "FROM",
                "TO",
                "DASH",
            ):
                return False
            question.put("limit", found.quote(number))
            question.put("sort", found.lexeme(sort).value)
    return None


@early_numbers(
    "ranking: next to expire",
    """
    (?:NEXT|FIRST|TOP) (?P<number>NUMBER)? (?:KIND|SITE_ONE|SITE_MANY|AND|OR|SIZE)+ (?:TO|IN PLACE)?
    EXPIRE(?!(?:IN|WITHIN|BY|BEFORE)?(?:LESS|MORE|NEXT|TIME|YEAR))
    """,
)
def _(question: Question, found: Match) -> None:
    question.put("sort", "fit_remaining asc")
    if found.has("number"):
        question.put("limit", found.quote("number"))
    elif CLASSES["TECHNOLOGY_MANY"] not in found.match.group() and CLASSES["SITE_MANY"] not in found.match.group():
        question.put("limit", "1")


@early_numbers(
    "ranking: first or last to be built",
    """(?P<which>FIRST|LAST) (?:KIND|SITE_ONE|SITE_MANY|SIZE)+
    BUILT(?!(?:IN|SINCE|AFTER|BEFORE|BY|BETWEEN|FROM|UNTIL)?(?:EDGE_START|EDGE_END)?DAY)""",
)
def _(question: Question, found: Match) -> None:
    first = question.classes[found.start] == CLASSES["FIRST"]
    question.put("sort", "commissioning_date asc" if first else "commissioning_date desc")
    if is_one(question, found.start):
        question.put("limit", "1")


@early_numbers("ranking: first N", "(?:FIRST|LIMIT) (?P<number>COUNTED)")
def _(question: Question, found: Match) -> bool | None:
    question.put("limit", found.quote("number"))
    return None


@early_numbers("ranking: N rows at most", "(?:LESS)? (?P<number>COUNTED) (?:SITE_MANY)? (?:LESS_AFTER|LESS)$")
def _(question: Question, found: Match) -> bool | None:
    noun = question.lexemes[found.end - 2].key
    if noun not in ("results", "rows", "hits", "matches", "records", "entries", "listings"):
        return False
    question.put("limit", found.quote("number"))
    return None


@early_numbers("ranking: at most N rows", "LESS? (?P<number>NUMBER) (?P<noun>SITE_MANY)")
def _(question: Question, found: Match) -> bool | None:
    if found.lexeme("noun").key not in ("results", "rows", "hits", "matches", "records", "entries", "listings"):
        return False
    question.put("limit", found.quote("number"))
    return None


@early_numbers("ranking: no more than N sites", "(?P<bound>LESS) (?P<number>NUMBER) (?:KIND|AND|OR|SIZE)* MANY")
def _(question: Question, found: Match) -> bool | None:
    words = question.quote(found.place("bound")).lower()
    quoted = found.quote("number") or ""
    if words not in _AT_MOST or (quoted.isdigit() and int(quoted) > _MANY_ROWS):
        return False
    question.put("limit", quoted)
    question.consume(found.start, found.place("number") + 1)
    return False


@early(
    "sort: from one end to the other",
    """
    SORT? (?:BY|FROM|IN)* (?P<from>SUPER) (?:TO|FIRST TO|DASH) (?P<to>SUPER) FIRST?
    """,
)
def _(question: Question, found: Match) -> None:
    question.put("sort", found.lexeme("from").value)


_DEFAULT = {"capacity": "desc", "commissioning_date": "desc", "fit_remaining": "asc"}


@early(
    "sort: by a field",
    """(?P<said>SORT|GROUPED)? (?P<way>DIRECTION)? (?:BY|IN|FROM)* (?P<way_within>DIRECTION)? (?:BY|IN|TOTAL)*
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
    SORT? (?:BY|IN|FROM|STOP|COMMA|AND)* (?P<super>SUPER) FIRST|SORT (?:BY|IN|AND)* (?P<only>SUPER)(?!NOUN)
    """,
)
def _(question: Question, found: Match) -> None:
    question.reading["groups first"] = True
    question.put("sort", found.lexeme("super" if found.has("super") else "only").value)


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


def is_one(question: Question, at: int) -> bool:
    """Whether the superlative at `at` asks for one: its noun, behind it or else before it, is no plural."""
    found = _NOUNS.match(_unconsumed(question), at + 1)
    names = [NAMES[character] for character in found[1]] if found else []
    numbers = [name for name in names if name in _ONE | _MANY]
    if numbers:
        return numbers[-1] in _ONE
    if any(
        lexeme.key.startswith("repower") and question.text[lexeme.end - 1] == "s" for lexeme in question.lexemes[at:]
    ):
        return False  # "the biggest repowering candidates"
    if "TECHNOLOGY" in names:
        return True
    before = [NAMES[kind.kind] for kind in question.lexemes[:at]]
    earlier = [name for name in before if name in _ONE | _MANY]
    if not earlier and str(question.lexemes[at].value).startswith("fit_remaining"):
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


@late("ranking: N sites", "(?P<number>NUMBER) (?:SIZE|COMMA|AND|OR|PLACE)* (?:KIND|AND|OR)* (?P<noun>NOUN)")
def _(question: Question, found: Match) -> bool | None:
    before = NAMES[question.lexemes[found.start - 1].kind] if found.start else ""
    if before in ("FIT", "ID", "MORE", "LESS", "DASH", "TO", "SITE_ONE"):
        return False
    if found.lexeme("noun").key in ("things", "stuff", "any", "options", "something") or re.search(
        r"\d[.,/]", question.quote(found.place("number"))
    ):
        return False
    question.put("limit", found.quote("number"))
    question.consume(found.place("number"), found.place("number") + 1)
    return False


_ASKED = re.compile(
    r"\b(?:show|list|give|just|only|any|get|want|need|see|find|return|top)(?:\s+(?:me|us|the|only|just|up to))*\s*$",
    re.IGNORECASE,
)


@late("ranking: N of them", "(?P<number>NUMBER)(?!DASH|TO|UNIT)")
def _(question: Question, found: Match) -> bool | None:
    at = found.place("number")
    if not _ASKED.search(question.text[: question.lexemes[at].start]):
        return False
    question.put("limit", found.quote("number"))
    return None


def settle_sort(question: Question) -> None:
    """A bare "top N" sorts by capacity, unless something else sorts or groups."""
    top = question.reading.pop("bare top", False)
    question.reading.pop("groups first", None)
    if "group_by" in question.reading:
        question.reading.pop("sort", None)
    elif top and "sort" not in question.reading:
        question.put("sort", "capacity desc")
