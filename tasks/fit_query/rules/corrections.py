"""What the asker took back: "Devon, sorry, Dorset" -> Dorset."""

from __future__ import annotations

import re

from tasks.fit_query.gazetteer import resolve
from tasks.fit_query.rules.classes import CLASSES, NAMES, Lexeme
from tasks.fit_query.rules.families import TECHNOLOGY
from tasks.fit_query.words import word_bag

_FAMILIES = (
    frozenset({"PLACE", "POSTCODE"}),
    frozenset({"AMOUNT", "NUMBER"}),
    TECHNOLOGY,
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
        "FIRST",
        "LIMIT",
        "MOST",
        "FEWEST",
        "PER",
        "WHICH",
    }
)
_DANGLING = frozenset({"MORE", "LESS", "BEFORE", "AFTER", "SINCE", "UNTIL", "ABOUT", "EXACT"})
# What "no" between two of a kind corrects, with no comma either side: "thirty months no thirty six months".
_REPLACED = (
    *_FAMILIES[1:2],
    *(frozenset({"POSTCODE"}), frozenset({"YEAR", "DATE"}), frozenset({"TIME", "NUMBER"}), frozenset({"GROUP"})),
)
_PUNCTUATION = frozenset({"COMMA", "STOP", "DASH", "OPEN", "CLOSE", "AND", "OR", "BUT"})
_LOST = _PUNCTUATION | _BOUNDS | {"NOT", "UNKNOWN", "STORY"}


def without_corrected(lexemes: list[Lexeme]) -> list[Lexeme]:
    """`lexemes` without what the asker took back: "Devon, sorry, Dorset" -> Dorset.

    The value behind the marker replaces the nearest one of its family before it, with all that stands
    between the two. Where the correction begins with a bound, the old bound goes too. A marker without
    such a value ("sorry to bother you") means nothing and goes.
    """
    contrast = _contrasted(lexemes)
    if contrast is not None:
        first, end = contrast
        marked = lexemes[first]._replace(kind=CLASSES["CORRECTION"])
        lexemes = [*lexemes[:first], marked, *lexemes[end:]]
    lexemes = _without_denied(lexemes)
    marker = CLASSES["CORRECTION"]
    for _ in range(4):
        at = next((at for at, lexeme in enumerate(lexemes) if lexeme.kind == marker), None)
        at = at if at is not None else _spoken_no(lexemes)
        if at is None:
            return lexemes
        lexemes = _without_corrected(lexemes, at)
    return lexemes


def _contrasted(lexemes: list[Lexeme]) -> tuple[int, int] | None:
    """Where "not wind," of "wind, er, not wind, hydro" begins and ends: it takes back what was said before it."""
    names = [NAMES[lexeme.kind] for lexeme in lexemes]
    for at in range(1, len(names) - 2):
        if names[at] != "NOT":
            continue
        said = names[at + 1]
        family = next((family for family in _FAMILIES if said in family), frozenset())
        end = at + 2 + (names[at + 2] in ("COMMA", "DASH", "BUT"))
        again = any(one.key == lexemes[at + 1].key and one.value == lexemes[at + 1].value for one in lexemes[:at])
        if again and end < len(names) and names[end] in family:
            return at, end
    return None


# A figure that is none of the sites', said beside the one that is: nobody excludes one amount or one date.
_DENIABLE = (frozenset({"AMOUNT"}), frozenset({"YEAR", "DATE"}), frozenset({"TIME"}))


def _without_denied(lexemes: list[Lexeme]) -> list[Lexeme]:
    """`lexemes` without what is only denied: "150 kW not 5 kW", "in Ellon, no I said Hampshire not Ellon"."""
    if all(lexeme.kind != CLASSES["NOT"] for lexeme in lexemes):
        return lexemes
    names = [NAMES[lexeme.kind] for lexeme in lexemes]
    for at in range(1, len(names) - 1):
        if names[at] != "NOT" or lexemes[at].key != "not":
            continue
        said, before = names[at + 1], names[at - 1]
        behind = names[at + 2] if at + 2 < len(names) else ""
        figure = any(said in family and before in family for family in _DENIABLE)
        place = said == before == "PLACE" and any(one.value == lexemes[at + 1].value for one in lexemes[: at - 1])
        listed = behind in ("AND", "OR", "TO", "DASH", "MORE_AFTER", "LESS_AFTER", "ONWARDS", "PLUS")
        if (figure or place) and not listed:
            return lexemes[:at] + lexemes[at + 2 :]
    return lexemes


_DROPS = re.compile(
    r"\b(?:forget|scratch|scrap|drop|lose|cancel|ditch|bin)\s+(?:(?:about|the|that|those|all)\s+){0,2}$", re.IGNORECASE
)


_DROP_WORDS = frozenset({"forget", "scratch", "scrap", "drop", "lose", "cancel", "ditch", "bin", "read"})
_FOR = re.compile(r"\b(?:for|instead of|not)\s+$", re.IGNORECASE)
_READ = re.compile(r"\s*,?\s*(?:please\s+)?read\b", re.IGNORECASE)  # "for Surrey please read Somerset"


def without_dropped(text: str, lexemes: list[Lexeme]) -> list[Lexeme]:
    """`lexemes` without values that are dropped again: "Devon… forget Devon, Dorset", "chp, no scratch the chp, solar".

    Both mentions go, with what stands between "forget" and the second; another value of that family must stay.
    """
    if _DROP_WORDS.isdisjoint(word_bag(text)):
        return lexemes
    names = [NAMES[lexeme.kind] for lexeme in lexemes]
    for at, name in enumerate(names):
        family = next((family for family in _FAMILIES[:3] if name in family), None)
        verb = _DROPS.search(text[: lexemes[at].start]) if family else None
        if verb is None and family is not None and _READ.match(text, lexemes[at].end):
            verb = _FOR.search(text[: lexemes[at].start])
        if verb is None or family is None:
            continue
        said = _said(text, lexemes[at])
        again = [old for old in range(at) if _said(text, lexemes[old]) == said]
        others = [other for other, kind in enumerate(names) if kind in family and other != at and other not in again]
        if again and others:
            gone = {at, *again, *(i for i in range(at) if lexemes[i].start >= verb.start() - 4)}
            joints = {old + 1 for old in again if old + 1 < at and names[old + 1] in ("AND", "OR", "COMMA")}
            return [one for i, one in enumerate(lexemes) if i not in gone | joints]
    return lexemes


def _said(text: str, lexeme: Lexeme) -> object:
    """What two mentions of one value share: a technology is the same in any words."""
    if NAMES[lexeme.kind] in TECHNOLOGY and lexeme.value is not None:
        return lexeme.value
    return lexeme.key, lexeme.value, text[lexeme.start : lexeme.end].lower()


def _spoken_no(lexemes: list[Lexeme]) -> int | None:
    """Position of a "no" between commas ("in 2012, no, 2013") or of a "not" that only contrasts."""
    names = [NAMES[lexeme.kind] for lexeme in lexemes]
    for at in range(1, len(names) - 1):
        if lexemes[at].key == "no" and names[at] in ("NOT", "ID"):
            behind = next((name for name in names[at + 1 :] if name not in _BOUNDS), "")
            before = next((name for name in reversed(names[:at]) if name not in {"LEFT", "CAPACITY"}), "")
            if any(before in family and behind in family for family in _REPLACED):
                return at
        if (
            lexemes[at].key == "no"
            and names[at] in ("NOT", "ID")
            and names[at - 1] in ("COMMA", "STOP", "DASH")
            and (names[at + 1] in ("COMMA", "STOP", "DASH", "PLACE", "YEAR", "AMOUNT") or names[at + 1] in TECHNOLOGY)
        ):
            return at
    return None


def _without_corrected(lexemes: list[Lexeme], at: int) -> list[Lexeme]:
    names = [NAMES[lexeme.kind] for lexeme in lexemes]
    if _only_explains(lexemes, names, at):
        return lexemes[:at] + lexemes[at + 1 :]
    start = at + 1
    while start < len(names) and (names[start] in _PUNCTUATION or names[start] in ("CORRECTION", "NOT")):
        start += 1
    value = start
    while value < len(names) and names[value] in _BOUNDS and value - start < 3:
        value += 1
    if _asks_anew(lexemes, names, at, start):
        return lexemes[start:]
    if value < len(names) and names[value] == "UNKNOWN" and "PLACE" in names[:at]:
        found = resolve(lexemes[value].key)
        behind = names[value + 1] if value + 1 < len(names) else ""
        if found.place and (found.corrected or behind in _BOUNDS | _PUNCTUATION | {""}):
            names[value] = "PLACE"  # misspelt, or a word too: "ludlow, no sorry, leominister", "thurso, no, wick"
    family = next((family for family in _FAMILIES if value < len(names) and names[value] in family), None)
    if value > start and at and names[at - 1] in _DANGLING:
        return lexemes[: at - 1] + lexemes[start:]  # "fewer than sorry more than five years"
    if family == frozenset({"SUPER"}) and value + 1 < len(names) and names[value + 1] in TECHNOLOGY:
        first = next((old for old in range(at) if names[old] == "SUPER"), None)
        if first is not None and set(names[first:at]) & TECHNOLOGY:
            return lexemes[:first] + lexemes[start:]  # "smallest hydro scheme, sorry, smallest micro CHP unit"
    if family is not None:
        for old in range(at - 1, -1, -1):
            # "more than five, sorry, six years"; "within five no four years"
            figure = names[old] in ("NUMBER", "AMOUNT") and bool(family & {"TIME"}) and (value > start or old == at - 1)
            if names[old] in family or figure:
                return _spliced(lexemes, names, old, at, start, value)
    return lexemes[:at] + lexemes[at + 1 :]


def _only_explains(lexemes: list[Lexeme], names: list[str], at: int) -> bool:
    """Whether "I mean" closes the first value of its family: "what's in Beds, solar panels I mean, and in Northants".

    A lexeme's key is its first word; the markers that begin with "i" ("I should say") all close what they explain.
    """
    if not at or lexemes[at].key != "i" or (at + 1 < len(names) and names[at + 1] not in _PUNCTUATION):
        return False
    family = next((family for family in _FAMILIES if names[at - 1] in family), frozenset())
    follows = next((name for name in names[at + 1 :] if any(name in one for one in _FAMILIES)), "")
    return bool(family) and follows not in family and not family & set(names[: at - 1])


def _asks_anew(lexemes: list[Lexeme], names: list[str], at: int, start: int) -> bool:
    """Whether all is said again behind the marker: each kind of filter, with a comparison or a FIT id of its own.

    "FIT 220, oops, FIT 202"; "Kent v Essex? No wait: compare Kent with Surrey"; ". Scratch that, wind in Fife".
    """
    before, behind = set(names[:at]) - {"CORRECTION"}, set(names[start:])
    numbers = bool(behind & {"NUMBER", "YEAR"})
    if "COMPARE" in before and "COMPARE" in behind:
        compared = _FAMILIES[0] if before & _FAMILIES[0] and not before & TECHNOLOGY else TECHNOLOGY
        return bool(behind & compared) or not before & compared
    if before & {"FIT", "ID"} and behind & {"FIT", "ID"} and numbers:
        return True
    ends = at > 0 and names[at - 1] == "STOP" and lexemes[at - 1].key in (".", "?", "!", "...", "…")
    families = {family for family in _FAMILIES if family & before}
    return (
        ends
        and bool(families & {family for family in _FAMILIES if family & behind})
        and all(family & behind for family in families)
    )


def _bounds_kept(names: list[str], i: int, at: int) -> bool:
    """Whether the bound at `i` belongs to a figure between it and the marker."""
    if names[i] not in _BOUNDS:
        return False
    follows = next((name for name in names[i + 1 : at] if name not in _BOUNDS), "")
    return follows in ("AMOUNT", "NUMBER", "TIME", "YEAR", "DATE")


def _spliced(lexemes: list[Lexeme], names: list[str], old: int, at: int, start: int, value: int) -> list[Lexeme]:
    bound_again = value > start
    first = old
    if bound_again:
        while first and names[first - 1] in _BOUNDS:
            first -= 1
    # A filter that stands between the old value and the marker stays: "over 100kW in Kent, sorry, 200kW".
    kept = [lexemes[i] for i in range(old + 1, at) if names[i] not in _LOST or _bounds_kept(names, i, at)]
    return lexemes[:first] + kept + lexemes[start:]
