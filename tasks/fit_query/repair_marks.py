"""Repairs of what a reader marks without quoting it: revenue, sorts, limits, aggregates, groups, sizes.

repair_marks(repair)    drops a mark that no word of the question asks for ("aggregate": "count" of
                        "wind in Kent"), a limit of one beside a plural ("the largest arrays"); adds the
                        size that the question plainly names
"""

from __future__ import annotations

import re

from tasks.fit_query.evidence import is_loosely_supported, is_plain, support
from tasks.fit_query.repair import CAPACITY, Repair

_AGGREGATES = ("count", "total_capacity", "average_capacity")
_GROUPS = ("technology", "region", "postcode_area", "year")
_SUPERLATIVE = (
    r"(?:(?!(?:we|ea|re|te|be|ne|fa|co|pa|mu|ju|li|exi|assi|augu|tru|almo|again|requ|inter|for|le|mod|hon|har|lo|wor|du|mo|gue|po)"
    r"(?:e?s?|ea)?st\b|coast\b|least\b|latest (?:19|20))\w{2,}st"
    r"|(?:bigg?|new|old|fi|larg|small|high|low|lat)(?:set|ets|rts|srt|esst)|fisrt|frist|biggst"
    r"|(?<!at )most \w+|(?<!at )least \w+|top|first"
    r"|last(?! (?:\w+ )?(?:years?|yrs?|months?|week|decade|summer|winter|time)\b))"
)
_KIND = (
    r"(?:turbine|windmill|scheme|site|plant|farm|wind\s?farm|solar\s?farm|installation|install|digester|array|system|unit"
    r"|generator|project|one|record|facility|station|park|panel|hydro(?=s\b))"
)
_ONE_THING = re.compile(
    rf"\b{_SUPERLATIVE}\s+(?:(?!of\b|in\b|and\b|or\b|to\b|than\b|first\b)[\w-]+\s+){{0,4}}?{_KIND}\b(?!\s+(?:{_KIND}s|facilities)\b)"
    rf"|\b(?:is|has|had|was|saw|got)\b[^.?!]{{0,20}}\b{_SUPERLATIVE}\b"
    rf"|\b{_KIND}\b[^.?!]*\b(?:with|expiring|having|that|which|whose|closest|nearest)\b[^.?!]*\b(?:{_SUPERLATIVE}|soonest)\b"
    r"|\b(?:(?:which|just|only|the|any|show|give me|list|find) one|single|a solitary)\b"
    r"(?! (?:hundred|thousand|million|and|point|mega\w*|kilo\w*|[kmg]w|year|to|or|of)\b)"
    rf"|\b(?:which|what)\s+(?:[\w-]+\s+){{0,3}}?{_KIND}\b[^.?!]*\b(?:expires|runs out|ends|finishes|lapses)\b"
    rf"|\b(?:only|next|just)\s+(?:the\s+)?(?:[\w-]+\s+){{0,4}}?{_KIND}\b"
    rf"|\b{_KIND} (?:closest|nearest|next) to\b|\bthe (?:region|year|county|(?:post\s?code )?area) (?:with|w|w/|having)"
    r" (?:the )?most\b"
    r"|^\W*(?:region|year|yr|county|(?:post\s?code )?area|technology|tech) (?:w|w/|with) (?:the )?most\b"
    r"|\b(?:region|year|county|(?:post\s?code )?area|technology)\b[^.?!]{0,12}\b(?:having|leads?|tops?|saw)\b"
    r"|\b(?:which|what|wich|whihc|whcih|wot|wat) (?:region|year|yr|county|(?:post\s?code )?area|technology|tech"
    r"|type)\b",
    re.IGNORECASE,
)
_MANY_THINGS = re.compile(
    rf"\b{_SUPERLATIVE}\s+(?:(?!of\b|in\b|and\b|or\b|to\b|than\b)[\w-]+\s+){{0,4}}?(?:{_KIND}s|facilities)\b"
    rf"|\b(?:are|have|were|had)\b[^.?!]{{0,20}}\b{_SUPERLATIVE}\b",
    re.IGNORECASE,
)
_REVENUE = re.compile(r"rev(?:enues?|s)?|incomes?|earnings", re.IGNORECASE)
_OF_REVENUE = re.compile(
    r"\b(?:total|average|avg|mean|combined|overall|typical)\s+(?:\w+\s+){0,2}?(?:revenues?|incomes?|earnings)\b",
    re.IGNORECASE,
)
_OF_CAPACITY = re.compile(r"\b(?:capacit\w*|how m\w*|number|count|size|[mg]w)\b", re.IGNORECASE)
_IN_ORDER = re.compile(rf"\b{_SUPERLATIVE}(?:\s+\w+){{0,2}}\s+(?:first|1st|last|to\b|at the top)", re.IGNORECASE)
_ANY = re.compile(rf"\b(?:{_SUPERLATIVE})\b", re.IGNORECASE)
_SEVERAL_SIZES = re.compile(
    r"\b(?:(small)(?:[- ]sized?)? (?:or|and|to|&|/) med\w*|(med\w*)(?:[- ]sized?)? (?:or|and|to|&|/) large)\b",
    re.IGNORECASE,
)
_SIZES = re.compile(
    r"(?<!how )(?<!\bto )(?<!\bor )(?<!\band )\b(small|smal|samll|smll|sml|medium|med|meduim|mediun|large|lrge|lareg"
    r"|lrg|lge|larg)\b(?!\s*(?:or|to|and|/|-?\s*ish))",
    re.IGNORECASE,
)


def repair_marks(repair: Repair) -> None:
    """See the module's docstring."""
    for key in ("revenue", "regional", "repowering"):
        if repair.reading.get(key) and _is_unsupported(key, _SOMEBODY.sub(" ", repair.text)):
            _drop(repair, key, key)
    kind = repair.reading.get("query_type")
    said = _RATE_FELL.sub(" ", repair.text) if kind == "fit_rate" else repair.text
    unasked = kind and "fit_id" not in repair.reading and _is_unsupported(f"query_type {kind}", said)
    if kind and (unasked or (kind == "comparison" and not _compares(repair))):
        _drop(repair, "query_type", kind)
    _settle_aggregate(repair)
    _drop_aggregate(repair)
    _drop_order(repair)
    _drop_size(repair)
    _add_size(repair)
    _add_revenue(repair)


# "our regional manager" asks for nothing regional.
_SOMEBODY = re.compile(
    r"\bregional (?:managers?|directors?|offices?|lead|teams?|sales|paper|head|boss|rep|planner|officers?|council"
    r"|airport|rail|panel|press|meetings?|news|planning|bank|desk|hq)\b",
    re.IGNORECASE,
)
# "just before the rate dropped" asks for no rate, nor does the "tariff remaining".
_RATE_FELL = re.compile(
    r"\b(?:fit )?(?:rates?|tariffs?) (?:dropp?ed|drops|fell|falls|changed|went (?:down|up)"
    r"|was cut|were cut|came down|halved)\b"
    r"|\btariffs? (?:rem\b|remain\w*|left|still to run|to run|to go)|\b(?:remaining|unexpired) (?:fit )?tariffs?"
    r"|\b(?:remain\w*|left|run|time|years?|months?) (?:on|of|in) (?:its|their|the|each) (?:fit )?tariffs?\b",
    re.IGNORECASE,
)


_COMPARING = re.compile(
    r"\b(?:c[om]{1,2}p[ae]\w*|vs?|versus|against|differ\w*|contrast\w*|better|beats?|side by side)\b", re.IGNORECASE
)


def _compares(repair: Repair) -> bool:
    """Whether two things are compared, or a word says so: "bigger than 800 kW" compares none."""
    reading = repair.reading
    return "technologies" in reading or "locations" in reading or _COMPARING.search(repair.text) is not None


def _is_unsupported(claim: str, text: str) -> bool:
    """Whether not even a badly misspelt word of `text` asks for `claim`."""
    return support(claim, text) is None and not is_loosely_supported(claim, text)


def _drop(repair: Repair, key: str, claim: str) -> None:
    del repair.reading[key]
    repair.note(key, f"no word of the question asks for {claim}")


def _add_revenue(repair: Repair) -> None:
    """The revenue that the reader left out, where unread.py sees that it is asked for."""
    from tasks.fit_query.unread import unread_marks

    if not repair.reading or {"revenue", "query_type", "aggregate"} & repair.reading.keys():
        return
    words = next((words for _, words in unread_marks(repair.text, repair.reading) if _REVENUE.fullmatch(words)), None)
    if words:
        repair.put("revenue", True, f"the '{words}' was left out")


def _settle_aggregate(repair: Repair) -> None:
    """The only aggregate, and the only group, that is plainly asked for, where the reader wrote another."""
    for key, values in (("aggregate", _AGGREGATES), ("group_by", _GROUPS)):
        read = repair.reading.get(key)
        if not read or "revenue" in repair.reading:
            continue
        asked = [value for value in values if is_plain(f"{key} {value}", repair.text)]
        if len(asked) == 1 and asked[0] != read:
            repair.put(key, asked[0], f"the question asks for {asked[0]}, not for {read}")


def _drop_aggregate(repair: Repair) -> None:
    group, aggregate = repair.reading.get("group_by"), repair.reading.get("aggregate")
    if group and _is_unsupported(f"group_by {group}", repair.text):
        _drop(repair, "group_by", f"groups by {group}")
        group = None
    if aggregate and not group and _OF_REVENUE.search(repair.text) and not _OF_CAPACITY.search(repair.text):
        del repair.reading["aggregate"]
        repair.put("revenue", True, "a total or average of revenue is asked for as revenue alone")
        return
    grouped = group and aggregate == "count"
    if aggregate and not grouped and _is_unsupported(f"aggregate {aggregate}", repair.text):
        _drop(repair, "aggregate", f"the aggregate {aggregate}")


def _drop_order(repair: Repair) -> None:
    sort = repair.reading.get("sort")
    if sort and _is_unsupported(f"sort {sort.split()[0]}", repair.text):
        _drop(repair, "sort", f"the order {sort}")
    if repair.reading.get("limit") == "1" and not _asks_for_one(repair.text):
        _drop(repair, "limit", "one row")


def _asks_for_one(text: str) -> bool:
    """Whether the question can ask for one row: a superlative does, unless it is of several things or an order."""
    if _ONE_THING.search(text):
        return True
    return not _MANY_THINGS.search(text) and not _IN_ORDER.search(text) and _ANY.search(text) is not None


def _drop_size(repair: Repair) -> None:
    """A size that no word names; beside a figure it means nothing, and goes without a word."""
    size = repair.reading.get("size")
    several = _SEVERAL_SIZES.search(repair.text)
    if size and several:
        both = "small or medium" if several[1] else "medium or large"
        if both != size:
            repair.put("size", both, f"'{several.group()}' are two sizes")
        return
    if not size or support(f"size {size}", repair.text):
        return
    if any(key in repair.reading for key in CAPACITY):
        del repair.reading["size"]
    else:
        _drop(repair, "size", f"the size {size}")


def _add_size(repair: Repair) -> None:
    """ "small", "medium" or "large" that the reader left out, where unread.py sees that it is asked for."""
    from tasks.fit_query.unread import unread_marks

    keys = {"size", *CAPACITY, "fit_id"}
    if (
        not repair.reading
        or repair.reading.keys() & keys
        or any(amount.kw and amount.unit for amount in repair.draft.amounts)
    ):
        return
    named = {found[1].lower() for found in _SIZES.finditer(repair.text)}
    unread = {words.lower().split("-")[0].split()[0] for _, words in unread_marks(repair.text, repair.reading)}
    if len(named) == 1 and named & unread:
        word = named.pop()
        size = next(name for name in ("small", "medium", "large") if name[0] == word[0])
        repair.put("size", size, f"the size '{word}' was left out")
