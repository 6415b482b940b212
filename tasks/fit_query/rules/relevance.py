"""Whether a question is about installations, where the only words that say so have other meanings too.

Technologies, sites and ids are evidence enough. Without them a kW figure, time left, a place or a rate must outweigh
the words that nothing knows: "fan heater rated at 2 kW", "tariffs on steel since 2018", "boot capacity of an estate".
"""

from __future__ import annotations

import re

from tasks.fit_query.rules.classes import CLASSES, NAMES
from tasks.fit_query.rules.rule import Question, Unreadable, Unsupported
from tasks.fit_query.words import word_bag

_WEAK_SITES_WORDS = """
    results rows row things stuff ones one unit units system systems park parks station stations project projects setup
    setups options opportunity opportunities candidates candidate entry entries record records array arrays development
    developments asset assets facility facilities matches hits any anything something listings them plant
"""
_WEAK_SITES = frozenset(_WEAK_SITES_WORDS.split())
_SURE = frozenset({"TECHNOLOGY", "TECHNOLOGY_ONE", "TECHNOLOGY_MANY", "REPOWERING"})
_WEIGHT = {"UNKNOWN": 1, "COMPOUND": 1, "FOREIGN": 2}
_UNIT = re.compile(r"[kmg]w|watt|megs?\b", re.IGNORECASE)
_FIT_RATE = re.compile(r"\b(?:fits?|feed[- ]?in)\b", re.IGNORECASE)
_OPENING = re.compile(
    r"^\W*(?:(?:hi|hello|hey|ok|please|pls|and|so|can you|could you|would you)\W+)*(?:show|find|list|give|pull"
    r"|any|what(?:['’]?s)? (?:have|is|in|near|do|are)"
    r"|which|how many|everything|all|display|bring up|get)\b",
    re.IGNORECASE,
)
_ADVERTISING = re.compile(
    r"\bads?[\s-]+(?:agency|agencies|blockers?|campaigns?|cop(?:y|ies)|copywriters?|spend(?:ing)?|budgets?"
    r"|managers?|hoc|lib|libs|nauseam"
    r"|infinitum|space|slots?|breaks?|tech|targeting|placements?|exec|executives?|network|man|men|buyers?|sales"
    r"|server|words?|free)\b",
    re.IGNORECASE,
)
_ERA = re.compile(
    r"\bA\.?D\.?\s*(?:[1-9]\d{1,2}|1[0-8]\d\d)\b(?!\s*(?:[kmg]w|sites?|plants?|\+|or|and up))|\b(?:\d{1,3}"
    r"|1[0-8]\d\d) AD\b(?=\s*[,.?!]|$)"
)

_OTHER_RATES = re.compile(
    r"\b(?:interest|exchange|mortgage|business|hotel|room|tax|heart|birth|death|crime|water|inflation|growth"
    r"|success|failure|pass"
    r"|hourly|daily|day|pay|wage|base|bank|mobile|phone|broadband|import|trade|us|chinese|eu)[\s-]+(?:rates?"
    r"|tariffs?)\b",
    re.IGNORECASE,
)
_OTHER_MONEY = re.compile(
    r"\b(?:inland revenue|revenue (?:and|&) customs|household income|family income|income (?:tax|support"
    r"|bands?)|universal credit)\b",
    re.IGNORECASE,
)
_OTHER_DEEDS = re.compile(
    r"^\W*(?:please\s+|can you\s+|could you\s+)*(?:delete|remove|update|edit|change|cancel|transfer|rename|draw"
    r"|paint|sketch|photograph)\b"
    r"|\b(?:pictures?|photos?|photographs?|images?|videos?|drawings?) of\b"
    r"|\bhow many (?:people|workers|staff|jobs|employees|men|women) (?:work|are employed|live|does|do)\b",
    re.IGNORECASE,
)
_DEED_WORDS = """
    delete remove update edit change cancel transfer rename draw paint sketch photograph picture pictures photo photos
    photographs image images video videos drawing drawings many
"""
# Each with words of which the text has one where the pattern matches.
_OTHER_SUBJECTS = (
    ("advertising", _ADVERTISING, frozenset({"ad", "ads"})),
    ("another rate", _OTHER_RATES, frozenset({"rate", "rates", "tariff", "tariffs"})),
    ("other money", _OTHER_MONEY, frozenset({"revenue", "income", "credit"})),
    ("a deed", _OTHER_DEEDS, frozenset(_DEED_WORDS.split())),
)
_KINDS = frozenset({"TECHNOLOGY", "TECHNOLOGY_ONE", "TECHNOLOGY_MANY"})
_SITES = frozenset({"SITE_ONE", "SITE_MANY"})
_OTHER_WORDS = frozenset({"UNKNOWN", "STORY", "FOREIGN", "COMPOUND"})
_OURS = frozenset({"installation", "installations", "generator", "generators"})
_ANY = frozenset({"everything", "anything", "something", "all", "any", "one", "ones"})
_GROUNDS = frozenset({"farm", "farms", "park", "parks", "station", "stations"})
_OTHER_UNIT = re.compile(
    r"\d\s*(?:[gtm]b|gigs?|kg|tonnes?|tons?|lit(?:re|er)s?|ml|cc|bhp|hp|mph|kph|sq\.?\s?(?:ft|feet|m|metres?)"
    r"|acres?|hectares?|seats?|spaces"
    r"|people|inch(?:es)?|cm|mm|volts?|amps?|mah|btu|lbs?|stone|quid|pounds|miles)\b",
    re.IGNORECASE,
)
_ENOUGH = 3
_LINKED = re.compile(r"\s+(?:for|of|with|to)\s+(?:an?\s+|the\s+|my\s+|our\s+)?")


def check_words(text: str) -> None:
    """Raises Unsupported for words that mean something else whatever stands beside them."""
    words = word_bag(text)
    for name, pattern, needed in _OTHER_SUBJECTS:
        if not needed.isdisjoint(words) and pattern.search(text):
            raise Unsupported(name)


def check(question: Question) -> None:
    """Raises Unsupported for a question that is rather about something else."""
    names = [NAMES[lexeme.kind] for lexeme in question.lexemes]
    against = sum(_WEIGHT.get(name, 0) for name in names)
    era = _ERA.search(question.text) if "AD" in question.text or "A.D" in question.text else None
    if era and (against > 1 or re.search(r"\d{4}", era.group())):
        raise Unsupported("a year of our era")
    if not against:
        return
    strong = any(
        name in ("SITE_ONE", "SITE_MANY") and lexeme.key not in _WEAK_SITES
        for name, lexeme in zip(names, question.lexemes, strict=True)
    )
    if (
        "revenue" in question.reading
        and "AD" in question.text.upper().split()
        and names.count("TECHNOLOGY") == 1
        and "regional" not in question.reading
    ):
        raise Unsupported("advertising")
    if strong or _SURE & set(names) or "fit_id" in question.reading:
        return
    if _has_bare_capacity(question) and not _SITES & set(names):
        raise Unsupported("a capacity of something else")
    if _evidence(question, names) <= against - (against == 1):
        raise Unsupported("rather about something else")


def _has_bare_capacity(question: Question) -> bool:
    """Whether the only capacity is a figure without kW or MW."""
    quoted = [str(value) for key, value in question.reading.items() if key.startswith("capacity_")]
    return bool(quoted) and not any(_UNIT.search(value) for value in quoted)


def _evidence(question: Question, names: list[str]) -> int:
    reading, found = question.reading, 0
    found += any(name in ("SITE_ONE", "SITE_MANY") for name in names)
    found += 2 * any(name == "AMOUNT" and bool(_UNIT.search(question.quote(at))) for at, name in enumerate(names))
    found += 2 * ("ALL" in names)
    found += 2 * bool(reading.keys() & {"remaining_min", "remaining_max"})
    found += bool(reading.keys() & {"location", "locations", "postcodes"})
    found += "BUILT" in names and any(key.startswith("built") for key in reading)
    found += 2 * (reading.get("query_type") == "fit_rate" and bool(_FIT_RATE.search(question.text)))
    return found + bool(_OPENING.match(question.text))


_AMBIGUOUS = _SITES | _KINDS | {"RATE", "NUMBER"}


def check_neighbours(question: Question) -> None:
    """Raises Unsupported where the words right beside an ambiguous one give it another sense.

    "caravan sites", "farm shops", "plants for a shady garden", "control panel", "over 5 acres".
    """
    names = [NAMES[lexeme.kind] for lexeme in question.lexemes]
    has_kind = bool(_KINDS & set(names))
    for at, name in enumerate(names):
        if name not in _AMBIGUOUS:
            continue
        key = question.lexemes[at].key
        before = names[at - 1] if at and not question.between(at - 1, at).strip() else ""
        behind = names[at + 1] if at + 1 < len(names) else ""
        gap = question.between(at, at + 1) if behind else ""
        if name in _SITES and not has_kind and key not in _ANY:
            if (before in _OTHER_WORDS and key not in _OURS) or (
                behind in _OTHER_WORDS | {"FIRST"} and (not gap.strip() or _LINKED.fullmatch(gap))
            ):
                raise Unsupported("sites of another kind")
        elif name in _KINDS and key in ("panel", "turbine", "panels", "turbines") and before in ("UNKNOWN", "FOREIGN"):
            raise Unsupported("a part of something else")
        elif name == "RATE" and not has_kind and before in _OTHER_WORDS:
            raise Unsupported("another rate")
        elif name == "NUMBER" and not gap.strip() and _is_bound(names, at) and behind in _OTHER_WORDS - {"COMPOUND"}:
            if behind == "UNKNOWN" and has_kind:
                raise Unreadable("a figure with an unknown unit")
            raise Unsupported("a figure of something else")
    sites = {one.key for one, name in zip(question.lexemes, names, strict=True) if name in _SITES}
    if not has_kind and sites and sites <= _GROUNDS and _evidence(question, names) < _ENOUGH and "FIT" not in names:
        raise Unsupported("farms and parks of any kind")
    if not has_kind and _OTHER_UNIT.search(question.text):
        raise Unsupported("a figure of something else")
    if not has_kind and "REVENUE" in names and not _SITES & set(names) and not _is_asked_of_ours(question):
        raise Unsupported("income of something else")


def _is_bound(names: list[str], at: int) -> bool:
    return bool(at) and names[at - 1] in ("MORE", "LESS")


def _is_asked_of_ours(question: Question) -> bool:
    keys = question.reading.keys() & {
        "fit_id",
        "capacity_min",
        "capacity_max",
        "capacity_exactly",
        "repowering",
        "regional",
    }
    unknown = any(lexeme.kind == CLASSES["UNKNOWN"] for lexeme in question.lexemes)
    return bool(keys) or ("revenue" in question.text.lower() and not unknown) or bool(_FIT_RATE.search(question.text))
