"""Rules for figures with a bound: capacities, and the support time that is left."""

from __future__ import annotations

import re

from tasks.fit_query.bound_words import OPPOSITE, USELESS
from tasks.fit_query.rules.lexeme import CLASSES, NAMES
from tasks.fit_query.rules.rule import Match, Question, Rules, Unreadable, Unsupported

rule = Rules()


# Time that is bounded and nothing else is said of is that of the tariff, where one is named: "9 years on its FIT".
_OF_FIT = re.compile(r"\b(?:fits?|feed[- ]?in|tariffs?|subsid(?:y|ies))\b", re.IGNORECASE)


def put_bound(question: Question, bound: str, at: int, figure_class: str | None = None) -> None:
    """Sets capacity_… or remaining_…: `bound` is min, max, about or exactly."""
    kind = figure_class or NAMES[question.classes[at]]
    quoted = question.quote(at)
    if bound in OPPOSITE and USELESS.match(question.text.lower(), question.lexemes[at].end):
        bound = OPPOSITE[bound]
    if kind != "TIME":
        question.put(f"capacity_{bound}", quoted)
    elif not question.has("LEFT", "EXPIRE", "SUPPORT", "REPOWERING", "NEXT") and not (
        bound in OPPOSITE and _OF_FIT.search(question.text)
    ):
        raise Unreadable(f"a time without saying of what: {quoted}")
    elif bound in ("about", "exactly"):
        raise Unreadable(f"{bound} a time left, which no key says: {quoted}")
    else:
        question.put(f"remaining_{bound}", quoted)


@rule("figure: each of them", "(?P<each>PER)(?=MORE|LESS|ABOUT|BETWEEN|EXACT|AMOUNT|STOP|COMMA|$)")
def _(question: Question, found: Match) -> bool | None:
    """ "The three newest, each at least 4 MW", "exactly 1 kW each" have no group."""
    return None if question.quote(found.place("each")).lower() == "each" else False


@rule(
    "time: a bare figure shares the unit of the next",
    """
    (?P<bare>NUMBER) (?:MORE_AFTER|LESS_AFTER)? (?:TO|DASH|AND|OR|BUT|COMMA|UNTIL|LESS|MORE|PLUS)+ ABOUT? TIME
    """,
)
def _(question: Question, found: Match) -> bool:
    question.retype(found.place("bare"), "TIME")
    return False


@rule(
    "time: years named before the figure",
    """
    LEFT (?:EXACT|FROM|BETWEEN|MORE|LESS|ABOUT|WITHIN|STOP|IN|CAPACITY|BY)* (?P<low>NUMBER) (?P<range>(?:TO|
    DASH|AND) (?P<high>NUMBER))?
    """,
)
def _(question: Question, found: Match) -> bool:
    question.retype(found.place("low"), "TIME")
    if found.has("high"):
        question.retype(found.place("high"), "TIME")
    return False


@rule(
    "time: figure, bound, then years",
    """
    (?P<bare>NUMBER) (?:MORE_AFTER|LESS_AFTER|PLUS) (?P<unit>LEFT|GROUP|GROUP_OTHER)
    """,
)
def _(question: Question, found: Match) -> bool:
    if re.search(r"month|week|day", (found.quote("unit") or "").lower()):
        raise Unreadable("a unit away from its figure")
    question.retype(found.place("bare"), "TIME")
    if question.classes[found.place("unit")] == CLASSES["GROUP"]:
        question.consume(found.place("unit"), found.place("unit") + 1)
    return False


@rule("time: the last years of support", "(?:IN|WITHIN)? (?:LAST) (?P<time>TIME) (?=SUPPORT|LEFT|FIT)")
def _(question: Question, found: Match) -> None:
    question.put("remaining_max", found.quote("time"))


@rule("time: N years more", "LIMIT? (?P<time>TIME) MORE_OF")
def _(question: Question, found: Match) -> None:
    question.put("remaining_max", found.quote("time"))


@rule("time: does not run out for", "NOT EXPIRE (?:WITHIN|IN|MORE|BEFORE|UNTIL|NEXT|LEFT)* (?P<time>TIME)")
def _(question: Question, found: Match) -> None:
    question.put("remaining_min", found.quote("time"))


@rule("time: good for another", "(?P<good>LEFT) (?P<time>TIME)")
def _(question: Question, found: Match) -> bool | None:
    if not (found.quote("good") or "").lower().startswith("good for"):
        return False
    question.put("remaining_min", found.quote("time"))
    return None


@rule("time: runs out within", "(?:WITHIN|IN|LESS|BY)? (?:WITHIN|IN)? NEXT (?P<time>TIME)")
def _(question: Question, found: Match) -> None:
    if not question.has("EXPIRE", "LEFT", "SUPPORT", "REPOWERING"):
        raise Unreadable("the next years, of what is not said")
    question.put("remaining_max", found.quote("time"))


_SIGNS = {"<": "<", "<=": "<", "=<": "<", "≤": "<", "⩽": "<", ">": ">", ">=": ">", "=>": ">", "≥": ">", "⩾": ">"}
_KW = frozenset({"kw", "kws", "kwp", "kilowatt", "kilowatts"})


@rule(
    "figure: between two signs",
    """
    (?P<first>AMOUNT|NUMBER|YEAR) (?P<sign>LESS|MORE) (?P<what>(?:NOUN|UNIT|CAPACITY|LEFT|SUPPORT)+)
    (?P<again>LESS|MORE) (?P<second>VALUE)
    """,
)
def _(question: Question, found: Match) -> bool | None:
    """ "100 kW < wind < 400 kW", "20 <= kW <= 45", "5 < years left < 10"."""
    signs = {_SIGNS.get(found.lexeme(name).key) for name in ("sign", "again")}
    what, end = found.place("what"), found.place("again")
    first, second = found.place("first"), found.place("second")
    if len(signs) > 1 or None in signs or question.has("DATE"):
        raise Unreadable("signs that do not make a range")
    of_time = question.has("LEFT") and CLASSES["LEFT"] in question.classes[what:end]
    kinds = {NAMES[question.classes[at]] for at in (first, second)}
    units = {question.lexemes[at].key for at in range(what, end) if question.classes[at] == CLASSES["UNIT"]}
    if units - _KW or (of_time and "AMOUNT" in kinds) or (not of_time and "TIME" in kinds):
        raise Unreadable("a unit away from its figures")
    if "YEAR" in kinds and "AMOUNT" not in kinds and not units and not of_time:
        raise Unreadable("a range of years or of capacities")
    if kinds == {"AMOUNT", "NUMBER"} and not all(_is_kw(question.quote(at)) for at in (first, second)):
        raise Unreadable("a figure without the unit of the other")
    low, high = (first, second) if signs == {"<"} else (second, first)
    for bound, at in (("min", low), ("max", high)):
        put_bound(question, bound, at, "TIME" if of_time else "AMOUNT")
    for at in (first, first + 1, end, second):
        question.consume(at, at + 1)
    for at in range(what, end):
        if question.classes[at] in (CLASSES["UNIT"], CLASSES["CAPACITY"]):
            question.consume(at, at + 1)
    return False


def _is_kw(quoted: str) -> bool:
    """Whether a capacity is in kW, as a figure without a unit is."""
    return not re.search(r"[mg]w|mega|giga|megs?\b|\dw\b| w(?:atts?)?\b", quoted, re.IGNORECASE)


@rule(
    "figure: between two",
    """
    (?:BETWEEN|FROM|IN|WITHIN|MORE|EXACT)* ABOUT? (?P<low>VALUE) (?P<joint>TO|DASH|UNTIL|AND|OR|PLUS|SLASH) ABOUT?
    (?P<high>VALUE) (?P<after>MORE_AFTER|LESS_AFTER)?
    """,
)
def _(question: Question, found: Match) -> bool | None:
    low, high, joint = found.place("low"), found.place("high"), NAMES[question.classes[found.place("joint")]]
    said = {NAMES[character] for character in question.classes[found.start : low]}
    if joint in ("AND", "OR", "PLUS", "SLASH") and "BETWEEN" not in said:
        return False
    kinds = [NAMES[question.classes[at]] for at in (low, high)]
    if "DATE" in kinds or (kinds[0] == "TIME") != (kinds[1] == "TIME") or "MORE" in said:
        return False
    if found.has("after"):
        raise Unreadable("a range with a bound behind it")
    put_bound(question, "min", low)
    put_bound(question, "max", high)
    return None


@rule("figure: expires in more than", "EXPIRE (?:IN|AFTER|MORE)* (?P<more>MORE|AFTER) ABOUT? (?P<figure>TIME)")
def _(question: Question, found: Match) -> None:
    put_bound(question, "min", found.place("figure"))


@rule(
    "figure: bound on both sides",
    """
    (?P<bound>MORE|LESS|FROM) (?:EXACT|CAPACITY|FROM)? (?:ABOUT|NEAR)? (?P<figure>AMOUNT|TIME|NUMBER|YEAR)
    (?P<after>MORE_AFTER|PLUS|LESS_AFTER)
    """,
)
def _(question: Question, found: Match) -> bool | None:
    first = NAMES[question.classes[found.place("bound")]]
    after = NAMES[question.classes[found.place("after")]]
    if (first == "LESS") != (after == "LESS_AFTER"):
        return False
    put_bound(question, "max" if first == "LESS" else "min", found.place("figure"))
    return None


@rule(
    "figure: bound before it",
    """
    (?:IN|CAPACITY|EXACT|FROM)? (?P<bound>MORE|LESS) (?:EXACT|CAPACITY|IN|FROM|BETWEEN|MORE|LESS|WITHIN|STOP)?
    (?:ABOUT|NEAR)? (?P<figure>AMOUNT|TIME|NUMBER|YEAR)
    """,
)
def _(question: Question, found: Match) -> bool | None:
    inner = question.classes[found.place("bound") + 1 : found.place("figure")]
    bound = question.classes[found.place("bound")]
    for name in ("MORE", "LESS"):
        if CLASSES[name] in inner and CLASSES[name] != bound:
            return False
    put_bound(question, "min" if bound == CLASSES["MORE"] else "max", found.place("figure"))
    return None


@rule(
    "figure: bound behind it",
    """
    (?:EXACT|CAPACITY|FROM|IN)? (?P<figure>AMOUNT|TIME|NUMBER|YEAR) (?:CAPACITY|LEFT|UNIT)?
    (?P<after>MORE_AFTER|LESS_AFTER|ONWARDS|(?:MORE|LESS)(?!ABOUT?VALUE)|PLUS)
    """,
)
def _(question: Question, found: Match) -> bool | None:
    after = found.place("after")
    name = NAMES[question.classes[after]]
    if name in ("MORE", "LESS") and question.lexemes[after].key not in (
        "min",
        "minimum",
        "max",
        "maximum",
        "at",
        "atleast",
        "lower",
        "upper",
    ):
        return False
    put_bound(question, "min" if name in ("MORE_AFTER", "PLUS", "MORE", "ONWARDS") else "max", found.place("figure"))
    return None


@rule(
    "figure: the smallest one looks at",
    "(?P<super>SUPER) (?:CAPACITY|SITE_ONE|UNKNOWN|STORY)* (?P<figure>AMOUNT) (?:COMMA (?:LESS|MORE))?",
)
def _(question: Question, found: Match) -> bool | None:
    """ "The smallest they'd look at is 30 kW" is a minimum, "the biggest we can take is 2 MW" a maximum."""
    at, figure = found.place("super"), found.place("figure")
    sort = str(question.lexemes[at].value)
    if not sort.startswith("capacity") or not _IS.search(question.between(at, figure)):
        return False
    put_bound(question, "min" if sort.endswith("asc") else "max", figure)
    return None


@rule("figure: past it", "(?P<past>LAST) (?P<figure>AMOUNT)")
def _(question: Question, found: Match) -> bool | None:
    """ "Only the ones past 6.6 MW"."""
    if found.lexeme("past").key != "past":
        return False
    put_bound(question, "min", found.place("figure"))
    return None


_THAT = re.compile(r"\b(?:that|which|to)\s+$", re.IGNORECASE)


@rule("figure: that top it", "(?P<top>TOP) (?P<figure>AMOUNT)")
def _(question: Question, found: Match) -> bool | None:
    """ "Wind farms that top 350 kW"."""
    if not _THAT.search(question.text, 0, question.lexemes[found.place("top")].start):
        return False
    put_bound(question, "min", found.place("figure"))
    return None


@rule("figure: a limit of", "(?P<word>LIMIT) (?P<figure>AMOUNT)")
def _(question: Question, found: Match) -> bool | None:
    """ "A limit of 500 kW"; "only 500 kW" is exact."""
    if not found.lexeme("word").key.startswith(("limit", "cap")):
        return False
    put_bound(question, "max", found.place("figure"))
    return None


@rule("figure: from", "(?:FROM|SINCE) ABOUT? (?P<figure>AMOUNT|NUMBER|TIME)")
def _(question: Question, found: Match) -> None:
    put_bound(question, "min", found.place("figure"))


@rule("figure: give or take a tenth", "(?P<figure>AMOUNT) (?P<sign>ABOUT) (?P<spread>AMOUNT|NUMBER)")
def _(question: Question, found: Match) -> bool | None:
    """ "500 kW ±50" is about 500 kW; no key says another spread than a tenth."""
    if question.lexemes[found.place("sign")].key != "±":
        return False
    figure, spread = (_leading_number(found.quote(name) or "") for name in ("figure", "spread"))
    if not figure or abs(spread / figure - 0.1) > _SAME:
        raise Unreadable("a spread that is no tenth")
    question.put("capacity_about", found.quote("figure"))
    return None


_IS = re.compile(
    r"\b(?:(?:i|we|he|she|they)(?:['’](?:d|ll|re|m|ve))?|our|my|their|his|her|can|could|would|will)\b[^.;?!]{0,40}?"
    r"\b(?:is|be|being|at)\s+$",
    re.IGNORECASE,
)
_SAME = 1e-9


def _leading_number(quoted: str) -> float:
    found = re.match(r"[\d ,]*\d(?:\.\d+)?", quoted)
    return float(re.sub(r"[ ,]", "", found.group())) if found else 0.0


@rule("place: or thereabouts", "(?<=_)(?P<about>ABOUT_AFTER)")
def _(question: Question, found: Match) -> bool | None:
    """ "In Whitby or thereabouts" is in Whitby."""
    before = NAMES[question.lexemes[found.start - 1].kind]
    words = question.quote(found.place("about")).lower()
    return None if before in ("PLACE", "POSTCODE") and words.endswith("thereabouts") else False


@rule("figure: about, said behind", "(?:ABOUT|NEAR|IN)? (?P<figure>AMOUNT|NUMBER|TIME) ABOUT_AFTER")
def _(question: Question, found: Match) -> None:
    put_bound(question, "about", found.place("figure"))


@rule("figure: about", "(?P<word>ABOUT|NEAR) (?:EXACT|CAPACITY)? (?P<figure>AMOUNT|NUMBER|TIME)")
def _(question: Question, found: Match) -> bool | None:
    figure = found.quote("figure") or ""
    if NAMES[question.classes[found.place("word")]] == "NEAR" and figure.isalpha():
        return False  # "the round covers the two"
    put_bound(question, "about", found.place("figure"))
    return None


@rule("figure: within", "(?:WITHIN|IN|BY|UNTIL|BEFORE|TO) (?P<figure>TIME|AMOUNT)")
def _(question: Question, found: Match) -> bool | None:
    if NAMES[question.classes[found.place("figure")]] == "TIME":
        put_bound(question, "max", found.place("figure"))
        return None
    until = NAMES[question.classes[found.start]] in ("UNTIL", "TO")
    put_bound(question, "max" if until else "exactly", found.place("figure"))
    return None


@rule("figure: exactly", "(?P<exact>EXACT) CAPACITY? (?P<figure>AMOUNT|NUMBER|TIME)")
def _(question: Question, found: Match) -> None:
    put_bound(question, "exactly", found.place("figure"))


@rule("figure: a capacity named", "CAPACITY (?P<figure>NUMBER)(?!NOUN)")
def _(question: Question, found: Match) -> None:
    put_bound(question, "exactly", found.place("figure"))


_ISH = re.compile(r"(?:ish|odd|or so)\b", re.IGNORECASE)  # "500-odd kW", "1ish MW"
# Behind one of these a word is no bound: "he swears there's a 500 kW turbine".
_ARTICLE = re.compile(r"\b(?:an?|the|some|there['’]?s|there is|of)\s+$", re.IGNORECASE)


@rule("figure: bare capacity", "(?P<figure>AMOUNT)")
def _(question: Question, found: Match) -> None:
    if question.has("AMOUNT") and question.classes.count(CLASSES["AMOUNT"]) > 1:
        raise Unsupported("two single capacities")
    at = found.place("figure")
    if at and question.classes[at - 1] == CLASSES["UNKNOWN"] and not _ARTICLE.search(question.between(at - 1, at)):
        raise Unreadable("an unknown word before a capacity, which may be a bound")
    put_bound(question, "about" if _ISH.search(question.quote(at)) else "exactly", at)


@rule("figure: bare time left", "(?P<figure>TIME)")
def _(question: Question, found: Match) -> None:
    put_bound(question, "max", found.place("figure"))


@rule("figure: under a technology", "(?P<under>LESS)(?=KIND)")
def _(question: Question, found: Match) -> bool | None:
    """ "The largest site that Powys has under wind"."""
    return None if question.quote(found.place("under")).lower() == "under" else False


@rule("figure: vague", "VAGUE_AMOUNT|VAGUE (?:AMOUNT|TIME|UNIT|NUMBER)")
def _(question: Question, found: Match) -> None:
    raise Unsupported("a vague amount")
