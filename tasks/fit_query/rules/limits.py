"""Rules for numbers of rows: "top 10", "the five newest", "first N", "no more than N results"."""

from __future__ import annotations

import re

from tasks.fit_query.bound_words import WILL_DO
from tasks.fit_query.rules.lexeme import CLASSES, NAMES
from tasks.fit_query.rules.rankings import is_one
from tasks.fit_query.rules.rule import Match, Question, Rules, Unsupported

early_numbers = Rules()
late = Rules()

_AT_MOST = frozenset(
    {"no more than", "not more than", "at most", "up to", "max", "maximum", "a maximum of", "maximum of"}
)
_MANY_ROWS = 30  # "up to 10 solar farms" is a number of rows, "up to 500 solar farms" a capacity in a hurry


_LAST_YEAR = re.compile(r"(?:the )?(?:last|final) year", re.IGNORECASE)
_OF_SUPPORT = re.compile(
    r"\s+of\s+(?:(?:its|their|the|his|her|fit|feed-in|tariff)\s+)*(?:fits?|support|tariffs?|subsid\w+|payments?|contracts?"
    r"|terms?|life|eligibility)\b",
    re.IGNORECASE,
)


@early_numbers("time: the last year of the tariff", "(?:IN|WITHIN)? (?P<last>DATE) (?=SUPPORT|LEFT|FIT|RATE)")
def _(question: Question, found: Match) -> bool | None:
    """ "In the last year of its FIT" has at most that year left."""
    at = found.place("last")
    quoted = question.quote(at)
    if not _LAST_YEAR.fullmatch(quoted) or not _OF_SUPPORT.match(question.text, question.lexemes[at].end):
        return False
    question.put("remaining_max", quoted.split()[-1])
    return None


_IS_THE = re.compile(r"\s+is the(?: very)?\s+", re.IGNORECASE)


@early_numbers("date: is the latest", "(?P<day>YEAR|DATE) (?P<super>SUPER)")
def _(question: Question, found: Match) -> bool | None:
    """ "2017 is the latest they can have been built"."""
    day, word = found.place("day"), found.lexeme("super").key
    if word not in ("latest", "earliest") or not _IS_THE.fullmatch(question.between(day, found.place("super"))):
        return False
    question.put("built_to" if word == "latest" else "built_from", question.quote(day))
    return None


@early_numbers("ranking: not the first", "ORDINAL (?:SUPER|TOP|EXTREME)|SUPER ORDINAL")
def _(question: Question, found: Match) -> None:
    raise Unsupported("a later place in a ranking")


@early_numbers("ranking: top N years", "TOP (?P<years>TIME) (?=BY)")
def _(question: Question, found: Match) -> bool | None:
    number = re.fullmatch(r"(\w+)\s+(?:years|yrs)", (found.quote("years") or "").lower())
    if number is None:
        return False
    question.put("limit", (found.quote("years") or "")[: number.end(1)])
    question.put("group_by", "year")
    return None


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


# Behind one of these a figure is none of rows: "over 5 newest", "FIT 4004 largest".
_OF_ANOTHER_FIGURE = frozenset({"MORE", "LESS", "FIT", "ID", "ABOUT", "BETWEEN", "FROM", "TO", "DASH"})


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
            if number != "number_after" and before != "_" and NAMES[before] in _OF_ANOTHER_FIGURE:
                return False
            question.put("limit", found.quote(number))
            question.put("sort", found.lexeme(sort).value)
            if found.lexeme(sort).key == "bottom" and question.classes[found.end :].startswith(_BY_CAPACITY):
                question.consume(found.end, found.end + 2)  # "the bottom 6 by capacity"
    return None


_BY_CAPACITY = CLASSES["BY"] + CLASSES["CAPACITY"]


@early_numbers(
    "ranking: next to expire",
    """
    (?P<which>NEXT|FIRST|TOP|LAST) (?P<number>NUMBER)? (?:KIND|SITE_ONE|SITE_MANY|AND|OR|SIZE)+ (?:TO|IN PLACE)?
    EXPIRE(?!(?:IN|WITHIN|BY|BEFORE)?(?:LESS|MORE|NEXT|TIME|YEAR))
    """,
)
def _(question: Question, found: Match) -> bool | None:
    last = question.classes[found.place("which")] == CLASSES["LAST"]
    if last and found.lexeme("which").key != "last":
        return False
    question.put("sort", "fit_remaining desc" if last else "fit_remaining asc")
    if found.has("number"):
        question.put("limit", found.quote("number"))
    elif CLASSES["TECHNOLOGY_MANY"] not in found.match.group() and CLASSES["SITE_MANY"] not in found.match.group():
        question.put("limit", "1")
    return None


# Words of EXTREME and LAST that name an end, and the order they ask for.
_ENDS = {"soonest": "asc", "nearest": "asc", "closest": "asc", "last": "desc", "furthest": "desc"}


@early_numbers(
    "ranking: what ends first or last",
    """(?P<ends>EXPIRE) (?:SUPPORT|FIT|RATE)*
    (?P<when>FIRST|LAST|EXTREME)(?!NUMBER|TIME|YEAR|AMOUNT|GROUP|GROUP_OTHER|UNKNOWN|STORY|KIND|SITE_ONE|SITE_MANY)""",
)
def _(question: Question, found: Match) -> bool | None:
    """ "Comes off the FIT last", "lose their subsidy soonest"."""
    way = "asc" if question.classes[found.place("when")] == CLASSES["FIRST"] else _ENDS.get(found.lexeme("when").key)
    if way is None:
        return False
    question.put("sort", f"fit_remaining {way}")
    before = [NAMES[one.kind] for one in question.lexemes[: found.start]]
    numbers = [name for name in before if name.endswith(("_ONE", "_MANY"))]
    if numbers and numbers[-1].endswith("_ONE"):
        question.put("limit", "1")
    return None


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


@early_numbers(
    "ranking: first N",
    """
    (?:FIRST|LIMIT) (?P<number>COUNTED)(?!(?:MORE_AFTER|LESS_AFTER|PLUS)(?:LEFT|UNIT|GROUP|CAPACITY|SUPPORT)
    |(?:TO|DASH)(?:TIME|AMOUNT))
    """,
)
def _(question: Question, found: Match) -> bool | None:
    at = found.place("number")
    if question.classes[at] == CLASSES["YEAR"] and question.lexemes[found.start].key in ("just", "only"):
        return False  # "just Powys, just 2012"
    question.put("limit", found.quote("number"))
    return None


# "So ten will do", "5 is plenty"; "5 kW will do" is a size.
_WILL_DO = re.compile(rf"\s+{WILL_DO}", re.IGNORECASE)


@early_numbers("ranking: so many will do", "(?P<number>NUMBER)")
def _(question: Question, found: Match) -> bool | None:
    if not _WILL_DO.match(question.text, question.lexemes[found.start].end):
        return False
    question.put("limit", found.quote("number"))
    return None


@early_numbers("ranking: N candidates", "(?P<number>NUMBER) (?P<noun>REPOWERING)")
def _(question: Question, found: Match) -> bool | None:
    if not re.search(r"(?:candidate|opportunit|site|project|prospect)\w*s$", (found.quote("noun") or "").lower()):
        return False
    question.put("limit", found.quote("number"))
    question.consume(found.place("number"), found.place("number") + 1)
    return False


@early_numbers("ranking: N = 20", "(?P<n>AND) (?P<sign>EXACT) (?P<number>NUMBER)")
def _(question: Question, found: Match) -> bool | None:
    """As a sample's size is written."""
    if found.lexeme("n").key != "n" or found.lexeme("sign").key != "=":
        return False
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


@late("ranking: N sites", "(?P<number>NUMBER) (?:SIZE|COMMA|AND|OR|PLACE)* (?:KIND|AND|OR)* (?P<noun>NOUN)")
def _(question: Question, found: Match) -> bool | None:
    before = NAMES[question.lexemes[found.start - 1].kind] if found.start else ""
    start = question.lexemes[found.place("number")].start
    if before in ("FIT", "ID", "MORE", "LESS", "DASH", "TO", "SITE_ONE") or question.text[start - 1 : start].isalpha():
        return False  # "windows10 codes", "area51" count nothing
    if found.lexeme("noun").key in ("things", "stuff", "any", "options", "something") or re.search(
        r"\d[.,/]", question.quote(found.place("number"))
    ):
        return False
    question.put("limit", found.quote("number"))
    question.consume(found.place("number"), found.place("number") + 1)
    return False


_ASKED = re.compile(
    r"\b(?:show|list|give|take|just|only|any|get|want|need|see|find|return|top)"
    r"(?:\s+(?:me|us|the|only|just|up to))*\s*$",
    re.IGNORECASE,
)


_OF_THEM = re.compile(r"\s+of (?:them|those|these|['’]?em)\b", re.IGNORECASE)


@late("ranking: N of them", "(?P<number>NUMBER)(?!DASH|TO|UNIT)")
def _(question: Question, found: Match) -> bool | None:
    at = found.place("number")
    counted = _OF_THEM.match(question.text, question.lexemes[at].end)
    if not counted and not _ASKED.search(question.text[: question.lexemes[at].start]):
        return False
    question.put("limit", found.quote("number"))
    return None
